import { describe, expect, it } from "vitest";

import type { Schemas } from "../api/client";
import {
  allEdited, allMoved, allRemoved, allTarget, clip, conditionText, conditions, fates, intoItself, moved, pasted, rows, shows, span, spotAt, target, topmost,
} from "./outline";

type Placement = Schemas["PlacementView"];

function placement(slot: string, component: string, kind: string): Placement {
  const placed = { id: component, key: component, kind, title: component } as unknown as Schemas["Named"];
  return { slot, component, placed, list: "/placements", role: "placement", title: component, policy: { follow: "latest" } };
}

const held = new Map([
  ["course", [placement("s1", "lesson1", "lesson"), placement("s2", "lesson2", "lesson"), placement("s3", "quiz", "assessment")]],
  ["lesson1", [placement("t1", "topic1", "topic"), placement("t2", "topic2", "topic")]],
  ["lesson2", [placement("t3", "topic1", "topic")]],
]);
const all = rows(held, "course", new Set());
const row = (slot: string) => {
  const found = all.find((one) => one.placement.slot === slot);
  if (!found) throw new Error(slot);
  return found;
};

describe("rows", () => {
  it("show what is open, in order", () => {
    expect(all.map((one) => one.placement.slot)).toEqual(["s1", "t1", "t2", "s2", "t3", "s3"]);
    expect(rows(held, "course", new Set(["s1"])).map((one) => one.placement.slot)).toEqual(["s1", "s2", "t3", "s3"]);
  });
  it("end where a structure would hold itself", () => {
    const round = new Map([["a", [placement("x", "b", "module")]], ["b", [placement("y", "a", "course")]]]);
    expect(rows(round, "a", new Set()).map((one) => one.placement.slot)).toEqual(["x", "y"]);
  });
});

describe("what is placed at a row", () => {
  const top = { id: "course", kind: "course" };
  const spot = (held: Parameters<typeof rows>[0], slot: string, ...kinds: string[]) => {
    const all = rows(held, "course", new Set());
    return spotAt(all, held, top, all.find((one) => one.placement.slot === slot), kinds);
  };
  const empty = new Map([["course", [placement("s1", "lesson1", "lesson"), placement("s2", "lesson2", "lesson")]], ["lesson1", []]]);
  it("goes into what is known to be empty and takes it", () => {
    expect(spot(empty, "s1", "topic")).toEqual({ parent: "lesson1" });
    expect(spot(empty, "s1", "lesson")).toEqual({ parent: "course", before: "s2" });
  });
  it("does not go into what has not been read yet", () => {
    expect(spot(empty, "s2", "assessment")).toEqual({ parent: "course" });
  });
  it("goes behind the row, or behind what the row stands in, or to its end", () => {
    expect(spot(held, "t1", "question")).toEqual({ parent: "lesson1", before: "t2" });
    expect(spot(held, "t1", "lesson")).toEqual({ parent: "course", before: "s2" });
    expect(spot(held, "s1", "topic")).toEqual({ parent: "lesson1" });
    expect(spotAt([], held, top, undefined, ["topic"])).toEqual({ parent: "course" });
  });
});

describe("keys", () => {
  it("move among siblings", () => {
    expect(target(all, row("s2"), "up")).toEqual({ parent: "course", before: "s1" });
    expect(target(all, row("s1"), "down")).toEqual({ parent: "course", before: "s3" });
    expect(target(all, row("s2"), "down")).toEqual({ parent: "course" });
    expect(target(all, row("s3"), "down")).toBeUndefined();
    expect(target(all, row("s1"), "up")).toBeUndefined();
  });
  it("move into what stands above and out behind the parent", () => {
    expect(target(all, row("s3"), "in")).toEqual({ parent: "lesson2" });
    expect(target(all, row("t2"), "in")).toBeUndefined();
    expect(target(all, row("t1"), "out")).toEqual({ parent: "course", before: "s2" });
    expect(target(all, row("s1"), "out")).toBeUndefined();
  });
});

describe("moves", () => {
  it("stay one edit inside a structure", () => {
    expect(moved(row("t1"), { parent: "lesson1" })).toEqual([{ component: "lesson1", edits: [{ edit: "move", slot: "t1", position: "last" }] }]);
  });
  it("keep the slot when they cross, and put it in before it is taken out", () => {
    const [first, second] = moved(row("t1"), { parent: "lesson2", before: "t3" });
    expect(first).toEqual({ component: "lesson2", edits: [{ edit: "add", component: "topic1", slot: "t1", policy: { follow: "latest" }, position: { before: "t3" } }] });
    expect(second).toEqual({ component: "lesson1", edits: [{ edit: "remove", slot: "t1" }] });
  });
  it("know what would stand inside itself", () => {
    expect(intoItself(all, row("s1"), "lesson1")).toBe(true);
    expect(intoItself(all, row("s1"), "lesson2")).toBe(false);
  });
});

describe("conditions", () => {
  it("are read and said alike", () => {
    const read = conditions("audience=partner,admin region=eu nonsense x=");
    expect(read).toEqual({ audience: ["partner", "admin"], region: ["eu"] });
    expect(conditions(conditionText(read))).toEqual(read);
  });
  it("show what fits each of their names", () => {
    expect(shows({ region: ["eu"] }, {})).toBe(true);
    expect(shows({ region: ["eu"] }, { region: ["us"] })).toBe(false);
    expect(shows({}, { region: ["us"] })).toBe(true);
  });
});

describe("several", () => {
  const ids = (...slots: string[]) => new Set(slots.map((slot) => row(slot).id));
  it("are those that stand in none of the others", () => {
    expect(topmost(all, ids("t1", "s1", "t3")).map((one) => one.placement.slot)).toEqual(["s1", "t3"]);
    expect(span(all, row("t3").id, row("t1").id)).toEqual([row("t1").id, row("t2").id, "s2", row("t3").id]);
  });
  it("move inside a structure in their order, and not at all if they stand there", () => {
    const both = [row("s1"), row("s2")];
    expect(allMoved(held, both, { parent: "course" })).toEqual([
      { component: "course", edits: [{ edit: "move", slot: "s1", position: "last" }, { edit: "move", slot: "s2", position: "last" }] },
    ]);
    expect(allMoved(held, both, { parent: "course", before: "s3" })).toEqual([]);
    expect(allMoved(held, both, { parent: "course", before: "s2" })).toEqual([]);
    expect(allTarget(all, both, "down")).toEqual({ parent: "course" });
    expect(allTarget(all, both, "up")).toBeUndefined();
    expect(allTarget(all, [row("s1"), row("t3")], "up")).toBeUndefined();
  });
  it("cross structures with their slots: all are put in before any is taken out", () => {
    const changes = allMoved(held, [row("t1"), row("t2")], { parent: "lesson2", before: "t3" });
    expect(changes.map(({ component, edits }) => [component, edits.map(({ edit }) => edit)])).toEqual([["lesson2", ["add", "add"]], ["lesson1", ["remove", "remove"]]]);
    expect(allRemoved([row("t1"), row("s3"), row("t2")]).map(({ component, edits }) => [component, edits.length])).toEqual([["lesson1", 2], ["course", 1]]);
  });
  it("are edited alike, each structure at once, and those left out that need no edit", () => {
    const changes = allEdited([row("t1"), row("t2"), row("t3")], ({ slot }) => (slot === "t3" ? [] : [{ edit: "remove", slot }]));
    expect(changes).toEqual([{ component: "lesson1", edits: [{ edit: "remove", slot: "t1" }, { edit: "remove", slot: "t2" }] }]);
  });
  it("keep their slots when they are cut, unless these stand there", () => {
    const cut = clip([row("t1"), row("t2")], true);
    const slots = (parent: string) => pasted(held, cut, { parent })[0]?.edits.map((edit) => ("slot" in edit ? edit.slot : undefined));
    expect(slots("lesson2")).toEqual(["t1", "t2"]);
    expect(slots("lesson1")).toEqual([undefined, undefined]);
    expect(pasted(held, clip([row("t1")], false), { parent: "lesson2" })[0]?.edits[0]).not.toHaveProperty("slot");
  });
});

describe("what is left out", () => {
  it("takes along what stands below", () => {
    const { gone, parts } = fates([{ slots: ["s1"], by: "placement", parts: 0 }, { slots: ["s2", "t3"], by: "parts", parts: 2 }]);
    expect([gone("s1"), gone("s1/t1"), gone("s2"), gone("s2/t3")]).toEqual([true, true, false, false]);
    expect([parts("s2/t3"), parts("s2")]).toEqual([2, 0]);
  });
});
