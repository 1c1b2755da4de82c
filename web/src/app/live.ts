// Live pages: what happens on the server makes kept answers stale. While somebody types nothing is thrown away:
// editors compare revisions themselves.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { type Event, eventPage } from "../api/queries";

const KINDS: Record<string, string[]> = {
  branch: ["branches"],
  target: ["targets"],
  deployment: ["deployments"],
  user: ["users", "people"],
  library: ["libraries", "rules"],
  components: ["bulk-edits"],
};
/** Many events at once make one round of questions. */
const PAUSE = 400;

export function useLiveUpdates(signedIn: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!signedIn) return;
    let source: EventSource | undefined;
    let over = false;
    const stale = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      for (const key of stale) {
        const [what, id] = key.split(":");
        void client.invalidateQueries({ queryKey: id ? [what, id] : [what] });
      }
      stale.clear();
    };
    const heard = (message: MessageEvent<string>) => {
      const event = JSON.parse(message.data) as Event;
      for (const key of KINDS[event.kind.split(".")[0] ?? ""] ?? []) stale.add(key);
      if (event.component) stale.add("component").add("search");
      stale.add("events");
      timer ??= setTimeout(flush, PAUSE);
    };
    void eventPage({ before: 0, limit: 1 }).then((page) => {
      if (over) return;
      source = new EventSource(`/api/v1/events?after=${String(page.items[0]?.number ?? page.next)}`);
      for (const kind of EVENT_KINDS) source.addEventListener(kind, heard);
    }, () => undefined);
    return () => {
      over = true;
      source?.close();
      if (timer) clearTimeout(timer);
    };
  }, [client, signedIn]);
}

/** The server names each event by its kind; a browser listens to names only. */
const EVENT_KINDS = [
  "library.created", "library.received", "library.synonyms_changed", "component.created", "revision.saved", "component.state_changed",
  "component.renamed", "component.deleted", "component.restored", "component.reverted", "branch.created",
  "branch.updated", "branch.reviewed", "branch.merged", "branch.closed", "branch.reopened", "component.promoted",
  "release.created", "release.described", "release.state_changed", "package.published", "content.redacted",
  "channel.moved", "target.created", "target.changed", "deployment.started", "deployment.ended", "user.created",
  "user.roles_changed", "token.created", "token.revoked", "comment.added", "comment.changed",
  "library.rules_changed", "component.care_changed", "components.edited", "components.edit_undone",
];
