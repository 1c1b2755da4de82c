import { expect, test } from "vitest";

import { sides } from "./sides";

const text = (runs: { text: string }[] | undefined) => runs?.map((run) => run.text).join("");

test("equal paragraphs stand beside each other, what is between them too", () => {
  const pairs = sides("One.\n\nTwo old words here.\n\nThree.", "One.\n\nTwo new words here.\n\nAdded.\n\nThree.");
  expect(pairs.map((pair) => pair.same)).toEqual([true, false, false, true]);
  expect(pairs[1]?.left).toEqual([{ text: "Two ", own: false }, { text: "old", own: true }, { text: " words here.", own: false }]);
  expect(pairs[2]).toEqual({ right: [{ text: "Added.", own: true }], same: false });
});

test("paragraphs without a word in common are not mixed", () => {
  expect(sides("Alpha beta gamma delta", "Completely other things")).toEqual([
    { left: [{ text: "Alpha beta gamma delta", own: true }], same: false }, { right: [{ text: "Completely other things", own: true }], same: false },
  ]);
});

test("a paragraph that was changed stands beside what it was, though another was put before it", () => {
  const pairs = sides("A case is a promise to somebody.", "What to ask first.\n\nA ticket is a promise to somebody.");
  expect(pairs.map((pair) => [text(pair.left), text(pair.right)])).toEqual([[undefined, "What to ask first."], ["A case is a promise to somebody.", "A ticket is a promise to somebody."]]);
});

test("nothing is lost on either side", () => {
  const [left, right] = ["a b c\n\nd e\n\nf", "b c x\n\nf\n\ng h"];
  const pairs = sides(left, right);
  expect(pairs.map((pair) => text(pair.left)).filter(Boolean).join("\n\n")).toBe(left);
  expect(pairs.map((pair) => text(pair.right)).filter(Boolean).join("\n\n")).toBe(right);
  expect(sides("", "")).toEqual([]);
});
