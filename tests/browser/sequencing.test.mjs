/** Ways through a course: orders, gates, skips, limits and rollup in packages of all SCORM 2004 editions, as a third-party runtime sequences them. */

import assert from "node:assert/strict";
import path from "node:path";
import { after, describe, test } from "node:test";
import { Course } from "./course.mjs";
import { closeBrowser, openPackage } from "./host.mjs";
import { play } from "./learner.mjs";

after(closeBrowser);

const folder = process.env.LCMS_FORMATS;
if (!folder) throw new Error("LCMS_FORMATS must name a folder with the packages that `scripts/browser-tests` makes");

/** @param {string} source @param {(course: Course) => Promise<void>} walk */
async function through(source, walk) {
  const course = await Course.open(source);
  try {
    await walk(course);
  } finally {
    await course.close();
  }
}

for (const format of ["scorm2004-2", "scorm2004-3", "scorm2004-4"]) {
  const source = path.join(folder, `lanterns-${format}.zip`);

  describe(`Lanterns as ${format}`, () => {
    test("what nothing holds back opens in any order", () =>
      through(source, async (course) => {
        for (const title of ["A question aside", "Before you begin", "Welcome"]) {
          assert.equal(await course.go("choice", title), title);
          await course.leave();
        }
        assert.equal((await course.status("Welcome")).completion, "completed", "one page, seen");
        assert.equal((await course.status("A question aside")).completion, "incomplete");
      }));

    test("going on leads from one lesson to the next", () =>
      through(source, async (course) => {
        assert.equal(await course.go("start"), "Welcome");
        await course.finish();
        assert.equal(await course.go("continue"), "Before you begin");
      }));

    test("a gate opens when what it waits for is completed, and a linear module lesson by lesson", () =>
      through(source, async (course) => {
        assert.equal(await course.go("choice", "Step one"), null, "the module waits for the welcome");
        await course.go("choice", "Welcome");
        await course.finish();
        assert.equal(await course.go("choice", "Step two"), null, "step one comes first");
        assert.equal(await course.go("choice", "Step one"), "Step one");
        await course.finish();
        assert.equal(await course.go("choice", "Step two"), "Step two");
        await course.finish();
        assert.deepEqual(await course.status("Step by step"), { completion: "completed", success: "unknown", score: null });
        assert.equal(await course.go("choice", "Step one"), "Step one", "what was open stays open");
      }));

    test("a passed test before it makes the basics needless: who goes on passes them by", () =>
      through(source, async (course) => {
        await course.go("choice", "Welcome");
        await course.finish();
        await course.go("choice", "Before you begin");
        await course.finish();
        assert.equal(await course.go("continue"), "Step one");
      }));

    test("a failed one does not", () =>
      through(source, async (course) => {
        await course.go("choice", "Before you begin");
        await course.finish({ right: false });
        assert.equal((await course.status("Before you begin")).success, "failed");
        assert.equal(await course.go("continue"), "The basics");
      }));

    test("a gate by objective opens when the test that serves it is passed", () =>
      through(source, async (course) => {
        assert.equal(await course.go("choice", "Can you light it?"), null);
        await course.go("choice", "Before you begin");
        await course.finish({ right: false });
        assert.equal(await course.go("choice", "Can you light it?"), null, "failed is not passed");
        await course.go("choice", "Before you begin");
        const cmi = await course.finish({ again: true });
        assert.equal(cmi.success_status, "passed");
        assert.equal(await course.go("choice", "Can you light it?"), "Can you light it?");
      }));

    test("attempts are counted, and end when all was tried", () =>
      through(source, async (course) => {
        await course.go("choice", "Before you begin");
        await course.finish();
        for (const attempt of [1, 2]) {
          assert.equal(await course.go("choice", "Can you light it?"), "Can you light it?", `attempt ${attempt}`);
          const cmi = await course.finish({ right: false });
          assert.equal(cmi.success_status, "failed");
        }
        assert.equal(await course.go("choice", "Can you light it?"), null, "two attempts are allowed");
      }));

    test("completion, success and score roll up, each from what counts", () =>
      through(source, async (course) => {
        for (const title of ["Welcome", "Before you begin", "Step one", "Step two"]) {
          await course.go("choice", title);
          await course.finish();
        }
        assert.notEqual((await course.status()).completion, "completed");
        await course.go("choice", "Can you light it?");
        await course.finish({ rightOnes: 1 });
        assert.deepEqual(await course.status("Can you light it?"), { completion: "completed", success: "passed", score: 0.5 });
        assert.notEqual((await course.status()).success, "passed", "the question aside counts too");
        await course.go("choice", "A question aside");
        await course.finish();
        const { completion, success, score } = await course.status();
        assert.deepEqual({ completion, success }, { completion: "completed", success: "passed" });
        // 3 × 0.5 and 1 × 1 of 4; the test before it counts for nothing, lessons to read have no score.
        assert.equal(score?.toFixed(3), "0.625");
        assert.notEqual((await course.status("The basics")).completion, "completed", "skipped, and so not missed");
      }));
  });
}

for (const format of ["scorm2004-3", "scorm2004-4"]) {
  const source = path.join(folder, `administrators-${format}.zip`);

  describe(`the demo's course for administrators as ${format}`, () => {
    test("who passes the test before it is led by the first lesson", () =>
      through(source, async (course) => {
        assert.equal(await course.go("start"), "Do you know how Sync works?");
        const cmi = await course.finish();
        assert.equal(cmi.success_status, "passed");
        assert.equal(await course.go("continue"), "Plan the roll-out");
      }));

    test("who fails it reads the lesson, which stays open to all", () =>
      through(source, async (course) => {
        await course.go("start");
        await course.finish({ right: false });
        assert.equal(await course.go("continue"), "How Sync works");
      }));

    test("many sites are for those who prepared them", () =>
      through(source, async (course) => {
        assert.equal(await course.go("choice", "Watch many sites"), null);
        for (const title of ["Plan the roll-out", "People, keys and data"]) {
          assert.equal(await course.go("choice", title), title);
          await course.finish();
        }
        assert.equal((await course.status("Prepare")).completion, "completed");
        assert.equal(await course.go("choice", "Watch many sites"), "Watch many sites");
      }));
  });
}

test("the 2nd edition holds 4 000 characters of suspend data, the later ones 64 000", async () => {
  for (const [edition, limit] of /** @type {const} */ ([[2, 4000], [3, 64_000], [4, 64_000]])) {
    const launch = await openPackage(path.join(folder, `lanterns-scorm2004-${edition}.zip`));
    assert.equal(await launch.frame.evaluate("lcms.driver.suspendLimit"), limit);
    await launch.close();
  }
});

test("SCORM 1.2 says order and gates as prerequisites, by items that exist, and plays", async () => {
  const launch = await openPackage(path.join(folder, "lanterns-scorm12.zip"), { identifier: undefined, itemIndex: 0 });
  const { items } = launch.manifest;
  await play(launch.frame);
  const { cmi } = await launch.close();
  assert.equal(cmi.core.lesson_status, "completed");
  assert.deepEqual(items.map(({ title }) => title), [
    "Welcome", "Before you begin", "The basics", "Step one", "Step two", "Can you light it?", "A question aside",
  ]);
});
