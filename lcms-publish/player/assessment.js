"use strict";
/* An assessment on its page: the drawn questions, one button for all answers, the result, and another try. */

var lcms = lcms || {};

lcms.AssessmentView = class AssessmentView {
  /**
   * @param {HTMLElement} section
   * @param {Assessment} assessment
   * @param {Map<string, QuestionView>} views of all its questions, by id
   * @param {{ seed: string, passMark: number | null, answers: Map<string, Answer>, sitting: Sitting }} state
   *   the attempt's own objects: answers and sitting are changed here
   * @param {{ onDraft: () => void, onSubmit: (answered: Interaction[]) => void }} events
   */
  constructor(section, assessment, views, state, events) {
    const { el } = lcms.dom;
    this.assessment = assessment;
    this.views = views;
    this.state = state;
    this.events = events;
    this.passMark = assessment.passMark ?? state.passMark;
    this.result = el("div", { class: "lcms-result", role: "group", hidden: true });
    this.list = el("div", { class: "lcms-assessment-questions" });
    this.warning = el("p", { class: "lcms-verdict", "data-kind": "note", role: "status" });
    this.button = el("button", { type: "button", class: "lcms-primary" }, lcms.text("submit"));
    this.footer = el("div", { class: "lcms-actions" }, this.button);
    for (const view of views.values()) this.adopt(view);
    section.append(this.result, this.list, this.warning, this.footer);
    this.button.addEventListener("click", () => this.submit());
    if (state.sitting.open) this.start();
    else this.showResult();
  }

  /** Takes a question's form off the page and its own button off the form. @param {QuestionView} view */
  adopt(view) {
    view.form.remove();
    view.actions.remove();
    view.form.addEventListener("submit", (event) => event.preventDefault());
    view.form.addEventListener("input", () => {
      this.warn("");
      this.keep(view, view.read());
    });
    view.form.addEventListener("change", () => this.events.onDraft());
  }

  /** Remembers the answer of the present sitting. @param {QuestionView} view @param {Reply | null} response */
  keep(view, response) {
    this.state.answers.set(view.id, { best: 0, attempts: 0, response });
  }

  /** The questions of a sitting, in order. @param {number} number @returns {QuestionView[]} */
  drawn(number) {
    return lcms.scoring.draw(this.assessment, this.state.seed, number).flatMap((id) => this.views.get(id) ?? []);
  }

  /** Puts questions on the page. @param {QuestionView[]} views */
  place(views) {
    const { el } = lcms.dom;
    this.list.replaceChildren(
      ...views.flatMap((view, place) => [
        el("p", { class: "lcms-question-number" }, lcms.text("question", { n: place + 1, total: views.length })),
        view.form,
      ]),
    );
  }

  /** Opens the present sitting with the answers kept so far. */
  start() {
    const views = this.drawn(this.state.sitting.submitted);
    this.result.hidden = true;
    this.footer.hidden = false;
    this.place(views);
    for (const view of views) {
      view.open();
      view.write(this.state.answers.get(view.id)?.response ?? null);
    }
  }

  /** @param {string} text "" takes the warning back */
  warn(text) {
    this.warning.textContent = text;
    this.button.textContent = lcms.text(text === "" ? "submit" : "submitAnyway");
  }

  /** Submits, after one warning when answers are missing. */
  submit() {
    const views = this.drawn(this.state.sitting.submitted);
    const missing = views.filter((view) => !lcms.scoring.isAnswered(view.question, view.read()));
    if (missing.length > 0 && this.warning.textContent === "") {
      this.warn(lcms.text("unanswered", { n: missing.length }));
      return;
    }
    this.warn("");
    const time = new Date();
    const answered = views.map((view) => {
      const response = view.read();
      this.keep(view, response);
      const earned = lcms.scoring.judge(view.question, response);
      return { id: view.id, question: view.question, response, earned, seconds: view.latency(), time };
    });
    this.count(answered);
    this.showResult();
    this.events.onSubmit(answered);
    lcms.dom.focus(this.result);
    this.result.scrollIntoView({ block: "start" });
  }

  /** Closes the sitting; it counts if it is the first or better than the best. @param {Interaction[]} answered */
  count(answered) {
    const { sitting } = this.state;
    const { earned, total } = this.sum(answered);
    const first = sitting.submitted === 0;
    sitting.submitted += 1;
    sitting.open = false;
    if (first || lcms.scoring.share(earned, total) > lcms.scoring.share(sitting.earned, sitting.total)) {
      sitting.earned = earned;
      sitting.total = total;
    }
  }

  /** Weights earned and to be earned. @param {{ question: Question, earned: number | null }[]} answered */
  sum(answered) {
    return {
      earned: lcms.scoring.round(answered.reduce((sum, { question, earned }) => sum + question.weight * (earned ?? 0), 0)),
      total: lcms.scoring.round(answered.reduce((sum, { question }) => sum + question.weight, 0)),
    };
  }

  /** Shows the latest submitted sitting: the result above, every answer with its feedback below. */
  showResult() {
    const views = this.drawn(this.state.sitting.submitted - 1);
    const answered = views.map((view) => {
      const response = this.state.answers.get(view.id)?.response ?? null;
      const earned = response === null && view.question.type !== "long_answer" ? 0 : lcms.scoring.judge(view.question, response ?? []);
      view.write(response);
      if (response === null) view.lock();
      else view.close(earned, response);
      return { question: view.question, earned, known: response !== null };
    });
    this.place(views);
    this.footer.hidden = true;
    this.result.replaceChildren(...this.resultCard(answered));
    this.result.hidden = false;
  }

  /** @param {{ question: Question, earned: number | null, known: boolean }[]} answered */
  resultCard(answered) {
    const { el } = lcms.dom;
    const { sitting } = this.state;
    const scored = sitting.total > 0;
    const best = lcms.scoring.share(sitting.earned, sitting.total);
    // Without the answers (dropped for want of room) only the best sitting is known; it stands for the latest.
    const known = answered.every((answer) => answer.known);
    const { earned, total } = this.sum(answered);
    const latest = known ? lcms.scoring.share(earned, total) : best;
    const passed = this.passMark === null || !scored ? null : latest >= this.passMark;
    this.result.dataset.kind = passed === false ? "wrong" : "right";
    const verdict = passed === null ? "result" : passed ? "resultPassed" : "resultFailed";
    const heading = el("h3", { class: "lcms-result-title" }, lcms.text(verdict));
    const [score = "", ...marks] = scored ? this.scoreLines(latest, best) : [];
    const lines = [score, ...this.countLines(known ? answered : []), ...marks].filter(Boolean);
    const words = [heading, el("p", {}, ...lines.flatMap((line) => [el("bdi", {}, line), " "])), ...this.retryAction()];
    return scored ? [this.gauge(latest), el("div", {}, ...words)] : words;
  }

  /** @param {number} latest @param {number} best */
  scoreLines(latest, best) {
    const lines = [lcms.text("resultScore", { score: lcms.percent(latest) })];
    if (this.passMark !== null) lines.push(lcms.text("resultMark", { mark: lcms.percent(this.passMark) }));
    if (best > latest) lines.push(lcms.text("resultBest", { score: lcms.percent(best) }));
    return lines;
  }

  /** How many were right, and how many nobody judged. @param {{ earned: number | null }[]} answered */
  countLines(answered) {
    const judged = answered.filter(({ earned }) => earned !== null);
    const right = judged.filter(({ earned }) => earned === 1).length;
    const open = answered.length - judged.length;
    return [
      ...(judged.length > 0 ? [lcms.text("resultCounts", { right, n: judged.length })] : []),
      ...(open > 0 ? [lcms.text("resultOpen", { n: open })] : []),
    ];
  }

  /** The score as a number to see at once; the text beside it says the same. @param {number} score */
  gauge(score) {
    const gauge = lcms.dom.el("span", { class: "lcms-gauge", "aria-hidden": "true" }, lcms.percent(score));
    gauge.style.setProperty("--score", String(score));
    return gauge;
  }

  /** The way into another sitting, while there is one. */
  retryAction() {
    const { el } = lcms.dom;
    const limit = this.assessment.attempts ?? null;
    const left = limit === null ? Infinity : Math.max(0, limit - this.state.sitting.submitted);
    const note = limit === null ? "" : left === 0 ? lcms.text("noAttemptsLeft") : lcms.text("attemptsLeft", { n: left });
    const said = el("span", { class: "lcms-attempts" }, note);
    if (left === 0) return [el("div", { class: "lcms-actions" }, said)];
    const again = el("button", { type: "button" }, lcms.text("tryAgain"));
    again.addEventListener("click", () => this.retry());
    return [el("div", { class: "lcms-actions" }, again, said)];
  }

  /** Begins another sitting with an empty form and a new draw. */
  retry() {
    this.state.sitting.open = true;
    for (const view of this.views.values()) this.state.answers.delete(view.id);
    this.start();
    this.events.onDraft();
    const [first] = this.drawn(this.state.sitting.submitted);
    first?.fields.first?.focus();
  }
};
