"use strict";
/* Answers that imported content reports, read in its notation and written in the LMS's (SCORM 1.2 RTE 3.4.4, SCORM 2004 RTE
   4.2.9, xAPI 2.4.4.1). Between them they have the notation of SCORM 2004, which xAPI shares. Pure. */

/**
 * @typedef {object} Relayed
 * @property {string} id
 * @property {string} type
 * @property {string} response "" when none was told
 * @property {string[]} correct patterns
 * @property {string} result "" when none was told
 * @property {string} weighting
 * @property {number | null} seconds from seeing the question to answering it
 * @property {string} description
 * @property {Date} time
 */

var lcms = lcms || {};

lcms.bridgeAnswers = (() => {
  const MOST_12 = 255;
  /** What SCORM 1.2 has no name for. @type {Record<string, string>} */
  const NAMED_12 = { "long-fill-in": "fill-in", other: "fill-in" };

  const parts = (/** @type {string} */ text) =>
    text
      .replace(/^\{|\}$/g, "")
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");

  /** A response or pattern of SCORM 1.2 as SCORM 2004 writes it. @param {string} type @param {string} text @param {boolean} isPattern */
  function from12(type, text, isPattern) {
    switch (type) {
      case "true-false":
        return /^[t1]/i.test(text) ? "true" : "false";
      case "choice":
      case "sequencing":
        return parts(text).join("[,]");
      case "matching":
        return parts(text)
          .map((pair) => pair.replace(".", "[.]"))
          .join("[,]");
      case "numeric":
        return isPattern ? `${text}[:]${text}` : text;
      case "performance":
        return `[.]${text}`;
      default:
        return text;
    }
  }

  /** A response or pattern of SCORM 2004 as SCORM 1.2 writes it. @param {string} type @param {string} text */
  function to12(type, text) {
    const bare = text.replace(/^(\{(case_matters|order_matters|lang)=[^}]*\})+/, "");
    if (type === "true-false") return bare.slice(0, 1);
    // Of a range there is room for one end.
    if (type === "numeric") return bare.split("[:]").find((end) => end !== "") ?? "";
    return bare.replaceAll("[,]", ",").replaceAll("[.]", ".").slice(0, MOST_12);
  }

  /** The answer at a place of the content's list; null while it is not whole. At the end, what is there has to do. @param {BridgeModel} model @param {number} n @param {boolean} isLast @returns {Relayed | null} */
  function read({ values, is12 }, n, isLast) {
    const get = (/** @type {string} */ field) => values.get(`cmi.interactions.${n}.${field}`) ?? "";
    const [id, type, given, result] = [get("id"), get("type"), get(is12 ? "student_response" : "learner_response"), get("result")];
    const isWhole = isLast ? given !== "" || result !== "" : given !== "" && result !== "";
    if (id === "" || type === "" || !isWhole) return null;
    /** @type {string[]} */
    const correct = [];
    for (let at = 0, pattern; (pattern = get(`correct_responses.${at}.pattern`)) !== ""; at += 1) {
      correct.push(is12 ? from12(type, pattern, true) : pattern);
    }
    const latency = get("latency");
    return {
      id, type, correct,
      response: is12 && given !== "" ? from12(type, given, false) : given,
      result: result === "wrong" ? "incorrect" : result,
      weighting: get("weighting"),
      seconds: latency === "" ? null : lcms.BridgeModel.seconds(latency),
      description: get("description"),
      time: new Date(),
    };
  }

  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");

  /** An answer for an LMS with an API. @param {Relayed} answer @param {Driver} driver @returns {Entry[]} relative to their record, id first */
  function entries({ id, type, response, correct, result, weighting, seconds, description, time }, driver) {
    const is12 = driver.api === lcms.speech["1.2"].api;
    const write = (/** @type {string} */ text) => (is12 ? to12(type, text) : text);
    /** @type {Entry[]} */
    const all = [
      ["id", is12 ? id.replace(/\s/g, "_").slice(0, MOST_12) : id],
      ["type", is12 ? (NAMED_12[type] ?? type) : type],
      is12 ? ["time", [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")] : ["timestamp", `${time.toISOString().slice(0, 22)}Z`],
      ["weighting", weighting],
      ...correct.map((pattern, n) => /** @type {Entry} */ ([`correct_responses.${n}.pattern`, write(pattern)])),
      [is12 ? "student_response" : "learner_response", write(response)],
      ["result", is12 && result === "incorrect" ? "wrong" : result],
      ["latency", seconds === null ? "" : driver.sessionTime(seconds)[1]],
      ["description", is12 ? "" : description],
    ];
    return all.filter(([, value]) => value !== "");
  }

  /** What xAPI says of a question and of the answer to it. @param {Relayed} answer @param {string} language */
  function activity({ type, response, correct, result, seconds, description }, language) {
    const definition = {
      type: "http://adlnet.gov/expapi/activities/cmi.interaction",
      interactionType: type,
      ...(correct.length > 0 && { correctResponsesPattern: correct }),
      ...(description && { description: { [language]: description } }),
    };
    const said = {
      ...(response !== "" && { response }),
      ...(["correct", "incorrect"].includes(result) && { success: result === "correct" }),
      ...(seconds !== null && { duration: lcms.Cmi5Statements.duration(seconds) }),
    };
    return { definition, result: said };
  }

  return { read, entries, activity };
})();
