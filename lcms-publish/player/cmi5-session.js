"use strict";
/* cmi5: a session with the LMS. It offers the player what `Session` offers: reading, saving, recording, ending.

   First "initialized", last "terminated", each once. In between, in normal mode alone, "completed" and "passed" once per
   registration: their ids follow from it, so that a repetition is recognised wherever it comes from. What was not confirmed
   is sent again, later and later; nothing is shown as saved that the LMS did not take. */

var lcms = lcms || {};

lcms.cmi5 = (() => {
  const STATE = "lcms-player";
  const RETRY_FIRST = 2000;
  const RETRY_MOST = 60_000;
  const BEGIN_AFTER = [0, 500, 2000];

  const wait = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));

  class Session {
    /**
     * @param {Cmi5Lms} lms
     * @param {LaunchData} data
     * @param {any} kept by an earlier session, or null
     * @param {(state: SaveState) => void} onState
     */
    constructor(lms, data, kept, onState) {
      this.lms = lms;
      this.data = data;
      this.kept = { location: "", suspendData: "", completed: false, passed: false, ...kept };
      this.onState = onState;
      this.statements = new lcms.Cmi5Statements(lms.launch, data);
      this.isNormal = data.launchMode === "Normal";
      this.started = performance.now();
      /** @type {(() => SessionReport) | null} */
      this.report = null;
      /** Statements that wait for being sent, in order. @type {any[]} */
      this.waiting = [];
      /** What was said already, whether it has arrived or not. */
      this.said = { completed: this.kept.completed, passed: this.kept.passed, failed: /** @type {number | null} */ (null) };
      this.sending = false;
      this.again = false;
      this.timer = 0;
      this.retryAfter = RETRY_FIRST;
      this.ended = false;
    }

    /** What the LMS decides of the lesson: the score from which on it is passed (section 10). */
    get decides() {
      const { masteryScore } = this.data;
      return masteryScore === undefined ? {} : { passMark: masteryScore };
    }

    /** @param {string} element @returns {string} */
    get(element) {
      return String(/** @type {Record<string, unknown>} */ (this.kept)[element] ?? "");
    }

    seconds() {
      return (performance.now() - this.started) / 1000;
    }

    /** @param {Interaction} interaction */
    record(interaction) {
      if (this.isNormal && !this.ended) this.waiting.push(this.statements.answered(interaction));
    }

    /** @param {Relayed} answer that imported content reported */
    relay(answer) {
      if (!this.isNormal || this.ended) return;
      const { definition, result } = lcms.bridgeAnswers.activity(answer, document.documentElement.lang || "en");
      this.waiting.push(this.statements.about(answer.id, { definition, result, time: answer.time }));
    }

    /** Says what became of the lesson, each thing once. @param {Outcome} outcome */
    say({ complete, success, scaled }) {
      if (!this.isNormal) return;
      if (complete && !this.said.completed) {
        this.said.completed = true;
        this.waiting.push(this.statements.completed(this.seconds()));
      }
      if (this.said.passed) return;
      if (success === "passed") {
        this.said.passed = true;
        this.waiting.push(this.statements.judged(true, scaled, this.seconds()));
      } else if (success === "failed" && this.said.failed !== scaled) {
        this.said.failed = scaled;
        this.waiting.push(this.statements.judged(false, scaled, this.seconds()));
      }
    }

    /** Saves as soon as the present work is done; many calls make one save. */
    save() {
      if (this.ended) return;
      this.onState("saving");
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flush(), 0);
    }

    /** Who learns. */
    learner() {
      const { account, name } = this.lms.launch.actor;
      return { id: String(account?.name ?? ""), name: String(name ?? "") };
    }

    /** Saves now, one save after the other; what becomes of it is known later. @returns {undefined} */
    flush() {
      if (this.ended || !this.report) return;
      clearTimeout(this.timer);
      this.again = this.sending;
      if (!this.sending) void this.send(this.report());
    }

    /** @param {SessionReport} report */
    async send(report) {
      this.sending = true;
      this.say(report.outcome);
      const kept = await this.deliver(report).catch((error) => {
        console.warn("lcms: the LMS was not reached", error);
        return false;
      });
      this.sending = false;
      if (this.ended) return;
      if (this.again) {
        this.again = false;
        this.flush();
      } else if (kept) {
        this.retryAfter = RETRY_FIRST;
        this.onState("saved");
      } else {
        this.onState("failed");
        this.timer = setTimeout(() => this.flush(), this.retryAfter);
        this.retryAfter = Math.min(RETRY_MOST, this.retryAfter * 2);
      }
    }

    /** Statements first: what the state says was said has been said. @param {SessionReport} report @returns {Promise<boolean>} */
    async deliver(report) {
      const sent = this.waiting.splice(0);
      const recorded = sent.length === 0 || (await this.lms.record(sent).catch(() => false));
      if (!recorded) {
        this.waiting.unshift(...sent);
        return false;
      }
      if (!this.isNormal) return true;
      if (report.suspendData === null) return false;
      return this.lms.keep(STATE, this.document(report));
    }

    /** @param {SessionReport} report */
    document({ location, suspendData }) {
      const { completed, passed } = this.said;
      return { version: 1, location, suspendData, completed, passed };
    }

    /** Saves and ends the session, once. A page that closes does not wait for answers. @returns {Promise<unknown>} */
    end() {
      if (this.ended) return Promise.resolve();
      clearTimeout(this.timer);
      const report = this.report?.();
      if (report) this.say(report.outcome);
      this.ended = true;
      const progress = report && this.isNormal && !this.said.completed ? report.outcome.progress : null;
      this.waiting.push(this.statements.terminated(this.seconds(), progress));
      const sent = this.lms.record(this.waiting.splice(0));
      const kept = report?.suspendData && this.isNormal ? this.lms.keep(STATE, this.document(report)) : null;
      return Promise.allSettled([sent, kept]);
    }

    /** A way back to the LMS, where it names one: who leaves by it ends the session first (section 10, returnURL). */
    offerReturn() {
      const { returnURL } = this.data;
      if (!returnURL || !/^https?:/.test(new URL(returnURL, location.href).protocol)) return;
      const link = lcms.dom.el("a", { class: "lcms-leave", href: returnURL }, lcms.text("leave"));
      link.addEventListener("click", async (event) => {
        event.preventDefault();
        await this.end();
        location.assign(returnURL);
      });
      document.querySelector(".lcms-header")?.append(link);
    }
  }

  /** Says "initialized", until it is taken. @param {Session} session */
  async function begin({ lms, statements }) {
    const first = statements.initialized();
    for (const pause of BEGIN_AFTER) {
      await wait(pause);
      if (await lms.record([first]).catch(() => false)) return;
    }
    throw new Error("the LMS does not take the first statement");
  }

  /**
   * A started session, or null when there is no LMS or it does not start one.
   * @param {(state: SaveState) => void} onState
   */
  async function connect(onState) {
    const launch = lcms.Cmi5Lms.launch(location.search);
    try {
      if (!launch) throw new Error("nobody launched this lesson");
      const lms = await lcms.Cmi5Lms.open(launch);
      const [data, kept, preferences] = await Promise.all([lms.launchData(), lms.load(STATE), lms.preferences()]);
      const session = new Session(lms, data, kept, onState);
      for (const media of document.querySelectorAll("audio, video")) {
        /** @type {HTMLMediaElement} */ (media).muted = preferences.audioPreference === "off";
      }
      await begin(session);
      session.offerReturn();
      return session;
    } catch (error) {
      console.warn("lcms: this lesson is not tracked", error);
      onState("untracked");
      return null;
    }
  }

  return { connect };
})();
