/**
 * A small LMS for tests: serves a package from 127.0.0.1, launches one SCO in a real browser under
 * scorm-again's runtime, and records every call of the SCO. Closing gives the values the runtime holds, and
 * `carryOver` turns them into what the next launch begins with.
 */

import { createServer } from "node:http";
import { readFile, readdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { chromium } from "playwright-core";
import { unzipSync } from "fflate";

const require = createRequire(import.meta.url);

/** What a careful LMS sends along with content: nothing inline, nothing evaluated, nothing from outside. */
export const CONTENT_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'";

const TYPES = /** @type {Record<string, string>} */ ({
  ".html": "text/html; charset=utf-8",
  ".htm": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".gif": "image/gif",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".vtt": "text/vtt",
  ".mp4": "video/mp4",
  ".mp3": "audio/mpeg",
  ".webm": "video/webm",
  ".wav": "audio/wav",
  ".xml": "application/xml",
});

/**
 * @typedef {"scorm12" | "scorm2004"} Standard
 * @typedef {{ method: string, values: string[], result: unknown }} Call
 * @typedef {{ identifier: string, title: string, href: string }} Item
 * @typedef {{ standard: Standard, items: Item[] }} Manifest
 * @typedef {"frame" | "window" | "shell"} Via a frame, a window of its own, or a frame in a frame of another origin
 * @typedef {{ standard: Standard, url: string, state: unknown, faults: Faults, via: Via }} LaunchOrder
 * @typedef {object} Faults ways in which an LMS misbehaves
 * @property {boolean} [noApi] there is no API
 * @property {number} [apiAfter] milliseconds until the API appears
 * @property {number} [failInitialize] how many calls of Initialize fail
 * @property {boolean} [failCommit] every Commit fails until `window.host.failCommit` is set to false
 * @property {unknown} [success] what stands for success instead of "true"
 * @property {Fault} [fault] how calls of one method go wrong, from the start; later set as `window.host.fault`
 *
 * @typedef {"false" | "undefined" | "promise" | "throw" | "lie" | "slow" | "cut"} Misbehaviour
 * @typedef {{ method: string, element?: string, how: Misbehaviour, times?: number }} Fault for calls of `method` (how its
 *   name ends) of elements that match; for ever, or for so many calls
 */

/** @type {import("playwright-core").Browser | undefined} */
let shared;

/** The browser all tests share. */
export async function browser() {
  shared ??= await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"],
  });
  return shared;
}

/** Ends the shared browser. */
export async function closeBrowser() {
  await shared?.close();
  shared = undefined;
}

/**
 * Files of a package by path, from a zip file, a folder, or as given.
 * @param {string | Map<string, Uint8Array>} source
 * @returns {Promise<Map<string, Uint8Array>>}
 */
export async function readPackage(source) {
  if (typeof source !== "string") return source;
  if ((await stat(source)).isFile()) return new Map(Object.entries(unzipSync(await readFile(source))));
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return new Map(await Promise.all(files.map(async (file) => /** @type {[string, Uint8Array]} */ ([path.relative(source, file), await readFile(file)]))));
}

/** Pages and scripts of the LMS that plays one SCO. */
export async function hostPages() {
  const scripts = ["scorm12.js", "scorm2004.js", "page.js"];
  return new Map([
    ["/", Buffer.from(`<!doctype html><html lang="en"><title>Host</title>${scripts.map((name) => `<script src="/${name}"></script>`).join("")}`)],
    ["/scorm12.js", await readFile(require.resolve("scorm-again/scorm12/min"))],
    ["/scorm2004.js", await readFile(require.resolve("scorm-again/scorm2004/min"))],
    ["/shell", Buffer.from('<!doctype html><html lang="en"><title>Shell</title><body><script src="/shell.js"></script>')],
    ["/shell.js", Buffer.from('const frame = document.createElement("iframe"); frame.src = location.search.slice(1); document.body.append(frame);')],
    ["/page.js", await readFile(new URL("host-page.js", import.meta.url))],
  ]);
}

/**
 * Serves the files of a package under `/content/`, and the pages of an LMS.
 * @param {Map<string, Uint8Array>} files
 * @param {Map<string, Uint8Array>} own pages and scripts of the LMS, by path
 * @param {(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => boolean} [answer] takes a request that is neither
 * @param {string} [policy] what the content may do
 */
export async function serve(files, own, answer = () => false, policy = CONTENT_POLICY) {
  const server = createServer((request, response) => {
    if (answer(request, response)) return;
    const { pathname } = new URL(request.url ?? "/", "http://host");
    const content = pathname.startsWith("/content/");
    const body = content ? files.get(decodeURIComponent(pathname.slice("/content/".length))) : own.get(pathname);
    const type = TYPES[path.extname(pathname)] ?? (content ? "application/octet-stream" : TYPES[".html"]);
    const headers = { "content-type": type, "accept-ranges": "bytes", ...(content && { "content-security-policy": policy }) };
    const range = body && /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    if (!range) {
      response.writeHead(body ? 200 : 404, headers);
      response.end(body);
      return;
    }
    const [first, last] = [Number(range[1]), Math.min(Number(range[2] || body.length - 1), body.length - 1)];
    response.writeHead(206, { ...headers, "content-range": `bytes ${first}-${last}/${body.length}` });
    response.end(body.subarray(first, last + 1));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(undefined)));
  // A test that failed before it closed its launch must not keep the whole run waiting.
  server.unref();
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { origin: `http://127.0.0.1:${address.port}`, close: () => server.close() };
}

/** One launch of one SCO. */
export class Launch {
  /**
   * @param {import("playwright-core").Page} page of the host
   * @param {import("playwright-core").Frame} frame of the SCO
   * @param {Manifest} manifest
   * @param {{ close: () => void }} server
   * @param {string[]} problems what the browser complained about so far and later
   */
  constructor(page, frame, manifest, server, problems) {
    this.page = page;
    this.frame = frame;
    this.manifest = manifest;
    this.server = server;
    this.problems = problems;
  }

  /** Every call of the SCO so far, in order. @returns {Promise<Call[]>} */
  calls() {
    return this.page.evaluate(() => window.host.calls);
  }

  /** The values set for an element, in order. @param {string} element */
  async sets(element) {
    return (await this.calls()).filter(({ values }) => values[0] === element && values.length === 2).map(({ values }) => values[1]);
  }

  /** What the runtime holds now, as scorm-again renders it. @returns {Promise<any>} */
  cmi() {
    return this.page.evaluate(() => window.host.cmi());
  }

  /** Makes the LMS misbehave from now on, or behave. @param {Fault | null} fault */
  async fault(fault) {
    await this.page.evaluate((given) => (window.host.fault = given), fault);
  }

  /** What the LMS has really kept: the values at the last commit that was made. @returns {Promise<any>} */
  kept() {
    return this.page.evaluate(() => window.host.kept);
  }

  /** Waits until the SCO says that all is saved. */
  async saved() {
    await this.frame.locator('.lcms-save[data-state="saved"]').waitFor();
  }

  /** Leaves the SCO as a learner who closes the window, and ends the launch. @returns {Promise<{ cmi: any, calls: Call[] }>} */
  async close() {
    await this.page.evaluate(() => window.host.leave());
    const end = { cmi: await this.cmi(), calls: await this.calls() };
    await this.page.context().close();
    this.server.close();
    return end;
  }
}

/** The frame that holds the content, wherever it was opened. @param {import("playwright-core").Page} page */
async function contentFrame(page) {
  for (let i = 0; i < 200; i += 1) {
    const frames = page.context().pages().flatMap((each) => each.frames());
    const frame = frames.find((each) => /^https?:..[^/]+.content./.test(each.url()));
    if (frame) return frame;
    await page.waitForTimeout(20);
  }
  throw new Error("the SCO did not open");
}

/**
 * Launches one SCO of a package.
 * @param {string | Map<string, Uint8Array>} source zip file, folder, or files by path
 * @param {object} [options]
 * @param {number} [options.itemIndex] which SCO, in the order of the manifest
 * @param {string} [options.identifier] which SCO, by its item
 * @param {any} [options.state] from `carryOver`
 * @param {Faults} [options.faults]
 * @param {Via} [options.via]
 * @param {import("playwright-core").BrowserContextOptions} [options.context] size, colour scheme and so on
 * @param {string} [options.policy] what the content may do
 * @returns {Promise<Launch>}
 */
export async function openPackage(source, { itemIndex = 0, identifier, state = null, faults = {}, via = "frame", context = {}, policy } = {}) {
  const files = await readPackage(source);
  const manifestBytes = files.get("imsmanifest.xml");
  if (!manifestBytes) throw new Error("the package has no imsmanifest.xml at its root");
  const server = await serve(files, await hostPages(), undefined, policy);
  const page = await (await (await browser()).newContext(context)).newPage();
  page.setDefaultTimeout(10_000);
  /** @type {string[]} */
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("requestfailed", (request) => {
    // Of a recording the browser reads what tells its length, lets go, and asks for the rest when it is played.
    const letGo = request.resourceType() === "media" && request.failure()?.errorText === "net::ERR_ABORTED";
    if (!letGo) problems.push(`not loaded: ${request.url()}`);
  });
  page.on("response", (response) => response.status() >= 400 && !response.url().endsWith("/favicon.ico") && problems.push(`${response.status()}: ${response.url()}`));
  page.on("console", (message) => /Content Security Policy|Refused to/.test(message.text()) && problems.push(message.text()));
  await page.goto(`${server.origin}/`);
  const manifest = await page.evaluate((xml) => window.host.readManifest(xml), new TextDecoder().decode(manifestBytes));
  const item = identifier === undefined ? manifest.items[itemIndex] : manifest.items.find((candidate) => candidate.identifier === identifier);
  if (!item) throw new Error(`no SCO ${identifier ?? itemIndex} among: ${manifest.items.map((candidate) => candidate.identifier).join(", ")}`);
  /** @type {LaunchOrder} */
  const order = { standard: manifest.standard, url: `/content/${item.href}`, state, faults, via };
  await page.evaluate((given) => window.host.launch(given), order);
  const frame = await contentFrame(page);
  await frame.waitForSelector('html[data-lcms="running"]');
  return new Launch(page, frame, manifest, server, problems);
}

/**
 * What an LMS gives the next launch, from what the last one left. After a suspended session it is all there;
 * after a normal end SCORM 2004 begins a new attempt (RTE 4.2.8), SCORM 1.2 keeps the values with an empty entry.
 * @param {Standard} standard
 * @param {any} cmi
 */
export function carryOver(standard, cmi) {
  if (standard === "scorm12") {
    const { core, suspend_data } = cmi;
    const { lesson_location, lesson_status, score, total_time } = core;
    return { suspend_data, core: { lesson_location, lesson_status, score, total_time, entry: core.exit === "suspend" ? "resume" : "" } };
  }
  if (cmi.exit !== "suspend") return null;
  const { location, suspend_data, completion_status, success_status, score, progress_measure, interactions, total_time } = cmi;
  return { location, suspend_data, completion_status, success_status, score, progress_measure, interactions, total_time, entry: "resume" };
}
