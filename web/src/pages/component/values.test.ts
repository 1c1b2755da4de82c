import { expect, test } from "vitest";

import type { Schemas } from "../../api/client";
import { needed, rulesFor } from "../../ui/fields";
import { documentOf, fieldsOf, sameValues, valuesOf } from "./values";

const METADATA = { description: "D", tags: ["a", "b"], duration_minutes: 5, custom: { "course-code": "ABC-1" } } as unknown as Schemas["Metadata"];

test("metadata is read as values and written as it was", () => {
  expect(valuesOf(METADATA)).toEqual({ description: ["D"], tags: ["a", "b"], duration_minutes: ["5"], "custom.course-code": ["ABC-1"] });
  expect(documentOf(valuesOf(METADATA))).toEqual(METADATA);
  expect(documentOf({ description: [" "], tags: [], licence: [""] })).toEqual({});
});

test("what is empty makes no difference", () => {
  expect(sameValues({ tags: ["a"], licence: [""] }, { tags: ["a"] })).toBe(true);
  expect(sameValues({ tags: ["a"] }, { tags: ["b"] })).toBe(false);
});

test("a kind's own rule stands instead of the one for all, and what is asked for comes first", () => {
  const state = { author: "", created: "", event: 1, message: "", number: 1, version: "", library_key: "support" };
  const rules = rulesFor([
    { ...state, kind: "topic", schema: { fields: [{ field: "licence", recommended: true }] } },
    { ...state, kind: "all", schema: { fields: [{ field: "licence", required_from: "draft" }, { field: "description", required_from: "in_review" }, { field: "steward", required_from: "approved" }] } },
    { ...state, kind: "course", schema: { fields: [{ field: "tags", required_from: "draft" }] } },
  ], "topic");
  expect(fieldsOf(rules, { "custom.x": ["1"] }).asked).toEqual(["licence", "description"]);
  expect(fieldsOf(rules, { "custom.x": ["1"] }).more).toEqual(["tags", "keywords", "audience", "difficulty", "duration_minutes", "attribution", "custom.x"]);
  expect(needed(rules.get("licence"), "draft")).toEqual({ words: "recommended", now: false });
  expect(needed(rules.get("description"), "in_review")?.now).toBe(true);
  expect(needed(rules.get("description"), "draft")?.now).toBe(false);
});
