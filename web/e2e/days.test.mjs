// The days of four people, in a real browser against a real server.
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
const field = () => page.getByRole("textbox", { name: "Text", exact: true });

test("who is not signed in is asked to, and gets where they wanted to go", async () => {
  const context = await lcms.browser.newContext();
  page = Object.assign(await context.newPage(), { complaints: [] });
  await open("/courses?x=1");
  await page.getByLabel("Name").fill("arto");
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("name or password is not right").waitFor();
  await page.getByLabel("Password").fill(lcms.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await heading("Courses");
  assert.equal(new URL(page.url()).search, "?x=1");
  const cookies = await context.cookies();
  assert.deepEqual(cookies.map(({ name, httpOnly, sameSite }) => ({ name, httpOnly, sameSite })), [{ name: "lcms", httpOnly: true, sameSite: "Lax" }]);
});

test("an author finds by typing and opens with the keyboard alone", async () => {
  page = await lcms.person("arto");
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await page.getByRole("combobox", { name: "Search" }).fill("escal");
  const first = page.locator(".hit").first();
  await first.waitFor();
  await page.waitForFunction(() => new URL(location.href).searchParams.get("q") === "escal");
  await first.locator("mark").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  const title = await page.locator('[role="option"][aria-selected="true"] .hit-title').textContent();
  await page.frameLocator("iframe").getByRole("heading", { name: title }).waitFor();
  await page.keyboard.press("Enter");
  await heading(title);
});

test("an author writes, is told what exists, sees the page and saves; a draft survives a closed browser", async () => {
  page = await lcms.person("arto");
  await open("/new?kind=topic");
  await page.getByRole("textbox", { name: "Title" }).fill("The way of a ticket");
  await page.getByText("There is already:").waitFor();
  await page.getByRole("textbox", { name: "Title" }).fill("Zebra crossing notes");
  await field().click();
  await page.keyboard.type("Look **left**.");
  await page.frameLocator("iframe").locator("strong", { hasText: "left" }).waitFor();
  await page.getByRole("button", { name: "Create" }).click();
  await heading("Zebra crossing notes");
  const id = new URL(page.url()).pathname.split("/")[2];
  await open(`/components/${id}/edit`);
  await field().click();
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Backspace");
  await page.keyboard.type(" Then right.");
  await page.getByText("Draft kept").waitFor();
  const context = page.context();
  await page.close({ runBeforeUnload: false });
  const complaints = page.complaints;
  page = Object.assign(await context.newPage(), { complaints });
  await open(`/components/${id}/edit`);
  await page.getByText("Your unsaved edits").waitFor();
  await page.getByText("Then right.").first().waitFor();
  await page.keyboard.press("Control+s");
  await page.getByText("Saved as @2.").waitFor();
  const { value } = await lcms.api(`/api/v1/components/${id}`);
  assert.equal(value.content.body.trim(), "Look **left**. Then right.");
  assert.deepEqual((await lcms.api(`/api/v1/components/${id}`)).value.revision.number, 2);
});

test("two people who edit the same page lose nothing", async () => {
  const create = { library: "support", key: "shared-page", kind: "topic", content: { title: "Shared", body: "one\n\ntwo\n\nthree" } };
  const made = await lcms.api("/api/v1/components", { method: "POST", body: create });
  const id = made.value.component.id;
  page = await lcms.person("arto");
  await open(`/components/${id}/edit`);
  await field().click();
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Backspace"); // a text ends with a line's end
  await page.keyboard.type(" by me");
  await lcms.api(`/api/v1/components/${id}`, { method: "PUT", headers: { "if-match": made.tag }, body: { content: { title: "Shared by them", body: "one by them\n\ntwo\n\nthree by them" } } });
  await page.keyboard.press("Control+s");
  await page.getByRole("dialog").getByText("Somebody else saved meanwhile").waitFor();
  const save = page.getByRole("button", { name: "1 left to choose" });
  assert.ok(await save.isDisabled());
  await page.getByRole("radio", { name: "Both, mine first" }).check();
  await page.getByRole("button", { name: "Save the merge" }).click();
  await page.getByText("Saved as @3.").waitFor();
  const { value } = await lcms.api(`/api/v1/components/${id}`);
  assert.equal(value.content.title, "Shared by them");
  assert.equal(value.content.body.trim(), "one by them\n\ntwo\n\nthree by me\nthree by them");
});

test("every type of question has a form whose result the server takes", async () => {
  page = await lcms.person("arto");
  const types = {
    "One right answer": ["Choice 1", "Choice 2"], "Several right answers": ["Choice 1", "Choice 2"], "True or false": [], "A number": [],
    Ordering: ["In the right order 1", "In the right order 2"], Matching: ["Left 1", "Left 2", "Right 1", "Right 2"], "In their own words": [],
  };
  for (const [type, fields] of Object.entries(types)) {
    await open("/new?kind=question");
    await page.getByRole("textbox", { name: "Title" }).fill(`Made: ${type}`);
    await page.getByRole("textbox", { name: "Prompt" }).click();
    await page.keyboard.type("What is it?");
    await page.getByLabel("Answered by").selectOption({ label: type });
    for (const name of fields) await page.getByRole("textbox", { name, exact: true }).fill(`Text of ${name}`);
    await page.getByRole("button", { name: "Create" }).click();
    await heading(`Made: ${type}`);
    await page.frameLocator("iframe").getByText("What is it?").waitFor();
  }
});

test("an architect builds a course with the keyboard: places, moves, moves in and out, undoes", async () => {
  page = await lcms.person("ada");
  await open("/new?kind=course");
  await page.getByRole("textbox", { name: "Title" }).fill("Built by keyboard");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText("Nothing is placed yet").waitFor();
  const course = new URL(page.url()).pathname.split("/")[2];
  const finder = page.getByRole("combobox", { name: "Search what is there" });
  const place = async (words, title) => {
    await finder.fill(words);
    await page.locator('.finder-hit[aria-selected="true"]', { hasText: title }).waitFor();
    await finder.press("Enter");
    await page.getByRole("treeitem", { name: new RegExp(`: ${title}$`) }).first().waitFor();
  };
  await place("work a ticket", "Work a ticket");
  await place("get help", "Get help");
  await page.getByRole("tree").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Alt+ArrowDown");
  const top = async () => (await lcms.api(`/api/v1/components/${course}/placements`)).value.items.map((one) => one.title);
  const becomes = async (wanted) => {
    for (let n = 0; n < 40; n++) {
      if (JSON.stringify(await top()) === JSON.stringify(wanted)) return;
      await page.waitForTimeout(150);
    }
    assert.deepEqual(await top(), wanted);
  };
  await becomes(["Get help", "Work a ticket"]);
  await page.waitForFunction(() => document.querySelectorAll('[role=treeitem][aria-level="1"]')[1]?.getAttribute("aria-label")?.endsWith("Work a ticket"));
  await page.keyboard.press("Control+z");
  await becomes(["Work a ticket", "Get help"]);
  await page.getByText("Undone:").waitFor();
  await page.getByRole("treeitem", { name: "Lesson: Get help" }).click();
  await page.keyboard.press("Delete");
  await becomes(["Work a ticket"]);
  await page.keyboard.press("Control+z");
  await becomes(["Work a ticket", "Get help"]);
  await page.getByRole("treeitem", { name: "Lesson: Get help" }).click();
  await page.getByRole("textbox", { name: "Title here" }).fill("Where to get help");
  await page.keyboard.press("Enter");
  await becomes(["Work a ticket", "Where to get help"]);
  await page.getByRole("treeitem", { name: "Lesson: Where to get help" }).getByText("renamed here").waitFor();
  await page.getByRole("button", { name: "Reset" }).click();
  await becomes(["Work a ticket", "Get help"]);
});

test("an architect moves a topic between lessons by mouse; its slot stays", async () => {
  const lesson = async (key, placed) =>
    (await lcms.api("/api/v1/components", { method: "POST", body: { library: "support", key, kind: "lesson", content: { title: key, placements: placed.map((component) => ({ component })) } } })).value.component.id;
  const [from, to] = [await lesson("drag-from", ["ticket-flow", "severity-levels"]), await lesson("drag-to", ["before-you-ask"])];
  const course = (await lcms.api("/api/v1/components", { method: "POST", body: { library: "support", key: "drag-course", kind: "course", content: { title: "Dragging", placements: [{ component: from }, { component: to }] } } })).value.component.id;
  const slots = async (id) => (await lcms.api(`/api/v1/components/${id}/placements`)).value.items.map((one) => one.slot);
  const [moved] = await slots(from);
  page = await lcms.person("ada");
  await open(`/components/${course}/outline`);
  const source = page.getByRole("treeitem", { name: "Topic: The way of a ticket" });
  const target = page.getByRole("treeitem", { name: "Topic: Before you ask for help" });
  await source.dragTo(target, { targetPosition: { x: 200, y: 6 } });
  for (let n = 0; n < 40 && ((await slots(to)).length < 2 || (await slots(from)).length > 1); n++) await page.waitForTimeout(150);
  assert.equal((await slots(to))[0], moved);
  assert.equal((await slots(from)).length, 1);
});

test("a reviewer comments on chosen words, an author answers, the reviewer resolves and approves", async () => {
  const made = await lcms.api("/api/v1/components", { method: "POST", body: { library: "support", key: "to-review", kind: "topic", content: { title: "To review", body: "Press the red button twice." } } });
  const id = made.value.component.id;
  await lcms.api(`/api/v1/components/${id}/transitions`, { method: "POST", headers: { "if-match": made.tag }, body: { step: "submit" } });
  page = await lcms.person("rita");
  await open(`/components/${id}`);
  assert.equal(await page.getByRole("link", { name: "Edit" }).count(), 0, "a reviewer does not edit");
  const text = page.frameLocator("iframe").getByText("Press the red button twice.");
  await text.click({ clickCount: 3 });
  await page.locator(".new-comment blockquote").getByText("Press the red button twice.").waitFor();
  await page.getByRole("textbox", { name: "Comment" }).fill("Really twice?");
  await page.getByRole("button", { name: "Comment", exact: true }).click();
  await page.locator(".thread").getByText("Really twice?").waitFor();
  const author = await lcms.person("arto");
  await author.goto(`${lcms.address}/components/${id}`);
  await author.getByRole("button", { name: "Reply" }).click();
  await author.getByRole("textbox", { name: "Reply" }).fill("Yes, twice.");
  await author.locator(".thread").getByRole("button", { name: "Reply" }).click();
  await author.getByText("Yes, twice.").waitFor();
  await author.context().close();
  // The answer comes by itself.
  await page.locator(".thread").getByText("Yes, twice.").waitFor();
  await page.getByRole("button", { name: "Resolve" }).click();
  await page.getByText("Nothing is said yet.").waitFor();
  await page.getByRole("button", { name: "Approve" }).click();
  await page.locator(".facts").getByText("Approved").waitFor();
});

test("history shows words that changed and restores without losing anything", async () => {
  const made = await lcms.api("/api/v1/components", { method: "POST", body: { library: "support", key: "with-past", kind: "topic", content: { title: "With a past", body: "The cat sat on the mat." } } });
  const id = made.value.component.id;
  await lcms.api(`/api/v1/components/${id}`, { method: "PUT", headers: { "if-match": made.tag }, body: { content: { title: "With a past", body: "The dog sat on the mat." }, message: "a dog" } });
  page = await lcms.person("arto");
  await open(`/components/${id}/history`);
  await page.locator(".compared ins", { hasText: "dog" }).waitFor();
  assert.equal(await page.locator(".compared del").textContent(), "cat");
  await page.getByRole("button", { name: /@1/ }).click();
  await page.getByRole("button", { name: "Restore @1" }).click();
  await page.getByText("It is as it was at @1").waitFor();
  const { value } = await lcms.api(`/api/v1/components/${id}`);
  assert.deepEqual([value.revision.number, value.content.body.trim()], [3, "The cat sat on the mat."]);
});

test("ops freezes, reads the verdict, downloads the package, deploys and rolls back", async () => {
  const { value: course } = await lcms.api("/api/v1/components/support%2Fsupport-fundamentals");
  const id = course.component.id;
  page = await lcms.person("oskar");
  const freeze = async (label) => {
    await open(`/components/${id}/releases`);
    await page.getByRole("button", { name: "New release" }).click();
    await page.getByRole("textbox", { name: /^Label/ }).fill(label);
    await page.getByRole("button", { name: "Freeze" }).click();
    await heading(`Release ${label}`);
  };
  await freeze("2026.1");
  const topic = await lcms.api("/api/v1/components/support%2Fticket-flow?references=keys");
  await lcms.api(`/api/v1/components/${topic.value.component.id}`, { method: "PUT", headers: { "if-match": topic.tag }, body: { content: { ...topic.value.content, body: `${topic.value.content.body}\nOne more line.\n` } } });
  await freeze("2026.2");
  await page.locator(".verdict-words").getByText("Safe, with changed pages").waitFor();
  await page.getByRole("radio", { name: "Support staff" }).check();
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.getByText("Nothing stands in the way").waitFor();
  const shown = page.waitForEvent("popup");
  await page.getByRole("button", { name: "Look at it" }).click();
  const preview = await shown;
  await preview.frameLocator("iframe").locator('html[data-lcms="running"]').waitFor();
  assert.notEqual(new URL(preview.url()).hostname, new URL(lcms.address).hostname, "a host name of its own");
  await preview.close();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the package" }).click();
  const file = await download;
  assert.match(file.suggestedFilename(), /\.zip$/);
  await file.delete();
  await open("/deployments");
  await page.getByRole("button", { name: "Target" }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Academy");
  await page.getByRole("textbox", { name: "Key" }).fill("academy");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  for (const label of ["2026.1", "2026.2"]) {
    await open(`/components/${id}/releases`);
    await page.locator("a.row", { hasText: label }).click();
    await page.getByRole("button", { name: "Deploy" }).click();
    await page.getByRole("button", { name: "Record" }).click();
    await page.getByText("is recorded as live in academy").waitFor();
  }
  await open("/deployments");
  await page.getByRole("button", { name: /^Actions for/ }).click();
  await page.getByRole("menuitem", { name: "Roll back" }).click();
  await page.locator("tbody").getByText("2026.1").waitFor();
});

test("an architect makes a profile by its form, and the server takes it as it was filled in", async () => {
  page = await lcms.person("ada");
  await open("/new?kind=profile");
  await page.getByLabel("Title").fill("Night shift");
  await page.getByRole("combobox", { name: "Format", exact: true }).selectOption("cmi5");
  await page.getByRole("combobox", { name: "What an LMS launches and tracks" }).selectOption("course");
  await page.getByRole("combobox", { name: "Complete when" }).selectOption("time");
  await page.getByRole("spinbutton", { name: "Minutes" }).fill("25");
  await page.getByRole("button", { name: "Condition" }).click();
  const audience = page.getByRole("group", { name: "Whom it is for" });
  await audience.getByLabel("Name 1").fill("audience");
  await audience.getByLabel("Value 1").fill("support-staff, partners");
  await page.getByRole("group", { name: "By day" }).getByLabel("Links and buttons", { exact: true }).fill("#7c3a12");
  await page.getByLabel("Topic: Licence").check();
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await heading("Night shift");
  const { value } = await lcms.api("/api/v1/components/support%2Fnight-shift");
  assert.deepEqual(value.content, {
    kind: "profile", title: "Night shift", format: "cmi5", granularity: "course", completion: { rule: "time", minutes: 25 }, conditions: { audience: ["partners", "support-staff"] },
    theme: { colours: { accent: "#7c3a12" } }, required: { topic: ["licence"] },
  });
});

test("an author is told what a file would become, imports it, and finds it here the second time", async () => {
  page = await lcms.person("arto");
  await open("/import");
  const gift = "// made for this test\n::Colour:: What colour is the sky? {=Blue ~Green}\n\n::Sum:: Two and two? {#4}\n";
  await page.locator("input[type=file]").setInputFiles({ name: "sky.gift", mimeType: "text/plain", buffer: Buffer.from(gift) });
  await page.getByRole("button", { name: "What would it do?" }).click();
  await page.getByText("2 components would be created").waitFor();
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.getByText("2 components created").waitFor();
  await page.locator(".row a").first().click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  await open("/import");
  await page.locator("input[type=file]").setInputFiles({ name: "sky.gift", mimeType: "text/plain", buffer: Buffer.from(gift) });
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.getByText("Everything in it is here already.").waitFor();
  await page.locator("input[type=file]").setInputFiles({ name: "odd.bin", mimeType: "application/octet-stream", buffer: Buffer.from([0, 1, 2, 3]) });
  await page.getByRole("button", { name: "What would it do?" }).click();
  await page.getByRole("alert").waitFor();
});

test("an admin adds a user who can sign in, and sees it in the log", async () => {
  page = await lcms.person("demo");
  await open("/admin");
  await page.getByRole("button", { name: "User", exact: true }).click();
  await page.getByLabel("Name to sign in with").fill("nora");
  await page.getByLabel(/^Password/).fill("a long enough password");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("button", { name: /nora/ }).waitFor();
  await open("/admin/log");
  await page.locator(".log-row").getByText("added a user").first().waitFor();
  const response = await fetch(`${lcms.address}/api/v1/sign-ins`, {
    method: "POST", headers: { "content-type": "application/json", "sec-fetch-site": "same-origin" }, body: JSON.stringify({ name: "nora", password: "a long enough password" }),
  });
  assert.equal(response.status, 201);
});

test("what an author writes cannot reach the session of who looks at it", async () => {
  const body = "<img src=x onerror=\"top.stolen=1\"><script>top.stolen=1</script><svg onload=\"top.stolen=1\"></svg>\n\n[x](javascript:top.stolen=1)\n\n<form action=\"/api/v1/sign-ins/current\"><button>go</button></form>";
  const made = await lcms.api("/api/v1/components", { method: "POST", body: { library: "support", key: "hostile", kind: "topic", content: { title: "<b>Hostile</b>", body } } });
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>top.stolen=1;document.title="stolen"</script></svg>';
  const blob = await (await fetch(`${lcms.address}/api/v1/blobs`, { method: "POST", headers: { authorization: `Bearer ${(await lcms.api("/api/v1/users/demo/tokens", { method: "POST", body: { label: "x" } })).value.secret}`, "content-type": "image/svg+xml" }, body: svg })).json();
  const picture = await lcms.api("/api/v1/components", { method: "POST", body: { library: "support", key: "hostile-picture", kind: "asset", content: { title: "P", blob: blob.digest, size: blob.size, file_name: "p.svg", media_type: "image/svg+xml", decorative: true } } });
  page = await lcms.person("arto");
  await open(`/components/${made.value.component.id}`);
  await page.getByRole("heading", { level: 1, name: "<b>Hostile</b>" }).waitFor();
  await page.frameLocator("iframe").getByRole("heading", { name: "<b>Hostile</b>" }).waitFor();
  await page.waitForTimeout(400);
  assert.equal(await page.evaluate(() => window.stolen), undefined);
  assert.equal(await page.frameLocator("iframe").locator("script, form, [onerror], [onload]").count(), 0);
  await open(`/api/v1/components/${picture.value.component.id}/file`);
  await page.waitForTimeout(300);
  assert.notEqual(await page.title(), "stolen");
  page.complaints.length = 0; // the browser says that it ran nothing
});

test("axe finds nothing on any screen, light and dark", async () => {
  const { value: course } = await lcms.api("/api/v1/components/support%2Fsupport-fundamentals");
  const { value: topic } = await lcms.api("/api/v1/components/support%2Fticket-flow");
  const release = (await lcms.api(`/api/v1/components/${course.component.id}/releases`)).value.items[0]?.id;
  const paths = [
    "/", "/search?q=ticket", "/courses", `/components/${topic.component.id}`, `/components/${topic.component.id}/source`, `/components/${topic.component.id}/metadata`,
    `/components/${topic.component.id}/history`, `/components/${topic.component.id}/uses`, `/components/${topic.component.id}/edit`, "/new?kind=question", "/new?kind=assessment", "/new?kind=profile",
    `/components/${course.component.id}/outline`, `/components/${course.component.id}/releases`, ...(release ? [`/releases/${release}`] : []),
    "/import", "/reports/support/incomplete", "/reports/support/stale", "/branches", "/deployments", "/admin", "/admin/log", "/admin/system", "/account",
  ];
  for (const colorScheme of ["light", "dark"]) {
    page = await lcms.person("demo", { colorScheme });
    for (const path of paths) {
      await open(path);
      await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
      await page.waitForLoadState("networkidle").catch(() => {});
      assert.deepEqual(await findings(page), [], `${path}, ${colorScheme}`);
    }
    if (colorScheme === "light") {
      assert.deepEqual(page.complaints, []);
      await page.context().close();
    }
  }
});
