"use strict";
/* The connection to the LMS: finding its API, starting, saving and ending a session.
   What differs between the standards is in the driver: a description of names and formats, without behaviour.

   A save is asked for often and done rarely: values that did not change are not sent again. The state shown to the
   learner follows from what the LMS returned, never from the fact that we called it. */

/**
 * @typedef {"connecting" | "untracked" | "saving" | "saved" | "failed"} SaveState
 * @typedef {[element: string, value: string]} Entry
 *
 * @typedef {object} SessionReport what there is to tell an LMS
 * @property {string} location page id
 * @property {string | null} suspendData null when it does not fit
 * @property {Outcome} outcome
 *
 * @typedef {object} Interaction one answer given to a question
 * @property {string} id
 * @property {Question} question
 * @property {Reply} response
 * @property {number} earned 0 to 1
 * @property {number} seconds from seeing the question to answering it
 * @property {Date} time
 *
 * @typedef {object} Conversation a started session, whatever the LMS speaks
 * @property {(() => SessionReport) | null} report
 * @property {(element: string) => string} get
 * @property {(interaction: Interaction) => void} record
 * @property {() => void} save
 * @property {() => void} flush
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
  const INITIALIZE_AFTER = [0, 250, 750, 2000];
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

  /** @param {Api} api @param {string} method @param {...string} values @returns {unknown} */
  function call(api, method, ...values) {
    try {
      return api[method](...values);
    } catch (error) {
      console.warn(`lcms: ${method}(${values[0] ?? ""}) failed`, error);
      return false;
    }
  }

  /** @param {Api} api @param {Driver} driver */
  async function initialize(api, { methods }) {
    for (const pause of INITIALIZE_AFTER) {
      await wait(pause);
      if (isTrue(call(api, methods.initialize, ""))) return true;
      if (String(call(api, methods.error)) === ALREADY_INITIALIZED) return true;
    }
    return false;
  }

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
      /** @type {(() => SessionReport) | null} */
      this.report = null;
      /** @type {Map<string, string>} what the LMS confirmed */
      this.confirmed = new Map();
      /** @type {{ entries: Entry[], tries: number }[]} */
      this.interactions = [];
      this.nextInteraction = this.countInteractions();
      this.timer = 0;
      this.retryAfter = RETRY_FIRST;
      this.ended = false;
      driver.begin?.((element) => this.get(element));
    }

    /** @param {string} element @returns {string} "" when the LMS has no value */
    get(element) {
      const value = call(this.api, this.driver.methods.get, element);
      return value === false || value === null || value === undefined ? "" : String(value);
    }

    /** @param {Entry} entry */
    set([element, value]) {
      if (this.confirmed.get(element) === value) return true;
      const done = isTrue(call(this.api, this.driver.methods.set, element, value));
      if (done) this.confirmed.set(element, value);
      else console.warn(`lcms: the LMS refused ${element}: error ${call(this.api, this.driver.methods.error)}`);
      return done;
    }

    /** How many records there are; −1 when this LMS keeps none (they are optional in SCORM 1.2). */
    countInteractions() {
      const count = this.get("cmi.interactions._count");
      return /^\d+$/.test(count) ? Number(count) : -1;
    }

    /** @param {Interaction} interaction */
    record(interaction) {
      if (this.nextInteraction >= 0) this.interactions.push({ entries: this.driver.interaction(interaction), tries: 0 });
    }

    /** Saves as soon as the present work is done; many calls make one save. */
    save() {
      if (this.ended) return;
      this.onState("saving");
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flush(), 0);
    }

    /** Saves now. On failure tries again, each time later. */
    flush() {
      if (this.ended || !this.report) return;
      clearTimeout(this.timer);
      if (this.write(this.report())) {
        this.retryAfter = RETRY_FIRST;
        this.onState("saved");
        return;
      }
      this.confirmed.clear();
      this.onState("failed");
      this.timer = setTimeout(() => this.flush(), this.retryAfter);
      this.retryAfter = Math.min(RETRY_MOST, this.retryAfter * 2);
    }

    /** @param {SessionReport} report @returns {boolean} whether the LMS took and kept all of it */
    write(report) {
      const { entries, optional } = this.driver;
      const refused = entries(report).filter((entry) => !this.set(entry) && !optional.includes(entry[0]));
      const recorded = this.writeInteractions();
      this.set(this.driver.sessionTime((performance.now() - this.started) / 1000));
      const kept = isTrue(call(this.api, this.driver.methods.commit, ""));
      return kept && recorded && refused.length === 0 && report.suspendData !== null;
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

    /** Saves and ends the session, once. */
    end() {
      if (this.ended) return;
      this.flush();
      clearTimeout(this.timer);
      this.ended = true;
      call(this.api, this.driver.methods.terminate, "");
    }
  }

  /**
   * A started session, or null when there is no LMS or it does not start one.
   * @param {Driver} driver
   * @param {(state: SaveState) => void} onState
   * @returns {Promise<Conversation | null>}
   */
  async function connect(driver, onState) {
    onState("connecting");
    if (driver.connect) return driver.connect(onState);
    const api = driver.api === null ? null : await awaitApi(driver.api);
    if (api && (await initialize(api, driver))) return new Session(api, driver, onState);
    onState("untracked");
    return null;
  }

  return { connect };
})();
