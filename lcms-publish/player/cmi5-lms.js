"use strict";
/* cmi5: the way to the LMS. The launch (section 8), its documents (sections 10 and 11), and statements by the xAPI's HTTP. */

/**
 * @typedef {object} Launch what the address of the launch says (section 8.1)
 * @property {string} endpoint with a slash at its end
 * @property {string} fetch where the token is, for one request
 * @property {{ name?: string, account?: { name: string } }} actor
 * @property {string} registration
 * @property {string} activityId
 *
 * @typedef {object} LaunchData what the LMS says of this session (section 10)
 * @property {any} contextTemplate
 * @property {"Normal" | "Browse" | "Review"} launchMode
 * @property {number} [masteryScore]
 * @property {string} [returnURL]
 */

var lcms = lcms || {};

lcms.Cmi5Lms = class Cmi5Lms {
  /** @param {Launch} launch @param {string} token */
  constructor(launch, token) {
    this.launch = launch;
    this.token = token;
  }

  /** The launch that an address holds; null when nobody launched it. @param {string} search @returns {Launch | null} */
  static launch(search) {
    const given = new URLSearchParams(search);
    const text = (/** @type {string} */ name) => given.get(name) ?? "";
    const [endpoint, fetch, registration, activityId] = ["endpoint", "fetch", "registration", "activityId"].map(text);
    if (![endpoint, fetch, registration, activityId].every(Boolean)) return null;
    try {
      const actor = JSON.parse(text("actor"));
      return { endpoint: endpoint.replace(/\/*$/, "/"), fetch, actor, registration, activityId };
    } catch {
      return null;
    }
  }

  /** Trades the launch for a token, which an LMS gives once (section 8.2). @param {Launch} launch */
  static async open(launch) {
    const answer = await fetch(launch.fetch, { method: "POST" });
    const { "auth-token": token, "error-text": error } = await answer.json();
    if (!answer.ok || !token) throw new Error(`the LMS gives no token: ${error ?? answer.status}`);
    return new Cmi5Lms(launch, token);
  }

  /**
   * @param {string} method
   * @param {string} resource
   * @param {Record<string, string>} parameters
   * @param {unknown} [body]
   */
  request(method, resource, parameters, body) {
    const query = String(new URLSearchParams(parameters));
    /** @type {Record<string, string>} */
    const headers = { Authorization: `Basic ${this.token}`, "X-Experience-API-Version": "1.0.3" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    return fetch(`${this.launch.endpoint}${resource}${query && `?${query}`}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // What is under way when the page closes still arrives.
      keepalive: method !== "GET",
    });
  }

  /** A document of this learner and lesson. @param {string} stateId */
  state(stateId) {
    const { activityId, actor, registration } = this.launch;
    return { stateId, activityId, agent: JSON.stringify(actor), registration };
  }

  /** @param {Promise<Response>} asked @returns {Promise<any>} null when there is no such document */
  static async json(asked) {
    const answer = await asked;
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Error(`the LMS answers ${answer.status}`);
    return answer.json();
  }

  /** @returns {Promise<LaunchData>} */
  async launchData() {
    const data = await Cmi5Lms.json(this.request("GET", "activities/state", this.state("LMS.LaunchData")));
    if (!data?.contextTemplate) throw new Error("the LMS has no LMS.LaunchData for this launch");
    return data;
  }

  /** @returns {Promise<{ languagePreference?: string, audioPreference?: "on" | "off" }>} */
  async preferences() {
    const { actor } = this.launch;
    const parameters = { profileId: "cmi5LearnerPreferences", agent: JSON.stringify(actor) };
    // An LMS may forbid it, which is no error (section 11).
    return (await Cmi5Lms.json(this.request("GET", "agents/profile", parameters)).catch(() => null)) ?? {};
  }

  /** What an earlier session kept. @param {string} stateId @returns {Promise<any>} */
  load(stateId) {
    return Cmi5Lms.json(this.request("GET", "activities/state", this.state(stateId)));
  }

  /** @param {string} stateId @param {unknown} document @returns {Promise<boolean>} whether it is kept */
  async keep(stateId, document) {
    return (await this.request("PUT", "activities/state", this.state(stateId), document)).ok;
  }

  /** Sends statements, in order, all or none. @param {any[]} statements @returns {Promise<boolean>} whether they are recorded */
  async record(statements) {
    const answer = await this.request("POST", "statements", {}, statements);
    if (answer.ok) return true;
    // Some were recorded before, by an answer that did not arrive: each then by itself.
    if (answer.status !== 409) return false;
    if (statements.length === 1) return true;
    for (const statement of statements) {
      if (!(await this.record([statement]))) return false;
    }
    return true;
  }
};
