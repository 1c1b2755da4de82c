import { describe, expect, test } from "vitest";

import type { Event } from "../api/queries";
import { type Kept, fate, gathered, placedIn } from "./touched";

const ONE = "c-one";
const OTHER = "c-other";
const event = (kind: Event["kind"], more: Partial<Event> = {}): Event => ({ number: 7, kind, time: "2026-01-01T00:00:00Z", actor: "u", detail: {}, ...more });
const kept = (key: unknown[], data?: unknown): Kept => ({ key, data });
const list = (of: string, ...holds: string[]) => kept(["component", of, "main", "placements"], { revision: `${of}-head`, items: holds.map((component) => ({ component })) });
const hits = (...components: string[]) => ({ hits: components.map((component) => ({ component })) });
const told = (answer: Kept, events: Event[], known: Kept[] = []) => fate(answer, gathered(events), placedIn(known));
const saved = event("revision.saved", { component: ONE, revision: "r2" });

describe("what a save touches", () => {
  test("everything about that component, and nothing about another", () => {
    expect(told(kept(["component", ONE, "history"], { items: [] }), [saved])).toBe("again");
    expect(told(kept(["component", OTHER, "history"], { items: [] }), [saved])).toBeUndefined();
  });
  test("a page opened by key, known by the id in its answer", () => {
    const page = (id: string) => kept(["component", "support/x", "main"], { value: { component: { id }, revision: { id: "r1" } } });
    expect(told(page(ONE), [saved])).toBe("again");
    expect(told(page(OTHER), [saved])).toBeUndefined();
  });
  test("the outline that shows its title, and no other", () => {
    expect(told(list("lesson", ONE), [saved])).toBe("again");
    expect(told(list("elsewhere", OTHER), [saved])).toBeUndefined();
  });
  test("not the answer that has what was saved already, unless more happened", () => {
    const mine = kept(["component", ONE, "main", "placements"], { revision: "r2", items: [] });
    expect(told(mine, [saved])).toBeUndefined();
    expect(told(mine, [saved, event("component.state_changed", { component: ONE })])).toBe("again");
  });
  test("the sum of an outline that holds it", () => {
    const sum = kept(["component", "course", "main", "coverage", []], {});
    expect(told(sum, [saved], [list("lesson", ONE)])).toBe("again");
    expect(told(sum, [saved], [list("lesson", OTHER)])).toBeUndefined();
    expect(told(sum, [event("comment.added", { component: ONE })], [list("lesson", ONE)])).toBeUndefined();
  });
  test("uses are only marked, unless it is among them", () => {
    const uses = (...by: string[]) => kept(["component", OTHER, "main", "uses"], { pages: [{ items: by.map((component) => ({ component })) }] });
    expect(told(uses(), [saved])).toBe("stale");
    expect(told(uses(ONE), [saved])).toBe("again");
  });
});

describe("lists that were searched for", () => {
  const pages = (...all: string[][]) => kept(["search", "pages", {}], { pages: all.map((page) => hits(...page)), pageParams: [] });
  test("one page is asked again, for it may be found now", () => expect(told(pages([OTHER]), [saved])).toBe("again"));
  test("of a long one only the page that names it", () => expect(told(pages([OTHER], [ONE], [OTHER]), [saved])).toEqual({ pages: [1] }));
  test("a long one that does not name it stays as it is", () => expect(told(pages([OTHER], [OTHER]), [saved])).toBe("stale"));
  test("what waits for review follows steps, not saves of others", () => {
    const waiting = kept(["search", "waiting", []], hits(OTHER));
    expect(told(waiting, [saved])).toBe("stale");
    expect(told(waiting, [event("component.state_changed", { component: ONE })])).toBe("again");
  });
  test("a comment finds nothing", () => expect(told(pages([ONE]), [event("comment.added", { component: ONE })])).toBeUndefined());
});

test("a comment touches the comments of that component only", () => {
  const comment = event("comment.added", { component: ONE });
  expect(told(kept(["component", ONE, "comments"]), [comment])).toBe("again");
  expect(told(kept(["component", ONE, "history"]), [comment])).toBeUndefined();
  expect(told(list("lesson", ONE), [comment])).toBeUndefined();
});

test("a package touches its release", () => {
  const made = event("package.published", { component: ONE, release: "rel" });
  expect(told(kept(["release", "rel", "packages"]), [made])).toBe("again");
  expect(told(kept(["release", "other", "packages"]), [made])).toBeUndefined();
});

test("what reaches everywhere says so", () => {
  expect(told(kept(["component", OTHER, "main"]), [event("branch.merged")])).toBe("again");
  expect(told(kept(["component", OTHER, "main"]), [event("branch.created")])).toBeUndefined();
  expect(told(kept(["branches"]), [event("branch.created")])).toBe("again");
});

test("a health report is marked, not worked out after each save", () => expect(told(kept(["reports", "support"]), [saved])).toBe("stale"));

test("many events are one burst: each component once, with its newest revision", () => {
  const burst = gathered([saved, event("revision.saved", { component: ONE, revision: "r3" }), event("revision.saved", { component: OTHER })]);
  expect([...burst.components.keys()]).toEqual([ONE, OTHER]);
  expect(burst.components.get(ONE)?.revision).toBe("r3");
});
