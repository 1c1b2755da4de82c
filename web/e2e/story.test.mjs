// The demo as somebody meets it first: people have reviewed, released and deployed, and went on working.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { world } from "./world.mjs";

let lcms;
before(async () => {
  lcms = await world({ story: true });
  await lcms.found("q=severity&kind=topic&state=in_review");
});
after(() => lcms?.end());

test("ops see what is live where, and that it has fallen behind", async () => {
  const page = await lcms.person("oskar");
  await page.goto(`${lcms.address}/deployments`);
  const row = page.getByRole("row", { name: /support\/support-fundamentals/ });
  await row.getByText("1.1 is newer").waitFor();
  assert.equal(await page.getByRole("row", { name: /sync-for-customers.*edited since/ }).count(), 2);
  await page.goto(`${lcms.address}/courses`);
  const course = page.getByRole("listitem").filter({ hasText: "Support fundamentals" });
  await course.getByText("1.0 in academy").waitFor();
  await course.getByText("1.1 is newer").waitFor();
  await page.getByRole("listitem").filter({ hasText: "Administer Stockwren Sync" }).getByText("live nowhere").waitFor();
  assert.deepEqual(page.complaints, []);
});

test("a reviewer finds what waits, approves it and the branch", async () => {
  const page = await lcms.person("rita");
  await page.getByRole("link", { name: /Severity levels/ }).first().click();
  await page.getByText("Is this so for partners too?").waitFor();
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByText("Approved", { exact: true }).first().waitFor();
  await page.goto(`${lcms.address}/branches/spring-update`);
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByText("Approved", { exact: true }).first().waitFor();
  assert.deepEqual(page.complaints, []);
});

test("an architect sees a page as one region does, with the values that the course gives there", async () => {
  const page = await lcms.person("ada");
  for (const [region, host] of [["us", "gateway-us.stockwren.example"], ["eu", "gateway.stockwren.example"]]) {
    await page.goto(`${lcms.address}/components/support%2Fsync-for-administrators/outline?when=audience%3Dadministrators&when=region%3D${region}`);
    await page.getByRole("treeitem", { name: /Prepare the network/ }).first().click();
    await page.getByText(/^How it looks for/).click();
    await page.frameLocator("iframe").getByText(host).first().waitFor();
  }
  assert.deepEqual(page.complaints, []);
});
