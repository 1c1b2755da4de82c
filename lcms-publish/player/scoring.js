"use strict";
/* The rules of a lesson, without a page or an LMS: which questions an assessment draws, what an answer earns,
   what the lesson's score is, and whether it is complete and passed. Everything here is a pure function. */

/**
 * @typedef {"single_choice" | "multiple_choice" | "true_false" | "fill_in" | "matching" | "ordering" | "numeric" | "long_answer"} QuestionType
 * @typedef {{ accept: string[], caseSensitive?: boolean }} Blank
 * @typedef {{ answer: number, tolerance: number }} Tolerance
 * @typedef {object} Question
 * @property {QuestionType} type
 * @property {number} weight share of the score; 0 is practice
 * @property {string} [description] the prompt as plain text
 * @property {string} [source] the component and its version, for reports
 * @property {string[] | Record<string, Blank> | Tolerance} correct choice ids; pairs as `source.target`; items in order;
 *   what each blank accepts; a number; nothing where a person judges
 * @property {string[]} [choices] ids in authored order: choices, items to order, or sources to match
 * @property {string[]} [targets] ids in authored order: what sources are matched to
 * @property {string} [unit] shown after a number
 * @property {boolean} [shuffle] choices in an order of the learner's own
 * @property {boolean} [partial] an answer that is partly right earns part of the weight
 * @property {number | null} [attempts] how often a knowledge check may be answered; null is without limit
 *
 * @typedef {{ id: string, draw?: number | null, shuffle?: boolean, questions: string[] }} Section
 * @typedef {object} Assessment
 * @property {string} page
 * @property {number | null} [passMark] 0 to 1
 * @property {number | null} [attempts]
 * @property {boolean} [shuffle] questions of all sections in one mixed order
 * @property {Section[]} sections
 *
 * @typedef {{ id: string, title: string, group?: string, fingerprint: string }} Page
 * @typedef {object} Sco what the element `lcms-sco` holds
 * @property {number} version
 * @property {string} course
 * @property {string} lesson
 * @property {"pages" | "score" | "both" | "time"} completion
 * @property {number | null} passMark 0 to 1
 * @property {number} [minutes] to be spent, for completion by time
 * @property {boolean} [linear] pages open one after the other only
 * @property {Page[]} pages
 * @property {Record<string, Question>} questions
 * @property {Record<string, Assessment>} assessments
 * @property {Told} [bridge] what imported content is told that the page answers
 *
 * @typedef {string[] | Record<string, string>} Reply what an answer holds: ids or pairs as in `correct`, or texts by field
 *
 * @typedef {"unknown" | "passed" | "failed"} Success
 * @typedef {object} Outcome
 * @property {boolean} complete
 * @property {Success} success unknown until every scored question is answered
 * @property {boolean} reached all that the completion rule asks for is done, whatever the score
 * @property {number | null} scaled score 0 to 1; null while there is none to report
 * @property {number} progress 0 to 1; 1 only when complete
 * @property {string[]} pagesLeft ids of pages not done
 * @property {number} questionsLeft scored questions without an answer
 */

var lcms = lcms || {};

lcms.scoring = (() => {
  /** Four decimals: what is computed now and what is read back later are then the same number. */
  const round = (/** @type {number} */ value) => Math.round(value * 1e4) / 1e4;

  /** What part of a weight was earned; 0 where there was none to earn. @param {number} earned @param {number} total */
  const share = (earned, total) => (total > 0 ? round(earned / total) : 0);

  /**
   * 32 bits of a text: FNV-1a over its UTF-16 units, finished with the mixing step of MurmurHash3
   * so that texts which differ in one character share no bits.
   * @param {string} text
   * @returns {number} unsigned
   */
  function hash(text) {
    let h = 0x811c9dc5;
    for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  }

  /**
   * A random order fixed by a seed. Every id gets its rank from the seed and itself alone, so the order
   * (and a draw cut from it) hardly changes when an update adds or removes one of the ids.
   * @param {string} seed
   * @param {string[]} ids
   * @returns {string[]}
   */
  function shuffled(seed, ids) {
    const rank = new Map(ids.map((id) => [id, hash(`${seed}/${id}`)]));
    return [...ids].sort((a, b) => Number(rank.get(a)) - Number(rank.get(b)) || (a < b ? -1 : 1));
  }

  /**
   * The questions of one sitting of an assessment, in the order to show them.
   * @param {Assessment} assessment
   * @param {string} seed of the learner's attempt at the lesson
   * @param {number} sitting 0 for the first
   * @returns {string[]} question ids
   */
  function draw(assessment, seed, sitting) {
    const drawn = assessment.sections.flatMap((section) => {
      const salt = `${seed}/${sitting}/${section.id}`;
      const count = section.draw ?? section.questions.length;
      const kept = shuffled(salt, section.questions).slice(0, count);
      return section.shuffle ? shuffled(`${salt}/order`, kept) : section.questions.filter((id) => kept.includes(id));
    });
    return assessment.shuffle ? shuffled(`${seed}/${sitting}/order`, drawn) : drawn;
  }

  /** @param {string} text @param {boolean | undefined} caseSensitive */
  function comparable(text, caseSensitive) {
    const plain = text.normalize("NFC").trim().replace(/\s+/g, " ");
    return caseSensitive ? plain : plain.toLocaleLowerCase(lcms.language);
  }

  /**
   * Whether one blank holds a text it accepts. Outer and repeated spaces never count.
   * @param {Blank} blank
   * @param {string} text
   */
  function accepts(blank, text) {
    const given = comparable(text, blank.caseSensitive);
    return blank.accept.some((accepted) => comparable(accepted, blank.caseSensitive) === given);
  }

  /** Names of the fields that hold texts: blanks, a number, a long answer. @param {Question} question @returns {string[]} */
  function fields({ type, correct }) {
    if (type === "numeric") return ["number"];
    return type === "long_answer" ? ["text"] : Object.keys(correct);
  }

  /** Whether a typed number is right. The last digits of a computed limit do not decide. @param {Question} question @param {string} text */
  function within({ correct, unit }, text) {
    const { answer, tolerance } = /** @type {Tolerance} */ (correct);
    const given = lcms.numbers.read(text, unit);
    return given !== null && Math.abs(given - answer) <= tolerance + 1e-9 * Math.max(1, Math.abs(answer));
  }

  /** Whether one part of an answer is right: a choice, a pair, a field. @param {Question} question @param {string} part @param {string} [text] */
  function isRight(question, part, text = "") {
    const { type, correct } = question;
    if (Array.isArray(correct)) return correct.includes(part);
    return type === "numeric" ? within(question, text) : accepts(/** @type {Record<string, Blank>} */ (correct)[part], text);
  }

  /** Right and wrong parts of an answer, of how many: [right, wrong, total]. @param {Question} question @param {Reply} response */
  function parts(question, response) {
    const { type, correct } = question;
    if (Array.isArray(correct)) {
      const given = /** @type {string[]} */ (response);
      const right = given.filter((id, place) => (type === "ordering" ? correct[place] === id : correct.includes(id))).length;
      // A choice too many is a mistake of its own; a wrong pair or place only lacks the right one.
      const wrong = type === "multiple_choice" || type === "single_choice" ? given.length - right : 0;
      return [right, wrong, correct.length];
    }
    const names = fields(question);
    const texts = /** @type {Record<string, string>} */ (response);
    return [names.filter((name) => isRight(question, name, texts[name] ?? "")).length, 0, names.length];
  }

  /**
   * What an answer earns of its question's weight.
   * All or nothing, unless the question gives partial credit: then (right − wrong) / total, never below 0.
   * @param {Question} question
   * @param {Reply} response
   * @returns {number | null} 0 to 1; null for what only a person can judge
   */
  function judge(question, response) {
    if (question.type === "long_answer") return null;
    const [right, wrong, total] = parts(question, response);
    if (question.partial) return total === 0 ? 0 : round(Math.max(0, right - wrong) / total);
    return right === total && wrong === 0 ? 1 : 0;
  }

  /** Whether an answer can be judged: a choice, every pair, a number, some text. @param {Question} question @param {Reply} response */
  function isAnswered({ type, choices = [], unit }, response) {
    if (type === "matching") return /** @type {string[]} */ (response).length === choices.length;
    if (Array.isArray(response)) return response.length > 0;
    if (type === "numeric") return lcms.numbers.read(response.number ?? "", unit) !== null;
    return Object.values(response).some((text) => text.trim() !== "");
  }

  /** Ids of questions that belong to an assessment. @param {Sco} sco @returns {Set<string>} */
  const assessed = (sco) =>
    new Set(Object.values(sco.assessments).flatMap(({ sections }) => sections.flatMap(({ questions }) => questions)));

  /** @param {Sco} sco @param {string[]} ids */
  const weightOf = (sco, ids) => ids.reduce((sum, id) => sum + (sco.questions[id]?.weight ?? 0), 0);

  /**
   * Weight earned and to be earned, and how many scored questions still want an answer.
   * An assessment counts with its best sitting; before the first, with the questions drawn for it.
   * @param {Sco} sco
   * @param {Attempt} attempt
   */
  function tally(sco, attempt) {
    const inAssessment = assessed(sco);
    let earned = 0;
    let total = 0;
    let left = 0;
    for (const [id, { weight }] of Object.entries(sco.questions)) {
      if (weight === 0 || inAssessment.has(id)) continue;
      const answer = attempt.answers.get(id);
      total += weight;
      earned += weight * (answer?.best ?? 0);
      if (!answer?.attempts) left += 1;
    }
    for (const [id, assessment] of Object.entries(sco.assessments)) {
      const sitting = attempt.sittings.get(id);
      if (sitting?.submitted) {
        earned += sitting.earned;
        total += sitting.total;
      } else {
        const drawn = draw(assessment, attempt.seed, 0).filter((question) => weightOf(sco, [question]) > 0);
        total += weightOf(sco, drawn);
        left += drawn.length;
      }
    }
    return { earned, total, left };
  }

  /** Pages not done: never seen, or holding an assessment that was not submitted. @param {Sco} sco @param {Attempt} attempt */
  function pagesLeft(sco, attempt) {
    const waiting = new Set(
      Object.entries(sco.assessments)
        .filter(([id]) => !attempt.sittings.get(id)?.submitted)
        .map(([, { page }]) => page),
    );
    return sco.pages.map(({ id }) => id).filter((id) => !attempt.seen.has(id) || waiting.has(id));
  }

  /** @param {boolean} marked @param {boolean} answered @param {boolean} enough @returns {Success} */
  function successOf(marked, answered, enough) {
    if (!marked || !answered) return "unknown";
    return enough ? "passed" : "failed";
  }

  /**
   * Share of what there is to do: pages, and scored questions where the rule asks for them. Below 1 until complete.
   * @param {Sco} sco @param {Attempt} attempt @param {{ pages: number, questions: number }} left
   */
  function progressOf(sco, attempt, left) {
    const units = sco.pages.length + (sco.completion === "pages" ? 0 : countScored(sco, attempt));
    const open = left.pages + (sco.completion === "pages" ? 0 : left.questions);
    return Math.min(0.99, share(units - open, units));
  }

  /** Share of the minutes that are asked for; more than 1 when there are more. @param {Sco} sco @param {Attempt} attempt */
  const timeSpent = (sco, attempt) => attempt.spent / (60 * (sco.minutes ?? 1));

  /** How far one is who is not done. @param {Sco} sco @param {Attempt} attempt @param {string} rule @param {{ pages: number, questions: number }} left */
  const openProgress = (sco, attempt, rule, left) =>
    rule === "time" ? Math.min(0.99, round(timeSpent(sco, attempt))) : progressOf(sco, attempt, left);

  /**
   * The last page that may be opened: the first one not done, where pages open one after the other.
   * @param {Sco} sco @param {Outcome} outcome
   * @returns {number} its place among the pages
   */
  function furthest(sco, { pagesLeft: unseen }) {
    const last = sco.pages.length - 1;
    if (!sco.linear || unseen.length === 0) return last;
    return Math.min(last, sco.pages.findIndex(({ id }) => id === unseen[0]));
  }

  /** The facts that decide: what is left, the score, and what the rule asks for. @param {Sco} sco @param {Attempt} attempt */
  function facts(sco, attempt) {
    const { earned, total, left } = tally(sco, attempt);
    const scored = total > 0;
    const scaled = share(earned, total);
    return {
      unseen: pagesLeft(sco, attempt),
      left,
      scored,
      scaled,
      marked: scored && sco.passMark !== null,
      enough: left === 0 && scaled >= (sco.passMark ?? 0),
      // A lesson without scored questions completes by its pages, unless by time.
      rule: scored || sco.completion === "time" ? sco.completion : "pages",
    };
  }

  /**
   * Where the learner stands. What was once completed or passed stays so.
   * @param {Sco} sco
   * @param {Attempt} attempt
   * @returns {Outcome}
   */
  function outcome(sco, attempt) {
    const { unseen, left, scored, scaled, marked, enough, rule } = facts(sco, attempt);
    const byPages = rule === "score" || unseen.length === 0;
    const byAnswers = rule === "pages" || left === 0;
    const waited = timeSpent(sco, attempt);
    const complete = attempt.completed || (rule === "time" ? waited >= 1 : byPages && (rule === "pages" || enough));
    return {
      complete,
      success: attempt.passed ? "passed" : successOf(marked, left === 0, enough),
      reached: attempt.completed || (rule === "time" ? waited >= 1 : byPages && byAnswers),
      // With a pass mark an LMS may turn any score into passed or failed: none before there is a whole one.
      scaled: scored && (left === 0 || !marked) ? scaled : null,
      progress: complete ? 1 : openProgress(sco, attempt, rule, { pages: unseen.length, questions: left }),
      pagesLeft: unseen,
      questionsLeft: left,
    };
  }

  /** How many scored questions apply to this learner. @param {Sco} sco @param {Attempt} attempt */
  function countScored(sco, attempt) {
    const inAssessment = assessed(sco);
    const checks = Object.keys(sco.questions).filter((id) => !inAssessment.has(id));
    const drawn = Object.values(sco.assessments).flatMap((assessment) => draw(assessment, attempt.seed, 0));
    return [...checks, ...drawn].filter((id) => weightOf(sco, [id]) > 0).length;
  }

  return { hash, shuffled, draw, fields, isRight, judge, isAnswered, outcome, furthest, round, share };
})();
