"use strict";
/* One question on the page: its form, the answer in it, and what is said about the answer.
   Knows nothing of scores and saving; a knowledge check reports its answer through `onCheck`. */

var lcms = lcms || {};

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
    /** @type {HTMLInputElement[]} */
    this.inputs = all(this.fieldset, "input");
    /** @type {HTMLElement[]} */
    this.feedback = all(form, ".lcms-feedback");
    this.verdict = el("p", { class: "lcms-verdict", hidden: true });
    // One live region around verdict and feedback, so that all of it is read out when it appears.
    this.outcome = el("div", { class: "lcms-outcome", role: "status" }, this.verdict, ...this.feedback);
    this.actions = el("div", { class: "lcms-actions" }, this.button, el("span", { class: "lcms-attempts" }));
    form.append(this.outcome, this.actions);
    form.noValidate = true;
    for (const hints of all(form, ".lcms-hints")) hints.hidden = false;
    this.shownAt = performance.now();
  }

  /** Puts the choices into an order. @param {string} seed */
  shuffle(seed) {
    const labels = new Map(this.inputs.map((input) => [input.value, /** @type {HTMLElement} */ (input.closest("label"))]));
    for (const id of lcms.scoring.shuffled(`${seed}/${this.id}`, [...labels.keys()])) {
      this.fieldset.append(/** @type {HTMLElement} */ (labels.get(id)));
    }
  }

  /** Whether the learner picks among choices, rather than types. */
  get isChoice() {
    return Array.isArray(this.question.correct);
  }

  /** @returns {Reply} what is filled in now */
  read() {
    if (!this.isChoice) return Object.fromEntries(this.inputs.map(({ name, value }) => [name, value]));
    const chosen = this.inputs.filter(({ checked }) => checked).map(({ value }) => value);
    const authored = this.question.choices ?? [];
    return chosen.sort((a, b) => authored.indexOf(a) - authored.indexOf(b));
  }

  /** Fills an answer in; null empties the form. @param {Reply | null} response */
  write(response) {
    for (const input of this.inputs) {
      if (this.isChoice) input.checked = Array.isArray(response) && response.includes(input.value);
      else input.value = response && !Array.isArray(response) ? (response[input.name] ?? "") : "";
    }
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

  /** Says something about the answer. @param {string} text @param {"right" | "wrong" | "partly" | "note"} kind */
  say(text, kind) {
    this.verdict.dataset.kind = kind;
    this.verdict.textContent = text;
    this.verdict.hidden = false;
  }

  /**
   * Closes the question and shows what the answer was worth.
   * @param {number} earned 0 to 1
   * @param {Reply | null} response null when it is not known any more
   */
  close(earned, response) {
    this.fieldset.disabled = true;
    if (earned === 1) this.say(lcms.text("correct"), "right");
    else if (earned > 0) this.say(lcms.text("partly", { score: lcms.percent(earned) }), "partly");
    else this.say(lcms.text("incorrect"), "wrong");
    if (response === null) this.verdict.append(` – ${lcms.text("answeredBefore")}`);
    for (const block of this.feedback) block.hidden = !this.applies(String(block.dataset.for), earned, response);
    for (const input of this.inputs) this.mark(input);
  }

  /** Whether a feedback block belongs to an answer. @param {string} target @param {number} earned @param {Reply | null} response */
  applies(target, earned, response) {
    if (target === "correct") return earned === 1;
    if (target === "incorrect") return earned < 1;
    return Array.isArray(response) && response.includes(target.replace(/^choice:/, ""));
  }

  /** Marks what the learner chose or typed as right or wrong; leaves the rest unsaid. @param {HTMLInputElement} input */
  mark(input) {
    const { correct } = this.question;
    if (Array.isArray(correct) ? !input.checked : input.value.trim() === "") return;
    const right = Array.isArray(correct) ? correct.includes(input.value) : lcms.scoring.accepts(correct[input.name], input.value);
    const owner = this.isChoice ? /** @type {HTMLElement} */ (input.closest("label")) : input;
    owner.dataset.result = right ? "right" : "wrong";
    const mark = lcms.dom.spoken(lcms.text(right ? "rightMark" : "wrongMark"));
    mark.classList.add("lcms-mark");
    if (this.isChoice) owner.append(mark);
    else owner.after(mark);
  }

  /**
   * Lets the learner check the answer here and now.
   * @param {(view: QuestionView) => void} onCheck called with an answer given
   */
  enableCheck(onCheck) {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.fieldset.disabled) this.startAgain();
      else if (lcms.scoring.isAnswered(this.read())) onCheck(this);
      else this.say(lcms.text("answerFirst"), "note");
    });
  }

  /** Opens a checked question once more. */
  startAgain() {
    this.open();
    this.write(null);
    this.button.textContent = lcms.text("check");
    this.inputs[0]?.focus();
  }

  /**
   * Shows the state of a knowledge check after an answer.
   * @param {Answer} answer
   */
  showChecked({ best, attempts, response }) {
    const limit = this.question.attempts ?? null;
    const left = limit === null ? Infinity : Math.max(0, limit - attempts);
    const earned = response === null ? best : lcms.scoring.judge(this.question, response);
    const again = earned < 1 && left > 0;
    this.write(response);
    this.close(earned, response);
    this.button.textContent = lcms.text("tryAgain");
    if (!again && document.activeElement === this.button) lcms.dom.focus(this.outcome);
    this.button.hidden = !again;
    this.sayAttempts(earned < 1 && limit !== null ? left : null);
  }

  /** @param {number | null} left null says nothing */
  sayAttempts(left) {
    const note = /** @type {HTMLElement} */ (this.actions.querySelector(".lcms-attempts"));
    if (left === null) note.textContent = "";
    else note.textContent = left === 0 ? lcms.text("noAttemptsLeft") : lcms.text("attemptsLeft", { n: left });
  }
};
