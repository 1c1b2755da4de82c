/**
 * Every page of real courses in every look that the demo has: as published by each of its profiles, by day, by night
 * and in the colours of the system.
 */

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { after, describe, test } from "node:test";
import { findings } from "./axe.mjs";
import { Registration } from "./cmi5-lms.mjs";
import { closeBrowser, openPackage, readPackage } from "./host.mjs";
import { goTo, readSco } from "./learner.mjs";

after(closeBrowser);

const folder = process.env.LCMS_FORMATS;
if (!folder) throw new Error("LCMS_FORMATS must name a folder with the packages that `scripts/browser-tests` makes");
const packages = (await readdir(folder)).filter((name) => /^by-.*\.zip$/.test(name)).sort();
if (packages.length === 0) throw new Error(`there is no by-PROFILE.zip in LCMS_FORMATS (${folder})`);

/** @typedef {{ frame: import("playwright-core").Frame, problems: string[], close: () => Promise<unknown> }} Opened */

/** @type {[string, import("playwright-core").BrowserContextOptions][]} */
const LOOKS = [
  ["by day", { colorScheme: "light" }],
  ["by night", { colorScheme: "dark" }],
  ["in forced colours", { forcedColors: "active" }],
];

/**
 * Every lesson of a package, each to be opened in its LMS.
 * @param {string} source
 * @returns {Promise<{ title: string, open: (context: import("playwright-core").BrowserContextOptions) => Promise<Opened> }[]>}
 */
async function lessonsIn(source) {
  if ((await readPackage(source)).has("cmi5.xml")) {
    const registration = await Registration.open(source);
    return registration.units.map(({ title }) => ({
      title,
      open: async (context) => {
        const session = await registration.launch(title, { context });
        return { frame: session.frame, problems: registration.breaches, close: () => session.close() };
      },
    }));
  }
  const first = await openPackage(source);
  await first.close();
  return first.manifest.items.map(({ identifier, title }) => ({ title, open: (context) => openPackage(source, { identifier, context }) }));
}

for (const name of packages) {
  const lessons = await lessonsIn(path.join(folder, name));

  describe(name, () => {
    for (const [look, context] of LOOKS) {
      test(`axe finds nothing on any page ${look}`, async () => {
        assert.notEqual(lessons.length, 0);
        for (const { title, open } of lessons) {
          const opened = await open(context);
          for (const page of (await readSco(opened.frame)).pages) {
            await goTo(opened.frame, page.id);
            assert.deepEqual(await findings(opened.frame), [], `${title}: ${page.title}`);
          }
          assert.deepEqual(opened.problems, []);
          await opened.close();
        }
      });
    }
  });
}
