// Three versions of a document become one: what both sides began with, mine and theirs. What only one side changed
// is taken; what both changed in different ways is left for a person to decide.
import type { Document, Json } from "../api/client";

/** A part of a merged text: settled, or with both sides to choose from. */
export type Piece = { settled: string } | { mine: string; theirs: string };

/** A field that both sides changed. */
export interface Clash {
  field: string;
  mine: Json | undefined;
  theirs: Json | undefined;
  /** Of a text: the whole of it, part by part. */
  pieces?: Piece[];
}

export interface Merged {
  document: Document;
  clashes: Clash[];
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Pairs of equal lines, in order: the longest common subsequence. */
function pairs(a: string[], b: string[]): [number, number][] {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const found: [number, number][] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) found.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return found;
}

/** Most words of a text that are compared one by one; longer texts are shown without marks. */
const MOST_WORDS = 1500;

/** A text in runs, those marked `own` that the other does not have. */
export function unlike(text: string, other: string): { text: string; own: boolean }[] {
  const words = (one: string): string[] => one.match(/\s+|[^\s]+/g) ?? [];
  const [a, b] = [words(text), words(other)];
  if (a.length > MOST_WORDS || b.length > MOST_WORDS) return [{ text, own: false }];
  const common = new Set(pairs(a, b).map(([n]) => n));
  const runs: { text: string; own: boolean }[] = [];
  a.forEach((word, n) => {
    const own = !common.has(n);
    const last = runs.at(-1);
    if (last?.own === own) last.text += word;
    else runs.push({ text: word, own });
  });
  return runs;
}

/** Merges texts line by line. */
export function mergeText(base: string, mine: string, theirs: string): Piece[] {
  const [b, m, t] = [base.split("\n"), mine.split("\n"), theirs.split("\n")];
  const inMine = new Map(pairs(b, m));
  const inTheirs = new Map(pairs(b, t));
  const pieces: Piece[] = [];
  const settle = (lines: string[]) => {
    if (lines.length === 0) return;
    const last = pieces.at(-1);
    if (last && "settled" in last) last.settled += `\n${lines.join("\n")}`;
    else pieces.push({ settled: lines.join("\n") });
  };
  let [i, j, k] = [0, 0, 0];
  // From one line that all three have to the next; what stands between was changed by one side or by both.
  for (let line = 0; line <= b.length; line++) {
    const end = line === b.length;
    const j2 = end ? m.length : inMine.get(line);
    const k2 = end ? t.length : inTheirs.get(line);
    if (j2 === undefined || k2 === undefined) continue;
    const [was, mineNow, theirsNow] = [b.slice(i, line), m.slice(j, j2), t.slice(k, k2)];
    const [w, x, y] = [was.join("\n"), mineNow.join("\n"), theirsNow.join("\n")];
    const [w0, x0, y0] = [was.length, mineNow.length, theirsNow.length];
    if (x === y && x0 === y0) settle(mineNow);
    else if (w === x && w0 === x0) settle(theirsNow);
    else if (w === y && w0 === y0) settle(mineNow);
    else pieces.push({ mine: x, theirs: y });
    if (!end) settle([b[line] ?? ""]);
    [i, j, k] = [line + 1, j2 + 1, k2 + 1];
  }
  return pieces;
}

/** Whose version of a place is taken; words of one's own are a text. */
export type Side = "mine" | "theirs" | "both" | { own: string };

/** The text of the pieces, with a side taken where two clash. A side without lines leaves none. */
export function joined(pieces: Piece[], side: (n: number) => Side = () => "mine"): string {
  const parts = pieces.flatMap((piece, n) => {
    if ("settled" in piece) return [piece.settled];
    const taken = side(n);
    if (typeof taken === "object") return taken.own === "" ? [] : [taken.own];
    const both = taken === "both" ? [piece.mine, piece.theirs] : [piece[taken]];
    return both.filter((text) => text !== "");
  });
  return parts.join("\n");
}

/** Merges documents field by field, texts in them line by line. Where both clash, mine stands for now. */
export function merge(base: Document, mine: Document, theirs: Document): Merged {
  const document: Document = {};
  const clashes: Clash[] = [];
  const fields = new Set([...Object.keys(theirs), ...Object.keys(mine)]);
  for (const field of fields) {
    const [b, m, t] = [base[field], mine[field], theirs[field]];
    let value: Json | undefined;
    if (same(m, t) || same(b, t)) value = m;
    else if (same(b, m)) value = t;
    else if (typeof m === "string" && typeof t === "string") {
      const pieces = mergeText(typeof b === "string" ? b : "", m, t);
      value = joined(pieces);
      if (pieces.some((piece) => "mine" in piece)) clashes.push({ field, mine: m, theirs: t, pieces });
    } else {
      value = m;
      clashes.push({ field, mine: m, theirs: t });
    }
    if (value !== undefined) document[field] = value;
  }
  return { document, clashes };
}
