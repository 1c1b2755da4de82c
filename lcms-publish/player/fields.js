"use strict";
/* What a learner fills in, one kind per form of question: reading the answer, writing one, saying what of it is right. */

/**
 * @typedef {object} Fields
 * @property {() => Reply} read what is filled in now
 * @property {(reply: Reply | null) => void} write null empties
 * @property {() => void} mark shows which parts are right and wrong; leaves what was not answered unsaid
 * @property {(seed: string) => void} arrange puts what stands in no order of its own into the learner's
 * @property {HTMLElement | undefined} first where to begin
 */

var lcms = lcms || {};

lcms.fields = (() => {
  const { all, el, spoken } = lcms.dom;

  /** Marks an element, for eyes and ears. @param {HTMLElement} element @param {boolean} right @param {(mark: Node) => void} place */
  function sign(element, right, place) {
    element.dataset.result = right ? "right" : "wrong";
    place(el("span", { class: "lcms-mark", "data-result": element.dataset.result }, spoken(lcms.text(right ? "rightMark" : "wrongMark"))));
  }

  /** Radio buttons or boxes. @param {HTMLElement} root @param {Question} question @param {string} id @returns {Fields} */
  function choices(root, question, id) {
    /** @type {HTMLInputElement[]} */
    const inputs = all(root, "input");
    const labelOf = (/** @type {HTMLElement} */ input) => /** @type {HTMLElement} */ (input.closest("label"));
    const authored = question.choices ?? [];
    return {
      read: () =>
        inputs
          .filter(({ checked }) => checked)
          .map(({ value }) => value)
          .sort((a, b) => authored.indexOf(a) - authored.indexOf(b)),
      write(reply) {
        for (const input of inputs) input.checked = Array.isArray(reply) && reply.includes(input.value);
      },
      mark() {
        for (const input of inputs.filter(({ checked }) => checked)) {
          const label = labelOf(input);
          sign(label, lcms.scoring.isRight(question, input.value), (mark) => label.append(mark));
        }
      },
      arrange(seed) {
        if (!question.shuffle) return;
        const labels = new Map(inputs.map((input) => [input.value, labelOf(input)]));
        for (const choice of lcms.scoring.shuffled(`${seed}/${id}`, [...labels.keys()])) root.append(/** @type {Node} */ (labels.get(choice)));
      },
      first: inputs[0],
    };
  }

  /** Blanks, a number, or a long answer. @param {HTMLElement} root @param {Question} question @returns {Fields} */
  function texts(root, question) {
    /** @type {(HTMLInputElement | HTMLTextAreaElement)[]} */
    const inputs = all(root, "input, textarea");
    const left = inputs.flatMap((input) => (input.maxLength > 0 ? [countdown(input)] : []));
    return {
      read: () => Object.fromEntries(inputs.map(({ name, value }) => [name, value])),
      write(reply) {
        for (const input of inputs) input.value = reply && !Array.isArray(reply) ? (reply[input.name] ?? "") : "";
        for (const show of left) show();
      },
      mark() {
        if (question.type === "long_answer") return;
        for (const input of inputs.filter(({ value }) => value.trim() !== "")) {
          sign(input, lcms.scoring.isRight(question, input.name, input.value), (mark) => input.after(mark));
        }
      },
      arrange() {},
      first: inputs[0],
    };
  }

  /** Says how many characters a field still takes. @param {HTMLInputElement | HTMLTextAreaElement} input @returns {() => void} */
  function countdown(input) {
    const note = el("p", { class: "lcms-left", id: `left-${lcms.scoring.hash(input.form?.dataset.question ?? "").toString(36)}` });
    const show = () => (note.textContent = lcms.text("charactersLeft", { n: Math.max(0, input.maxLength - input.value.length) }));
    input.setAttribute("aria-describedby", note.id);
    input.addEventListener("input", show);
    input.after(note);
    return show;
  }

  /** One list to choose from per entry. @param {HTMLElement} root @param {Question} question @param {string} id @returns {Fields} */
  function matching(root, question, id) {
    /** @type {HTMLSelectElement[]} */
    const selects = all(root, "select");
    const chosen = () => selects.filter(({ value }) => value !== "");
    const pair = (/** @type {HTMLSelectElement} */ { name, value }) => `${name}.${value}`;
    return {
      read: () => chosen().map(pair),
      write(reply) {
        const targets = new Map(Array.isArray(reply) ? reply.map((each) => /** @type {[string, string]} */ (each.split("."))) : []);
        for (const select of selects) select.value = targets.get(select.name) ?? "";
      },
      mark() {
        for (const select of chosen()) sign(select, lcms.scoring.isRight(question, pair(select)), (mark) => select.after(mark));
      },
      arrange(seed) {
        const order = lcms.scoring.shuffled(`${seed}/${id}`, question.targets ?? []);
        const pictured = root.querySelector(".lcms-targets[data-shown]") !== null;
        const sort = (/** @type {HTMLElement} */ list, /** @type {(entry: HTMLElement) => string | undefined} */ nameOf) => {
          const entries = new Map(all(list, "option[value]:not([value='']), li").map((entry) => [nameOf(entry), entry]));
          order.forEach((target, place) => {
            const entry = entries.get(target);
            if (!entry) return;
            // Where the targets show more than words, options name them by letter.
            if (pictured && entry instanceof HTMLOptionElement) entry.prepend(`${String.fromCharCode(65 + place)} `);
            list.append(entry);
          });
        };
        for (const select of selects) sort(select, (entry) => /** @type {HTMLOptionElement} */ (entry).value);
        for (const list of all(root, ".lcms-targets")) sort(list, (entry) => entry.dataset.target);
      },
      first: selects[0],
    };
  }

  /** A list to put in order. What nobody moved is no answer. @param {HTMLElement} root @param {Question} question @param {string} id @returns {Fields} */
  function ordering(root, question, id) {
    const right = /** @type {string[]} */ (question.correct);
    const list = /** @type {HTMLElement} */ (root.querySelector(".lcms-order"));
    let moved = false;
    /** @type {string[]} */
    let begun = [];
    const ordered = new lcms.OrderedList(list, () => {
      moved = true;
      for (const type of ["input", "change"]) list.dispatchEvent(new Event(type, { bubbles: true }));
    });
    return {
      read: () => (moved ? ordered.ids : []),
      write(reply) {
        moved = Array.isArray(reply) && reply.length > 0;
        ordered.arrange(moved ? /** @type {string[]} */ (reply) : begun);
      },
      mark() {
        ordered.items.forEach((item, place) => sign(item, item.dataset.item === right[place], (mark) => item.append(mark)));
      },
      arrange(seed) {
        const [first, ...rest] = lcms.scoring.shuffled(`${seed}/${id}`, right);
        // What is right already could not be answered.
        begun = [first, ...rest].join() === right.join() ? [...rest, first] : [first, ...rest];
        ordered.arrange(begun);
      },
      get first() {
        return lcms.dom.all(list, "button").find((button) => button.getAttribute("aria-disabled") !== "true");
      },
    };
  }

  /** The fields of a question. @param {HTMLElement} root @param {Question} question @param {string} id @returns {Fields} */
  return function fields(root, question, id) {
    if (question.type === "matching") return matching(root, question, id);
    if (question.type === "ordering") return ordering(root, question, id);
    return (question.choices ?? []).length > 0 ? choices(root, question, id) : texts(root, question);
  };
})();
