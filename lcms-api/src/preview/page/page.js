"use strict";
/* The page around a preview: chooses what is shown, gives it a runtime, and shows what the two say to each other. */

(() => {
  const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const { title, standard, note, items } = JSON.parse(String(byId("preview").textContent));
  const frame = /** @type {HTMLIFrameElement} */ (byId("content"));
  const choice = /** @type {HTMLSelectElement} */ (byId("items"));
  const MOST_CALLS = 500;
  /** How long what content sent over HTTP when it ended may take to arrive. */
  const LAST_WORDS = 200;
  /** How long the server may take to hand on what is asked. */
  const PATIENCE = 5000;
  let shown = new Map();

  document.title = `${title} – preview`;
  byId("title").textContent = title;
  for (const { id, title: name, depth, href } of items) {
    const option = new Option(`${"\u2003".repeat(depth)}${name}`, id);
    option.disabled = href === undefined;
    choice.add(option);
  }
  choice.parentElement.hidden = items.length < 2;

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

  /** Gives the content a new session; answers what its address says of it. @param {{ id: string, href: string }} item */
  function begin({ id, href }) {
    const report = (/** @type {Record<string, string>} */ values, /** @type {Parameters<typeof showCall>[0]} */ call) => {
      showValues(values);
      showCall(call);
    };
    if (standard !== "cmi5") {
      const runtime = createRuntime(standard, key(id), report);
      window[runtime.name] = runtime.api;
      showValues(runtime.values());
      return href;
    }
    const unit = units.get(href);
    if (!unit) return href;
    const { address, values } = cmi5.launch(unit, key(id), new URL(".", location.href).href, report);
    showValues(values());
    return `${href}${href.includes("?") ? "&" : "?"}${address}`;
  }

  /** The units of a cmi5 course, by the address of each. */
  let units = new Map();

  /** Takes the place of an LMS, which cmi5 content asks over HTTP: the server hands on what is asked and what is answered. */
  async function becomeLms() {
    const asked = new EventSource("asked");
    asked.addEventListener("message", ({ data }) => {
      const { number, address, ...request } = JSON.parse(data);
      const answer = cmi5.answer({ ...request, url: new URL(address, location.href).href });
      if (answer) void fetch(`answers/${number}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(answer) });
    });
    await Promise.race([new Promise((done) => asked.addEventListener("open", done)), wait(PATIENCE)]);
    units = cmi5.units(await (await fetch("content/cmi5.xml")).text());
  }

  const wait = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));

  /** Opens what is chosen. */
  function open() {
    const item = items.find(({ id }) => id === choice.value);
    if (!item) return;
    // What was shown ends before what comes begins.
    frame.onload = async () => {
      frame.onload = null;
      if (standard === "cmi5") await wait(LAST_WORDS);
      shown = new Map();
      byId("calls").replaceChildren();
      const address = standard ? begin(item) : item.href;
      frame.contentWindow.location.replace(new URL(`content/${address}`, location.href));
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
      if (standard === "cmi5") cmi5.forget(key(choice.value));
      else keptValues.removeItem(key(choice.value));
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
  /** Shows the runtime, if there is one. */
  function start() {
    byId("toggle").hidden = byId("reset").hidden = !standard;
    byId("note").textContent = note;
    byId("note").hidden = !note;
    // On a small screen the content comes first.
    showRuntime(standard !== null && !matchMedia("(max-width: 40rem)").matches);
    open();
  }
  if (standard === "cmi5") void becomeLms().catch(console.warn).then(start);
  else start();
})();
