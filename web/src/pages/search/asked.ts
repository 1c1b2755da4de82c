// What a search asks for: as an address, as a question to the server, and as something to keep.
import type { Schemas } from "../../api/client";
import { type Asked, FACETS, type Facet } from "../../api/queries";
import { KIND, STATE, say } from "../../ui/words";

export type Words = Schemas["SearchWords"];
export type Saved = Schemas["SavedSearch"];

export const FACET: Record<Facet, string> = {
  kind: "Kind", state: "State", tag: "Tag", term: "Term", objective: "Objective", library: "Library", language: "Language", level: "Level", use: "Use",
  review: "To be looked at again", steward: "Looked after by", licence: "Licence", tool: "Made with", duration: "Minutes",
};

/** A value of a facet as people say it, when the server has no label for it. */
export function named(facet: Facet, value: string): string {
  if (facet === "kind") return say(KIND, value);
  if (facet === "state") return say(STATE, value);
  if (facet === "level" || facet === "use" || facet === "review") return value.replaceAll("_", " ");
  return value;
}

export function asked(params: URLSearchParams): Asked {
  const sort = params.get("sort");
  const since = params.get("since");
  return {
    q: params.get("q") ?? "",
    ...(Object.fromEntries(FACETS.map((facet) => [facet, params.getAll(facet)])) as Record<Facet, string[]>),
    sort: sort === "updated" || sort === "title" ? sort : "relevance",
    ...(since ? { since } : {}),
  };
}

/** The question as something to keep; the last word may go on, as it does while typing. */
export function wordsOf(asked: Asked): Words {
  const filters = Object.fromEntries(FACETS.filter((facet) => asked[facet].length > 0).map((facet) => [facet, asked[facet]]));
  return { q: asked.q, ...filters, prefix: true } as Words;
}

/** The address of a search that is kept. */
export function addressOf(saved: Saved): string {
  const query = new URLSearchParams({ saved: saved.id });
  if (saved.search.q) query.set("q", saved.search.q);
  for (const facet of FACETS) {
    for (const value of saved.search[facet] ?? []) query.append(facet, value);
  }
  return `/search?${query.toString()}`;
}

/** Whether two of them ask for the same. */
export function same(a: Words, b: Words): boolean {
  const said = (words: Words) => JSON.stringify([words.q?.trim() ?? "", ...FACETS.map((facet) => [...(words[facet] ?? [])].sort())]);
  return said(a) === said(b);
}

/** What it asks for, in a few words. */
export function summary(words: Words): string {
  const said = FACETS.flatMap((facet) => (words[facet] ?? []).map((value) => (facet === "objective" ? "an objective" : named(facet, value))));
  return [words.q ? `“${words.q}”` : "", ...said].filter(Boolean).join(", ") || "everything";
}
