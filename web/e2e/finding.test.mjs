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

test("what exists already is told while it is written again, compared, and placed instead", async () => {
  const { value } = await lcms.api("/api/v1/components/support%2Fticket-flow?references=keys");
  const course = await lcms.api("/api/v1/components", { method: "POST", body: { library: "support", key: "short-lesson", kind: "lesson", content: { title: "A short lesson" } } });
  await lcms.found("q=short+lesson");
  page = await lcms.person("arto");
  await open("/new?kind=topic");
  await page.getByRole("textbox", { name: "Title" }).fill("Nothing of the kind");
  await page.getByRole("textbox", { name: "Text", exact: true }).click();
  await page.keyboard.insertText(value.content.body.replaceAll("Close, and learn", "The end"));
  await page.getByText("This exists already:").waitFor();
  const found = page.getByRole("region", { name: "This exists already" });
  await found.getByText(/% the same/).first().waitFor();
  await clean("what exists");
  await found.getByRole("button", { name: `Compare with ${value.content.title}` }).click();
  await dialog().locator("ins", { hasText: "The end" }).waitFor();
  await dialog().locator("del", { hasText: "Close, and learn" }).waitFor();
  await clean("side by side");
  await dialog().getByRole("button", { name: "Place this instead" }).click();
  await dialog().getByRole("combobox", { name: /Find a course/ }).fill("short lesson");
  await dialog().locator(".finder-hit", { hasText: "A short lesson" }).waitFor();
  await clean("placing");
  await dialog().locator(".finder-hit", { hasText: "A short lesson" }).click();
  await page.waitForURL(/outline/);
  await said("is placed there");
  const { value: placed } = await lcms.api(`/api/v1/components/${course.value.component.id}/placements`);
  assert.equal(placed.placements?.length ?? placed.items.length, 1);
});

test("metadata is written in a form that the library's rules make, with terms, suggestions and care", async () => {
  const { id } = await topic("numbat", { title: "The numbat", body: "A numbat eats termites." });
  await lcms.api("/api/v1/libraries/support/vocabularies/subjects", { method: "PUT", body: { vocabulary: {
    title: "Subjects", fields: ["keywords"], closed: true,
    terms: [{ id: "animals", labels: { en: "Animals" } }, { id: "marsupials", labels: { en: "Marsupials" }, broader: "animals", alternatives: { en: ["Pouched ones"] } }, { id: "birds", labels: { en: "Birds" }, broader: "animals" }],
  } } });
  const before = await lcms.api("/api/v1/libraries/support/schemas/all").catch(() => undefined);
  await lcms.api("/api/v1/libraries/support/schemas/all", { method: "PUT", headers: before ? { "if-match": before.tag } : {}, body: { schema: { fields: [
    { field: "description", required_from: "in_review", help: "One sentence." },
    { field: "licence", required_from: "approved", allowed: ["CC-BY-4.0", "proprietary"], default: ["proprietary"] },
    { field: "keywords", recommended: true }, { field: "custom.course-code", pattern: "[A-Z]{3}-[0-9]+" }, { field: "steward", required_from: "approved" },
  ] } } });
  page = await lcms.person("arto");
  await open(`/components/${id}/metadata`);
  const asked = page.getByRole("region", { name: "What the library asks for" });
  await asked.getByLabel("Description").fill("What a numbat is.");
  await asked.getByText("Left empty, a save fills in proprietary.").waitFor();
  await asked.getByRole("button", { name: "Choose" }).click();
  await clean("choosing terms");
  await dialog().getByLabel("Find a term").fill("pouched");
  await dialog().getByRole("checkbox", { name: /Marsupials/ }).check();
  await dialog().getByRole("button", { name: "Take" }).click();
  await asked.getByRole("combobox", { name: "Keywords" }).fill("bir");
  await page.keyboard.press("Enter");
  await page.getByLabel("Course code").fill("nonsense");
  await page.getByRole("combobox", { name: "Tags" }).fill("termites,");
  await page.getByRole("button", { name: "Save metadata" }).click();
  await page.locator("#field-custom\\.course-code").getByRole("alert").waitFor();
  await clean("a refused save");
  await page.getByLabel("Course code").fill("NUM-1");
  await page.getByRole("button", { name: "Save metadata" }).click();
  await said("Saved as @2.");
  await page.locator("#field-licence").getByRole("combobox").filter({ hasText: "proprietary" }).waitFor();
  const read = async () => (await lcms.api(`/api/v1/components/${id}`)).value;
  const { metadata } = await read();
  assert.deepEqual(metadata, { description: "What a numbat is.", keywords: ["Birds", "Marsupials"], licence: "proprietary", tags: ["termites"], custom: { "course-code": "NUM-1" } });
  await page.getByText("Looked after by needed for approval").waitFor();
  await page.getByLabel("Looked after by").selectOption({ index: 1 });
  await said("the approval stays");
  await page.getByRole("button", { name: "in 6 months" }).click();
  await page.getByText("Nothing is missing.").waitFor();
  const { care } = await read();
  assert.ok(care.steward && care.review_by, "both are kept");
  await page.locator(".toast").getByRole("button", { name: "Undo" }).last().click();
  await said("As it was.");
  assert.equal((await read()).care.review_by, undefined);
  // A suggestion is one click; an objective is served at once, with a way back.
  const flow = (await lcms.api("/api/v1/components/support%2Fticket-flow")).value;
  const { value: suggested } = await lcms.api(`/api/v1/components/${flow.component.id}/suggestions`);
  await open(`/components/${flow.component.id}/metadata`);
  await page.getByRole("button", { name: suggested.tags[0].tag }).click();
  await page.locator("#field-tags .chip", { hasText: suggested.tags[0].tag }).waitFor();
  await page.getByRole("button", { name: "Take back" }).click();
  await page.getByRole("button", { name: suggested.objectives[0].title }).click();
  await said("It serves");
  const served = async () => (await lcms.api(`/api/v1/components/${flow.component.id}`)).value.content.objectives?.length ?? 0;
  const few = flow.content.objectives?.length ?? 0;
  assert.equal(await served(), few + 1);
  await page.locator(".toast").getByRole("button", { name: "Undo" }).last().click();
  await page.getByRole("button", { name: suggested.objectives[0].title }).waitFor();
  assert.equal(await served(), few);
});
