/** Web pages for no LMS: from disk, from the contents to every lesson and back, on paper, without a fault for axe. */

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { browser, closeBrowser, readPackage } from "./host.mjs";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const folder = process.env.LCMS_FORMATS;
if (!folder) throw new Error("LCMS_FORMATS must name a folder with lanterns-html.zip, made by `lcms publish walking/lanterns --format html`");

describe("web pages", () => {
  /** @type {string} */
  let site;
  /** @type {import("playwright-core").Page} */
  let page;

  before(async () => {
    site = await mkdtemp(path.join(tmpdir(), "lcms-site-"));
    for (const [name, content] of await readPackage(path.join(folder, "lanterns-html.zip"))) {
      await mkdir(path.dirname(path.join(site, name)), { recursive: true });
      await writeFile(path.join(site, name), content);
    }
    page = await (await (await browser()).newContext({ viewport: { width: 360, height: 640 } })).newPage();
    page.setDefaultTimeout(10_000);
  });

  after(async () => {
    await page.context().close();
    await rm(site, { recursive: true });
    await closeBrowser();
  });

  const open = () => page.goto(String(pathToFileURL(path.join(site, "index.html"))));
  /** Serious faults by axe. */
  async function faults() {
    await page.addScriptTag({ path: axe });
    // @ts-expect-error axe is a script on the page
    const { violations } = await page.evaluate(() => axe.run());
    return violations.map((/** @type {{ id: string, nodes: { html: string }[] }} */ { id, nodes }) => `${id}: ${nodes[0].html}`);
  }

  test("the contents list every lesson under its module, and describe the course", async () => {
    await open();
    assert.equal(await page.title(), "Lanterns");
    assert.deepEqual(await page.locator("nav a").allTextContents(), [
      "Welcome", "Before you begin", "The basics", "Step one", "Step two", "Can you light it?", "A question aside",
    ]);
    const meta = (/** @type {string} */ name) => page.locator(`meta[name="DCTERMS.${name}"]`).evaluateAll((all) => all.map((each) => each.getAttribute("content")));
    assert.deepEqual(await meta("title"), ["Lanterns"]);
    assert.deepEqual(await meta("license"), ["CC-BY-4.0"]);
    assert.deepEqual(await meta("subject"), ["lantern", "oil", "wick"]);
    assert.deepEqual(await faults(), []);
  });

  test("one lesson leads to the next, and back to the contents", async () => {
    await open();
    await page.locator("nav a").first().click();
    for (const title of ["Welcome", "Before you begin", "The basics", "Step one", "Step two", "Can you light it?", "A question aside"]) {
      await page.waitForSelector('html[data-lcms="running"]');
      assert.equal(await page.locator("h1").textContent(), title);
      const next = page.locator('a[rel="next"]');
      if (await next.count()) await next.click();
    }
    assert.deepEqual(await faults(), []);
    await page.locator('a[rel="contents"]').click();
    assert.equal(await page.title(), "Lanterns");
  });

  test("nothing scrolls sideways at 320 px, and paper has no links to elsewhere", async () => {
    await page.setViewportSize({ width: 320, height: 600 });
    await open();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320));
    await page.locator("nav a").first().click();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320));
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".lcms-site-way").isVisible(), false);
    await page.emulateMedia({ media: null });
  });
});
