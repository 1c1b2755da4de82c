/** What authors write, as learners use it: media with captions, terms, tabs, code, formulas. */

import { test, describe, after } from "node:test";
import assert from "node:assert/strict";
import { openPackage, closeBrowser } from "./host.mjs";
import { fixturePackage } from "./fixtures/fixtures.mjs";
import { currentPage } from "./learner.mjs";

after(closeBrowser);

/** @param {import("playwright-core").BrowserContextOptions} [context] @param {string} [language] */
async function open(context, language) {
  const launch = await openPackage(await fixturePackage({ standard: "scorm2004", lesson: "rich", language }), { context });
  return { launch, frame: launch.frame, page: launch.page };
}

describe("a recording", () => {
  test("has captions from the start, names its languages, and never plays by itself", async () => {
    const { launch, frame } = await open();
    const video = frame.locator("video");
    await video.evaluate(async (/** @type {HTMLVideoElement} */ element) => {
      while (element.textTracks[0].cues === null || element.textTracks[0].cues.length === 0) await new Promise((done) => setTimeout(done, 50));
    });
    const state = await video.evaluate((/** @type {HTMLVideoElement} */ element) => ({
      paused: element.paused, controls: element.controls,
      tracks: [...element.textTracks].map(({ label, mode, kind }) => ({ label, mode, kind })),
    }));
    assert.deepEqual(state, {
      paused: true, controls: true,
      tracks: [{ label: "English", mode: "showing", kind: "captions" }, { label: "German", mode: "disabled", kind: "subtitles" }],
    });
    assert.deepEqual(launch.problems, []);
    await launch.close();
  });

  test("shows its transcript on demand", async () => {
    const { launch, frame } = await open();
    assert.equal(await frame.getByText("Someone comes in.").isVisible(), false);
    await frame.getByText("Transcript").click();
    assert.equal(await frame.getByText("Someone comes in.").isVisible(), true);
    await launch.close();
  });
});

describe("a term", () => {
  test("shows what it means by keyboard, and Escape puts it away", async () => {
    const { launch, frame, page } = await open();
    const meaning = frame.getByText("The money that stays in the till overnight, so that");
    assert.equal(await meaning.isVisible(), false);
    await frame.getByRole("button", { name: "float" }).press("Enter");
    assert.equal(await meaning.isVisible(), true);
    await page.keyboard.press("Escape");
    assert.equal(await meaning.isVisible(), false);
    await launch.close();
  });

  test("stays inside a window of 320 px, and leads to its page", async () => {
    const { launch, frame } = await open({ viewport: { width: 320, height: 640 } });
    await frame.getByRole("button", { name: "float" }).click();
    const box = await frame.locator(".lcms-definition").boundingBox();
    assert.ok(box && box.x >= 0 && box.x + box.width <= 320, JSON.stringify(box));
    await frame.getByRole("link", { name: "Float" }).click();
    assert.equal(await currentPage(frame), "words");
    assert.equal(await frame.locator(".lcms-definition").isVisible(), false);
    await launch.close();
  });
});

describe("tabs", () => {
  test("show one section, and arrows lead round", async () => {
    const { launch, frame, page } = await open();
    const shown = () => frame.locator(".lcms-tab:visible p").allTextContents();
    assert.deepEqual(await shown(), ["Count the notes by value."]);
    await frame.getByRole("tab", { name: "Notes" }).focus();
    await page.keyboard.press("ArrowRight");
    assert.deepEqual(await shown(), ["Count the coins by weight."]);
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowRight");
    assert.deepEqual(await shown(), ["Count the notes by value."]);
    assert.equal(await frame.evaluate(() => document.activeElement?.textContent), "Notes");
    await launch.close();
  });

  test("follow the direction of the script", async () => {
    const { launch, frame, page } = await open({}, "ar");
    await frame.getByRole("tab", { name: "Notes" }).focus();
    await page.keyboard.press("ArrowLeft");
    assert.deepEqual(await frame.locator(".lcms-tab:visible p").allTextContents(), ["Count the coins by weight."]);
    await launch.close();
  });

  test("open for a link to what they hide", async () => {
    const { launch, frame } = await open();
    await frame.locator(".lcms-next").click();
    await frame.getByRole("link", { name: "coins" }).click();
    assert.deepEqual(await frame.locator(".lcms-tab:visible p").allTextContents(), ["Count the coins by weight."]);
    await launch.close();
  });
});

test("on paper everything is open and nothing is cut off", async () => {
  const { launch, frame, page } = await open();
  await page.emulateMedia({ media: "print" });
  await frame.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  for (const text of ["Someone comes in.", "Count the notes by value.", "Count the coins by weight.", "Add the slips."]) {
    assert.equal(await frame.getByText(text).isVisible(), true, text);
  }
  assert.deepEqual(await frame.locator(".lcms-tab-title").allTextContents(), ["Notes", "Coins", "Cards"]);
  await frame.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  await page.emulateMedia({ media: "screen" });
  assert.equal(await frame.getByText("Someone comes in.").isVisible(), false);
  await launch.close();
});

test("a formula is set without a script", async () => {
  const { launch, frame } = await open();
  const box = await frame.locator("msup").boundingBox();
  assert.ok(box && box.height > 10 && box.width > 10);
  await launch.close();
});
