// Documents as the editor holds them: JSON of one kind, with what a new one begins with.
import type { Document, Json } from "../api/client";
import type { Kind } from "../api/queries";

export const INTERACTIONS = {
  single_choice: "One right answer", multiple_choice: "Several right answers", true_false: "True or false", fill_in: "Fill in",
  matching: "Matching", ordering: "Ordering", numeric: "A number", long_answer: "In their own words",
} as const;
export type InteractionType = keyof typeof INTERACTIONS;

/** An id that nothing of a list has yet: a, b, … z, a1, … */
export function freeId(taken: string[]): string {
  for (let n = 0; ; n++) {
    const round = Math.floor(n / 26);
    const id = String.fromCharCode(97 + (n % 26)) + (round > 0 ? String(round) : "");
    if (!taken.includes(id)) return id;
  }
}

export function newInteraction(type: InteractionType): Document {
  const choices = [{ id: "a", text: "", correct: true }, { id: "b", text: "" }];
  switch (type) {
    case "single_choice": return { type, choices };
    case "multiple_choice": return { type, choices };
    case "true_false": return { type, answer: true };
    case "fill_in": return { type, blanks: [{ id: "a", accept: [""] }] };
    case "matching":
      return { type, sources: [{ id: "a", text: "" }, { id: "b", text: "" }], targets: [{ id: "a", text: "" }, { id: "b", text: "" }], pairs: [{ source: "a", target: "a" }, { source: "b", target: "b" }] };
    case "ordering": return { type, items: [{ id: "a", text: "" }, { id: "b", text: "" }] };
    case "numeric": return { type, answer: 0 };
    case "long_answer": return { type };
  }
}

/** What a new document of a kind begins with. */
export function newDocument(kind: Kind): Document {
  switch (kind) {
    case "topic": return { title: "", body: "" };
    case "question": return { title: "", prompt: "", interaction: newInteraction("single_choice") };
    case "assessment": return { title: "", sections: [{ id: "main", entries: [] }] };
    case "variable_set": return { title: "", variables: {} };
    case "asset": return { title: "" };
    case "profile": return { title: "", format: "scorm12" };
    default: return { title: "" };
  }
}

/** A key made from a title: what people would type. */
export function keyOf(title: string): string {
  return title
    .normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()
    .replace(/ß/g, "ss").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60).replace(/-+$/, "");
}

/** The document without fields that say nothing, as the server keeps it. */
export function tidy(document: Document): Document {
  const { kind: _, ...rest } = document;
  return Object.fromEntries(
    Object.entries(rest).filter(([name, value]) => value !== null && !(OPTIONAL.has(name) && (value === "" || value === false || (Array.isArray(value) && value.length === 0)))),
  );
}
const OPTIONAL = new Set(["summary", "description", "alt", "caption", "transcript", "decorative", "introduction", "hints", "shuffle"]);

export function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
export function list(value: Json | undefined): Document[] {
  return Array.isArray(value) ? (value as Document[]) : [];
}
export function object(value: Json | undefined): Document {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
