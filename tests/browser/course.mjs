/** A whole SCORM 2004 package as a learner walks through it, under scorm-again's sequencing in a real browser. */

import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { browser, readPackage, serve } from "./host.mjs";
import { play, rightAnswer, wrongAnswer } from "./learner.mjs";

const require = createRequire(import.meta.url);

/** @typedef {{ completion: string, success: string, score: number | null }} Status */

export class Course {
  /**
   * @param {import("playwright-core").Page} page
   * @param {{ close: () => void }} server
   * @param {Map<string, string>} items identifiers by title
   */
  constructor(page, server, items) {
    this.page = page;
    this.server = server;
    this.items = items;
  }

  /** Opens a package; nothing is launched yet. @param {string} source zip file */
  static async open(source) {
    const files = await readPackage(source);
    const server = await serve(files, new Map([
      ["/course", Buffer.from('<!doctype html><html lang="en"><title>Course</title><script src="/scorm2004.js"></script><script src="/course.js"></script>')],
      ["/scorm2004.js", await readFile(require.resolve("scorm-again/scorm2004/min"))],
      ["/course.js", await readFile(new URL("course-page.js", import.meta.url))],
    ]));
    const page = await (await (await browser()).newContext()).newPage();
    page.setDefaultTimeout(10_000);
    await page.goto(`${server.origin}/course`);
    const manifest = new TextDecoder().decode(files.get("imsmanifest.xml"));
    const items = await page.evaluate((xml) => window.course.begin(xml), manifest);
    return new Course(page, server, new Map(items.map(({ id, title }) => [title, id])));
  }

  /** @param {string} title */
  id(title) {
    const id = this.items.get(title);
    if (id === undefined) throw new Error(`no item “${title}” among: ${[...this.items.keys()].join(", ")}`);
    return id;
  }

  /**
   * Asks the LMS to go somewhere.
   * @param {"start" | "choice" | "continue" | "previous"} request
   * @param {string} [title] of the item chosen
   * @returns {Promise<string | null>} title of what opened; null when it is refused
   */
  async go(request, title) {
    const target = title === undefined ? undefined : this.id(title);
    const delivered = await this.page.evaluate(([asked, id]) => window.course.go(/** @type {any} */ (asked), id), /** @type {const} */ ([request, target]));
    if (delivered === null) return null;
    await this.frame().then((frame) => frame.waitForSelector('html[data-lcms="running"]'));
    return [...this.items].find(([, id]) => id === delivered)?.[0] ?? delivered;
  }

  async frame() {
    for (let i = 0; i < 200; i += 1) {
      const frame = this.page.frames().find((each) => /\/content\//.test(each.url()));
      if (frame) return frame;
      await this.page.waitForTimeout(20);
    }
    throw new Error("nothing opened");
  }

  /**
   * Reads and answers all of what is open and leaves it.
   * @param {object} [how]
   * @param {boolean} [how.right] whether every answer is right
   * @param {number} [how.rightOnes] how many answers are right, before wrong ones
   * @param {boolean} [how.again] takes an assessment that was taken before once more
   */
  async finish({ right = true, rightOnes = right ? Infinity : 0, again = false } = {}) {
    const frame = await this.frame();
    if (again) await frame.locator(".lcms-result:visible button").click();
    let answered = 0;
    await play(frame, (question) => (answered++ < rightOnes ? rightAnswer(question) : wrongAnswer(question)));
    return this.leave();
  }

  /** Leaves what is open. @returns {Promise<any>} what the runtime held of it */
  leave() {
    return this.page.evaluate(() => window.course.leave());
  }

  /** What sequencing holds of an item, or of the course. @param {string} [title] @returns {Promise<Status>} */
  status(title) {
    const id = title === undefined ? null : this.id(title);
    return this.page.evaluate((item) => window.course.status(item ?? window.course.root()), id);
  }

  async close() {
    await this.page.context().close();
    this.server.close();
  }
}
