// The fields that describe a component, as people say them, and what a library asks of each.
import type { Schemas } from "../api/client";

export type FieldRule = Schemas["FieldRule"];

export const FIELD: Record<string, string> = {
  description: "Description", tags: "Tags", keywords: "Keywords", audience: "Audience", difficulty: "Level", duration_minutes: "Minutes",
  licence: "Licence", attribution: "Attribution", steward: "Looked after by", review_by: "Look again by",
};
export const LISTS = ["tags", "keywords", "audience"];
/** Facts of the component that its versions do not hold. */
export const CARE = ["steward", "review_by"];

export const LEVELS: Schemas["Difficulty"][] = ["very_easy", "easy", "medium", "difficult", "very_difficult"];

/** `custom.course-code` as people say it: "Course code". */
export function fieldName(field: string): string {
  const known = FIELD[field];
  if (known) return known;
  const own = field.replace(/^custom\./, "").replaceAll(/[-_]/g, " ").trim();
  return own.charAt(0).toUpperCase() + own.slice(1);
}

/** A value of a field as people say it. */
export function valueSaid(field: string, value: string): string {
  return field === "difficulty" ? value.replaceAll("_", " ") : value;
}

/** The rules for a kind: its own for a field stands instead of the one for all kinds. */
export function rulesFor(schemas: Schemas["SchemaView"][], kind: string): Map<string, FieldRule> {
  const rules = new Map<string, FieldRule>();
  for (const name of ["all", kind]) {
    for (const rule of schemas.find((one) => one.kind === name)?.schema.fields ?? []) rules.set(rule.field, rule);
  }
  return rules;
}

const ORDER = ["draft", "in_review", "approved", "retired"];
/** From when on a field is needed. */
export const FROM: Record<string, string> = { draft: "needed", in_review: "needed for review", approved: "needed for approval", retired: "" };

/** When the field is needed, as seen from the state that the component is in. */
export function needed(rule: FieldRule | undefined, state: string): { words: string; now: boolean } | undefined {
  if (!rule) return undefined;
  if (rule.required_from) return { words: FROM[rule.required_from] ?? "", now: ORDER.indexOf(rule.required_from) <= ORDER.indexOf(state) };
  return rule.recommended ? { words: "recommended", now: false } : undefined;
}
