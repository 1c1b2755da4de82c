#!/usr/bin/env node
/**
 * Makes the film of the demo library.
 *
 *     node scripts/demo-media/film.mjs > fixtures/demo/assets/film-backlog-drains.webm
 *
 * It needs the tools of the browser tests (`scripts/install-test-tools`) and Chromium, named by CHROMIUM.
 */

import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../tests/browser/package.json", import.meta.url))("playwright-core");

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium" });
try {
  const page = await browser.newPage();
  await page.goto(new URL("film.html", import.meta.url).href);
  await page.waitForFunction("globalThis.film");
  process.stdout.write(Buffer.from(await page.evaluate("globalThis.film")));
} finally {
  await browser.close();
}
