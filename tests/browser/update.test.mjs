/**
 * Updates, as `lcms compare` judges them: a learner is half-way in the old package, the new one takes its place, the
 * learner comes back. For each rule of docs/compatibility.md that concerns learners in progress, what its verdict
 * promises is what happens. Packages are made by the program named in LCMS.
 */

import { test, describe, after, before } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openPackage, closeBrowser, carryOver } from "./host.mjs";
import { Registration } from "./cmi5-lms.mjs";
import { answer, answerPage, check, currentPage, form, goTo, next, openQuestions, play, readSco, rightAnswer, wrongAnswer } from "./learner.mjs";

const program = process.env.LCMS ?? "";
if (!program) throw new Error("LCMS must name the lcms program");

/** @typedef {import("./host.mjs").Launch} Launch */
/** @typedef {"scorm12" | "scorm2004"} Standard */
/** @typedef {Record<string, any>} World components by `folder/key` */

const FORMATS = { scorm12: "scorm12", scorm2004: "scorm2004-4", cmi5: "cmi5" };

/** An id of our own. @param {number} n */
const id = (n) => `01936c00-0000-7000-8000-${String(n).padStart(12, "0")}`;

/** @param {number} n @param {string} component @param {object} [more] */
const place = (n, component, more = {}) => ({ id: id(n), component, ...more });

/** @param {string} prompt @param {object} interaction */
const asks = (prompt, interaction) => ({ title: prompt, prompt, interaction });

/** The course before its update: three lessons, two of them under a heading. @returns {World} */
const course = () => ({
  "topics/welcome": { title: "Welcome", body: "Good morning." },
  "topics/steps": { title: "Steps", body: "First one, then the other.\n\n![[picture]]\n" },
  "topics/more": { title: "More", body: "And so on." },
  "topics/end": { title: "The end", body: "Good night." },
  "topics/extra": { title: "Extra", body: "Something new." },
  "assets/picture": { title: "A square", alt: "A black square" },
  "questions/one": asks("Which one?", { type: "single_choice", choices: [{ id: "a", text: "A", correct: true }, { id: "b", text: "B" }] }),
  "questions/many": asks("Which ones?", {
    type: "multiple_choice", partial_credit: true,
    choices: [{ id: "a", text: "A", correct: true }, { id: "b", text: "B", correct: true }, { id: "c", text: "C" }],
  }),
  "questions/late": asks("Late?", { type: "true_false", answer: true }),
  ...Object.fromEntries(["p1", "p2", "p3", "p4"].map((key) => [`questions/${key}`, asks(`Is ${key} so?`, { type: "true_false", answer: true })])),
  "assessments/quiz": {
    title: "Quiz", introduction: "Ready?",
    sections: [{ id: "pool", draw: 2, shuffle: true, entries: [place(31, "p1"), place(32, "p2"), place(33, "p3")] }],
  },
  "lessons/first": {
    title: "First lesson",
    placements: [place(1, "welcome"), place(2, "steps"), place(3, "one"), place(4, "many"), place(5, "quiz")],
  },
  "lessons/second": { title: "Second lesson", placements: [place(11, "more")] },
  "lessons/last": { title: "Last lesson", placements: [place(13, "end")] },
  "modules/part": { title: "Part two", placements: [place(21, "second"), place(22, "last")] },
  "courses/course": {
    title: "Course", completion: { rule: "both", pass_mark: 0.5 }, placements: [place(41, "first"), place(42, "part")],
  },
});

const KINDS = /** @type {Record<string, string>} */ ({
  topics: "topic", assets: "asset", questions: "question", assessments: "assessment", lessons: "lesson", modules: "module", courses: "course",
});

/** @type {string} */
let work;
let square = 4;

/** Numbers of components, in the order in which they were first met: a component keeps its id. @type {string[]} */
const known = [];

/** @param {string} key */
function numberOf(key) {
  if (!known.includes(key)) known.push(key);
  return 500 + known.indexOf(key);
}

/** @param {...string} args */
const lcms = (...args) => run("en", ...args);

/** A data directory per language of the library. @param {string} language @param {...string} args */
function run(language, ...args) {
  const env = { ...process.env, LCMS_DATA: path.join(work, `data-${language}`) };
  return execFileSync(program, args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] });
}

/** Imports a world and publishes its course. @param {string} name @param {World} world @param {Standard | "cmi5"} standard @param {string} [which] */
async function publish(name, world, standard, which = "course") {
  const library = path.join(work, "library");
  await rm(library, { recursive: true, force: true });
  await mkdir(library);
  const write = async (/** @type {string} */ file, /** @type {unknown} */ value) => {
    await mkdir(path.dirname(path.join(library, file)), { recursive: true });
    await writeFile(path.join(library, file), typeof value === "string" ? value : JSON.stringify(value));
  };
  const language = world.language ?? "en";
  await write("library.yaml", { id: id(900), key: "lib", title: "Library", language });
  const components = Object.entries(world).filter(([key]) => key.includes("/"));
  for (const [key, content] of components) {
    const [folder, base] = key.split("/");
    const { metadata, ...body } = content;
    const own = { id: id(numberOf(key)), kind: KINDS[folder], key: base, ...(metadata && { metadata }) };
    await write(folder === "assets" ? `${key}.svg.yaml` : `${key}.yaml`, { ...own, content: body });
  }
  await write("assets/picture.svg", `<svg xmlns="http://www.w3.org/2000/svg" width="${square}" height="${square}"><rect width="4" height="4"/></svg>`);
  run(language, "import", library);
  const zip = path.join(work, `${name}-${standard}.zip`);
  run(language, "publish", `lib/${which}`, "--format", FORMATS[standard], "-o", zip);
  return zip;
}

/** @param {string} old @param {string} fresh @returns {any} */
const compare = (old, fresh) => JSON.parse(lcms("compare", old, fresh, "--json"));

/** What was published before, and what its learners left. @type {Record<Standard, { zip: string, item: string, halfWay: any, done: any, draw: string[] }>} */
const old = /** @type {any} */ ({});

/** Titles of pages by what their link in the contents says. @param {Launch} launch @param {string} selector */
const pages = ({ frame }, selector) => frame.locator(`.lcms-contents a${selector} .lcms-link-title`).allTextContents();

before(async () => {
  work = await mkdtemp(path.join(tmpdir(), "lcms-update-"));
  for (const standard of /** @type {Standard[]} */ (["scorm12", "scorm2004"])) {
    const zip = await publish("old", course(), standard);
    const first = await openPackage(zip);
    const draw = await readAndAnswer(first);
    const halfWay = carryOver(standard, (await first.close()).cmi);
    const second = await openPackage(zip);
    await play(second.frame);
    await second.saved();
    const done = carryOver(standard, (await second.close()).cmi);
    old[standard] = { zip, item: first.manifest.items[0].identifier, halfWay, done, draw };
  }
});

after(async () => {
  await closeBrowser();
  await rm(work, { recursive: true, force: true });
});

/** Reads four pages, answers one question right and one in part, drafts an answer in the quiz, and goes back a page. @param {Launch} launch */
async function readAndAnswer({ frame }) {
  const ask = async (/** @type {string} */ prompt, /** @type {string[]} */ response) => {
    const { questions } = await readSco(frame);
    const [found] = Object.keys(questions).filter((each) => questions[each].description === prompt);
    await check(frame, found, response);
  };
  await next(frame);
  await next(frame);
  await ask("Which one?", ["a"]);
  await next(frame);
  await ask("Which ones?", ["a"]);
  await next(frame);
  const draw = await openQuestions(frame);
  await answer(frame, draw[0], ["true"]);
  await goTo(frame, (await readSco(frame)).pages[3].id);
  return draw;
}

/**
 * @typedef {object} Row
 * @property {string} rule
 * @property {string} verdict
 * @property {Standard} [standard] where only one says it
 * @property {(world: World) => void} change
 * @property {string[]} [changed] titles of pages marked as changed
 * @property {string[]} [added] titles of pages that are new
 * @property {string[]} [shown] titles of all pages, where they are others than before
 * @property {(seen: { launch: Launch, sco: any }) => Promise<unknown>} [check] what else is true for the learner half-way
 */

const TITLES = ["Welcome", "Steps", "Which one?", "Which ones?", "Quiz"];

/** The form of the question that asks this. @param {Launch} launch @param {any} sco @param {string} prompt */
const asking = ({ frame }, sco, prompt) => form(frame, Object.keys(sco.questions).find((each) => sco.questions[each].description === prompt) ?? "none");

/** What is rewritten in a component. @param {string} key @param {(content: any) => void} rewrite @returns {(world: World) => void} */
const edit = (key, rewrite) => (world) => rewrite(world[key]);

/** The second part waits for the first lesson. */
const waits = edit("courses/course", ({ placements }) => (placements[1].sequencing = { requires: [{ slot: placements[0].id }] }));

/** @type {Row[]} */
const ROWS = [
  { rule: "title_changed", verdict: "safe_in_place", change: edit("courses/course", (own) => (own.title = "The course")) },
  { rule: "metadata_changed", verdict: "safe_in_place", change: edit("courses/course", (own) => (own.metadata = { description: "About it." })) },
  { rule: "record_changed", verdict: "safe_in_place", change: edit("topics/welcome", (own) => (own.metadata = { keywords: ["morning"] })) },
  { rule: "answer_key_changed", verdict: "safe_in_place", change: edit("questions/one", ({ interaction: { choices } }) => {
    choices[0].correct = false;
    choices[1].correct = true;
  }), check: async ({ launch, sco }) => {
    // Points once earned stay; the answer is shown in the light of today's key.
    await goTo(launch.frame, sco.pages[2].id);
    assert.equal(await asking(launch, sco, "Which one?").locator("[data-result]").first().getAttribute("data-result"), "wrong");
  } },
  { rule: "attempts_changed", verdict: "safe_in_place", change: edit("lessons/first", ({ placements }) => (placements[3].overrides = { attempts: 1 })), check: async ({ launch, sco }) => {
    await goTo(launch.frame, sco.pages[3].id);
    await asking(launch, sco, "Which ones?").getByText("No attempts left").waitFor();
  } },
  { rule: "page_changed", verdict: "safe_changed_pages", change: edit("topics/steps", (own) => (own.body = "Another way.\n\n![[picture]]\n")), changed: ["Steps"] },
  { rule: "page_added", verdict: "safe_changed_pages", change: edit("lessons/first", ({ placements }) => placements.splice(1, 0, place(6, "extra"))), added: ["Extra"], shown: ["Welcome", "Extra", ...TITLES.slice(1)] },
  { rule: "page_removed", verdict: "safe_changed_pages", change: edit("lessons/first", ({ placements }) => placements.splice(1, 1)), shown: TITLES.filter((title) => title !== "Steps") },
  { rule: "page_moved", verdict: "safe_changed_pages", change: edit("lessons/first", ({ placements }) => placements.splice(0, 2, placements[1], placements[0])), shown: ["Steps", "Welcome", ...TITLES.slice(2)] },
  { rule: "asset_changed", verdict: "safe_changed_pages", change: () => (square = 8) },
  { rule: "question_added", verdict: "safe_changed_pages", change: edit("lessons/first", ({ placements }) => placements.push(place(7, "late"))), added: ["Late?"], shown: [...TITLES, "Late?"] },
  { rule: "question_removed", verdict: "safe_changed_pages", change: edit("lessons/first", ({ placements }) => placements.splice(2, 1)), shown: TITLES.filter((title) => title !== "Which one?") },
  { rule: "answer_choices_changed", verdict: "safe_changed_pages", change: edit("questions/many", ({ interaction: { choices } }) => choices.push({ id: "d", text: "D" })), changed: ["Which ones?"] },
  { rule: "question_order_changed", verdict: "safe_changed_pages", change: edit("assessments/quiz", ({ sections: [pool] }) => (pool.shuffle = false)), check: async ({ launch, sco }) => {
    await goTo(launch.frame, sco.pages[4].id);
    const authored = Object.values(sco.assessments)[0].sections[0].questions;
    const shown = await openQuestions(launch.frame);
    assert.deepEqual(shown, authored.filter((/** @type {string} */ each) => shown.includes(each)));
  } },
  { rule: "assessment_added", verdict: "safe_changed_pages", change: (world) => {
    world["assessments/closing"] = { title: "Second quiz", sections: [{ id: "all", entries: [place(36, "late")] }] };
    world["lessons/first"].placements.push(place(8, "closing"));
  }, added: ["Second quiz"], shown: [...TITLES, "Second quiz"] },
  { rule: "sco_added", verdict: "safe_changed_pages", change: (world) => {
    world["lessons/third"] = { title: "Third lesson", placements: [place(12, "extra")] };
    world["courses/course"].placements.push(place(43, "third"));
  } },
  { rule: "sco_moved", verdict: "safe_changed_pages", change: edit("modules/part", ({ placements }) => placements.reverse()) },
  { rule: "heading_added", verdict: "safe_changed_pages", change: (world) => {
    world["lessons/third"] = { title: "Third lesson", placements: [place(12, "extra")] };
    world["modules/new"] = { title: "Part three", placements: [place(23, "third")] };
    world["courses/course"].placements.push(place(43, "new"));
  } },
  { rule: "frame_changed", verdict: "safe_changed_pages", change: edit("topics/more", (own) => (own.metadata = { attribution: "Ada" })), check: async ({ launch }) => {
    await launch.frame.getByRole("link", { name: "Credits" }).waitFor();
  } },
  { rule: "prerequisites_changed", verdict: "safe_changed_pages", standard: "scorm12", change: waits },
  { rule: "sequencing_changed", verdict: "restart_needed", standard: "scorm2004", change: waits },
  { rule: "launch_data_changed", verdict: "restart_needed", standard: "scorm2004", change: edit("courses/course", ({ placements }) => (placements[0].sequencing = { attempt_limit: 2 })) },
  { rule: "heading_moved", verdict: "safe_changed_pages", change: edit("courses/course", ({ placements }) => placements.reverse()) },
  { rule: "language_changed", verdict: "safe_changed_pages", change: (world) => (world.language = "de"), changed: ["Which one?", "Which ones?", "Quiz"], check: async ({ launch }) => {
    await launch.frame.getByRole("button", { name: "Zurück" }).waitFor();
  } },
  { rule: "completion_rule_changed", verdict: "restart_needed", change: edit("courses/course", (own) => (own.completion.rule = "pages")) },
  { rule: "mastery_changed", verdict: "restart_needed", change: edit("courses/course", (own) => (own.completion.pass_mark = 0.9)) },
  { rule: "question_identifier_changed", verdict: "restart_needed", change: edit("lessons/first", ({ placements }) => (placements[2].id = id(9))), check: async ({ launch, sco }) => {
    await goTo(launch.frame, sco.pages[2].id);
    assert.equal(await asking(launch, sco, "Which one?").locator("input:checked").count(), 0, "the answer is not found under another id");
  } },
  { rule: "question_type_changed", verdict: "restart_needed", change: edit("questions/one", (own) => (own.interaction = { type: "ordering", items: [{ id: "a", text: "A" }, { id: "b", text: "B" }] })) },
  { rule: "question_weight_changed", verdict: "restart_needed", change: edit("questions/many", (own) => (own.points = 4)) },
  { rule: "partial_credit_changed", verdict: "restart_needed", change: edit("questions/many", (own) => (own.interaction.partial_credit = false)), check: async ({ launch, sco }) => {
    await asking(launch, sco, "Which ones?").getByText("Not quite").waitFor();
  } },
  { rule: "assessment_removed", verdict: "restart_needed", change: edit("lessons/first", ({ placements }) => placements.splice(4, 1)) },
  { rule: "assessment_draw_changed", verdict: "restart_needed", change: edit("assessments/quiz", ({ sections: [pool] }) => (pool.draw = 1)), check: async ({ launch, sco }) => {
    await goTo(launch.frame, sco.pages[4].id);
    assert.equal((await openQuestions(launch.frame)).length, 1);
  } },
];

describe("after an update", () => {
  for (const [n, row] of ROWS.entries()) {
    const standard = row.standard ?? /** @type {Standard[]} */ (["scorm2004", "scorm12"])[n % 2];
    const safe = row.verdict.startsWith("safe");

    test(`${row.rule}, ${standard}: ${row.verdict.replaceAll("_", " ")}`, async () => {
      const world = course();
      row.change(world);
      const fresh = await publish(`row-${n}`, world, standard).finally(() => (square = 4));
      const { verdict, reasons } = compare(old[standard].zip, fresh);
      assert.ok(reasons.some((/** @type {any} */ reason) => reason.rule === row.rule), JSON.stringify(reasons.map((/** @type {any} */ reason) => reason.rule)));
      assert.equal(verdict, row.verdict, JSON.stringify(reasons.map((/** @type {any} */ reason) => [reason.rule, reason.verdict])));
      await returns(fresh, standard, row, safe);
      if (safe) await staysDone(row, world, n);
      else await beginsAgain(fresh);
    });
  }

  /** The learner half-way comes back. @param {string} fresh @param {Standard} standard @param {Row} row @param {boolean} safe */
  async function returns(fresh, standard, row, safe) {
    const launch = await openPackage(fresh, { identifier: old[standard].item, state: old[standard].halfWay });
    const sco = await readSco(launch.frame);
    if (safe) {
      const titles = row.shown ?? TITLES;
      assert.deepEqual(await pages(launch, ""), titles, "pages");
      const read = titles.filter((title) => TITLES.slice(0, 4).includes(title));
      assert.deepEqual(await pages(launch, "[data-done]"), read, "what was read stays read, and nothing else is");
      assert.deepEqual(await pages(launch, ":has(.lcms-changed)"), row.changed ?? [], "what changed is marked, and nothing else is");
      assert.equal(await currentPage(launch.frame), sco.pages.find((/** @type {any} */ page) => page.title === "Which ones?").id, "the place");
      assert.deepEqual(await asking(launch, sco, "Which ones?").locator("input:checked").evaluateAll((inputs) => inputs.map((input) => input.getAttribute("value"))), ["a"], "the answer");
      await goTo(launch.frame, sco.pages.find((/** @type {any} */ page) => page.title === "Quiz").id);
      assert.deepEqual([...(await openQuestions(launch.frame))].sort(), [...old[standard].draw].sort(), "the draw");
      assert.deepEqual(await launch.frame.locator(".lcms-page:visible input:checked").evaluateAll((inputs) => inputs.map((input) => input.getAttribute("name"))), [old[standard].draw[0]], "the draft");
    }
    await row.check?.({ launch, sco });
    // Whatever the verdict: nothing breaks, and the learner can go on to the end.
    await goTo(launch.frame, sco.pages[0].id);
    await play(launch.frame);
    await launch.frame.locator('.lcms-save[data-state="saved"]').waitFor();
    const { cmi, calls } = await launch.close();
    assert.deepEqual(calls.filter(({ method, result }) => /SetValue|Commit/.test(method) && result !== "true"), []);
    assert.deepEqual(launch.problems, []);
    if (safe) assert.match(standard === "scorm12" ? cmi.core.lesson_status : cmi.success_status, /passed/);
  }

  /** A learner who was done before the update still is. @param {Row} row @param {World} world @param {number} n */
  async function staysDone(row, world, n) {
    const fresh = await publish(`row-${n}-done`, world, "scorm12");
    const launch = await openPackage(fresh, { identifier: old.scorm12.item, state: old.scorm12.done });
    assert.deepEqual(await pages(launch, ":not([data-done])"), row.added ?? [], "only what is new is left");
    await launch.saved();
    const { cmi } = await launch.close();
    assert.equal(cmi.core.lesson_status, "passed");
  }

  /** A learner who starts again, as the verdict asks, gets a whole record. @param {string} fresh */
  async function beginsAgain(fresh) {
    const launch = await openPackage(fresh);
    await play(launch.frame);
    await launch.saved();
    const { cmi } = await launch.close();
    assert.deepEqual([cmi.core?.lesson_status ?? cmi.success_status, (cmi.core ?? cmi).score.raw], ["passed", "100"]);
  }
});

describe("a new activity is needed", () => {
  /** Identifiers by which an LMS knows learners' records. @param {string} zip */
  async function items(zip) {
    const launch = await openPackage(zip);
    await launch.close();
    return launch.manifest.items.map(({ identifier }) => identifier);
  }

  test("sco_removed, heading_removed: records of the lessons have no place any more, the others keep theirs", async () => {
    const world = course();
    world["courses/course"].placements.pop();
    const fresh = await publish("sco-removed", world, "scorm12");
    const { verdict, reasons } = compare(old.scorm12.zip, fresh);
    assert.equal(verdict, "new_activity_needed");
    for (const rule of ["sco_removed", "heading_removed"]) assert.ok(reasons.some((/** @type {any} */ reason) => reason.rule === rule), rule);
    const [was, is] = [await items(old.scorm12.zip), await items(fresh)];
    assert.deepEqual([was.length, is], [3, [was[0]]]);
  });

  test("item_identifier_changed: the same lesson, placed anew, is another one to an LMS", async () => {
    const world = course();
    world["courses/course"].placements[0].id = id(45);
    const fresh = await publish("item", world, "scorm12");
    const { verdict, reasons } = compare(old.scorm12.zip, fresh);
    assert.equal(verdict, "new_activity_needed");
    assert.ok(reasons.some((/** @type {any} */ reason) => reason.rule === "item_identifier_changed"));
    assert.equal((await items(fresh)).includes(old.scorm12.item), false);
  });

  test("format_changed: what one standard kept is no record of the other", async () => {
    assert.equal(compare(old.scorm12.zip, old.scorm2004.zip).verdict, "new_activity_needed");
  });

  test("manifest_identifier_changed: another course, although it shows the same", async () => {
    const world = course();
    world["courses/other"] = world["courses/course"];
    delete world["courses/course"];
    world["courses/other"].placements = [place(51, "first"), place(52, "part")];
    const fresh = await publish("other", world, "scorm12", "other");
    const { verdict, reasons } = compare(old.scorm12.zip, fresh);
    assert.equal(verdict, "new_activity_needed");
    assert.ok(reasons.some((/** @type {any} */ reason) => reason.rule === "manifest_identifier_changed"));
  });
});

test("move_on_changed, cmi5: who begins after the update is counted by the new rule", async () => {
  const world = course();
  const earlier = await publish("move-on-before", world, "cmi5");
  world["courses/course"].placements[0].sequencing = { counts: { completion: false, success: false } };
  const fresh = await publish("move-on", world, "cmi5");
  const { verdict, reasons } = compare(earlier, fresh);
  assert.deepEqual([verdict, reasons.some((/** @type {any} */ reason) => reason.rule === "move_on_changed")], ["restart_needed", true]);
  for (const [zip, counts] of /** @type {const} */ ([[earlier, false], [fresh, true]])) {
    const registration = await Registration.open(zip);
    const session = await registration.launch("First lesson");
    await play(session.frame, wrongAnswer);
    await session.saved();
    await session.close();
    assert.equal(registration.said("First lesson", "passed").length, 0);
    assert.equal(registration.isSatisfied("First lesson"), counts);
    assert.deepEqual(registration.breaches, []);
  }
});

test("state_format_changed: a state of another form is not read; the lesson starts afresh instead of mixing", async () => {
  const { zip, halfWay } = old.scorm12;
  const launch = await openPackage(zip, { state: { ...halfWay, suspend_data: halfWay.suspend_data.replace(/^1/, "0") } });
  assert.deepEqual(await pages(launch, "[data-done]"), ["Which ones?"]);
  await answerPage(launch.frame, (await readSco(launch.frame)).questions, rightAnswer);
  await launch.saved();
  await launch.close();
});

test("every rule that concerns learners in progress is tried here", async () => {
  const table = await readFile(new URL("../../docs/compatibility.md", import.meta.url), "utf8");
  const rules = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, rule]) => rule);
  assert.ok(rules.length > 30, "the table was found");
  const tried = [
    ...ROWS.map(({ rule }) => rule), "sco_removed", "item_identifier_changed", "format_changed", "manifest_identifier_changed", "state_format_changed",
    "heading_removed", "move_on_changed",
  ];
  /** What this publisher never does to a course that stays the same, or what only an LMS carries out. */
  const beyond = [
    "organization_identifier_changed", "resource_identifier_changed", "launch_address_changed", "player_changed", "content_changed",
    "time_limit_changed", "objective_added", "objective_removed", "sco_kind_changed",
  ];
  assert.deepEqual(rules.filter((rule) => !tried.includes(rule) && !beyond.includes(rule)), []);
});
