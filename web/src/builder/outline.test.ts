import { describe, expect, it } from "vitest";

import type { Schemas } from "../api/client";
import { conditionText, conditions, intoItself, moved, rows, shows, target } from "./outline";

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
