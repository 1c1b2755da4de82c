"use strict";
/* The words the player says. One table per language; the document's `lang` picks, English is the fallback.
   A phrase is a template with {named} places, or one template per plural category of Intl.PluralRules, chosen by `n`. */

/** @typedef {string | { one?: string, other: string, [category: string]: string | undefined }} Phrase */

var lcms = lcms || {};

lcms.strings = {
  en: {
    skip: "Skip to the page",
    connecting: "Opening your lesson…",
    saved: "Saved",
    saving: "Saving…",
    failed: "Not saved – retrying",
    untracked: "Not recorded",
    leave: "Back to the course",
    noPlatform:
      "This lesson is not connected to a learning platform. You can read and practise, but your progress and answers are not recorded.",
    contents: "Contents",
    pages: "Pages",
    previous: "Previous",
    next: "Next",
    pageOf: "Page {n} of {total}",
    progress: { one: "{done} of {n} page done", other: "{done} of {n} pages done" },
    visited: "done",
    changed: "Changed since you last saw it",
    changedNote: "This page has changed since you last saw it.",
    standing: "Where you are",
    complete: "You have completed this lesson.",
    completePassed: "You have completed this lesson and passed with {score}.",
    notPassed: "Your score is {score}. You need {mark} to pass.",
    stillToDo: "Still to do",
    questionsLeft: { one: "{n} question to answer", other: "{n} questions to answer" },
    check: "Check",
    tryAgain: "Try again",
    attemptsLeft: { one: "{n} attempt left", other: "{n} attempts left" },
    noAttemptsLeft: "No attempts left",
    answerFirst: "Give an answer first, then check it.",
    correct: "Correct",
    incorrect: "Not quite",
    partly: "Partly correct: {score}",
    rightMark: "correct",
    wrongMark: "incorrect",
    answeredBefore: "You answered this earlier.",
    submit: "Submit answers",
    submitAnyway: "Submit anyway",
    unanswered: {
      one: "{n} question has no answer yet. Answer it, or submit as it is.",
      other: "{n} questions have no answer yet. Answer them, or submit as they are.",
    },
    question: "Question {n} of {total}",
    result: "Your result",
    resultScore: "You scored {score}.",
    resultPassed: "Passed",
    resultFailed: "Not passed yet",
    resultMark: "The pass mark is {mark}.",
    resultBest: "Your best attempt so far: {score}.",
    resultCounts: { one: "{right} of {n} question correct.", other: "{right} of {n} questions correct." },
  },
};

/** Language of the document, as a BCP 47 tag. */
lcms.language = document.documentElement.lang || "en";

/**
 * A phrase in the document's language.
 * @param {string} key of the table
 * @param {Record<string, string | number>} [values] for the {named} places; `n` also picks the plural form
 * @returns {string}
 */
lcms.text = (key, values = {}) => {
  /** @type {Record<string, Record<string, Phrase>>} */
  const tables = lcms.strings;
  const language = lcms.language.toLowerCase();
  const table = tables[language] ?? tables[language.split("-")[0]] ?? tables.en;
  const phrase = table[key] ?? tables.en[key] ?? key;
  const template =
    typeof phrase === "string"
      ? phrase
      : (phrase[new Intl.PluralRules(lcms.language).select(Number(values.n))] ?? phrase.other);
  return template.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
};

/**
 * A share of one as a percentage in the document's language, at most one decimal.
 * @param {number} share 0 to 1
 * @returns {string}
 */
lcms.percent = (share) =>
  new Intl.NumberFormat(lcms.language, { style: "percent", maximumFractionDigits: 1 }).format(share);
