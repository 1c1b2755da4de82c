/** axe, looking at what is on show. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds on the page on show, as "rule: element". @param {import("playwright-core").Frame | import("playwright-core").Page} frame @returns {Promise<string[]>} */
export async function findings(frame) {
  await frame.evaluate(AXE);
  return frame.evaluate(async () => {
    const { passes, violations } = await /** @type {any} */ (window).axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    if (passes.length < 10) throw new Error("axe looked at next to nothing");
    return violations.flatMap((/** @type {any} */ rule) => rule.nodes.map((/** @type {any} */ node) => `${rule.id}: ${node.html}`));
  });
}
