// Which kept answers an event touches. An event names what happened to which component; an answer is asked again only
// if it is about that component or names it. What may have changed as well, but cannot be told, is only marked: it is
// asked again when somebody next looks.
import type { Schemas } from "../api/client";
import type { Event } from "../api/queries";

type Kind = Schemas["EventKind"];

/** What becomes of a kept answer; `pages` are those pages of a list that name what changed. */
export type Fate = "again" | "stale" | { pages: number[] };

/** How far the events of one kind reach. */
interface Reach {
  /** Kinds of answers that it touches wherever they are, by the beginning of their keys. */
  keys?: readonly string[];
  /** Answers about the component itself: all of them, or those whose key ends so. */
  self?: true | readonly string[];
  /** Answers about others which name the component: a title in an outline, a hit. */
  named?: true;
  /** It may be found now by what found it not before. */
  found?: true;
}

const SAVED: Reach = { self: true, named: true, found: true };
/** Too much to name, and seldom. */
const EVERYWHERE = ["component", "search", "drafts", "reports"];
const ANYWHERE: Reach = { keys: EVERYWHERE };
const RELEASE: Reach = { self: ["releases", "channels", "history"] };

/** Every kind there is: browsers listen to names only, and a kind that is missing here is a type error. */
export const REACH: Record<Kind, Reach> = {
  "library.created": { keys: ["libraries"] },
  "library.received": { keys: [...EVERYWHERE, "libraries", "rules", "branches"] },
  "library.synonyms_changed": { keys: ["rules", "search"] },
  "library.rules_changed": { keys: ["rules", "libraries", "reports"] },
  "component.created": SAVED,
  "revision.saved": SAVED,
  "component.state_changed": SAVED,
  "component.care_changed": SAVED,
  "component.renamed": ANYWHERE,
  "component.deleted": ANYWHERE,
  "component.restored": ANYWHERE,
  "component.reverted": ANYWHERE,
  "component.promoted": ANYWHERE,
  "content.redacted": ANYWHERE,
  // Each component that was edited tells so itself.
  "components.edited": { keys: ["bulk-edits"] },
  "components.edit_undone": { keys: ["bulk-edits"] },
  "branch.created": { keys: ["branches"] },
  "branch.reviewed": { keys: ["branches"] },
  "branch.closed": { keys: ["branches"] },
  "branch.reopened": { keys: ["branches"] },
  "branch.updated": { keys: ["branches", ...EVERYWHERE] },
  "branch.merged": { keys: ["branches", ...EVERYWHERE] },
  "release.created": RELEASE,
  "release.described": RELEASE,
  "release.state_changed": RELEASE,
  "package.published": RELEASE,
  "channel.moved": { ...RELEASE, keys: ["deployments"] },
  "target.created": { keys: ["targets"] },
  "target.changed": { keys: ["targets", "deployments"] },
  "deployment.started": { ...RELEASE, keys: ["deployments"] },
  "deployment.ended": { ...RELEASE, keys: ["deployments"] },
  "user.created": { keys: ["users", "people"] },
  "user.roles_changed": { keys: ["users", "me"] },
  "user.password_changed": {},
  "user.signed_in": { keys: ["sign-ins"] },
  "token.created": { keys: ["tokens"] },
  "token.revoked": { keys: ["tokens"] },
  "comment.added": { self: ["comments"] },
  "comment.changed": { self: ["comments"] },
  "blobs.removed": {},
};

/** What many events say together. */
export interface Burst {
  /** What happened to each component. */
  components: Map<string, { kinds: Set<Kind>; revision: string | undefined }>;
  releases: Set<string>;
  keys: Set<string>;
  kinds: Set<Kind>;
}

export function gathered(events: readonly Event[]): Burst {
  const burst: Burst = { components: new Map(), releases: new Set(), keys: new Set(), kinds: new Set() };
  for (const { kind, component, release, revision } of events) {
    burst.kinds.add(kind);
    for (const key of REACH[kind].keys ?? []) burst.keys.add(key);
    if (release) burst.releases.add(release);
    if (!component) continue;
    const of = burst.components.get(component) ?? { kinds: new Set(), revision: undefined };
    of.kinds.add(kind);
    of.revision = revision ?? of.revision;
    burst.components.set(component, of);
  }
  return burst;
}

/** An answer as it is kept: under which key, and what it says. */
export interface Kept {
  key: readonly unknown[];
  data: unknown;
}

interface Row { component?: string | { id: string }; id?: string }
interface Page { items?: Row[]; hits?: Row[]; revision?: string; value?: { component?: { id: string }; revision?: { id: string } } }

function rowsOf(page: unknown): Row[] {
  const { items, hits } = (page ?? {}) as Page;
  return items ?? hits ?? [];
}

/** The components that a list names. */
function named(page: unknown): string[] {
  return rowsOf(page).flatMap(({ component, id }) => (typeof component === "object" ? component.id : component) ?? id ?? []);
}

/** Every component of the outlines that are known: those that hold something, and what they hold. */
export function placedIn(answers: Iterable<Kept>): Set<string> {
  const all = new Set<string>();
  for (const { key, data } of answers) {
    if (key[0] !== "component" || key[3] !== "placements") continue;
    all.add(String(key[1]));
    for (const id of named(data)) all.add(id);
  }
  return all;
}

const REACHES = (burst: Burst, id: string, asks: (reach: Reach) => boolean) => [...(burst.components.get(id)?.kinds ?? [])].some((kind) => asks(REACH[kind]));

/** What becomes of an answer after a burst; nothing if it is as good as before. */
export function fate({ key, data }: Kept, burst: Burst, placed: ReadonlySet<string>): Fate | undefined {
  const what = String(key[0]);
  if (burst.keys.has(what)) return "again";
  switch (what) {
    case "release": return burst.releases.has(String(key[1])) ? "again" : undefined;
    case "component": return ofComponent(key, data, burst, placed);
    case "search": return ofSearch(key, data, burst);
    case "drafts": return ofList(data, burst);
    case "reports":
    case "saved-searches": return news(burst) ? "stale" : undefined;
    case "events": return key[1] === "log" ? (pagesOf(data).length > 1 ? "stale" : "again") : undefined;
    default: return undefined;
  }
}

function ofComponent(key: readonly unknown[], data: unknown, burst: Burst, placed: ReadonlySet<string>): Fate | undefined {
  const page = (data ?? {}) as Page;
  const id = page.value?.component?.id ?? String(key[1]);
  const end = key.findLast((part) => typeof part === "string" && part !== "");
  const about = burst.components.get(id);
  if (about && REACHES(burst, id, ({ self }) => self === true || (self?.includes(String(end)) ?? false))) return has(page, about) ? undefined : "again";
  if (key[3] === "coverage") return [...burst.components.keys()].some((one) => placed.has(one) && REACHES(burst, one, (reach) => reach.self === true)) ? "again" : undefined;
  const among = ofList(data, burst);
  if (among) return among;
  // A structure that was saved may use this now; which it uses, an event does not say.
  return ["uses", "impact"].includes(String(key[3])) && news(burst) ? "stale" : undefined;
}

/** Whoever saved has what was saved already. */
function has(page: Page, { kinds, revision }: { kinds: Set<Kind>; revision: string | undefined }): boolean {
  const shown = page.value?.revision?.id ?? page.revision;
  return shown !== undefined && shown === revision && [...kinds].every((kind) => kind === "revision.saved" || kind === "component.created");
}

function ofSearch(key: readonly unknown[], data: unknown, burst: Burst): Fate | undefined {
  const among = ofList(data, burst);
  if (among) return among;
  if (!news(burst)) return undefined;
  // A long list stays as it is while somebody goes through it; a few hits to choose from are asked for with the next word.
  if (key[1] === "pages") return pagesOf(data).length > 1 ? "stale" : "again";
  const moved = burst.kinds.has("component.created") || burst.kinds.has("component.state_changed");
  return moved && (key[1] === "waiting" || key[1] === "courses") ? "again" : "stale";
}

function pagesOf(data: unknown): unknown[] {
  return (data as { pages?: unknown[] } | undefined)?.pages ?? [data];
}

/** A list is asked again where it names what changed: a long one page by page. */
function ofList(data: unknown, burst: Burst): Fate | undefined {
  const pages = pagesOf(data);
  const touched = pages.flatMap((page, n) => (named(page).some((id) => REACHES(burst, id, (reach) => reach.named === true)) ? [n] : []));
  if (touched.length === 0) return undefined;
  return pages.length > 1 ? { pages: touched } : "again";
}

/** Whether anything may be found now that was not, or is used where it was not. */
function news(burst: Burst): boolean {
  return [...burst.kinds].some((kind) => REACH[kind].found);
}
