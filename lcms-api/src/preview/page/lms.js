"use strict";
/* An LMS for looking at cmi5 content: launches a unit, answers what it asks by the xAPI's HTTP, keeps documents and statements in
   the browser, and reports every request. What cmi5 does not allow is refused and says why (sections of its specification).
   The server hands on its requests (`relay`). */

/**
 * @typedef {{ url: string, method: string, headers: Record<string, string>, body: string }} Asked
 * @typedef {{ status: number, body?: string, type?: string }} Answer
 * @typedef {{ id: string, moveOn: string, masteryScore?: number, launchParameters?: string, entitlementKey?: string }} Unit
 * @typedef {{ registration: string, documents: Record<string, { body: string, type: string }>, statements: any[] }} KeptUnit
 */

// eslint-disable-next-line no-unused-vars
const cmi5 = (() => {
  const VERBS = "http://adlnet.gov/expapi/verbs/";
  const CATEGORY = "https://w3id.org/xapi/cmi5/context/categories/cmi5";
  const MOVE_ON = "https://w3id.org/xapi/cmi5/context/categories/moveon";
  const SESSION = "https://w3id.org/xapi/cmi5/context/extensions/sessionid";
  const PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress";
  const DEFINED = ["initialized", "completed", "passed", "failed", "terminated"];
  const MOST_STATEMENTS = 1000;
  const ACTOR = { objectType: "Agent", name: "Learner, Preview", account: { homePage: "https://lms.example", name: "preview" } };
  const DOCUMENTS = ["activities/state", "activities/profile", "agents/profile"];

  /** A UUID. `crypto.randomUUID` asks for https, and previews are looked at without. */
  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = 0x40 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  const said = (/** @type {any} */ statement) => String(statement?.verb?.id ?? "").replace(VERBS, "");
  const categories = (/** @type {any} */ statement) => [statement.context?.contextActivities?.category ?? []].flat().map((/** @type {any} */ { id }) => id);
  const json = (/** @type {unknown} */ body, status = 200) => ({ status, body: JSON.stringify(body) });
  const refused = (/** @type {number} */ status, /** @type {string} */ reason) => ({ status, body: reason, type: "text/plain" });

  /** The units of a course structure, by the address of each. @param {string} structure */
  function units(structure) {
    const read = new DOMParser().parseFromString(structure, "application/xml");
    const text = (/** @type {Element} */ au, /** @type {string} */ name) => [...au.children].find(({ localName }) => localName === name)?.textContent?.trim();
    const found = [...read.getElementsByTagNameNS("*", "au")].map((au) => {
      const mastery = au.getAttribute("masteryScore");
      /** @type {Unit} */
      const unit = {
        id: au.getAttribute("id") ?? "",
        moveOn: au.getAttribute("moveOn") ?? "NotApplicable",
        ...(mastery !== null && { masteryScore: Number(mastery) }),
        launchParameters: text(au, "launchParameters"),
        entitlementKey: text(au, "entitlementKey"),
      };
      return /** @type {[string, Unit]} */ ([text(au, "url") ?? "", unit]);
    });
    return new Map(found);
  }

  /** Which page this is, of several that may show one preview. */
  const page = newId();
  /** What each unit keeps: sessions that follow each other share it. @type {Map<string, KeptUnit>} */
  const keptUnits = new Map();
  /** What answers each launch, by its address. @type {Map<string, (asked: Asked) => Answer>} */
  const launched = new Map();

  /** @param {string} key @returns {KeptUnit} */
  function keptOf(key) {
    const there = keptUnits.get(key) ?? JSON.parse(keptValues.getItem(key) ?? "null");
    const kept = there ?? { registration: newId(), documents: {}, statements: [] };
    keptUnits.set(key, kept);
    return kept;
  }

  /** Begins a unit anew; what its sessions still say is heard by nobody. @param {string} key */
  function forget(key) {
    keptUnits.delete(key);
    launched.clear();
    keptValues.removeItem(key);
  }

  /** Answers a request of the content; nothing when another page launched it. @param {Asked} asked */
  function answer(asked) {
    if (!asked.url.includes(`/lms/${page}/`)) return null;
    const [, own] = [...launched].find(([endpoint]) => asked.url.startsWith(endpoint)) ?? [];
    return own?.(asked) ?? refused(410, "this launch was forgotten");
  }

  /**
   * One launch of one unit.
   * @param {Unit} unit
   * @param {string} key under which what the unit keeps is kept while the window is open
   * @param {string} base the address under which it is asked, with a slash at its end
   * @param {(values: Record<string, string>, call: { name: string, parameters: string[], result: string, error: string }) => void} report
   */
  function launch(unit, key, base, report) {
    const kept = keptOf(key);
    const session = newId();
    const endpoint = `${base}lms/${page}/${session}/`;
    const activityId = `${unit.id}#preview`;
    /** Verbs of this session. @type {string[]} */
    const verbs = [];
    let token = "";
    const { masteryScore, launchParameters, entitlementKey, moveOn } = unit;
    const launchData = {
      contextTemplate: { contextActivities: { grouping: [{ id: unit.id }] }, extensions: { [SESSION]: session } },
      launchMode: "Normal",
      moveOn,
      ...(masteryScore !== undefined && { masteryScore }),
      ...(launchParameters && { launchParameters }),
      ...(entitlementKey && { entitlementKey: { courseStructure: entitlementKey } }),
    };

    const keep = () => keptValues.setItem(key, JSON.stringify(kept));
    const told = (/** @type {string} */ verb) => kept.statements.filter((each) => said(each) === verb && each.object?.id === activityId);

    /** Whether the learner may go on (section 10.2.4). */
    function isSatisfied() {
      const [completed, passed] = [told("completed").length > 0, told("passed").length > 0];
      return /** @type {Record<string, boolean>} */ ({ NotApplicable: true, Completed: completed, Passed: passed, CompletedAndPassed: completed && passed, CompletedOrPassed: completed || passed })[moveOn] ?? false;
    }

    function values() {
      const judged = told("passed")[0] ?? told("failed").at(-1);
      const progress = told("terminated").at(-1)?.result?.extensions?.[PROGRESS];
      /** @type {Record<string, string>} */
      const shown = {
        completion: told("completed").length > 0 ? "completed" : "",
        success: judged ? said(judged) : "",
        "score.scaled": String(judged?.result?.score?.scaled ?? ""),
        progress: String(progress ?? ""),
        moveOn: `${moveOn}: ${isSatisfied() ? "satisfied" : "not yet"}`,
        masteryScore: String(masteryScore ?? ""),
      };
      for (const [name, { body }] of Object.entries(kept.documents)) shown[name] = body;
      return shown;
    }

    /** What cmi5 does not allow of any statement: whether it is so, and why it is wrong. @param {any} statement @returns {[boolean, string][]} */
    function rules(statement) {
      const isFirst = said(statement) === "initialized";
      return [
        [verbs.includes("terminated"), "nothing follows “terminated” (9.3.8)"],
        [isFirst === verbs.includes("initialized"), "“initialized” is said first, and once (9.3.2)"],
        [statement.context?.registration !== kept.registration, "the registration is not that of the launch (9.6.1)"],
        [statement.context?.extensions?.[SESSION] !== session, "the session id is not that of the launch (9.6.3.1)"],
      ];
    }

    /** And of those that it defines. @param {any} statement @returns {[boolean, string][]} */
    function rulesOfDefined(statement) {
      const verb = said(statement);
      const { result = {}, object } = statement;
      const decides = "success" in result || "completion" in result;
      const passes = result.score?.scaled >= (masteryScore ?? 0);
      const isJudged = masteryScore !== undefined && result.score?.scaled !== undefined;
      return [
        [!DEFINED.includes(verb), `“${verb}” is no verb of cmi5 (9.3)`],
        [object?.id !== activityId, "the object is not the unit (9.4)"],
        [["completed", "passed"].includes(verb) && told(verb).length > 0, `“${verb}” is said once (9.3.3, 9.3.4)`],
        [decides !== categories(statement).includes(MOVE_ON), "the moveOn category does not fit (9.6.2.2)"],
        [isJudged && verb === "passed" && !passes, "passed below the mastery score (9.3.4)"],
        [isJudged && verb === "failed" && passes, "failed at or above the mastery score (9.3.5)"],
      ];
    }

    /** Why cmi5 does not allow a statement; nothing when it does. @param {any} statement */
    function breach(statement) {
      const isDefined = categories(statement).includes(CATEGORY);
      const all = [...rules(statement), ...(isDefined ? rulesOfDefined(statement) : [])];
      return all.find(([broken]) => broken)?.[1];
    }

    /** Records statements, all or none. @param {any[]} given @returns {Answer} */
    function record(given) {
      const before = { statements: kept.statements.length, verbs: verbs.length };
      for (const statement of given) {
        statement.id ??= newId();
        const there = kept.statements.some(({ id }) => id === statement.id);
        const reason = there ? null : breach(statement);
        if (there || reason) {
          kept.statements.length = before.statements;
          verbs.length = before.verbs;
          return there ? refused(409, "a statement with this id is there") : refused(403, String(reason));
        }
        kept.statements.push(statement);
        verbs.push(said(statement));
      }
      if (kept.statements.length > MOST_STATEMENTS) kept.statements.splice(0, kept.statements.length - MOST_STATEMENTS);
      keep();
      return json(given.map(({ id }) => id));
    }

    /** @param {Asked} asked @param {URLSearchParams} parameters @returns {Answer} */
    function statements({ method, body }, parameters) {
      const id = parameters.get("statementId");
      if (method === "POST") return record([JSON.parse(body)].flat());
      if (method === "PUT") {
        const done = record([{ ...JSON.parse(body), id }]);
        return done.status === 200 ? { status: 204 } : done;
      }
      if (!id) return json({ statements: kept.statements.toReversed(), more: "" });
      const found = kept.statements.find((each) => each.id === id);
      return found ? json(found) : refused(404, "there is no such statement");
    }

    /** @param {string} resource @param {Asked} asked @param {URLSearchParams} parameters @returns {Answer} */
    function document(resource, { method, headers, body }, parameters) {
      const id = parameters.get("stateId") ?? parameters.get("profileId");
      const name = `${resource} ${id}`;
      if (id === "LMS.LaunchData") return method === "GET" ? json(launchData) : refused(403, "the launch data is the LMS's (10)");
      if (method === "GET") {
        const names = Object.keys(kept.documents).filter((each) => each.startsWith(`${resource} `));
        if (!id) return json(names.map((each) => each.slice(resource.length + 1)));
        const found = kept.documents[name];
        return found ? { status: 200, body: found.body, type: found.type } : refused(404, "there is no such document");
      }
      if (method === "DELETE") delete kept.documents[name];
      else {
        const there = method === "POST" ? kept.documents[name]?.body : undefined;
        const merged = there === undefined ? body : JSON.stringify({ ...JSON.parse(there), ...JSON.parse(body) });
        kept.documents[name] = { body: merged, type: headers["content-type"] ?? "application/octet-stream" };
      }
      keep();
      return { status: 204 };
    }

    /** @param {string} resource @param {Asked} asked @param {URLSearchParams} parameters @returns {Answer} */
    function answered(resource, asked, parameters) {
      if (resource === "fetch") {
        if (token || asked.method !== "POST") return json({ "error-code": token ? "1" : "3", "error-text": "the token is given once, to a POST (8.2)" });
        token = btoa(newId());
        return json({ "auth-token": token });
      }
      if (resource === "about") return json({ version: ["1.0.3"] });
      if (asked.headers.authorization !== `Basic ${token}`) return refused(401, "the token is not the one that was given (8.2)");
      if (!/^1\.0/.test(asked.headers["x-experience-api-version"] ?? "")) return refused(400, "the version of the xAPI is not named");
      if (resource === "statements") return statements(asked, parameters);
      if (DOCUMENTS.includes(resource)) return document(resource, asked, parameters);
      return refused(404, "there is no such resource");
    }

    /** @param {Asked} asked @returns {Answer} */
    function heard(asked) {
      const { pathname, searchParams } = new URL(asked.url);
      const resource = pathname.slice(new URL(endpoint).pathname.length);
      let done;
      try {
        done = answered(resource, asked, searchParams);
      } catch (error) {
        done = refused(400, `the request cannot be read: ${error}`);
      }
      const named = searchParams.get("stateId") ?? searchParams.get("profileId");
      // To ask for what was never kept is no fault.
      const isFault = done.status >= 400 && !(done.status === 404 && asked.method === "GET");
      report(values(), {
        name: `${asked.method} ${resource}`,
        parameters: named ? [named] : verbsOf(resource, asked),
        result: String(done.status),
        error: isFault ? String(done.body) : "0",
      });
      return done;
    }

    /** What the call is about, in a word each. @param {string} resource @param {Asked} asked */
    function verbsOf(resource, { method, body }) {
      if (resource !== "statements" || method === "GET") return [];
      try {
        return [JSON.parse(body)].flat().map(said);
      } catch {
        return [];
      }
    }

    launched.set(endpoint, heard);
    keep();
    const address = new URLSearchParams({ endpoint, fetch: `${endpoint}fetch`, actor: JSON.stringify(ACTOR), registration: kept.registration, activityId });
    return { address: String(address), values };
  }

  return { units, launch, answer, forget };
})();
