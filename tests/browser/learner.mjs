/** What a learner does in a lesson: reads, answers, submits, goes on. Works on any SCO that follows the player's contract. */

/**
 * @typedef {import("playwright-core").Frame} Frame
 * @typedef {string[] | Record<string, string>} Reply ids and pairs as in the question's `correct`, or texts by field
 * @typedef {{ type: string, weight: number, correct: any, choices?: string[], targets?: string[] }} Question
 */

/** The lesson's data. @param {Frame} frame @returns {Promise<any>} */
export const readSco = (frame) => frame.evaluate(() => JSON.parse(document.getElementById("lcms-sco")?.textContent ?? "null"));

/** The id of the page on show. @param {Frame} frame */
export const currentPage = (frame) => frame.locator(".lcms-page:visible").getAttribute("data-page");

/** Goes to the page after this one. @param {Frame} frame */
export const next = (frame) => frame.locator(".lcms-next").click();

/** Goes to a page through the contents. @param {Frame} frame @param {string} id */
export async function goTo(frame, id) {
  const toggle = frame.locator(".lcms-toggle");
  if (await toggle.isVisible()) await toggle.click();
  await frame.locator(`.lcms-contents a[href="#page-${id}"]`).click();
}

/** The form of a question. @param {Frame} frame @param {string} id */
export const form = (frame, id) => frame.locator(`form[data-question="${id}"]`);

/** Puts a list in order with its buttons, from the top. @param {import("playwright-core").Locator} list @param {string[]} order */
async function putInOrder(list, order) {
  // A list that nobody touched is no answer, even where it stands as wanted.
  await list.locator("li .lcms-up").nth(1).click();
  for (const [place, id] of order.entries()) {
    const ids = () => list.locator("li").evaluateAll((items) => items.map((item) => item.getAttribute("data-item")));
    while ((await ids()).indexOf(id) > place) await list.locator(`li[data-item="${id}"] .lcms-up`).click();
  }
}

/**
 * Fills an answer in.
 * @param {Frame} frame
 * @param {string} id
 * @param {Reply} response
 */
export async function answer(frame, id, response) {
  const question = form(frame, id);
  const type = await question.getAttribute("data-type");
  if (!Array.isArray(response)) {
    for (const [name, text] of Object.entries(response)) await question.locator(`[name="${name}"]`).fill(text);
  } else if (type === "matching") {
    for (const [source, target] of response.map((pair) => pair.split("."))) await question.locator(`select[name="${source}"]`).selectOption(target);
  } else if (type === "ordering") {
    await putInOrder(question.locator(".lcms-order"), response);
  } else {
    for (const choice of response) await question.locator(`input[value="${choice}"]`).check();
  }
}

/** The right answer. @param {Question} question @returns {Reply} */
export function rightAnswer({ type, correct }) {
  if (type === "long_answer") return { text: "We counted twice." };
  if (type === "numeric") return { number: String(correct.answer) };
  if (Array.isArray(correct)) return correct;
  return Object.fromEntries(Object.entries(correct).map(([blank, { accept }]) => [blank, accept[0]]));
}

/** An answer that earns nothing, if there is one. @param {Question} question @returns {Reply} */
export function wrongAnswer(question) {
  const { type, correct, choices = [], targets = [] } = question;
  if (type === "long_answer") return rightAnswer(question);
  if (type === "numeric") return { number: String(correct.answer + correct.tolerance + 1) };
  if (type === "matching") {
    return choices.map((source) => `${source}.${targets.find((target) => !correct.includes(`${source}.${target}`))}`);
  }
  if (type === "ordering") return [...correct.slice(1), correct[0]];
  if (!Array.isArray(correct)) return Object.fromEntries(Object.keys(correct).map((blank) => [blank, "no such answer"]));
  return [choices.find((id) => !correct.includes(id)) ?? choices[0]];
}

/** Answers a knowledge check and checks it. @param {Frame} frame @param {string} id @param {Reply} response */
export async function check(frame, id, response) {
  await answer(frame, id, response);
  await form(frame, id).locator("button[type=submit]").click();
}

/** Ids of the questions on show that can be answered. @param {Frame} frame */
export const openQuestions = (frame) =>
  frame.locator("form.lcms-question:visible:has(fieldset:enabled)").evaluateAll((forms) => forms.map((each) => String(each.getAttribute("data-question"))));

/**
 * Answers everything on the page on show.
 * @param {Frame} frame
 * @param {Record<string, Question>} questions
 * @param {(question: Question) => Reply} [choose]
 */
export async function answerPage(frame, questions, choose = rightAnswer) {
  for (const id of await openQuestions(frame)) {
    await answer(frame, id, choose(questions[id]));
    const button = form(frame, id).locator("button[type=submit]");
    if (await button.count()) await button.click();
  }
  const submit = frame.locator(".lcms-assessment:visible > .lcms-actions button");
  if (await submit.isVisible()) await submit.click();
}

/**
 * Plays from the page on show to the last one.
 * @param {Frame} frame
 * @param {(question: Question) => Reply} [choose]
 */
export async function play(frame, choose = rightAnswer) {
  const { questions } = await readSco(frame);
  await answerPage(frame, questions, choose);
  while (await frame.locator(".lcms-next").isVisible()) {
    await next(frame);
    await answerPage(frame, questions, choose);
  }
}

/**
 * Plays the beginning of every recording of the lesson.
 * @param {Frame} frame
 * @returns {Promise<string[]>} those that do not play, with the reason
 */
export const unplayable = (frame) =>
  frame.evaluate(async () => {
    const silent = (/** @type {HTMLMediaElement} */ { currentSrc, error, readyState }) => `${currentSrc}: ${error?.message || `nothing heard, ready ${readyState}`}`;
    /** @param {HTMLMediaElement} recording */
    const begin = async (recording) => {
      recording.muted = true;
      const heard = new Promise((resolve) => recording.addEventListener("timeupdate", () => recording.currentTime > 0 && resolve(null)));
      const late = new Promise((resolve) => setTimeout(resolve, 8_000, silent(recording)));
      const started = recording.play().then(() => heard, (reason) => `${silent(recording)}: ${reason}`);
      const outcome = await Promise.race([started, late]);
      recording.pause();
      return outcome;
    };
    const recordings = [...document.querySelectorAll("audio, video")].map((each) => begin(/** @type {HTMLMediaElement} */ (each)));
    return (await Promise.all(recordings)).filter((reason) => reason !== null);
  });
