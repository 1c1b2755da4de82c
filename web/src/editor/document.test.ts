import { describe, expect, it } from "vitest";

import { freeId, keyOf, tidy } from "./document";

describe("keys", () => {
  it("are what people would type", () => {
    expect(keyOf("Über die Straße: Teil 2!")).toBe("uber-die-strasse-teil-2");
    expect(keyOf("  --  ")).toBe("");
  });
  it("are not cut behind a dash", () => {
    expect(keyOf(`${"a".repeat(59)} b`)).toBe("a".repeat(59));
  });
});

describe("documents", () => {
  it("leave out what says nothing and keep what is empty on purpose", () => {
    expect(tidy({ kind: "topic", title: "", body: "", summary: "", alt: null })).toEqual({ title: "", body: "" });
  });
  it("give list entries ids that are free", () => {
    expect(freeId(["a", "c"])).toBe("b");
    expect(freeId(Array.from({ length: 26 }, (_, n) => String.fromCharCode(97 + n)))).toBe("a1");
  });
});
