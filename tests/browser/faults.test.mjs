/**
 * An LMS that fails, delays or lies, on each call at each moment. Whatever it does, one thing holds: the lesson
 * never says "saved" of what the LMS has not kept, and what it kept is never written over by less.
 */

import { test, describe, after } from "node:test";
import assert from "node:assert/strict";
import { openPackage, closeBrowser, carryOver } from "./host.mjs";
import { fixturePackage } from "./fixtures/fixtures.mjs";
import { answer, check, currentPage, form, goTo, next, openQuestions, readSco, rightAnswer } from "./learner.mjs";

after(closeBrowser);

/** @typedef {import("./host.mjs").Launch} Launch */
/** @typedef {"scorm12" | "scorm2004"} Standard */

/** @type {Standard[]} */
const STANDARDS = ["scorm12", "scorm2004"];

/** Writes down, at each change of the save state, what the learner is told and what the LMS has. @param {Launch} launch */
async function watch({ frame }) {
  const log = await frame.evaluateHandle(() => {
    const state = /** @type {HTMLElement} */ (document.querySelector(".lcms-save"));
    const note = () => {
      const { kept, calls } = window.parent.host;
      const sent = calls.filter(({ method, values }) => /SetValue$/.test(method) && values[0] === "cmi.suspend_data").map(({ values }) => values[1]);
      const page = document.querySelector(".lcms-page:not([hidden])")?.getAttribute("data-page");
      return { said: state.dataset.state, page, at: kept?.location ?? kept?.core?.lesson_location, kept: kept?.suspend_data, sent: sent.at(-1) };
    };
    const notes = [note()];
    new MutationObserver(() => notes.push(note())).observe(state, { attributes: true });
    return notes;
  });
  return () => log.jsonValue();
}

/** Fails when something was said to be saved that the LMS has not. @param {any[]} notes */
function assertHonest(notes) {
  for (const { page, at, kept, sent } of notes.filter(({ said }) => said === "saved")) {
    assert.deepEqual({ at, kept }, { at: page, kept: sent }, "said to be saved, but not kept");
  }
}

/** Until the lesson is not busy saving. @param {Launch} launch @returns {Promise<string | null>} */
async function settled({ frame }) {
  await frame.locator('.lcms-save:not([data-state="saving"]):not([data-state="connecting"])').waitFor();
  return frame.locator(".lcms-save").getAttribute("data-state");
}

/** Answers the drawn questions of the exam right and submits. @param {Launch} launch */
async function takeExam({ frame }) {
  const { questions } = await readSco(frame);
  for (const id of await openQuestions(frame)) await answer(frame, id, rightAnswer(questions[id]));
  await frame.getByRole("button", { name: "Submit answers" }).click();
}

/** What a learner does at each moment, and how to go on from it. @type {[moment: string, act: (launch: Launch) => Promise<unknown>][]} */
const MOMENTS = [
  ["a page is turned", ({ frame }) => next(frame)],
  ["a question is answered", async ({ frame }) => {
    await goTo(frame, "checks");
    await check(frame, "q-when", ["closing"]);
  }],
  ["an assessment is submitted", async (launch) => {
    await goTo(launch.frame, "exam");
    await takeExam(launch);
  }],
];

/** @type {[what: string, fault: import("./host.mjs").Fault, told: string][]} */
const FAULTS = [
  ["SetValue answers false", { method: "SetValue", how: "false" }, "failed"],
  ["SetValue of the state alone answers false", { method: "SetValue", element: "suspend_data", how: "false" }, "failed"],
  ["SetValue of the place alone answers false", { method: "SetValue", element: "location", how: "false" }, "failed"],
  ["SetValue throws", { method: "SetValue", how: "throw" }, "failed"],
  ["SetValue answers nothing", { method: "SetValue", how: "undefined" }, "failed"],
  ["SetValue answers a promise", { method: "SetValue", how: "promise" }, "failed"],
  ["SetValue says true and loses the value", { method: "SetValue", element: "suspend_data", how: "lie" }, "failed"],
  ["Commit answers false", { method: "Commit", how: "false" }, "failed"],
  ["Commit throws", { method: "Commit", how: "throw" }, "failed"],
  ["Commit answers nothing", { method: "Commit", how: "undefined" }, "failed"],
  ["Commit answers a promise", { method: "Commit", how: "promise" }, "failed"],
  ["what was saved cannot be read back", { method: "GetValue", element: "suspend_data", how: "throw" }, "failed"],
  ["what was saved reads back as nothing", { method: "GetValue", element: "suspend_data", how: "lie" }, "failed"],
  ["every call takes 100 ms", { method: "SetValue|Commit|GetValue", how: "slow" }, "saved"],
  ["every call fails, the error number too", { method: "SetValue|Commit|GetValue|GetLastError", how: "throw" }, "failed"],
];

describe("while a lesson runs,", () => {
  for (const standard of STANDARDS) {
    for (const [what, fault, told] of FAULTS) {
      test(`${standard}: ${what}`, async () => {
        const files = await fixturePackage({ standard });
        const launch = await openPackage(files);
        await launch.saved();
        const notes = await watch(launch);
        for (const [moment, act] of MOMENTS) {
          await launch.fault(fault);
          await act(launch);
          assert.equal(await settled(launch), told, moment);
          await launch.fault(null);
        }
        await goTo(launch.frame, "exam");
        await launch.saved();
        assertHonest(await notes());
        const { cmi } = await launch.close();
        const again = await openPackage(files, { state: carryOver(standard, { ...cmi, ...(standard === "scorm2004" && { exit: "suspend" }) }) });
        assert.equal(await currentPage(again.frame), "exam");
        await again.frame.getByText("You scored 100%.").waitFor();
        assert.equal(await again.frame.locator(".lcms-contents a[data-done]").count(), 4);
        await again.close();
      });
    }
  }

  test("a failure that lasts is explained on the page, until it has passed", async () => {
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004" }));
    await launch.saved();
    await launch.fault({ method: "Commit", how: "false" });
    await next(launch.frame);
    const note = launch.frame.getByText("Your learning platform does not take your progress at the moment.");
    await note.waitFor();
    await launch.fault(null);
    await launch.saved();
    assert.equal(await note.count(), 0);
    await launch.close();
  });

  test("an LMS that cuts the state off gets one that fits, and the learner is told what is missing", async () => {
    const files = await fixturePackage({ standard: "scorm12" });
    const launch = await openPackage(files);
    await launch.saved();
    await goTo(launch.frame, "checks");
    await launch.fault({ method: "SetValue", element: "suspend_data", how: "cut" });
    await check(launch.frame, "q-fill", { colour: "a long text about yellow", who: "and one about both of them" });
    await launch.frame.getByText("Saved, without your longer texts").first().waitFor();
    const { suspend_data } = await launch.kept();
    assert.ok(suspend_data.length <= 60);
    await launch.fault(null);
    const { cmi } = await launch.close();
    const again = await openPackage(files, { state: carryOver("scorm12", cmi) });
    assert.equal(await again.frame.locator(".lcms-contents a[data-done]").count(), 2);
    await form(again.frame, "q-fill").getByText("You answered this earlier.").waitFor();
    await again.close();
  });
});

describe("at the start,", () => {
  for (const standard of STANDARDS) {
    for (const how of /** @type {const} */ (["throw", "false", "undefined", "promise"])) {
      test(`${standard}: Initialize that does not succeed (${how}) leaves the lesson untracked, and says so`, async () => {
        const launch = await openPackage(await fixturePackage({ standard }), { faults: { fault: { method: "Initialize", how } } });
        assert.equal(await settled(launch), "untracked");
        await launch.frame.getByText("This lesson is not connected to a learning platform.").waitFor();
        const { calls } = await launch.close();
        assert.deepEqual(calls.filter(({ method }) => /SetValue|Commit|Finish|Terminate/.test(method)), []);
      });
    }

    for (const [what, fault] of /** @type {[string, import("./host.mjs").Fault][]} */ ([
      ["the state", { method: "GetValue", element: "suspend_data", how: "throw" }],
      ["the status", { method: "GetValue", element: "status", how: "throw" }],
      ["anything", { method: "GetValue", how: "throw" }],
    ])) {
      test(`${standard}: an LMS that never hands over ${what} is not written to, so that nothing is lost`, async () => {
        const files = await fixturePackage({ standard });
        const state = await halfWay(files, standard);
        const launch = await openPackage(files, { state, faults: { fault } });
        assert.equal(await settled(launch), "untracked");
        await launch.frame.getByText("did not hand over what you did before").waitFor();
        await next(launch.frame);
        const { cmi, calls } = await launch.close();
        assert.deepEqual(calls.filter(({ method }) => /SetValue|Commit|Finish|Terminate/.test(method)), []);
        assert.equal(cmi.suspend_data, state?.suspend_data);
      });

      test(`${standard}: an LMS that hands over ${what} at the second request is asked again`, async () => {
        const files = await fixturePackage({ standard });
        const launch = await openPackage(files, { state: await halfWay(files, standard), faults: { fault: { ...fault, times: 1 } } });
        await launch.saved();
        assert.equal(await currentPage(launch.frame), "checks");
        await form(launch.frame, "q-when").getByText("The day is over").waitFor();
        await launch.close();
      });
    }
  }

  test("an LMS that fails to hand over a state that nobody has begun is written to all the same", async () => {
    const fault = { method: "GetValue", element: "suspend_data", how: /** @type {const} */ ("throw"), times: 1 };
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004" }), { faults: { fault } });
    await launch.saved();
    await launch.close();
  });

  /** The state of a learner who has answered a question on the third page. @param {Map<string, Uint8Array>} files @param {Standard} standard */
  async function halfWay(files, standard) {
    const launch = await openPackage(files);
    await goTo(launch.frame, "checks");
    await check(launch.frame, "q-when", ["closing"]);
    await launch.saved();
    return carryOver(standard, (await launch.close()).cmi);
  }
});

describe("at the end,", () => {
  for (const standard of STANDARDS) {
    for (const how of /** @type {const} */ (["false", "throw"])) {
      test(`${standard}: a Terminate that fails (${how}) loses nothing that was said to be saved`, async () => {
        const files = await fixturePackage({ standard });
        const launch = await openPackage(files);
        await goTo(launch.frame, "checks");
        await check(launch.frame, "q-when", ["closing"]);
        await launch.saved();
        await launch.fault({ method: "Terminate|Finish", how });
        const { calls } = await launch.close();
        assert.equal(calls.filter(({ method }) => /Terminate|Finish/.test(method)).length, 2, "it is tried once more");
        const kept = calls.findLast(({ method, values }) => /SetValue$/.test(method) && values[0] === "cmi.suspend_data")?.values[1];
        const again = await openPackage(files, { state: { suspend_data: kept, entry: "resume", ...(standard === "scorm12" && { core: { entry: "resume" } }) } });
        await goTo(again.frame, "checks");
        await form(again.frame, "q-when").getByText("The day is over").waitFor();
        await again.close();
      });
    }

    test(`${standard}: a save that fails once while the window closes is made again at once`, async () => {
      const files = await fixturePackage({ standard });
      const launch = await openPackage(files);
      await launch.saved();
      await launch.fault({ method: "Commit", how: "false", times: 1 });
      await launch.frame.evaluate(() => document.querySelector(".lcms-next")?.dispatchEvent(new MouseEvent("click")));
      const { cmi } = await launch.close();
      assert.equal(cmi.location ?? cmi.core.lesson_location, "steps");
    });
  }
});
