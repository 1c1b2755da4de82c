// Where every holder of a component stands in its graph. Pure: nothing is drawn here.
import type { Schemas } from "../../api/client";

type Use = Schemas["UsedIn"];

export interface Spot {
  id: string;
  use: Use | undefined;
  column: number;
  row: number;
}

export interface Edge {
  from: string;
  to: string;
  /** How often, where one holds the other in several slots. */
  times: number;
}

export interface Graph {
  spots: Spot[];
  edges: Edge[];
  columns: number;
  rows: number;
}

/** How often the order of columns is settled anew from their neighbours. */
const ROUNDS = 4;

/**
 * A column for each step away from the component, which stands in the first. What holds something stands to the
 * right of all that it holds, and beside what it is connected with, so that few lines cross.
 */
export function graph(component: string, uses: readonly Use[]): Graph {
  const known = new Map<string, Use | undefined>([[component, undefined]]);
  for (const use of uses) if (!known.has(use.id)) known.set(use.id, use);
  const edges = new Map<string, Edge>();
  for (const { child, id } of uses) {
    if (!known.has(child) || child === id) continue;
    const key = `${child} ${id}`;
    const edge = edges.get(key);
    if (edge) edge.times += 1;
    else edges.set(key, { from: child, to: id, times: 1 });
  }
  const list = [...edges.values()];
  const column = columns(component, [...known.keys()], list);
  const found: (string[] | undefined)[] = [];
  for (const id of known.keys()) (found[column.get(id) ?? 0] ??= []).push(id);
  const byColumn = Array.from(found, (ids) => ids ?? []).filter((ids) => ids.length > 0);
  const at = new Map<string, number>();
  const place = () => byColumn.forEach((ids) => ids.forEach((id, n) => at.set(id, n - (ids.length - 1) / 2)));
  place();
  for (let round = 0; round < ROUNDS; round++) {
    for (const ids of round % 2 === 0 ? byColumn : [...byColumn].reverse()) {
      const middle = new Map(ids.map((id) => [id, mean(list, id, at)]));
      ids.sort((a, b) => (middle.get(a) ?? 0) - (middle.get(b) ?? 0));
      place();
    }
  }
  const rows = Math.max(...byColumn.map((ids) => ids.length));
  const spots = byColumn.flatMap((ids, column) => ids.map((id) => ({ id, use: known.get(id), column, row: (at.get(id) ?? 0) + (rows - 1) / 2 })));
  return { spots, edges: list, columns: byColumn.length, rows };
}

/** The longest way from the component to each; a way that comes back to itself is not gone twice. */
function columns(component: string, ids: string[], edges: Edge[]): Map<string, number> {
  const column = new Map(ids.map((id) => [id, id === component ? 0 : 1]));
  for (let round = 0; round < ids.length; round++) {
    let moved = false;
    for (const { from, to } of edges) {
      const wanted = (column.get(from) ?? 0) + 1;
      if (to !== component && wanted > (column.get(to) ?? 0) && wanted < ids.length) {
        column.set(to, wanted);
        moved = true;
      }
    }
    if (!moved) break;
  }
  return column;
}

function mean(edges: Edge[], id: string, at: Map<string, number>): number {
  let sum = 0;
  let n = 0;
  for (const { from, to } of edges) {
    const other = from === id ? to : to === id ? from : undefined;
    if (other === undefined) continue;
    sum += at.get(other) ?? 0;
    n += 1;
  }
  return n === 0 ? (at.get(id) ?? 0) : sum / n;
}

/** Everything that leads to this one or that it leads to. */
export function kin(edges: readonly Edge[], id: string): Set<string> {
  const found = new Set([id]);
  const follow = (next: (edge: Edge, at: string) => string | undefined) => {
    const open = [id];
    const seen = new Set(open);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const edge of edges) {
        const other = next(edge, at);
        if (other === undefined || seen.has(other)) continue;
        seen.add(other);
        found.add(other);
        open.push(other);
      }
    }
  };
  follow((edge, at) => (edge.from === at ? edge.to : undefined));
  follow((edge, at) => (edge.to === at ? edge.from : undefined));
  return found;
}
