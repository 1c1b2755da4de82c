// How a release is to be published: by a profile, or by a format and what is typed beside it.
import type { Schemas } from "../../api/client";
import type { Format } from "../../ui/words";

export interface ByHand {
  format: Format;
  /** Conditions, apart by spaces: `audience=partner region=eu,uk`. */
  when: string;
  /** Variables, one a line: `partner.name=Tarrow Teas`. */
  set: string;
}
/** A profile's id, or what is typed. */
export type How = string | ByHand;

const words = (text: string) => text.split(/\s+/).filter(Boolean);
const lines = (text: string) => text.split("\n").map((line) => line.trim()).filter(Boolean);

/** As the gate and the preview ask for it. */
export function asked(how: How): Pick<Schemas["CheckRelease"], "profile" | "format" | "when" | "set"> {
  return typeof how === "string" ? { profile: how } : { format: how.format, when: words(how.when), set: lines(how.set) };
}

/** The address of the package. */
export function address(release: string, how: How, waive: string[]): string {
  const query = new URLSearchParams();
  if (typeof how !== "string") {
    for (const one of words(how.when)) query.append("when", one);
    for (const one of lines(how.set)) query.append("set", one);
  }
  for (const rule of waive) query.append("waive", rule);
  const path = typeof how === "string" ? `profile/${encodeURIComponent(how)}` : how.format;
  const text = query.toString();
  return `/api/v1/releases/${release}/packages/${path}${text ? `?${text}` : ""}`;
}
