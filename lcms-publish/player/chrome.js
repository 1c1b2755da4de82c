"use strict";
/* What the player builds around the pages: contents, progress, save state, the way back and forth, and what is left to do.
   It shows what it is given and reports where the learner wants to go. */

/**
 * @typedef {object} View what the chrome shows
 * @property {string} current page id
 * @property {Set<string>} done page ids
 * @property {Set<string>} changed page ids seen in an earlier state
 * @property {Outcome} outcome
 */

var lcms = lcms || {};

lcms.Chrome = class Chrome {
  /**
   * @param {Sco} sco
   * @param {(page: string) => void} onGo
   */
  constructor(sco, onGo) {
    const { el } = lcms.dom;
    this.sco = sco;
    this.onGo = onGo;
    this.main = /** @type {HTMLElement} */ (document.getElementById("lcms-pages"));
    this.header = /** @type {HTMLElement} */ (document.querySelector(".lcms-header"));
    this.main.tabIndex = -1;
    this.bar = el("progress", { class: "lcms-progress", "aria-label": lcms.text("pages") });
    this.count = el("span", { class: "lcms-count" });
    this.saveState = el("span", { class: "lcms-save" });
    this.announcer = el("p", { class: "lcms-spoken", role: "status" });
    this.toggle = this.buildToggle();
    /** @type {Map<string, HTMLAnchorElement>} */
    this.links = new Map();
    this.contents = this.buildContents();
    this.previous = el("button", { type: "button", class: "lcms-previous" });
    this.next = el("button", { type: "button", class: "lcms-next lcms-primary" });
    this.summary = el("section", { class: "lcms-summary", "aria-label": lcms.text("standing") });
    this.trouble = el("p", { class: "lcms-notice", role: "note" }, lcms.text("notSaved"));
    this.failures = 0;
    this.place = 0;
    this.build();
  }

  build() {
    const { el } = lcms.dom;
    const skip = el("a", { class: "lcms-skip", href: "#lcms-pages" }, lcms.text("skip"));
    this.header.append(
      el("div", { class: "lcms-tools" }, this.toggle, this.count, this.saveState),
      this.bar,
    );
    document.body.prepend(skip);
    this.main.before(this.contents);
    this.main.append(
      this.summary,
      el("nav", { class: "lcms-pager", "aria-label": lcms.text("pages") }, this.previous, this.next),
      this.announcer,
    );
    this.previous.addEventListener("click", () => this.step(-1));
    this.next.addEventListener("click", () => this.step(1));
  }

  /** The button that opens the contents where there is no room to show them always. */
  buildToggle() {
    const toggle = lcms.dom.el(
      "button",
      { type: "button", class: "lcms-toggle", "aria-expanded": "false", "aria-controls": "lcms-contents" },
      lcms.text("contents"),
    );
    toggle.addEventListener("click", () => this.openContents(toggle.getAttribute("aria-expanded") === "false"));
    return toggle;
  }

  /** @param {boolean} open */
  openContents(open) {
    this.toggle.setAttribute("aria-expanded", String(open));
    this.contents.classList.toggle("lcms-open", open);
  }

  buildContents() {
    const { el } = lcms.dom;
    let before = "";
    const items = this.sco.pages.flatMap(({ id, title, group = "" }) => {
      const heading = group !== before && group !== "" ? [el("li", { class: "lcms-group" }, group)] : [];
      before = group;
      const link = el("a", { href: `#page-${id}` }, el("span", { class: "lcms-link-title" }, title), el("span", { class: "lcms-link-notes" }));
      this.links.set(id, link);
      return [...heading, el("li", {}, link)];
    });
    const contents = el(
      "nav",
      { id: "lcms-contents", class: "lcms-contents", "aria-label": lcms.text("contents") },
      el("ol", {}, ...items),
    );
    contents.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.openContents(false);
      this.toggle.focus();
    });
    return contents;
  }

  /** @param {number} by */
  step(by) {
    const target = this.sco.pages[this.place + by];
    if (target) this.onGo(target.id);
  }

  /** @param {View} view */
  show(view) {
    const { outcome } = view;
    const { pages } = this.sco;
    this.place = pages.findIndex(({ id }) => id === view.current);
    for (const { id } of pages) this.showLink(id, view);
    this.bar.max = pages.length;
    this.bar.value = view.done.size;
    this.count.textContent = lcms.text("progress", { done: view.done.size, n: pages.length });
    this.showStep(this.previous, "previous", pages[this.place - 1]);
    this.showStep(this.next, "next", pages[this.place + 1]);
    const furthest = lcms.scoring.furthest(this.sco, outcome);
    this.next.disabled = this.place + 1 > furthest;
    for (const [place, { id }] of pages.entries()) this.showOpen(id, place <= furthest);
    this.showSummary(outcome, this.place === pages.length - 1);
  }

  /** @param {string} id @param {View} view */
  showLink(id, { current, done, changed }) {
    const { el, spoken } = lcms.dom;
    const link = /** @type {HTMLAnchorElement} */ (this.links.get(id));
    const notes = /** @type {HTMLElement} */ (link.querySelector(".lcms-link-notes"));
    link.toggleAttribute("data-done", done.has(id));
    if (id === current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    notes.replaceChildren(
      ...(done.has(id) ? [spoken(lcms.text("visited"))] : []),
      ...(changed.has(id) ? [el("span", { class: "lcms-changed" }, lcms.text("changed"))] : []),
    );
  }

  /** Whether a page may be opened yet. @param {string} id @param {boolean} open */
  showOpen(id, open) {
    const link = /** @type {HTMLAnchorElement} */ (this.links.get(id));
    if (open) link.removeAttribute("aria-disabled");
    else link.setAttribute("aria-disabled", "true");
  }

  /** @param {HTMLButtonElement} button @param {string} label @param {Page | undefined} page */
  showStep(button, label, page) {
    const { el } = lcms.dom;
    button.hidden = page === undefined;
    button.replaceChildren(
      el("span", { class: "lcms-step-label" }, lcms.text(label)),
      el("span", { class: "lcms-step-title" }, page?.title ?? ""),
    );
  }

  /** At the end of the last page: whether the lesson is done, and if not, what is left. @param {Outcome} outcome @param {boolean} last */
  showSummary(outcome, last) {
    this.summary.hidden = !last;
    this.summary.replaceChildren(...(last ? [...this.standing(outcome), ...this.leftToDo(outcome)] : []));
  }

  /** @param {Outcome} outcome */
  standing({ complete, success, scaled }) {
    const { el } = lcms.dom;
    const score = lcms.percent(scaled ?? 0);
    if (success === "failed") {
      return [el("p", { "data-kind": "wrong" }, lcms.text("notPassed", { score, mark: lcms.percent(this.sco.passMark ?? 0) }))];
    }
    if (!complete) return [];
    const phrase = success === "passed" && scaled !== null ? "completePassed" : "complete";
    return [el("p", { "data-kind": "right" }, lcms.text(phrase, { score }))];
  }

  /** @param {Outcome} outcome */
  leftToDo({ pagesLeft, questionsLeft }) {
    const { el } = lcms.dom;
    const titles = new Map(this.sco.pages.map(({ id, title }) => [id, title]));
    const items = pagesLeft.map((id) => el("li", {}, el("a", { href: `#page-${id}` }, titles.get(id) ?? id)));
    if (questionsLeft > 0) items.push(el("li", {}, lcms.text("questionsLeft", { n: questionsLeft })));
    return items.length === 0 ? [] : [el("h2", {}, lcms.text("stillToDo")), el("ul", {}, ...items)];
  }

  /** @param {SaveState} state */
  showSaveState(state) {
    const saved = state === "saved" || state === "shortened";
    const failed = state === "failed";
    this.saveState.dataset.state = state;
    this.saveState.textContent = lcms.text(state);
    if (failed || (this.failures > 0 && saved)) this.announce(lcms.text(state));
    if (failed) this.failures += 1;
    if (saved) this.failures = 0;
    // One failure may pass unseen; the next one says what to do.
    if (this.failures === 2) this.main.prepend(this.trouble);
    if (saved) this.trouble.remove();
  }

  /** A lasting notice above the page: nothing is recorded. @param {"noPlatform" | "notLoaded"} reason */
  showUntracked(reason) {
    this.main.prepend(lcms.dom.el("p", { class: "lcms-notice", role: "note" }, lcms.text(reason)));
  }

  /** @param {string} text read out by screen readers */
  announce(text) {
    this.announcer.textContent = text;
  }
};
