/**
 * Real packages, as `lcms publish` made them: every SCO of every zip file in the folder LCMS_PACKAGES is played
 * from its first page to its end with every answer right, and once more with a break half-way.
 */

import { test, describe, after } from "node:test";
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { openPackage, closeBrowser, carryOver } from "./host.mjs";
import { answerPage, currentPage, next, play, readSco, unplayable } from "./learner.mjs";

after(closeBrowser);

const folder = process.env.LCMS_PACKAGES;
if (!folder) throw new Error("LCMS_PACKAGES must name a folder with packages (*.zip), made by `lcms publish`");
const packages = (await readdir(folder)).filter((name) => name.endsWith(".zip")).sort();
if (packages.length === 0) throw new Error(`there is no *.zip in LCMS_PACKAGES (${folder})`);

/** Whether a lesson has anything that counts for its score. @param {any} sco */
const isScored = (sco) => Object.values(sco.questions).some((/** @type {any} */ question) => question.weight > 0);

/** What the runtime must hold once everything was read and answered right. @param {string} standard @param {any} sco */
function expected(standard, sco) {
  const scored = isScored(sco);
  const marked = scored && sco.passMark !== null;
  const score = scored ? "100" : "";
  return standard === "scorm12"
    ? { status: marked ? "passed" : "completed", score, exit: "" }
    : { status: `completed ${marked ? "passed" : "unknown"}`, score, exit: "normal" };
}

/** @param {string} standard @param {any} cmi */
const received = (standard, cmi) =>
  standard === "scorm12"
    ? { status: cmi.core.lesson_status, score: cmi.core.score.raw, exit: cmi.core.exit }
    : { status: `${cmi.completion_status} ${cmi.success_status}`, score: cmi.score.raw, exit: cmi.exit };

/** How many questions a learner of this lesson answers. @param {any} sco */
function answersOf(sco) {
  const sections = Object.values(sco.assessments).flatMap((/** @type {any} */ assessment) => assessment.sections);
  const assessed = new Set(sections.flatMap((section) => section.questions));
  const checks = Object.keys(sco.questions).filter((id) => !assessed.has(id)).length;
  return sections.reduce((sum, { draw, questions }) => sum + Math.min(draw ?? Infinity, questions.length), checks);
}

/** @param {import("./host.mjs").Call[]} calls */
const refused = (calls) => calls.filter(({ method, result }) => /SetValue|Commit|Initialize|Terminate|Finish/.test(method) && result !== "true");

/** Records of answers. @param {any} cmi @returns {any[]} */
const interactions = (cmi) => Object.values(cmi.interactions).filter((each) => typeof each === "object");

for (const name of packages) {
  const file = path.join(folder, name);
  const first = await openPackage(file);
  const { items, standard } = first.manifest;
  await first.close();

  describe(`${name} (${standard})`, () => {
    for (const { identifier, title } of items) {
      test(`"${title}" plays to completion with every answer right`, async () => {
        const launch = await openPackage(file, { identifier });
        const sco = await readSco(launch.frame);
        await play(launch.frame);
        assert.deepEqual(await unplayable(launch.frame), []);
        const { cmi, calls } = await launch.close();
        assert.deepEqual(received(standard, cmi), expected(standard, sco));
        assert.deepEqual(refused(calls), []);
        assert.deepEqual(launch.problems, []);
        assert.equal(interactions(cmi).length, answersOf(sco));
        // What only a person can judge is neither right nor wrong.
        const judged = interactions(cmi).filter(({ id }) => sco.questions[id].type !== "long_answer");
        assert.deepEqual([...new Set(judged.map(({ result }) => result))], judged.length > 0 ? ["correct"] : []);
      });

      test(`"${title}" is left half-way, resumes there, and completes`, async () => {
        const launch = await openPackage(file, { identifier });
        const sco = await readSco(launch.frame);
        const middle = Math.floor((sco.pages.length - 1) / 2);
        for (let page = 0; page < middle; page += 1) {
          await answerPage(launch.frame, sco.questions);
          await next(launch.frame);
        }
        const { cmi } = await launch.close();
        const state = carryOver(standard, cmi);
        const again = await openPackage(file, { identifier, state });
        if (received(standard, cmi).exit === "suspend") assert.equal(await currentPage(again.frame), sco.pages[middle].id);
        await play(again.frame);
        const end = await again.close();
        assert.deepEqual(received(standard, end.cmi), expected(standard, sco));
        assert.deepEqual(refused(end.calls), []);
      });
    }
  });
}
