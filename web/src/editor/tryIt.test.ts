import { expect, test } from "vitest";

import { feedback, judge, mixed } from "./tryIt";

const several = { type: "multiple_choice", choices: [{ id: "a", text: "A", correct: true }, { id: "b", text: "B", correct: true, feedback: "Yes, B." }, { id: "c", text: "C" }] };

test("several choices are all or nothing, unless part of the answer counts", () => {
  expect(judge(several, { ids: ["b", "a"] })).toBe(1);
  expect(judge(several, { ids: ["a"] })).toBe(0);
  expect(judge({ ...several, partial_credit: true }, { ids: ["a"] })).toBe(0.5);
  expect(judge({ ...several, partial_credit: true }, { ids: ["a", "b", "c"] })).toBe(0.5);
  expect(judge({ ...several, partial_credit: true }, { ids: ["c"] })).toBe(0);
});

test("each other type is judged as the player judges it", () => {
  expect(judge({ type: "true_false", answer: false }, { ids: ["false"] })).toBe(1);
  expect(judge({ type: "true_false", answer: false }, { ids: ["true"] })).toBe(0);
  const blank = { type: "fill_in", blanks: [{ id: "a", accept: ["Red  wine"] }, { id: "b", accept: ["USB"], case_sensitive: true }] };
  expect(judge(blank, { texts: { a: " red wine ", b: "USB" } })).toBe(1);
  expect(judge(blank, { texts: { a: "red wine", b: "usb" } })).toBe(0);
  const match = { type: "matching", pairs: [{ source: "a", target: "b" }, { source: "b", target: "a" }] };
  expect(judge(match, { ids: ["b.a", "a.b"] })).toBe(1);
  expect(judge({ ...match, partial_credit: true }, { ids: ["a.b", "b.b"] })).toBe(0.5);
  const order = { type: "ordering", items: [{ id: "a" }, { id: "b" }, { id: "c" }] };
  expect(judge(order, { ids: ["a", "b", "c"] })).toBe(1);
  expect(judge(order, { ids: ["a", "c", "b"] })).toBe(0);
  const numeric = { type: "numeric", answer: 0.3, tolerance: 0.1, unit: "kg" };
  expect(["0.4", "0,2 kg", ".3"].map((number) => judge(numeric, { texts: { number } }))).toEqual([1, 1, 1]);
  expect(["0.41", "", "much"].map((number) => judge(numeric, { texts: { number } }))).toEqual([0, 0, 0]);
  expect(judge({ type: "long_answer" }, { texts: { text: "x" } })).toBeNull();
});

test("what was chosen is answered first, then the whole", () => {
  const question = { interaction: several, feedback: { correct: "Well done.", incorrect: "Look again." } };
  expect(feedback(question, { ids: ["b"] }, 0)).toEqual(["Yes, B.", "Look again."]);
  expect(feedback(question, { ids: ["a", "b"] }, 1)).toEqual(["Yes, B.", "Well done."]);
});

test("an ordering never begins in the right order", () => {
  for (const ids of [["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d", "e"]]) {
    expect(mixed(ids)).not.toEqual(ids);
    expect([...mixed(ids)].sort()).toEqual(ids);
  }
});
