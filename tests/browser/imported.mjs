/**
 * Plays content that was made elsewhere, which tells a host nothing but what its standard has it say: SCORM through the
 * runtime of `host-page.js`, cmi5 and xAPI through an LRS, AICC through an address that takes its messages. What it
 * said, and what its browser complained about, is what two plays are compared by.
 */

import { browser, hostPages, serve } from "./host.mjs";

/** What content of any age needs to run, and nothing from outside. */
export const POLICY = "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'";
/** Nothing was said for so long: it waits for the learner. Milliseconds. */
const QUIET = 700;
const LONGEST = 15_000;

/** @typedef {{ said: string[], asked: string[], problems: string[], title: string }} Play what is asked at once may be asked in any order */

/** Leaves out what is never the same twice: moments, lengths of time, identifiers made on the spot. @param {string} text */
const lasting = (text) =>
  text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)?/g, "MOMENT")
    .replace(/\bP(?=[\dT])(\d+[YMD])*(T([\d.]+[HMS])*)?\b/g, "TIME")
    .replace(/\b\d{2,4}:\d\d:\d\d(\.\d+)?\b/g, "TIME")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, "ID")
    .replace(/\b1\d{12}\b/g, "MOMENT")
    // Packed states hold moments, too.
    .replace(/[\w+/=-]{80,}/g, "PACKED");

/** An LRS and an AICC address that accept everything, and note it. */
class Listener {
  constructor() {
    /** @type {string[]} */
    this.said = [];
    /** @type {Set<string>} */
    this.asked = new Set();
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  answer(request, response) {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://lms");
    if (!/^\/(token$|lrs\/|aicc$)/.test(pathname)) return false;
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const about = searchParams.get("stateId") ?? searchParams.get("profileId") ?? "";
      const noted = lasting(`${request.method} ${pathname} ${about} ${Listener.gist(body)}`).trim();
      if (request.method === "GET") this.asked.add(noted);
      else this.said.push(noted);
      const [status, type, text] = Listener.reply(String(request.method), pathname, about);
      response.writeHead(status, { "content-type": type }).end(text);
    });
    return true;
  }

  /** What a message is about: the verbs of statements, or the message. @param {string} body @returns {string} */
  static gist(body) {
    // The other way to send a request (xAPI 1.0.3, communication 1.3): all of it as a form.
    const content = /(?:^|&)content=/.test(body) ? new URLSearchParams(body).get("content") : null;
    if (content !== null) return Listener.gist(content);
    try {
      const statements = [JSON.parse(body)].flat();
      return statements.map((statement) => statement?.verb?.id ?? (typeof statement === "number" ? "NUMBER" : JSON.stringify(statement))).join(" ");
    } catch {
      return body;
    }
  }

  /** @param {string} method @param {string} path @param {string} about @returns {[number, string, string]} */
  static reply(method, path, about) {
    const json = "application/json";
    if (path === "/token") return [200, json, '{"auth-token":"dG9rZW4="}'];
    if (path === "/aicc") return [200, "text/plain", "error=0\r\nerror_text=Successful\r\nversion=2.0\r\naicc_data=[core]\r\nlesson_status=not attempted\r\n"];
    if (about === "LMS.LaunchData") {
      const contextTemplate = { contextActivities: { grouping: [{ id: "https://lms.example/unit" }] }, extensions: { "https://w3id.org/xapi/cmi5/context/extensions/sessionid": "session" } };
      return [200, json, JSON.stringify({ contextTemplate, launchMode: "Normal", moveOn: "Completed", launchParameters: "" })];
    }
    if (method === "GET") return path.endsWith("statements") ? [200, json, '{"statements":[]}'] : [404, json, ""];
    return path.endsWith("statements") ? [200, json, "[]"] : [204, json, ""];
  }
}

/** What a launch adds to an address, by the content's standard. @param {string} standard @param {string} origin @returns {[string, string][]} */
function launchParameters(standard, origin) {
  const actor = JSON.stringify({ objectType: "Agent", name: "Ada", account: { homePage: "https://lms.example", name: "ada-1" } });
  const learner = /** @type {[string, string][]} */ ([["endpoint", `${origin}/lrs/`], ["actor", actor], ["registration", "7c0e1a3e-6d0e-4c55-9f5c-0d6a2b7e1f10"]]);
  if (standard === "cmi5") return [...learner, ["fetch", `${origin}/token`], ["activityId", "https://lms.example/unit"]];
  if (standard === "xapi") return [...learner, ["auth", "Basic dG9rZW4="], ["activity_id", "https://lms.example/unit"]];
  return standard === "aicc" ? [["AICC_SID", "session"], ["AICC_URL", `${origin}/aicc`]] : [];
}

/**
 * Opens a file of a package as an LMS would, waits until it has nothing more to say, and leaves.
 * @param {Map<string, Uint8Array>} files
 * @param {string} address path in the package with its parameters
 * @param {string} standard as the component says it
 * @returns {Promise<Play>}
 */
export async function playForeign(files, address, standard) {
  const listener = new Listener();
  const server = await serve(files, await hostPages(), (request, response) => listener.answer(request, response), POLICY);
  const context = await (await browser()).newContext();
  const page = await context.newPage();
  /** @type {Set<string>} */
  const problems = new Set();
  const short = (/** @type {string} */ url) => url.replace(server.origin, "").replace(/\?.*/, "");
  page.on("pageerror", (error) => problems.add(String(error.message).split("\n")[0]));
  // What is on its way when the learner leaves is cut off at another place each time.
  page.on("requestfailed", (request) => /^blob:|\/lrs\//.test(short(request.url())) || problems.add(`not loaded: ${short(request.url())}`));
  page.on("response", (response) => response.status() >= 400 && !/favicon|\/lrs\//.test(response.url()) && problems.add(`${response.status()}: ${short(response.url())}`));
  page.on("dialog", (dialog) => dialog.accept());
  await page.goto(`${server.origin}/`);
  const url = new URL(`${server.origin}/content/${address}`);
  for (const [name, value] of launchParameters(standard, server.origin)) url.searchParams.set(name, value);
  const isScorm = standard === "scorm12" || standard === "scorm2004";
  const plain = url.pathname + (isScorm ? new URL(`http://x/${address}`).search : url.search) + url.hash;
  await page.evaluate((given) => window.host.launch(given), {
    standard: /** @type {import("./host.mjs").Standard} */ (isScorm ? standard : "scorm12"),
    url: plain,
    state: null,
    faults: { noApi: !isScorm },
    via: /** @type {const} */ ("frame"),
  });
  const heard = async () => [...(await page.evaluate(() => window.host.calls)).map(({ method, values, result }) => lasting(`${method}(${values.join(", ")}) = ${result}`)), ...listener.said];
  await quiet(page, heard);
  const title = await page.frames().at(-1)?.title().catch(() => "") ?? "";
  await page.evaluate(() => Promise.race([window.host.leave(), new Promise((late) => setTimeout(late, 2000))]));
  await page.waitForTimeout(100);
  const said = await heard();
  await context.close();
  server.close();
  // Clocks of the content decide how often it says the same again.
  return { said: said.filter((call, n) => call !== said[n - 1]), asked: [...listener.asked].sort(), problems: [...problems].sort(), title };
}

/** Waits until the page has loaded, and nothing is said any more. @param {import("playwright-core").Page} page @param {() => Promise<string[]>} heard */
async function quiet(page, heard) {
  const start = Date.now();
  await page.waitForLoadState("networkidle", { timeout: LONGEST }).catch(() => undefined);
  let last = -1;
  let since = Date.now();
  while (Date.now() - since < QUIET && Date.now() - start < LONGEST) {
    await page.waitForTimeout(100);
    const { length } = await heard();
    if (length !== last) [last, since] = [length, Date.now()];
  }
}
