// How the words of the model are said to people.
import type { Kind, State } from "../api/queries";

export const KIND: Record<Kind | "profile", string> = {
  topic: "Topic", asset: "Asset", question: "Question", assessment: "Assessment", lesson: "Lesson", module: "Module",
  course: "Course", web_package: "Web package", objective: "Objective", variable_set: "Variable set",
  profile: "Profile",
};
export const KINDS = Object.keys(KIND) as Kind[];
/** What people make here; packages come by import. */
export const MADE_HERE = KINDS.filter((kind) => kind !== "web_package");
export const STRUCTURES: Kind[] = ["course", "module", "lesson"];

export const STATE: Record<State, string> = {
  draft: "Draft", in_review: "In review", approved: "Approved", retired: "Retired",
};

export const POLICY: Record<string, string> = {
  latest: "Latest", approved: "Approved", release: "Release", pinned: "Pinned",
};

export const VERDICT: Record<string, { words: string; tone: Tone }> = {
  safe_in_place: { words: "Safe in place", tone: "good" },
  safe_changed_pages: { words: "Safe, with changed pages", tone: "good" },
  restart_needed: { words: "Restart needed", tone: "heed" },
  new_activity_needed: { words: "New activity needed", tone: "bad" },
};

/** The lists of a library's report, in the order in which somebody should look. */
export const REPORT = {
  stale: "Past their review date", stale_placements: "Show an old version", duplicates: "Written twice", incomplete: "Metadata is missing",
  objectives_without_content: "Objectives that nothing serves", objectives_without_question: "Objectives that nothing asks about",
  no_steward: "Nobody looks after them", unused: "Used nowhere", unreleased: "In no release", most_reused: "Used most",
};
export type Report = keyof typeof REPORT;
/** Those that show how a library is at a glance. */
export const HEALTH = Object.keys(REPORT) as Report[];

export const FORMAT = {
  scorm12: "SCORM 1.2", "scorm2004-4": "SCORM 2004, 4th edition", "scorm2004-3": "SCORM 2004, 3rd edition",
  "scorm2004-2": "SCORM 2004, 2nd edition", cmi5: "cmi5", html: "Web pages",
};
export type Format = keyof typeof FORMAT;

export function releaseName(release: { label?: string | null; number: number }): string {
  return release.label ?? `#${String(release.number)}`;
}

export type Tone = "plain" | "good" | "heed" | "bad" | "accent";

export const STATE_TONE: Record<State, Tone> = { draft: "plain", in_review: "heed", approved: "good", retired: "bad" };

/** What happened, as a sentence goes on after a name. */
export const EVENTS: Record<string, string> = {
  "library.created": "created the library", "library.received": "received the library", "library.synonyms_changed": "changed the synonyms of",
  "library.rules_changed": "changed the vocabularies or schemas of", "component.care_changed": "changed who looks after",
  "components.edited": "edited many components", "components.edit_undone": "undid an edit of many components",
  "component.created": "created", "revision.saved": "edited", "component.state_changed": "moved the state of",
  "component.renamed": "renamed", "component.deleted": "deleted", "component.restored": "restored",
  "component.reverted": "took back", "branch.created": "began a branch", "branch.updated": "updated a branch",
  "branch.reviewed": "reviewed a branch", "branch.merged": "merged a branch", "branch.closed": "closed a branch",
  "branch.reopened": "opened a branch again", "component.promoted": "promoted", "release.created": "released",
  "release.described": "described a release of", "release.state_changed": "reviewed a release of",
  "package.published": "published", "blobs.removed": "collected unused files", "content.redacted": "redacted",
  "channel.moved": "moved a channel of", "target.created": "added a target", "target.changed": "changed a target",
  "deployment.started": "deployed", "deployment.ended": "ended a deployment of", "user.created": "added a user",
  "user.roles_changed": "changed the roles of a user", "token.created": "issued a token",
  "token.revoked": "revoked a token", "user.password_changed": "set a password", "user.signed_in": "signed in",
  "comment.added": "commented on", "comment.changed": "changed a comment on",
};

export function said(event: string): string {
  return EVENTS[event] ?? event;
}

/** A state's or kind's name from outside, said if it is known. */
export function say<K extends string>(words: Record<K, string>, name: string): string {
  return (words as Record<string, string>)[name] ?? name;
}

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000], ["month", 2_592_000], ["week", 604_800], ["day", 86_400], ["hour", 3600], ["minute", 60],
];

/** A time as people say it: "3 minutes ago". */
export function ago(time: string, now = Date.now()): string {
  const seconds = (Date.parse(time) - now) / 1000;
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit);
  }
  return "just now";
}

/** A size in bytes: "3.4 MB". */
export function bytes(size: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 || size >= 10 ? Math.round(size).toString() : size.toFixed(1)} ${units[unit] ?? ""}`;
}

/** The number with its word: "1 use", "3 uses". */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString()} ${number === 1 ? one : many}`;
}

/** A text with the server's marks (`<mark>` and escapes, nothing else) as runs to show. */
export function marked(html: string): { text: string; mark: boolean }[] {
  const runs: { text: string; mark: boolean }[] = [];
  let mark = false;
  for (const piece of html.split(/(<\/?mark>)/)) {
    if (piece === "<mark>") mark = true;
    else if (piece === "</mark>") mark = false;
    else if (piece) runs.push({ text: unescaped(piece), mark });
  }
  return runs;
}

const ENTITIES: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&#x27;": "'", "&amp;": "&" };

function unescaped(text: string): string {
  return text.replace(/&(?:lt|gt|quot|amp|#39|#x27);/g, (entity) => ENTITIES[entity] ?? entity);
}
