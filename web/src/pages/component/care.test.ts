import { expect, test } from "vitest";

import { monthsOn } from "./Care";

test("a day some months on is there, also at a month's end", () => {
  expect(monthsOn(3, new Date(2026, 10, 22))).toBe("2027-02-22");
  expect(monthsOn(3, new Date(2026, 10, 30))).toBe("2027-02-28");
  expect(monthsOn(12, new Date(2026, 0, 31))).toBe("2027-01-31");
});
