"use strict";
/* A list that the learner puts in order: by two buttons on each entry, which do everything, or by dragging it. */

var lcms = lcms || {};

lcms.OrderedList = class OrderedList {
  /**
   * @param {HTMLElement} list its items carry their ids in `data-item`
   * @param {() => void} onMove
   */
  constructor(list, onMove) {
    this.list = list;
    this.onMove = onMove;
    this.announcer = lcms.dom.el("p", { class: "lcms-spoken", role: "status" });
    for (const item of this.items) this.equip(item);
    list.after(this.announcer);
    this.mark();
  }

  get items() {
    return lcms.dom.all(this.list, ":scope > li");
  }

  /** Ids from first to last. */
  get ids() {
    return this.items.map((item) => String(item.dataset.item));
  }

  /** Puts the entries in this order; those not named keep theirs behind it. @param {string[]} ids */
  arrange(ids) {
    const items = new Map(this.items.map((item) => [item.dataset.item, item]));
    const named = ids.flatMap((id) => items.get(id) ?? []);
    this.list.append(...named, ...this.items.filter((item) => !named.includes(item)));
    this.mark();
  }

  /** @param {HTMLElement} item */
  equip(item) {
    const { el } = lcms.dom;
    const name = item.textContent.trim();
    const grip = el("span", { class: "lcms-grip", "aria-hidden": "true" });
    const buttons = [-1, 1].map((by) => {
      const label = lcms.text(by < 0 ? "moveUp" : "moveDown", { item: name });
      const button = el("button", { type: "button", class: by < 0 ? "lcms-up" : "lcms-down", "aria-label": label, title: label });
      button.addEventListener("click", () => this.step(item, by, button));
      return button;
    });
    item.prepend(grip);
    item.append(el("span", { class: "lcms-moves" }, ...buttons));
    grip.addEventListener("pointerdown", (event) => this.drag(event, item));
  }

  /** Says at the ends of the list that there is no way on. A button keeps its focus there. */
  mark() {
    this.items.forEach((item, place, { length }) => {
      item.querySelector(".lcms-up")?.setAttribute("aria-disabled", String(place === 0));
      item.querySelector(".lcms-down")?.setAttribute("aria-disabled", String(place === length - 1));
    });
  }

  /** @param {HTMLElement} item @param {number} by @param {HTMLElement} button */
  step(item, by, button) {
    const { items } = this;
    const beside = items[items.indexOf(item) + by];
    if (!beside) return;
    if (by < 0) beside.before(item);
    else beside.after(item);
    button.focus();
    this.moved(item);
  }

  /** @param {HTMLElement} item */
  moved(item) {
    this.mark();
    const { items } = this;
    this.announcer.textContent = lcms.text("movedTo", { n: items.indexOf(item) + 1, total: items.length });
    this.onMove();
  }

  /** Follows the pointer until it is let go; Escape and a lost pointer take the item back. @param {PointerEvent} event @param {HTMLElement} item */
  drag(event, item) {
    if (event.button !== 0 || item.closest(":disabled")) return;
    event.preventDefault();
    // Keys are for this list now: Escape, and the buttons afterwards.
    item.querySelector("button")?.focus({ preventScroll: true });
    const grip = /** @type {HTMLElement} */ (event.currentTarget);
    const before = this.ids;
    const end = new AbortController();
    const { signal } = end;
    grip.setPointerCapture(event.pointerId);
    item.classList.add("lcms-dragged");
    const finish = (/** @type {boolean} */ keep) => {
      end.abort();
      item.classList.remove("lcms-dragged");
      if (!keep) this.arrange(before);
      else if (this.ids.join() !== before.join()) this.moved(item);
    };
    grip.addEventListener("pointermove", ({ clientY }) => this.follow(item, clientY), { signal });
    grip.addEventListener("pointerup", () => finish(true), { signal });
    grip.addEventListener("pointercancel", () => finish(false), { signal });
    document.addEventListener("keydown", ({ key }) => key === "Escape" && finish(false), { signal });
  }

  /** Takes each neighbour whose middle the pointer has passed past the item, which itself stays where it is held. @param {HTMLElement} item @param {number} y */
  follow(item, y) {
    const middle = (/** @type {Element} */ each) => {
      const { top, height } = each.getBoundingClientRect();
      return top + height / 2;
    };
    for (let above = item.previousElementSibling; above && y < middle(above); above = item.previousElementSibling) item.after(above);
    for (let below = item.nextElementSibling; below && y > middle(below); below = item.nextElementSibling) item.before(below);
  }
};
