"use strict";
/* The words the player says: in English here, in another language in `strings-LANGUAGE.js`, which adds its own table.
   A package carries English and the language of its course. A phrase is a template with {named} places, or one
   template per plural category of Intl.PluralRules, chosen by `n`. */

/** @typedef {string | { one?: string, other: string, [category: string]: string | undefined }} Phrase */
/** @typedef {Record<string, Phrase>} Phrases */

var lcms = lcms || {};

/** @type {Record<string, Phrases>} */
lcms.strings = {
  en: {
    skip: "Skip to the page",
    connecting: "Opening your lesson…",
    saved: "Saved",
    shortened: "Saved, without your longer texts",
    saving: "Saving…",
    failed: "Not saved – retrying",
    untracked: "Not recorded",
    leave: "Back to the course",
    noPlatform:
      "This lesson is not connected to a learning platform. You can read and practise, but your progress and answers are not recorded.",
    notLoaded:
      "Your learning platform did not hand over what you did before. So that nothing of it is lost, this session is not recorded. Close the lesson and open it again later.",
    notSaved: "Your learning platform does not take your progress at the moment. Keep this lesson open: it goes on trying.",
    contents: "Contents",
    pages: "Pages",
    previous: "Previous",
    next: "Next",
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
    submitOne: "Submit answer",
    tryAgain: "Try again",
    changeAnswer: "Change your answer",
    attemptsLeft: { one: "{n} attempt left", other: "{n} attempts left" },
    noAttemptsLeft: "No attempts left",
    answerFirst: "Give an answer first, then check it.",
    answerAll: "Give each entry its counterpart first, then check.",
    answerNumber: "Write a number first, such as {example}.",
    answerOrder: "Put the entries in order first, then check.",
    moveUp: "Move up: {item}",
    moveDown: "Move down: {item}",
    movedTo: "Now in place {n} of {total}",
    charactersLeft: { one: "{n} character left", other: "{n} characters left" },
    correct: "Correct",
    incorrect: "Not quite",
    partly: "Partly correct: {score}",
    notJudged: "Your answer is in. It counts for no score here.",
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
    resultOpen: { one: "{n} answer counts for no score here.", other: "{n} answers count for no score here." },
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
  const language = lcms.language.toLowerCase();
  const table = lcms.strings[language] ?? lcms.strings[language.split("-")[0]] ?? lcms.strings.en;
  const phrase = table[key] ?? lcms.strings.en[key] ?? key;
  const template =
    typeof phrase === "string"
      ? phrase
      : (phrase[new Intl.PluralRules(lcms.language).select(Number(values.n))] ?? phrase.other);
  return template.replace(/\{(\w+)\}/g, (place, name) => {
    const value = values[name] ?? place;
    return typeof value === "number" ? lcms.number(value) : value;
  });
};

/** A number as the document's language writes it. @param {number} value */
lcms.number = (value) => new Intl.NumberFormat(lcms.language).format(value);

/**
 * A share of one as a percentage in the document's language, at most one decimal.
 * @param {number} share 0 to 1
 * @returns {string}
 */
lcms.percent = (share) =>
  new Intl.NumberFormat(lcms.language, { style: "percent", maximumFractionDigits: 1 }).format(share);
