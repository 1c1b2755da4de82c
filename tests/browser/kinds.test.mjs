/** Questions that are matched, ordered, counted and written: by mouse, finger and keyboard, and what an LMS receives of them. */

import { test, describe, after } from "node:test";
import assert from "node:assert/strict";
import { openPackage, closeBrowser, carryOver } from "./host.mjs";
import { fixturePackage } from "./fixtures/fixtures.mjs";
import { answer, check, form, goTo, play, readSco, rightAnswer, wrongAnswer } from "./learner.mjs";

after(closeBrowser);

/** @typedef {import("playwright-core").Frame} Frame */

/** @type {("scorm12" | "scorm2004")[]} */
const STANDARDS = ["scorm12", "scorm2004"];

/** @param {"scorm12" | "scorm2004"} standard @param {(sco: any) => void} [change] */
const kinds = (standard, change) => fixturePackage({ standard, lesson: "kinds", change });

/** Records of answers, in order. @param {any} cmi @returns {any[]} */
const interactions = (cmi) => Object.values(cmi.interactions).filter((each) => typeof each === "object");

/** Ids of a list as it stands. @param {Frame} frame @param {string} id */
const order = (frame, id) => form(frame, id).locator(".lcms-order > li").evaluateAll((items) => items.map((item) => String(item.getAttribute("data-item"))));

describe("what an LMS receives", () => {
  const received = {
    scorm12: [
      ["k-match", "matching", "a.a,b.b,c.c", "a.a,b.b,c.c", "correct"],
      ["k-order", "sequencing", "a,b,c,d", "a,b,c,d", "correct"],
      ["k-number", "numeric", "2.5", "2.5", "correct"],
      ["k-long", "fill-in", "We counted twice.", undefined, "neutral"],
      ["y-match", "matching", "a.a,b.a", "a.a,b.a", "correct"],
      ["y-order", "sequencing", "a,b", "a,b", "correct"],
      ["y-number", "numeric", "-4", "-4", "correct"],
      ["y-long", "fill-in", "We counted twice.", undefined, "neutral"],
    ],
    scorm2004: [
      ["k-match", "matching", "ten[.]gold[,]two[.]two[,]one[.]copper", "ten[.]gold[,]two[.]two[,]one[.]copper", "correct"],
      ["k-order", "sequencing", "lock[,]count[,]write[,]safe", "lock[,]count[,]write[,]safe", "correct"],
      ["k-number", "numeric", "2.5", "2.25[:]2.75", "correct"],
      ["k-long", "long-fill-in", "We counted twice.", undefined, "neutral"],
      ["y-match", "matching", "a[.]x[,]b[.]x", "a[.]x[,]b[.]x", "correct"],
      ["y-order", "sequencing", "first[,]last", "first[,]last", "correct"],
      ["y-number", "numeric", "-4", "-4[:]-4", "correct"],
      ["y-long", "long-fill-in", "We counted twice.", undefined, "neutral"],
    ],
  };
  for (const standard of STANDARDS) {
    test(`${standard}: every answer in its notation, nothing refused, passed with 100`, async () => {
      const launch = await openPackage(await kinds(standard));
      await play(launch.frame);
      await launch.saved();
      const { cmi, calls } = await launch.close();
      const records = interactions(cmi).map((each) => [
        each.id, each.type, each.student_response ?? each.learner_response, Object.values(each.correct_responses).find((response) => response?.pattern)?.pattern, each.result,
      ]);
      assert.deepEqual(records, received[standard]);
      assert.deepEqual(calls.filter(({ method, result }) => /Set|Commit|Init|Term|Finish/.test(method) && result !== "true"), []);
      assert.deepEqual(launch.problems, []);
      assert.deepEqual([cmi.core?.lesson_status ?? cmi.success_status, (cmi.core ?? cmi).score.raw], ["passed", "100"]);
    });

    test(`${standard}: wrong answers fail, and a long answer costs nothing`, async () => {
      const launch = await openPackage(await kinds(standard));
      await play(launch.frame, wrongAnswer);
      await launch.saved();
      const { cmi } = await launch.close();
      assert.deepEqual([cmi.core?.lesson_status ?? cmi.success_status, (cmi.core ?? cmi).score.raw], ["failed", "0"]);
    });
  }
});

describe("matching", () => {
  test("marks every pair, and asks for all of them", async () => {
    const { frame, close } = await openChecks();
    await check(frame, "k-match", ["ten.gold", "two.copper"]);
    await form(frame, "k-match").getByText("Give each entry its counterpart first").waitFor();
    await check(frame, "k-match", ["one.silver"]);
    const marks = await form(frame, "k-match").locator("select").evaluateAll((selects) => selects.map((select) => select.dataset.result));
    assert.deepEqual(marks, ["right", "wrong", "wrong"]);
    await form(frame, "k-match").getByText("Hold one beside the other.").waitFor();
    await close();
  });

  test("shows the targets in an order of the learner's own, the same in every list", async () => {
    const { frame, close } = await openChecks();
    const orders = await form(frame, "k-match").locator("select").evaluateAll((selects) =>
      selects.map((select) => [...select.querySelectorAll("option")].slice(1).map(({ value }) => value).join()),
    );
    assert.equal(new Set(orders).size, 1);
    assert.deepEqual(orders[0].split(",").sort(), ["copper", "gold", "silver", "two"]);
    await close();
  });

  test("names targets that are pictures by letter, in lists and beside the pictures", async () => {
    const html = (/** @type {string} */ text) => text.replace('<ol class="lcms-targets" type="A">', '<ol class="lcms-targets" type="A" data-shown>');
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004", lesson: "kinds", html }));
    const question = form(launch.frame, "k-match");
    const listed = await question.locator(".lcms-targets li").allTextContents();
    const offered = await question.locator("select").first().locator("option").allTextContents();
    assert.deepEqual(offered.slice(1), listed.map((text, place) => `${"ABCD"[place]} ${text}`));
    assert.equal(await question.locator(".lcms-targets").isVisible(), true);
    await launch.close();
  });
});

describe("ordering", () => {
  test("never begins with the right order, whatever the seed", async () => {
    for (let i = 0; i < 3; i += 1) {
      const { frame, close } = await openChecks();
      assert.notDeepEqual(await order(frame, "k-order"), ["lock", "count", "write", "safe"]);
      await goTo(frame, "exam");
      assert.deepEqual(await order(frame, "y-order"), ["last", "first"]);
      await close();
    }
  });

  test("a list that nobody moved is no answer", async () => {
    const { frame, close } = await openChecks();
    await form(frame, "k-order").getByRole("button", { name: "Check" }).click();
    await form(frame, "k-order").getByText("Put the entries in order first").waitFor();
    await close();
  });

  test("by keyboard: a button keeps its focus, says the new place, and ends at the ends", async () => {
    const { frame, page, close } = await openChecks();
    const [, second] = await order(frame, "k-order");
    const up = form(frame, "k-order").locator(`li[data-item="${second}"] .lcms-up`);
    await up.focus();
    await page.keyboard.press("Enter");
    assert.equal((await order(frame, "k-order"))[0], second);
    assert.equal(await up.evaluate((button) => button === document.activeElement), true);
    await form(frame, "k-order").getByText("Now in place 1 of 4").waitFor({ state: "attached" });
    assert.equal(await up.getAttribute("aria-disabled"), "true");
    await page.keyboard.press("Enter");
    assert.equal((await order(frame, "k-order"))[0], second);
    await close();
  });

  for (const kind of ["mouse", "touch"]) {
    test(`by ${kind}: an entry is dragged by its grip`, async () => {
      const { frame, page, close } = await openChecks({ hasTouch: kind === "touch", viewport: { width: 1000, height: 1600 } });
      const before = await order(frame, "k-order");
      const grips = form(frame, "k-order").locator(".lcms-grip");
      await grips.first().scrollIntoViewIfNeeded();
      const [from, to] = [await grips.first().boundingBox(), await grips.nth(2).boundingBox()];
      if (!from || !to) throw new Error("no grips");
      const middle = ({ x = 0, y = 0, width = 0, height = 0 }) => ({ x: x + width / 2, y: y + height / 2 });
      if (kind === "mouse") {
        const [start, end] = [middle(from), middle(to)];
        await page.mouse.move(start.x, start.y);
        await page.mouse.down();
        await page.mouse.move(start.x, (start.y + end.y) / 2, { steps: 4 });
        await page.mouse.move(end.x, end.y + 8, { steps: 4 });
        await page.mouse.up();
      } else {
        const client = await page.context().newCDPSession(page);
        const touch = (/** @type {any} */ type, /** @type {{ x: number, y: number }[]} */ touchPoints) => client.send("Input.dispatchTouchEvent", { type, touchPoints });
        const [start, end] = [middle(from), middle(to)];
        await touch("touchStart", [start]);
        for (let i = 1; i <= 8; i += 1) await touch("touchMove", [{ x: start.x, y: start.y + ((end.y + 8 - start.y) * i) / 8 }]);
        await touch("touchEnd", []);
      }
      assert.deepEqual(await order(frame, "k-order"), [before[1], before[2], before[0], before[3]]);
      await close();
    });
  }

  test("Escape takes a drag back", async () => {
    const { frame, page, close } = await openChecks({ viewport: { width: 1000, height: 1600 } });
    const before = await order(frame, "k-order");
    const box = await form(frame, "k-order").locator(".lcms-grip").first().boundingBox();
    if (!box) throw new Error("no grip");
    await page.mouse.move(box.x + 5, box.y + 5);
    await page.mouse.down();
    await page.mouse.move(box.x + 5, box.y + 200, { steps: 4 });
    assert.notDeepEqual(await order(frame, "k-order"), before);
    await page.keyboard.press("Escape");
    await page.mouse.up();
    assert.deepEqual(await order(frame, "k-order"), before);
    await form(frame, "k-order").getByRole("button", { name: "Check" }).click();
    await form(frame, "k-order").getByText("Put the entries in order first").waitFor();
    await close();
  });
});

describe("a number", () => {
  test("is asked for when something else was typed, which costs no attempt", async () => {
    const { frame, close } = await openChecks();
    await check(frame, "k-number", { number: "much" });
    await form(frame, "k-number").getByText("Write a number first, such as 2.5.").waitFor();
    await check(frame, "k-number", { number: "2,4 kg" });
    await form(frame, "k-number").getByText("Correct", { exact: true }).waitFor();
    await close();
  });
});

describe("a long answer", () => {
  test("shows a good answer afterwards, and may be worked on", async () => {
    const { frame, close } = await openChecks();
    await form(frame, "k-long").locator("textarea").fill("Once.");
    await form(frame, "k-long").getByText("395 characters left").waitFor();
    assert.equal(await form(frame, "k-long").getByText("A good answer").isVisible(), false);
    await form(frame, "k-long").getByRole("button", { name: "Submit answer" }).click();
    await form(frame, "k-long").getByText("Your answer is in. It counts for no score here.").waitFor();
    for (const text of ["A good answer", "We counted twice, and both sums were equal.", "Compare it with ours."]) {
      assert.equal(await form(frame, "k-long").getByText(text).isVisible(), true);
    }
    await form(frame, "k-long").getByRole("button", { name: "Change your answer" }).click();
    assert.equal(await form(frame, "k-long").locator("textarea").inputValue(), "Once.");
    await close();
  });

  test("is kept while it is being written", async () => {
    const files = await kinds("scorm12");
    const first = await openPackage(files);
    await form(first.frame, "k-long").locator("textarea").fill("Half a sent");
    const { cmi } = await first.close();
    const second = await openPackage(files, { state: carryOver("scorm12", cmi) });
    assert.equal(await form(second.frame, "k-long").locator("textarea").inputValue(), "Half a sent");
    assert.equal(await form(second.frame, "k-long").getByRole("button", { name: "Submit answer" }).isVisible(), true);
    await second.close();
  });

  test("that does not fit the LMS is not said to be saved", async () => {
    const launch = await openPackage(await kinds("scorm12"));
    await goTo(launch.frame, "exam");
    await form(launch.frame, "y-long").locator("textarea").click();
    await launch.page.keyboard.insertText("漢".repeat(600));
    await launch.frame.getByText("Saved, without your longer texts").first().waitFor();
    await launch.close();
  });
});

describe("after a resume", () => {
  for (const standard of STANDARDS) {
    test(`${standard}: answers, marks and unsubmitted work are as they were`, async () => {
      const files = await kinds(standard);
      const first = await openPackage(files);
      await check(first.frame, "k-match", ["ten.two", "two.gold", "one.copper"]);
      await check(first.frame, "k-order", ["lock", "count", "safe", "write"]);
      await goTo(first.frame, "exam");
      const { questions } = await readSco(first.frame);
      await answer(first.frame, "y-match", ["a.x", "b.y"]);
      await answer(first.frame, "y-order", rightAnswer(questions["y-order"]));
      await answer(first.frame, "y-number", { number: "-4 °C" });
      await answer(first.frame, "y-long", { text: "Because." });
      const { cmi } = await first.close();

      const { frame, ...second } = await reopen(files, standard, cmi);
      assert.deepEqual(await form(frame, "y-match").locator("select").evaluateAll((selects) => selects.map((select) => /** @type {any} */ (select).value)), ["x", "y"]);
      assert.deepEqual(await order(frame, "y-order"), ["first", "last"]);
      assert.equal(await form(frame, "y-number").locator("input").inputValue(), "-4 °C");
      assert.equal(await form(frame, "y-long").locator("textarea").inputValue(), "Because.");
      await frame.getByRole("button", { name: "Submit answers" }).click();
      await frame.getByText("2 of 3 questions correct. 1 answer counts for no score here.").waitFor();
      await goTo(frame, "checks");
      const results = (/** @type {string} */ id, /** @type {string} */ parts) =>
        form(frame, id).locator(parts).evaluateAll((elements) => elements.map((element) => element.getAttribute("data-result")));
      assert.deepEqual(await results("k-match", "select"), ["wrong", "wrong", "right"]);
      assert.deepEqual(await results("k-order", ".lcms-order > li"), ["right", "right", "wrong", "wrong"]);
      await second.close();
    });
  }

  /** @param {Map<string, Uint8Array>} files @param {"scorm12" | "scorm2004"} standard @param {any} cmi */
  async function reopen(files, standard, cmi) {
    const launch = await openPackage(files, { state: carryOver(standard, cmi) });
    return { frame: launch.frame, close: () => launch.close() };
  }
});

/** @param {import("playwright-core").BrowserContextOptions} [context] */
async function openChecks(context) {
  const launch = await openPackage(await kinds("scorm2004"), { context });
  return { frame: launch.frame, page: launch.page, close: () => launch.close() };
}
