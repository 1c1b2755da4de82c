import { describe, expect, it } from "vitest";

import { address, asked } from "./how";

const typed = { format: "cmi5" as const, when: " audience=partner  region=eu,uk ", set: "partner.name=Tarrow Teas\n\n a=b " };

describe("how a release is published", () => {
  it("is asked for as it was typed, without what is empty", () => {
    expect(asked(typed)).toEqual({ format: "cmi5", when: ["audience=partner", "region=eu,uk"], set: ["partner.name=Tarrow Teas", "a=b"] });
    expect(asked("0198")).toEqual({ profile: "0198" });
  });

  it("is the address of the package", () => {
    expect(address("r1", "0198", [])).toBe("/api/v1/releases/r1/packages/profile/0198");
    expect(address("r1", typed, ["captions"])).toBe(
      "/api/v1/releases/r1/packages/cmi5?when=audience%3Dpartner&when=region%3Deu%2Cuk&set=partner.name%3DTarrow+Teas&set=a%3Db&waive=captions",
    );
  });
});
