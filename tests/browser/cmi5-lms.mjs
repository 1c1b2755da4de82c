/**
 * A small LMS with an LRS that holds content to the rules of cmi5: it launches one assignable unit of a package in a real
 * browser, keeps what the unit sends, and lists every rule that it broke (sections of the cmi5 specification).
 */

import { randomUUID } from "node:crypto";
import { browser, CONTENT_POLICY, readPackage, serve } from "./host.mjs";

const VERBS = "http://adlnet.gov/expapi/verbs/";
const CATEGORY = "https://w3id.org/xapi/cmi5/context/categories/cmi5";
const MOVE_ON = "https://w3id.org/xapi/cmi5/context/categories/moveon";
const SESSION_ID = "https://w3id.org/xapi/cmi5/context/extensions/sessionid";
const MASTERY_SCORE = "https://w3id.org/xapi/cmi5/context/extensions/masteryscore";
const PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress";
const DEFINED = ["initialized", "completed", "passed", "failed", "terminated"];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const DURATION = /^P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/;

/**
 * @typedef {"Normal" | "Browse" | "Review"} Mode
 * @typedef {object} Unit an assignable unit of the course structure
 * @property {string} id
 * @property {string} title
 * @property {string} url
 * @property {string} moveOn
 * @property {number | undefined} masteryScore
 * @typedef {object} Faults ways in which an LMS misbehaves
 * @property {number} [refuseStatements] how many requests with statements fail
 * @property {boolean} [loseAnswer] the next statements are recorded, and the answer is lost
 * @property {number} [refuseState] how many requests to keep a state fail
 * @typedef {object} LaunchOptions
 * @property {Mode} [mode]
 * @property {number} [masteryScore] the LMS's own, instead of the unit's
 * @property {string} [returnURL]
 * @property {Faults} [faults]
 * @property {import("playwright-core").BrowserContextOptions} [context] what the browser is like
 * @property {string} [policy] what the content may do
 */

/** The units of a course structure, in order. @param {string} xml @returns {Unit[]} */
function readUnits(xml) {
  const text = (/** @type {string} */ inside, /** @type {string} */ name) => new RegExp(`<${name}[^>]*>([^<]*)<`).exec(inside)?.[1] ?? "";
  return [...xml.matchAll(/<au ([^>]*)>([^]*?)<\/au>/g)].map(([, attributes, inside]) => {
    const attribute = (/** @type {string} */ name) => new RegExp(`${name}="([^"]*)"`).exec(attributes)?.[1];
    const mastery = attribute("masteryScore");
    return {
      id: String(attribute(" id") ?? attribute("id")),
      title: text(inside, "langstring"),
      url: text(inside, "url"),
      moveOn: attribute("moveOn") ?? "NotApplicable",
      masteryScore: mastery === undefined ? undefined : Number(mastery),
    };
  });
}

/** @param {any} statement @returns {string[]} */
const categoriesOf = ({ context }) => (context?.contextActivities?.category ?? []).map((/** @type {{ id: string }} */ each) => each.id);

/** @param {unknown} value @param {number} min @param {number} max */
const isWhole = (value, min, max) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max;

/** What is said by some statements, with this value, and by no others. @param {any} result @param {string} member @param {boolean} says @param {boolean} value */
const isSaidBy = (result, member, says, value) => (says ? result[member] === value : !(member in result));

/** One learner's registration for a course. */
export class Registration {
  /** @param {Map<string, Uint8Array>} files */
  constructor(files) {
    this.files = files;
    this.units = readUnits(new TextDecoder().decode(files.get("cmi5.xml")));
    this.id = randomUUID();
    this.actor = { objectType: "Agent", name: "Ada", account: { homePage: "https://lms.example", name: "ada-1" } };
    /** Statements as they came, of all sessions. @type {any[]} */
    this.statements = [];
    /** Documents by activity and name. @type {Map<string, any>} */
    this.documents = new Map();
    /** What content did that cmi5 does not allow. @type {string[]} */
    this.breaches = [];
  }

  /** @param {string} source zip file */
  static async open(source) {
    return new Registration(await readPackage(source));
  }

  /** @param {string} title */
  unit(title) {
    const unit = this.units.find((each) => each.title === title);
    if (!unit) throw new Error(`no unit “${title}” among: ${this.units.map((each) => each.title).join(", ")}`);
    return unit;
  }

  /** The LMS's own id of a unit, which is not the publisher's (section 9.4). @param {Unit} unit */
  activityId(unit) {
    return `https://lms.example/units/${this.units.indexOf(unit)}`;
  }

  /** Verbs of what was recorded of a unit, in order. @param {string} title */
  verbs(title) {
    const id = this.activityId(this.unit(title));
    const own = this.statements.filter(({ object }) => object.id === id || object.id.startsWith(`${id}/`));
    return own.map(({ verb }) => verb.id.slice(VERBS.length));
  }

  /** What was recorded of a unit with a verb. @param {string} title @param {string} verb @returns {any[]} */
  said(title, verb) {
    const id = this.activityId(this.unit(title));
    return this.statements.filter(({ object, verb: { id: said } }) => object.id === id && said === VERBS + verb);
  }

  /** Whether a unit is satisfied (section 10.2.4). @param {string} title */
  isSatisfied(title) {
    const [completed, passed] = [this.said(title, "completed").length > 0, this.said(title, "passed").length > 0];
    /** @type {Record<string, boolean>} */
    const rules = { NotApplicable: true, Completed: completed, Passed: passed, CompletedAndPassed: completed && passed, CompletedOrPassed: completed || passed };
    return rules[this.unit(title).moveOn];
  }

  /**
   * Launches a unit.
   * @param {string} title
   * @param {LaunchOptions} [options]
   */
  launch(title, options = {}) {
    return Session.begin(this, this.unit(title), options);
  }
}

/** One launch of one unit. */
class Session {
  /** @param {Registration} registration @param {Unit} unit @param {LaunchOptions} options */
  constructor(registration, unit, { mode = "Normal", masteryScore = unit.masteryScore, returnURL, faults = {} }) {
    this.registration = registration;
    this.unit = unit;
    this.mode = mode;
    this.masteryScore = masteryScore;
    this.faults = faults;
    this.sessionId = randomUUID();
    this.token = Buffer.from(randomUUID()).toString("base64");
    this.tokenGiven = false;
    this.preferencesAsked = false;
    /** Verbs of this session, as recorded. @type {string[]} */
    this.verbs = [];
    this.activityId = registration.activityId(unit);
    registration.documents.set(`${this.activityId} LMS.LaunchData`, {
      contextTemplate: {
        contextActivities: { grouping: [{ id: unit.id }], category: [{ id: "https://lms.example/cohort/7" }] },
        extensions: { [SESSION_ID]: this.sessionId, "https://lms.example/tenant": "north" },
      },
      launchMode: mode,
      moveOn: unit.moveOn,
      ...(masteryScore !== undefined && { masteryScore }),
      ...(returnURL !== undefined && { returnURL }),
    });
    /** @type {import("playwright-core").Page} */
    this.page = /** @type {any} */ (null);
    /** @type {{ origin: string, close: () => void }} */
    this.server = /** @type {any} */ (null);
  }

  /** @param {Registration} registration @param {Unit} unit @param {LaunchOptions} options */
  static async begin(registration, unit, options) {
    const session = new Session(registration, unit, options);
    const returned = Buffer.from('<!doctype html><html lang="en"><title>Back</title><p id="back">Back');
    const policy = (options.policy ?? CONTENT_POLICY).replace("default-src 'none'", "default-src 'none'; connect-src 'self'");
    session.server = await serve(registration.files, new Map([["/back", returned]]), (request, response) => session.answer(request, response), policy);
    session.page = await (await (await browser()).newContext(options.context)).newPage();
    session.page.setDefaultTimeout(10_000);
    await session.page.goto(session.address());
    await session.page.waitForSelector('html[data-lcms="running"]');
    return session;
  }

  /** The address of the launch (section 8.1). */
  address() {
    const { origin } = this.server;
    const parameters = new URLSearchParams({
      endpoint: `${origin}/xapi`,
      fetch: `${origin}/token`,
      actor: JSON.stringify(this.registration.actor),
      registration: this.registration.id,
      activityId: this.activityId,
    });
    return `${origin}/content/${this.unit.url}?${parameters}`;
  }

  get frame() {
    return this.page.mainFrame();
  }

  /** @param {string} rule */
  breach(rule) {
    this.registration.breaches.push(rule);
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  answer(request, response) {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://lms");
    if (pathname !== "/token" && !pathname.startsWith("/xapi/")) return false;
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const [status, document] = pathname === "/token" ? this.giveToken(request.method ?? "") : this.xapi(request, pathname.slice("/xapi/".length), searchParams, body);
      if (status === 0) response.destroy();
      else response.writeHead(status, { "content-type": "application/json" }).end(document === undefined ? "" : JSON.stringify(document));
    });
    return true;
  }

  /** The token, once (section 8.2). @param {string} method @returns {[number, unknown]} */
  giveToken(method) {
    if (method !== "POST") this.breach(`8.2.2: the fetch address was asked by ${method}`);
    if (this.tokenGiven) return [200, { "error-code": "1", "error-text": "already in use" }];
    this.tokenGiven = true;
    return [200, { "auth-token": this.token }];
  }

  /**
   * @param {import("node:http").IncomingMessage} request
   * @param {string} resource
   * @param {URLSearchParams} parameters
   * @param {string} body
   * @returns {[number, unknown?]} status 0 loses the answer
   */
  xapi({ method, headers }, resource, parameters, body) {
    if (headers.authorization !== `Basic ${this.token}`) return [401];
    if (!/^1\.0/.test(String(headers["x-experience-api-version"]))) return [400, { error: "no version" }];
    if (resource === "activities/state") return this.state(String(method), parameters, body);
    if (resource === "agents/profile") {
      this.preferencesAsked ||= parameters.get("profileId") === "cmi5LearnerPreferences";
      return [404];
    }
    if (resource === "statements" && method === "POST") return this.record([JSON.parse(body)].flat());
    return [404];
  }

  /** @param {string} method @param {URLSearchParams} parameters @param {string} body @returns {[number, unknown?]} */
  state(method, parameters, body) {
    const { actor, documents, id } = this.registration;
    const fits = parameters.get("registration") === id && parameters.get("activityId") === this.activityId && parameters.get("agent") === JSON.stringify(actor);
    if (!fits) return [400, { error: "the state of another learner, unit or registration" }];
    const name = `${this.activityId} ${parameters.get("stateId")}`;
    if (method === "GET") return documents.has(name) ? [200, documents.get(name)] : [404];
    if (parameters.get("stateId") === "LMS.LaunchData") this.breach("10: LMS.LaunchData was changed");
    if (this.mode !== "Normal") this.breach(`10: a state was kept in mode ${this.mode}`);
    if (this.faults.refuseState) {
      this.faults.refuseState -= 1;
      return [503];
    }
    documents.set(name, JSON.parse(body));
    return [204];
  }

  /** All or none, as an LRS does. @param {any[]} statements @returns {[number, unknown?]} */
  record(statements) {
    if (this.faults.refuseStatements) {
      this.faults.refuseStatements -= 1;
      return [503];
    }
    const known = new Set(this.registration.statements.map(({ id }) => id));
    if (statements.some(({ id }) => known.has(id))) return [409];
    for (const statement of statements) {
      this.check(statement);
      this.registration.statements.push(statement);
    }
    if (this.faults.loseAnswer) {
      this.faults.loseAnswer = false;
      return [0];
    }
    return [200, statements.map(({ id }) => id)];
  }

  /** Holds a statement to the rules. @param {any} statement */
  check(statement) {
    const name = String(statement.verb?.id).slice(VERBS.length);
    const isDefined = categoriesOf(statement).includes(CATEGORY);
    const rules = { ...this.rules(name, statement), ...(isDefined ? this.rulesOfDefined(name, statement) : {}) };
    for (const [rule, holds] of Object.entries(rules)) {
      if (!holds) this.breach(`${rule} (${name})`);
    }
    this.verbs.push(name);
  }

  /** What holds for every statement of a session: each rule, and whether it is kept. @param {string} name @param {any} statement */
  rules(name, statement) {
    const { actor, id } = this.registration;
    const { context, object, result = {}, timestamp } = statement;
    const categories = categoriesOf(statement);
    const isDefined = categories.includes(CATEGORY);
    const grouping = context?.contextActivities?.grouping ?? [];
    return {
      "9.1: the id is a UUID": UUID.test(statement.id),
      "9.2: the actor is the learner": JSON.stringify(statement.actor) === JSON.stringify(actor),
      "9.6.1: the registration is that of the launch": context?.registration === id,
      "9.6.3.1: the session id is that of the launch": context?.extensions?.[SESSION_ID] === this.sessionId,
      "10: the context template is whole": context?.extensions?.["https://lms.example/tenant"] === "north" && categories.includes("https://lms.example/cohort/7"),
      "9.6.2.3: the publisher's id is in the grouping": grouping.some((/** @type {{ id: string }} */ each) => each.id === this.unit.id),
      "9.7: the time is in UTC": /Z$/.test(timestamp) && !Number.isNaN(Date.parse(timestamp)),
      "9.3.8: nothing follows terminated": !this.verbs.includes("terminated"),
      "9.3.2: initialized is first, and once": (name === "initialized") === (this.verbs.length === 0),
      "7.1.3: what cmi5 defines, and nothing else, has its category": DEFINED.includes(name) === isDefined,
      "7.1.2: an allowed statement is about something else": isDefined || object.id !== this.activityId,
      "9.6.2.2: what decides, and nothing else, has the moveOn category":
        categories.includes(MOVE_ON) === (isDefined && ("success" in result || "completion" in result)),
    };
  }

  /** What holds for statements that cmi5 defines. @param {string} name @param {any} statement */
  rulesOfDefined(name, { context, object, result = {} }) {
    const earlier = (/** @type {string} */ verb) => this.registration.said(this.unit.title, verb).length > 0;
    const judged = name === "passed" || name === "failed";
    const completed = name === "completed";
    const progress = result.extensions?.[PROGRESS];
    return {
      "9.4: the object is the unit": object.id === this.activityId && (object.objectType ?? "Activity") === "Activity",
      [`10: mode ${this.mode} allows it`]: this.mode === "Normal" || name === "initialized" || name === "terminated",
      "9.5.4: it has a duration": name === "initialized" || DURATION.test(result.duration),
      "9.5.1: only a judgement has a score": judged || !("score" in result),
      "9.5.2: success is said by judgements": isSaidBy(result, "success", judged, name === "passed"),
      "9.5.3: completion is said by completed": isSaidBy(result, "completion", completed, true),
      "9.3.3: completed once per registration": !completed || !earlier("completed"),
      "9.3.4: passed once per registration": name !== "passed" || !earlier("passed"),
      ...(progress !== undefined && {
        "9.5.5.1: progress is 0 to 100": isWhole(progress, 0, 100),
        "9.5.5.1: what is completed has no progress": !completed && !earlier("completed"),
      }),
      ...(judged && this.rulesOfJudgement(name, context, result)),
    };
  }

  /** @param {string} name @param {any} context @param {any} result */
  rulesOfJudgement(name, context, { score: { scaled, raw, min, max } = /** @type {any} */ ({}) }) {
    const mark = this.masteryScore;
    const fits = mark === undefined || scaled === undefined || (name === "passed" ? scaled >= mark : scaled < mark);
    return {
      "9.5.1: scaled is 0 to 1": scaled === undefined || (scaled >= 0 && scaled <= 1),
      "9.5.1: raw is whole, between min and max": raw === undefined || isWhole(raw, min, max),
      "9.6.3.2: the mastery score stands in the context": mark === undefined || context.extensions[MASTERY_SCORE] === mark,
      "9.3.4, 9.3.5: the score fits the verb": fits,
    };
  }

  /** Waits until the lesson says that all is saved. */
  async saved() {
    await this.frame.locator('.lcms-save[data-state="saved"]').waitFor();
  }

  /** Leaves as a learner who closes the window. */
  async close() {
    await this.page.goto("about:blank");
    for (let i = 0; i < 100 && !this.verbs.includes("terminated"); i += 1) await this.page.waitForTimeout(20);
    await this.drop();
  }

  /** Ends without a word to the lesson, as when power fails. */
  async drop() {
    await this.page.context().close();
    this.server.close();
  }
}
