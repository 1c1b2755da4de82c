import { expect, test } from "vitest";

import { logAddress } from "../../api/queries";
import { filterOf } from "./Log";

test("the address of the log says what is asked for", () => {
  expect(filterOf(new URLSearchParams())).toEqual({});
  expect(filterOf(new URLSearchParams("what=comment&who=u1&from=2026-02-27&to=2026-02-28"))).toEqual({ kind: ["comment.added", "comment.changed"], actor: "u1", since: "2026-02-27", until: "2026-03-01" });
  expect(filterOf(new URLSearchParams("what=user.created&component=c1"))).toEqual({ kind: ["user.created"], component: "c1" });
  expect(filterOf(new URLSearchParams("what=nonsense"))).toEqual({});
});

test("the file is asked for with the same", () => {
  expect(logAddress({ kind: ["user.created", "token.created"], actor: "u 1" })).toBe("/api/v1/events/log.csv?kind=user.created&kind=token.created&actor=u+1");
});
