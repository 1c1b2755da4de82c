/** The player's rules without a browser: drawing, judging, scoring, completion, suspend data and formats. */

import { test, describe } from "node:test";
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import vm from "node:vm";
import { LANGUAGES } from "./fixtures/fixtures.mjs";

const PLAYER = new URL("../../lcms-publish/player/", import.meta.url);

/** The player's pure scripts in a context of their own. @param {"scorm12" | "scorm2004"} driver @param {string} [language] */
async function load(driver, language = "en") {
  const context = vm.createContext({ document: { documentElement: { lang: language } } });
  const words = LANGUAGES.filter((each) => each === language.split("-")[0]).map((each) => `strings-${each}`);
  for (const name of [`driver-${driver}`, "strings", ...words, "numbers", "scoring", "notation", "attempt"]) {
    vm.runInContext(await readFile(new URL(`${name}.js`, PLAYER), "utf8"), context, { filename: `${name}.js` });
  }
  return /** @type {any} */ (vm.runInContext("lcms", context));
}

const { scoring, numbers, attempt: codec, driver: scorm12, text } = await load("scorm12");
const { driver: scorm2004 } = await load("scorm2004");

/** A value of the other context as one of ours, for comparison. @param {unknown} value */
const plain = (value) => JSON.parse(JSON.stringify(value));

/** @param {number} n @param {(i: number) => any} make */
const times = (n, make) => Array.from({ length: n }, (_, i) => make(i));

/** A lesson of some size: `pages` pages, `questions` knowledge checks with four choices. */
function lesson(pages = 3, questions = 2, extra = {}) {
  return {
    version: 1,
    course: "c",
    lesson: "l",
    completion: "both",
    passMark: 0.5,
    pages: times(pages, (i) => ({ id: `0192f3a0-page-7000-8000-${i}`, title: `Page ${i}`, fingerprint: `${10000000 + i}` })),
    questions: Object.fromEntries(
      times(questions, (i) => [
        `0192f3a0-quest-7000-8000-${i}`,
        { type: "multiple_choice", weight: 1, correct: ["a", "b"], choices: ["a", "b", "c", "d"], attempts: null },
      ]),
    ),
    assessments: {},
    ...extra,
  };
}

/** An attempt at a lesson in which every page was seen and every question answered. @param {any} sco @param {number} best */
function finished(sco, best = 1) {
  const attempt = codec.fresh();
  for (const page of sco.pages) attempt.seen.set(page.id, codec.fingerprint(page));
  for (const id of Object.keys(sco.questions)) attempt.answers.set(id, { best, attempts: 1, response: ["a", "b"] });
  return attempt;
}

describe("completion by time", () => {
  const timed = lesson(3, 2, { completion: "time", minutes: 2 });

  test("minutes decide, whatever was seen or answered", () => {
    const attempt = codec.fresh();
    assert.equal(scoring.outcome(timed, finished(timed)).complete, false);
    attempt.spent = 60;
    assert.deepEqual(plain([scoring.outcome(timed, attempt).complete, scoring.outcome(timed, attempt).progress]), [false, 0.5]);
    attempt.spent = 120;
    assert.deepEqual(plain([scoring.outcome(timed, attempt).complete, scoring.outcome(timed, attempt).progress]), [true, 1]);
  });

  test("what was spent is kept, and a text without it is read", () => {
    const attempt = { ...codec.fresh(), spent: 95 };
    const written = codec.encode(attempt, 4096);
    assert.equal(codec.decode(written, timed).spent, 95);
    assert.equal(codec.decode(written.split("|").slice(0, 6).join("|"), timed).spent, 0);
    assert.equal(codec.encode(codec.fresh(), 4096).split("|").length, 6, "where time does not count nothing is added");
  });
});

describe("pages one after the other", () => {
  test("the first page that is not done is the last that opens", () => {
    const sco = lesson(4, 0, { linear: true });
    const attempt = codec.fresh();
    const furthest = () => scoring.furthest(sco, scoring.outcome(sco, attempt));
    assert.equal(furthest(), 0);
    attempt.seen.set(sco.pages[0].id, "");
    assert.equal(furthest(), 1);
    attempt.seen.set(sco.pages[2].id, "");
    assert.equal(furthest(), 1);
    attempt.seen.set(sco.pages[1].id, "");
    assert.equal(furthest(), 3);
    assert.equal(scoring.furthest({ ...sco, linear: false }, scoring.outcome(sco, codec.fresh())), 3);
  });
});

describe("judging", () => {
  const choice = { type: "multiple_choice", weight: 1, correct: ["a", "b"], choices: ["a", "b", "c", "d"] };
  const blanks = { type: "fill_in", weight: 1, correct: { x: { accept: ["Café au  lait"] }, y: { accept: ["Rome"], caseSensitive: true } } };
  const matching = { type: "matching", weight: 1, correct: ["a.x", "b.x"], choices: ["a", "b"], targets: ["x", "y"] };
  const order = { type: "ordering", weight: 1, correct: ["c", "a", "b"], choices: ["c", "a", "b"] };
  const number = { type: "numeric", weight: 1, correct: { answer: 0.1 + 0.2 - 0.05, tolerance: 0.05 }, unit: "kg" };
  for (const [name, question, response, earned] of /** @type {[string, any, any, number | null][]} */ ([
    ["all right choices and no other earn everything", choice, ["b", "a"], 1],
    ["a missing choice earns nothing", choice, ["a"], 0],
    ["a wrong choice beside the right ones earns nothing", choice, ["a", "b", "c"], 0],
    ["partial credit counts right minus wrong", { ...choice, partial: true }, ["a", "b", "c"], 0.5],
    ["partial credit is never below zero", { ...choice, partial: true }, ["a", "c", "d"], 0],
    ["blanks ignore case, outer and repeated spaces", blanks, { x: " café  AU lait ", y: "Rome" }, 1],
    ["a decomposed accent is the same letter", blanks, { x: "cafe\u0301 au lait", y: "Rome" }, 1],
    ["a case-sensitive blank heeds case", blanks, { x: "café au lait", y: "rome" }, 0],
    ["a lone right blank earns its part when partial", { ...blanks, partial: true }, { x: "café au lait" }, 0.5],
    ["all pairs right earn everything", matching, ["b.x", "a.x"], 1],
    ["one wrong pair earns nothing", matching, ["a.x", "b.y"], 0],
    ["one right pair earns its part when partial, and a wrong one takes nothing", { ...matching, partial: true }, ["a.x", "b.y"], 0.5],
    ["the right order earns everything", order, ["c", "a", "b"], 1],
    ["another order earns nothing", order, ["a", "b", "c"], 0],
    ["entries in their place earn their part when partial", { ...order, partial: true }, ["c", "b", "a"], 0.3333],
    ["a number within the tolerance is right", number, { number: "0.3" }, 1],
    ["at its edge too, whatever binary fractions do", number, { number: "0.2" }, 1],
    ["beyond it is wrong", number, { number: "0.31" }, 0],
    ["what is no number is wrong", number, { number: "many" }, 0],
    ["a long answer is for a person to judge", { type: "long_answer", weight: 0, correct: [] }, { text: "Well." }, null],
  ])) {
    test(name, () => assert.equal(scoring.judge(question, response), earned));
  }
});

describe("an answer that can be judged", () => {
  for (const [question, complete, incomplete] of /** @type {[any, any, any][]} */ ([
    [{ type: "matching", choices: ["a", "b"] }, ["a.x", "b.x"], ["a.x"]],
    [{ type: "ordering", choices: ["a", "b"] }, ["b", "a"], []],
    [{ type: "numeric", unit: "kg" }, { number: "3 kg" }, { number: "three" }],
    [{ type: "long_answer" }, { text: "Well." }, { text: "  " }],
    [{ type: "fill_in" }, { x: "one", y: "" }, { x: "", y: " " }],
  ])) {
    test(`is told from one that cannot: ${question.type}`, () => {
      assert.deepEqual([scoring.isAnswered(question, complete), scoring.isAnswered(question, incomplete)], [true, false]);
    });
  }
});

describe("numbers", () => {
  for (const [language, typed, value] of /** @type {[string, string, number | null][]} */ ([
    ["en", "2.5", 2.5], ["en", "2,5", 2.5], ["en", "1,500", 1500], ["en", "1,500.5", 1500.5], ["en", "1.500", 1.5],
    ["de", "2,5", 2.5], ["de", "2.5", 2.5], ["de", "1.500", 1500], ["de", "1.500,5", 1500.5], ["de", "1,500", 1.5],
    ["fr", "1 500,25", 1500.25], ["fr", "1\u202f500", 1500], ["en", "1,234,567", 1234567], ["en", "0,123", 0.123],
    ["ar", "٢٫٥", 2.5], ["ar", "١٬٥٠٠", 1500], ["ja", "２．５", 2.5],
    ["en", "\u22124", -4], ["en", "+3", 3], ["en", ".5", 0.5], ["en", "1e3", 1000], ["en", "2.5 KG", 2.5],
    ["en", "", null], ["en", "kg", null], ["en", "2 or 3", null], ["en", "1.2.3", null], ["en", "--1", null],
  ])) {
    test(`${JSON.stringify(typed)} in ${language} is ${value}`, () => assert.equal(numbers.read(typed, "kg", language), value));
  }

  test("are written without exponents and with at most seven decimals", () => {
    const written = [2.5, -4, 0, -0, 1e-9, 1 / 3, 0.1 + 0.2, 1500000].map(numbers.write);
    assert.deepEqual(written, ["2.5", "-4", "0", "0", "0", "0.3333333", "0.3", "1500000"]);
  });
});

describe("drawing", () => {
  const pool = times(20, (i) => `q${i}`);
  const assessment = (/** @type {any} */ section) => ({ page: "p", sections: [{ id: "s", questions: pool, ...section }] });

  test("a draw has its size, no repeats, and the authored order unless shuffled", () => {
    const drawn = plain(scoring.draw(assessment({ draw: 5 }), "seed", 0));
    assert.equal(new Set(drawn).size, 5);
    assert.deepEqual(drawn, pool.filter((id) => drawn.includes(id)));
  });

  test("the same seed and sitting draw the same; another sitting draws anew", () => {
    const draw = (/** @type {number} */ sitting) => plain(scoring.draw(assessment({ draw: 5, shuffle: true }), "seed", sitting));
    assert.deepEqual(draw(0), draw(0));
    assert.notDeepEqual(draw(0), draw(1));
  });

  test("an added question replaces at most one of those drawn", () => {
    for (const seed of times(50, (i) => `seed${i}`)) {
      const before = plain(scoring.draw(assessment({ draw: 5 }), seed, 0));
      const after = plain(scoring.draw(assessment({ draw: 5, questions: [...pool, "new"] }), seed, 0));
      assert.ok(before.filter((/** @type {string} */ id) => after.includes(id)).length >= 4);
    }
  });

  test("over many learners every question is drawn about equally often", () => {
    const counts = new Map(pool.map((id) => [id, 0]));
    for (const seed of times(4000, (i) => `learner-${i}`)) {
      for (const id of scoring.draw(assessment({ draw: 5 }), seed, 0)) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    for (const count of counts.values()) assert.ok(count > 850 && count < 1150, `expected about 1000, got ${count}`);
  });
});

describe("standing", () => {
  /** @param {any} sco @param {any} attempt */
  const standing = (sco, attempt) => {
    const { complete, success, scaled, progress } = scoring.outcome(sco, attempt);
    return { complete, success, scaled, progress };
  };

  test("nothing seen is incomplete and without a score", () => {
    assert.deepEqual(standing(lesson(), codec.fresh()), { complete: false, success: "unknown", scaled: null, progress: 0 });
  });

  for (const [completion, complete] of /** @type {const} */ ([["pages", true], ["score", false], ["both", false]])) {
    test(`a failed lesson under the rule "${completion}" is ${complete ? "" : "not "}complete`, () => {
      const sco = lesson(3, 2, { completion });
      assert.deepEqual(standing(sco, finished(sco, 0)), { complete, success: "failed", scaled: 0, progress: complete ? 1 : 0.99 });
    });
  }

  test("the score rule does not ask for every page, the rule for both does", () => {
    for (const [completion, complete] of /** @type {const} */ ([["score", true], ["both", false]])) {
      const sco = lesson(3, 2, { completion });
      const attempt = finished(sco);
      attempt.seen.delete(sco.pages[2].id);
      assert.equal(standing(sco, attempt).complete, complete);
    }
  });

  test("a score just at the mark passes", () => {
    const sco = lesson(1, 3, { passMark: 0.6667 });
    const attempt = finished(sco);
    attempt.answers.get(Object.keys(sco.questions)[0]).best = 0;
    assert.equal(standing(sco, attempt).success, "passed");
  });

  test("no score is reported against a pass mark before every scored question is answered", () => {
    const sco = lesson();
    const attempt = finished(sco);
    attempt.answers.delete(Object.keys(sco.questions)[0]);
    assert.equal(standing(sco, attempt).scaled, null);
    assert.equal(standing({ ...sco, passMark: null }, attempt).scaled, 0.5);
  });

  test("practice never counts", () => {
    const sco = lesson(1, 1);
    const withPractice = { ...sco, questions: { ...sco.questions, extra: { type: "fill_in", weight: 0, correct: { x: { accept: ["y"] } } } } };
    assert.deepEqual(standing(withPractice, finished(sco)), { complete: true, success: "passed", scaled: 1, progress: 1 });
  });

  test("a lesson without scored questions completes by its pages, whatever its rule", () => {
    const sco = lesson(2, 0, { completion: "score" });
    assert.deepEqual(standing(sco, finished(sco)), { complete: true, success: "unknown", scaled: null, progress: 1 });
  });

  test("what was completed and passed stays so when an update adds a page and a question", () => {
    const sco = lesson(3, 2);
    const attempt = finished(sco);
    Object.assign(attempt, { completed: true, passed: true });
    const { complete, success } = standing(lesson(4, 3), attempt);
    assert.deepEqual({ complete, success }, { complete: true, success: "passed" });
  });
});

describe("suspend data", () => {
  /** What must survive whatever the room. @param {any} attempt */
  const kept = (attempt) => ({
    seed: attempt.seed,
    flags: [attempt.completed, attempt.passed],
    seen: [...attempt.seen.keys()].sort(),
    best: [...attempt.answers].map(([id, { best, attempts }]) => [id, best, attempts]).sort(),
    sittings: plain([...attempt.sittings]).sort(),
  });

  /** @param {any} sco */
  function rich(sco) {
    const attempt = finished(sco, 0.6667);
    sco.questions.text = { type: "fill_in", weight: 1, correct: { one: { accept: ["x"] }, two: { accept: ["y"] } } };
    sco.questions.match = { type: "matching", weight: 1, correct: ["a.x", "b.y"], choices: ["a", "b"], targets: ["x", "y"] };
    sco.questions.order = { type: "ordering", weight: 1, correct: ["a", "b", "c"], choices: ["a", "b", "c"] };
    sco.questions.number = { type: "numeric", weight: 1, correct: { answer: 2, tolerance: 0 } };
    sco.questions.long = { type: "long_answer", weight: 0, correct: [] };
    attempt.answers.set("match", { best: 0, attempts: 1, response: ["a.y", "b.y"] });
    attempt.answers.set("order", { best: 0, attempts: 1, response: ["c", "a", "b"] });
    attempt.answers.set("number", { best: 0, attempts: 1, response: { number: "3,5" } });
    attempt.answers.set("long", { best: 0, attempts: 0, response: { text: "w".repeat(101) } });
    sco.assessments.final = { page: sco.pages[0].id, sections: [] };
    attempt.answers.set("text", { best: 0, attempts: 3, response: { one: "a|b;c,d: 100 % ü 漢", two: "" } });
    attempt.sittings.set("final", { submitted: 2, open: false, earned: 2.5, total: 4 });
    attempt.passed = true;
    return attempt;
  }

  test("comes back as it was", () => {
    const sco = lesson(30, 20);
    const attempt = rich(sco);
    const back = codec.decode(codec.encode(attempt, 4096), sco);
    assert.deepEqual(kept(back), kept(attempt));
    assert.deepEqual(plain(back.answers.get("text").response), { one: "a|b;c,d: 100 % ü 漢" });
    for (const id of ["match", "order", "number", "long"]) assert.deepEqual(plain(back.answers.get(id)), attempt.answers.get(id));
    assert.deepEqual(plain(back.answers.get(Object.keys(sco.questions)[0]).response), ["a", "b"]);
  });

  test("of 30 pages and 20 questions takes well under 4096 characters of plain ASCII", () => {
    const sco = lesson(30, 20);
    const written = codec.encode(rich(sco), 4096);
    assert.match(written, /^[\x21-\x7e]+$/);
    assert.ok(written.length < 1400, `${written.length} characters`);
  });

  test("loses long texts first, then all texts, then choices, then fingerprints, and never pages or scores", () => {
    const sco = lesson(30, 20);
    const attempt = rich(sco);
    const full = codec.encode(attempt, 4096).length;
    const seen = new Set();
    for (let limit = full; limit >= 0; limit -= 1) {
      const written = codec.encode(attempt, limit);
      if (written === null) {
        seen.add("nothing");
        continue;
      }
      assert.ok(written.length <= limit);
      const back = codec.decode(written, sco);
      assert.deepEqual(kept(back), kept(attempt), `limit ${limit}`);
      const long = back.answers.get("long").response !== null;
      assert.equal(codec.fits(attempt, limit), long, "only the whole is said to fit");
      const texts = back.answers.get("text").response !== null;
      const choices = back.answers.get(Object.keys(sco.questions)[0]).response !== null;
      seen.add([long && "long", texts && "texts", choices && "choices", [...back.seen.values()].every(Boolean) && "fingerprints"].filter(Boolean).join());
    }
    assert.deepEqual([...seen], ["long,texts,choices,fingerprints", "texts,choices,fingerprints", "choices,fingerprints", "fingerprints", "", "nothing"]);
  });

  test("ignores pages, questions and choices that are gone", () => {
    const written = codec.encode(rich(lesson(30, 20)), 4096);
    const back = codec.decode(written, lesson(5, 1));
    assert.equal(back.seen.size, 5);
    assert.equal(back.answers.size, 1);
    assert.equal(back.sittings.size, 0);
  });

  test("of another program or a later version is not taken for ours", () => {
    for (const foreign of ["", "2|x||||", "viewed=1,2,3", "1|only|three"]) assert.equal(codec.decode(foreign, lesson()), null);
  });

  test("knows a page that changed since it was seen", () => {
    const sco = lesson();
    const back = codec.decode(codec.encode(finished(sco), 4096), sco);
    const changed = { ...sco.pages[0], fingerprint: "ffffffff" };
    assert.deepEqual([codec.isChanged(back, sco.pages[0]), codec.isChanged(back, changed)], [false, true]);
  });

  test("damaged anywhere is read without an error", () => {
    const sco = lesson(5, 3);
    const written = codec.encode(rich(sco), 4096);
    for (let at = 0; at < written.length; at += 1) {
      codec.decode(written.slice(0, at), sco);
      codec.decode(`${written.slice(0, at)}%${written.slice(at + 1)}`, sco);
    }
  });
});

describe("formats", () => {
  for (const [seconds, timespan12, timespan2004] of /** @type {[number, string, string][]} */ ([
    [0, "0000:00:00.00", "PT0H0M0S"],
    [59.996, "0000:01:00.00", "PT0H1M0S"],
    [12.3, "0000:00:12.30", "PT0H0M12.3S"],
    [3725.5, "0001:02:05.50", "PT1H2M5.5S"],
    [400000, "0111:06:40.00", "PT111H6M40S"],
  ])) {
    test(`${seconds} s are ${timespan12} and ${timespan2004}`, () => {
      assert.equal(scorm12.sessionTime(seconds)[1], timespan12);
      assert.equal(scorm2004.sessionTime(seconds)[1], timespan2004);
    });
  }

  const time = new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
  /** @param {any} driver @param {any} question @param {any} response */
  const record = (driver, question, response) =>
    Object.fromEntries(driver.interaction({ id: "q", question: { weight: 2, ...question }, response, earned: 0, seconds: 1, time }));

  test("choices are letters by place in SCORM 1.2, identifiers in 2004", () => {
    const question = { type: "multiple_choice", correct: ["one", "three"], choices: ["one", "two", "three"] };
    const given = [record(scorm12, question, ["two", "three"]), record(scorm2004, question, ["two", "three"])];
    assert.deepEqual([given[0].student_response, given[0]["correct_responses.0.pattern"], given[0].result], ["b,c", "a,c", "wrong"]);
    assert.deepEqual([given[1].learner_response, given[1]["correct_responses.0.pattern"], given[1].result], ["two[,]three", "one[,]three", "incorrect"]);
    assert.equal(given[1].timestamp, "2026-01-02T03:04:05.67Z");
  });

  test("true and false are one letter in SCORM 1.2, words in 2004", () => {
    const question = { type: "true_false", correct: ["false"], choices: ["true", "false"] };
    assert.equal(record(scorm12, question, ["true"]).student_response, "t");
    assert.equal(record(scorm12, question, ["true"])["correct_responses.0.pattern"], "f");
    assert.equal(record(scorm2004, question, ["true"]).learner_response, "true");
  });

  for (const [question, response, in12, in2004] of /** @type {[any, any, any[], any[]][]} */ ([
    [{ type: "matching", correct: ["s1.t2", "s2.t1"], choices: ["s1", "s2"], targets: ["t1", "t2", "t3"] }, ["s1.t3", "s2.t1"],
      ["matching", "a.c,b.a", "a.b,b.a"], ["matching", "s1[.]t3[,]s2[.]t1", "s1[.]t2[,]s2[.]t1"]],
    [{ type: "ordering", correct: ["one", "two", "three"], choices: ["one", "two", "three"] }, ["three", "one", "two"],
      ["sequencing", "c,a,b", "a,b,c"], ["sequencing", "three[,]one[,]two", "one[,]two[,]three"]],
    [{ type: "numeric", correct: { answer: 2.5, tolerance: 0.25 }, unit: "kg" }, { number: "2,4 kg" },
      ["numeric", "2.4", "2.5"], ["numeric", "2.4", "2.25[:]2.75"]],
    [{ type: "numeric", correct: { answer: -4, tolerance: 0 } }, { number: "cold" },
      ["numeric", "cold", "-4"], ["numeric", "cold", "-4[:]-4"]],
    [{ type: "long_answer", correct: [] }, { text: "In my words." },
      ["fill-in", "In my words.", undefined], ["long-fill-in", "In my words.", undefined]],
  ])) {
    test(`${question.type} in the notation of each standard: ${JSON.stringify(response)}`, () => {
      const [older, newer] = [record(scorm12, question, response), record(scorm2004, question, response)];
      assert.deepEqual([older.type, older.student_response, older["correct_responses.0.pattern"]], in12);
      assert.deepEqual([newer.type, newer.learner_response, newer["correct_responses.0.pattern"]], in2004);
    });
  }

  test("SCORM 2004 says which version of which component was answered, within its limit", () => {
    const question = { type: "true_false", correct: ["true"], choices: ["true", "false"], source: "01936c00@0123456789abcdef", description: "d".repeat(300) };
    const { description } = record(scorm2004, question, ["true"]);
    assert.match(description, /^d+ \[01936c00@0123456789abcdef\]$/);
    assert.equal(description.length, 250);
  });

  test("what nobody has judged is neutral", () => {
    const given = { id: "q", question: { type: "long_answer", weight: 0, correct: [] }, response: { text: "x" }, earned: null, seconds: 1, time };
    for (const driver of [scorm12, scorm2004]) assert.equal(Object.fromEntries(driver.interaction(given)).result, "neutral");
  });

  test("an answer longer than the standard holds is cut to it", () => {
    const question = { type: "fill_in", correct: { x: { accept: ["y", "z"], caseSensitive: true } }, description: "d".repeat(300) };
    assert.equal(record(scorm12, question, { x: "a".repeat(300) }).student_response.length, 255);
    const given = record(scorm2004, question, { x: "a".repeat(300) });
    assert.deepEqual([given.learner_response.length, given.description.length], [250, 250]);
    assert.deepEqual([given["correct_responses.0.pattern"], given["correct_responses.1.pattern"]], ["{case_matters=true}y", "{case_matters=true}z"]);
  });

  test("phrases fill their places and follow the number", () => {
    assert.equal(text("attemptsLeft", { n: 1 }), "1 attempt left");
    assert.equal(text("attemptsLeft", { n: 3 }), "3 attempts left");
  });
});

describe("words", () => {
  /** Named places of a phrase. @param {string} phrase */
  const places = (phrase) => [...phrase.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

  for (const language of LANGUAGES) {
    test(`every phrase is there in ${language}, with the places and plural forms it needs`, async () => {
      const { strings } = await load("scorm12", language);
      const { en, [language]: table } = strings;
      assert.deepEqual(Object.keys(table).sort(), Object.keys(en).sort());
      const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
      for (const [key, english] of /** @type {[string, any][]} */ (Object.entries(en))) {
        const phrase = table[key];
        assert.equal(typeof phrase, typeof english, key);
        if (typeof english === "string") {
          assert.deepEqual(places(phrase), places(english), key);
          continue;
        }
        // French and Spanish have a form for whole millions, which no lesson counts to.
        const wanted = pluralCategories.filter((category) => category !== "many" || language === "ar");
        assert.deepEqual(Object.keys(phrase).sort(), [...wanted].sort(), key);
        assert.deepEqual(places(phrase.other), places(english.other), key);
      }
    });
  }

  test("numbers in them are written as the language writes them", async () => {
    assert.equal((await load("scorm12", "de")).text("charactersLeft", { n: 1234 }), "Noch 1.234 Zeichen");
    assert.equal((await load("scorm12", "ar-EG")).text("attemptsLeft", { n: 3 }), "بقيت ٣ محاولات");
    assert.equal((await load("scorm12", "fr-CA")).text("attemptsLeft", { n: 1 }), "Encore 1 essai");
    assert.equal((await load("scorm12", "sw")).text("next"), "Next");
  });
});
