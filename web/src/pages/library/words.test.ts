import { expect, test } from "vitest";

import { entries } from "./Synonyms";
import { linesOf, termOf } from "./TermForm";

const TERM = { id: "fire", broader: "safety", labels: { en: "Fire", de: "Brand" }, alternatives: { en: ["Blaze", "Flames"] }, definitions: { de: "Wenn es brennt." } };

test("a term is shown language by language, the library's first, and written as it was", () => {
  const lines = linesOf(TERM, "de");
  expect(lines.map((line) => [line.language, line.label, line.alternatives, line.definition])).toEqual([["de", "Brand", "", "Wenn es brennt."], ["en", "Fire", "Blaze; Flames", ""]]);
  expect(termOf(TERM, lines)).toEqual(TERM);
});

test("a language that says nothing is left out", () => {
  expect(termOf(TERM, [{ language: "en", label: " Fire ", alternatives: " ; ", definition: "" }, { language: "fr", label: "", alternatives: "", definition: "" }])).toEqual({ id: "fire", broader: "safety", labels: { en: "Fire" } });
});

test("synonyms are read as the server reads them", () => {
  expect(entries("holiday, leave # both\n\n# a remark\nvacation => leave , days off\nlone")).toEqual([
    { from: ["holiday", "leave"], to: [] }, { from: ["vacation"], to: ["leave", "days off"] }, { from: ["lone"], to: [] },
  ]);
});
