"use strict";
/* The connection to the LMS: finding its API, starting, saving and ending a session.
   What differs between the standards is in the driver: a description of names and formats, without behaviour.

   A save is asked for often and done rarely: values that did not change are not sent again. The state shown to the
   learner follows from what the LMS returned and from what it hands back, never from the fact that we called it.
   What an LMS holds is read before anything is written: a state that cannot be read is never written over. */

/**
 * @typedef {"connecting" | "untracked" | "saving" | "saved" | "shortened" | "failed"} SaveState
 * @typedef {[element: string, value: string]} Entry
 *
 * @typedef {object} SessionReport what there is to tell an LMS
 * @property {string} location page id
 * @property {string | null} suspendData null when it does not fit
 * @property {boolean} whole nothing had to be left out of it
 * @property {Outcome} outcome
 * @property {boolean} [goesOn] the learner is to come back to this attempt, whatever came of it so far
 *
 * @typedef {object} Interaction one answer given to a question
 * @property {string} id
 * @property {Question} question
 * @property {Reply} response
 * @property {number | null} earned 0 to 1; null when only a person can judge it
 * @property {number} seconds from seeing the question to answering it
 * @property {Date} time
 *
 * @typedef {object} Conversation a started session, whatever the LMS speaks
 * @property {((limit?: number) => SessionReport) | null} report made for so many characters of suspend data
 * @property {{ suspendData: string, location: string, completed: boolean, passed: boolean }} kept of earlier sessions
 * @property {(interaction: Interaction) => void} record
 * @property {(answer: Relayed) => void} relay
 * @property {() => void} save
 * @property {() => boolean | undefined} flush false when it is known that not all was kept
 * @property {number} [limit] characters of suspend data that the LMS keeps
 * @property {() => { id: string, name: string }} learner
 * @property {() => unknown} end
 * @property {Partial<Sco>} [decides] what the LMS decides of the lesson
 *
 * @typedef {Record<string, (...values: string[]) => unknown>} Api what an LMS offers
 * @typedef {object} Driver
 * @property {string | null} api name of the API object on a window; null: there is never one
 * @property {Record<"initialize" | "terminate" | "get" | "set" | "commit" | "error", string>} methods
 * @property {number} suspendLimit characters
 * @property {string} suspendData element
 * @property {string} location element
 * @property {string} [entry] element that says whether an attempt begins or goes on
 * @property {[id: string, name: string]} learner elements
 * @property {string[]} optional elements that an LMS may refuse without harm
 * @property {(get: (element: string) => string) => void} [begin] reads what the LMS tells at launch
 * @property {(onState: (state: SaveState) => void) => Promise<Conversation | null>} [connect] in place of finding an API
 * @property {(get: (element: string) => string) => { completed: boolean, passed: boolean }} standing what the LMS already holds
 * @property {(report: SessionReport) => Entry[]} entries
 * @property {(seconds: number) => Entry} sessionTime
 * @property {(interaction: Interaction) => Entry[]} interaction elements relative to their record, id first
 */

var lcms = lcms || {};

lcms.session = (() => {
  const MAX_PARENTS = 500;
  const SEARCH_EVERY = 100;
  const SEARCH_FOR = 4000;
  const TRY_AFTER = [0, 250, 750, 2000];
  const SLOW = 250;
  const PAUSE_MOST = 5000;
  const LAST_TRIES = 2;
  const RETRY_FIRST = 2000;
  const RETRY_MOST = 60_000;
  const INTERACTION_TRIES = 3;
  const ALREADY_INITIALIZED = "103";

  const wait = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));

  /** LMSs answer `"true"`, `true` or `1`. @param {unknown} answer */
  const isTrue = (answer) => answer === true || answer === 1 || answer === "true" || answer === "1";

  /** The API on a window, unless that window is of another origin. @param {Window} frame @param {string} name @returns {Api | null} */
  function apiOn(frame, name) {
    try {
      return /** @type {any} */ (frame)[name] ?? null;
    } catch {
      return null;
    }
  }

  /** The API on a window or above it. @param {Window} frame @param {string} name */
  function apiAbove(frame, name) {
    for (let i = 0; i <= MAX_PARENTS; i += 1) {
      const api = apiOn(frame, name);
      if (api || frame.parent === frame) return api;
      frame = frame.parent;
    }
    return null;
  }

  /** The window that opened a window or one of its parents. @param {Window} frame @returns {Window | null} */
  function openerOf(frame) {
    for (let i = 0; i <= MAX_PARENTS; i += 1) {
      try {
        if (frame.opener) return frame.opener;
      } catch {
        // Another origin keeps its opener to itself; a parent may still name one.
      }
      if (frame.parent === frame) return null;
      frame = frame.parent;
    }
    return null;
  }

  /** The API anywhere it may be: our window, its parents, then the same from each opener. @param {string} name */
  function findApi(name) {
    /** @type {Window | null} */
    let frame = window;
    const visited = new Set();
    while (frame && !visited.has(frame)) {
      visited.add(frame);
      const api = apiAbove(frame, name);
      if (api) return api;
      frame = openerOf(frame);
    }
    return null;
  }

  /** Looks for the API until it appears or patience ends; a page that nobody launched does not wait. @param {string} name */
  async function awaitApi(name) {
    const launched = window.parent !== window || Boolean(window.opener);
    const until = performance.now() + (launched ? SEARCH_FOR : 0);
    for (;;) {
      const api = findApi(name);
      if (api || performance.now() >= until) return api;
      await wait(SEARCH_EVERY);
    }
  }

  /** What stands for an answer that never came. */
  const NOTHING = Symbol("nothing");

  /** @param {Api} api @param {string} method @param {...string} values @returns {unknown} `NOTHING` when the LMS failed */
  function call(api, method, ...values) {
    try {
      return api[method](...values);
    } catch (error) {
      console.warn(`lcms: ${method}(${values[0] ?? ""}) failed`, error);
      return NOTHING;
    }
  }

  /** @param {Api} api @param {Driver} driver */
  async function initialize(api, { methods }) {
    for (const pause of TRY_AFTER) {
      await wait(pause);
      if (isTrue(call(api, methods.initialize, ""))) return true;
      if (String(call(api, methods.error)) === ALREADY_INITIALIZED) return true;
    }
    return false;
  }

  /** Whether an error after an empty answer only says that there is no value: none so far, or no such element. @param {unknown} code */
  const isNoValue = (code) => !(Number(code) > 0) || ["401", "402", "403"].includes(String(code));

  class Session {
    /**
     * @param {Api} api initialised
     * @param {Driver} driver
     * @param {(state: SaveState) => void} onState
     */
    constructor(api, driver, onState) {
      this.api = api;
      this.driver = driver;
      this.onState = onState;
      this.started = performance.now();
      /** @type {((limit?: number) => SessionReport) | null} */
      this.report = null;
      /** @type {Map<string, string>} what the LMS confirmed */
      this.confirmed = new Map();
      /** @type {{ entries: Entry[], tries: number }[]} */
      this.interactions = [];
      this.nextInteraction = -1;
      /** Characters of suspend data that the LMS keeps. */
      this.limit = driver.suspendLimit;
      this.kept = { suspendData: "", location: "", completed: false, passed: false };
      this.timer = 0;
      this.pause = 0;
      this.retryAfter = RETRY_FIRST;
      this.ended = false;
    }

    /**
     * Reads what the LMS holds of the learner. Without it the lesson must not write.
     * @returns {boolean} whether all that matters was handed over
     */
    load() {
      let failures = 0;
      const get = (/** @type {string} */ element) => {
        const value = this.get(element);
        if (value === null) failures += 1;
        return value ?? "";
      };
      this.driver.begin?.(get);
      const suspendData = get(this.driver.suspendData);
      const standing = this.driver.standing(get);
      // Where nothing was begun there is nothing to lose, whatever an LMS makes of asking for it.
      const loaded = failures === 0 || this.get(this.driver.entry ?? "") === "ab-initio";
      this.kept = { suspendData, location: get(this.driver.location), ...standing };
      const count = get("cmi.interactions._count");
      // Optional in SCORM 1.2: an LMS that counts none is sent none.
      this.nextInteraction = /^\d+$/.test(count) ? Number(count) : -1;
      return loaded;
    }

    /** @param {string} element @returns {string | null} "" when the LMS has no value; null when it failed */
    get(element) {
      const value = call(this.api, this.driver.methods.get, element);
      if (value === NOTHING) return null;
      if (typeof value === "string" ? value !== "" : typeof value === "number") return String(value);
      const code = call(this.api, this.driver.methods.error);
      return code === NOTHING || !isNoValue(code) ? null : "";
    }

    /** @param {Entry} entry */
    set([element, value]) {
      if (this.confirmed.get(element) === value) return true;
      const done = isTrue(call(this.api, this.driver.methods.set, element, value));
      if (done) this.confirmed.set(element, value);
      else console.warn(`lcms: the LMS refused ${element}: error ${String(call(this.api, this.driver.methods.error))}`);
      return done;
    }

    /** @param {Interaction} interaction */
    record(interaction) {
      if (this.nextInteraction >= 0) this.interactions.push({ entries: this.driver.interaction(interaction), tries: 0 });
    }

    /** @param {Relayed} answer that imported content reported */
    relay(answer) {
      if (this.nextInteraction >= 0) this.interactions.push({ entries: lcms.bridgeAnswers.entries(answer, this.driver), tries: 0 });
    }

    /** Saves as soon as the present work is done; many calls make one save. A slow LMS is asked less often. */
    save() {
      if (this.ended) return;
      this.onState("saving");
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flush(), this.pause);
    }

    /** Who learns. */
    learner() {
      const [id, name] = this.driver.learner;
      return { id: this.get(id) ?? "", name: this.get(name) ?? "" };
    }

    /** Saves now. On failure tries again, each time later. @returns {boolean | undefined} whether all was kept */
    flush() {
      if (this.ended || !this.report) return undefined;
      clearTimeout(this.timer);
      const begun = performance.now();
      const kept = this.attempt(this.report);
      const took = performance.now() - begun;
      this.pause = took > SLOW ? Math.min(PAUSE_MOST, took) : 0;
      if (kept) {
        this.retryAfter = RETRY_FIRST;
        this.onState(kept);
        return true;
      }
      this.confirmed.clear();
      this.onState("failed");
      this.timer = setTimeout(() => this.flush(), this.retryAfter);
      this.retryAfter = Math.min(RETRY_MOST, this.retryAfter * 2);
      return false;
    }

    /**
     * Writes a report and looks whether it is there. An LMS that cuts the text off is given a shorter one.
     * @param {(limit?: number) => SessionReport} makeReport
     * @returns {"saved" | "shortened" | null} null when not all of it was kept
     */
    attempt(makeReport) {
      for (;;) {
        const report = makeReport(this.limit);
        const sent = report.suspendData;
        if (!this.write(report) || sent === null) return null;
        const held = this.get(this.driver.suspendData);
        if (held === sent) return report.whole ? "saved" : "shortened";
        console.warn(`lcms: the LMS holds ${held?.length ?? "no"} of ${sent.length} characters`);
        if (!held || held.length >= sent.length || !sent.startsWith(held)) return null;
        this.limit = held.length;
        this.confirmed.clear();
      }
    }

    /** @param {SessionReport} report @returns {boolean} whether the LMS took all of it */
    write(report) {
      const { entries, optional } = this.driver;
      const refused = entries(report).filter((entry) => !this.set(entry) && !optional.includes(entry[0]));
      const recorded = this.writeInteractions();
      this.set(this.driver.sessionTime((performance.now() - this.started) / 1000));
      return isTrue(call(this.api, this.driver.methods.commit, "")) && recorded && refused.length === 0;
    }

    /** Writes waiting records in order. One that is refused again and again is given up, so that it cannot hold back the rest. */
    writeInteractions() {
      while (this.interactions.length > 0) {
        const [waiting] = this.interactions;
        const [id, ...details] = waiting.entries.map(
          ([element, value]) => /** @type {Entry} */ ([`cmi.interactions.${this.nextInteraction}.${element}`, value]),
        );
        if (this.set(id)) {
          for (const entry of details) this.set(entry);
          this.nextInteraction += 1;
        } else {
          waiting.tries += 1;
          if (waiting.tries < INTERACTION_TRIES) return false;
        }
        this.interactions.shift();
      }
      return true;
    }

    /** Saves and ends the session, once. There is no later: what fails is tried again at once. */
    end() {
      if (this.ended) return;
      clearTimeout(this.timer);
      for (let tries = 0; this.report && tries < LAST_TRIES && !this.attempt(this.report); tries += 1) this.confirmed.clear();
      this.ended = true;
      for (let tries = 0; tries < LAST_TRIES && !isTrue(call(this.api, this.driver.methods.terminate, "")); tries += 1);
    }
  }

  /**
   * A started session; or why there is none: no LMS, or one that does not hand over what it holds.
   * @param {Driver} driver
   * @param {(state: SaveState) => void} onState
   * @returns {Promise<Conversation | "noPlatform" | "notLoaded">}
   */
  async function connect(driver, onState) {
    onState("connecting");
    if (driver.connect) return (await driver.connect(onState)) ?? "noPlatform";
    const api = driver.api === null ? null : await awaitApi(driver.api);
    const started = api !== null && (await initialize(api, driver));
    if (started) {
      const session = new Session(api, driver, onState);
      for (const pause of TRY_AFTER) {
        await wait(pause);
        if (session.load()) return session;
      }
    }
    onState("untracked");
    return started ? "notLoaded" : "noPlatform";
  }

  return { connect };
})();
