"use strict";
/* What the player remembers of a learner between launches, and how it fits into an LMS's suspend data.

   Text form, version 1: six fields separated by "|"

     1 | seed | flags | pages | answers | sittings

   flags     c completed, p passed, n pages carry no fingerprints
   pages     per page done: 6 characters for its id, 4 for its fingerprint, nothing between
   answers   per question, separated by ";": 6 characters for its id, best . attempts . response
             (best in 1/10000, numbers in base 36; choices as 3 characters each, pairs as 6, texts as "3 characters + text" with ",")
   sittings  per assessment, separated by ";": 6 characters for its id, submitted . open . earned . total

   Where a lesson is completed by time, a seventh field holds the seconds spent, in base 36.

   Ids are shortened by hash, never by place, so an edit of the course moves nothing; what no longer exists is ignored. */

/**
 * @typedef {{ best: number, attempts: number, response: Reply | null }} Answer
 *   best: 0 to 1; attempts: checks made; response: the latest (in an assessment: of the current sitting), null when unknown
 * @typedef {{ submitted: number, open: boolean, earned: number, total: number }} Sitting
 *   submitted: how often; open: being answered now; earned, total: weights of the best one
 * @typedef {object} Attempt
 * @property {string} seed for draws and shuffles
 * @property {boolean} completed
 * @property {boolean} passed
 * @property {number} spent seconds, where they count
 * @property {Map<string, string>} seen page id to the short fingerprint last seen, "" when unknown
 * @property {Map<string, Answer>} answers by question id
 * @property {Map<string, Sitting>} sittings by assessment id
 */

var lcms = lcms || {};

lcms.attempt = (() => {
  const VERSION = "1";
  const ID = 6;
  const FINGERPRINT = 4;
  const CHOICE = 3;
  const UNKNOWN = ".".repeat(FINGERPRINT);
  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  /** What is left out, step by step, when the text is too long; of typed texts the longest they may be. Pages done and scores always stay. */
  const LEVELS = [
    { texts: Infinity, choices: true, fingerprints: true },
    { texts: 100, choices: true, fingerprints: true },
    { texts: 0, choices: true, fingerprints: true },
    { texts: 0, choices: false, fingerprints: true },
    { texts: 0, choices: false, fingerprints: false },
  ];

  /**
   * A few characters that stand for an id or a fingerprint.
   * @param {string} text
   * @param {number} length up to 6
   */
  function short(text, length) {
    let bits = lcms.scoring.hash(text);
    let code = "";
    for (let i = 0; i < length; i += 1) {
      code += ALPHABET[bits & 63];
      bits >>>= 6;
    }
    return code;
  }

  /** @returns {Attempt} */
  function fresh() {
    const seed = Math.floor(Math.random() * 36 ** 6).toString(36);
    return { seed, completed: false, passed: false, spent: 0, seen: new Map(), answers: new Map(), sittings: new Map() };
  }

  /** The short form in which a page's fingerprint is remembered. @param {Page} page */
  const fingerprint = (page) => short(page.fingerprint, FINGERPRINT);

  /** Whether a page was seen in another state than the present one. @param {Attempt} attempt @param {Page} page */
  function isChanged(attempt, page) {
    const seen = attempt.seen.get(page.id);
    return Boolean(seen) && seen !== fingerprint(page);
  }

  /** @param {number} value */
  const number36 = (value) => value.toString(36);
  /** @param {number} weight */
  const weight36 = (weight) => number36(Math.round(weight * 1e4));

  /** A choice, or both sides of a pair. @param {string} id */
  const shortChoice = (id) =>
    id
      .split(".")
      .map((part) => short(part, CHOICE))
      .join("");

  /** @param {Reply | null} response @param {{ texts: number, choices: boolean }} keep */
  function encodeResponse(response, keep) {
    if (response === null) return "";
    if (Array.isArray(response)) return keep.choices ? response.map(shortChoice).join("") : "";
    return Object.entries(response)
      .filter(([, text]) => text !== "" && text.length <= keep.texts)
      .map(([id, text]) => short(id, CHOICE) + encodeURIComponent(text.replace(/\p{Surrogate}/gu, "")))
      .join(",");
  }

  /** @param {Attempt} attempt @param {typeof LEVELS[number]} keep */
  function encodeAt(attempt, keep) {
    const flags = (attempt.completed ? "c" : "") + (attempt.passed ? "p" : "") + (keep.fingerprints ? "" : "n");
    const pages = [...attempt.seen].map(
      ([id, seen]) => short(id, ID) + (keep.fingerprints ? (seen || UNKNOWN) : ""),
    );
    const answers = [...attempt.answers].map(
      ([id, { best, attempts, response }]) =>
        `${short(id, ID)}${weight36(best)}.${number36(attempts)}.${encodeResponse(response, keep)}`,
    );
    const sittings = [...attempt.sittings].map(
      ([id, { submitted, open, earned, total }]) =>
        `${short(id, ID)}${number36(submitted)}.${open ? 1 : 0}.${weight36(earned)}.${weight36(total)}`,
    );
    const spent = attempt.spent > 0 ? [number36(attempt.spent)] : [];
    return [VERSION, attempt.seed, flags, pages.join(""), answers.join(";"), sittings.join(";"), ...spent].join("|");
  }

  /**
   * The attempt as text of at most `limit` characters, with as much detail as fits.
   * @param {Attempt} attempt
   * @param {number} limit
   * @returns {string | null} null when not even pages and scores fit: better nothing than a part
   */
  function encode(attempt, limit) {
    for (const keep of LEVELS) {
      const text = encodeAt(attempt, keep);
      if (text.length <= limit) return text;
    }
    return null;
  }

  /** Whether all that was typed and chosen fits. @param {Attempt} attempt @param {number} limit */
  const fits = (attempt, limit) => encodeAt(attempt, LEVELS[0]).length <= limit;

  /** @param {string[]} ids @param {number} length @returns {Map<string, string>} */
  const byShort = (ids, length) => new Map(ids.map((id) => [short(id, length), id]));

  /** @param {string} text */
  function decodeText(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return "";
    }
  }

  /** @param {Question} question @param {string} text @returns {Reply | null} */
  function decodeResponse(question, text) {
    if (text === "") return null;
    const choices = byShort(question.choices ?? [], CHOICE);
    if (question.type === "matching") {
      const targets = byShort(question.targets ?? [], CHOICE);
      return (text.match(/.{6}/g) ?? []).flatMap((pair) => {
        const [source, target] = [choices.get(pair.slice(0, CHOICE)), targets.get(pair.slice(CHOICE))];
        return source !== undefined && target !== undefined ? [`${source}.${target}`] : [];
      });
    }
    if (Array.isArray(question.correct) && question.type !== "long_answer") {
      return (text.match(/.{3}/g) ?? []).flatMap((code) => choices.get(code) ?? []);
    }
    const blanks = byShort(lcms.scoring.fields(question), CHOICE);
    return Object.fromEntries(
      text.split(",").flatMap((entry) => {
        const id = blanks.get(entry.slice(0, CHOICE));
        return id === undefined ? [] : [[id, decodeText(entry.slice(CHOICE))]];
      }),
    );
  }

  /** @param {Attempt} attempt @param {Sco} sco @param {string} field @param {boolean} fingerprints */
  function decodePages(attempt, sco, field, fingerprints) {
    const pages = byShort(
      sco.pages.map(({ id }) => id),
      ID,
    );
    const width = ID + (fingerprints ? FINGERPRINT : 0);
    for (let at = 0; at + width <= field.length; at += width) {
      const id = pages.get(field.slice(at, at + ID));
      const seen = field.slice(at + ID, at + width);
      if (id !== undefined) attempt.seen.set(id, seen === UNKNOWN ? "" : seen);
    }
  }

  /** @param {Attempt} attempt @param {Sco} sco @param {string} field */
  function decodeAnswers(attempt, sco, field) {
    const questions = byShort(Object.keys(sco.questions), ID);
    for (const entry of field.split(";")) {
      const [, code, best, attempts, response] = /^(.{6})([0-9a-z]+)\.([0-9a-z]+)\.(.*)$/.exec(entry) ?? [];
      const id = questions.get(code);
      if (id === undefined) continue;
      attempt.answers.set(id, {
        best: Math.min(1, parseInt(best, 36) / 1e4),
        attempts: parseInt(attempts, 36),
        response: decodeResponse(sco.questions[id], response),
      });
    }
  }

  /** @param {Attempt} attempt @param {Sco} sco @param {string} field */
  function decodeSittings(attempt, sco, field) {
    const assessments = byShort(Object.keys(sco.assessments), ID);
    for (const entry of field.split(";")) {
      const [, code, ...numbers] =
        /^(.{6})([0-9a-z]+)\.([01])\.([0-9a-z]+)\.([0-9a-z]+)$/.exec(entry) ?? [];
      const id = assessments.get(code);
      if (id === undefined) continue;
      const [submitted, open, earned, total] = numbers.map((text) => parseInt(text, 36));
      attempt.sittings.set(id, { submitted, open: open === 1, earned: earned / 1e4, total: total / 1e4 });
    }
  }

  /**
   * The attempt that a text holds, as far as it fits the lesson of today.
   * @param {string} text
   * @param {Sco} sco
   * @returns {Attempt | null} null when the text is none of ours
   */
  function decode(text, sco) {
    const [version, seed, flags, pages, answers, sittings, spent] = text.split("|");
    if (version !== VERSION || sittings === undefined) return null;
    const attempt = { ...fresh(), seed, completed: flags.includes("c"), passed: flags.includes("p") };
    attempt.spent = parseInt(spent ?? "", 36) || 0;
    decodePages(attempt, sco, pages, !flags.includes("n"));
    decodeAnswers(attempt, sco, answers);
    decodeSittings(attempt, sco, sittings);
    return attempt;
  }

  return { fresh, encode, fits, decode, fingerprint, isChanged };
})();
