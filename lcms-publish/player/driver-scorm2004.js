"use strict";
/* SCORM 2004 Run-Time Environment, 2nd to 4th edition: names, limits and formats (chapter 4). */

var lcms = lcms || {};

/** @type {Driver} */
lcms.driver = (() => {
  const MAX_LOCATION = 1000;
  const MAX_DESCRIPTION = 250;

  /** timeinterval (second, 10, 2): ISO 8601, hundredths. @param {number} seconds */
  function timespan(seconds) {
    const hundredths = Math.round(seconds * 100);
    const minutes = Math.floor(hundredths / 6000);
    return `PT${Math.floor(minutes / 60)}H${minutes % 60}M${(hundredths % 6000) / 100}S`;
  }

  /** time (second, 10, 2): a zone may only follow a fraction of at most two digits. @param {Date} time */
  const timestamp = (time) => `${time.toISOString().slice(0, 22)}Z`;

  /** What the manifest tells a lesson that others wait for, or that has a limit of attempts (cmi.launch_data). */
  /** @type {{ objective: number, once: boolean }} */
  const told = { objective: -1, once: false };

  /** @param {string} text @returns {{ done?: string, once?: boolean }} */
  function launchData(text) {
    try {
      return JSON.parse(text) ?? {};
    } catch {
      return {};
    }
  }

  /** An attempt is over when the lesson is done, or, where attempts are counted, when all was tried. @param {Outcome} outcome */
  const isOver = ({ complete, success, reached }) => (told.once && reached) || (complete && success !== "failed");

  return {
    api: "API_1484_11",
    methods: {
      initialize: "Initialize",
      terminate: "Terminate",
      get: "GetValue",
      set: "SetValue",
      commit: "Commit",
      error: "GetLastError",
    },
    // What the 3rd and 4th editions hold; driver-scorm2004-2nd.js says what the 2nd does.
    suspendLimit: 64_000,
    suspendData: "cmi.suspend_data",
    location: "cmi.location",
    entry: "cmi.entry",
    learner: ["cmi.learner_id", "cmi.learner_name"],
    optional: [],

    begin(get) {
      const { done, once = false } = launchData(get("cmi.launch_data"));
      const ids = Array.from({ length: Number(get("cmi.objectives._count")) || 0 }, (_, n) => get(`cmi.objectives.${n}.id`));
      told.objective = done === undefined ? -1 : ids.indexOf(done);
      told.once = once;
    },

    standing: (get) => ({
      completed: get("cmi.completion_status") === "completed",
      passed: get("cmi.success_status") === "passed",
    }),

    entries({ location, suspendData, outcome, goesOn = false }) {
      /** @type {Entry[]} */
      const entries = [["cmi.location", location.slice(0, MAX_LOCATION)]];
      if (suspendData !== null) entries.push(["cmi.suspend_data", suspendData]);
      if (outcome.scaled !== null) {
        entries.push(["cmi.score.min", "0"], ["cmi.score.max", "100"]);
        entries.push(["cmi.score.raw", String(lcms.scoring.round(outcome.scaled * 100))]);
        entries.push(["cmi.score.scaled", String(outcome.scaled)]);
      }
      entries.push(["cmi.progress_measure", String(outcome.progress)]);
      entries.push(["cmi.completion_status", outcome.complete ? "completed" : "incomplete"]);
      entries.push(["cmi.success_status", outcome.success]);
      if (outcome.complete && told.objective >= 0) {
        // What waits for this lesson reads it here: editions before the 4th share no completion.
        entries.push([`cmi.objectives.${told.objective}.success_status`, "passed"]);
        entries.push([`cmi.objectives.${told.objective}.completion_status`, "completed"]);
      }
      entries.push(["cmi.exit", isOver(outcome) && !goesOn ? "normal" : "suspend"]);
      return entries;
    },

    sessionTime: (seconds) => ["cmi.session_time", timespan(seconds)],

    interaction({ id, question, response, earned, seconds, time }) {
      const notation = lcms.notation.scorm2004;
      const given = notation.response(question, response);
      /** @type {Entry[]} */
      const entries = [
        ["id", id],
        ["type", notation.type(question)],
        ["timestamp", timestamp(time)],
        ["weighting", String(question.weight)],
      ];
      notation.correct(question).forEach((pattern, n) => entries.push([`correct_responses.${n}.pattern`, pattern]));
      if (given !== "") entries.push(["learner_response", given]);
      entries.push(["result", notation.result(earned)], ["latency", timespan(seconds)]);
      const source = question.source ? ` [${question.source}]` : "";
      if (question.description) entries.push(["description", question.description.slice(0, MAX_DESCRIPTION - source.length) + source]);
      return entries;
    },
  };
})();
