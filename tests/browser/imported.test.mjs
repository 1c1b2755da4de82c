/**
 * Packages of other tools: each of LCMS_SAMPLES/packages is imported, holds every file bit for bit, plays, and says the
 * same to an LMS when it is published inside a course. LCMS names the binary.
 */

import { test, describe, before, after } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { closeBrowser, openPackage, readPackage } from "./host.mjs";
import { playForeign, POLICY } from "./imported.mjs";

const program = process.env.LCMS ?? "";
if (!program) throw new Error("LCMS must name the lcms binary");
const samples = process.env.LCMS_SAMPLES ?? "";
if (!samples) throw new Error("LCMS_SAMPLES must name the folder of sample packages");

/** Packages that nobody can open, and the reason that is given. @type {Record<string, RegExp>} */
const REFUSED = {
  "bad-missing-file": /nothing in this SCORM 2004 package can be opened/,
  "scorm12-ComplexNestedOrganization_SCORM12": /nothing in this SCORM 1\.2 package can be opened/,
  "scorm12-MalformedXml_SCORM12": /the XML is not well-formed/,
  "scorm12-MissingRequiredFields_SCORM12": /nothing in this SCORM 1\.2 package can be opened/,
  "scorm2004-CM-01-broken-default-org": /nothing in this SCORM 2004 package can be opened/,
  "scorm2004-InvalidMissingOrgIdentifier_SCORM20043rdEdition": /<organization> has no identifier/,
};
/** The format in which content of a standard is heard by the LMS itself; what has none cannot be part of a course. @type {Record<string, string>} */
const FORMATS = { scorm12: "scorm12", scorm2004: "scorm2004-4", cmi5: "cmi5" };

/** A format in which its page answers it. @type {Record<string, string>} */
const BRIDGED = { scorm12: "scorm2004-4", scorm2004: "scorm12" };

const root = path.join(samples, "packages");
const packages = (await readdir(root, { recursive: true })).filter((name) => name.endsWith(".zip")).sort();
assert.ok(packages.length >= 30, "the samples are all there");

/** @type {string} */ let data;
before(async () => {
  data = await mkdtemp(path.join(tmpdir(), "lcms-imported-"));
  lcms("library", "create", "bought");
});
after(async () => {
  await closeBrowser();
  await rm(data, { recursive: true, force: true });
});

/** @param {string[]} args */
const lcms = (...args) => execFileSync(program, [...args, "--data", data], { encoding: "utf8", stdio: ["pipe", "pipe", "pipe"], maxBuffer: 1 << 28 });
/** @param {string[]} args @returns {any} */
const ask = (...args) => JSON.parse(lcms(...args, "--json"));

/** @param {Uint8Array} bytes */
const digest = (bytes) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** Digests by path. @param {Map<string, Uint8Array>} files */
const digests = (files) => Object.fromEntries([...files].map(([name, bytes]) => [name, digest(bytes)]).sort());

/** The files of an archive; from below its only folder, if it has one, as the import takes it. @param {string} archive @param {any} report */
async function filesOf(archive, report) {
  const files = [...(await readPackage(archive))].filter(([name]) => !name.endsWith("/"));
  const whole = report.repaired.find((/** @type {{ source: string, reason: string }} */ { reason }) => reason.startsWith("everything stands in this folder"));
  const top = whole?.source ?? "";
  return new Map(files.map(([name, bytes]) => [name.slice(top.length), bytes]));
}

/** What of an outline an LMS opens, in order. @param {any[]} items @param {Map<string, Uint8Array>} files @returns {string[]} */
const opened = (items, files) =>
  items.flatMap(({ launch, parameters = "", items: below = [] }) => [...(files.has(launch) ? [launch + parameters] : []), ...opened(below, files)]);

/** What an LMS opens of a published package. @param {Map<string, Uint8Array>} files @param {string} standard @returns {string[]} */
function published(files, standard) {
  const text = (/** @type {string} */ name) => new TextDecoder().decode(files.get(name)).replaceAll("&amp;", "&");
  if (standard === "cmi5") return [...text("cmi5.xml").matchAll(/<url>([^<]*)<\/url>/g)].map(([, url]) => url);
  const manifest = text("imsmanifest.xml");
  const attribute = (/** @type {string} */ tag, /** @type {string} */ called) => new RegExp(`\\s${called}="([^"]*)"`).exec(tag)?.[1] ?? "";
  const hrefs = new Map([...manifest.matchAll(/<resource\s[^>]*>/g)].map(([tag]) => [attribute(tag, "identifier"), attribute(tag, "href")]));
  return [...manifest.matchAll(/<item\s[^>]*>/g)].flatMap(([tag]) => hrefs.get(attribute(tag, "identifierref")) ?? []);
}

/** The first and the last. @template T @param {T[]} list @returns {T[]} */
const ends = (list) => (list.length > 1 ? [list[0], list[list.length - 1]] : list);

/** What an authoring tool made finds its page in a package of another standard, and its LMS keeps what it says. @param {string} course @param {string} format */
async function speaksToItsPage(course, format) {
  const output = path.join(data, `${path.basename(course)}-${format}.zip`);
  lcms("publish", course, "--format", format, "-o", output);
  const launch = await openPackage(output, { policy: POLICY });
  await launch.page.waitForLoadState("networkidle");
  await launch.page.waitForTimeout(2000);
  const { cmi } = await launch.close();
  assert.match(cmi.suspend_data, /^B1\|/, "the LMS keeps what it says");
}

for (const file of packages) {
  const name = path.basename(file, ".zip");
  const archive = path.join(root, file);

  describe(name, () => {
    if (REFUSED[name]) {
      test("is refused with the reason", () => {
        assert.throws(() => lcms("import", archive, "--library", "bought"), (/** @type {any} */ error) => REFUSED[name].test(error.stderr));
      });
      return;
    }

    test("keeps every file, plays, and plays the same inside a course", async () => {
      const report = ask("import", archive, "--library", "bought");
      const files = await filesOf(archive, report);
      const { key } = report.items[0];
      const { component, content } = ask("show", `bought/${key}`);
      assert.deepEqual(Object.fromEntries(content.files.map((/** @type {any} */ each) => [each.path, each.blob])), digests(files));

      const units = opened(content.outline ?? [], files);
      const addresses = units.length > 0 ? units : [content.launch + (content.parameters ?? "")];
      const plays = new Map();
      for (const address of ends(addresses)) plays.set(address, await playForeign(files, address, content.standard));
      const format = FORMATS[content.standard];
      if (!format) return;

      const course = { title: name, placements: [{ id: "00000000-0000-8000-8000-000000000001", component: `bought/${key}` }] };
      const placed = `bought/course-${key}`;
      execFileSync(program, ["component", "create", placed, "--kind", "course", "--content", "-", "--data", data], { input: JSON.stringify(course) });
      const output = path.join(data, `${key}.zip`);
      lcms("publish", placed, "--format", format, "-o", output);
      const whole = await readPackage(output);
      const home = `web/${component.id}/`;
      const kept = new Map([...whole].filter(([at]) => at.startsWith(home)).map(([at, bytes]) => [at.slice(home.length), bytes]));
      assert.deepEqual(digests(kept), digests(files));

      const launches = published(whole, content.standard);
      assert.deepEqual(launches.map((each) => decodeURI(each)), addresses.map((address) => home + address));
      for (const address of ends(addresses)) {
        const again = await playForeign(whole, launches[addresses.indexOf(address)], content.standard);
        const problems = again.problems.map((problem) => problem.replaceAll(`/${home}`, "/"));
        const first = plays.get(address);
        assert.deepEqual({ ...again, problems }, first, address);
        if (/^tools/.test(file)) assert.ok(first.said.length > 2, "what an authoring tool made speaks to its LMS");
      }
      if (/^tools/.test(file) && BRIDGED[content.standard]) await speaksToItsPage(placed, BRIDGED[content.standard]);
    });
  });
}
