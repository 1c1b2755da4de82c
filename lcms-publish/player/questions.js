"use strict";
/* One question on the page: its form, the answer in it, and what is said about the answer.
   Knows nothing of scores and saving; a knowledge check reports its answer through `onCheck`. */

var lcms = lcms || {};

/** What is asked for where an answer cannot be judged yet. @type {Partial<Record<QuestionType, string>>} */
lcms.askFor = { matching: "answerAll", numeric: "answerNumber", ordering: "answerOrder" };

lcms.QuestionView = class QuestionView {
  /**
   * @param {HTMLFormElement} form
   * @param {Question} question
   */
  constructor(form, question) {
    const { el, all } = lcms.dom;
    this.form = form;
    this.question = question;
    this.id = String(form.dataset.question);
    this.fieldset = /** @type {HTMLFieldSetElement} */ (form.querySelector("fieldset"));
    this.button = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]"));
    this.fields = lcms.fields(this.fieldset, question, this.id);
    /** @type {HTMLElement[]} */
    this.feedback = all(form, ".lcms-feedback");
    this.verdict = el("p", { class: "lcms-verdict", hidden: true });
    // One live region around verdict and feedback, so that all of it is read out when it appears.
    this.outcome = el("div", { class: "lcms-outcome", role: "status" }, this.verdict, ...this.feedback);
    this.actions = el("div", { class: "lcms-actions" }, this.button, el("span", { class: "lcms-attempts" }));
    form.append(this.outcome, this.actions);
    form.noValidate = true;
    this.checkLabel = lcms.text(question.type === "long_answer" ? "submitOne" : "check");
    this.button.textContent = this.checkLabel;
    for (const hints of all(form, ".lcms-hints")) hints.hidden = false;
    this.shownAt = performance.now();
  }

  /** @returns {Reply} what is filled in now */
  read() {
    return this.fields.read();
  }

  /** Fills an answer in; null empties the form. @param {Reply | null} response */
  write(response) {
    this.fields.write(response);
  }

  /** Seconds since the question was shown or last answered. */
  latency() {
    return (performance.now() - this.shownAt) / 1000;
  }

  /** Opens the question for an answer. */
  open() {
    this.fieldset.disabled = false;
    this.shownAt = performance.now();
    this.verdict.hidden = true;
    for (const block of this.feedback) block.hidden = true;
    for (const mark of lcms.dom.all(this.fieldset, ".lcms-mark")) mark.remove();
    for (const marked of lcms.dom.all(this.fieldset, "[data-result]")) delete marked.dataset.result;
  }

  /** Closes the question without a word about the answer. */
  lock() {
    this.open();
    this.fieldset.disabled = true;
  }

  /** Says something about the answer. @param {string} text @param {"right" | "wrong" | "partly" | "done" | "note"} kind */
  say(text, kind) {
    this.verdict.dataset.kind = kind;
    this.verdict.textContent = text;
    this.verdict.hidden = false;
  }

  /**
   * Closes the question and shows what the answer was worth.
   * @param {number | null} earned 0 to 1; null when nobody has judged it
   * @param {Reply | null} response null when it is not known any more
   */
  close(earned, response) {
    this.fieldset.disabled = true;
    if (earned === null) this.say(lcms.text("notJudged"), "done");
    else if (earned === 1) this.say(lcms.text("correct"), "right");
    else if (earned > 0) this.say(lcms.text("partly", { score: lcms.percent(earned) }), "partly");
    else this.say(lcms.text("incorrect"), "wrong");
    if (response === null) this.verdict.append(` – ${lcms.text("answeredBefore")}`);
    for (const block of this.feedback) block.hidden = !this.applies(String(block.dataset.for), earned, response);
    this.fields.mark();
  }

  /** Whether a feedback block belongs to an answer. @param {string} target @param {number | null} earned @param {Reply | null} response */
  applies(target, earned, response) {
    // What nobody judges is answered as well as it can be.
    if (target === "correct") return earned === 1 || earned === null;
    if (target === "incorrect") return earned !== null && earned < 1;
    return target === "sample" || (Array.isArray(response) && response.includes(target.replace(/^choice:/, "")));
  }

  /**
   * Lets the learner check the answer here and now.
   * @param {(view: QuestionView) => void} onCheck called with an answer given
   */
  enableCheck(onCheck) {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.fieldset.disabled) this.startAgain();
      else if (lcms.scoring.isAnswered(this.question, this.read())) onCheck(this);
      else this.say(lcms.text(lcms.askFor[this.question.type] ?? "answerFirst", { example: 2.5 }), "note");
    });
  }

  /** Opens a checked question once more. */
  startAgain() {
    this.open();
    // A long answer is worked on, not begun again.
    if (this.question.type !== "long_answer") this.write(null);
    this.button.textContent = this.checkLabel;
    this.fields.first?.focus();
  }

  /**
   * Shows the state of a knowledge check after an answer.
   * @param {Answer} answer
   */
  showChecked({ best, attempts, response }) {
    const limit = this.question.attempts ?? null;
    const left = limit === null ? Infinity : Math.max(0, limit - attempts);
    const earned = response === null && this.question.type !== "long_answer" ? best : lcms.scoring.judge(this.question, response ?? []);
    const again = earned !== 1 && left > 0;
    this.write(response);
    this.close(earned, response);
    this.button.textContent = lcms.text(earned === null ? "changeAnswer" : "tryAgain");
    if (!again && document.activeElement === this.button) lcms.dom.focus(this.outcome);
    this.button.hidden = !again;
    this.sayAttempts(earned !== 1 && limit !== null ? left : null);
  }

  /** @param {number | null} left null says nothing */
  sayAttempts(left) {
    const note = /** @type {HTMLElement} */ (this.actions.querySelector(".lcms-attempts"));
    if (left === null) note.textContent = "";
    else note.textContent = left === 0 ? lcms.text("noAttemptsLeft") : lcms.text("attemptsLeft", { n: left });
  }
};
