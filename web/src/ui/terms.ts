// A vocabulary as the tree that people see.
import type { Schemas } from "../api/client";

export type Term = Schemas["Term"];

export interface TermRow {
  term: Term;
  /** What it is called here: what a component holds. */
  label: string;
  /** What it stands under, outermost first. */
  above: string[];
  depth: number;
  /** How many stand directly under it. */
  under: number;
}

/** What a term is called in a language: its label there, in the first language it has one in, or its id. */
export function labelOf(term: Term, language: string): string {
  return term.labels[language] ?? term.labels[language.split("-")[0] ?? ""] ?? Object.values(term.labels)[0] ?? term.id;
}

/** The terms in the order of the tree, each level by label. A term under one that is not there stands at the top. */
export function rowsOf(terms: Term[], language: string): TermRow[] {
  const ids = new Set(terms.map((term) => term.id));
  const children = new Map<string, Term[]>();
  for (const term of terms) {
    const above = term.broader && ids.has(term.broader) && term.broader !== term.id ? term.broader : "";
    children.set(above, [...(children.get(above) ?? []), term]);
  }
  const collator = new Intl.Collator(language);
  const rows: TermRow[] = [];
  const seen = new Set<string>();
  const visit = (id: string, above: string[]) => {
    const here = (children.get(id) ?? []).map((term) => ({ term, label: labelOf(term, language) }));
    here.sort((a, b) => collator.compare(a.label, b.label));
    for (const { term, label } of here) {
      if (seen.has(term.id)) continue;
      seen.add(term.id);
      rows.push({ term, label, above, depth: above.length, under: children.get(term.id)?.length ?? 0 });
      visit(term.id, [...above, label]);
    }
  };
  visit("", []);
  return rows;
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** The terms that are called like this in any language, also by another name. */
export function matching(rows: TermRow[], text: string): TermRow[] {
  const wanted = plain(text.trim());
  if (!wanted) return rows;
  return rows.filter(({ term }) =>
    [...Object.values(term.labels), ...Object.values(term.alternatives ?? {}).flat(), term.id].some((name) => plain(name).includes(wanted)),
  );
}

/** Rows of which nothing above is closed. */
export function opened(rows: TermRow[], closed: ReadonlySet<string>): TermRow[] {
  const shown: TermRow[] = [];
  let hiddenBelow = Infinity;
  for (const row of rows) {
    if (row.depth > hiddenBelow) continue;
    hiddenBelow = closed.has(row.term.id) ? row.depth : Infinity;
    shown.push(row);
  }
  return shown;
}

/** A term and everything under it. */
export function below(terms: Term[], id: string): Set<string> {
  const found = new Set([id]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const term of terms) {
      if (term.broader && found.has(term.broader) && !found.has(term.id)) {
        found.add(term.id);
        grown = true;
      }
    }
  }
  return found;
}
