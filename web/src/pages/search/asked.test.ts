import { expect, test } from "vitest";

import { type Saved, addressOf, asked, same, summary, wordsOf } from "./asked";

const saved = (search: Saved["search"]): Saved => ({ id: "s1", owner: "u", name: "N", search, shared: false, own: true, has_feed: false, has_webhook: false, created: "", changed: "", seen: "" });
const read = (address: string) => new URLSearchParams(address.split("?")[1]);

test("a search that is kept comes back from its address as it was", () => {
  const words = wordsOf(asked(read("/search?q=fire&kind=topic&kind=asset&tag=safety/fire&use=unused&sort=title&since=2026-01-01")));
  expect(words).toEqual({ q: "fire", kind: ["topic", "asset"], tag: ["safety/fire"], use: ["unused"], prefix: true });
  const address = addressOf(saved(words));
  expect(read(address).get("saved")).toBe("s1");
  expect(same(wordsOf(asked(read(address))), words)).toBe(true);
});

test("the order of values makes no difference, what is asked does", () => {
  expect(same({ q: " a", tag: ["x", "y"] }, { q: "a", tag: ["y", "x"] })).toBe(true);
  expect(same({ q: "a" }, { q: "a", state: ["draft"] })).toBe(false);
});

test("what a search finds is said in a few words", () => {
  expect(summary({ q: "fire", kind: ["topic"], level: ["very_easy"], objective: ["0192"] })).toBe("“fire”, Topic, an objective, very easy");
  expect(summary({})).toBe("everything");
});
