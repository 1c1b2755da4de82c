// The outline as a list of visible rows, and what moving one of them means. No requests here.
import type { Schemas } from "../api/client";
import { STRUCTURES } from "../ui/words";

type Placement = Schemas["PlacementView"];
type Edit = Schemas["PlacementEdit"];

/** What each structure that was read holds, by its id. */
export type Held = ReadonlyMap<string, readonly Placement[]>;

export interface Row {
  /** Unique in the outline: the same lesson may stand in it twice. */
  id: string;
  placement: Placement;
  /** The structure that holds it. */
  parent: string;
  /** The row of the parent; none for the top. */
  above: string | undefined;
  depth: number;
  /** Place among its siblings, from 0, and how many there are. */
  index: number;
  siblings: number;
  holds: boolean;
  open: boolean;
}

function placed(held: Held, parent: string): readonly Placement[] {
  return (held.get(parent) ?? []).filter((placement) => placement.role === "placement");
}

/** Every row that shows, from the top down. A structure inside itself is not opened again. */
export function rows(held: Held, top: string, closed: ReadonlySet<string>): Row[] {
  const found: Row[] = [];
  const walk = (parent: string, above: string | undefined, depth: number, ways: string[]) => {
    const children = placed(held, parent);
    children.forEach((placement, index) => {
      const id = above ? `${above}/${placement.slot}` : placement.slot;
      const holds = placement.placed != null && STRUCTURES.includes(placement.placed.kind) && !ways.includes(placement.component);
      const open = holds && !closed.has(id);
      found.push({ id, placement, parent, above, depth, index, siblings: children.length, holds, open });
      if (open) walk(placement.component, id, depth + 1, [...ways, placement.component]);
    });
  };
  walk(top, undefined, 0, [top]);
  return found;
}

/** Edits of one structure, sent together. */
export interface Change {
  component: string;
  edits: Edit[];
}

/** Where a placement goes: into a structure, before one of its slots or at the end. */
export interface Spot {
  parent: string;
  before?: string;
}

/** What can be placed in each structure. */
const TAKES: Record<string, string[]> = {
  course: ["module", "lesson", "assessment", "web_package"],
  module: ["module", "lesson", "assessment", "web_package"],
  lesson: ["topic", "question", "assessment"],
};

/** Behind a row, among its siblings. */
export function behind(all: readonly Row[], row: Row): Spot {
  const next = all.find((other) => other.parent === row.parent && other.above === row.above && other.index === row.index + 1);
  return { parent: row.parent, ...(next ? { before: next.placement.slot } : {}) };
}

/**
 * Where something of these kinds goes that is placed at a row: into it, if it is open and known to be empty; behind it; behind
 * what it stands in; at its end. The first of these that takes it; behind the row when none does, and the server says why not.
 */
export function spotAt(all: readonly Row[], held: Held, top: { id: string; kind: string }, row: Row | undefined, kinds: readonly (string | undefined)[]): Spot {
  if (!row) return { parent: top.id };
  const takes = (parent: string | undefined) => kinds.every((kind) => !kind || !parent || TAKES[parent]?.includes(kind));
  const inside = row.holds && takes(row.placement.placed?.kind);
  const empty = held.has(row.placement.component) && placed(held, row.placement.component).length === 0;
  if (inside && row.open && empty) return { parent: row.placement.component };
  for (let one: Row | undefined = row; one; ) {
    const above: string | undefined = one.above;
    const parent: Row | undefined = all.find(({ id }) => id === above);
    if (takes(parent ? parent.placement.placed?.kind : top.kind)) return behind(all, one);
    one = parent;
  }
  return inside ? { parent: row.placement.component } : behind(all, row);
}

function at(spot: Spot): Schemas["Position"] {
  return spot.before ? { before: spot.before } : "last";
}

/** The placement as it is, to be put elsewhere with the same slot: so progress in it survives. */
export function carried(placement: Placement): Omit<Schemas["AddPlacement"], "position"> {
  const overrides = Object.fromEntries((placement.overrides ?? []).filter(({ name }) => !name.startsWith("blocks/")).map(({ name, here }) => [name, here]));
  const blocks = Object.fromEntries((placement.overrides ?? []).filter(({ name }) => name.startsWith("blocks/")).map(({ name, here }) => [name.slice(7), here]));
  return {
    component: placement.component,
    policy: choice(placement),
    ...(placement.when && Object.keys(placement.when).length > 0 ? { when: placement.when } : {}),
    ...(Object.keys(overrides).length + Object.keys(blocks).length > 0
      ? { overrides: { ...overrides, ...(Object.keys(blocks).length > 0 ? { blocks } : {}) } as Schemas["Overrides"] }
      : {}),
  };
}

function choice({ policy, shows }: Placement): Schemas["PolicyChoice"] {
  if (policy.follow !== "pinned") return policy;
  return { follow: "pinned", ...(shows?.revision ? { revision: shows.revision } : {}) };
}

/** Moving a row to a spot: one edit in the same structure, else out of one and into the other. */
export function moved(row: Row, spot: Spot): Change[] {
  const { slot } = row.placement;
  if (spot.before === slot) return [];
  if (spot.parent === row.parent) return [{ component: row.parent, edits: [{ edit: "move", slot, position: at(spot) }] }];
  return [
    { component: spot.parent, edits: [{ edit: "add", ...carried(row.placement), slot, position: at(spot) }] },
    { component: row.parent, edits: [{ edit: "remove", slot }] },
  ];
}

export type Direction = "up" | "down" | "in" | "out";

/** Where a key moves a row: among its siblings, into the structure above it, or out behind its parent. */
export function target(all: readonly Row[], row: Row, direction: Direction): Spot | undefined {
  const siblings = all.filter((other) => other.parent === row.parent && other.above === row.above);
  const before = siblings[row.index - 1];
  const parent = all.find((other) => other.id === row.above);
  switch (direction) {
    case "up":
      return before && { parent: row.parent, before: before.placement.slot };
    case "down": {
      if (row.index + 1 >= siblings.length) return undefined;
      const after = siblings[row.index + 2];
      return { parent: row.parent, ...(after ? { before: after.placement.slot } : {}) };
    }
    case "in":
      return before?.holds ? { parent: before.placement.component } : undefined;
    case "out": {
      if (!parent) return undefined;
      const next = all.find((other) => other.parent === parent.parent && other.above === parent.above && other.index === parent.index + 1);
      return { parent: parent.parent, ...(next ? { before: next.placement.slot } : {}) };
    }
  }
}

/** Whether the row would come to stand inside itself. */
export function intoItself(all: readonly Row[], row: Row, parent: string): boolean {
  if (row.placement.component === parent) return true;
  const below = all.filter((other) => other.id.startsWith(`${row.id}/`));
  return below.some((other) => other.placement.component === parent);
}

/** `audience=partner region=eu,uk` as conditions; nothing that is not one. */
export function conditions(text: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const one of text.split(/\s+/)) {
    const [name, values] = one.split("=");
    const list = values?.split(",").filter(Boolean) ?? [];
    if (name && list.length > 0) found[name] = [...(found[name] ?? []), ...list];
  }
  return found;
}

export function conditionText(when: Record<string, string[]> | undefined): string {
  return Object.entries(when ?? {}).map(([name, values]) => `${name}=${values.join(",")}`).join(" ");
}

/** Whether what stands under conditions shows for those given; everything does when none are. */
export function shows(when: Record<string, string[]> | undefined, given: Record<string, string[]>): boolean {
  if (Object.keys(given).length === 0) return true;
  return Object.entries(when ?? {}).every(([name, values]) => values.some((value) => given[name]?.includes(value)));
}

/** Of these rows those that stand in none of the others, in order, a placement that shows twice once. */
export function topmost(all: readonly Row[], picked: ReadonlySet<string>): Row[] {
  const seen = new Set<string>();
  return all.filter((row) => {
    if (!picked.has(row.id)) return false;
    for (let above = row.above; above !== undefined; above = above.includes("/") ? above.slice(0, above.lastIndexOf("/")) : undefined) {
      if (picked.has(above)) return false;
    }
    const placement = `${row.parent} ${row.placement.slot}`;
    if (seen.has(placement)) return false;
    seen.add(placement);
    return true;
  });
}

/** The rows from one to the other, whichever comes first. */
export function span(all: readonly Row[], from: string, to: string): string[] {
  const [a, b] = [all.findIndex((row) => row.id === from), all.findIndex((row) => row.id === to)];
  if (a < 0 || b < 0) return b < 0 ? [] : [to];
  return all.slice(Math.min(a, b), Math.max(a, b) + 1).map((row) => row.id);
}

/** Edits of the same structure together, in the order in which structures came. */
function together(changes: Change[]): Change[] {
  const found = new Map<string, Edit[]>();
  for (const { component, edits } of changes) found.set(component, [...(found.get(component) ?? []), ...edits]);
  return [...found].map(([component, edits]) => ({ component, edits }));
}

/** A spot that is none of the rows' own: behind them, if they stand there themselves. */
function beside(held: Held, rows: readonly Row[], spot: Spot): Spot {
  const own = new Set(rows.filter((row) => row.parent === spot.parent).map((row) => row.placement.slot));
  const slots = placed(held, spot.parent).map(({ slot }) => slot);
  let n = spot.before === undefined ? slots.length : slots.indexOf(spot.before);
  while (own.has(slots[n] ?? "")) n += 1;
  const before = slots[n];
  return { parent: spot.parent, ...(before ? { before } : {}) };
}

/** Moves several rows to a spot, one behind the other as they stand. */
export function allMoved(held: Held, rows: readonly Row[], spot: Spot): Change[] {
  const to = beside(held, rows, spot);
  const slots = placed(held, to.parent).map(({ slot }) => slot);
  const stay = rows.every((row) => row.parent === to.parent);
  const first = slots.indexOf(rows[0]?.placement.slot ?? "");
  const here = rows.every((row, n) => slots[first + n] === row.placement.slot) && slots[first + rows.length] === to.before;
  if (stay && here) return [];
  const changes = rows.map((row) => moved(row, to));
  return together([...changes.map(([first]) => first), ...changes.map(([, second]) => second)].filter((change) => change !== undefined));
}

/** Where a key moves several rows that stand in one structure; nowhere, if they do not. */
export function allTarget(all: readonly Row[], rows: readonly Row[], direction: Direction): Spot | undefined {
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last || rows.some((row) => row.parent !== first.parent || row.above !== first.above)) return undefined;
  return target(all, direction === "down" ? last : first, direction);
}

export function allRemoved(rows: readonly Row[]): Change[] {
  return together(rows.map(({ parent, placement }) => ({ component: parent, edits: [{ edit: "remove", slot: placement.slot }] })));
}

/** The same edit of several placements. */
export function allEdited(rows: readonly Row[], edit: (placement: Placement) => Edit[]): Change[] {
  return together(rows.map(({ parent, placement }) => ({ component: parent, edits: edit(placement) }))).filter(({ edits }) => edits.length > 0);
}

/** What was cut or copied, to be put into this or another outline. */
export interface Clip {
  items: { title: string; kind?: string; placement: Omit<Schemas["AddPlacement"], "position"> }[];
  /** Cut: each takes its slot along once, so that progress in it survives. */
  cut: boolean;
}

export function clip(rows: readonly Row[], cut: boolean): Clip {
  return { cut, items: rows.map(({ placement }) => ({
    title: placement.title, ...(placement.placed ? { kind: placement.placed.kind } : {}),
    placement: cut ? { ...carried(placement), slot: placement.slot } : carried(placement),
  })) };
}

/** Puts a clip at a spot. A slot that stands there already, as after an undo, is not used twice. */
export function pasted(held: Held, { items }: Clip, spot: Spot): Change[] {
  const taken = new Set((held.get(spot.parent) ?? []).map(({ slot }) => slot));
  const edits = items.map(({ placement: { slot, ...rest } }): Edit => ({ edit: "add", ...rest, ...(slot && !taken.has(slot) ? { slot } : {}), position: at(spot) }));
  return edits.length > 0 ? [{ component: spot.parent, edits }] : [];
}

/** Which rows are not shown, and of which only a part is, by what the server says is left out. */
export function fates(leftOut: readonly Schemas["LeftOut"][]): { gone: (id: string) => boolean; parts: (id: string) => number } {
  const gone = new Set<string>();
  const parts = new Map<string, number>();
  for (const { slots, by, parts: n } of leftOut) {
    if (by === "parts") parts.set(slots.join("/"), n);
    else gone.add(slots.join("/"));
  }
  return {
    gone: (id) => {
      for (let at = id; ; at = at.slice(0, at.lastIndexOf("/"))) {
        if (gone.has(at)) return true;
        if (!at.includes("/")) return false;
      }
    },
    parts: (id) => parts.get(id) ?? 0,
  };
}
