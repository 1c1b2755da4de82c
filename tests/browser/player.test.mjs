/** The player under a real runtime: what an LMS receives, what comes back, and what the learner is told. */

import { test, describe, after } from "node:test";
import assert from "node:assert/strict";
import { mkdtemp, mkdir, writeFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { openPackage, browser, closeBrowser, carryOver } from "./host.mjs";
import { fixturePackage } from "./fixtures/fixtures.mjs";
import { answer, check, currentPage, form, goTo, next, openQuestions, play, readSco, rightAnswer, wrongAnswer } from "./learner.mjs";

after(closeBrowser);

/** @type {("scorm12" | "scorm2004")[]} */
const STANDARDS = ["scorm12", "scorm2004"];

/** Where the learner stands, in the same words for both standards. @param {string} standard @param {any} cmi */
const standing = (standard, cmi) =>
  standard === "scorm12"
    ? { status: cmi.core.lesson_status, score: cmi.core.score.raw, exit: cmi.core.exit }
    : { status: `${cmi.completion_status} ${cmi.success_status}`, score: cmi.score.raw, scaled: cmi.score.scaled, progress: cmi.progress_measure, exit: cmi.exit };

/** Records of answers, in order. @param {any} cmi @returns {any[]} */
const interactions = (cmi) => Object.values(cmi.interactions).filter((each) => typeof each === "object");

/** Every answer the SCO gave was taken by the runtime, and the session began and ended once. @param {import("./host.mjs").Call[]} calls */
function assertClean(calls) {
  const refused = calls.filter(({ method, result }) => /SetValue|Commit|Initialize|Terminate|Finish/.test(method) && result !== "true");
  assert.deepEqual(refused, []);
  for (const method of [/Initialize$/, /(Terminate|Finish)$/]) {
    assert.equal(calls.filter((call) => method.test(call.method)).length, 1);
  }
  assert.match(calls[calls.length - 1].method, /Terminate|Finish/);
}

describe("completion", () => {
  const wrongOnExam = (/** @type {any} */ question) => (question.weight === 2 ? rightAnswer(question) : wrongAnswer(question));
  /** @type {[rule: string, how: string, lesson: "lesson" | "reading", change: (sco: any) => void, choose: any, scorm12: any, scorm2004: any][]} */
  const cases = [
    ["pages", "all pages read", "reading", () => {}, undefined,
      { status: "completed", score: "", exit: "" },
      { status: "completed unknown", score: "", scaled: "", progress: "1", exit: "normal" }],
    ["pages", "all pages read, all answers wrong, a pass mark", "lesson", (sco) => (sco.completion = "pages"), wrongAnswer,
      { status: "failed", score: "0", exit: "suspend" },
      { status: "completed failed", score: "0", scaled: "0", progress: "1", exit: "suspend" }],
    ["score", "all answers right", "lesson", (sco) => (sco.completion = "score"), undefined,
      { status: "passed", score: "100", exit: "" },
      { status: "completed passed", score: "100", scaled: "1", progress: "1", exit: "normal" }],
    ["score", "all answers wrong", "lesson", (sco) => (sco.completion = "score"), wrongAnswer,
      { status: "failed", score: "0", exit: "suspend" },
      { status: "incomplete failed", score: "0", scaled: "0", progress: "0.99", exit: "suspend" }],
    ["both", "all pages read and all answers right", "lesson", () => {}, undefined,
      { status: "passed", score: "100", exit: "" },
      { status: "completed passed", score: "100", scaled: "1", progress: "1", exit: "normal" }],
    ["both", "only the question of weight 2 right: 2 of 8", "lesson", () => {}, wrongOnExam,
      { status: "failed", score: "25", exit: "suspend" },
      { status: "incomplete failed", score: "25", scaled: "0.25", progress: "0.99", exit: "suspend" }],
    ["both", "all answers right and no pass mark", "lesson", (sco) => (sco.passMark = null), undefined,
      { status: "completed", score: "100", exit: "" },
      { status: "completed unknown", score: "100", scaled: "1", progress: "1", exit: "normal" }],
  ];
  for (const [rule, how, lesson, change, choose, ...expected] of cases) {
    STANDARDS.forEach((standard, i) => {
      test(`by ${rule}, ${standard}: ${how}`, async () => {
        const launch = await openPackage(await fixturePackage({ standard, lesson, change }));
        await play(launch.frame, choose);
        const { cmi, calls } = await launch.close();
        assert.deepEqual(standing(standard, cmi), expected[i]);
        assertClean(calls);
        assert.deepEqual(launch.problems, []);
      });
    });
  }

  test("is not reported half-way, nor is a score", async () => {
    const launch = await openPackage(await fixturePackage({ standard: "scorm12" }));
    await next(launch.frame);
    await goTo(launch.frame, "checks");
    await check(launch.frame, "q-when", ["closing"]);
    const { cmi } = await launch.close();
    assert.deepEqual(standing("scorm12", cmi), { status: "incomplete", score: "", exit: "suspend" });
  });

  test("and the score are told to the learner at the end", async () => {
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004" }));
    await goTo(launch.frame, "exam");
    await launch.frame.getByText("Still to do").waitFor();
    await launch.frame.locator(".lcms-summary").getByText("7 questions to answer").waitFor();
    await goTo(launch.frame, "welcome");
    await play(launch.frame);
    await launch.frame.getByText("You have completed this lesson and passed with 100%.").waitFor();
    await launch.close();
  });
});

describe("interactions", () => {
  test("a new answer to the same question is a new record, and the best answer counts", async () => {
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004", change: (sco) => (sco.passMark = null) }));
    await goTo(launch.frame, "checks");
    await check(launch.frame, "q-tools", ["tray"]);
    await form(launch.frame, "q-tools").getByRole("button", { name: "Try again" }).click();
    await check(launch.frame, "q-tools", ["phone"]);
    const { cmi, calls } = await launch.close();
    assert.deepEqual(
      interactions(cmi).map(({ id, learner_response, result, weighting, description }) => ({ id, learner_response, result, weighting, description })),
      [
        { id: "q-tools", learner_response: "tray", result: "0.5", weighting: "2", description: "What do you need for the count?" },
        { id: "q-tools", learner_response: "phone", result: "incorrect", weighting: "2", description: "What do you need for the count?" },
      ],
    );
    assert.equal(cmi.score.scaled, "0.125");
    assertClean(calls);
  });

  test("in SCORM 1.2 carry letters, and never a description", async () => {
    const launch = await openPackage(await fixturePackage({ standard: "scorm12" }));
    await goTo(launch.frame, "checks");
    await check(launch.frame, "q-when", ["opening"]);
    await check(launch.frame, "q-alone", ["false"]);
    await check(launch.frame, "q-practice", { coins: "50" });
    const { cmi, calls } = await launch.close();
    assert.deepEqual(
      interactions(cmi).map(({ id, type, student_response, result, weighting, correct_responses }) => [id, type, student_response, result, weighting, correct_responses[0].pattern]),
      [
        ["q-when", "choice", "a", "wrong", "1", "b"],
        ["q-alone", "true-false", "f", "correct", "1", "f"],
        ["q-practice", "fill-in", "50", "correct", "0", "50"],
      ],
    );
    assert.equal(calls.some(({ values }) => /description/.test(values[0])), false);
  });

  test("go on after those of the last session", async () => {
    const files = await fixturePackage({ standard: "scorm2004" });
    const first = await openPackage(files);
    await goTo(first.frame, "checks");
    await check(first.frame, "q-when", ["closing"]);
    const { cmi } = await first.close();
    const second = await openPackage(files, { state: carryOver("scorm2004", cmi) });
    await check(second.frame, "q-alone", ["false"]);
    const end = await second.close();
    assert.deepEqual(interactions(end.cmi).map(({ id }) => id), ["q-when", "q-alone"]);
    assertClean(end.calls);
  });
});

describe("knowledge checks", () => {
  test("show the feedback of the answer and of the choice, then close when right", async () => {
    const { frame, close } = await openLesson();
    await check(frame, "q-when", ["opening"]);
    await form(frame, "q-when").getByText("In the morning nobody remembers yesterday.").waitFor();
    assert.equal(await form(frame, "q-when").getByText("The day is over").isVisible(), false);
    await form(frame, "q-when").getByRole("button", { name: "Try again" }).click();
    await check(frame, "q-when", ["closing"]);
    await form(frame, "q-when").getByText("The day is over").waitFor();
    assert.equal(await form(frame, "q-when").getByRole("button").count(), 0);
    await close();
  });

  test("close for good when no attempts are left", async () => {
    const { frame, close } = await openLesson();
    await check(frame, "q-alone", ["true"]);
    await form(frame, "q-alone").getByText("No attempts left").waitFor();
    assert.equal(await form(frame, "q-alone").getByRole("button").count(), 0);
    await close();
  });

  test("ask for an answer instead of taking none", async () => {
    const { frame, close, launch } = await openLesson();
    await form(frame, "q-when").getByRole("button", { name: "Check" }).click();
    await form(frame, "q-when").getByText("Give an answer first").waitFor();
    assert.deepEqual(interactions(await launch.cmi()), []);
    await close();
  });

  async function openLesson() {
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004" }));
    await goTo(launch.frame, "checks");
    return { launch, frame: launch.frame, close: () => launch.close() };
  }
});

describe("an assessment", () => {
  test("warns once of missing answers, then may be submitted as it is", async () => {
    const { frame, close } = await openExam();
    await frame.getByRole("button", { name: "Submit answers" }).click();
    await frame.getByText("3 questions have no answer yet.").waitFor();
    await frame.getByRole("button", { name: "Submit anyway" }).click();
    await frame.getByRole("heading", { name: "Not passed yet" }).waitFor();
    await close();
  });

  test("keeps its best attempt, draws anew for the next, and ends with the last", async () => {
    const { frame, close, launch } = await openExam();
    const { questions } = await readSco(frame);
    const firstDraw = await openQuestions(frame);
    assert.equal(firstDraw.length, 3);
    for (const id of firstDraw) await answer(frame, id, questions[id].correct);
    await frame.getByRole("button", { name: "Submit answers" }).click();
    await frame.getByText("You scored 100%.").waitFor();
    await frame.getByRole("button", { name: "Try again" }).click();
    for (const id of await openQuestions(frame)) await answer(frame, id, wrongAnswer(questions[id]));
    await frame.getByRole("button", { name: "Submit answers" }).click();
    await frame.getByText("Your best attempt so far: 100%.").waitFor();
    await frame.getByText("No attempts left").waitFor();
    assert.equal(await frame.getByRole("button", { name: "Try again" }).count(), 0);
    await launch.saved();
    assert.equal(interactions(await launch.cmi()).length, 6);
    await close();
  });

  test("shows the same draw, order and unsubmitted answers after a resume", async () => {
    for (const standard of STANDARDS) {
      const files = await fixturePackage({ standard });
      const first = await openPackage(files);
      await goTo(first.frame, "exam");
      const draw = await openQuestions(first.frame);
      const { questions } = await readSco(first.frame);
      await answer(first.frame, draw[1], questions[draw[1]].correct);
      const { cmi } = await first.close();
      const second = await openPackage(files, { state: carryOver(standard, cmi) });
      assert.deepEqual(await openQuestions(second.frame), draw);
      const filled = await second.frame.locator("input:checked").evaluateAll((inputs) => inputs.map((input) => input.getAttribute("name")));
      assert.deepEqual(filled, [draw[1]]);
      await second.close();
    }
  });

  test("shows its result after a resume", async () => {
    const files = await fixturePackage({ standard: "scorm12" });
    const first = await openPackage(files);
    await goTo(first.frame, "exam");
    const { questions } = await readSco(first.frame);
    const draw = await openQuestions(first.frame);
    for (const id of draw) await answer(first.frame, id, questions[id].correct);
    await first.frame.getByRole("button", { name: "Submit answers" }).click();
    const { cmi } = await first.close();
    const second = await openPackage(files, { state: carryOver("scorm12", cmi) });
    await second.frame.getByText("You scored 100%. 3 of 3 questions correct.").waitFor();
    assert.equal(await second.frame.locator("form.lcms-question:visible").count(), 3);
    await second.close();
  });

  async function openExam() {
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004" }));
    await goTo(launch.frame, "exam");
    return { launch, frame: launch.frame, close: () => launch.close() };
  }
});

describe("resume", () => {
  for (const standard of STANDARDS) {
    test(`${standard}: page, progress, answers and the order of choices come back`, async () => {
      const files = await fixturePackage({ standard });
      const first = await openPackage(files);
      await goTo(first.frame, "checks");
      await check(first.frame, "q-when", ["closing"]);
      await check(first.frame, "q-fill", { colour: "Yellow", who: "nobody" });
      const order = (/** @type {import("playwright-core").Frame} */ frame) =>
        form(frame, "q-tools").locator("input").evaluateAll((inputs) => inputs.map((input) => input.getAttribute("value")));
      const shuffled = await order(first.frame);
      const { cmi } = await first.close();

      const second = await openPackage(files, { state: carryOver(standard, cmi) });
      assert.equal(await currentPage(second.frame), "checks");
      assert.equal(await second.frame.locator(".lcms-count").textContent(), "2 of 4 pages done");
      assert.deepEqual(await order(second.frame), shuffled);
      await form(second.frame, "q-when").getByText("The day is over").waitFor();
      assert.equal(await form(second.frame, "q-fill").locator("[name=colour]").inputValue(), "Yellow");
      assert.equal(await form(second.frame, "q-fill").locator("[name=who]").getAttribute("data-result"), "wrong");
      await form(second.frame, "q-fill").getByRole("button", { name: "Try again" }).click();
      await check(second.frame, "q-fill", { colour: "yellow", who: "both" });
      await goTo(second.frame, "welcome");
      await play(second.frame);
      const end = await second.close();
      assert.equal(standing(standard, end.cmi).status, standard === "scorm12" ? "passed" : "completed passed");
      assert.equal(standing(standard, end.cmi).score, "100");
    });
  }

  test("a page that changed is marked until the learner has been there, and still counts as done", async () => {
    const first = await openPackage(await fixturePackage({ standard: "scorm2004" }));
    await next(first.frame);
    await next(first.frame);
    const { cmi } = await first.close();

    const edited = await fixturePackage({ standard: "scorm2004", change: (sco) => (sco.pages[1].fingerprint = "feedface") });
    const second = await openPackage(edited, { state: carryOver("scorm2004", cmi) });
    const mark = second.frame.locator('.lcms-contents a[href="#page-steps"] .lcms-changed');
    assert.equal(await mark.textContent(), "Changed since you last saw it");
    assert.equal(await second.frame.locator(".lcms-changed").count(), 1);
    assert.equal(await second.frame.locator(".lcms-count").textContent(), "3 of 4 pages done");
    await goTo(second.frame, "steps");
    await second.frame.getByText("This page has changed since you last saw it.").waitFor();
    await next(second.frame);
    assert.equal(await mark.count(), 0);
    const end = await second.close();

    const third = await openPackage(edited, { state: carryOver("scorm2004", end.cmi) });
    assert.equal(await third.frame.locator(".lcms-changed").count(), 0);
    await third.close();
  });

  test("with the suspend data of another program begins at the beginning", async () => {
    const state = { suspend_data: "viewed=1,2,3|lastviewedslide=3|", location: "slide-3", entry: "resume" };
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004" }), { state });
    assert.equal(await currentPage(launch.frame), "welcome");
    await launch.close();
  });
});

describe("an LMS of another kind, or one that misbehaves,", () => {
  /** @param {import("./host.mjs").Launch} launch */
  const saveState = (launch) => launch.frame.locator(".lcms-save").getAttribute("data-state");

  test("without an API: the lesson says so and works untracked", async () => {
    const launch = await openPackage(await fixturePackage({ standard: "scorm12" }), { faults: { noApi: true } });
    await launch.frame.getByText("This lesson is not connected to a learning platform.").waitFor();
    assert.equal(await launch.frame.locator(".lcms-save").textContent(), "Not recorded");
    await play(launch.frame);
    await launch.frame.getByText("You have completed this lesson").first().waitFor();
    assert.deepEqual((await launch.close()).calls, []);
  });

  for (const via of /** @type {const} */ (["window", "shell"])) {
    test(`that opens content in a ${via === "window" ? "window of its own" : "frame of another origin"} is found`, async () => {
      const launch = await openPackage(await fixturePackage({ standard: "scorm2004", lesson: "reading" }), { via });
      await play(launch.frame);
      const { cmi, calls } = await launch.close();
      assert.equal(cmi.completion_status, "completed");
      assertClean(calls);
    });
  }

  test("whose API appears late is found", async () => {
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004" }), { faults: { apiAfter: 1500 } });
    await launch.saved();
    await launch.close();
  });

  test("whose Initialize fails once is asked again", async () => {
    const launch = await openPackage(await fixturePackage({ standard: "scorm12" }), { faults: { failInitialize: 1 } });
    await launch.saved();
    const { calls } = await launch.close();
    assert.deepEqual(calls.filter(({ method }) => method === "LMSInitialize").map(({ result }) => result), ["false", "true"]);
  });

  test("whose Initialize never succeeds leaves the lesson untracked", async () => {
    const launch = await openPackage(await fixturePackage({ standard: "scorm12" }), { faults: { failInitialize: 99 } });
    assert.equal(await saveState(launch), "untracked");
    const { calls } = await launch.close();
    assert.equal(calls.some(({ method }) => /SetValue|Commit|Finish/.test(method)), false);
  });

  for (const success of [true, 1]) {
    test(`that answers ${JSON.stringify(success)} for success is understood`, async () => {
      const launch = await openPackage(await fixturePackage({ standard: "scorm12" }), { faults: { success } });
      await launch.saved();
      await launch.close();
    });
  }

  test("whose Commit fails never makes the lesson say Saved, until it succeeds again", async () => {
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004" }), { faults: { failCommit: true } });
    await launch.frame.locator('.lcms-save[data-state="failed"]').waitFor();
    const states = await launch.frame.evaluateHandle(() => {
      const save = /** @type {HTMLElement} */ (document.querySelector(".lcms-save"));
      const seen = [save.dataset.state];
      new MutationObserver(() => seen.push(save.dataset.state)).observe(save, { attributes: true });
      return seen;
    });
    await next(launch.frame);
    await launch.frame.getByText("Not saved – retrying").first().waitFor();
    assert.deepEqual([...new Set(await states.jsonValue())].sort(), ["failed", "saving"]);
    await launch.page.evaluate(() => (window.host.failCommit = false));
    await launch.saved();
    const { cmi } = await launch.close();
    assert.equal(cmi.location, "steps");
  });
});

describe("without a server", () => {
  /** @param {(url: string) => Promise<void>} use @param {"scorm12" | "none"} [driver] */
  async function onDisk(use, driver = "scorm12") {
    const folder = await mkdtemp(path.join(tmpdir(), "lcms-player-"));
    try {
      for (const [name, bytes] of await fixturePackage({ standard: "scorm12", driver })) {
        await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
        await writeFile(path.join(folder, name), bytes);
      }
      await use(pathToFileURL(path.join(folder, "sco/lesson.html")).href);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  test("a lesson opened from disk plays to its end, untracked", () =>
    onDisk(async (url) => {
      const page = await (await browser()).newPage();
      await page.goto(url);
      await page.getByText("This lesson is not connected").waitFor();
      await play(page.mainFrame());
      await page.getByText("You have completed this lesson").first().waitFor();
      await page.close();
    }));

  test("as a web page it misses no LMS", () =>
    onDisk(async (url) => {
      const page = await (await browser()).newPage();
      await page.goto(url);
      await page.waitForSelector('html[data-lcms="running"]');
      assert.equal(await page.getByText("This lesson is not connected").count(), 0);
      await page.close();
    }, "none"));

  test("and without scripts shows all pages in order", () =>
    onDisk(async (url) => {
      const context = await (await browser()).newContext({ javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto(url);
      for (const title of ["Why the count matters", "Closing step by step", "Check what you know", "Final questions"]) {
        assert.equal(await page.getByRole("heading", { name: title }).isVisible(), true);
      }
      await context.close();
    }));
});

describe("pages one after the other", () => {
  test("a later page does not open before those before it are done, however it is asked for", async () => {
    const launch = await openPackage(await fixturePackage({ standard: "scorm12", lesson: "reading", change: (sco) => { sco.linear = true; sco.pages[0].group = "A lesson"; } }));
    const { frame } = launch;
    const links = frame.locator(".lcms-contents a");
    assert.equal(await frame.locator(".lcms-contents .lcms-group").innerText(), "A lesson");
    const last = links.last();
    assert.equal(await last.getAttribute("aria-disabled"), "true");
    const first = await currentPage(frame);
    await last.evaluate((link) => /** @type {HTMLElement} */ (link).click());
    assert.equal(await currentPage(frame), first);
    await next(frame);
    assert.notEqual(await currentPage(frame), first);
    await launch.close();
  });
});
