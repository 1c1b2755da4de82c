import { expect, test } from "vitest";

import type { Schemas } from "../../api/client";
import { graph, kin } from "./graph";

const use = (child: string, id: string, slot = `${child}-${id}`) => ({ child, id, slot, title: id }) as unknown as Schemas["UsedIn"];

test("what holds something stands behind all that it holds", () => {
  const { spots, columns } = graph("a", [use("a", "lesson"), use("a", "course"), use("lesson", "course")]);
  expect(Object.fromEntries(spots.map(({ id, column }) => [id, column]))).toEqual({ a: 0, lesson: 1, course: 2 });
  expect(columns).toBe(3);
});

test("two slots in one parent are one line, twice", () => {
  const { edges, spots } = graph("a", [use("a", "lesson", "1"), use("a", "lesson", "2")]);
  expect(edges).toEqual([{ from: "a", to: "lesson", times: 2 }]);
  expect(spots).toHaveLength(2);
});

test("no two stand on the same spot, and neighbours stand near each other", () => {
  const parents = Array.from({ length: 100 }, (_, n) => `p${String(n).padStart(3, "0")}`);
  const uses = [...parents.map((id) => use("a", id)), ...[...parents].reverse().map((id) => use(id, `c${id}`))];
  const { spots, rows } = graph("a", uses);
  expect(new Set(spots.map(({ column, row }) => `${String(column)}/${String(row)}`)).size).toBe(201);
  expect(rows).toBe(100);
  const at = new Map(spots.map((spot) => [spot.id, spot.row]));
  expect(parents.every((id) => at.get(id) === at.get(`c${id}`))).toBe(true);
});

test("a way that comes back to itself ends", () => {
  const { spots } = graph("a", [use("a", "b"), use("b", "c"), use("c", "b"), use("b", "a")]);
  expect(spots.map(({ id }) => id).sort()).toEqual(["a", "b", "c"]);
});

test("kin is what leads to one and what it leads to, nothing beside", () => {
  const { edges } = graph("a", [use("a", "b"), use("a", "c"), use("b", "d"), use("c", "e")]);
  expect([...kin(edges, "b")].sort()).toEqual(["a", "b", "d"]);
});
