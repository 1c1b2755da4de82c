"use strict";
/* Runs in the host page: reads the manifest, offers the runtime with its calls recorded, opens the SCO. */

window.host = (() => {
  /** @type {Call[]} */
  const calls = [];
  /** @type {any} the runtime, unrecorded */
  let runtime = null;
  /** @type {Window | null} the window of the SCO, when it has one of its own */
  let opened = null;

  /** Text of the first child element of a name. @param {Element} parent @param {string} name */
  const textOf = (parent, name) => [...parent.children].find((child) => child.localName === name)?.textContent?.trim() ?? "";

  /** An attribute whatever its prefix and case: `adlcp:scormtype` in 1.2, `adlcp:scormType` in 2004. @param {Element} element @param {string} name */
  const attribute = (element, name) => [...element.attributes].find((each) => each.localName.toLowerCase() === name)?.value ?? "";

  /** The SCOs of a package in document order. @param {string} xml @returns {Manifest} */
  function readManifest(xml) {
    const manifest = new DOMParser().parseFromString(xml, "application/xml");
    const broken = manifest.querySelector("parsererror");
    if (broken) throw new Error(`imsmanifest.xml: ${broken.textContent}`);
    const resources = new Map([...manifest.getElementsByTagNameNS("*", "resource")].map((each) => [attribute(each, "identifier"), each]));
    const items = [...manifest.getElementsByTagNameNS("*", "item")].flatMap((item) => {
      const resource = resources.get(attribute(item, "identifierref"));
      if (!resource || attribute(resource, "scormtype") !== "sco") return [];
      return [{ identifier: attribute(item, "identifier"), title: textOf(item, "title"), href: attribute(resource, "href") }];
    });
    const version = manifest.getElementsByTagNameNS("*", "schemaversion")[0]?.textContent?.trim();
    return { standard: version === "1.2" ? "scorm12" : "scorm2004", items };
  }

  /** Whether a call fails by order of the test. @param {string} name @param {{ initialize: number }} failures left to make */
  function fails(name, failures) {
    if (name.endsWith("Commit")) return window.host.failCommit;
    if (!name.endsWith("Initialize") || failures.initialize === 0) return false;
    failures.initialize -= 1;
    return true;
  }

  /** The fault that is on for a call, used up by one. @param {string} name @param {string[]} values */
  function faultOf(name, values) {
    const { fault } = window.host;
    if (!fault || !new RegExp(`${fault.method}$`).test(name)) return null;
    if (fault.element !== undefined && !new RegExp(fault.element).test(values[0])) return null;
    fault.times = (fault.times ?? Infinity) - 1;
    return fault.times >= 0 ? fault.how : null;
  }

  /** @param {number} ms the time for which an LMS blocks */
  function block(ms) {
    const until = performance.now() + ms;
    while (performance.now() < until);
  }

  /** What an LMS that misbehaves answers. @param {Misbehaviour | null} how @param {string[]} values @param {(...given: string[]) => unknown} real */
  function answer(how, values, real) {
    if (how === "false") return "false";
    if (how === "undefined") return undefined;
    if (how === "promise") return Promise.resolve("true");
    if (how === "throw") throw new Error("the LMS broke");
    // Says that it did what it did not; reads as if there were nothing.
    if (how === "lie") return values.length === 1 && values[0] !== "" ? "" : "true";
    if (how === "slow") block(100);
    return how === "cut" ? real(values[0], values[1].slice(0, 60)) : real(...values);
  }

  /** @param {string} name @param {Faults} faults @param {{ initialize: number }} failures */
  function recorded(name, faults, failures) {
    return (/** @type {string[]} */ ...values) => {
      const how = faultOf(name, values);
      const call = { method: name, values, result: /** @type {unknown} */ ("nothing") };
      calls.push(call);
      const given = fails(name, failures) ? "false" : answer(how, values, (...args) => runtime[name](...args));
      call.result = given === "true" && faults.success !== undefined ? faults.success : given;
      if (name.endsWith("Commit") && given === "true" && how !== "lie") window.host.kept = runtime.renderCMIToJSONObject().cmi;
      return call.result;
    };
  }

  /** @param {Standard} standard @param {Faults} faults */
  function offer(standard, faults) {
    const names = ["Initialize", standard === "scorm12" ? "Finish" : "Terminate", "GetValue", "SetValue", "Commit", "GetLastError", "GetErrorString", "GetDiagnostic"];
    const methods = standard === "scorm12" ? names.map((name) => `LMS${name}`) : names;
    const failures = { initialize: faults.failInitialize ?? 0 };
    const api = Object.fromEntries(methods.map((name) => [name, recorded(name, faults, failures)]));
    Object.assign(window, { [standard === "scorm12" ? "API" : "API_1484_11"]: api });
  }

  /** @type {{ [via in Via]: (url: string) => void }} */
  const open = {
    frame: openFrame,
    window: (url) => (opened = window.open(url, "sco", "popup,width=1000,height=700")),
    // The same server under another name is another origin: the content's parent is then closed to it.
    shell: (url) => openFrame(`http://localhost:${location.port}/shell?${location.origin}${url}`),
  };

  /** @param {string} url */
  function openFrame(url) {
    const frame = document.createElement("iframe");
    Object.assign(frame, { title: "Lesson", src: url });
    frame.style.cssText = "position:fixed;inset:0;width:100%;height:100%;border:0";
    document.body.append(frame);
  }

  /** @param {LaunchOrder} order */
  function launch({ standard, url, state, faults, via }) {
    runtime = standard === "scorm12" ? new window.Scorm12API({ logLevel: 5 }) : new window.Scorm2004API({ logLevel: 5 });
    if (state) runtime.loadFromJSON(state);
    window.host.failCommit = faults.failCommit ?? false;
    window.host.fault = faults.fault ?? null;
    if (faults.apiAfter) setTimeout(() => offer(standard, faults), faults.apiAfter);
    else if (!faults.noApi) offer(standard, faults);
    open[via](url);
  }

  /** The window of the SCO, however deep. */
  function contentWindow() {
    let content = opened ?? window;
    while (content.frames.length > 0) content = content.frames[0];
    return content;
  }

  /** Closes the SCO; resolves when it has heard of that, after its own listeners. */
  async function leave() {
    const left = new Promise((heard) => contentWindow().addEventListener("pagehide", heard));
    if (opened) opened.close();
    else Object.assign(document.querySelector("iframe") ?? {}, { src: "about:blank" });
    await left;
  }

  return { calls, failCommit: false, fault: null, kept: null, readManifest, launch, leave, cmi: () => runtime.renderCMIToJSONObject().cmi };
})();
