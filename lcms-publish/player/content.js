"use strict";
/* What authors write, made handier: tabs instead of one section after the other, tracks with the names of their
   languages, everything open on paper. Without it all of a page can be read too. */

var lcms = lcms || {};

lcms.content = (() => {
  const { all, el } = lcms.dom;

  /** Sections under one row of tabs. @param {HTMLElement} group @param {number} number */
  function makeTabs(group, number) {
    const panels = all(group, ":scope > .lcms-tab");
    if (panels.length < 2) return;
    const tabs = panels.map((panel, place) => {
      panel.id ||= `tab-${number}-${place}`;
      const title = /** @type {HTMLElement} */ (panel.querySelector(".lcms-tab-title"));
      const tab = el("button", { type: "button", role: "tab", id: `${panel.id}-tab`, "aria-controls": panel.id }, title.textContent);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      panel.tabIndex = 0;
      tab.addEventListener("click", () => select(place));
      panel.addEventListener("lcms-reveal", () => select(place));
      return tab;
    });
    const select = (/** @type {number} */ chosen) => {
      tabs.forEach((tab, place) => {
        tab.setAttribute("aria-selected", String(place === chosen));
        tab.tabIndex = place === chosen ? 0 : -1;
        panels[place].hidden = place !== chosen;
      });
    };
    const list = el("div", { class: "lcms-tablist", role: "tablist" }, ...tabs);
    list.addEventListener("keydown", (event) => {
      const place = reached(event, tabs.findIndex((tab) => tab === event.target), tabs.length);
      if (place === null) return;
      event.preventDefault();
      select(place);
      tabs[place].focus();
    });
    panels[0].before(list);
    group.dataset.tabs = "";
    select(0);
  }

  /** The tab that a key leads to, round and round. @param {KeyboardEvent} event @param {number} from @param {number} count @returns {number | null} */
  function reached({ key, target }, from, count) {
    const rightToLeft = target instanceof Element && getComputedStyle(target).direction === "rtl";
    const steps = { ArrowRight: rightToLeft ? -1 : 1, ArrowLeft: rightToLeft ? 1 : -1, Home: -from, End: count - 1 - from };
    const step = steps[/** @type {"Home"} */ (key)];
    return step === undefined ? null : (from + step + count) % count;
  }

  /** Shows what hides an element: closed details and tabs that are not on show. @param {Element} target */
  function reveal(target) {
    for (let around = /** @type {Element | null} */ (target); around; around = around.parentElement) {
      if (around instanceof HTMLDetailsElement) around.open = true;
      if (around.matches(".lcms-tab[hidden]")) around.dispatchEvent(new Event("lcms-reveal"));
    }
  }

  /** Makes the pages handier. */
  function enhance() {
    all(document, ".lcms-tabs").forEach(makeTabs);
    const names = new Intl.DisplayNames([lcms.language], { type: "language" });
    /** @type {HTMLTrackElement[]} */
    const tracks = all(document, "track");
    for (const track of tracks) track.label = names.of(track.srclang) ?? track.label;
    /** @type {HTMLDetailsElement[]} */
    let opened = [];
    window.addEventListener("beforeprint", () => {
      opened = all(document, "details:not([open])");
      for (const details of opened) details.open = true;
    });
    window.addEventListener("afterprint", () => {
      for (const details of opened) details.open = false;
    });
  }

  return { enhance, reveal };
})();
