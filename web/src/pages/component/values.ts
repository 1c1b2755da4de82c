// Metadata as the values of its fields, which is how forms and rules see it.
import type { Schemas } from "../../api/client";
import { CARE, FIELD, type FieldRule, LISTS } from "../../ui/fields";

type Metadata = Schemas["Metadata"];
/** The values of each field that has any. */
export type Values = Record<string, string[]>;
const OWN = "custom.";

export function valuesOf(metadata: Metadata): Values {
  const { custom, ...plain } = metadata;
  const values: Values = {};
  for (const [field, value] of Object.entries(plain)) {
    if (value === null || value === undefined) continue;
    const all = (Array.isArray(value) ? value : [value]).map(String);
    if (all.length > 0) values[field] = all;
  }
  for (const [name, value] of Object.entries(custom ?? {})) values[OWN + name] = [typeof value === "string" ? value : JSON.stringify(value)];
  return values;
}

/** The document that has these values; what has none is left out. */
export function documentOf(values: Values): Metadata {
  const plain: Record<string, unknown> = {};
  const custom: Record<string, string> = {};
  for (const [field, given] of Object.entries(values)) {
    const all = given.map((one) => one.trim()).filter(Boolean);
    const [first] = all;
    if (first === undefined) continue;
    if (field.startsWith(OWN)) custom[field.slice(OWN.length)] = first;
    else if (LISTS.includes(field)) plain[field] = all;
    else plain[field] = field === "duration_minutes" ? Number(first) : first;
  }
  return { ...plain, ...(Object.keys(custom).length > 0 ? { custom } : {}) } as Metadata;
}

/** Whether two say the same, whatever the order of their fields. */
export function sameValues(a: Values, b: Values): boolean {
  const said = (values: Values) => JSON.stringify(Object.entries(values).filter(([, all]) => all.some((one) => one.trim())).sort(([x], [y]) => (x < y ? -1 : 1)));
  return said(a) === said(b);
}

/** The fields of the form: what the library asks for first, in its order, then what else there is. */
export function fieldsOf(rules: Map<string, FieldRule>, values: Values): { asked: string[]; more: string[] } {
  const care = (field: string) => CARE.includes(field);
  const asked = [...rules.values()].filter((rule) => rule.required_from || rule.recommended).map((rule) => rule.field).filter((field) => !care(field));
  const others = [...Object.keys(FIELD), ...rules.keys(), ...Object.keys(values)];
  return { asked, more: [...new Set(others)].filter((field) => !asked.includes(field) && !care(field)) };
}
