// Looks at every screen: pictures at three widths in both looks, what axe finds, and what the console says.
// node e2e/shots.mjs ADDRESS PASSWORD FOLDER [name …]
import { readFileSync, mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [address, password, folder, ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const sizes = [[1440, 900], [768, 1000], [360, 760]];
let found = 0;

for (const theme of ["light", "dark"]) {
  const context = await browser.newContext({ colorScheme: theme, viewport: { width: 1440, height: 900 }, bypassCSP: false });
  const page = await context.newPage();
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) console.log(`  console ${page.url()}: ${message.text().slice(0, 240)}`); });
  page.on("pageerror", (error) => console.log(`  error ${page.url()}: ${error.message.slice(0, 300)}`));
  await page.goto(`${address}/sign-in`);
  const ask = async (path) => (await (await page.request.get(address + path)).json());
  const shots = async (name, act) => {
    if (only.length > 0 && !only.includes(name)) return;
    for (const [width, height] of sizes) {
      await page.setViewportSize({ width, height });
      if (act) await act();
      await page.waitForLoadState("networkidle").catch(() => {});
      await page.waitForTimeout(350);
      await page.screenshot({ path: `${folder}/${name}-${width}-${theme}.png` });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1);
      if (overflow) console.log(`  ${name} ${width}: wider than the window`);
      const result = await page.evaluate(async (source) => {
        // The page's policy forbids scripts from elsewhere; this one comes from the tool itself.
        if (!window.axe) (0, new Function(source))();
        return (await window.axe.run(document, { iframes: false, resultTypes: ["violations"] })).violations.map((one) => `${one.id}: ${one.nodes.slice(0, 4).map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
      }, axe).catch((error) => [String(error).slice(0, 200)]);
      for (const one of result) { found += 1; console.log(`  axe ${name} ${width} ${theme}: ${one}`); }
    }
  };
  await shots("sign-in", () => page.goto(`${address}/sign-in`));
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${address}/sign-in`);
  await page.getByLabel("Name").fill("demo");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname === "/");
  const of = async (kind, q = "") => (await ask(`/api/v1/search?kind=${kind}&limit=1&q=${q}`)).hits[0]?.component;
  const [topic, course, question, asset, assessment] = [await of("topic", "ticket"), await of("course"), await of("question"), await of("asset"), await of("assessment")];
  const go = (path) => () => page.goto(address + path);
  await shots("home", go("/"));
  await shots("search", go("/search?q=ticket"));
  await shots("edits", go("/edits"));
  await shots("vocabularies", go("/libraries/support"));
  await shots("metadata-rules", go("/libraries/support/metadata"));
  await shots("synonyms", go("/libraries/support/synonyms"));
  await shots("report", go("/reports/support/no_steward"));
  await shots("import", go("/import"));
  await shots("courses", go("/courses"));
  await shots("topic", go(`/components/${topic}`));
  await shots("source", go(`/components/${topic}/source`));
  await shots("metadata", go(`/components/${topic}/metadata`));
  await shots("history", go(`/components/${topic}/history`));
  await shots("uses", go(`/components/${topic}/uses`));
  await shots("releases", go(`/components/${course}/releases`));
  await shots("edit", go(`/components/${topic}/edit`));
  await shots("edit-question", go(`/components/${question}/edit`));
  await shots("edit-asset", go(`/components/${asset}/edit`));
  await shots("edit-assessment", go(`/components/${assessment}/edit`));
  await shots("new", go("/new?kind=question"));
  await shots("outline", async () => { await page.goto(`${address}/components/${course}/outline`); await page.getByRole("tree").focus(); await page.keyboard.press("ArrowDown"); });
  const release = (await ask(`/api/v1/components/${course}/releases`)).items[0]?.id;
  if (release) await shots("release", go(`/releases/${release}`));
  await shots("branches", go("/branches"));
  const branch = (await ask("/api/v1/branches")).items.find((one) => one.name !== "main")?.name;
  if (branch) await shots("branch", go(`/branches/${branch}`));
  await shots("deployments", go("/deployments"));
  await shots("admin", go("/admin"));
  await shots("log", go("/admin/log"));
  await shots("system", go("/admin/system"));
  await shots("account", go("/account"));
  await shots("palette", async () => { await page.goto(`${address}/`); await page.waitForTimeout(300); await page.keyboard.press("Control+k"); await page.keyboard.type("new"); });
  await shots("shortcuts", async () => { await page.goto(`${address}/`); await page.waitForTimeout(300); await page.keyboard.press("?"); });
  await context.close();
}
await browser.close();
console.log(found === 0 ? "axe found nothing" : `axe found ${found}`);
