"use strict";
/* Imported content that speaks another SCORM than the LMS is answered by its page: this is what it is answered.
   Pure: values by element, held as the standard of the content holds them, and what they mean for the lesson.

   What is kept between launches is text, version 1: "B1|" and JSON of what is remembered. */

/**
 * @typedef {object} Told what the content's own package said of it
 * @property {BridgedStandard} standard
 * @property {number} [masteryScore] of 1
 * @property {number} [completionThreshold] of 1
 * @property {string} [launchData]
 * @property {string} [maxTime]
 * @property {string} [timeLimitAction]
 *
 * @typedef {object} Remembered
 * @property {BridgedStandard} standard in which it was reported
 * @property {Record<string, string>} values that the content wrote
 * @property {string} exit how it was left; "" normally
 * @property {boolean} completed
 * @property {boolean} passed
 * @property {number} seconds spent in all sessions before
 */

var lcms = lcms || {};

lcms.BridgeModel = class BridgeModel {
  static MARK = "B1|";

  /**
   * @param {Told} told
   * @param {string} kept text of earlier sessions, or ""
   * @param {{ id: string, name: string }} learner
   */
  constructor(told, kept, learner) {
    this.told = told;
    /** @type {Speech} */
    this.speech = lcms.speech[told.standard];
    this.is12 = told.standard === "1.2";
    /** @type {"new" | "running" | "over"} */
    this.state = "new";
    this.error = "0";
    const before = BridgeModel.read(kept);
    this.before = before;
    const { exit, seconds } = before ?? { exit: "", seconds: 0 };
    // SCORM 2004 begins a new attempt unless the last one was suspended (RTE 2.1.1.1); SCORM 1.2 goes on.
    const goesOn = before?.standard === told.standard && (this.is12 || exit === "suspend");
    const entry = !goesOn ? "ab-initio" : exit === "suspend" ? "resume" : "";
    this.secondsBefore = goesOn ? seconds : 0;
    /** Values that the content wrote. @type {Map<string, string>} */
    this.values = new Map(Object.entries(goesOn ? before.values : {}));
    /** Values that it may only read. @type {Map<string, string>} */
    this.fixed = new Map(Object.entries(this.is12 ? this.fixed12(entry, learner) : this.fixed2004(entry, learner)).filter(([, value]) => value !== ""));
  }

  /** @param {string} entry @param {{ id: string, name: string }} learner @returns {Record<string, string>} */
  fixed12(entry, { id, name }) {
    const { masteryScore, launchData = "", maxTime = "", timeLimitAction = "" } = this.told;
    return {
      "cmi.core.student_id": id, "cmi.core.student_name": name, "cmi.core.credit": "credit", "cmi.core.lesson_mode": "normal",
      "cmi.core.entry": entry, "cmi.core.total_time": BridgeModel.timespan(this.secondsBefore), "cmi.launch_data": launchData,
      "cmi.student_data.mastery_score": masteryScore === undefined ? "" : String(lcms.scoring.round(masteryScore * 100)),
      "cmi.student_data.max_time_allowed": maxTime, "cmi.student_data.time_limit_action": timeLimitAction,
    };
  }

  /** @param {string} entry @param {{ id: string, name: string }} learner @returns {Record<string, string>} */
  fixed2004(entry, { id, name }) {
    const { masteryScore, completionThreshold, launchData = "", maxTime = "", timeLimitAction = "" } = this.told;
    const number = (/** @type {number | undefined} */ value) => (value === undefined ? "" : String(value));
    return {
      "cmi.learner_id": id, "cmi.learner_name": name, "cmi.credit": "credit", "cmi.mode": "normal", "cmi.entry": entry,
      "cmi.total_time": BridgeModel.duration(this.secondsBefore), "cmi.launch_data": launchData, "cmi.scaled_passing_score": number(masteryScore),
      "cmi.completion_threshold": number(completionThreshold), "cmi.max_time_allowed": maxTime,
      "cmi.time_limit_action": timeLimitAction || "continue,no message",
      "adl.nav.request_valid.continue": "unknown", "adl.nav.request_valid.previous": "unknown",
    };
  }

  /** What a text of ours holds; null when it is none. @param {string} text @returns {Remembered | null} */
  static read(text) {
    if (!text.startsWith(BridgeModel.MARK)) return null;
    try {
      const held = JSON.parse(text.slice(BridgeModel.MARK.length));
      return typeof held?.values === "object" && held.values !== null ? held : null;
    } catch {
      return null;
    }
  }

  /** CMITimespan of SCORM 1.2. @param {number} seconds */
  static timespan(seconds) {
    const two = (/** @type {number} */ value) => String(Math.floor(value)).padStart(2, "0");
    return `${String(Math.floor(seconds / 3600)).padStart(4, "0")}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}.00`;
  }

  /** timeinterval of SCORM 2004. @param {number} seconds */
  static duration(seconds) {
    return `PT${Math.floor(seconds / 3600)}H${Math.floor((seconds % 3600) / 60)}M${Math.floor(seconds % 60)}S`;
  }

  /** Seconds of either notation; 0 for none. @param {string} text */
  static seconds(text) {
    const [, hours, minutes, seconds] = /^(\d+):(\d+):([\d.]+)$/.exec(text) ?? [];
    if (hours !== undefined) return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    const [, d, h, m, s] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text) ?? [];
    return Number(d ?? 0) * 86_400 + Number(h ?? 0) * 3600 + Number(m ?? 0) * 60 + Number(s ?? 0);
  }

  /** @param {string} name of an error @param {string} result */
  fail(name, result = "false") {
    this.error = this.speech.errors[name];
    return result;
  }

  done(result = "true") {
    this.error = "0";
    return result;
  }

  /** Refuses a call that does not fit where the session is; null when it does. @param {"end" | "get" | "set" | "commit"} call @param {string} result */
  out(call, result = "false") {
    if (this.state === "running") return null;
    return this.fail(call + (this.state === "new" ? "Before" : "After"), result);
  }

  /** @param {string} argument */
  start(argument) {
    if (argument !== "") return this.fail("argument");
    if (this.state !== "new") return this.fail(this.state === "running" ? "again" : "over");
    this.state = "running";
    return this.done();
  }

  /** @param {string} argument */
  end(argument) {
    const out = this.out("end");
    if (out !== null) return out;
    if (argument !== "") return this.fail("argument");
    this.state = "over";
    return this.done();
  }

  /** The element that a name means, with its places in lists taken out; undefined when there is none. @param {string} name */
  element(name) {
    return this.speech.elements[name.replace(/\.\d+(?=\.)/g, ".n")];
  }

  /** How many entries a list has. @param {string} list */
  count(list) {
    const places = [...this.values.keys()].filter((name) => name.startsWith(`${list}.`)).map((name) => Number(name.slice(list.length + 1).split(".")[0]));
    return places.length === 0 ? 0 : Math.max(...places) + 1;
  }

  /** Whether every place that a name gives is one of the list, or for a new entry the next. @param {string} name @param {0 | 1} more */
  isPlaced(name, more) {
    return [...name.matchAll(/\.(\d+)(?=\.)/g)].every(({ index, 1: place }) => Number(place) < this.count(name.slice(0, index)) + more);
  }

  /** What stands directly below a name in the tables. @param {string} name */
  below(name) {
    const start = `${name.replace(/\.\d+(?=\.|$)/g, ".n")}.`;
    const names = Object.keys(this.speech.elements).filter((each) => each.startsWith(start));
    return [...new Set(names.map((each) => each.slice(start.length).replace(/^n\./, "").split(".")[0]))];
  }

  /** @param {string} name */
  get(name) {
    const out = this.out("get", "");
    if (out !== null) return out;
    if (name === "cmi._version") return this.done(this.speech.version);
    if (/\._(children|count)$/.test(name)) return this.describe(name);
    const element = this.element(name);
    if (!element) return this.fail("unknown", "");
    if (!element.read) return this.fail("writeOnly", "");
    if (!this.isPlaced(name, 0)) return this.fail("place", "");
    const value = this.fixed.get(name) ?? this.values.get(name) ?? this.initial(name);
    return value === undefined ? this.fail("unset", "") : this.done(value);
  }

  /** Answers what stands below an element, or how long a list is. @param {string} name ends in a keyword */
  describe(name) {
    const [, of, keyword] = /** @type {RegExpExecArray} */ (/^(.*)\._(children|count)$/.exec(name));
    const isLeaf = this.element(of) !== undefined;
    if (keyword === "count") {
      const start = `${of.replace(/\.\d+(?=\.|$)/g, ".n")}.n.`;
      const isList = Object.keys(this.speech.elements).some((each) => each.startsWith(start));
      return isList ? this.done(String(this.count(of))) : this.fail(isLeaf ? "count" : "unknown", "");
    }
    const children = this.below(of);
    return children.length > 0 ? this.done(children.join(",")) : this.fail(isLeaf ? "children" : "unknown", "");
  }

  /** What an element says before anybody wrote it. @param {string} name */
  initial(name) {
    return {
      "cmi.core.lesson_status": "not attempted", "cmi.completion_status": "unknown", "cmi.success_status": "unknown",
      "cmi.core.entry": "", "cmi.entry": "", "adl.nav.request": "_none_",
      "cmi.learner_preference.audio_level": "1", "cmi.learner_preference.language": "", "cmi.learner_preference.delivery_speed": "1",
      "cmi.learner_preference.audio_captioning": "0",
    }[name];
  }

  /** @param {string} name @param {string} value */
  set(name, value) {
    const out = this.out("set");
    if (out !== null) return out;
    if (/\._(children|count|version)$/.test(name)) return this.fail("keyword");
    const element = this.element(name);
    if (!element) return this.fail("unknown");
    if (!element.write) return this.fail("readOnly");
    if (!this.isPlaced(name, 1)) return this.fail("unfit");
    if (this.isEarly(name)) return this.fail("before");
    // SCORM 1.2: what is said later is put behind what was said before (RTE 3.4.4, cmi.comments).
    const said = name === "cmi.comments" ? (this.values.get(name) ?? "") + value : value;
    const wrong = element.check(said);
    if (wrong !== "") return this.fail(wrong);
    if (this.isTaken(name, value)) return this.fail("unfit");
    this.values.set(name, said);
    return this.done();
  }

  /** Whether something else of an entry has to be said first: its id, and the type of an answer (SCORM 2004 RTE 4.2.9, 4.2.17). @param {string} name */
  isEarly(name) {
    const [, entry, field] = /^(cmi\.(?:objectives|interactions)\.\d+)\.(.+)$/.exec(name) ?? [];
    if (this.is12 || !entry || field === "id") return false;
    const needsType = /^(learner_response$|correct_responses\.)/.test(field);
    return !this.values.has(`${entry}.id`) || (needsType && !this.values.has(`${entry}.type`));
  }

  /** Whether an objective would have the id of another, or another than its own (SCORM 2004 RTE 4.2.17). @param {string} name @param {string} value */
  isTaken(name, value) {
    if (this.is12 || !/^cmi\.objectives\.\d+\.id$/.test(name)) return false;
    const ids = [...this.values].filter(([each]) => /^cmi\.objectives\.\d+\.id$/.test(each));
    return ids.some(([each, id]) => (each === name) !== (id === value));
  }

  /** What is remembered for the next launch. @param {number} seconds of this session, by the clock @returns {Remembered} */
  remembered(seconds) {
    const { complete, success } = this.outcome();
    const told = BridgeModel.seconds(this.values.get(this.is12 ? "cmi.core.session_time" : "cmi.session_time") ?? "");
    // Answers are the LMS's once they are given; what lasts one session only is not read again.
    const isOfSession = (/** @type {string} */ name) => /^(cmi\.interactions\.|adl\.)|\.(exit|session_time)$/.test(name);
    return {
      standard: this.told.standard,
      values: Object.fromEntries([...this.values].filter(([name]) => !isOfSession(name))),
      exit: this.exit(),
      completed: complete,
      passed: success === "passed",
      seconds: Math.round(this.secondsBefore + (told || seconds)),
    };
  }

  /** How the content is left: while it runs, it would have to go on. */
  exit() {
    if (this.state === "new") return this.before?.exit ?? "";
    const said = this.values.get(this.is12 ? "cmi.core.exit" : "cmi.exit") ?? "";
    return this.state === "running" ? "suspend" : said;
  }

  /** The text kept for the next launch; null when it is longer than the LMS takes. @param {number} limit characters @param {number} seconds */
  encode(limit, seconds) {
    if (this.state === "new" && this.before === null) return "";
    const text = BridgeModel.MARK + JSON.stringify(this.state === "new" ? this.before : this.remembered(seconds));
    return text.length <= limit ? text : null;
  }

  /** What the values mean for the lesson. What was once completed or passed stays so. @returns {{ complete: boolean, success: Success, scaled: number | null, progress: number }} */
  outcome() {
    const { completed = false, passed = false } = this.before ?? {};
    const now = this.state === "new" ? { complete: false, success: "unknown", scaled: null, progress: 0 } : this.is12 ? this.outcome12() : this.outcome2004();
    const complete = completed || now.complete;
    const success = /** @type {Success} */ (passed ? "passed" : now.success);
    return { complete, success, scaled: now.scaled, progress: complete ? 1 : now.progress };
  }

  /** Whether the content ended, and not to go on later. */
  hasEnded() {
    return this.state === "over" && this.exit() !== "suspend";
  }

  /** A score of 0 to 1. @param {number} value */
  static share(value) {
    return lcms.scoring.round(Math.min(1, Math.max(0, value)));
  }

  /** Of SCORM 1.2, the score as it was set and as a share. */
  score12() {
    const number = (/** @type {string} */ name) => {
      const text = this.values.get(`cmi.core.score.${name}`) ?? "";
      return text === "" ? null : Number(text);
    };
    const [raw, min, max] = [number("raw"), number("min") ?? 0, number("max") ?? 100];
    if (raw === null) return { raw, scaled: null };
    return { raw, scaled: BridgeModel.share(max > min ? (raw - min) / (max - min) : raw / 100) };
  }

  outcome12() {
    const { raw, scaled } = this.score12();
    let status = this.values.get("cmi.core.lesson_status") ?? "not attempted";
    // Content that ends without a word is completed (RTE 3.4.4, cmi.core.lesson_status).
    if (status === "not attempted" && this.hasEnded()) status = "completed";
    // Its mastery score decides over what it says itself (the same).
    const { masteryScore } = this.told;
    if (masteryScore !== undefined && raw !== null && ["completed", "passed", "failed"].includes(status)) {
      status = raw / 100 >= masteryScore ? "passed" : "failed";
    }
    const success = status === "passed" || status === "failed" ? status : "unknown";
    return { complete: success !== "unknown" || status === "completed", success, scaled, progress: 0 };
  }

  /** What is said of success; a threshold decides over it (RTE 4.2.22). @param {number | null} scaled */
  success2004(scaled) {
    const { masteryScore } = this.told;
    if (masteryScore === undefined) return this.values.get("cmi.success_status") ?? "unknown";
    if (scaled === null) return "unknown";
    return scaled >= masteryScore ? "passed" : "failed";
  }

  outcome2004() {
    const value = (/** @type {string} */ name) => this.values.get(`cmi.${name}`);
    const number = (/** @type {string} */ name) => (value(name) === undefined ? null : Number(value(name)));
    const { completionThreshold } = this.told;
    const [scaled, progress] = [number("score.scaled"), number("progress_measure")];
    let completion = value("completion_status") ?? "unknown";
    // A threshold decides over what it says itself (RTE 4.2.4); ended without a word, it is completed.
    if (completionThreshold !== undefined && progress !== null) completion = progress >= completionThreshold ? "completed" : "incomplete";
    else if (completion === "unknown" && this.hasEnded()) completion = "completed";
    const complete = completion === "completed";
    const success = this.success2004(scaled);
    // Who is on the way has not failed yet: SCORM 1.2 and cmi5 would take it for the end.
    const isEarly = success === "failed" && !complete && !this.hasEnded();
    return { complete, success: isEarly ? "unknown" : success, scaled: scaled === null ? null : BridgeModel.share(scaled), progress: progress ?? 0 };
  }
};
