"use strict";
/* The page of imported content that speaks another SCORM than the LMS: it answers the content in the LMS's place, and tells
   the LMS what comes of it. The content is opened once there is somebody to answer it. */

var lcms = lcms || {};

lcms.Bridge = class Bridge {
  /**
   * @param {Sco} sco
   * @param {Told} told
   * @param {Chrome} chrome
   * @param {Session | null} session null: nothing is recorded
   */
  constructor(sco, told, chrome, session) {
    this.sco = sco;
    this.chrome = chrome;
    this.session = session;
    this.began = performance.now();
    const learner = session?.learner() ?? { id: "", name: "" };
    // Content that speaks both would find the LMS itself behind this page: it is answered whatever it tries.
    const standards = /** @type {BridgedStandard[]} */ (Object.keys(lcms.speech));
    this.models = standards.map((standard) => new lcms.BridgeModel({ ...told, standard }, session?.kept.suspendData ?? "", learner));
    this.usual = /** @type {BridgeModel} */ (this.models.find((model) => model.told.standard === told.standard));
    this.frame = /** @type {HTMLIFrameElement} */ (document.querySelector("iframe.lcms-framed"));
    this.announced = this.outcome().complete;
    /** What the LMS was told of the answer at each place. @type {Map<number, string>} */
    this.relayed = new Map();
  }

  /** The one that the content speaks to; before it does, the one that its package says. */
  get model() {
    return this.models.find((model) => model.state !== "new") ?? this.usual;
  }

  /** There is one page. */
  go() {
    window.scrollTo(0, 0);
  }

  /** Begins: answers, opens the content and listens for the end. */
  start() {
    for (const model of this.models) Object.assign(window, { [model.speech.api]: this.api(model) });
    if (this.session) this.listenForEnd(this.session);
    lcms.content.enhance();
    document.documentElement.dataset.lcms = "running";
    document.title = this.sco.lesson;
    this.show();
    this.session?.save();
    this.frame.src = String(this.frame.dataset.src);
  }

  /** What the content finds on the window around it. @param {BridgeModel} model */
  api(model) {
    const { methods, texts } = model.speech;
    /** @type {Record<keyof typeof methods, (...given: string[]) => string>} */
    const calls = {
      start: (argument = "") => model.start(argument),
      end: (argument = "") => this.told(model, model.end(argument)),
      get: (name = "") => model.get(name),
      set: (name = "", value = "") => model.set(name, value),
      commit: (argument = "") => this.commit(model, argument),
      last: () => model.error,
      text: (code = "") => texts[code] ?? "",
      detail: (code = "") => texts[code || model.error] ?? "",
    };
    const named = Object.entries(calls).map(([call, answer]) => [
      methods[/** @type {keyof typeof methods} */ (call)],
      (/** @type {unknown[]} */ ...given) => answer(...given.map((value) => String(value ?? ""))),
    ]);
    return Object.fromEntries(named);
  }

  /** @param {BridgeModel} model @param {string} argument */
  commit(model, argument) {
    const out = model.out("commit");
    if (out !== null) return out;
    if (argument !== "") return model.fail("argument");
    return this.told(model, model.done());
  }

  /** Tells the LMS, and answers whether it has it. @param {BridgeModel} model @param {string} answer of a call that asks for it */
  told(model, answer) {
    if (answer !== "true") return answer;
    this.show();
    if (!this.session) return answer;
    this.relay(this.session, model.state === "over");
    // What did not fit, or was not taken, is not said to be kept.
    const isKept = this.report().suspendData !== null && this.session.flush() !== false;
    return isKept ? answer : model.fail("lost");
  }

  /** Passes on the answers that are new, each once; one that is given anew at the same place is another. @param {Session} session @param {boolean} isLast */
  relay(session, isLast) {
    const { model } = this;
    const count = model.count("cmi.interactions");
    for (let n = 0; n < count; n += 1) {
      const answer = lcms.bridgeAnswers.read(model, n, isLast);
      if (!answer) continue;
      const said = JSON.stringify([answer.id, answer.response, answer.result]);
      if (this.relayed.get(n) === said) continue;
      session.relay(answer);
      this.relayed.set(n, said);
    }
  }

  seconds() {
    return (performance.now() - this.began) / 1000;
  }

  /** What came of it; what the LMS holds already is not taken back. @returns {Outcome} */
  outcome() {
    const { completed = false, passed = false } = this.session?.kept ?? {};
    const now = this.model.outcome();
    const complete = now.complete || completed;
    const success = passed ? "passed" : now.success;
    const { scaled } = now;
    const progress = complete ? 1 : now.progress;
    const pagesLeft = complete ? [] : this.sco.pages.map(({ id }) => id);
    return { complete, success, scaled, progress, pagesLeft, questionsLeft: 0, reached: complete || success !== "unknown" };
  }

  /** @param {number} [limit] characters of suspend data @returns {SessionReport} */
  report(limit = this.session?.limit ?? lcms.driver.suspendLimit) {
    const suspendData = this.model.encode(limit, this.seconds());
    return { location: this.sco.pages[0].id, suspendData, whole: true, outcome: this.outcome(), goesOn: this.model.exit() === "suspend" };
  }

  /** Shows where the learner stands. */
  show() {
    const outcome = this.outcome();
    const [{ id }] = this.sco.pages;
    this.chrome.show({ current: id, done: new Set(outcome.complete ? [id] : []), changed: new Set(), outcome });
    if (outcome.complete && !this.announced) this.chrome.announce(lcms.text("complete"));
    this.announced = outcome.complete;
  }

  /** @param {Session} session */
  listenForEnd(session) {
    session.report = (limit) => this.report(limit);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") session.flush();
    });
    window.addEventListener("pagehide", () => {
      // Content speaks its last when its window goes: it goes first.
      this.frame.remove();
      this.relay(session, true);
      session.end();
    });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });
  }
};
