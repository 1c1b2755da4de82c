// The variables that may be named in a text, with what they hold: those of every variable set that can be read.
import { type Document, api, data } from "../api/client";
import { ANY, search } from "../api/queries";
import { object, text } from "./document";

export interface Variable {
  name: string;
  value: string;
  /** The title of the set it is in. */
  set: string;
}

const MOST_SETS = 20;
/** How long what was read is good enough to choose from, in milliseconds. */
const FRESH = 60_000;
let known: { at: number; found: Promise<Variable[]> } | undefined;

async function read(): Promise<Variable[]> {
  const { hits } = await search({ ...ANY, kind: ["variable_set"], sort: "updated" }, undefined, new AbortController().signal, { limit: MOST_SETS, facets: false });
  const sets = await Promise.all(hits.map((hit) => data(api.GET("/api/v1/components/{reference}", { params: { path: { reference: hit.component } } }))));
  return sets.flatMap((set) => {
    const content = set.content as unknown as Document;
    return Object.entries(object(content.variables)).map(([name, value]) => ({ name, value: text(value), set: text(content.title) }));
  });
}

/** All of them, by set; read again after a while. */
export function variables(): Promise<Variable[]> {
  if (!known || Date.now() - known.at > FRESH) {
    const found = read();
    known = { at: Date.now(), found };
    found.catch(() => { known = undefined; });
  }
  return known.found;
}
