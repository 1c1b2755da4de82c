import { expect, test } from "vitest";

import { below, labelOf, matching, opened, rowsOf, type Term } from "./terms";

const term = (id: string, label: string, broader?: string, more: Partial<Term> = {}): Term => ({ id, labels: { en: label }, ...(broader ? { broader } : {}), ...more });
const TERMS = [
  term("safety", "Safety"), term("fire", "Fire", "safety", { alternatives: { en: ["Blaze"], de: ["Brände"] } }), term("exit", "Exits", "fire"),
  term("first", "First aid", "safety"), term("billing", "Billing"), term("lost", "Lost", "gone"),
];

test("terms stand under what is broader, each level by label", () => {
  const rows = rowsOf(TERMS, "en");
  expect(rows.map((row) => [row.label, row.depth, row.under])).toEqual([
    ["Billing", 0, 0], ["Lost", 0, 0], ["Safety", 0, 2], ["Fire", 1, 1], ["Exits", 2, 0], ["First aid", 1, 0],
  ]);
  expect(rows[4]?.above).toEqual(["Safety", "Fire"]);
});

test("a ring of broader terms ends", () => {
  expect(rowsOf([term("a", "A", "b"), term("b", "B", "a"), term("c", "C")], "en").map((row) => row.label)).toEqual(["C"]);
});

test("terms are found by any name, without accents", () => {
  const found = (text: string) => matching(rowsOf(TERMS, "en"), text).map((row) => row.term.id);
  expect(found("blaze")).toEqual(["fire"]);
  expect(found("brande")).toEqual(["fire"]);
  expect(found(" ")).toHaveLength(6);
});

test("what is under a closed term is hidden, what comes after it is not", () => {
  expect(opened(rowsOf(TERMS, "en"), new Set(["fire"])).map((row) => row.label)).toEqual(["Billing", "Lost", "Safety", "Fire", "First aid"]);
  expect(opened(rowsOf(TERMS, "en"), new Set(["safety"])).map((row) => row.label)).toEqual(["Billing", "Lost", "Safety"]);
});

test("a label is the language's, its parent language's, or the first", () => {
  const one = { id: "x", labels: { de: "Brand", en: "Fire" } };
  expect(labelOf(one, "en-GB")).toBe("Fire");
  expect(labelOf(one, "fr")).toBe("Brand");
  expect([...below(TERMS, "safety")].sort()).toEqual(["exit", "fire", "first", "safety"]);
});
