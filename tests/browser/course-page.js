"use strict";
/* Runs in the page of a small LMS: walks through a whole SCORM 2004 package under scorm-again's sequencing. The manifest is
   read as it stands; nothing of it is known here but the standard's own names. */

window.course = (() => {
  /** @type {any} */
  let runtime = null;
  /** What each item left behind, by identifier. @type {Map<string, any>} */
  const kept = new Map();
  /** Where each item is launched and what it is told. @type {Map<string, { href: string, launchData: string }>} */
  const launches = new Map();
  let current = "";

  /** Child elements of a name, whatever their prefix. @param {Element | undefined} parent @param {string} name */
  const all = (parent, name) => [...(parent?.children ?? [])].filter((child) => child.localName === name);
  /** @param {Element | undefined} parent @param {string} name @returns {Element | undefined} */
  const one = (parent, name) => all(parent, name)[0];

  /** Attributes as settings: words, numbers and flags. @param {Element | undefined} element */
  function attributes(element) {
    const value = (/** @type {string} */ text) => {
      if (text === "true" || text === "false") return text === "true";
      return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
    };
    return Object.fromEntries([...(element?.attributes ?? [])].map((each) => [each.localName, value(each.value)]));
  }

  /** @param {Element} element @param {boolean} isPrimary */
  function objective(element, isPrimary) {
    const measure = one(element, "minNormalizedMeasure")?.textContent;
    return {
      objectiveID: "",
      ...attributes(element),
      isPrimary,
      ...(measure && { minNormalizedMeasure: Number(measure) }),
      mapInfo: all(element, "mapInfo").map((map) => ({
        readSatisfiedStatus: true, readNormalizedMeasure: true, ...attributes(map),
      })),
    };
  }

  /** @param {Element} element */
  function rule(element) {
    const conditions = one(element, "ruleConditions");
    return {
      action: one(element, "ruleAction")?.getAttribute("action"),
      conditionCombination: conditions?.getAttribute("conditionCombination") ?? "all",
      conditions: all(conditions, "ruleCondition").map(attributes),
    };
  }

  /** What the sequencing of an item says, in the settings of scorm-again. @param {Element | undefined} sequencing */
  function settings(sequencing) {
    const rules = one(sequencing, "sequencingRules");
    const objectives = one(sequencing, "objectives");
    const rollup = one(sequencing, "rollupRules");
    const considerations = one(sequencing, "rollupConsiderations");
    const primary = one(objectives, "primaryObjective");
    return {
      sequencingControls: { choice: true, flow: false, ...attributes(one(sequencing, "controlMode")), ...attributes(rollup) },
      deliveryControls: attributes(one(sequencing, "deliveryControls")),
      ...attributes(one(sequencing, "limitConditions")),
      sequencingRules: {
        preConditionRules: all(rules, "preConditionRule").map(rule),
        postConditionRules: all(rules, "postConditionRule").map(rule),
        exitConditionRules: all(rules, "exitConditionRule").map(rule),
      },
      ...(primary && { primaryObjective: objective(primary, true) }),
      objectives: all(objectives, "objective").map((each) => objective(each, false)),
      ...(considerations && { rollupConsiderations: attributes(considerations) }),
    };
  }

  /** @param {Element} item @param {Map<string, Element>} resources @returns {any} */
  function activity(item, resources) {
    const id = String(item.getAttribute("identifier"));
    const resource = resources.get(item.getAttribute("identifierref") ?? "");
    if (resource) {
      launches.set(id, { href: String(resource.getAttribute("href")), launchData: one(item, "dataFromLMS")?.textContent ?? "" });
    }
    return {
      id,
      title: one(item, "title")?.textContent ?? "",
      ...settings(one(item, "sequencing")),
      children: all(item, "item").map((child) => activity(child, resources)),
    };
  }

  /** @param {string} xml */
  function begin(xml) {
    const manifest = new DOMParser().parseFromString(xml, "application/xml").documentElement;
    const resources = new Map(all(one(manifest, "resources"), "resource").map((each) => [String(each.getAttribute("identifier")), each]));
    const organization = /** @type {Element} */ (one(one(manifest, "organizations"), "organization"));
    runtime = new window.Scorm2004API({ logLevel: 5, sequencing: { activityTree: activity(organization, resources) } });
    Object.assign(window, { API_1484_11: runtime });
    return [...organization.getElementsByTagNameNS("*", "item")].map((item) => ({
      id: String(item.getAttribute("identifier")), title: one(item, "title")?.textContent ?? "",
    }));
  }

  /** What an item is given at its launch: what it left when it was suspended, else nothing. @param {string} id */
  function give(id) {
    const { launchData = "" } = launches.get(id) ?? {};
    const left = kept.get(id);
    const resumed = left?.exit === "suspend";
    const { location, suspend_data, completion_status, success_status, score, progress_measure } = left ?? {};
    const state = resumed ? { location, suspend_data, completion_status, success_status, score, progress_measure, entry: "resume" } : { entry: "ab-initio" };
    runtime.loadFromJSON({ ...state, launch_data: launchData });
  }

  /**
   * Asks to go somewhere, and opens what is delivered.
   * @param {"start" | "choice" | "continue" | "previous"} request
   * @param {string} [target]
   * @returns {string | null} identifier of what was delivered, null when the request is refused
   */
  function go(request, target) {
    if (runtime.isTerminated()) runtime.reset();
    if (!runtime.processNavigationRequest(request, target)) return null;
    current = runtime.getSequencingService().getSequencingState().currentActivity.id;
    give(current);
    const frame = document.createElement("iframe");
    Object.assign(frame, { title: "Lesson", src: `/content/${launches.get(current)?.href}` });
    frame.style.cssText = "position:fixed;inset:0;width:100%;height:100%;border:0";
    document.body.append(frame);
    return current;
  }

  /** Leaves what is open, as a learner who closes the window. */
  async function leave() {
    const frame = /** @type {HTMLIFrameElement} */ (document.querySelector("iframe"));
    const left = new Promise((heard) => frame.contentWindow?.addEventListener("pagehide", heard));
    frame.src = "about:blank";
    await left;
    const { cmi } = runtime.renderCMIToJSONObject();
    kept.set(current, { ...cmi, exit: runtime.cmi.getExitValueInternal() });
    frame.remove();
    return cmi;
  }

  /** What sequencing holds of an item or of the course. @param {string} id */
  function status(id) {
    const { completionStatus, successStatus, score } = runtime.getActivityTrackingData(id);
    return { completion: completionStatus, success: successStatus, score };
  }

  const root = () => runtime.getSequencingService().getSequencingState().rootActivity.id;
  return { begin, go, leave, status, root };
})();
