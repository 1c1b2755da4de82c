import { describe, expect, it } from "vitest";

import { joined, merge, mergeText, unlike } from "./merge";

describe("texts", () => {
  const base = "one\ntwo\nthree\nfour\nfive";

  it("takes what only one side changed", () => {
    expect(joined(mergeText(base, base.replace("one", "ONE"), base.replace("five", "FIVE")))).toBe("ONE\ntwo\nthree\nfour\nFIVE");
  });
  it("takes lines that one side added and the other removed elsewhere", () => {
    expect(joined(mergeText(base, `zero\n${base}`, "one\ntwo\nfour\nfive"))).toBe("zero\none\ntwo\nfour\nfive");
  });
  it("takes what both changed alike once", () => {
    expect(joined(mergeText(base, base.replace("two", "2"), base.replace("two", "2")))).toBe("one\n2\nthree\nfour\nfive");
  });
  it("leaves what both changed differently to a person", () => {
    const pieces = mergeText(base, base.replace("three", "3"), base.replace("three", "drei"));
    expect(pieces).toEqual([{ settled: "one\ntwo" }, { mine: "3", theirs: "drei" }, { settled: "four\nfive" }]);
  });
  it("keeps empty lines", () => {
    expect(joined(mergeText("a\n\nb", "a\n\nb\n", "A\n\nb"))).toBe("A\n\nb\n");
  });
  it("gives a text back when nothing changed, whatever it is", () => {
    for (const text of ["", "\n", "\n\n", "a", "a\n", "\na"]) expect(joined(mergeText(text, text, text))).toBe(text);
  });
});

describe("documents", () => {
  it("merges field by field", () => {
    const base = { title: "T", body: "a\nb", summary: "s" };
    const { document, clashes } = merge(base, { ...base, title: "Mine" }, { title: "T", body: "a\nB" });
    expect(document).toEqual({ title: "Mine", body: "a\nB" });
    expect(clashes).toEqual([]);
  });
  it("names what clashes and keeps mine for now", () => {
    const { document, clashes } = merge({ points: 1 }, { points: 2 }, { points: 3 });
    expect(document).toEqual({ points: 2 });
    expect(clashes).toEqual([{ field: "points", mine: 2, theirs: 3 }]);
  });
});

it("words that the other side does not have are marked", () => {
  expect(unlike("Press the red button.", "Press the green button.")).toEqual([{ text: "Press the ", own: false }, { text: "red", own: true }, { text: " button.", own: false }]);
  expect(unlike("", "x")).toEqual([]);
});

it("a clash can be settled in words of one's own", () => {
  const pieces = mergeText("one\ntwo\nthree", "one\nTWO\nthree", "one\n2\nthree");
  expect(joined(pieces, () => ({ own: "two and a half" }))).toBe("one\ntwo and a half\nthree");
});
