// Making and reusing: courses of thirty lessons, translations, where something is used, media, questions, conflicts.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { closeBrowser, openPackage } from "../../tests/browser/host.mjs";
import { play } from "../../tests/browser/learner.mjs";
import { findings, world } from "./world.mjs";

let lcms;
let page;
const LESSONS = Array.from({ length: 30 }, (_, n) => `Kit part ${String(n + 1).padStart(2, "0")}`);
const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

const make = async (kind, key, content, more = {}) => {
  const made = await lcms.api("/api/v1/components", { method: "POST", body: { library: "support", key, kind, content, ...more } });
  return { id: made.value.component.id, tag: made.tag };
};
const save = async (id, content) => {
  const now = await lcms.api(`/api/v1/components/${id}?references=keys`);
  return lcms.api(`/api/v1/components/${id}`, { method: "PUT", headers: { "if-match": now.tag }, body: { content } });
};
const read = async (id) => (await lcms.api(`/api/v1/components/${id}?references=keys`)).value;
const placed = async (id) => (await lcms.api(`/api/v1/components/${id}/placements`)).value.items;
const titles = async (id) => (await placed(id)).map((one) => one.title);
/** Waits until what is asked is what is wanted. */
const becomes = async (ask, wanted) => {
  for (let n = 0; n < 80; n++) {
    if (JSON.stringify(await ask()) === JSON.stringify(wanted)) return;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  assert.deepEqual(await ask(), wanted);
};

before(async () => {
  lcms = await world();
  await lcms.found("q=ticket&kind=topic");
  for (const [n, title] of LESSONS.entries()) await make("lesson", `kit-${String(n + 1)}`, { title, placements: [{ component: "ticket-flow" }] });
  await lcms.found(`q=${encodeURIComponent(LESSONS.at(-1))}&kind=lesson`);
});
after(async () => {
  await closeBrowser();
  await lcms?.end();
});
afterEach(async () => {
  if (!page) return;
  assert.deepEqual(page.complaints, []);
  await page.context().close();
  page = undefined;
});

const open = (path) => page.goto(lcms.address + path);
const heading = (name) => page.getByRole("heading", { level: 1, name }).waitFor();
const clean = async (what) => assert.deepEqual(await findings(page), [], what);

/** Goes on with the Tab key alone until the thing has the focus. */
async function tabTo(wanted, key = "Tab") {
  for (let n = 0; n < 80; n++) {
    if (await wanted.evaluate((element) => element === document.activeElement).catch(() => false)) return;
    await page.keyboard.press(key);
  }
  assert.fail(`${String(wanted)} cannot be reached by ${key}`);
}

test("an architect builds a course of thirty lessons with the keyboard only", async () => {
  page = await lcms.person("ada");
  await open("/new?kind=course");
  await heading("New course");
  await tabTo(page.getByRole("textbox", { name: "Title" }));
  await page.keyboard.type("Thirty by keyboard");
  await tabTo(page.getByRole("button", { name: "Create" }), "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.getByText("Nothing is placed yet").waitFor();
  const course = new URL(page.url()).pathname.split("/")[2];
  const finder = page.getByRole("combobox", { name: "Search what is there" });
  await tabTo(finder);
  for (const title of LESSONS) {
    await page.keyboard.press("Control+a");
    await page.keyboard.type(title);
    await page.locator('.finder-hit[aria-selected="true"]', { hasText: title }).waitFor();
    await page.keyboard.press("Enter");
  }
  await becomes(() => titles(course), LESSONS);

  // The last three go to the top, and back.
  await tabTo(page.getByRole("tree"), "Shift+Tab");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  const at = (title) => page.locator('.outline-row.at[aria-selected="true"]', { hasText: title }).waitFor();
  await at(LESSONS[29]);
  for (const step of ["ArrowLeft", "ArrowUp", "ArrowLeft", "ArrowLeft", "ArrowUp", "ArrowLeft", "ArrowLeft"]) await page.keyboard.press(step);
  await at(LESSONS[27]);
  for (let n = 0; n < 2; n++) await page.keyboard.press("Shift+ArrowDown");
  await page.getByText(/, 3 chosen/).waitFor();
  await page.keyboard.press("Control+x");
  await becomes(() => titles(course), LESSONS.slice(0, 27));
  const before = await placed(course);
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Control+v");
  await becomes(() => titles(course), [LESSONS[0], ...LESSONS.slice(27), ...LESSONS.slice(1, 27)]);
  assert.equal((await placed(course))[0].slot, before[0].slot);
  await page.keyboard.press("Alt+ArrowUp");
  await becomes(() => titles(course), [...LESSONS.slice(27), ...LESSONS.slice(0, 27)]);
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+z");
  await becomes(() => titles(course), LESSONS);
});

test("an architect builds a course of thirty lessons with the mouse", async () => {
  const { id: course } = await make("course", "thirty-by-mouse", { title: "Thirty by mouse" });
  page = await lcms.person("ada");
  await open(`/components/${course}/outline`);
  await page.getByText("Nothing is placed yet").waitFor();
  await page.getByLabel("Kind", { exact: true }).selectOption("lesson");
  await page.getByRole("combobox", { name: "Search what is there" }).fill("kit part");
  for (const title of LESSONS) {
    await page.locator(".finder-hit", { hasText: title }).click();
    await page.locator('.outline-row.at[aria-selected="true"]', { hasText: title }).waitFor();
  }
  await becomes(() => titles(course), LESSONS);
  const row = (title) => page.getByRole("treeitem", { name: new RegExp(`^Lesson: ${title}`) });
  // Only what is on the screen is there to be clicked.
  await page.getByRole("tree").press("Home");
  await row(LESSONS[0]).click();
  await page.keyboard.press("Control+a");
  const several = page.getByRole("region", { name: "Several placements" });
  await several.getByRole("heading", { name: "30 placements" }).waitFor();
  await several.getByLabel("Show").selectOption("pinned");
  await becomes(async () => (await placed(course)).filter(({ policy }) => policy.follow === "pinned").length, 30);
  // Two that are chosen are dragged together.
  await row(LESSONS[1]).click();
  await page.keyboard.down("Control");
  await row(LESSONS[3]).click();
  await page.keyboard.up("Control");
  await page.getByText(/, 2 chosen/).waitFor();
  await row(LESSONS[3]).dragTo(row(LESSONS[0]), { targetPosition: { x: 200, y: 6 } });
  await becomes(async () => (await titles(course)).slice(0, 4), [LESSONS[1], LESSONS[3], LESSONS[0], LESSONS[2]]);
  await page.getByRole("button", { name: /^Undo/ }).click();
  await becomes(() => titles(course), LESSONS);
});

test("what is cut from one course is pasted into another with its slot; what an outline overrides is reset one by one", async () => {
  const overrides = { title: "Called so here", summary: "Said so here" };
  const from = await make("course", "cut-from", { title: "Cut from", placements: [{ component: "kit-1", overrides }, { component: "kit-2" }] });
  const to = await make("course", "paste-to", { title: "Paste to", placements: [{ component: "kit-3" }] });
  const [{ slot }] = await placed(from.id);
  page = await lcms.person("ada");
  await open(`/components/${from.id}/outline`);
  await page.getByRole("treeitem", { name: /Called so here/ }).click();
  await page.keyboard.press("Control+x");
  await becomes(() => titles(from.id), [LESSONS[1]]);
  await open(`/components/${to.id}/outline`);
  await page.getByRole("treeitem", { name: new RegExp(LESSONS[2]) }).click();
  await page.keyboard.press("Control+v");
  await becomes(() => titles(to.id), [LESSONS[2], "Called so here"]);
  assert.equal((await placed(to.id))[1].slot, slot);
  await page.keyboard.press("Control+v");
  await becomes(() => titles(to.id), [LESSONS[2], "Called so here", "Called so here"]);
  assert.notEqual((await placed(to.id))[2].slot, slot, "a slot moves once");
  const different = page.getByRole("group", { name: "Different here" });
  await different.getByText("Said so here").waitFor();
  await clean("the outline");
  await different.getByRole("button", { name: "Reset the title" }).click();
  await becomes(() => titles(to.id), [LESSONS[2], "Called so here", LESSONS[0]]);
  await different.getByText("Said so here").waitFor();
  assert.equal(await different.getByRole("listitem").count(), 1);
});

test("an outline shows as it is for partners: what falls away, how long it takes, what is covered", async () => {
  await make("objective", "kit-goal", { title: "Mend the kit" });
  const body = "For all.\n\n:::when audience=staff\nFor staff.\n:::\n";
  await make("topic", "kit-both", { title: "For both", body, objectives: [{ component: "kit-goal" }] }, { metadata: { duration_minutes: 12 } });
  await make("topic", "kit-staff", { title: "For staff", body: "Text." }, { metadata: { duration_minutes: 30 } });
  const lesson = await make("lesson", "kit-audiences", { title: "Audiences", placements: [{ component: "kit-both" }, { component: "kit-staff", when: { audience: ["staff"] } }] });
  page = await lcms.person("ada");
  await open(`/components/${lesson.id}/outline`);
  const sum = page.getByRole("button", { name: "Duration and objectives" });
  await sum.getByText("42 min").waitFor();
  await page.getByRole("combobox", { name: "audience" }).selectOption("staff");
  await page.waitForFunction(() => new URL(location.href).searchParams.get("when") === "audience=staff");
  assert.equal(await page.locator(".outline-row.dim").count(), 0);
  await open(`/components/${lesson.id}/outline?when=audience%3Dpartner`);
  await sum.getByText("12 min").waitFor();
  await page.locator(".outline-row.dim", { hasText: "For staff" }).waitFor();
  await page.getByRole("treeitem", { name: /For both.*1 part not shown/ }).click();
  await page.getByText("How it looks for audience=partner").click();
  await page.frameLocator("iframe").getByText("For all.").waitFor();
  assert.equal(await page.frameLocator("iframe").getByText("For staff.").count(), 0);
  await sum.click();
  await page.getByRole("row", { name: /Mend the kit/ }).getByText("no test measures it").waitFor();
  await clean("coverage");
});

test("two people see each other on a component, and one who writes is told", async () => {
  const { id } = await make("topic", "kit-presence", { title: "Who is here", body: "Text." });
  page = await lcms.person("arto");
  await open(`/components/${id}/edit`);
  await heading("Who is here");
  const other = await lcms.person("ada");
  await other.goto(`${lcms.address}/components/${id}`);
  await other.getByRole("list", { name: "Also here" }).getByText(/edits it/).waitFor();
  await other.goto(`${lcms.address}/components/${id}/edit`);
  await other.getByText(/edits this too/).waitFor();
  // It comes by itself, and goes with the page.
  await page.getByText(/edits this too/).waitFor({ timeout: 15_000 });
  await clean("the editor with somebody else");
  await other.close();
  await page.getByText(/edits this too/).waitFor({ state: "detached", timeout: 15_000 });
  assert.deepEqual((await lcms.api(`/api/v1/components/${id}/presence`)).value.items.map(({ doing }) => doing), ["writing"]);
  await other.context().close();
});

test("a translation is written beside its source, falls behind, shows what changed and is current again", async () => {
  const { id } = await make("topic", "kit-translated", { title: "Turn it off", body: "Press the button." });
  page = await lcms.person("arto");
  await open(`/components/${id}/translations`);
  await page.getByLabel("Another language").fill("de");
  await page.getByRole("button", { name: "German" }).click();
  await page.getByText("2 strings left").waitFor();
  await page.getByRole("textbox", { name: "Title in German" }).fill("Ausschalten");
  await page.getByRole("textbox", { name: "Body in German" }).click();
  await page.keyboard.type("Den Knopf dr\u00fccken.");
  await clean("a translation");
  await page.getByRole("button", { name: "Save the translation" }).click();
  await page.getByText("German is saved as").waitFor();
  const german = async () => (await lcms.api(`/api/v1/components/${id}/translations/de`)).value;
  assert.equal((await german()).content.body.trim(), "Den Knopf dr\u00fccken.");
  await page.getByRole("button", { name: /German/ }).getByText("current").waitFor();
  await save(id, { title: "Turn it off", body: "Press the red button." });
  await page.getByRole("button", { name: /German/ }).getByText("behind its source").waitFor();
  await page.getByRole("button", { name: "What changed in the source" }).click();
  await page.getByRole("dialog").locator("ins", { hasText: "red" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Look at it" }).click();
  await page.frameLocator("iframe").getByText("Den Knopf dr\u00fccken.").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Still right: mark as current" }).click();
  await becomes(async () => (await german()).state, "current");

  // Somebody else saves it while it is changed here.
  await page.getByRole("button", { name: /German/ }).getByText("current").waitFor();
  await page.getByRole("textbox", { name: "Title in German" }).fill("Meins");
  const now = await lcms.api(`/api/v1/components/${id}/translations/de`);
  const theirs = { content: { title: "Ihres", body: "Den roten Knopf dr\u00fccken." } };
  await lcms.api(`/api/v1/components/${id}/translations/de`, { method: "PUT", headers: { "if-match": now.tag }, body: theirs });
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("theirs is shown below yours").waitFor();
  await page.getByText("Ihres").waitFor();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await becomes(async () => { const { content } = await german(); return [content.title, content.body.trim()]; }, ["Meins", "Den roten Knopf dr\u00fccken."]);
});

test("where something is used is drawn, and walked through with the arrow keys", async () => {
  const topic = (await read("support%2Fticket-flow")).component.id;
  page = await lcms.person("arto");
  await open(`/components/${topic}/uses`);
  await page.getByRole("button", { name: "Graph" }).click();
  await page.waitForFunction(() => new URL(location.href).searchParams.get("as") === "graph");
  const drawn = page.getByRole("group", { name: /drawn/ });
  await drawn.locator(".spot").nth(30).waitFor();
  assert.ok((await drawn.locator("svg path").count()) > 30);
  await drawn.locator(".spot.self a").focus();
  await page.keyboard.press("ArrowRight");
  const first = await page.evaluate(() => document.activeElement.textContent);
  await page.keyboard.press("ArrowDown");
  assert.notEqual(await page.evaluate(() => document.activeElement.textContent), first);
  assert.ok((await drawn.locator(".line.lit").count()) > 0);
  await page.keyboard.press("ArrowLeft");
  assert.equal(await page.evaluate(() => document.activeElement.closest("li").className.includes("self")), true);
  await clean("the graph");
  await page.getByRole("button", { name: "Tree" }).click();
  await page.locator(".use-tree .use").first().waitFor();
});

test("the slash menu begins what is then chosen by search: pictures, variables; a dropped picture asks for its words", async () => {
  const { id } = await make("topic", "kit-media", { title: "With media", body: "" });
  const variables = await make("variable_set", "kit-names", { title: "Names of the kit", variables: { "kit.name": "Sparrow" } });
  await lcms.found("q=names+of+the+kit&kind=variable_set");
  assert.ok(variables.id);
  page = await lcms.person("arto");
  await open(`/components/${id}/edit`);
  const field = page.getByRole("textbox", { name: "Text", exact: true });
  await field.click();
  const pick = async (label) => {
    await page.locator(".cm-tooltip-autocomplete").getByText(label).first().waitFor();
    await page.waitForTimeout(150); // a list that just opened takes no key
    await page.keyboard.press("Enter");
  };
  await page.keyboard.type("/image");
  await pick("/image");
  await page.keyboard.type("parts of sync");
  await pick("support/pic-parts");
  await page.frameLocator("iframe").getByRole("img").waitFor();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\n\n/variable");
  await pick("/variable");
  await page.keyboard.type("kit");
  await pick("kit.name");
  await page.getByRole("textbox", { name: "Values of variables" }).fill("kit.name=Swallow");
  await page.frameLocator("iframe").getByText("Swallow").waitFor();

  const transfer = await page.evaluateHandle((bytes) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], "red-lamp.png", { type: "image/png" }));
    return data;
  }, [...PIXEL]);
  await field.dispatchEvent("drop", { dataTransfer: transfer });
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("img").or(dialog.locator(".media-picture")).first().waitFor();
  assert.ok(await dialog.getByRole("button", { name: "Place it" }).isDisabled(), "a picture needs words");
  await clean("a dropped picture");
  await dialog.getByRole("textbox", { name: "Alternative text" }).fill("A lamp that glows red");
  await dialog.getByRole("button", { name: "Place it" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.frameLocator("iframe").getByAltText("A lamp that glows red").waitFor();
  await page.keyboard.press("Control+s");
  await page.getByText("Saved as @2.").waitFor();
  assert.match((await read(id)).content.body, /!\[\[support\/red-lamp-[0-9a-f]{4}\]\]/);
});

test("a new file of an asset says what it replaces before it is saved", async () => {
  const asset = (await read("support%2Fpic-parts")).component.id;
  page = await lcms.person("arto");
  await open(`/components/${asset}/edit`);
  await page.locator(".drop input[type=file]").setInputFiles({ name: "parts.png", mimeType: "image/png", buffer: PIXEL });
  const replacing = page.getByRole("region", { name: "What the new file replaces" });
  await replacing.getByText("image/svg+xml becomes image/png").waitFor();
  await replacing.getByText("at once").first().waitFor();
  await clean("replacing");
  await replacing.getByRole("button", { name: "Keep the old one" }).click();
  await replacing.waitFor({ state: "detached" });
  await page.locator(".drop input[type=file]").setInputFiles({ name: "parts.png", mimeType: "image/png", buffer: PIXEL });
  await replacing.waitFor();
  await page.keyboard.press("Control+s");
  await page.getByText(/^Saved as @/).waitFor();
  assert.equal((await read(asset)).content.file_name, "parts.png");
});

test("every type of question is tried where it is written", async () => {
  const of = (interaction, prompt = "What is it?") => ({ title: "Tried", prompt, interaction, feedback: { correct: "Well done.", incorrect: "Look again." } });
  const two = [{ id: "a", text: "First", correct: true }, { id: "b", text: "Second" }];
  const texts = [{ id: "a", text: "First" }, { id: "b", text: "Second" }];
  const tries = [
    [{ type: "single_choice", choices: two }, (it) => it.getByRole("radio", { name: "First" }).check()],
    [{ type: "multiple_choice", choices: two }, (it) => it.getByRole("checkbox", { name: "First" }).check()],
    [{ type: "true_false", answer: false }, (it) => it.getByRole("radio", { name: "False" }).check()],
    [{ type: "fill_in", blanks: [{ id: "a", accept: ["red"] }] }, (it) => it.getByRole("textbox", { name: "Blank a" }).fill(" Red "), "It is [blank a]."],
    [{ type: "matching", sources: texts, targets: texts, pairs: [{ source: "a", target: "b" }, { source: "b", target: "a" }] }, async (it) => {
      await it.getByRole("combobox", { name: "First" }).selectOption("b");
      await it.getByRole("combobox", { name: "Second" }).selectOption("a");
    }],
    [{ type: "ordering", items: texts }, (it) => it.getByRole("button", { name: "Move “First” up" }).click()],
    [{ type: "numeric", answer: 4, tolerance: 0.5, unit: "kg" }, (it) => it.getByRole("textbox", { name: "Your answer" }).fill("4,4 kg")],
  ];
  page = await lcms.person("arto");
  const tried = async (n, content, right) => {
    const { id } = await make("question", `kit-tried-${String(n)}`, content);
    await open(`/components/${id}/edit`);
    await page.getByRole("button", { name: "Try it" }).click();
    const it = page.getByRole("form", { name: "Try it" });
    await it.getByRole("button", { name: "Check" }).click();
    const first = await it.getByRole("status").textContent();
    await right(it);
    await it.getByRole("button", { name: "Check" }).click();
    return [first, await it.getByRole("status").textContent()];
  };
  for (const [n, [interaction, right, prompt]] of tries.entries()) {
    const [before, then] = await tried(n, of(interaction, prompt), right);
    assert.match(before, /^Not right · 0 of 1 pointLook again/, interaction.type);
    assert.match(then, /^Right · 1 of 1 pointWell done/, interaction.type);
  }
  const [, long] = await tried("long", of({ type: "long_answer", sample_answer: "Because." }), (it) => it.getByRole("textbox", { name: "Your answer" }).fill("So."));
  assert.match(long, /A person marks this.*A good answer: Because\./);
  await clean("trying a question");
});

test("an author settles a conflict in words of their own", async () => {
  const { id } = await make("topic", "kit-conflict", { title: "Clash", body: "one\n\ntwo\n\nthree" });
  page = await lcms.person("arto");
  await open(`/components/${id}/edit`);
  await page.getByRole("textbox", { name: "Text", exact: true }).click();
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Backspace");
  await page.keyboard.type(" mine");
  await save(id, { title: "Clash", body: "one\n\ntwo\n\nthree theirs" });
  await page.keyboard.press("Control+s");
  const dialog = page.getByRole("dialog");
  await dialog.locator("mark", { hasText: "mine" }).waitFor();
  await dialog.locator("mark", { hasText: "theirs" }).waitFor();
  await clean("a conflict");
  await dialog.getByRole("radio", { name: "In other words" }).check();
  await dialog.getByRole("textbox", { name: "In other words" }).fill("three, ours");
  await dialog.getByRole("button", { name: "Save the merge" }).click();
  await page.getByText("Saved as @3.").waitFor();
  assert.equal((await read(id)).content.body.trim(), "one\n\ntwo\n\nthree, ours");
});

test("a branch is reviewed, its conflict decided side by side, approved and merged", async () => {
  const { id } = await make("topic", "kit-branched", { title: "Branched", body: "The lamp is green." });
  await lcms.api("/api/v1/branches", { method: "POST", body: { name: "lamps" } });
  const there = await lcms.api(`/api/v1/components/${id}?branch=lamps`);
  await lcms.api(`/api/v1/components/${id}?branch=lamps`, { method: "PUT", headers: { "if-match": there.tag }, body: { content: { title: "Branched", body: "The lamp is blue." } } });
  await save(id, { title: "Branched", body: "The lamp is red." });
  page = await lcms.person("ada");
  await open("/branches/lamps");
  await page.getByRole("button", { name: /Branched/ }).click();
  await page.locator(".diff ins", { hasText: "blue" }).waitFor();
  await page.getByRole("button", { name: "Update from main" }).click();
  const decide = page.getByRole("region", { name: "Left to decide" }).or(page.locator(".panel", { hasText: "Left to decide" }));
  await decide.getByText("The lamp is red.").waitFor();
  await clean("a branch with a conflict");
  await decide.locator(".clash-side", { hasText: "blue" }).getByRole("radio").check();
  await decide.getByRole("button", { name: "Merge with these" }).click();
  await page.getByText("lamps has what changed in main.").waitFor();
  await page.getByRole("button", { name: "Submit for review" }).click();
  await page.locator(".facts").getByText("In review").waitFor();
  const reviewer = await lcms.person("rita");
  await reviewer.goto(`${lcms.address}/branches/lamps`);
  await reviewer.getByRole("button", { name: "Approve" }).click();
  await reviewer.locator(".facts").getByText("Approved").waitFor();
  await reviewer.context().close();
  await page.getByRole("button", { name: "Merge", exact: true }).click();
  await page.getByText("lamps is merged into main.").waitFor();
  assert.equal((await read(id)).content.body.trim(), "The lamp is blue.");
});

test("the package that ops downloads plays to its end in a learning management system of others", async () => {
  const course = (await read("support%2Fsupport-fundamentals")).component.id;
  page = await lcms.person("oskar");
  await open(`/components/${course}/releases`);
  await page.getByRole("button", { name: "New release" }).click();
  await page.getByRole("textbox", { name: /^Label/ }).fill("played");
  await page.getByRole("button", { name: "Freeze" }).click();
  await heading("Release played");
  await page.getByRole("radio", { name: "By hand" }).check();
  await page.getByRole("combobox", { name: "Format", exact: true }).selectOption("scorm12");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.getByText("Nothing stands in the way").waitFor();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the package" }).click();
  const file = await download;
  const launch = await openPackage(await file.path());
  await play(launch.frame);
  const { calls } = await launch.close();
  assert.deepEqual(launch.problems, []);
  assert.ok(calls.some(({ method }) => /Commit/.test(method)));
  assert.deepEqual(calls.filter(({ method, result }) => /SetValue|Commit|Initialize|Terminate|Finish/.test(method) && result !== "true"), []);
  const last = (element) => calls.filter(({ method, values }) => /SetValue/.test(method) && element.test(values[0])).at(-1)?.values[1];
  assert.match(last(/lesson_status|completion_status/), /completed|passed/);
  await file.delete();
});
