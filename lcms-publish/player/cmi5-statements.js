"use strict";
/* cmi5: the statements of a lesson (section 9). Pure: from what is known to what is said. */

/**
 * @typedef {InstanceType<typeof lcms.Cmi5Lms>} Cmi5Lms
 */

var lcms = lcms || {};

lcms.Cmi5Statements = class Cmi5Statements {
  static CATEGORY = "https://w3id.org/xapi/cmi5/context/categories/cmi5";
  static MOVE_ON = "https://w3id.org/xapi/cmi5/context/categories/moveon";
  static MASTERY_SCORE = "https://w3id.org/xapi/cmi5/context/extensions/masteryscore";
  // Ours: which component a question is, and which version of it was asked.
  static COMPONENT = "urn:uuid:ff7416fb-52e7-8886-b5c8-09131f240c65";
  static PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress";

  /** @param {Launch} launch @param {LaunchData} data */
  constructor(launch, data) {
    this.launch = launch;
    this.data = data;
  }

  /** A new id. `crypto.randomUUID` asks for a secure origin, which not every LMS has. */
  static newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Cmi5Statements.id([...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""), "4");
  }

  /** @param {string} digits 32 hexadecimal @param {string} version */
  static id(digits, version) {
    const variant = "89ab"[parseInt(digits[16], 16) & 3];
    return [digits.slice(0, 8), digits.slice(8, 12), version + digits.slice(13, 16), variant + digits.slice(17, 20), digits.slice(20)].join("-");
  }

  /** The one id that a statement has which a registration may hold once, whichever session sends it. @param {string} verb */
  onceId(verb) {
    const { activityId, actor, registration } = this.launch;
    const what = [registration, activityId, JSON.stringify(actor), verb].join("\n");
    const digits = [0, 1, 2, 3].map((n) => lcms.scoring.hash(`${n}\n${what}`).toString(16).padStart(8, "0")).join("");
    return Cmi5Statements.id(digits, "8");
  }

  /** ISO 8601, hundredths. @param {number} seconds */
  static duration(seconds) {
    return `PT${Math.round(seconds * 100) / 100}S`;
  }

  /**
   * The context of a statement: the LMS's template with what it must have, nothing of it overwritten (section 10).
   * @param {string[]} categories
   * @param {object} [extensions]
   */
  context(categories, extensions) {
    const context = structuredClone(this.data.contextTemplate);
    const activities = { ...context.contextActivities };
    const category = [activities.category ?? []].flat();
    const missing = categories.filter((id) => !category.some((each) => each.id === id));
    if (category.length + missing.length > 0) activities.category = [...category, ...missing.map((id) => ({ id }))];
    return {
      ...context,
      registration: this.launch.registration,
      contextActivities: activities,
      extensions: { ...extensions, ...context.extensions },
    };
  }

  /**
   * A statement that cmi5 defines.
   * @param {string} verb
   * @param {string} id
   * @param {object} [more] result, and extensions of the context
   * @param {object} [more.result]
   * @param {object} [more.extensions]
   */
  defined(verb, id, { result, extensions } = {}) {
    const decides = Boolean(result && ("success" in result || "completion" in result));
    const { CATEGORY, MOVE_ON } = Cmi5Statements;
    return {
      id,
      actor: this.launch.actor,
      verb: { id: `http://adlnet.gov/expapi/verbs/${verb}`, display: { en: verb } },
      object: { objectType: "Activity", id: this.launch.activityId },
      ...(result && { result }),
      context: this.context(decides ? [CATEGORY, MOVE_ON] : [CATEGORY], extensions),
      timestamp: new Date().toISOString(),
    };
  }

  initialized() {
    return this.defined("initialized", Cmi5Statements.newId());
  }

  /** @param {number} seconds */
  completed(seconds) {
    const result = { completion: true, duration: Cmi5Statements.duration(seconds) };
    return this.defined("completed", this.onceId("completed"), { result });
  }

  /** @param {boolean} success @param {number | null} scaled @param {number} seconds */
  judged(success, scaled, seconds) {
    const { masteryScore } = this.data;
    const result = {
      success,
      duration: Cmi5Statements.duration(seconds),
      ...(scaled !== null && { score: { scaled, raw: Math.round(scaled * 100), min: 0, max: 100 } }),
    };
    const extensions = masteryScore === undefined ? {} : { [Cmi5Statements.MASTERY_SCORE]: masteryScore };
    const id = success ? this.onceId("passed") : Cmi5Statements.newId();
    return this.defined(success ? "passed" : "failed", id, { result, extensions });
  }

  /** @param {number} seconds @param {number | null} progress 0 to 1; null once the lesson was completed */
  terminated(seconds, progress) {
    const result = {
      duration: Cmi5Statements.duration(seconds),
      ...(progress !== null && { extensions: { [Cmi5Statements.PROGRESS]: Math.floor(progress * 100) } }),
    };
    return this.defined("terminated", Cmi5Statements.newId(), { result });
  }

  /** An answer to a question: allowed by cmi5, defined by xAPI (4.1.6.1). @param {Interaction} interaction */
  answered({ id, question, response, earned, seconds, time }) {
    const language = document.documentElement.lang || "en";
    const notation = lcms.notation.xapi;
    const given = notation.response(question, response);
    const definition = {
      type: "http://adlnet.gov/expapi/activities/cmi.interaction",
      interactionType: notation.type(question),
      correctResponsesPattern: notation.correct(question),
      ...(question.description && { description: { [language]: question.description } }),
    };
    const [component, version] = (question.source ?? "").split("@");
    const extensions = version === undefined ? {} : { [Cmi5Statements.COMPONENT]: { component, version } };
    const result = {
      ...(given !== "" && { response: given }),
      ...(earned !== null && { success: earned === 1, score: { scaled: earned } }),
      duration: Cmi5Statements.duration(seconds),
    };
    return this.about(id, { definition, result, extensions, time });
  }

  /**
   * An answer to a question of the unit.
   * @param {string} id of the question
   * @param {{ definition: object, result: object, extensions?: object, time: Date }} more
   */
  about(id, { definition, result, extensions, time }) {
    const { activityId, actor } = this.launch;
    const context = this.context([], extensions);
    const parent = [context.contextActivities.parent ?? []].flat();
    return {
      id: Cmi5Statements.newId(),
      actor,
      verb: { id: "http://adlnet.gov/expapi/verbs/answered", display: { en: "answered" } },
      object: { objectType: "Activity", id: `${activityId.replace(/\/*$/, "")}/question/${encodeURIComponent(id)}`, definition },
      result,
      context: { ...context, contextActivities: { ...context.contextActivities, parent: [...parent, { id: activityId }] } },
      timestamp: time.toISOString(),
    };
  }
};
