"use strict";
/* SCORM 1.2 Run-Time Environment: names, limits and formats (sections 3.3 and 3.4). */

var lcms = lcms || {};

/** @type {Driver} */
lcms.driver = (() => {
  const MAX_TEXT = 255;

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
    entry: "cmi.core.entry",
    learner: ["cmi.core.student_id", "cmi.core.student_name"],
    optional: ["cmi.core.score.min", "cmi.core.score.max"],

    standing(get) {
      const held = get("cmi.core.lesson_status");
      return { completed: held === "completed" || held === "passed", passed: held === "passed" };
    },

    entries({ location, suspendData, outcome, goesOn = false }) {
      /** @type {Entry[]} */
      const entries = [["cmi.core.lesson_location", location.slice(0, MAX_TEXT)]];
      if (suspendData !== null) entries.push(["cmi.suspend_data", suspendData]);
      if (outcome.scaled !== null) {
        entries.push(["cmi.core.score.min", "0"], ["cmi.core.score.max", "100"]);
        entries.push(["cmi.core.score.raw", String(lcms.scoring.round(outcome.scaled * 100))]);
      }
      entries.push(["cmi.core.lesson_status", status(outcome)]);
      entries.push(["cmi.core.exit", outcome.complete && outcome.success !== "failed" && !goesOn ? "" : "suspend"]);
      return entries;
    },

    sessionTime: (seconds) => ["cmi.core.session_time", timespan(seconds)],

    interaction({ id, question, response, earned, seconds, time }) {
      const notation = lcms.notation.scorm12;
      const given = notation.response(question, response);
      /** @type {Entry[]} */
      const entries = [
        ["id", id.slice(0, MAX_TEXT)],
        ["type", notation.type(question)],
        ["time", [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")],
        ["weighting", String(question.weight)],
      ];
      notation.correct(question).forEach((pattern, n) => entries.push([`correct_responses.${n}.pattern`, pattern]));
      if (given !== "") entries.push(["student_response", given]);
      entries.push(["result", notation.result(earned)], ["latency", timespan(seconds)]);
      return entries;
    },
  };
})();
