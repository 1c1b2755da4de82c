// What pages ask for again when somebody else changed something: what it touches, and nothing else.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { world } from "./world.mjs";

let lcms;
let page;
before(async () => {
  lcms = await world();
  await lcms.found("q=ticket&kind=topic");
});
after(() => lcms?.end());
afterEach(async () => {
  if (!page) return;
  assert.deepEqual(page.complaints, []);
  await page.context().close();
  page = undefined;
});

const create = async (kind, key, content) => {
  const { tag, value } = await lcms.api("/api/v1/components", { method: "POST", body: { library: "support", key, kind, content } });
  return { id: value.component.id, tag };
};
const placing = (...of) => of.map(({ id }) => ({ component: id }));
/** What the page asks the API for from now on; beats of presence are no questions. */
const listen = () => {
  const asked = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith("/api/") && !pathname.endsWith("/presence")) asked.push(pathname.replace("/api/v1/", ""));
  });
  return asked;
};
const quiet = () => page.waitForLoadState("networkidle");

test("a save elsewhere asks only for the outline that shows it and the sum", async () => {
  page = await lcms.person("arto");
  const topics = [];
  for (const n of [1, 2, 3]) topics.push(await create("topic", `live-${String(n)}`, { title: `Live topic ${String(n)}`, body: "As it was." }));
  const lessons = [];
  for (const [n, topic] of topics.entries()) lessons.push(await create("lesson", `live-lesson-${String(n)}`, { title: `Live lesson ${String(n + 1)}`, placements: placing(topic) }));
  const course = await create("course", "live-course", { title: "A live course", placements: placing(...lessons) });
  await page.goto(`${lcms.address}/components/${course.id}/outline`);
  await page.getByRole("treeitem", { name: /Live topic 3/ }).waitFor();
  await page.waitForTimeout(2500);
  await quiet();
  const asked = listen();
  const saved = await lcms.api(`/api/v1/components/${topics[1].id}`, { method: "PUT", headers: { "if-match": topics[1].tag }, body: { content: { title: "Renamed from elsewhere", body: "Other words." } } });
  await page.getByRole("treeitem", { name: /Renamed from elsewhere/ }).waitFor();
  await page.waitForTimeout(1500);
  await quiet();
  assert.deepEqual([...new Set(asked)].filter((path) => path.includes("placements")), [`components/${lessons[1].id}/placements`]);
  assert.deepEqual(asked.filter((path) => path.endsWith("/coverage")), [`components/${course.id}/coverage`]);
  assert.ok(asked.length <= 3, asked.join("\n"));

  // What nobody on this page shows asks for nothing at all.
  const before = asked.length;
  const other = await create("topic", "live-elsewhere", { title: "Shown nowhere here", body: "Words." });
  await lcms.api(`/api/v1/components/${other.id}`, { method: "PUT", headers: { "if-match": other.tag }, body: { content: { title: "Shown nowhere here", body: "More." } } });
  await page.waitForTimeout(3000);
  assert.deepEqual(asked.slice(before).filter((path) => !path.startsWith("search")), []);

  // Ten saves in a row are one round.
  const round = asked.length;
  let { tag } = saved;
  for (let n = 0; n < 10; n++) {
    ({ tag } = await lcms.api(`/api/v1/components/${topics[1].id}`, { method: "PUT", headers: { "if-match": tag }, body: { content: { title: `Turn ${String(n)}`, body: "Other words." } } }));
  }
  await page.getByRole("treeitem", { name: /Turn 9/ }).waitFor();
  await page.waitForTimeout(2500);
  const turns = asked.slice(round).filter((path) => path.includes("placements"));
  assert.ok(turns.length <= 3, turns.join("\n"));
});

test("a component that is open follows another's save and leaves the rest alone; the first page reads the news from the stream", async () => {
  page = await lcms.person("arto");
  const topic = await create("topic", "live-open", { title: "Open while saved", body: "As it was." });
  await page.goto(`${lcms.address}/`);
  await page.getByRole("heading", { name: "What changed" }).waitFor();
  await page.waitForTimeout(2500);
  await quiet();
  const asked = listen();
  await lcms.api(`/api/v1/components/${topic.id}`, { method: "PUT", headers: { "if-match": topic.tag }, body: { content: { title: "Open while saved", body: "Changed by them." } } });
  await page.locator(".rows").getByRole("link", { name: "Open while saved" }).first().waitFor();
  await page.waitForTimeout(1500);
  await quiet();
  assert.deepEqual(asked.filter((path) => path.startsWith("events")), [], "the stream said it");
  assert.deepEqual(asked.filter((path) => path.includes("reports")), [], "a report is not worked out after each save");

  await page.goto(`${lcms.address}/components/${topic.id}`);
  await page.frameLocator("iframe").getByText("Changed by them.").waitFor();
  await page.waitForTimeout(1500);
  asked.length = 0;
  const { tag } = await lcms.api(`/api/v1/components/${topic.id}`);
  await lcms.api(`/api/v1/components/${topic.id}`, { method: "PUT", headers: { "if-match": tag }, body: { content: { title: "Open while saved", body: "And once more." } } });
  await page.frameLocator("iframe").getByText("And once more.").waitFor();
  await page.waitForTimeout(1000);
  assert.deepEqual(asked.filter((path) => path.startsWith("components/") && !path.includes(topic.id)), []);
});
