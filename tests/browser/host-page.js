"use strict";
/* Runs in the host page: reads the manifest, offers the runtime with its calls recorded, holds the SCO in a frame. */

window.host = (() => {
  /** @type {Call[]} */
  const calls = [];
  /** @type {any} the runtime, unrecorded */
  let runtime = null;

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

  /** @param {string} name @param {Faults} faults */
  function recorded(name, faults) {
    let initializeFailures = faults.failInitialize ?? 0;
    return (/** @type {string[]} */ ...values) => {
      let result = null;
      if (name.endsWith("Initialize") && initializeFailures > 0) {
        initializeFailures -= 1;
        result = "false";
      } else if (name.endsWith("Commit") && window.host.failCommit) result = "false";
      else result = runtime[name](...values);
      if (result === "true" && faults.success !== undefined) result = faults.success;
      calls.push({ method: name, values, result });
      return result;
    };
  }

  /** @param {Standard} standard @param {Faults} faults */
  function offer(standard, faults) {
    const names = ["Initialize", standard === "scorm12" ? "Finish" : "Terminate", "GetValue", "SetValue", "Commit", "GetLastError", "GetErrorString", "GetDiagnostic"];
    const methods = standard === "scorm12" ? names.map((name) => `LMS${name}`) : names;
    const api = Object.fromEntries(methods.map((name) => [name, recorded(name, faults)]));
    Object.assign(window, { [standard === "scorm12" ? "API" : "API_1484_11"]: api });
  }

  /** @param {{ standard: Standard, href: string, state: any, faults: Faults }} options */
  function launch({ standard, href, state, faults }) {
    runtime = standard === "scorm12" ? new window.Scorm12API({ logLevel: 5 }) : new window.Scorm2004API({ logLevel: 5 });
    if (state) runtime.loadFromJSON(state);
    window.host.failCommit = faults.failCommit ?? false;
    if (faults.apiAfter) setTimeout(() => offer(standard, faults), faults.apiAfter);
    else if (!faults.noApi) offer(standard, faults);
    const frame = document.createElement("iframe");
    Object.assign(frame, { name: "sco", title: "Lesson", src: href });
    frame.style.cssText = "position:fixed;inset:0;width:100%;height:100%;border:0";
    document.body.append(frame);
  }

  /** Closes the SCO; resolves when it is gone. */
  function leave() {
    const frame = document.querySelector("iframe");
    return new Promise((gone) => {
      frame?.addEventListener("load", () => gone(undefined));
      if (frame) frame.src = "about:blank";
    });
  }

  return { calls, failCommit: false, readManifest, launch, leave, cmi: () => runtime.renderCMIToJSONObject().cmi };
})();
