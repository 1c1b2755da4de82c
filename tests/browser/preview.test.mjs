/**
 * Previews: content runs in the player beside a runtime of ours, in an origin from which nothing of the application can be
 * reached. LCMS names the binary.
 */

import { test, describe, before, after } from "node:test";
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { once } from "node:events";
import { createServer as createHttp } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { findings } from "./axe.mjs";

const program = process.env.LCMS ?? "";
if (!program) throw new Error("LCMS must name the lcms binary");
const fixtures = path.resolve(import.meta.dirname, "../../fixtures");
const SECRET = "the-session-of-the-person-looking";

/** A port that is free now. @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

/** @type {string} */ let data;
/** @type {string} */ let app;
/** @type {number} */ let previewPort;
/** @type {string} */ let token;
/** @type {import("node:child_process").ChildProcess} */ let server;
/** @type {import("playwright-core").Browser} */ let browser;

before(async () => {
  data = await mkdtemp(path.join(tmpdir(), "lcms-preview-"));
  const lcms = (/** @type {string[]} */ ...args) => execFileSync(program, [...args, "--data", data], { encoding: "utf8" });
  lcms("import", path.join(fixtures, "demo"));
  lcms("user", "add", "ada", "--role", "admin");
  token = lcms("token", "create", "--user", "ada").trim();
  const port = await freePort();
  previewPort = await freePort();
  app = `http://127.0.0.1:${port}`;
  server = spawn(program, ["serve", "--data", data, "--listen", `127.0.0.1:${port}`, "--preview-listen", `127.0.0.1:${previewPort}`], { stdio: "ignore" });
  for (let tries = 0; ; tries += 1) {
    if (await fetch(`${app}/healthz`).then(({ ok }) => ok, () => false)) break;
    if (tries > 100) throw new Error("the server does not answer");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  server?.kill();
  if (data) await rm(data, { recursive: true, force: true });
});

/** Asks the application for a preview. @param {object} wanted @returns {Promise<{ status: number, body: any }>} */
async function ask(wanted) {
  const answer = await fetch(`${app}/api/v1/previews`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(wanted),
  });
  return { status: answer.status, body: await answer.json() };
}

/** @param {object} wanted @returns {Promise<string>} */
async function addressOf(wanted) {
  const { status, body } = await ask(wanted);
  assert.equal(status, 201, JSON.stringify(body));
  return body.url;
}

/** The frame in which the content runs. @param {import("playwright-core").Page} page */
async function contentOf(page) {
  for (let tries = 0; tries < 100; tries += 1) {
    const frame = page.frames().find((each) => each.url().includes("/content/sco/"));
    if (frame) {
      await frame.waitForSelector("html[data-lcms=running]");
      return frame;
    }
    await page.waitForTimeout(50);
  }
  throw new Error("no content is shown");
}

const COURSE = "support/support-fundamentals";

describe("what is shown", () => {
  for (const format of ["scorm12", "scorm2004-4"]) {
    test(`a course as ${format} plays, and calls and values show as they happen`, async () => {
      const page = await browser.newPage();
      await page.goto(await addressOf({ component: COURSE, format, when: ["audience=agent"] }));
      const frame = await contentOf(page);
      const calls = page.locator("#calls li");
      await page.waitForFunction(() => /Initialize\(""\) → "true"/.test(String(document.querySelector("#calls")?.textContent)));
      const made = await calls.count();
      await frame.locator(".lcms-next").click();
      await page.waitForFunction((count) => document.querySelectorAll("#calls li").length > count, made);
      const values = await page.locator("#values").innerText();
      assert.match(values, /suspend_data/);
      // To ask for what was never set is an error in 2004, and no fault.
      const errors = (await page.locator("#calls li[data-error]").allInnerTexts()).filter((call) => !/^GetValue.*error 403/.test(call));
      assert.deepEqual(errors, []);
      const place = await frame.evaluate(() => document.querySelector("article:not([hidden])")?.id);
      await page.locator("#reload").click();
      await page.waitForTimeout(300);
      const again = await contentOf(page);
      assert.equal(await again.evaluate(() => document.querySelector("article:not([hidden])")?.id), place, "it resumes where it was left");
      await page.locator("#reset").click();
      await page.waitForTimeout(600);
      const anew = await contentOf(page);
      assert.notEqual(await anew.evaluate(() => document.querySelector("article:not([hidden])")?.id), place, "it begins anew");
      await page.close();
    });
  }

  test("a course as cmi5 is launched by an LMS that shows statements and documents as they come", async () => {
    const page = await browser.newPage();
    await page.goto(await addressOf({ component: COURSE, format: "cmi5", when: ["audience=agent"] }));
    const frame = await contentOf(page);
    const said = () => page.locator("#calls").innerText();
    await page.waitForFunction(() => /POST statements\("initialized"\) → "200"/.test(String(document.querySelector("#calls")?.textContent)));
    await frame.locator(".lcms-next").click();
    await page.waitForFunction(() => /PUT activities\/state\("lcms-player"\) → "204"/.test(String(document.querySelector("#calls")?.textContent)));
    assert.match(await page.locator("#values").innerText(), /moveOn\s+\w+: not yet/);
    assert.match(await page.locator("#values").innerText(), /lcms-player/);
    assert.equal(await page.locator("#calls li[data-error]").count(), 0, await said());
    const place = await frame.evaluate(() => document.querySelector("article:not([hidden])")?.id);
    await page.locator("#reload").click();
    await page.waitForTimeout(800);
    const again = await contentOf(page);
    assert.equal(await again.evaluate(() => document.querySelector("article:not([hidden])")?.id), place, "it resumes where it was left");
    assert.match(await page.locator("#values").innerText(), /progress\s+\d+/, "what it said when it ended was heard");
    await page.locator("#reset").click();
    await page.waitForTimeout(800);
    const anew = await contentOf(page);
    assert.notEqual(await anew.evaluate(() => document.querySelector("article:not([hidden])")?.id), place, "it begins anew");
    await page.close();
  });

  test("the LMS for cmi5 refuses what cmi5 does not allow, and says why", async () => {
    const page = await browser.newPage();
    await page.goto(await addressOf({ component: COURSE, format: "cmi5", when: ["audience=agent"] }));
    const frame = await contentOf(page);
    const answers = await frame.evaluate(async () => {
      const given = new URLSearchParams(location.search);
      const endpoint = String(given.get("endpoint"));
      const second = await (await fetch(String(given.get("fetch")), { method: "POST" })).json();
      const stranger = await fetch(`${endpoint}statements`, { method: "POST", headers: { "x-experience-api-version": "1.0.3" }, body: "[]" });
      const nowhere = await fetch(`${endpoint}nothing`, { headers: { authorization: "Basic no", "x-experience-api-version": "1.0.3" } });
      return { second: second["error-code"], stranger: stranger.status, nowhere: nowhere.status };
    });
    assert.deepEqual(answers, { second: "1", stranger: 401, nowhere: 401 });
    assert.match(await page.locator("#calls li[data-error]").first().innerText(), /the token is not the one that was given/);
    await page.close();
  });

  test("a web site runs as it is and reports to nobody", async () => {
    const site = await browser.newPage();
    await site.goto(await addressOf({ component: COURSE, format: "html" }));
    await contentOf(site);
    assert.match(await site.locator("#note").innerText(), /reports to no LMS/);
    assert.deepEqual([await site.locator("#runtime").isVisible(), await site.locator("#toggle").isVisible()], [false, false]);
    await site.close();
  });

  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    for (const width of [1440, 360]) {
      test(`axe finds nothing on the page around it, ${colorScheme}, ${width} px`, async () => {
        const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
        await page.goto(await addressOf({ component: COURSE, format: "scorm2004-4" }));
        await contentOf(page);
        // A small screen is the content's until the runtime is asked for.
        assert.equal(await page.locator("#runtime").isVisible(), width > 640);
        if (width <= 640) await page.locator("#toggle").click();
        await page.locator("#calls li").first().waitFor();
        assert.deepEqual(await findings(page), []);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, "nothing is cut off");
        await page.close();
      });
    }
  }

  test("a page by itself is shown, and one that is not there is refused by name", async () => {
    const topics = await fetch(`${app}/api/v1/components?kind=topic&limit=50`, { headers: { authorization: `Bearer ${token}` } });
    const { items } = /** @type {any} */ (await topics.json());
    for (const { library_key: library, key } of items.slice(0, 5)) await addressOf({ component: `${library}/${key}` });
    assert.equal((await ask({ component: "support/none" })).status, 404);
    assert.equal((await ask({})).status, 400);
  });
});

describe("what cannot be reached", () => {
  test("content has no way to the session of the application, however it is opened", async () => {
    const context = await browser.newContext();
    await context.addCookies([{ name: "session", value: SECRET, url: app }]);
    const sent = /** @type {string[]} */ ([]);
    context.on("request", (request) => {
      if (request.url().includes(`:${previewPort}`)) void request.allHeaders().then(({ cookie }) => cookie && sent.push(cookie));
    });
    const url = await addressOf({ component: COURSE, format: "scorm12", when: ["audience=agent"] });
    // A page of the application's host shows the preview inside: cookies ignore ports.
    const shows = createHttp((_, answer) => {
      answer.setHeader("content-type", "text/html");
      answer.end(`<title>App</title><p id="secret">${SECRET}</p><iframe src="${url}"></iframe>`);
    }).listen(0, "127.0.0.1");
    await once(shows, "listening");
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (shows.address()).port}/`);
    const frame = await contentOf(page);
    // What follows runs as a script inside the content would.
    const found = await frame.evaluate(async (address) => {
      /** @type {Record<string, string>} */
      const reached = {};
      const attempt = async (/** @type {string} */ name, /** @type {() => unknown} */ act) => {
        try {
          reached[name] = String(await act());
        } catch {
          reached[name] = "no";
        }
      };
      await attempt("cookie", () => document.cookie || "no");
      await attempt("application page", () => window.top?.document.body.textContent);
      await attempt("interface with the session", () => fetch(`${address}/api/v1/me`, { credentials: "include" }).then(({ status }) => status));
      await attempt("form", () => new Promise((resolve) => {
        document.addEventListener("securitypolicyviolation", () => resolve("no"), { once: true });
        const form = document.createElement("form");
        form.method = "post";
        form.action = `${address}/api/v1/libraries`;
        form.target = "_self";
        document.body.append(form);
        form.submit();
        setTimeout(() => resolve("sent"), 500);
      }));
      return reached;
    }, app);
    assert.equal(found.cookie, "no");
    assert.equal(found["application page"], "no");
    assert.equal(found["interface with the session"], "no");
    assert.equal(found.form, "no");
    assert.deepEqual(sent, [], "no cookie went to the preview's host");
    await context.close();
    shows.close();
  });

  test("content is served under its own host name only, and to nobody without the address", async () => {
    const url = new URL(await addressOf({ component: COURSE, format: "scorm12" }));
    assert.equal(url.hostname, "preview.localhost");
    const get = (/** @type {string} */ where, /** @type {string} */ host) =>
      new Promise((resolve, reject) => {
        import("node:http").then(({ request }) => {
          request({ host: "127.0.0.1", port: previewPort, path: where, headers: { host } }, (answer) => {
            answer.resume();
            resolve({ status: answer.statusCode, headers: answer.headers });
          }).on("error", reject).end();
        });
      });
    const own = /** @type {any} */ (await get(url.pathname, url.host));
    assert.equal(own.status, 200);
    assert.equal(own.headers["set-cookie"], undefined);
    assert.equal(own.headers["cache-control"], "no-store");
    for (const host of [`127.0.0.1:${previewPort}`, `localhost:${previewPort}`, new URL(app).host]) {
      assert.equal(/** @type {any} */ (await get(url.pathname, host)).status, 421, host);
    }
    assert.equal(/** @type {any} */ (await get(`/${"0".repeat(64)}/`, url.host)).status, 404);
    assert.equal(/** @type {any} */ (await get("/api/v1/me", url.host)).status, 404);
    assert.equal(/** @type {any} */ (await get(`${url.pathname}content/..%2F..%2Flcms.db`, url.host)).status, 404);
  });
});
