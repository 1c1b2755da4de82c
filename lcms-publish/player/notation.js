"use strict";
/* How each standard writes an answer: the type of a question, a learner's response, what is right, a result. Pure.
   A driver takes the notation of its standard; nothing else knows one.

   | ours                           | SCORM 1.2 (RTE 3.4.4)      | SCORM 2004 (RTE 4.2.9) and xAPI (2.4.4.1) |
   |--------------------------------|----------------------------|-------------------------------------------|
   | single_choice, multiple_choice | choice         a,c         | choice        one[,]three                 |
   | true_false                     | true-false     t           | true-false    true                        |
   | fill_in                        | fill-in        one, two    | fill-in       one[,]two                   |
   | matching                       | matching       a.c,b.a     | matching      s1[.]t3[,]s2[.]t1           |
   | ordering                       | sequencing     b,a,c       | sequencing    two[,]one[,]three           |
   | numeric                        | numeric        2.5         | numeric       2.5, right: 2[:]3           |
   | long_answer                    | fill-in        the text    | long-fill-in  the text                    |

   SCORM 1.2 knows an entry by one character: its place among the authored ones. */

/**
 * @typedef {object} Notation
 * @property {(question: Question) => string} type
 * @property {(question: Question, reply: Reply) => string} response "" when there is nothing to say
 * @property {(question: Question) => string[]} correct every pattern that is right; none for what a person judges
 * @property {(earned: number | null) => string} result null: nobody has judged it
 */

var lcms = lcms || {};

lcms.notation = (() => {
  /** Names of the types; what a standard lacks is given by itself. @type {Record<QuestionType, string>} */
  const TYPES = {
    single_choice: "choice",
    multiple_choice: "choice",
    true_false: "true-false",
    fill_in: "fill-in",
    matching: "matching",
    ordering: "sequencing",
    numeric: "numeric",
    long_answer: "long-fill-in",
  };

  /** Texts of a reply, blank after blank. @param {Question} question @param {Reply} reply @returns {string[]} */
  const texts = (question, reply) =>
    lcms.scoring.fields(question).map((name) => /** @type {Record<string, string>} */ (reply)[name] ?? "");

  /** The typed number in plain form, or the text as it is when it is none. @param {Question} question @param {Reply} reply */
  function number(question, reply) {
    const [text] = texts(question, reply);
    const value = lcms.numbers.read(text, question.unit);
    return value === null ? text : lcms.numbers.write(value);
  }

  /** Texts that are right: one list per accepted text of a lone blank, else the first of each. @param {Blank[]} blanks */
  const accepted = (blanks) =>
    blanks.length === 1 ? blanks[0].accept.map((text) => [text]) : [blanks.map(({ accept }) => accept[0])];

  /** @param {string} wrong the standard's word @returns {Notation["result"]} */
  const resultOf = (wrong) => (earned) => {
    if (earned === null) return "neutral";
    if (earned === 1) return "correct";
    return earned === 0 ? wrong : String(earned);
  };

  /** @returns {Notation} */
  function forScorm12() {
    const MAX = 255;
    const CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

    /** @param {string[] | undefined} authored @param {string} id */
    const character = (authored, id) => CHARACTERS[authored?.indexOf(id) ?? -1] ?? "";

    /** @param {Question} question @param {string[]} ids */
    function list({ type, choices, targets }, ids) {
      if (ids.length === 0) return "";
      if (type === "true_false") return ids[0] === "true" ? "t" : "f";
      if (type !== "matching") return ids.map((id) => character(choices, id)).filter(Boolean).join(",");
      return ids
        .map((pair) => pair.split("."))
        .map(([source, target]) => `${character(choices, source)}.${character(targets, target)}`)
        .join(",");
    }

    /** @param {Question} question @returns {string[]} */
    function correct(question) {
      const { type, correct: right } = question;
      if (type === "long_answer") return [];
      if (type === "numeric") return [lcms.numbers.write(/** @type {Tolerance} */ (right).answer)];
      if (Array.isArray(right)) return [list(question, right)];
      return accepted(Object.values(/** @type {Record<string, Blank>} */ (right))).map((each) => each.join(", "));
    }

    return {
      type: ({ type }) => (type === "long_answer" ? "fill-in" : TYPES[type]),
      response(question, reply) {
        if (Array.isArray(reply)) return list(question, reply).slice(0, MAX);
        const text = question.type === "numeric" ? number(question, reply) : texts(question, reply).join(", ");
        return text.slice(0, MAX);
      },
      correct: (question) => correct(question).map((pattern) => pattern.slice(0, MAX)),
      result: resultOf("wrong"),
    };
  }

  /**
   * Brackets around what separates: SCORM 2004 and, from it, xAPI, which has no limits.
   * @param {{ text: number, long: number, count: number }} most characters of a text and of a long one; texts, and patterns
   * @returns {Notation}
   */
  function bracketed(most) {
    /** @param {string[]} parts */
    const joined = (parts) =>
      parts
        .slice(0, most.count)
        .map((text) => text.trim().slice(0, most.text))
        .join("[,]");

    /** @param {Question} question @param {string[]} ids */
    const list = ({ type }, ids) => (type === "matching" ? ids.map((pair) => pair.replace(".", "[.]")) : ids).join("[,]");

    return {
      type: ({ type }) => TYPES[type],
      response(question, reply) {
        if (Array.isArray(reply)) return list(question, reply);
        if (question.type === "numeric") return number(question, reply);
        if (question.type === "long_answer") return texts(question, reply)[0].slice(0, most.long);
        return joined(texts(question, reply));
      },
      correct(question) {
        const { type, correct: right } = question;
        if (type === "long_answer") return [];
        if (type === "numeric") {
          const { answer, tolerance } = /** @type {Tolerance} */ (right);
          return [[answer - tolerance, answer + tolerance].map(lcms.numbers.write).join("[:]")];
        }
        if (Array.isArray(right)) return [list(question, right)];
        const blanks = Object.values(/** @type {Record<string, Blank>} */ (right));
        const matters = blanks.every(({ caseSensitive }) => caseSensitive);
        return accepted(blanks)
          .slice(0, most.count)
          .map((each) => `{case_matters=${matters}}${joined(each)}`);
      },
      result: resultOf("incorrect"),
    };
  }

  return {
    scorm12: forScorm12(),
    scorm2004: bracketed({ text: 250, long: 4000, count: 10 }),
    xapi: bracketed({ text: Infinity, long: Infinity, count: Infinity }),
  };
})();
