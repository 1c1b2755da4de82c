"use strict";
/* A SCORM runtime for looking at content: keeps values in the browser, answers as the standards say where content
   could tell the difference, and reports every call. It never leaves the page. */

/**
 * @typedef {{ name: string, parameters: string[], result: string, error: string }} Call
 * @typedef {Record<string, string>} Values
 */

/** Where values are kept: with the window, or, where a browser allows a framed page no storage, with this page. */
const keptValues = (() => {
  try {
    sessionStorage.getItem("");
    return sessionStorage;
  } catch {
    /** @type {Map<string, string>} */
    const kept = new Map();
    return {
      getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
      setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
      removeItem: (/** @type {string} */ key) => void kept.delete(key),
    };
  }
})();

// eslint-disable-next-line no-unused-vars
const createRuntime = (() => {
  /** What differs between the standards (RTE 1.2 §3.4; 2004 4th ed. RTE §3.1.7, §4.2). */
  const STANDARDS = {
    "1.2": {
      api: "API",
      names: { start: "LMSInitialize", end: "LMSFinish", get: "LMSGetValue", set: "LMSSetValue", commit: "LMSCommit", last: "LMSGetLastError", text: "LMSGetErrorString", detail: "LMSGetDiagnostic" },
      errors: { argument: "201", before: "301", again: "101", unset: "0", unknown: "401", readOnly: "403", writeOnly: "404", value: "405" },
      status: "cmi.core.lesson_status",
      fresh: {
        "cmi.core.student_id": "preview", "cmi.core.student_name": "Preview, Learner", "cmi.core.lesson_status": "not attempted",
        "cmi.core.lesson_mode": "normal", "cmi.core.credit": "credit", "cmi.core.entry": "ab-initio", "cmi.core.total_time": "0000:00:00.00",
        "cmi.core.lesson_location": "", "cmi.core.score.raw": "", "cmi.core.score.min": "", "cmi.core.score.max": "", "cmi.suspend_data": "", "cmi.launch_data": "", "cmi.comments": "", "cmi.comments_from_lms": "",
      },
      readOnly: /^cmi\.(core\.(student_id|student_name|lesson_mode|credit|entry|total_time|_children)|launch_data|comments_from_lms)$|\._(count|children)$/,
      writeOnly: /^cmi\.(core\.(exit|session_time)|interactions\.\d+\..*)$/,
      known: /^cmi\.(core\.|suspend_data$|launch_data$|comments|objectives\.|interactions\.|student_data\.|student_preference\.)/,
      allowed: { "cmi.core.lesson_status": ["passed", "completed", "failed", "incomplete", "browsed"], "cmi.core.exit": ["time-out", "suspend", "logout", ""] },
      exit: "cmi.core.exit", entry: "cmi.core.entry", journal: false,
    },
    "2004": {
      api: "API_1484_11",
      names: { start: "Initialize", end: "Terminate", get: "GetValue", set: "SetValue", commit: "Commit", last: "GetLastError", text: "GetErrorString", detail: "GetDiagnostic" },
      errors: { argument: "201", before: "122", again: "103", unset: "403", unknown: "401", readOnly: "404", writeOnly: "405", value: "406" },
      status: "cmi.completion_status",
      fresh: {
        "cmi._version": "1.0", "cmi.learner_id": "preview", "cmi.learner_name": "Learner, Preview", "cmi.completion_status": "unknown",
        "cmi.success_status": "unknown", "cmi.mode": "normal", "cmi.credit": "credit", "cmi.entry": "ab-initio", "cmi.total_time": "PT0S",
        "cmi.learner_preference.language": "", "adl.nav.request": "_none_", "adl.nav.request_valid.continue": "unknown", "adl.nav.request_valid.previous": "unknown",
      },
      readOnly: /^cmi\.(_version|learner_id|learner_name|mode|credit|entry|total_time|launch_data|completion_threshold|scaled_passing_score|max_time_allowed|time_limit_action)$|\._(count|children)$|^adl\.nav\.request_valid/,
      writeOnly: /^cmi\.(exit|session_time)$/,
      known: /^(cmi\.(_version|comments_from_learner|comments_from_lms|completion_status|completion_threshold|credit|entry|exit|interactions|launch_data|learner_id|learner_name|learner_preference|location|max_time_allowed|mode|objectives|progress_measure|scaled_passing_score|score|session_time|success_status|suspend_data|time_limit_action|total_time)\b|adl\.(nav|data)\.)/,
      allowed: {
        "cmi.completion_status": ["completed", "incomplete", "not attempted", "unknown"], "cmi.success_status": ["passed", "failed", "unknown"],
        "cmi.exit": ["time-out", "suspend", "logout", "normal", ""],
      },
      exit: "cmi.exit", entry: "cmi.entry", journal: true,
    },
  };
  const WORDS = {
    0: "No error", 101: "General exception", 103: "Already initialized", 122: "Retrieve data before initialization", 201: "Invalid argument",
    301: "Not initialized", 401: "Unknown element", 403: "Not set, or read only", 404: "Read only, or write only", 405: "Write only, or wrong value", 406: "Wrong value",
  };

  /**
   * @param {"1.2" | "2004"} standard
   * @param {string} key under which the values of this content are kept while the window is open
   * @param {(values: Values, call: Call) => void} report
   */
  return function create(standard, key, report) {
    const rules = STANDARDS[standard];
    /** @type {Values} */
    const values = JSON.parse(keptValues.getItem(key) ?? "null") ?? { ...rules.fresh };
    let state = "new";
    let error = "0";

    const fail = (/** @type {string} */ code, result = "false") => {
      error = code;
      return result;
    };
    const done = (result = "true") => {
      error = "0";
      return result;
    };
    const keep = () => keptValues.setItem(key, JSON.stringify(values));
    const length = (/** @type {string} */ list) =>
      new Set(Object.keys(values).filter((name) => name.startsWith(`${list}.`)).map((name) => name.slice(list.length + 1).split(".")[0])).size;

    const calls = {
      start() {
        if (state === "running") return fail(rules.errors.again);
        const went = values[rules.exit];
        values[rules.entry] = went === undefined ? "ab-initio" : went === "suspend" ? "resume" : "";
        delete values[rules.exit];
        state = "running";
        return done();
      },
      end() {
        if (state !== "running") return fail(rules.errors.before);
        state = "ended";
        values[rules.exit] ??= "";
        keep();
        return done();
      },
      /** @param {string} name */
      get(name) {
        if (state !== "running") return fail(rules.errors.before, "");
        if (rules.writeOnly.test(name)) return fail(rules.errors.writeOnly, "");
        if (name.endsWith("._count")) return done(String(length(name.slice(0, -"._count".length))));
        if (!rules.known.test(name)) return fail(rules.errors.unknown, "");
        const value = values[name];
        if (value === undefined && rules.errors.unset !== "0") return fail(rules.errors.unset, "");
        return done(value ?? "");
      },
      /** @param {string} name @param {string} value */
      set(name, value) {
        if (state !== "running") return fail(standard === "1.2" ? "301" : "132");
        if (rules.readOnly.test(name)) return fail(rules.errors.readOnly);
        if (!rules.known.test(name)) return fail(rules.errors.unknown);
        const allowed = /** @type {Record<string, string[]>} */ (rules.allowed)[name];
        if (allowed && !allowed.includes(value)) return fail(rules.errors.value);
        const [, list, place] = /^(.*?\.(?:interactions|objectives))\.(\d+)\./.exec(name) ?? [];
        // A list has no holes: the next entry or one that is there.
        if (list && Number(place) > length(list)) return fail(standard === "1.2" ? "201" : "351");
        values[name] = value;
        return done();
      },
      commit() {
        if (state !== "running") return fail(standard === "1.2" ? "301" : "142");
        keep();
        return done();
      },
      last: () => error,
      /** @param {string} code */
      text: (code) => /** @type {Record<string, string>} */ (WORDS)[code] ?? "",
      /** @param {string} code */
      detail: (code) => /** @type {Record<string, string>} */ (WORDS)[code] ?? "",
    };

    const api = Object.fromEntries(
      Object.entries(rules.names).map(([part, name]) => [
        name,
        (/** @type {unknown[]} */ ...given) => {
          const parameters = given.map(String);
          const result = /** @type {(...given: string[]) => string} */ (calls[/** @type {keyof typeof calls} */ (part)])(...parameters);
          if (!["last", "text", "detail"].includes(part)) report(values, { name, parameters, result, error });
          return result;
        },
      ]),
    );
    return { name: rules.api, api, values: () => values };
  };
})();
