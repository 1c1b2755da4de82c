// A server with the demo library, and people who are signed in to it in a real browser.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const LCMS = process.env.LCMS;
const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** The library alone, or what people did with it before, too. */
export async function world({ story = false } = {}) {
  if (!LCMS) throw new Error("LCMS names the lcms binary");
  const data = mkdtempSync(join(tmpdir(), "lcms-web-"));
  const server = spawn(LCMS, ["demo", ...(story ? [] : ["--library-only"]), "--data", data, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  server.stdout.setEncoding("utf8");
  server.stderr.on("data", () => {});
  while (!/Stop with Ctrl-C/.test(said)) {
    const [chunk] = await Promise.race([once(server.stdout, "data"), once(server, "exit").then(() => { throw new Error(`lcms ended: ${said}`); })]);
    said += chunk;
  }
  server.stdout.on("data", () => {});
  const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said)[0];
  const password = readFileSync(join(data, "demo-password"), "utf8").trim();
  const token = readFileSync(join(data, "demo-token"), "utf8").trim();
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
  const contexts = [];

  /** What the API answers a program. */
  const api = async (path, { method = "GET", body, headers = {} } = {}) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const response = await fetch(address + path, { method, ...sent, headers: { authorization: `Bearer ${token}`, ...sent.headers, ...headers } });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return { tag: response.headers.get("etag"), value: text ? JSON.parse(text) : undefined };
  };
  /** Waits until a search finds it. */
  const found = async (query) => {
    for (let n = 0; n < 60; n++) {
      const { value } = await api(`/api/v1/search?${query}`);
      if (value.total > 0) return value.hits[0];
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error(`nothing is found for ${query}`);
  };

  return {
    address, password, api, found, browser,
    /** A page on which that person is signed in; whatever its console complains of fails the test that ends it. */
    async person(name, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true, ...options });
      contexts.push(context);
      const page = await context.newPage();
      page.complaints = [];
      page.on("pageerror", (error) => page.complaints.push(String(error)));
      page.on("console", (message) => {
        // What the server refuses is shown to the person and is no fault of the page.
        if (message.type() === "error" && !/Failed to load resource/.test(message.text())) page.complaints.push(message.text());
      });
      await page.goto(`${address}/sign-in`);
      await page.getByLabel("Name").fill(name);
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { level: 1, name: /Good/ }).waitFor();
      return page;
    },
    async end() {
      await browser.close();
      server.kill("SIGTERM");
      await once(server, "exit");
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** What axe finds on the page as it is. */
export async function findings(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: AXE });
  await session.detach();
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { iframes: false, resultTypes: ["violations"] });
    return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`);
  });
}
