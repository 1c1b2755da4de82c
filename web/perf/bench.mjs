// How fast the app answers in a browser: first contentful paint, the longest task and the time from each interaction to
// the next paint, on the heavy screens of a big server, with the processor slowed down.
// LCMS=lcms DATA=folder node perf/bench.mjs [--json] [--strict] [--slow 4] [--port 18080] [--app http://…] [screen …]
// --app names where the app is, if another serves it than the binary: `npx vite preview` of files that were just built.
// It starts a server of its own on DATA and writes into it (a user, an outline of 10 000 placements): give it a copy.
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chromium } from "playwright-core";

const args = process.argv.slice(2);
const flag = (name) => { const at = args.indexOf(name); return at >= 0 && args.splice(at, 1).length > 0; };
const option = (name, usual) => { const at = args.indexOf(name); return at < 0 ? usual : args.splice(at, 2)[1]; };
const json = flag("--json");
const strict = flag("--strict");
const slow = Number(option("--slow", "4"));
const port = option("--port", "0");
const app = option("--app", undefined);
const only = args;
const { LCMS, DATA } = process.env;
if (!LCMS || !DATA) throw new Error("LCMS names the lcms binary, DATA a copy of a data directory");

/** The most that a screen may take, in milliseconds. */
const LIMIT = { fcp: 1000, inp: 100 };
const PLACEMENTS = 10_000;
const LESSON = 40;
const NAME = "bench-web";

const password = randomBytes(12).toString("hex");
const lcms = (input, ...words) => spawnSync(LCMS, [...words, "--data", DATA], { input, encoding: "utf8" });
const user = lcms(`${password}\n`, "user", "add", NAME, "--role", "admin", "--password-stdin");
if (user.status !== 0 && lcms(`${password}\n`, "user", "password", NAME).status !== 0) throw new Error(user.stderr);

const server = spawn(LCMS, ["serve", "--data", DATA, "--listen", `127.0.0.1:${port}`], { stdio: ["ignore", "pipe", "pipe"] });
let said = "";
const hear = (chunk) => { said += String(chunk); };
server.stdout.on("data", hear);
server.stderr.on("data", hear);
const over = once(server, "exit").then(() => { throw new Error(`lcms ended: ${said}`); });
over.catch(() => {});
const ADDRESS = /http:\/\/127\.0\.0\.1:\d+/;
while (!ADDRESS.test(said)) await Promise.race([new Promise((resolve) => setTimeout(resolve, 100)), over]);
const address = app ?? ADDRESS.exec(said)[0];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(watch);
  const page = await context.newPage();
  await signIn(page);
  const ask = async (path) => (await page.request.get(`${address}/api/v1/${path}`)).json();
  const { hits: [topic], total } = await ask("search?kind=topic&limit=1&q=a&prefix=true");
  if (!topic) throw new Error("there is no topic to look at");
  const course = await outline(page, ask);
  const cdp = await context.newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: slow });

  const rows = [];
  for (const [name, run] of Object.entries(screens({ page, topic: topic.component, course }))) {
    if (only.length > 0 && !only.includes(name)) continue;
    await page.goto("about:blank");
    const failed = await run().then(() => undefined, (error) => String(error.message).split("\n")[0]);
    await page.waitForTimeout(800);
    rows.push({ screen: name, ...(await page.evaluate(() => window.watched())), ...(failed ? { failed } : {}) });
  }
  print(rows, total);
} finally {
  await browser.close();
  server.kill("SIGTERM");
}

/** Runs in the page before anything else: what the browser itself measures. */
function watch() {
  const interactions = new Map();
  let longest = 0;
  let blocked = 0;
  const observe = (type, see, more = {}) => new PerformanceObserver((list) => list.getEntries().forEach(see)).observe({ type, buffered: true, ...more });
  try {
    observe("longtask", ({ duration }) => { longest = Math.max(longest, duration); blocked += Math.max(0, duration - 50); });
    observe("event", (entry) => {
      if (!entry.interactionId) return;
      const before = interactions.get(entry.interactionId);
      if (before && before.duration >= entry.duration) return;
      const kind = entry.name.startsWith("key") || entry.name === "input" || entry.name === "beforeinput" ? "key" : "click";
      interactions.set(entry.interactionId, { kind, duration: entry.duration });
    }, { durationThreshold: 16 });
  } catch { /* Not a page of the app. */ }
  window.watched = () => {
    const of = (kind) => [...interactions.values()].filter((one) => one.kind === kind).map(({ duration }) => duration).sort((a, b) => a - b);
    const sum = (all) => (all.length === 0 ? undefined : { count: all.length, p98: all[Math.min(all.length - 1, Math.floor(all.length * 0.98))], worst: all.at(-1) });
    return { fcp: performance.getEntriesByName("first-contentful-paint")[0]?.startTime, longest, blocked, key: sum(of("key")), click: sum(of("click")) };
  };
}

async function signIn(page) {
  await page.goto(`${address}/sign-in`);
  await page.getByLabel("Name").fill(NAME);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname === "/");
}

/** A course of many placements, made of what is there; the one of the run before if it is there. */
async function outline(page, ask) {
  const { items: [library] } = await ask("libraries");
  const key = "bench-web-course";
  const known = await page.request.get(`${address}/api/v1/components/${encodeURIComponent(`${library.key}/${key}`)}`);
  if (known.ok()) return (await known.json()).component.id;
  const create = async (kind, key, title, placements) => {
    const response = await page.request.post(`${address}/api/v1/components`, { headers: { origin: address }, data: { library: library.key, key, kind, content: { title, placements: placements.map((component) => ({ component })) } } });
    if (!response.ok()) throw new Error(`${key}: ${await response.text()}`);
    return (await response.json()).component.id;
  };
  const topics = [];
  for (let cursor = ""; topics.length < PLACEMENTS;) {
    const found = await ask(`search?kind=topic&limit=100&facets=false&sort=title${cursor}`);
    topics.push(...found.hits.map((hit) => hit.component));
    if (!found.next) break;
    cursor = `&cursor=${encodeURIComponent(found.next)}`;
  }
  const lessons = [];
  for (let n = 0; n * LESSON < PLACEMENTS; n++) {
    const held = Array.from({ length: LESSON - 1 }, (_, m) => topics[(n * LESSON + m) % topics.length]);
    lessons.push(await create("lesson", `bench-web-lesson-${n}`, `Measured lesson ${n + 1}`, held));
  }
  return create("course", key, "A measured course", lessons);
}

/** What is done on each screen, as a person would: each waits for what they would wait for. */
function screens({ page, topic, course }) {
  const open = (path) => page.goto(address + path);
  const press = async (key, times, pause = 60) => { for (let n = 0; n < times; n++) { await page.keyboard.press(key); await page.waitForTimeout(pause); } };
  const type = (text) => page.keyboard.type(text, { delay: 90 });
  const wheel = async (times) => { for (let n = 0; n < times; n++) { await page.mouse.wheel(0, 900); await page.waitForTimeout(60); } };
  return {
    home: async () => {
      await open("/");
      await page.getByRole("heading", { name: "What changed" }).waitFor();
      await page.locator(".rings").waitFor();
      await press("Control+k", 1, 500);
      await type("safety");
      await page.waitForTimeout(500);
      await press("Escape", 1);
    },
    search: async () => {
      await open("/search");
      await page.locator(".hit").first().waitFor();
      await page.getByRole("combobox", { name: "Search" }).focus();
      await type("the learning of safety");
      await page.locator(".hit").first().waitFor();
      await press("ArrowDown", 15, 90);
      await page.locator(".facets").getByRole("button").nth(3).click().catch(() => {});
      await page.waitForTimeout(600);
    },
    list: async () => {
      await open("/search?sort=title");
      await page.locator(".hit").first().waitFor();
      await page.locator(".hit").first().hover();
      await wheel(80);
      await page.locator(".hit").nth(4).click();
      await page.waitForTimeout(400);
      await press("ArrowDown", 20, 90);
    },
    component: async () => {
      await open(`/components/${topic}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      const tabs = page.getByRole("navigation", { name: "Component" }).getByRole("link");
      for (let n = 1; n < await tabs.count(); n++) { await tabs.nth(n).click(); await page.waitForTimeout(500); }
    },
    editor: async () => {
      await open(`/components/${topic}/edit`);
      await page.getByRole("textbox", { name: "Text", exact: true }).click();
      await press("Control+End", 1);
      await type(" When the machine is warm, open the valve and wait until the lamp is green; then write down what you see.");
      await press("Enter", 2);
      await type("- one\n two\n three");
      await page.waitForTimeout(1500);
    },
    outline: async () => {
      await open(`/components/${course}/outline`);
      await page.getByRole("treeitem").first().waitFor({ timeout: 60_000 });
      await page.waitForFunction((least) => Number.parseInt(document.querySelector(".outline-head [role=status]")?.textContent.replace(/\D/g, "") ?? "0") >= least, PLACEMENTS, { timeout: 60_000 });
      await page.waitForTimeout(1000);
      await page.getByRole("tree").focus();
      await press("ArrowDown", 30, 80);
      await press("End", 1, 300);
      await press("Home", 1, 300);
      await press("Shift+ArrowDown", 10, 80);
      await press("ArrowLeft", 2, 200);
      await press("ArrowRight", 1, 200);
      await page.getByRole("treeitem").nth(5).click();
      await page.waitForTimeout(300);
    },
  };
}

function print(rows, total) {
  if (json) console.log(JSON.stringify({ slow, total, rows }, null, 1));
  const ms = (value) => (value === undefined ? "" : `${Math.round(value)} ms`);
  const of = (one) => (one ? `${ms(one.p98)} / ${ms(one.worst)} (${one.count})` : "");
  const missed = [];
  if (!json) {
    console.log(`${total.toLocaleString("en")} topics, processor ${slow}× slower. Interactions: p98 / worst (how many).\n`);
    console.log("| screen | first contentful paint | longest task | blocked | keys | clicks |\n|---|--:|--:|--:|--:|--:|");
  }
  for (const { screen, fcp, longest, blocked, key, click, failed } of rows) {
    if (!json) console.log(`| ${screen} | ${ms(fcp)} | ${ms(longest)} | ${ms(blocked)} | ${of(key)} | ${of(click)} |`);
    if (failed) missed.push(`${screen}: ${failed}`);
    if (!(fcp < LIMIT.fcp)) missed.push(`${screen}: first contentful paint ${ms(fcp)}`);
    for (const [kind, one] of Object.entries({ key, click })) if (one && one.p98 >= LIMIT.inp) missed.push(`${screen}: ${kind} to next paint ${ms(one.p98)}`);
  }
  if (missed.length > 0) console.error(`\nMissed (${LIMIT.fcp} ms to the first paint, ${LIMIT.inp} ms to the next):\n${missed.map((one) => `- ${one}`).join("\n")}`);
  if (strict && missed.length > 0) process.exitCode = 1;
}
