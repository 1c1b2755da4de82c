/** Who can use the player, and where: keyboard, screen reader, colours, narrow windows, right to left, paper, strict hosts. */

import { test, describe, after } from "node:test";
import assert from "node:assert/strict";
import { findings } from "./axe.mjs";
import { openPackage, closeBrowser } from "./host.mjs";
import { fixturePackage } from "./fixtures/fixtures.mjs";
import { answer, check, currentPage, form, goTo, next, openQuestions, play, readSco, rightAnswer, wrongAnswer } from "./learner.mjs";

after(closeBrowser);

/** @typedef {import("playwright-core").Frame} Frame */

const PAGES = ["welcome", "steps", "checks", "exam"];
const NARROW = { viewport: { width: 320, height: 640 } };

describe("axe finds nothing", () => {
  for (const colorScheme of /** @type {("light" | "dark")[]} */ (["light", "dark"])) {
    for (const viewport of [{ width: 1280, height: 900 }, { width: 360, height: 740 }]) {
      test(`on any page, ${colorScheme}, ${viewport.width} px`, async () => {
        const launch = await openPackage(await fixturePackage({ standard: "scorm2004" }), { context: { colorScheme, viewport } });
        for (const page of PAGES) {
          await goTo(launch.frame, page);
          assert.deepEqual(await findings(launch.frame), [], page);
        }
        await launch.close();
      });
    }

    test(`among answers, feedback, results and marks, ${colorScheme}`, async () => {
      const files = await fixturePackage({ standard: "scorm2004", change: (sco) => (sco.pages[2].fingerprint = "0") });
      const launch = await openPackage(files, { context: { colorScheme } });
      const { frame } = launch;
      await goTo(frame, "checks");
      await check(frame, "q-when", ["opening"]);
      await check(frame, "q-tools", ["tray", "phone", "sheet"]);
      await check(frame, "q-alone", ["false"]);
      await check(frame, "q-fill", { colour: "yellow", who: "me" });
      await frame.locator(".lcms-hints summary").click();
      assert.deepEqual(await findings(frame), [], "feedback");
      await goTo(frame, "exam");
      await frame.getByRole("button", { name: "Submit answers" }).click();
      assert.deepEqual(await findings(frame), [], "warning");
      const { questions } = await readSco(frame);
      const [first, ...rest] = await openQuestions(frame);
      await answer(frame, first, wrongAnswer(questions[first]));
      for (const id of rest) await answer(frame, id, rightAnswer(questions[id]));
      await frame.locator(".lcms-assessment > .lcms-actions button").click();
      assert.deepEqual(await findings(frame), [], "result");
      await launch.close();
    });
  }

  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    for (const language of ["en", "ar"]) {
      test(`on questions of every kind, open and checked, and the result, ${colorScheme}, ${language}`, async () => {
        const launch = await openPackage(await fixturePackage({ standard: "scorm2004", lesson: "kinds", language }), { context: { colorScheme } });
        const { frame } = launch;
        const { questions } = await readSco(frame);
        assert.deepEqual(await findings(frame), [], "open");
        for (const id of await openQuestions(frame)) await check(frame, id, id === "k-order" ? wrongAnswer(questions[id]) : rightAnswer(questions[id]));
        assert.deepEqual(await findings(frame), [], "checked");
        await goTo(frame, "exam");
        for (const id of await openQuestions(frame)) await answer(frame, id, rightAnswer(questions[id]));
        await frame.locator(".lcms-assessment > .lcms-actions button").click();
        assert.deepEqual(await findings(frame), [], "result");
        await launch.close();
      });
    }

    test(`on media, terms, tabs and code, ${colorScheme}`, async () => {
      const launch = await openPackage(await fixturePackage({ standard: "scorm2004", lesson: "rich" }), { context: { colorScheme } });
      assert.deepEqual(await findings(launch.frame), []);
      await launch.frame.getByText("Transcript").click();
      await launch.frame.getByRole("button", { name: "float" }).click();
      assert.deepEqual(await findings(launch.frame), [], "open");
      await launch.close();
    });
  }

  test("in forced colours", async () => {
    for (const lesson of /** @type {const} */ (["lesson", "kinds", "rich"])) {
      const launch = await openPackage(await fixturePackage({ standard: "scorm2004", lesson }), { context: { forcedColors: "active" } });
      for (const { id } of (await readSco(launch.frame)).pages) {
        await goTo(launch.frame, id);
        assert.deepEqual(await findings(launch.frame), [], id);
      }
      await launch.close();
    }
  });

  test("when the LMS does not take what is to be saved", async () => {
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004" }), { faults: { failCommit: true } });
    await launch.frame.getByText("Your learning platform does not take your progress").waitFor();
    assert.deepEqual(await findings(launch.frame), []);
    await launch.close();
  });

  test("in an untracked lesson with its contents open", async () => {
    const files = await fixturePackage({ standard: "scorm12", driver: "none" });
    const launch = await openPackage(files, { context: { viewport: { width: 360, height: 740 } } });
    await launch.frame.getByRole("button", { name: "Contents" }).click();
    assert.deepEqual(await findings(launch.frame), []);
    await launch.close();
  });
});

describe("by keyboard alone", () => {
  /**
   * Presses Tab until an element has the focus.
   * @param {Frame} frame
   * @param {string} selector
   */
  async function tabTo(frame, selector) {
    for (let i = 0; i < 80; i += 1) {
      await frame.page().keyboard.press("Tab");
      if (await frame.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    }
    assert.fail(`Tab never reached ${selector}`);
  }

  /** @param {Frame} frame @param {string} id @param {string[]} choices */
  async function choose(frame, id, choices) {
    const { keyboard } = frame.page();
    const type = await form(frame, id).getAttribute("data-type");
    if (type === "multiple_choice") {
      for (const choice of choices) {
        await tabTo(frame, `[name="${id}"][value="${choice}"]`);
        await keyboard.press("Space");
      }
      return;
    }
    await tabTo(frame, `[name="${id}"]`);
    await keyboard.press("Space");
    for (let i = 0; i < 4 && !(await form(frame, id).locator(`input[value="${choices[0]}"]`).isChecked()); i += 1) await keyboard.press("ArrowDown");
    assert.equal(await form(frame, id).locator(`input[value="${choices[0]}"]`).isChecked(), true);
  }

  test("a learner reads, answers, submits and passes", async () => {
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004" }));
    const { frame, page } = launch;
    const { keyboard } = page;
    const { questions } = await readSco(frame);
    await frame.locator("body").focus();
    for (const [place, id] of PAGES.entries()) {
      assert.equal(await currentPage(frame), id);
      if (id === "checks") {
        for (const question of await openQuestions(frame)) {
          const right = rightAnswer(questions[question]);
          if (Array.isArray(right)) {
            const shown = await form(frame, question).locator("input").evaluateAll((inputs) => inputs.map((input) => String(input.getAttribute("value"))));
            await choose(frame, question, shown.filter((choice) => right.includes(choice)));
          }
          else {
            for (const [blank, text] of Object.entries(right)) {
              await tabTo(frame, `[name="${blank}"]`);
              await keyboard.type(text);
            }
          }
          await keyboard.press("Enter");
          await form(frame, question).getByText("Correct", { exact: true }).waitFor();
        }
      }
      if (id === "exam") {
        for (const question of await openQuestions(frame)) await choose(frame, question, /** @type {string[]} */ (rightAnswer(questions[question])));
        await tabTo(frame, ".lcms-assessment > .lcms-actions button");
        await keyboard.press("Enter");
      }
      if (place < PAGES.length - 1) {
        await tabTo(frame, ".lcms-next");
        await keyboard.press("Enter");
      }
    }
    await launch.saved();
    const { cmi } = await launch.close();
    assert.deepEqual([cmi.completion_status, cmi.success_status, cmi.score.raw], ["completed", "passed", "100"]);
  });

  test("every kind of question is answered and checked", async () => {
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004", lesson: "kinds" }));
    const { frame, page } = launch;
    const { keyboard } = page;
    const { questions } = await readSco(frame);
    await frame.locator("body").focus();
    for (const pair of questions["k-match"].correct) {
      const [source, target] = pair.split(".");
      await tabTo(frame, `select[name="${source}"]`);
      const value = () => frame.locator(`select[name="${source}"]`).inputValue();
      for (let i = 0; i < 5 && (await value()) !== target; i += 1) await keyboard.press("ArrowDown");
      assert.equal(await value(), target);
    }
    await tabTo(frame, '[data-question="k-match"] button[type="submit"]');
    await keyboard.press("Enter");
    for (const [place, id] of questions["k-order"].correct.entries()) {
      const at = () => frame.locator(".lcms-order").first().locator("li").evaluateAll((items, wanted) => items.findIndex((item) => item.getAttribute("data-item") === wanted), id);
      if ((await at()) === place) continue;
      await frame.locator("body").evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur());
      await tabTo(frame, `[data-question="k-order"] li[data-item="${id}"] .lcms-up`);
      while ((await at()) > place) await keyboard.press("Enter");
    }
    await tabTo(frame, '[data-question="k-order"] button[type="submit"]');
    await keyboard.press("Enter");
    await tabTo(frame, '[data-question="k-number"] input');
    await keyboard.type("2.5");
    await keyboard.press("Enter");
    await tabTo(frame, '[data-question="k-long"] textarea');
    await keyboard.type("Twice.");
    await tabTo(frame, '[data-question="k-long"] button[type="submit"]');
    await keyboard.press("Enter");
    for (const id of ["k-match", "k-order", "k-number"]) await form(frame, id).getByText("Correct", { exact: true }).waitFor();
    await form(frame, "k-long").getByText("Your answer is in.").waitFor();
    await launch.close();
  });

  test("the first Tab leads past everything to the page", async () => {
    const { frame, page, close } = await reading();
    await frame.locator("body").focus();
    await page.keyboard.press("Tab");
    assert.equal(await frame.evaluate(() => document.activeElement?.textContent), "Skip to the page");
    await page.keyboard.press("Enter");
    assert.equal(await frame.evaluate(() => document.activeElement?.id), "lcms-pages");
    await close();
  });

  test("a new page has the focus on its heading, and the window its title", async () => {
    const { frame, close } = await reading();
    await next(frame);
    assert.equal(await frame.evaluate(() => document.activeElement?.textContent), "The lights");
    assert.equal(await frame.evaluate(() => document.title), "The lights – Opening the shop");
    await close();
  });

  test("a link to a place on another page leads there", async () => {
    const { frame, close } = await reading();
    await frame.getByRole("link", { name: "float", exact: true }).click();
    assert.equal(await currentPage(frame), "float");
    assert.equal(await frame.evaluate(() => document.activeElement?.id), "float-amount");
    await close();
  });

  test("Escape closes the contents and returns to their button", async () => {
    const { frame, page, close } = await reading(NARROW);
    await frame.getByRole("button", { name: "Contents" }).press("Enter");
    await tabTo(frame, ".lcms-contents a");
    await page.keyboard.press("Escape");
    assert.equal(await frame.locator(".lcms-contents").isVisible(), false);
    assert.equal(await frame.evaluate(() => document.activeElement?.textContent), "Contents");
    await close();
  });

  /** @param {object} [context] */
  async function reading(context) {
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004", lesson: "reading" }), { context });
    return { frame: launch.frame, page: launch.page, close: () => launch.close() };
  }
});

describe("layout", () => {
  // 320 by 256 px is what is left of 1280 by 1024 at 400 %.
  for (const viewport of [NARROW.viewport, { width: 320, height: 256 }]) {
    for (const lesson of /** @type {const} */ (["lesson", "kinds", "rich"])) {
      for (const language of ["en", "ar", "de"]) {
        test(`nothing sticks out sideways at ${viewport.width} by ${viewport.height} px: ${lesson}, ${language}`, async () => {
          const launch = await openPackage(await fixturePackage({ standard: "scorm2004", lesson, language }), { context: { viewport } });
          for (const { id } of (await readSco(launch.frame)).pages) {
            await goTo(launch.frame, id);
            const width = await launch.frame.evaluate(() => document.documentElement.scrollWidth);
            assert.ok(width <= 320, `${id} is ${width} px wide`);
          }
          await launch.close();
        });
      }
    }
  }

  test("nothing moves when that is asked for", async () => {
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004", lesson: "kinds" }), { context: { reducedMotion: "reduce" } });
    const moving = await launch.frame.evaluate(() =>
      [...document.querySelectorAll("*")].filter((element) => getComputedStyle(element).transitionDuration !== "0s" && getComputedStyle(element).transitionProperty !== "none").map(({ outerHTML }) => outerHTML.slice(0, 80)),
    );
    assert.deepEqual(moving, []);
    await launch.close();
  });

  test("contents stand at the start side, whichever that is", async () => {
    for (const [dir, side] of [["ltr", "left"], ["rtl", "right"]]) {
      const html = (/** @type {string} */ text) => text.replace('dir="ltr"', `dir="${dir}"`);
      const launch = await openPackage(await fixturePackage({ standard: "scorm2004", html }), { context: { viewport: { width: 1280, height: 800 } } });
      const box = await launch.frame.locator(".lcms-contents").boundingBox();
      assert.equal((box?.x ?? -1) < 640 ? "left" : "right", side);
      await launch.close();
    }
  });

  test("on paper all pages are there and the controls are not", async () => {
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004" }));
    await launch.page.emulateMedia({ media: "print" });
    for (const page of PAGES) assert.equal(await launch.frame.locator(`#page-${page}`).isVisible(), true);
    for (const control of [".lcms-pager", ".lcms-contents", ".lcms-tools"]) {
      assert.equal(await launch.frame.locator(control).isVisible(), false);
    }
    await launch.close();
  });

  test("questions on paper can be answered with a pen, and tell no answer", async () => {
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004", lesson: "kinds" }));
    await launch.page.emulateMedia({ media: "print" });
    assert.equal(await form(launch.frame, "k-match").locator(".lcms-targets").isVisible(), true, "what to match with");
    for (const hidden of ["button", ".lcms-grip", "select option"]) assert.equal(await launch.frame.locator(hidden).first().isVisible(), false, hidden);
    assert.equal(await launch.frame.getByText("A good answer").isVisible(), false);
    await launch.close();
  });

  test("targets are at least 24 px in both directions", async () => {
    for (const lesson of /** @type {const} */ (["lesson", "kinds"])) {
    const launch = await openPackage(await fixturePackage({ standard: "scorm2004", lesson }), { context: NARROW });
    for (const { id: page } of (await readSco(launch.frame)).pages) {
      await goTo(launch.frame, page);
      const small = await launch.frame.locator("select:visible, textarea:visible, button:visible, summary:visible, label:visible, .lcms-blank:visible").evaluateAll((targets) =>
        targets.filter((target) => Math.min(target.getBoundingClientRect().width, target.getBoundingClientRect().height) < 24).map((target) => target.outerHTML),
      );
      assert.deepEqual(small, []);
    }
    await launch.close();
    }
  });
});

test("a strict content security policy is in force and nothing runs into it", async () => {
  const launch = await openPackage(await fixturePackage({ standard: "scorm2004" }));
  await play(launch.frame);
  assert.deepEqual(launch.problems, []);
  const ran = await launch.frame.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.inlineRan = true";
    document.body.append(script);
    return "inlineRan" in window;
  });
  assert.equal(ran, false, "the policy of this test forbids nothing");
  await launch.close();
});
