"use strict";
/* The page around a preview: chooses what is shown, gives it a runtime, and shows what the two say to each other. */

(() => {
  const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const { title, standard, note, items } = JSON.parse(String(byId("preview").textContent));
  const frame = /** @type {HTMLIFrameElement} */ (byId("content"));
  const choice = /** @type {HTMLSelectElement} */ (byId("items"));
  const MOST_CALLS = 500;
  let shown = new Map();

  document.title = `${title} – preview`;
  byId("title").textContent = title;
  for (const { id, title: name, depth, href } of items) {
    const option = new Option(`${"\u2003".repeat(depth)}${name}`, id);
    option.disabled = href === undefined;
    choice.add(option);
  }
  choice.parentElement.hidden = items.length < 2;
  byId("note").textContent = note;
  byId("note").hidden = !note;

  const key = (/** @type {string} */ id) => `${location.pathname}${id}`;

  /** @param {Record<string, string>} values */
  function showValues(values) {
    const rows = Object.entries(values)
      .filter(([, value]) => value !== "")
      .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
      .map(([name, value]) => {
        const row = document.createElement("tr");
        const head = document.createElement("th");
        const cell = document.createElement("td");
        head.scope = "row";
        // A long name breaks between its parts.
        head.append(...name.split(/(?<=[._])/).flatMap((part) => [part, document.createElement("wbr")]));
        cell.textContent = value;
        row.toggleAttribute("data-new", shown.size > 0 && shown.get(name) !== value);
        row.append(head, cell);
        return row;
      });
    shown = new Map(Object.entries(values));
    byId("values").replaceChildren(...rows);
    byId("no-values").hidden = rows.length > 0;
  }

  /** @param {{ name: string, parameters: string[], result: string, error: string }} call */
  function showCall({ name, parameters, result, error }) {
    const line = document.createElement("li");
    line.textContent = `${name}(${parameters.map((text) => JSON.stringify(text)).join(", ")}) → ${JSON.stringify(result)}${error === "0" ? "" : ` (error ${error})`}`;
    line.toggleAttribute("data-error", error !== "0");
    const list = byId("calls");
    list.append(line);
    while (list.childElementCount > MOST_CALLS) list.firstElementChild.remove();
    byId("calls-view").scrollTop = byId("calls-view").scrollHeight;
  }

  /** Gives the content a new session. @param {string} id */
  function begin(id) {
    const runtime = createRuntime(standard, key(id), (values, call) => {
      showValues(values);
      showCall(call);
    });
    window[runtime.name] = runtime.api;
    showValues(runtime.values());
  }

  /** Opens what is chosen. */
  function open() {
    const item = items.find(({ id }) => id === choice.value);
    if (!item) return;
    // What was shown ends before what comes begins.
    frame.onload = () => {
      frame.onload = null;
      shown = new Map();
      byId("calls").replaceChildren();
      if (standard) begin(item.id);
      frame.contentWindow.location.replace(new URL(`content/${item.href}`, location.href));
    };
    frame.src = "about:blank";
    frame.title = item.title;
    location.replace(`#${item.id}`);
  }

  const first = items.find(({ href, id }) => href !== undefined && `#${id}` === location.hash) ?? items.find(({ href }) => href !== undefined);
  if (first) choice.value = first.id;
  choice.addEventListener("change", open);
  byId("reload").addEventListener("click", open);
  byId("reset").addEventListener("click", () => {
    // The content writes once more while it ends: forget afterwards.
    frame.onload = () => {
      keptValues.removeItem(key(choice.value));
      open();
    };
    frame.src = "about:blank";
  });
  const main = /** @type {HTMLElement} */ (document.querySelector("main"));
  /** @param {boolean} isOpen */
  function showRuntime(isOpen) {
    main.dataset.runtime = isOpen ? "open" : "closed";
    byId("toggle").setAttribute("aria-expanded", String(isOpen));
  }
  byId("toggle").addEventListener("click", () => showRuntime(main.dataset.runtime === "closed"));
  byId("toggle").hidden = byId("reset").hidden = !standard;
  // On a small screen the content comes first.
  showRuntime(standard !== null && !matchMedia("(max-width: 40rem)").matches);
  open();
})();
