"use strict";
/* Joins the parts: restores the attempt, then turns every act of the learner into a changed attempt, a new view and a save. */

var lcms = lcms || {};

lcms.Player = class Player {
  /**
   * @param {Sco} sco
   * @param {Chrome} chrome
   * @param {Session | null} session null: nothing is recorded
   */
  constructor(sco, chrome, session) {
    this.sco = sco;
    this.chrome = chrome;
    this.session = session;
    /** @type {Map<string, HTMLElement>} */
    this.articles = new Map(lcms.dom.all(document, ".lcms-page").map((article) => [String(article.dataset.page), article]));
    this.attempt = this.restore();
    this.changed = new Set(sco.pages.filter((page) => lcms.attempt.isChanged(this.attempt, page)).map(({ id }) => id));
    this.current = sco.pages[0].id;
    this.typing = 0;
    this.announced = lcms.scoring.outcome(sco, this.attempt).complete;
    this.setUpQuestions();
  }

  /** The attempt that the LMS kept, or a new one. */
  restore() {
    const { suspendData, completed, passed } = this.session?.kept ?? { suspendData: "", completed: false, passed: false };
    const attempt = lcms.attempt.decode(suspendData, this.sco) ?? lcms.attempt.fresh();
    attempt.completed ||= completed;
    attempt.passed ||= passed;
    return attempt;
  }

  /** The page to begin with: where the learner left, if it still exists. */
  firstPage() {
    const left = this.session?.kept.location ?? "";
    return this.articles.has(left) ? left : this.sco.pages[0].id;
  }

  setUpQuestions() {
    /** @type {Map<string, QuestionView>} */
    this.questions = new Map();
    for (const form of lcms.dom.all(document, "form.lcms-question")) {
      const question = this.sco.questions[String(form.dataset.question)];
      if (!question) continue;
      const view = new lcms.QuestionView(/** @type {HTMLFormElement} */ (/** @type {unknown} */ (form)), question);
      view.fields.arrange(this.attempt.seed);
      this.questions.set(view.id, view);
    }
    const checks = new Map(this.questions);
    for (const section of lcms.dom.all(document, ".lcms-assessment")) {
      for (const view of this.setUpAssessment(section)) checks.delete(view.id);
    }
    for (const view of checks.values()) this.setUpCheck(view);
  }

  /** @param {HTMLElement} section @returns {Iterable<QuestionView>} the questions it took */
  setUpAssessment(section) {
    const id = String(section.dataset.assessment);
    const { answers, seed, sittings } = this.attempt;
    const assessment = this.sco.assessments[id];
    if (!assessment) return [];
    const own = assessment.sections.flatMap((part) => part.questions);
    const views = new Map(own.flatMap((question) => {
      const view = this.questions?.get(question);
      return view ? [[question, view]] : [];
    }));
    const sitting = sittings.get(id) ?? { submitted: 0, open: true, earned: 0, total: 0 };
    sittings.set(id, sitting);
    const state = { seed, passMark: this.sco.passMark, answers, sitting };
    new lcms.AssessmentView(section, assessment, views, state, {
      onDraft: () => this.update(),
      onSubmit: (answered) => {
        for (const interaction of answered) this.session?.record(interaction);
        this.update();
      },
    });
    return views.values();
  }

  /** @param {QuestionView} view */
  setUpCheck(view) {
    const answer = this.attempt.answers.get(view.id);
    if (answer?.attempts) view.showChecked(answer);
    else if (answer) view.write(answer.response);
    if (view.question.type === "long_answer") this.keepDraft(view);
    view.enableCheck(() => this.check(view));
  }

  /** Remembers a long answer while it is being written. @param {QuestionView} view */
  keepDraft(view) {
    view.form.addEventListener("input", () => {
      if (this.attempt.answers.get(view.id)?.attempts) return;
      this.attempt.answers.set(view.id, { best: 0, attempts: 0, response: view.read() });
    });
    view.form.addEventListener("change", () => this.update());
  }

  /** Takes the answer to a knowledge check. The best answer counts. @param {QuestionView} view */
  check(view) {
    const response = view.read();
    const earned = lcms.scoring.judge(view.question, response);
    const before = this.attempt.answers.get(view.id);
    const answer = { best: Math.max(earned ?? 0, before?.best ?? 0), attempts: (before?.attempts ?? 0) + 1, response };
    this.attempt.answers.set(view.id, answer);
    this.session?.record({ id: view.id, question: view.question, response, earned, seconds: view.latency(), time: new Date() });
    view.showChecked(answer);
    this.update();
  }

  /** Begins: shows the page where the learner left and listens. */
  start() {
    document.addEventListener("click", (event) => this.follow(event));
    document.addEventListener("input", (event) => this.saveTyping(event));
    if (this.session) this.listenForEnd(this.session);
    lcms.content.enhance();
    document.documentElement.dataset.lcms = "running";
    if (this.sco.completion === "time") this.countTime();
    this.show(this.openPage(this.firstPage()));
  }

  /** Counts the seconds in which the lesson can be seen. */
  countTime() {
    const step = 5;
    setInterval(() => {
      if (document.visibilityState !== "visible" || this.announced) return;
      this.attempt.spent += step;
      const { complete } = lcms.scoring.outcome(this.sco, this.attempt);
      if (complete || this.attempt.spent % 60 === 0) this.update();
    }, step * 1000);
  }

  /** The page, or the furthest one that may be opened. @param {string} id */
  openPage(id) {
    const { pages } = this.sco;
    const last = lcms.scoring.furthest(this.sco, lcms.scoring.outcome(this.sco, this.attempt));
    return pages[Math.min(last, pages.findIndex((page) => page.id === id))].id;
  }

  /** Saves a long answer while it is being written, at the first pause. @param {Event} event */
  saveTyping({ target }) {
    if (!(target instanceof HTMLTextAreaElement)) return;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.update(), 1500);
  }

  /** @param {Session} session */
  listenForEnd(session) {
    session.report = (limit) => this.report(limit);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") session.flush();
    });
    window.addEventListener("pagehide", () => session.end());
    // A page that comes back from the browser's cache has an ended session: begin anew.
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });
  }

  /** @param {number} [limit] characters of suspend data @returns {SessionReport} */
  report(limit = lcms.driver.suspendLimit) {
    return {
      location: this.current,
      suspendData: lcms.attempt.encode(this.attempt, limit),
      whole: lcms.attempt.fits(this.attempt, limit),
      outcome: lcms.scoring.outcome(this.sco, this.attempt),
    };
  }

  /** A link to a place in this lesson shows the page that holds it. @param {MouseEvent} event */
  follow(event) {
    const link = event.target instanceof Element ? event.target.closest("a[href^='#']") : null;
    const target = link && document.getElementById(decodeURIComponent(String(link.getAttribute("href")).slice(1)));
    const page = target?.closest(".lcms-page");
    if (!target || !(page instanceof HTMLElement)) return;
    event.preventDefault();
    this.go(String(page.dataset.page));
    if (target === page) return;
    lcms.content.reveal(target);
    target.scrollIntoView();
    lcms.dom.focus(target);
  }

  /** Goes to a page as the learner asked: focus and scroll follow. @param {string} id */
  go(id) {
    if (this.openPage(id) !== id) return;
    if (id !== this.current) this.changed.delete(this.current);
    this.chrome.openContents(false);
    this.show(id);
    const article = /** @type {HTMLElement} */ (this.articles.get(id));
    lcms.dom.focus(article.querySelector("h2") ?? article);
    window.scrollTo(0, 0);
  }

  /** @param {string} id */
  show(id) {
    this.current = id;
    const page = /** @type {Page} */ (this.sco.pages.find((candidate) => candidate.id === id));
    for (const open of lcms.dom.all(document, ":popover-open")) open.hidePopover();
    for (const [key, article] of this.articles) article.hidden = key !== id;
    for (const view of this.questions?.values() ?? []) {
      if (this.articles.get(id)?.contains(view.form) && !view.fieldset.disabled) view.shownAt = performance.now();
    }
    this.noteChange(id);
    this.attempt.seen.set(id, lcms.attempt.fingerprint(page));
    document.title = `${page.title} – ${this.sco.lesson}`;
    this.update();
  }

  /** Says on the page itself that it is not the one seen before. @param {string} id */
  noteChange(id) {
    const article = /** @type {HTMLElement} */ (this.articles.get(id));
    article.querySelector(".lcms-changed-note")?.remove();
    if (!this.changed.has(id)) return;
    const note = lcms.dom.el("p", { class: "lcms-notice lcms-changed-note" }, lcms.text("changedNote"));
    const heading = article.querySelector("h2");
    if (heading) heading.after(note);
    else article.prepend(note);
  }

  /** Shows and saves what changed. */
  update() {
    const outcome = lcms.scoring.outcome(this.sco, this.attempt);
    this.attempt.completed ||= outcome.complete;
    this.attempt.passed ||= outcome.success === "passed";
    const left = new Set(outcome.pagesLeft);
    const done = new Set(this.sco.pages.map(({ id }) => id).filter((id) => !left.has(id)));
    this.chrome.show({ current: this.current, done, changed: this.changed, outcome });
    if (outcome.complete && !this.announced) this.chrome.announce(lcms.text("complete"));
    this.announced = outcome.complete;
    this.session?.save();
  }
};
