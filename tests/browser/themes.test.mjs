/**
 * Every page of real courses in every look that the demo has: as published by each of its profiles, by day, by night
 * and in the colours of the system.
 */

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { after, describe, test } from "node:test";
import { findings } from "./axe.mjs";
import { closeBrowser, openPackage } from "./host.mjs";
import { goTo, readSco } from "./learner.mjs";

after(closeBrowser);

const folder = process.env.LCMS_FORMATS;
if (!folder) throw new Error("LCMS_FORMATS must name a folder with the packages that `scripts/browser-tests` makes");
const packages = (await readdir(folder)).filter((name) => /^by-.*\.zip$/.test(name)).sort();
if (packages.length === 0) throw new Error(`there is no by-PROFILE.zip in LCMS_FORMATS (${folder})`);

/** @type {[string, import("playwright-core").BrowserContextOptions][]} */
const LOOKS = [
  ["by day", { colorScheme: "light" }],
  ["by night", { colorScheme: "dark" }],
  ["in forced colours", { forcedColors: "active" }],
];

for (const name of packages) {
  const source = path.join(folder, name);
  const first = await openPackage(source);
  const { items } = first.manifest;
  await first.close();

  describe(name, () => {
    for (const [look, context] of LOOKS) {
      test(`axe finds nothing on any page ${look}`, async () => {
        for (const { identifier, title } of items) {
          const launch = await openPackage(source, { identifier, context });
          for (const page of (await readSco(launch.frame)).pages) {
            await goTo(launch.frame, page.id);
            assert.deepEqual(await findings(launch.frame), [], `${title}: ${page.title}`);
          }
          assert.deepEqual(launch.problems, []);
          await launch.close();
        }
      });
    }
  });
}
