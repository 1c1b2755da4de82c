/** Units of a cmi5 package in an LMS that holds them to the rules of cmi5, statement by statement. */

import assert from "node:assert/strict";
import path from "node:path";
import { after, describe, test } from "node:test";
import { Registration } from "./cmi5-lms.mjs";
import { closeBrowser } from "./host.mjs";
import { play, wrongAnswer } from "./learner.mjs";

/** Names a question's component and version in the context of an answer (`lcms-publish/player/README.md`). */
const COMPONENT = "urn:uuid:ff7416fb-52e7-8886-b5c8-09131f240c65";

after(closeBrowser);

const folder = process.env.LCMS_FORMATS;
if (!folder) throw new Error("LCMS_FORMATS must name a folder with lanterns-cmi5.zip, made by `lcms publish walking/lanterns --format cmi5`");
const source = path.join(folder, "lanterns-cmi5.zip");

/** A test with a registration of its own, in which no rule may be broken. @param {string} name @param {(registration: Registration) => Promise<void>} run */
const inCourse = (name, run) =>
  test(name, async () => {
    const registration = await Registration.open(source);
    await run(registration);
    assert.deepEqual(registration.breaches, []);
  });

describe("a cmi5 package", () => {
  inCourse("a lesson to read is initialized, completed and terminated", async (registration) => {
    const session = await registration.launch("Welcome");
    await session.saved();
    await session.close();
    assert.deepEqual(registration.verbs("Welcome"), ["initialized", "completed", "terminated"]);
    assert.ok(registration.isSatisfied("Welcome"));
    assert.ok(session.preferencesAsked, "11: learner preferences are asked for");
  });

  inCourse("a test that is passed reports its answers, completion and score", async (registration) => {
    const session = await registration.launch("Can you light it?");
    await play(session.frame);
    await session.saved();
    await session.close();
    const title = "Can you light it?";
    assert.deepEqual(registration.verbs(title).toSorted(), ["answered", "answered", "completed", "initialized", "passed", "terminated"]);
    const [{ result }] = registration.said(title, "passed");
    assert.deepEqual(result.score, { scaled: 1, raw: 100, min: 0, max: 100 });
    assert.ok(registration.isSatisfied(title));
    const answered = registration.statements.find(({ verb }) => verb.id.endsWith("/answered"));
    assert.equal(answered.object.definition.interactionType, "choice");
    assert.deepEqual(answered.object.definition.correctResponsesPattern, ["a"]);
    assert.deepEqual([answered.result.response, answered.result.success], ["a", true]);
    const { component, version } = answered.context.extensions[COMPONENT];
    const bill = JSON.parse(new TextDecoder().decode(registration.files.get("bill-of-content.json")));
    assert.equal(component, bill.questions[decodeURIComponent(answered.object.id.split("/question/")[1])]);
    const isAsked = (/** @type {{ component: string, content: string }} */ each) =>
      each.component === component && each.content.startsWith(`sha256:${version}`);
    assert.ok(version.length >= 16 && bill.components.some(isAsked), "the bill holds the version that was asked");
  });

  inCourse("a test that is failed may be passed later, and is passed once", async (registration) => {
    const title = "Before you begin";
    const first = await registration.launch(title);
    await play(first.frame, wrongAnswer);
    await first.saved();
    await first.close();
    assert.equal(registration.said(title, "failed").length, 1);
    assert.equal(registration.said(title, "passed").length, 0);
    for (const launch of [1, 2]) {
      const again = await registration.launch(title);
      const button = again.frame.locator(".lcms-result:visible button");
      await button.click();
      await play(again.frame);
      await again.saved();
      await again.close();
      assert.equal(registration.said(title, "passed").length, 1, `launch ${launch}`);
      assert.equal(registration.said(title, "completed").length, 1);
    }
  });

  inCourse("the LMS's mastery score decides, not the one of the package", async (registration) => {
    const title = "Can you light it?";
    const session = await registration.launch(title, { masteryScore: 0.8 });
    let answered = 0;
    await play(session.frame, (question) => (answered++ === 0 ? ["a"] : wrongAnswer(question)));
    await session.saved();
    await session.close();
    assert.deepEqual(registration.said(title, "failed").map(({ result }) => result.score.scaled), [0.5]);
    assert.equal(registration.said(title, "passed").length, 0);
  });

  for (const mode of /** @type {const} */ (["Browse", "Review"])) {
    inCourse(`in mode ${mode} nothing is said of the learner and nothing kept`, async (registration) => {
      const session = await registration.launch("Can you light it?", { mode });
      await play(session.frame);
      await session.saved();
      await session.close();
      assert.deepEqual(registration.verbs("Can you light it?"), ["initialized", "terminated"]);
    });
  }

  inCourse("what a learner did is there at the next launch", async (registration) => {
    const title = "A question aside";
    const first = await registration.launch(title);
    await play(first.frame, wrongAnswer);
    await first.saved();
    await first.close();
    const again = await registration.launch(title);
    assert.equal(await again.frame.locator('input[value="b"]').isChecked(), true);
    await again.close();
    assert.deepEqual(registration.said(title, "terminated").map(({ result }) => typeof result.duration), ["string", "string"]);
  });

  inCourse("nothing is shown as saved that the LMS did not take; it is sent again", async (registration) => {
    const session = await registration.launch("Welcome", { faults: { refuseState: 1 } });
    await session.frame.locator('.lcms-save[data-state="failed"]').waitFor();
    await session.saved();
    await session.close();
    assert.deepEqual(registration.verbs("Welcome"), ["initialized", "completed", "terminated"]);
  });

  inCourse("an answer of the LMS that was lost leads to no second statement", async (registration) => {
    const title = "A question aside";
    const faults = { loseAnswer: false };
    const session = await registration.launch(title, { faults });
    await session.saved();
    faults.loseAnswer = true;
    await play(session.frame);
    await session.saved();
    await session.close();
    assert.equal(faults.loseAnswer, false, "an answer was lost");
    assert.deepEqual(registration.verbs(title).toSorted(), ["answered", "completed", "initialized", "passed", "terminated"]);
  });

  inCourse("a completion whose record the lesson lost is not said twice", async (registration) => {
    const first = await registration.launch("Welcome", { faults: { refuseState: 100 } });
    await first.frame.locator('.lcms-save[data-state="failed"]').waitFor();
    await first.drop();
    const again = await registration.launch("Welcome");
    await again.saved();
    await again.close();
    assert.equal(registration.said("Welcome", "completed").length, 1);
  });

  inCourse("a launch that was used already is not tracked, and says so", async (registration) => {
    const session = await registration.launch("Welcome");
    await session.saved();
    const before = registration.statements.length;
    await session.page.reload();
    await session.page.waitForSelector('html[data-lcms="running"]');
    await session.frame.locator('.lcms-save[data-state="untracked"]').waitFor();
    const later = registration.statements.slice(before).map(({ verb }) => verb.id.split("/").at(-1));
    assert.deepEqual(later, ["terminated"], "the first session ended with its page");
    await session.drop();
  });

  inCourse("who leaves by the way back ends the session first", async (registration) => {
    const session = await registration.launch("Welcome", { returnURL: "/back" });
    await session.saved();
    await session.frame.locator("a.lcms-leave").click();
    await session.page.waitForSelector("#back");
    assert.deepEqual(registration.verbs("Welcome"), ["initialized", "completed", "terminated"]);
    await session.drop();
  });
});
