// What of a document is language: the strings that a translation says anew, each under a path that survives reordering.
import type { Document, Json } from "../../api/client";
import type { Kind } from "../../api/queries";

/** A string to translate. */
export interface Line {
  /** Names and ids from the document inwards: `interaction/choices/a/text`. */
  path: string;
  label: string;
  text: string;
  /** Markdown and other texts of several lines. */
  long: boolean;
}

/** Members that hold language wherever they stand. */
const SAID = new Set(["title", "summary", "description", "body", "introduction", "prompt", "text", "feedback", "alt", "caption", "transcript", "sample_answer", "unit"]);
/** Members all of whose strings are language. */
const ALL_SAID = new Set(["hints", "feedback", "blocks", "variables"]);
const LONG = new Set(["body", "introduction", "prompt", "transcript", "description", "sample_answer", "blocks"]);
/** Kinds of which nothing but these is translated. */
const ONLY: Partial<Record<Kind | "profile", string[]>> = { profile: ["title", "summary"], web_package: ["title", "summary"] };
/** Accepted answers of a blank are one line: alternatives beside each other. */
const BETWEEN = " | ";
const FIRST = ["title", "summary", "prompt", "body", "introduction"];

function isObject(value: Json | undefined): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function step(item: Json, n: number): string {
  return isObject(item) && typeof item.id === "string" ? item.id : String(n);
}

/** Everything in a document that is language, its title first. */
export function lines(kind: Kind | "profile", document: Document): Line[] {
  const found: Line[] = [];
  const only = ONLY[kind];
  const walk = (value: Json, path: string[], said: boolean) => {
    const name = path.at(-1) ?? "";
    if (typeof value === "string") {
      if (said) found.push({ path: path.join("/"), label: label(path), text: value, long: LONG.has(name) || LONG.has(path.at(-2) ?? "") || value.length > 120 || value.includes("\n") });
    } else if (Array.isArray(value)) {
      if (name === "accept") found.push({ path: path.join("/"), label: label(path), text: value.join(BETWEEN), long: false });
      else value.forEach((item, n) => walk(item, [...path, step(item, n)], ALL_SAID.has(name)));
    } else if (isObject(value)) {
      for (const [member, one] of Object.entries(value)) {
        if (path.length === 0 && only && !only.includes(member)) continue;
        walk(one, [...path, member], SAID.has(member) || ALL_SAID.has(name));
      }
    }
  };
  walk(document, [], false);
  const rank = ({ path }: Line) => {
    const at = FIRST.indexOf(path);
    return at < 0 ? FIRST.length : at;
  };
  return found.sort((a, b) => rank(a) - rank(b));
}

const SILENT = new Set(["interaction", "overrides", "placements"]);
const ONE: Record<string, string> = { choices: "choice", items: "item", sources: "left", targets: "right", blanks: "blank", sections: "section", hints: "hint", blocks: "block", accept: "accepted answers", sample_answer: "sample answer", alt: "alternative text" };
const ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

function label(path: string[]): string {
  const parts = path
    .filter((part) => !SILENT.has(part) && !ID.test(part))
    .map((part) => ONE[part] ?? (/^\d+$/.test(part) ? String(Number(part) + 1) : part.replaceAll("_", " ")));
  if (parts.length > 1 && parts.at(-1) === "text") parts.pop();
  const words = parts.join(" ");
  return (path[0] === "placements" ? "placed " : "").concat(words).replace(/^./, (first) => first.toUpperCase());
}

/** The strings of a document by their paths. */
export function texts(kind: Kind | "profile", document: Document): Record<string, string> {
  return Object.fromEntries(lines(kind, document).map(({ path, text }) => [path, text]));
}

/** The document with other strings at these paths; everything else is as it was. */
export function saying(document: Document, said: Record<string, string>): Document {
  const walk = (value: Json, path: string[]): Json => {
    const here = said[path.join("/")];
    if (here !== undefined) {
      if (Array.isArray(value)) return here.split("|").map((one) => one.trim()).filter(Boolean);
      if (typeof value === "string") return here;
    }
    if (Array.isArray(value)) return value.map((item, n) => walk(item, [...path, step(item, n)]));
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([member, one]) => [member, walk(one, [...path, member])]));
    return value;
  };
  return walk(document, []) as Document;
}
