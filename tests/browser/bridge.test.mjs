/** What imported content is answered that speaks another SCORM than the LMS, without a browser. */

import { test, describe } from "node:test";
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import vm from "node:vm";

const PLAYER = new URL("../../lcms-publish/player/", import.meta.url);
const context = vm.createContext({ document: { documentElement: { lang: "en" } } });
const run = async (/** @type {string} */ name) => vm.runInContext(await readFile(new URL(`${name}.js`, PLAYER), "utf8"), context, { filename: `${name}.js` });
for (const name of ["driver-scorm12", "strings", "numbers", "scoring", "cmi5-statements", "bridge-elements", "bridge-model", "bridge-answers"]) await run(name);
const lcms = /** @type {any} */ (vm.runInContext("lcms", context));
const { BridgeModel, bridgeAnswers: answers, driver: scorm12 } = lcms;
await run("driver-scorm2004");
const { driver: scorm2004 } = lcms;

const LEARNER = { id: "ada-1", name: "Lovelace, Ada" };
/** A session of content. @param {object} told @param {string} [kept] */
const model = (told, kept = "") => new BridgeModel(told, kept, LEARNER);
/** The same, begun. @param {object} told @param {string} [kept] */
function begun(told, kept) {
  const session = model(told, kept);
  assert.equal(session.start(""), "true");
  return session;
}
/** What a call answers, and the error that stands then. @param {any} session @param {"get" | "set" | "start" | "end"} call @param {string[]} given */
const answer = (session, call, ...given) => [session[call](...given), session.error];
/** @param {any} session @param {Record<string, string>} values */
function write(session, values) {
  for (const [name, value] of Object.entries(values)) assert.deepEqual(answer(session, "set", name, value), ["true", "0"], name);
}
/** @param {unknown} value */
const plain = (value) => JSON.parse(JSON.stringify(value));
const outcome = (/** @type {any} */ session) => plain(session.outcome());
const ROOM = 64_000;

describe("content of SCORM 1.2", () => {
  const told = { standard: "1.2", masteryScore: 0.8, launchData: "level=2", maxTime: "00:30:00", timeLimitAction: "exit,message" };

  test("is told who learns and what its package said", () => {
    const session = begun(told);
    /** @type {[string, string][]} */
    const said = [
      ["cmi.core.student_id", "ada-1"], ["cmi.core.student_name", "Lovelace, Ada"], ["cmi.core.entry", "ab-initio"],
      ["cmi.core.lesson_status", "not attempted"], ["cmi.core.total_time", "0000:00:00.00"], ["cmi.core.credit", "credit"],
      ["cmi.student_data.mastery_score", "80"], ["cmi.student_data.max_time_allowed", "00:30:00"], ["cmi.launch_data", "level=2"],
      ["cmi.suspend_data", ""], ["cmi._version", "3.4"], ["cmi.objectives._count", "0"],
      ["cmi.core.score._children", "raw,max,min"], ["cmi.objectives._children", "id,score,status"],
    ];
    for (const [name, value] of said) {
      const [given, error] = answer(session, "get", name);
      assert.deepEqual([given, error], [value, "0"], name);
    }
  });

  test("is refused as section 3.4 says", () => {
    const session = model(told);
    assert.deepEqual(answer(session, "get", "cmi.core.entry"), ["", "301"]);
    assert.deepEqual(answer(session, "start", "x"), ["false", "201"]);
    session.start("");
    assert.deepEqual(answer(session, "start", ""), ["false", "101"]);
    for (const [call, name, value, error] of [
      ["set", "cmi.core.entry", "resume", "403"], ["get", "cmi.core.exit", "", "404"], ["get", "cmi.nothing", "", "401"],
      ["set", "cmi.core.lesson_status", "done", "405"], ["set", "cmi.core.lesson_status", "not attempted", "405"],
      ["set", "cmi.core.score.raw", "101", "405"], ["set", "cmi.core.score.raw", "high", "405"], ["set", "cmi.core.session_time", "5 minutes", "405"],
      ["set", "cmi.objectives.1.id", "late", "201"], ["get", "cmi.objectives.0.id", "", "201"], ["set", "cmi.objectives._count", "1", "402"],
      ["get", "cmi.core.score.raw._count", "", "203"], ["get", "cmi.core.lesson_status._children", "", "202"],
      ["set", "cmi.suspend_data", "x".repeat(4097), "405"], ["get", "cmi.interactions.0.id", "", "404"],
    ]) {
      assert.equal(answer(session, /** @type {any} */ (call), name, value)[1], error, `${call} ${name}`);
    }
    session.end("");
    assert.deepEqual(answer(session, "set", "cmi.suspend_data", "x"), ["false", "301"]);
  });

  test("goes on where it was left, and what it wrote is there", () => {
    const first = begun(told);
    write(first, {
      "cmi.suspend_data": "page=3", "cmi.core.lesson_location": "3", "cmi.core.lesson_status": "incomplete", "cmi.core.exit": "suspend",
      "cmi.core.session_time": "00:01:30.00", "cmi.objectives.0.id": "o1", "cmi.objectives.0.status": "passed", "cmi.interactions.0.id": "q1",
    });
    first.end("");
    const second = begun(told, first.encode(ROOM, 5));
    /** @type {[string, string][]} */
    const kept = [
      ["cmi.core.entry", "resume"], ["cmi.suspend_data", "page=3"], ["cmi.core.lesson_location", "3"], ["cmi.core.total_time", "0000:01:30.00"],
      ["cmi.objectives._count", "1"], ["cmi.objectives.0.status", "passed"], ["cmi.interactions._count", "0"],
    ];
    for (const [name, value] of kept) assert.equal(second.get(name), value, name);
  });

  test("says more in its comments, as far as there is room", () => {
    const session = begun(told);
    write(session, { "cmi.comments": "a".repeat(4000) });
    assert.deepEqual(answer(session, "set", "cmi.comments", "b".repeat(97)), ["false", "405"]);
    write(session, { "cmi.comments": "b".repeat(96), "cmi.core.session_time": "00:75:00" });
    assert.equal(session.get("cmi.comments").length, 4096);
  });

  test("is left open when its window goes without a word", () => {
    const first = begun(told);
    write(first, { "cmi.suspend_data": "half" });
    const second = begun(told, first.encode(ROOM, 60));
    assert.equal(second.get("cmi.core.entry"), "resume");
    assert.equal(second.get("cmi.core.total_time"), "0000:01:00.00");
  });

  test("its mastery score decides, once there is a score and it says that it is done", () => {
    /** @type {[Record<string, string>, object][]} */
    const cases = [
      [{ "cmi.core.lesson_status": "completed", "cmi.core.score.raw": "85" }, { complete: true, success: "passed", scaled: 0.85, progress: 1 }],
      [{ "cmi.core.lesson_status": "passed", "cmi.core.score.raw": "40" }, { complete: true, success: "failed", scaled: 0.4, progress: 1 }],
      [{ "cmi.core.lesson_status": "incomplete", "cmi.core.score.raw": "40" }, { complete: false, success: "unknown", scaled: 0.4, progress: 0 }],
      [{ "cmi.core.lesson_status": "completed" }, { complete: true, success: "unknown", scaled: null, progress: 1 }],
      [{ "cmi.core.lesson_status": "browsed" }, { complete: false, success: "unknown", scaled: null, progress: 0 }],
      [{ "cmi.core.lesson_status": "completed", "cmi.core.score.raw": "45", "cmi.core.score.max": "50" }, { complete: true, success: "failed", scaled: 0.9, progress: 1 }],
    ];
    for (const [values, expected] of cases) {
      const session = begun(told);
      write(session, values);
      session.end("");
      assert.deepEqual(outcome(session), expected, JSON.stringify(values));
    }
  });

  test("ended without a status it is completed; once passed it stays passed", () => {
    const silent = begun({ standard: "1.2" });
    assert.equal(outcome(silent).complete, false);
    silent.end("");
    assert.deepEqual(outcome(silent), { complete: true, success: "unknown", scaled: null, progress: 1 });
    const passed = begun(told);
    write(passed, { "cmi.core.lesson_status": "passed", "cmi.core.score.raw": "90" });
    passed.end("");
    const again = begun(told, passed.encode(ROOM, 1));
    write(again, { "cmi.core.lesson_status": "failed", "cmi.core.score.raw": "10" });
    again.end("");
    assert.equal(outcome(again).success, "passed");
  });
});

describe("content of SCORM 2004", () => {
  const told = { standard: "2004", masteryScore: 0.7, completionThreshold: 0.5 };

  test("is refused as chapter 3 of the run-time environment says", () => {
    const session = model(told);
    assert.deepEqual(answer(session, "get", "cmi.entry"), ["", "122"]);
    assert.deepEqual(answer(session, "end", ""), ["false", "112"]);
    session.start("");
    for (const [call, name, value, error] of [
      ["get", "cmi.location", "", "403"], ["get", "cmi.exit", "", "405"], ["set", "cmi.mode", "browse", "404"], ["set", "cmi._version", "2", "404"],
      ["get", "cmi.nothing", "", "401"], ["set", "cmi.score.scaled", "1.5", "407"], ["set", "cmi.score.scaled", "much", "406"],
      ["set", "cmi.session_time", "00:01:00", "406"], ["set", "cmi.objectives.1.id", "late", "351"], ["get", "cmi.objectives.0.id", "", "301"],
      ["set", "cmi.interactions.0.type", "choice", "408"], ["set", "cmi.objectives.0.success_status", "passed", "408"], ["set", "adl.nav.request", "forward", "406"],
    ]) {
      assert.equal(answer(session, /** @type {any} */ (call), name, value)[1], error, `${call} ${name}`);
    }
    assert.equal(session.get("cmi.completion_status"), "unknown");
    session.end("");
    assert.deepEqual(answer(session, "get", "cmi.entry"), ["", "123"]);
    assert.deepEqual(answer(session, "start", ""), ["false", "104"]);
  });

  test("an answer has a type first, and an objective an id of its own that stays", () => {
    const session = begun(told);
    write(session, { "cmi.interactions.0.id": "q1", "cmi.objectives.0.id": "o1", "cmi.objectives.1.id": "o2" });
    for (const [name, value, error] of [
      ["cmi.interactions.0.learner_response", "a", "408"], ["cmi.interactions.0.correct_responses.0.pattern", "a", "408"],
      ["cmi.objectives.1.id", "o1", "351"], ["cmi.objectives.1.id", "o3", "351"], ["cmi.objectives.2.id", "o1", "351"], ["cmi.objectives.1.id", "o2", "0"],
    ]) {
      assert.equal(answer(session, "set", name, value)[1], error, name);
    }
    write(session, { "cmi.interactions.0.type": "choice", "cmi.interactions.0.learner_response": "a" });
  });

  test("a low score on the way is no failure, at the end it is", () => {
    const session = begun(told);
    write(session, { "cmi.completion_status": "incomplete", "cmi.score.scaled": "0.2" });
    assert.deepEqual(outcome(session), { complete: false, success: "unknown", scaled: 0.2, progress: 0 });
    write(session, { "cmi.exit": "suspend" });
    session.end("");
    assert.equal(outcome(session).success, "unknown");
    const ended = begun(told);
    write(ended, { "cmi.completion_status": "incomplete", "cmi.score.scaled": "0.2", "cmi.exit": "normal" });
    ended.end("");
    assert.deepEqual([outcome(ended).complete, outcome(ended).success], [false, "failed"]);
  });

  test("thresholds decide over what it says", () => {
    const session = begun(told);
    write(session, { "cmi.completion_status": "incomplete", "cmi.progress_measure": "0.6", "cmi.success_status": "failed", "cmi.score.scaled": "0.75" });
    assert.deepEqual(outcome(session), { complete: true, success: "passed", scaled: 0.75, progress: 1 });
  });

  test("begins anew unless it was suspended", () => {
    const left = begun({ standard: "2004" });
    write(left, { "cmi.suspend_data": "x", "cmi.completion_status": "completed", "cmi.exit": "normal" });
    left.end("");
    const anew = begun({ standard: "2004" }, left.encode(ROOM, 1));
    assert.equal(anew.get("cmi.entry"), "ab-initio");
    assert.deepEqual(answer(anew, "get", "cmi.suspend_data"), ["", "403"]);
    assert.equal(outcome(anew).complete, true, "what was once completed stays so");
    const suspended = begun({ standard: "2004" });
    write(suspended, { "cmi.suspend_data": "y", "cmi.exit": "suspend", "cmi.interactions.0.id": "q1", "cmi.session_time": "PT1M30S" });
    suspended.end("");
    const on = begun({ standard: "2004" }, suspended.encode(ROOM, 1));
    assert.equal(on.get("cmi.suspend_data"), "y");
    assert.equal(on.get("cmi.total_time"), "PT0H1M30S");
  });

  test("what it said in the other standard is not read in this one, but that it was done stays", () => {
    const first = begun({ standard: "1.2" });
    write(first, { "cmi.suspend_data": "x", "cmi.core.lesson_status": "completed", "cmi.core.exit": "suspend" });
    first.end("");
    const second = begun({ standard: "2004" }, first.encode(ROOM, 1));
    assert.equal(second.get("cmi.entry"), "ab-initio");
    assert.equal(outcome(second).complete, true);
  });

  test("what is more than the LMS keeps is never cut off", () => {
    const session = begun({ standard: "2004" });
    write(session, { "cmi.suspend_data": "x".repeat(5000) });
    assert.equal(session.encode(4096, 1), null);
    assert.equal(BridgeModel.read(session.encode(ROOM, 1)).values["cmi.suspend_data"].length, 5000);
  });

  test("a text that is none of ours is not read", () => {
    for (const text of ["1|seed||", "B1|{", "B1", "B1|5", "B1|null"]) assert.equal(model({ standard: "2004" }, text).before, null, text);
  });
});

test("every error has the words of its standard", () => {
  for (const { errors, texts } of Object.values(lcms.speech)) {
    for (const [name, code] of Object.entries(errors)) assert.ok(texts[code], `${name}: ${code}`);
    assert.deepEqual(Object.values(texts).filter((text) => !/^[A-Z][A-Za-z ,.]+$/.test(text) || /[a-z][A-Z]/.test(text)), []);
  }
});

describe("answers of imported content", () => {
  /** One answer, as it was reported. @param {string} standard @param {Record<string, string>} fields @param {boolean} [isLast] */
  function reported(standard, fields, isLast = true) {
    const session = begun({ standard });
    write(session, Object.fromEntries(Object.entries(fields).map(([field, value]) => [`cmi.interactions.0.${field}`, value])));
    return answers.read(session, 0, isLast);
  }
  /** What an LMS is told, but for the moment. @param {any} relayed @param {any} driver */
  const told = (relayed, driver) => Object.fromEntries(plain(answers.entries(relayed, driver)).filter((/** @type {string[]} */ [name]) => !/^time/.test(name)));

  test("are told in the notation of the LMS, whatever theirs is", () => {
    /** @type {[string, string, string, string, string][]} type, then response and pattern of 1.2, and of 2004 */
    const cases = [
      ["choice", "a,c", "a,b", "a[,]c", "a[,]b"], ["true-false", "t", "f", "true", "false"], ["sequencing", "b,a", "a,b", "b[,]a", "a[,]b"],
      ["matching", "1.a,2.b", "1.b,2.a", "1[.]a[,]2[.]b", "1[.]b[,]2[.]a"], ["numeric", "2.5", "3", "2.5", "3[:]3"], ["fill-in", "one", "two", "one", "two"],
      ["likert", "4", "", "4", ""], ["performance", "did it", "", "[.]did it", ""],
    ];
    for (const [type, given12, right12, given, right] of cases) {
      const pattern12 = right12 && { "correct_responses.0.pattern": right12 };
      const pattern = right && { "correct_responses.0.pattern": right };
      const old = { id: "q1", type, student_response: given12, result: "wrong", weighting: "2", latency: "00:01:05.00", ...pattern12 };
      const young = { id: "q1", type, learner_response: given, result: "incorrect", weighting: "2", latency: "PT1M5S", ...pattern };
      assert.deepEqual(told(reported("1.2", old), scorm2004), { ...young, latency: "PT0H1M5S" }, type);
      const back = type === "performance" ? { ...old, student_response: ".did it" } : old;
      assert.deepEqual(told(reported("2004", young), scorm12), { ...back, latency: "0000:01:05.00" }, type);
    }
  });

  test("what SCORM 1.2 has no words for is told in those it has", () => {
    const long = reported("2004", { id: "urn:q 7", type: "long-fill-in", learner_response: `{case_matters=true}${"x".repeat(400)}`, result: "neutral" });
    assert.deepEqual(told(long, scorm12), { id: "urn:q_7", type: "fill-in", student_response: "x".repeat(255), result: "neutral" });
    const range = reported("2004", { id: "q", type: "numeric", learner_response: "5", "correct_responses.0.pattern": "[:]9" });
    assert.equal(told(range, scorm12)["correct_responses.0.pattern"], "9");
  });

  test("are not told before they are whole", () => {
    assert.equal(reported("1.2", { id: "q1", type: "choice" }), null);
    assert.equal(reported("1.2", { id: "q1", student_response: "a" }), null);
    const half = { id: "q1", type: "choice", student_response: "a" };
    assert.equal(reported("1.2", half, false), null, "its result may follow");
    assert.equal(reported("1.2", half).response, "a", "at the end, what is there has to do");
    assert.equal(reported("1.2", { ...half, result: "wrong" }, false).result, "incorrect");
  });

  test("are statements of xAPI in cmi5", () => {
    const given = reported("1.2", { id: "q1", type: "choice", student_response: "a,c", result: "correct", latency: "00:00:04" });
    assert.deepEqual(plain(answers.activity(given, "en")), {
      definition: { type: "http://adlnet.gov/expapi/activities/cmi.interaction", interactionType: "choice" },
      result: { response: "a[,]c", success: true, duration: "PT4S" },
    });
  });
});
