/**
 * Content that speaks one SCORM in packages of the other, and in cmi5: its page answers it, keeps what it keeps, and tells
 * the LMS what came of it. LCMS names the binary.
 */

import { test, describe, before, after } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { findings } from "./axe.mjs";
import { Registration } from "./cmi5-lms.mjs";
import { carryOver, closeBrowser, CONTENT_POLICY, openPackage } from "./host.mjs";

const program = process.env.LCMS ?? "";
if (!program) throw new Error("LCMS must name the lcms binary");

/** A page that finds its LMS as tools do, and speaks its last when its window goes. */
const SCRIPT = `"use strict";
window.lms = (() => {
  for (let at = window; ; at = at.parent) {
    if (at.API_1484_11 && document.documentElement.lang === "en-x-2004") return at.API_1484_11;
    if (at.API && document.documentElement.lang === "en-x-12") return at.API;
    if (at.parent === at) return null;
  }
})();
window.addEventListener("pagehide", () => window.atLast?.());
`;
const page = (/** @type {string} */ language) =>
  `<!doctype html><html lang="${language}"><head><title>Bought</title><script src="sco.js"></script></head><body><h1>Bought elsewhere</h1></body></html>`;
const MANIFESTS = {
  scorm12: `<?xml version="1.0"?><manifest identifier="bought12" version="1.0" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
<metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>
<organizations default="o"><organization identifier="o"><title>Bought</title><item identifier="i" identifierref="r"><title>Bought</title><adlcp:masteryscore>80</adlcp:masteryscore></item></organization></organizations>
<resources><resource identifier="r" type="webcontent" adlcp:scormtype="sco" href="sco.html"><file href="sco.html"/><file href="sco.js"/></resource></resources></manifest>`,
  scorm2004: `<?xml version="1.0"?><manifest identifier="bought2004" version="1.0" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3">
<metadata><schema>ADL SCORM</schema><schemaversion>2004 4th Edition</schemaversion></metadata>
<organizations default="o"><organization identifier="o"><title>Bought</title><item identifier="i" identifierref="r"><title>Bought</title></item></organization></organizations>
<resources><resource identifier="r" type="webcontent" adlcp:scormType="sco" href="sco.html"><file href="sco.html"/><file href="sco.js"/></resource></resources></manifest>`,
};
const POLICY = `${CONTENT_POLICY}; frame-src 'self'`;

/** @type {string} */ let work;
/** @param {string[]} args @param {string} [input] */
const lcms = (args, input = "") => execFileSync(program, [...args, "--data", path.join(work, "data")], { encoding: "utf8", input });

/** A course of one bought package, in a format. @param {keyof typeof MANIFESTS} standard @param {string} format */
function published(standard, format) {
  const output = path.join(work, `${standard}-as-${format}.zip`);
  lcms(["publish", `bought/course-${standard}`, "--format", format, "-o", output]);
  return output;
}

before(async () => {
  work = await mkdtemp(path.join(tmpdir(), "lcms-bridged-"));
  lcms(["library", "create", "bought"]);
  for (const standard of /** @type {(keyof typeof MANIFESTS)[]} */ (Object.keys(MANIFESTS))) {
    const folder = path.join(work, standard);
    await mkdir(folder);
    await writeFile(path.join(folder, "imsmanifest.xml"), MANIFESTS[standard]);
    await writeFile(path.join(folder, "sco.html"), page(standard === "scorm12" ? "en-x-12" : "en-x-2004"));
    await writeFile(path.join(folder, "sco.js"), SCRIPT);
    const report = JSON.parse(lcms(["import", folder, "--library", "bought", "--json"]));
    const course = { title: `A course with ${standard}`, placements: [{ component: `bought/${report.items[0].key}` }] };
    lcms(["component", "create", `bought/course-${standard}`, "--kind", "course", "--content", "-"], JSON.stringify(course));
  }
});
after(async () => {
  await closeBrowser();
  await rm(work, { recursive: true, force: true });
});

/** The content inside our page, once it has its LMS. @param {import("playwright-core").Frame} outer */
async function inside(outer) {
  const handle = await outer.waitForSelector("iframe.lcms-framed");
  const frame = /** @type {import("playwright-core").Frame} */ (await handle.contentFrame());
  await frame.waitForFunction(() => /** @type {any} */ (window).lms);
  return frame;
}

/** What calls of the content answer. @param {import("playwright-core").Frame} frame @param {[string, ...string[]][]} calls @returns {Promise<string[]>} */
const say = (frame, calls) => frame.evaluate((all) => all.map(([method, ...given]) => /** @type {any} */ (window).lms[method](...given)), calls);

describe("content of SCORM 1.2 in a package of SCORM 2004", () => {
  test("is left half-way, resumed and passed, and the LMS has it all", async () => {
    const source = published("scorm12", "scorm2004-4");
    const first = await openPackage(source, { policy: POLICY });
    const content = await inside(first.frame);
    assert.deepEqual(await findings(first.frame), []);
    const begin = await say(content, [
      ["LMSInitialize", ""], ["LMSGetValue", "cmi.core.entry"], ["LMSGetValue", "cmi.student_data.mastery_score"],
      ["LMSSetValue", "cmi.core.lesson_status", "incomplete"], ["LMSSetValue", "cmi.suspend_data", "slide=4"], ["LMSSetValue", "cmi.core.lesson_location", "4"],
      ["LMSSetValue", "cmi.core.score.raw", "50"], ["LMSSetValue", "cmi.core.exit", "suspend"],
      ["LMSSetValue", "cmi.interactions.0.id", "q1"], ["LMSSetValue", "cmi.interactions.0.type", "choice"],
      ["LMSSetValue", "cmi.interactions.0.student_response", "a,c"], ["LMSSetValue", "cmi.interactions.0.result", "wrong"], ["LMSCommit", ""], ["LMSFinish", ""],
    ]);
    assert.deepEqual(begin, ["true", "ab-initio", "80", ...Array(11).fill("true")]);
    await first.saved();
    const left = await first.close();
    assert.deepEqual(first.problems, []);
    assert.deepEqual([left.cmi.completion_status, left.cmi.success_status, left.cmi.exit], ["incomplete", "unknown", "suspend"]);
    assert.equal(Number(left.cmi.score.scaled), 0.5);
    const answered = Object.values(left.cmi.interactions).filter((/** @type {any} */ each) => each?.id);
    assert.deepEqual(answered.map((/** @type {any} */ { id, type, learner_response, result }) => [id, type, learner_response, result]), [["q1", "choice", "a[,]c", "incorrect"]]);

    const second = await openPackage(source, { policy: POLICY, state: carryOver("scorm2004", left.cmi) });
    const again = await inside(second.frame);
    const resumed = await say(again, [
      ["LMSInitialize", ""], ["LMSGetValue", "cmi.core.entry"], ["LMSGetValue", "cmi.suspend_data"], ["LMSGetValue", "cmi.core.lesson_location"],
      ["LMSSetValue", "cmi.core.lesson_status", "completed"], ["LMSSetValue", "cmi.core.score.raw", "90"], ["LMSSetValue", "cmi.core.exit", ""], ["LMSFinish", ""],
    ]);
    assert.deepEqual(resumed, ["true", "resume", "slide=4", "4", "true", "true", "true", "true"]);
    await second.saved();
    const { cmi } = await second.close();
    assert.deepEqual([cmi.completion_status, cmi.success_status, cmi.exit, Number(cmi.score.scaled)], ["completed", "passed", "normal", 0.9]);
  });

  test("half an answer waits for its result, and one that is given anew is another", async () => {
    const launch = await openPackage(published("scorm12", "scorm2004-4"), { policy: POLICY });
    const content = await inside(launch.frame);
    /** @type {(response: string, result: string) => [string, ...string[]][]} */
    const answer = (response, result) => [
      ["LMSSetValue", "cmi.interactions.0.student_response", response], ["LMSSetValue", "cmi.interactions.0.result", result], ["LMSCommit", ""], ["LMSCommit", ""],
    ];
    const said = await say(content, [
      ["LMSInitialize", ""], ["LMSSetValue", "cmi.interactions.0.id", "q1"], ["LMSSetValue", "cmi.interactions.0.type", "choice"],
      ["LMSSetValue", "cmi.interactions.0.student_response", "a"], ["LMSCommit", ""], ...answer("a", "wrong"), ...answer("b", "correct"), ["LMSFinish", ""],
    ]);
    assert.deepEqual(new Set(said), new Set(["true"]));
    const { cmi } = await launch.close();
    const answered = Object.values(cmi.interactions).filter((/** @type {any} */ each) => each?.id);
    assert.deepEqual(answered.map((/** @type {any} */ { id, learner_response, result }) => [id, learner_response, result]), [["q1", "a", "incorrect"], ["q1", "b", "correct"]]);
  });

  test("what it says when its window goes is still heard", async () => {
    const launch = await openPackage(published("scorm12", "scorm2004-3"), { policy: POLICY });
    const content = await inside(launch.frame);
    await content.evaluate(() => {
      const { lms } = /** @type {any} */ (window);
      lms.LMSInitialize("");
      /** @type {any} */ (window).atLast = () => {
        lms.LMSSetValue("cmi.core.lesson_status", "completed");
        lms.LMSFinish("");
      };
    });
    const { cmi } = await launch.close();
    assert.equal(cmi.completion_status, "completed");
  });

  test("content that tries SCORM 2004 first meets its page, not the LMS behind it", async () => {
    const launch = await openPackage(published("scorm12", "scorm2004-4"), { policy: POLICY });
    const content = await inside(launch.frame);
    const asked = await content.evaluate(() => {
      let at = window;
      while (!(/** @type {any} */ (at).API_1484_11) && at.parent !== at) at = /** @type {any} */ (at.parent);
      const api = /** @type {any} */ (at).API_1484_11;
      return [api.Initialize(""), api.SetValue("cmi.completion_status", "completed"), api.SetValue("cmi.score.scaled", "0.6"), api.Terminate("")];
    });
    assert.deepEqual(asked, ["true", "true", "true", "true"]);
    const { cmi, calls } = await launch.close();
    assert.deepEqual([cmi.completion_status, cmi.success_status, Number(cmi.score.scaled)], ["completed", "failed", 0.6]);
    assert.equal(calls.filter(({ method }) => method === "Initialize").length, 1);
  });

  test("is not told that something is kept which is not", async () => {
    const launch = await openPackage(published("scorm12", "scorm2004-4"), { policy: POLICY, faults: { failCommit: true } });
    const content = await inside(launch.frame);
    assert.deepEqual(await say(content, [["LMSInitialize", ""], ["LMSSetValue", "cmi.suspend_data", "x"], ["LMSCommit", ""], ["LMSGetLastError"]]), ["true", "true", "false", "101"]);
    await launch.page.evaluate(() => (window.host.failCommit = false));
    assert.deepEqual(await say(content, [["LMSCommit", ""]]), ["true"]);
    await launch.close();
  });
});

describe("content of SCORM 2004 in a package of SCORM 1.2", () => {
  test("passes with a score, and comes back to what it kept", async () => {
    const source = published("scorm2004", "scorm12");
    const first = await openPackage(source, { policy: POLICY });
    const content = await inside(first.frame);
    const begin = await say(content, [
      ["Initialize", ""], ["GetValue", "cmi.entry"], ["SetValue", "cmi.completion_status", "completed"], ["SetValue", "cmi.success_status", "passed"],
      ["SetValue", "cmi.score.scaled", "0.85"], ["SetValue", "cmi.suspend_data", "q=7"], ["SetValue", "cmi.exit", "suspend"], ["Terminate", ""],
    ]);
    assert.deepEqual(begin, ["true", "ab-initio", "true", "true", "true", "true", "true", "true"]);
    await first.saved();
    const { cmi } = await first.close();
    assert.deepEqual([cmi.core.lesson_status, cmi.core.score.raw, cmi.core.exit], ["passed", "85", "suspend"]);
    const second = await openPackage(source, { policy: POLICY, state: carryOver("scorm12", cmi) });
    assert.deepEqual(await say(await inside(second.frame), [["Initialize", ""], ["GetValue", "cmi.entry"], ["GetValue", "cmi.suspend_data"]]), ["true", "resume", "q=7"]);
    await second.close();
  });

  test("what the LMS holds as passed is not taken back, though what was kept is gone", async () => {
    const source = published("scorm2004", "scorm12");
    const state = { suspend_data: "", core: { lesson_location: "", lesson_status: "passed", score: { raw: "90" }, entry: "" } };
    const launch = await openPackage(source, { policy: POLICY, state });
    const content = await inside(launch.frame);
    assert.deepEqual(await say(content, [["Initialize", ""], ["SetValue", "cmi.completion_status", "incomplete"], ["Commit", ""]]), ["true", "true", "true"]);
    const { cmi } = await launch.close();
    assert.equal(cmi.core.lesson_status, "passed");
  });

  test("what is more than SCORM 1.2 keeps is refused, not cut off", async () => {
    const launch = await openPackage(published("scorm2004", "scorm12"), { policy: POLICY });
    const content = await inside(launch.frame);
    const long = "x".repeat(5000);
    assert.deepEqual(await say(content, [["Initialize", ""], ["SetValue", "cmi.suspend_data", long], ["Commit", ""], ["GetLastError"]]), ["true", "true", "false", "391"]);
    assert.deepEqual(await say(content, [["SetValue", "cmi.suspend_data", "short"], ["Commit", ""]]), ["true", "true"]);
    await launch.close();
  });
});

for (const [standard, calls] of /** @type {[keyof typeof MANIFESTS, [string, ...string[]][]][]} */ ([
  ["scorm12", [["LMSInitialize", ""], ["LMSSetValue", "cmi.core.score.raw", "95"], ["LMSSetValue", "cmi.core.lesson_status", "passed"],
    ["LMSSetValue", "cmi.interactions.0.id", "q1"], ["LMSSetValue", "cmi.interactions.0.type", "true-false"], ["LMSSetValue", "cmi.interactions.0.student_response", "t"], ["LMSFinish", ""]]],
  ["scorm2004", [["Initialize", ""], ["SetValue", "cmi.completion_status", "completed"], ["SetValue", "cmi.success_status", "passed"], ["SetValue", "cmi.score.scaled", "0.95"],
    ["SetValue", "cmi.interactions.0.id", "q1"], ["SetValue", "cmi.interactions.0.type", "true-false"], ["SetValue", "cmi.interactions.0.learner_response", "true"], ["Terminate", ""]]],
])) {
  test(`content of ${standard} in cmi5 completes and passes its unit`, async () => {
    const registration = await Registration.open(published(standard, "cmi5"));
    const [{ title }] = registration.units;
    const session = await registration.launch(title, { policy: POLICY });
    const content = await inside(session.frame);
    assert.deepEqual(new Set(await say(content, calls)), new Set(["true"]));
    await session.saved();
    await session.close();
    assert.deepEqual(registration.breaches, []);
    assert.deepEqual(registration.verbs(title).toSorted(), ["answered", "completed", "initialized", "passed", "terminated"]);
    const { object, result } = registration.statements.find(({ verb }) => verb.id.endsWith("/answered"));
    assert.deepEqual([object.definition.interactionType, result.response], ["true-false", "true"]);
    assert.equal(registration.said(title, "passed")[0].result.score.scaled, 0.95);
  });
}
