"use strict";
/* SCORM 1.2 Run-Time Environment: names, limits and formats (sections 3.3 and 3.4). */

var lcms = lcms || {};

/** @type {Driver} */
lcms.driver = (() => {
  const MAX_TEXT = 255;
  /** An identifier of a choice is one lower-case letter or digit: its place among the authored choices. */
  const CHOICES = "abcdefghijklmnopqrstuvwxyz0123456789";

  const two = (/** @type {number} */ value) => String(Math.floor(value)).padStart(2, "0");

  /** CMITimespan HHHH:MM:SS.SS. @param {number} seconds */
  function timespan(seconds) {
    const hundredths = Math.round(seconds * 100);
    const whole = Math.floor(hundredths / 100);
    const hours = String(Math.floor(whole / 3600)).padStart(4, "0");
    return `${hours}:${two((whole % 3600) / 60)}:${two(whole % 60)}.${two(hundredths % 100)}`;
  }

  /** One status says both: passed or failed where a pass mark decided, else completed or incomplete. @param {Outcome} outcome */
  function status({ complete, success, reached }) {
    if (reached && success !== "unknown") return success;
    return complete ? "completed" : "incomplete";
  }

  /** @param {Question} question @param {string[]} ids */
  function choicePattern({ type, choices = [] }, ids) {
    if (type === "true_false") return ids[0] === "true" ? "t" : "f";
    return choices.flatMap((id, place) => (ids.includes(id) ? (CHOICES[place] ?? []) : [])).join(",");
  }

  /** @param {Question} question @param {Reply} response */
  function responsePattern(question, response) {
    if (Array.isArray(response)) return response.length === 0 ? "" : choicePattern(question, response);
    return Object.keys(question.correct)
      .map((blank) => response[blank] ?? "")
      .join(", ");
  }

  /** What is right: one pattern, or one per accepted text of a lone blank. @param {Question} question @returns {string[]} */
  function correctPatterns(question) {
    if (Array.isArray(question.correct)) return [choicePattern(question, question.correct)];
    const blanks = Object.values(question.correct);
    return blanks.length === 1 ? blanks[0].accept : [blanks.map(({ accept }) => accept[0]).join(", ")];
  }

  /** @param {number} earned */
  function result(earned) {
    if (earned === 1) return "correct";
    return earned === 0 ? "wrong" : String(earned);
  }

  return {
    api: "API",
    methods: {
      initialize: "LMSInitialize",
      terminate: "LMSFinish",
      get: "LMSGetValue",
      set: "LMSSetValue",
      commit: "LMSCommit",
      error: "LMSGetLastError",
    },
    suspendLimit: 4096,
    suspendData: "cmi.suspend_data",
    location: "cmi.core.lesson_location",
    optional: ["cmi.core.score.min", "cmi.core.score.max"],

    standing(get) {
      const held = get("cmi.core.lesson_status");
      return { completed: held === "completed" || held === "passed", passed: held === "passed" };
    },

    entries({ location, suspendData, outcome }) {
      /** @type {Entry[]} */
      const entries = [["cmi.core.lesson_location", location.slice(0, MAX_TEXT)]];
      if (suspendData !== null) entries.push(["cmi.suspend_data", suspendData]);
      if (outcome.scaled !== null) {
        entries.push(["cmi.core.score.min", "0"], ["cmi.core.score.max", "100"]);
        entries.push(["cmi.core.score.raw", String(lcms.scoring.round(outcome.scaled * 100))]);
      }
      entries.push(["cmi.core.lesson_status", status(outcome)]);
      entries.push(["cmi.core.exit", outcome.complete && outcome.success !== "failed" ? "" : "suspend"]);
      return entries;
    },

    sessionTime: (seconds) => ["cmi.core.session_time", timespan(seconds)],

    interaction({ id, question, response, earned, seconds, time }) {
      const type = { single_choice: "choice", multiple_choice: "choice", true_false: "true-false", fill_in: "fill-in" };
      const given = responsePattern(question, response).slice(0, MAX_TEXT);
      /** @type {Entry[]} */
      const entries = [
        ["id", id.slice(0, MAX_TEXT)],
        ["type", type[question.type]],
        ["time", [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")],
        ["weighting", String(question.weight)],
      ];
      correctPatterns(question).forEach((pattern, n) => {
        entries.push([`correct_responses.${n}.pattern`, pattern.slice(0, MAX_TEXT)]);
      });
      if (given !== "") entries.push(["student_response", given]);
      entries.push(["result", result(earned)], ["latency", timespan(seconds)]);
      return entries;
    },
  };
})();
