"use strict";
/* The data models of SCORM 1.2 (RTE 3.4.4) and SCORM 2004 (RTE chapter 4), as an LMS answers them.
   Tables only: what may be read and written, what a value looks like, and which number an error has.
   Places in lists are written `n`. */

/**
 * @typedef {"1.2" | "2004"} BridgedStandard
 * @typedef {(value: string) => "" | "type" | "range"} Check what is wrong with a value
 * @typedef {{ read: boolean, write: boolean, check: Check }} ModelElement
 *
 * @typedef {object} Speech how a standard is spoken
 * @property {string} api name of the object that content looks for
 * @property {Record<"start" | "end" | "get" | "set" | "commit" | "last" | "text" | "detail", string>} methods
 * @property {Record<string, string>} errors
 * @property {Record<string, string>} texts of errors
 * @property {Record<string, ModelElement>} elements
 * @property {string} version
 */

var lcms = lcms || {};

/** @type {Record<BridgedStandard, Speech>} */
lcms.speech = (() => {
  /** @type {(most: number) => Check} */
  const text = (most) => (value) => (value.length > most ? "type" : "");
  /** @type {(...words: string[]) => Check} */
  const words = (...known) => (value) => (known.includes(value) ? "" : "type");
  /** @type {(pattern: RegExp) => Check} */
  const like = (pattern) => (value) => (pattern.test(value) ? "" : "type");
  /** @type {(least: number, most: number, empty?: boolean) => Check} */
  const number = (least, most, empty = false) => (value) => {
    if (empty && value === "") return "";
    if (!/^-?(\d+(\.\d*)?|\.\d+)$/.test(value)) return "type";
    return Number(value) < least || Number(value) > most ? "range" : "";
  };
  const any = text(Infinity);
  const real = number(-Infinity, Infinity);

  /** @param {Check} check @returns {ModelElement} */
  const readOnly = (check) => ({ read: true, write: false, check });
  /** @param {Check} check @returns {ModelElement} */
  const writeOnly = (check) => ({ read: false, write: true, check });
  /** @param {Check} check @returns {ModelElement} */
  const both = (check) => ({ read: true, write: true, check });

  const score12 = number(0, 100, true);
  const identifier12 = like(/^[^\s]{1,255}$/);
  const time12 = like(/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,2})?$/);
  // Minutes and seconds are two digits each, whatever they come to.
  const timespan12 = like(/^\d{2,4}:\d\d:\d\d(\.\d{1,2})?$/);
  const status12 = words("passed", "completed", "failed", "incomplete", "browsed");

  const identifier = like(/^\S.{0,3999}$/s);
  const duration = like(/^P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d{1,2})?S)?)?$/);
  const moment = like(/^\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d(\.\d{1,2}(Z|[+-]\d\d(:\d\d)?)?)?)?)?)?)?)?$/);
  const language = like(/^([A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*)?$/);
  const share = number(-1, 1);
  const completion = words("completed", "incomplete", "not attempted", "unknown");
  const success = words("passed", "failed", "unknown");

  return {
    1.2: {
      api: "API",
      methods: {
        start: "LMSInitialize", end: "LMSFinish", get: "LMSGetValue", set: "LMSSetValue",
        commit: "LMSCommit", last: "LMSGetLastError", text: "LMSGetErrorString", detail: "LMSGetDiagnostic",
      },
      version: "3.4",
      errors: {
        none: "0", argument: "201", again: "101", over: "101", endBefore: "301", endAfter: "301", getBefore: "301", getAfter: "301",
        setBefore: "301", setAfter: "301", commitBefore: "301", commitAfter: "301", unknown: "401", place: "201", keyword: "402",
        readOnly: "403", writeOnly: "404", type: "405", range: "405", unset: "0", before: "201", unfit: "201", children: "202", count: "203", lost: "101",
      },
      texts: {
        0: "No error", 101: "General exception", 201: "Invalid argument error", 202: "Element cannot have children",
        203: "Element not an array. Cannot have count.", 301: "Not initialized", 401: "Not implemented error",
        402: "Invalid set value, element is a keyword", 403: "Element is read only.", 404: "Element is write only", 405: "Incorrect Data Type",
      },
      elements: {
        "cmi.core.student_id": readOnly(any),
        "cmi.core.student_name": readOnly(any),
        "cmi.core.lesson_location": both(text(255)),
        "cmi.core.credit": readOnly(any),
        "cmi.core.lesson_status": both(status12),
        "cmi.core.entry": readOnly(any),
        "cmi.core.score.raw": both(score12),
        "cmi.core.score.max": both(score12),
        "cmi.core.score.min": both(score12),
        "cmi.core.total_time": readOnly(any),
        "cmi.core.lesson_mode": readOnly(any),
        "cmi.core.exit": writeOnly(words("time-out", "suspend", "logout", "")),
        "cmi.core.session_time": writeOnly(timespan12),
        "cmi.suspend_data": both(text(4096)),
        "cmi.launch_data": readOnly(any),
        "cmi.comments": both(text(4096)),
        "cmi.comments_from_lms": readOnly(any),
        "cmi.objectives.n.id": both(identifier12),
        "cmi.objectives.n.score.raw": both(score12),
        "cmi.objectives.n.score.max": both(score12),
        "cmi.objectives.n.score.min": both(score12),
        "cmi.objectives.n.status": both(words("passed", "completed", "failed", "incomplete", "browsed", "not attempted")),
        "cmi.student_data.mastery_score": readOnly(any),
        "cmi.student_data.max_time_allowed": readOnly(any),
        "cmi.student_data.time_limit_action": readOnly(any),
        "cmi.student_preference.audio": both(number(-1, 100)),
        "cmi.student_preference.language": both(text(255)),
        "cmi.student_preference.speed": both(number(-100, 100)),
        "cmi.student_preference.text": both(number(-1, 1)),
        "cmi.interactions.n.id": writeOnly(identifier12),
        "cmi.interactions.n.objectives.n.id": writeOnly(identifier12),
        "cmi.interactions.n.time": writeOnly(time12),
        "cmi.interactions.n.type": writeOnly(words("true-false", "choice", "fill-in", "matching", "performance", "sequencing", "likert", "numeric")),
        "cmi.interactions.n.correct_responses.n.pattern": writeOnly(text(255)),
        "cmi.interactions.n.weighting": writeOnly(real),
        "cmi.interactions.n.student_response": writeOnly(text(255)),
        "cmi.interactions.n.result": writeOnly(like(/^(correct|wrong|unanticipated|neutral|-?\d+(\.\d+)?)$/)),
        "cmi.interactions.n.latency": writeOnly(timespan12),
      },
    },
    2004: {
      api: "API_1484_11",
      methods: {
        start: "Initialize", end: "Terminate", get: "GetValue", set: "SetValue",
        commit: "Commit", last: "GetLastError", text: "GetErrorString", detail: "GetDiagnostic",
      },
      version: "1.0",
      errors: {
        none: "0", argument: "201", again: "103", over: "104", endBefore: "112", endAfter: "113", getBefore: "122", getAfter: "123",
        setBefore: "132", setAfter: "133", commitBefore: "142", commitAfter: "143", unknown: "401", place: "301", keyword: "404",
        readOnly: "404", writeOnly: "405", type: "406", range: "407", unset: "403", before: "408", unfit: "351", children: "301", count: "301", lost: "391",
      },
      texts: {
        0: "No Error", 101: "General Exception", 103: "Already Initialized", 104: "Content Instance Terminated", 112: "Termination Before Initialization",
        113: "Termination After Termination", 122: "Retrieve Data Before Initialization", 123: "Retrieve Data After Termination",
        132: "Store Data Before Initialization", 133: "Store Data After Termination", 142: "Commit Before Initialization",
        143: "Commit After Termination", 201: "General Argument Error", 301: "General Get Failure", 351: "General Set Failure",
        391: "General Commit Failure", 401: "Undefined Data Model Element", 403: "Data Model Element Value Not Initialized",
        404: "Data Model Element Is Read Only", 405: "Data Model Element Is Write Only", 406: "Data Model Element Type Mismatch",
        407: "Data Model Element Value Out Of Range", 408: "Data Model Dependency Not Established",
      },
      elements: {
        "cmi.comments_from_learner.n.comment": both(text(4000)),
        "cmi.comments_from_learner.n.location": both(text(250)),
        "cmi.comments_from_learner.n.timestamp": both(moment),
        "cmi.comments_from_lms.n.comment": readOnly(any),
        "cmi.comments_from_lms.n.location": readOnly(any),
        "cmi.comments_from_lms.n.timestamp": readOnly(any),
        "cmi.completion_status": both(completion),
        "cmi.completion_threshold": readOnly(any),
        "cmi.credit": readOnly(any),
        "cmi.entry": readOnly(any),
        "cmi.exit": writeOnly(words("time-out", "suspend", "logout", "normal", "")),
        "cmi.interactions.n.id": both(identifier),
        "cmi.interactions.n.type": both(words("true-false", "choice", "fill-in", "long-fill-in", "matching", "performance", "sequencing", "likert", "numeric", "other")),
        "cmi.interactions.n.objectives.n.id": both(identifier),
        "cmi.interactions.n.timestamp": both(moment),
        "cmi.interactions.n.correct_responses.n.pattern": both(any),
        "cmi.interactions.n.weighting": both(real),
        "cmi.interactions.n.learner_response": both(any),
        "cmi.interactions.n.result": both(like(/^(correct|incorrect|unanticipated|neutral|-?\d+(\.\d+)?)$/)),
        "cmi.interactions.n.latency": both(duration),
        "cmi.interactions.n.description": both(text(250)),
        "cmi.launch_data": readOnly(any),
        "cmi.learner_id": readOnly(any),
        "cmi.learner_name": readOnly(any),
        "cmi.learner_preference.audio_level": both(number(0, Infinity)),
        "cmi.learner_preference.language": both(language),
        "cmi.learner_preference.delivery_speed": both(number(0, Infinity)),
        "cmi.learner_preference.audio_captioning": both(words("-1", "0", "1")),
        "cmi.location": both(text(1000)),
        "cmi.max_time_allowed": readOnly(any),
        "cmi.mode": readOnly(any),
        "cmi.objectives.n.id": both(identifier),
        "cmi.objectives.n.score.scaled": both(share),
        "cmi.objectives.n.score.raw": both(real),
        "cmi.objectives.n.score.min": both(real),
        "cmi.objectives.n.score.max": both(real),
        "cmi.objectives.n.success_status": both(success),
        "cmi.objectives.n.completion_status": both(completion),
        "cmi.objectives.n.progress_measure": both(number(0, 1)),
        "cmi.objectives.n.description": both(text(250)),
        "cmi.progress_measure": both(number(0, 1)),
        "cmi.scaled_passing_score": readOnly(any),
        "cmi.score.scaled": both(share),
        "cmi.score.raw": both(real),
        "cmi.score.min": both(real),
        "cmi.score.max": both(real),
        "cmi.session_time": writeOnly(duration),
        "cmi.success_status": both(success),
        "cmi.suspend_data": both(text(64_000)),
        "cmi.time_limit_action": readOnly(any),
        "cmi.total_time": readOnly(any),
        "adl.nav.request": both(like(/^(continue|previous|exit|exitAll|abandon|abandonAll|suspendAll|_none_|\{target=[^}]+\}(choice|jump))$/)),
        "adl.nav.request_valid.continue": readOnly(any),
        "adl.nav.request_valid.previous": readOnly(any),
      },
    },
  };
})();
