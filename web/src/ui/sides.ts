// Two texts side by side: which paragraphs are one another's, and which words of them differ.

export interface Run {
  text: string;
  /** Stands on this side only. */
  own: boolean;
}

export interface Pair {
  left?: Run[];
  right?: Run[];
  /** Word for word the same. */
  same: boolean;
}

/** Beyond this many words in both, paragraphs are shown as wholly different: the table would grow too large. */
const MOST_CELLS = 400_000;

/** The longest common subsequence, as pairs of places. */
function common(a: string[], b: string[]): [number, number][] {
  if (a.length * b.length > MOST_CELLS) return [];
  const width = b.length + 1;
  const length = new Uint32Array((a.length + 1) * width);
  const at = (n: number, m: number) => length[n * width + m] ?? 0;
  for (let n = a.length - 1; n >= 0; n--) {
    for (let m = b.length - 1; m >= 0; m--) length[n * width + m] = a[n] === b[m] ? at(n + 1, m + 1) + 1 : Math.max(at(n + 1, m), at(n, m + 1));
  }
  const pairs: [number, number][] = [];
  for (let n = 0, m = 0; n < a.length && m < b.length; ) {
    if (a[n] === b[m]) pairs.push([n++, m++]);
    else if (at(n + 1, m) >= at(n, m + 1)) n++;
    else m++;
  }
  return pairs;
}

function runs(words: string[], shared: ReadonlySet<number>): Run[] {
  const runs: Run[] = [];
  words.forEach((text, n) => {
    const own = !shared.has(n);
    const last = runs.at(-1);
    if (last?.own === own) last.text += text;
    else runs.push({ text, own });
  });
  return runs;
}

const words = (text: string) => text.match(/\s+|[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? [];
const whole = (text: string): Run[] => [{ text, own: true }];

/** Two paragraphs word by word. */
function beside(left: string, right: string): Pair {
  const [a, b] = [words(left), words(right)];
  const shared = common(a, b);
  const said = shared.filter(([n]) => /[\p{L}\p{N}]/u.test(a[n] ?? "")).length;
  // With hardly a word in common they are not one paragraph that was changed.
  if (said * 3 < Math.min(a.length, b.length) / 2) return { left: whole(left), right: whole(right), same: false };
  return { left: runs(a, new Set(shared.map(([n]) => n))), right: runs(b, new Set(shared.map(([, m]) => m))), same: left === right };
}

/** How many of the words are in both, of 1. */
function likeness(a: string, b: string): number {
  const [one, other] = [new Set(words(a.toLowerCase())), new Set(words(b.toLowerCase()))];
  const shared = [...one].filter((word) => other.has(word)).length;
  return shared / Math.max(one.size + other.size - shared, 1);
}

/** Paragraphs in their order, beside each other where they are most alike. */
function aligned(a: string[], b: string[]): [string | undefined, string | undefined][] {
  const rows: [string | undefined, string | undefined][] = [];
  if (a.length * b.length > MOST_CELLS / 100) {
    for (let n = 0; n < Math.max(a.length, b.length); n++) rows.push([a[n], b[n]]);
    return rows;
  }
  const like = a.map((one) => b.map((other) => { const share = likeness(one, other); return share < 0.3 ? 0 : share; }));
  const width = b.length + 1;
  const best = new Float64Array((a.length + 1) * width);
  const at = (n: number, m: number) => best[n * width + m] ?? 0;
  const beside = (n: number, m: number) => at(n + 1, m + 1) + (like[n]?.[m] ?? 0);
  for (let n = a.length - 1; n >= 0; n--) {
    for (let m = b.length - 1; m >= 0; m--) best[n * width + m] = Math.max(beside(n, m), at(n + 1, m), at(n, m + 1));
  }
  let [n, m] = [0, 0];
  while (n < a.length || m < b.length) {
    if (n < a.length && m < b.length && (like[n]?.[m] ?? 0) > 0 && at(n, m) === beside(n, m)) rows.push([a[n++], b[m++]]);
    else if (m >= b.length || (n < a.length && at(n, m) === at(n + 1, m))) rows.push([a[n++], undefined]);
    else rows.push([undefined, b[m++]]);
  }
  return rows;
}

export function sides(left: string, right: string): Pair[] {
  const paragraphs = (text: string) => text.split(/\n\s*\n/).map((one) => one.trim()).filter(Boolean);
  const [a, b] = [paragraphs(left), paragraphs(right)];
  const pairs: Pair[] = [];
  let [n, m] = [0, 0];
  const upTo = (endA: number, endB: number) => {
    for (const [one, other] of aligned(a.slice(n, endA), b.slice(m, endB))) {
      if (one !== undefined && other !== undefined) pairs.push(beside(one, other));
      else pairs.push({ ...(one === undefined ? {} : { left: whole(one) }), ...(other === undefined ? {} : { right: whole(other) }), same: false });
    }
    [n, m] = [endA, endB];
  };
  for (const [x, y] of common(a, b)) {
    upTo(x, y);
    const text = a[n++] ?? "";
    m++;
    pairs.push({ left: [{ text, own: false }], right: [{ text, own: false }], same: true });
  }
  upTo(a.length, b.length);
  return pairs;
}
