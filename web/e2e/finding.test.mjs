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
  const words = "quokka beyond measure";
  await page.getByRole("combobox", { name: "Search" }).pressSequentially(words);
  await page.waitForFunction((words) => new URL(location.href).searchParams.get("q") === words, words);
  assert.equal(await page.getByRole("combobox", { name: "Search" }).inputValue(), words, "nothing typed is lost on its way");
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

test("words are replaced in every page that says them: shown in place, done, taken back", async () => {
  const one = await topic("dugong-1", { title: "Where a dugong sleeps", body: "A dugong sleeps by day. The [Dugong guide](https://dugong.example) says so; a dugongish animal does not." });
  await topic("dugong-2", { title: "Feeding", body: "Never feed a **dugong**." });
  await lcms.found("q=dugong");
  const body = async () => (await lcms.api(`/api/v1/components/${one.id}`)).value.content.body;
  page = await lcms.person("arto");
  await open("/search?q=dugong");
  await page.getByText("2 components").waitFor();
  await page.getByRole("button", { name: "Edit all 2" }).click();
  await dialog().getByLabel("What to do").selectOption("Replace words");
  assert.ok(await dialog().getByRole("button", { name: "Preview" }).isDisabled(), "nothing is looked for yet");
  await dialog().getByLabel("Find").fill("dugong");
  await dialog().getByLabel("Replace by").fill("manatee");
  await clean("choosing words");
  await dialog().getByRole("button", { name: "Preview" }).click();
  await dialog().getByRole("button", { name: "Change 2 components" }).waitFor();
  const places = await dialog().locator(".running").allTextContents();
  assert.ok(places.includes("Where a dugongmanatee sleeps"), String(places));
  await dialog().getByText("body · 2 places").waitFor();
  await clean("a preview of words");
  await dialog().getByRole("button", { name: "Change 2 components" }).click();
  await said("2 components changed.");
  assert.equal((await body()).trim(), "A manatee sleeps by day. The [manatee guide](https://dugong.example) says so; a dugongish animal does not.");
  await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await said("Everything is as it was.");
  assert.ok((await body()).startsWith("A dugong sleeps"));
});

test("an objective is found and served by many at once, and taken back", async () => {
  const aim = await lcms.api("/api/v1/components", { method: "POST", body: { library: "support", kind: "objective", key: "aim-potoroo", content: { title: "Greet a potoroo" } } });
  const one = await topic("potoroo-1", { title: "Meeting a potoroo", body: "It comes to you." });
  await topic("potoroo-2", { title: "Leaving a potoroo", body: "Walk slowly." });
  await lcms.found("q=leaving+potoroo&kind=topic");
  const served = async () => (await lcms.api(`/api/v1/components/${one.id}`)).value.content.objectives ?? [];
  page = await lcms.person("arto");
  await open("/search?q=potoroo&kind=topic");
  await page.getByText("2 components").waitFor();
  await page.getByRole("button", { name: "Edit all 2" }).click();
  await dialog().getByLabel("What to do").selectOption("Serve objective");
  assert.ok(await dialog().getByRole("button", { name: "Preview" }).isDisabled(), "no objective is chosen yet");
  await dialog().getByRole("combobox", { name: "Find an objective" }).fill("greet potoroo");
  await dialog().locator(".finder-hit", { hasText: "Greet a potoroo" }).click();
  await clean("choosing an objective");
  await dialog().getByRole("button", { name: "Preview" }).click();
  await dialog().locator("ins", { hasText: "Greet a potoroo" }).first().waitFor();
  await clean("a preview of objectives");
  await dialog().getByRole("button", { name: "Change 2 components" }).click();
  await said("2 components changed.");
  assert.deepEqual((await served()).map((slot) => slot.component), [aim.value.component.id]);
  await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await said("Everything is as it was.");
  assert.deepEqual(await served(), []);
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
  // Nothing is missing before the day is kept, too.
  for (let n = 0; n < 50 && !(await read()).care.review_by; n++) await page.waitForTimeout(100);
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

test("a vocabulary is made from a file, its terms are renamed, moved and merged with their effect shown, and undone", async () => {
  const { id } = await topic("bandicoot", { title: "The bandicoot", body: "A bandicoot sniffs." }, { audience: ["Trainees"] });
  const audience = async () => (await lcms.api(`/api/v1/components/${id}`)).value.metadata.audience;
  page = await lcms.person("demo");
  await open("/libraries/support");
  await heading(/^Words of/);
  await page.getByRole("button", { name: "Vocabulary", exact: true }).click();
  await dialog().getByLabel("Title").fill("Listeners");
  await dialog().getByRole("checkbox", { name: "Audience" }).check();
  const csv = "id,label:en,label:de,alternatives:en,definition:en,broader,deprecated,replaced_by,iri\nstaff,Staff,Personal,,,,,,\ntrainees,Trainees,,Apprentices,Who learns,staff,,,\npartners,Partners,,,,,,,\n";
  await dialog().getByLabel("Terms from a file").setInputFiles({ name: "listeners.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  await clean("making a vocabulary");
  await dialog().getByRole("button", { name: "Preview" }).click();
  await dialog().getByText("No component changes.").waitFor();
  await dialog().getByRole("button", { name: "Change it" }).click();
  const tree = page.getByRole("tree", { name: "Terms of Listeners" });
  await tree.waitFor();
  // By keyboard: down to the trainees, under the staff.
  await tree.focus();
  for (const key of ["ArrowDown", "ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
  await page.getByRole("treeitem", { name: "Trainees", selected: true }).waitFor();
  await page.getByLabel("What it means").first().waitFor();
  await clean("a vocabulary");
  await page.getByRole("button", { name: "Rename" }).click();
  await dialog().getByLabel("Label").fill("Learners");
  await dialog().getByRole("button", { name: "Preview" }).click();
  await dialog().getByRole("link", { name: "support/bandicoot" }).waitFor();
  await clean("the effect of renaming");
  assert.deepEqual(await audience(), ["Trainees"]);
  await dialog().getByRole("button", { name: "Change it" }).click();
  await said("Done; 1 component follows.");
  assert.deepEqual(await audience(), ["Learners"]);
  await page.locator(".toast").getByRole("button", { name: "Undo" }).last().click();
  await said("Everything is as it was.");
  assert.deepEqual(await audience(), ["Trainees"]);
  const act = async (choice) => {
    await page.getByRole("button", { name: /^What to do with/ }).click();
    await page.getByRole("menuitem", { name: choice }).click();
  };
  await page.getByRole("treeitem", { name: "Trainees" }).click();
  await act("Move to the top");
  await dialog().getByText("Elsewhere in the tree").waitFor();
  await dialog().getByRole("button", { name: "Change it" }).click();
  await page.getByRole("treeitem", { name: "Trainees" }).and(page.locator("[aria-level='1']")).waitFor();
  await page.getByRole("treeitem", { name: "Trainees" }).click();
  await act("Merge into another …");
  await dialog().getByRole("radio", { name: "Partners" }).check();
  await dialog().getByRole("button", { name: "Take" }).click();
  await dialog().getByText("Trainees → Partners").waitFor();
  await dialog().getByRole("button", { name: "Change it" }).click();
  await page.getByRole("treeitem", { name: "Trainees" }).waitFor({ state: "detached" });
  assert.deepEqual(await audience(), ["Partners"]);
  // Another term, another language, the history, the file.
  await page.getByRole("button", { name: "Term", exact: true }).click();
  await dialog().getByLabel("Label").fill("Guests");
  await dialog().getByRole("button", { name: "Preview" }).click();
  await dialog().getByRole("button", { name: "Change it" }).click();
  await page.getByRole("treeitem", { name: "Guests", selected: true }).waitFor();
  await page.getByRole("button", { name: "Language" }).click();
  await page.getByLabel("Language", { exact: true }).fill("de");
  await page.getByRole("group", { name: "de" }).getByLabel("Label").fill("Gäste");
  await page.getByRole("button", { name: "Preview" }).click();
  await dialog().getByText("Described otherwise").waitFor();
  await dialog().getByRole("button", { name: "Change it" }).click();
  await said("Done.");
  await page.getByRole("button", { name: "Files, history, settings" }).click();
  await page.getByRole("menuitem", { name: "History" }).click();
  await dialog().getByText(/^\d+\. /).first().waitFor();
  await clean("a history");
  await dialog().getByRole("button", { name: "Close" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    (async () => { await page.getByRole("button", { name: "Files, history, settings" }).click(); await page.getByRole("menuitem", { name: "Download as CSV" }).click(); })(),
  ]);
  let text = "";
  for await (const chunk of await download.createReadStream()) text += chunk;
  assert.match(text, /^guests,partners,Gäste,/m);
});

test("what is asked of metadata and synonyms are changed in forms, by those who may", async () => {
  page = await lcms.person("demo");
  await open("/libraries/support/metadata/assessment");
  await page.getByText("No field is asked for").waitFor();
  await page.getByLabel("Ask for a field", { exact: true }).selectOption("Description");
  await page.getByLabel("When Description is needed").selectOption("For approval");
  await page.getByLabel("What belongs in it").fill("What it tests.");
  await page.getByLabel("Name of a field of your own").fill("level-code");
  await page.getByRole("button", { name: "Add" }).click();
  const own = page.getByRole("group", { name: "Level code" });
  await own.getByText("Values").click();
  await own.getByLabel("Pattern").fill("[A-C][1-2]");
  await own.getByRole("combobox", { name: "Level code: allowed values" }).fill("A1, B1, ");
  await clean("a schema");
  await page.getByRole("button", { name: "Preview" }).click();
  await dialog().getByText("lack something").waitFor();
  await clean("what a schema means");
  await dialog().getByRole("button", { name: "Ask for this" }).click();
  await said("It holds from the next save on.");
  const { value } = await lcms.api("/api/v1/libraries/support/schemas/assessment");
  assert.deepEqual(value.schema.fields, [
    { field: "description", help: "What it tests.", required_from: "approved" }, { field: "custom.level-code", recommended: true, pattern: "[A-C][1-2]", allowed: ["A1", "B1"] },
  ]);
  await page.locator(".toast").getByRole("button", { name: "Undo" }).last().click();
  await page.getByText("No field is asked for").waitFor();
  await open("/libraries/support/synonyms");
  await page.getByRole("textbox", { name: "Synonyms" }).fill("quokka, happy beast\nlone");
  await page.getByText(/only one word: lone/).waitFor();
  await page.getByRole("textbox", { name: "Synonyms" }).fill("quokka, happy beast");
  await clean("synonyms");
  await page.getByRole("button", { name: "Save synonyms" }).click();
  await said("Searches use them at once.");
  assert.equal((await lcms.api("/api/v1/search?q=happy%20beast")).value.hits[0].title, "The quokka");
  await page.context().close();
  page = await lcms.person("rita");
  await open("/libraries/support/metadata");
  await page.getByText("An admin of the library changes").waitFor();
  assert.equal(await page.getByRole("button", { name: "Preview" }).count(), 0);
  await open("/libraries/none");
  await page.getByText("There is no such library").waitFor();
});

test("an admin filters the audit log, takes it as a file and sees how the server fares", async () => {
  page = await lcms.person("demo");
  await open("/admin/log");
  await page.getByRole("listitem").first().waitFor();
  await page.getByLabel("What", { exact: true }).selectOption("changed the synonyms");
  await page.getByRole("listitem").first().getByText("changed the synonyms").waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".log-row").length === 1);
  await clean("the audit log");
  const href = await page.getByRole("link", { name: "Download as CSV" }).getAttribute("href");
  const csv = await page.request.get(lcms.address + href);
  assert.equal((await csv.text()).trim().split("\r\n").length, 2);
  await page.getByLabel("What", { exact: true }).selectOption("Everything");
  await page.getByRole("button", { name: "Component", exact: true }).click();
  await dialog().getByRole("combobox", { name: "Find a component" }).fill("quokka");
  await dialog().locator(".finder-hit", { hasText: "The quokka" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".log-row").length === 1);
  assert.match(page.url(), /component=/);
  await page.getByLabel("Who").selectOption({ index: 1 });
  await page.getByLabel("From").fill("2020-01-01");
  await page.getByLabel("to", { exact: true }).fill("2020-01-02");
  await page.getByText("Nothing of this kind has happened").waitFor();
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByRole("listitem").nth(5).waitFor();
  await open("/admin/system");
  await page.getByText("SQLite").waitFor();
  await page.getByText(/^lcms \d+\.\d+/).waitFor();
  await clean("the system");
});

test("the first page shows how the library is, what is new and what is due; a report is put right at once", async () => {
  const { value: care } = await lcms.api("/api/v1/components/support%2Fseverity-levels/care", { method: "PUT", body: { review_by: "2026-01-31" } });
  assert.equal(care.stale, true);
  await topic("bilby", { title: "The bilby", body: "A quokka smiles; a bilby digs." });
  await lcms.found("q=bilby");
  page = await lcms.person("arto");
  await open("/");
  await page.getByRole("link", { name: /^\d+ % described$/ }).waitFor();
  await page.getByRole("link", { name: /^\d+ % of objectives served$/ }).waitFor();
  await page.locator(".panel", { hasText: "To be looked at again" }).getByRole("link", { name: /since 2026-01-31/ }).waitFor();
  await page.locator(".panel", { hasText: "New in your searches" }).getByText("1 new").waitFor();
  await clean("the first page");
  await open("/reports/support/stale");
  await page.getByRole("button", { name: "Edit all of them" }).click();
  await dialog().getByLabel("What to do").selectOption("Clear");
  await dialog().getByLabel("Field").selectOption("Look again by");
  await dialog().getByRole("button", { name: "Preview" }).click();
  await dialog().getByRole("button", { name: "Change 1 component", exact: true }).click();
  await page.getByText("There is nothing to look at here").waitFor();
  const { value } = await lcms.api("/api/v1/components/support%2Fseverity-levels");
  assert.equal(value.care.review_by, undefined);
});

test("axe finds nothing on the pages of finding and order in the dark and on a phone", async () => {
  const paths = ["/", "/search?q=quokka", "/edits", "/libraries/support", "/libraries/support/vocabularies/listeners", "/libraries/support/metadata", "/libraries/support/synonyms", "/reports/support/no_steward", "/admin/log", "/admin/system"];
  page = await lcms.person("demo", { colorScheme: "dark", viewport: { width: 360, height: 760 } });
  for (const path of paths) {
    await open(path);
    await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
    await page.waitForLoadState("networkidle").catch(() => {});
    await clean(path);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth + 1), `${path} is wider than the window`);
  }
});
