// Finding and keeping order: saved searches, edits of many, what exists already, metadata, words of a library.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { findings, world } from "./world.mjs";

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

const open = (path) => page.goto(lcms.address + path);
const heading = (name) => page.getByRole("heading", { level: 1, name }).waitFor();
const dialog = () => page.getByRole("dialog").last();
const said = (text) => page.locator(".toast").getByText(text).first().waitFor();
const clean = async (what) => assert.deepEqual(await findings(page), [], what);
const kept = async () => (await lcms.api("/api/v1/saved-searches")).value.items;
/** Creates a topic; answers its id and tag. */
async function topic(key, content, metadata) {
  const made = await lcms.api("/api/v1/components", { method: "POST", body: { library: "support", key, kind: "topic", content, ...(metadata ? { metadata } : {}) } });
  return { id: made.value.component.id, tag: made.tag };
}

test("a search is saved, says what is new until it was seen, is renamed and deleted with a way back", async () => {
  page = await lcms.person("arto");
  await open("/search?kind=topic");
  await page.getByRole("combobox", { name: "Search" }).fill("quokka");
  await page.getByText("Nothing was found").waitFor();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await dialog().getByText("It finds “quokka”, Topic.").waitFor();
  await clean("saving a search");
  await dialog().getByLabel("Name").fill("Animals");
  await dialog().getByRole("button", { name: "Save" }).click();
  await page.locator(".saved li.open", { hasText: "Animals" }).waitFor();
  assert.match(page.url(), /saved=/);
  await topic("quokka", { title: "The quokka", body: "A quokka smiles." });
  await lcms.found("q=quokka");
  await open("/search");
  await page.locator(".saved", { hasText: "Animals" }).getByText("1 new").waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find anything" }).fill("animals");
  await page.getByText("Saved search · 1 new").waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".hit", { hasText: "The quokka" }).getByText("new", { exact: true }).waitFor();
  await page.locator(".saved .tab-count").waitFor({ state: "detached" });
  // What is asked is changed: kept as it is now, or as another search.
  await page.getByRole("combobox", { name: "Search" }).fill("quokka smiles");
  await page.getByRole("button", { name: "Keep change" }).click();
  await said("asks for this now");
  assert.equal((await kept()).length, 0, "it is Arto's");
  const menu = async (choice) => {
    await page.getByRole("button", { name: /^Animals.*: rename/ }).click();
    await page.getByRole("menuitem", { name: choice }).click();
  };
  await menu("Rename …");
  await dialog().getByLabel("Name").fill("Animals of Rottnest");
  await dialog().getByRole("button", { name: "Rename" }).click();
  await page.locator(".saved li", { hasText: "Animals of Rottnest" }).waitFor();
  await menu("Share with everybody");
  await said("Everybody sees it now");
  assert.deepEqual((await kept()).map(({ name, own, search }) => [name, own, search.q]), [["Animals of Rottnest", false, "quokka smiles"]]);
  await menu("Delete");
  await said("is gone");
  await page.locator(".toast").getByRole("button", { name: "Undo" }).last().click();
  await page.locator(".saved li", { hasText: "Animals of Rottnest" }).waitFor();
});

test("a feed's address opens it without signing in, until it is taken away", async () => {
  page = await lcms.person("arto");
  await open("/search");
  const menu = async () => {
    await page.locator(".saved li", { hasText: "Animals" }).getByRole("button").click();
    await page.getByRole("menuitem", { name: "Feed …" }).click();
  };
  await menu();
  await dialog().getByRole("button", { name: "Make an address" }).click();
  const address = (await dialog().getByLabel("Address of the feed").textContent()).trim();
  await clean("a feed's address");
  const feed = await fetch(address);
  assert.equal(feed.headers.get("content-type"), "application/atom+xml");
  assert.match(await feed.text(), /The quokka/);
  await dialog().getByRole("button", { name: "Done" }).click();
  await menu();
  await dialog().getByRole("button", { name: "Take the address away" }).click();
  await said("opens nothing any more");
  assert.equal((await fetch(address)).status, 401);
});

test("many are edited at once: previewed with what is refused, done, undone from the list", async () => {
  const pages = [];
  for (const n of [1, 2, 3]) pages.push(await topic(`wombat-${n}`, { title: `Wombat ${n}`, body: "A wombat digs." }, { tags: ["animals"] }));
  await lcms.found("q=wombat+3");
  await lcms.api("/api/v1/libraries/support/schemas/all", { method: "PUT", body: { schema: { fields: [{ field: "custom.course-code", pattern: "[A-Z]{3}-[0-9]+" }] } } });
  const tags = async (n) => (await lcms.api(`/api/v1/components/${pages[n].id}`)).value.metadata.tags;
  page = await lcms.person("arto");
  await open("/search?q=wombat");
  await page.getByText("3 components").waitFor();
  await page.getByRole("button", { name: "Edit all 3" }).click();
  await dialog().getByRole("combobox", { name: "Value" }).fill("burrows");
  await dialog().getByRole("button", { name: "One more change" }).click();
  const second = dialog().getByRole("group", { name: "Change 2" });
  await second.getByLabel("Field").selectOption("Looked after by");
  await second.getByLabel("Value").selectOption({ label: "Arto Author" }).catch(() => second.getByLabel("Value").selectOption({ index: 1 }));
  await dialog().getByLabel("Why").fill("where they live");
  await clean("choosing a change");
  await dialog().getByRole("button", { name: "Preview" }).click();
  await dialog().getByRole("button", { name: "Change 3 components" }).waitFor();
  assert.equal(await dialog().locator(".touched ins", { hasText: "burrows" }).count(), 3);
  await clean("a preview");
  assert.deepEqual(await tags(0), ["animals"], "a preview changes nothing");
  await dialog().getByRole("button", { name: "Change 3 components" }).click();
  await said("3 components changed.");
  assert.deepEqual(await tags(0), ["animals", "burrows"]);
  // A few that are picked, by keyboard; one of them is refused.
  await page.getByRole("button", { name: "Pick" }).click();
  await page.getByRole("region", { name: "List of hits" }).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await page.getByText("2 picked").waitFor();
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await dialog().getByLabel("What to do").selectOption("Set");
  await dialog().getByLabel("Field").selectOption("Minutes");
  await dialog().getByLabel("Value").fill("5");
  await dialog().getByRole("button", { name: "Preview" }).click();
  await dialog().getByRole("button", { name: "Back" }).click();
  await dialog().getByLabel("Field").selectOption("A field of your own");
  await dialog().getByLabel("Name of the field").fill("course-code");
  await dialog().getByLabel("Value").fill("nonsense");
  await dialog().getByRole("button", { name: "Preview" }).click();
  await dialog().locator(".touched .refused").nth(1).waitFor();
  await dialog().getByText("[A-Z]{3}-[0-9]+").first().waitFor();
  assert.ok(await dialog().getByRole("button", { name: /^Change/ }).isDisabled(), "nothing is left to change");
  await clean("a preview with refusals");
  await page.keyboard.press("Escape");
  // Past edits.
  await lcms.api(`/api/v1/components/${pages[0].id}`, { method: "PUT", headers: { "if-match": (await lcms.api(`/api/v1/components/${pages[0].id}`)).tag }, body: { metadata: { tags: ["mine"] } } });
  await open("/edits");
  await heading("Edits of many components");
  await page.getByRole("button", { name: /where they live/ }).click();
  await dialog().getByRole("link", { name: "support/wombat-2" }).waitFor();
  await dialog().getByRole("button", { name: "Undo all of it" }).click();
  await dialog().getByText("changed since").first().waitFor();
  await clean("an undo that finds changes");
  await dialog().getByRole("button", { name: "Undo the rest" }).click();
  await page.getByText("undone", { exact: true }).waitFor();
  assert.deepEqual(await tags(0), ["mine"]);
  assert.deepEqual(await tags(1), ["animals"]);
});
