import { expect, test } from "vitest";

import { written } from "./written";

test("what a document tells people is told, in order, without names and ids", () => {
  expect(written({ title: "T", body: "Body.\n" })).toBe("Body.");
  expect(written({ title: "T", prompt: "Why?", interaction: { type: "single_choice", choices: [{ id: "a", text: "Because", correct: true }, { id: "b", text: " " }] } })).toBe("Why?\n\nBecause");
  expect(written({ title: "T" })).toBe("");
});
