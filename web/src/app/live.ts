// Live pages: what happens on the server makes those kept answers stale that it touches (touched.ts), many events in one
// round. While somebody types nothing is thrown away: editors compare revisions themselves.
import { type Query, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import type { Schemas } from "../api/client";
import { type Event, eventPage } from "../api/queries";
import { type Burst, REACH, fate, gathered, placedIn } from "./touched";

/** The first of many events waits so long for the rest; rounds follow each other no faster than that. */
const PAUSE = 400;
const BETWEEN = 2_000;

export function useLiveUpdates(signedIn: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!signedIn) return;
    let source: EventSource | undefined;
    let over = false;
    let heard: Event[] = [];
    let last = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      // Whoever does not look is shown it when they come back.
      if (document.hidden || heard.length === 0) return;
      last = Date.now();
      const events = heard;
      heard = [];
      remember(client, events);
      follow(client, gathered(events));
    };
    const hear = (message: MessageEvent<string>) => {
      heard.push(JSON.parse(message.data) as Event);
      timer ??= setTimeout(flush, Math.max(PAUSE, last + BETWEEN - Date.now()));
    };
    const seen = () => { if (!document.hidden && !timer) flush(); };
    document.addEventListener("visibilitychange", seen);
    void eventPage({ before: 0, limit: 1 }).then((page) => {
      if (over) return;
      source = new EventSource(`/api/v1/events?after=${String(page.items[0]?.number ?? page.next)}`);
      for (const kind of Object.keys(REACH)) source.addEventListener(kind, hear);
    }, () => undefined);
    return () => {
      over = true;
      source?.close();
      document.removeEventListener("visibilitychange", seen);
      if (timer) clearTimeout(timer);
    };
  }, [client, signedIn]);
}

/** The newest events are at hand: nobody has to ask for them. */
function remember(client: QueryClient, events: readonly Event[]): void {
  const newest = events.toReversed();
  for (const query of client.getQueryCache().findAll({ queryKey: ["events"] })) {
    const limit = query.queryKey[1];
    if (typeof limit !== "number") continue;
    client.setQueryData<Schemas["EventPage"]>(query.queryKey, (page) => page && { ...page, items: [...newest, ...page.items].slice(0, limit) });
  }
}

export function follow(client: QueryClient, burst: Burst): void {
  const all = client.getQueryCache().getAll();
  const placed = placedIn(all.map(({ queryKey: key, state: { data } }) => ({ key, data })));
  const again = new Set<string>();
  const stale = new Set<string>();
  for (const query of all) {
    const { queryKey: key, state: { data } } = query;
    const what = fate({ key, data }, burst, placed);
    if (what === undefined) continue;
    if (what === "again") again.add(query.queryHash);
    else if (what === "stale" || !query.isActive()) stale.add(query.queryHash);
    else void renew(client, query, what.pages);
  }
  if (again.size > 0) void client.invalidateQueries({ predicate: ({ queryHash }) => again.has(queryHash) });
  if (stale.size > 0) void client.invalidateQueries({ predicate: ({ queryHash }) => stale.has(queryHash), refetchType: "none" });
}

interface Pages { pages: unknown[]; pageParams: unknown[] }

/** Asks for single pages of a long list again, and leaves the others where they are. */
async function renew(client: QueryClient, query: Query, pages: number[]): Promise<void> {
  const ask = query.options.queryFn;
  const before = query.state.data as Pages;
  if (typeof ask !== "function") return;
  const { signal } = new AbortController();
  try {
    const fresh = new Map<number, unknown>();
    for (const n of pages) {
      fresh.set(n, await ask({ client, queryKey: query.queryKey, signal, meta: query.meta, pageParam: before.pageParams[n], direction: "forward" } as Parameters<typeof ask>[0]));
    }
    client.setQueryData<Pages>(query.queryKey, (now) => (now === undefined || now.pages[0] !== before.pages[0] ? now : { ...now, pages: now.pages.map((page, n) => fresh.get(n) ?? page) }));
  } catch {
    await client.invalidateQueries({ queryKey: query.queryKey, exact: true, refetchType: "none" });
  }
}
