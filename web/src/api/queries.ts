// What the pages ask for, under the names by which answers are kept and made stale.
import { infiniteQueryOptions, keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";

import { type Schemas, api, data, tagged } from "./client";

export type Kind = Schemas["Kind"];
export type State = Schemas["State"];
export type Event = Schemas["Event"];

const MINUTE = 60_000;

export const me = queryOptions({
  queryKey: ["me"],
  queryFn: () => data(api.GET("/api/v1/me")),
  staleTime: 5 * MINUTE,
  retry: false,
});

export const people = queryOptions({
  queryKey: ["people"],
  queryFn: () => data(api.GET("/api/v1/people")),
  staleTime: 5 * MINUTE,
});

export const libraries = queryOptions({
  queryKey: ["libraries"],
  queryFn: () => data(api.GET("/api/v1/libraries")),
  staleTime: MINUTE,
});

export const branches = queryOptions({
  queryKey: ["branches"],
  queryFn: () => data(api.GET("/api/v1/branches")),
  staleTime: MINUTE,
});

/** A branch as a query parameter: none for `main`. */
export function on(branch: string | undefined): { branch?: string } {
  return branch && branch !== "main" ? { branch } : {};
}

export const component = (reference: string, branch?: string) =>
  queryOptions({
    queryKey: ["component", reference, branch ?? "main"],
    queryFn: () =>
      tagged(
        api.GET("/api/v1/components/{reference}", {
          params: { path: { reference }, query: { references: "keys", ...on(branch) } },
        }),
      ),
  });

export const placements = (reference: string, branch?: string) =>
  queryOptions({
    queryKey: ["component", reference, branch ?? "main", "placements"],
    queryFn: () =>
      data(
        api.GET("/api/v1/components/{reference}/placements", {
          params: { path: { reference }, query: on(branch) },
        }),
      ),
  });

export const comments = (reference: string) =>
  queryOptions({
    queryKey: ["component", reference, "comments"],
    queryFn: () =>
      data(api.GET("/api/v1/components/{reference}/comments", { params: { path: { reference } } })),
  });

export const whereUsed = (reference: string, branch?: string) =>
  infiniteQueryOptions({
    queryKey: ["component", reference, branch ?? "main", "uses"],
    queryFn: ({ pageParam }) =>
      data(
        api.GET("/api/v1/components/{reference}/where-used", {
          params: { path: { reference }, query: { transitive: true, limit: 200, ...(pageParam ? { cursor: pageParam } : {}), ...on(branch) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });

export const releases = (reference: string) =>
  queryOptions({
    queryKey: ["component", reference, "releases"],
    queryFn: () =>
      data(
        api.GET("/api/v1/components/{reference}/releases", {
          params: { path: { reference }, query: { limit: 50 } },
        }),
      ),
  });

export const channels = (reference: string) =>
  queryOptions({
    queryKey: ["component", reference, "channels"],
    queryFn: () =>
      data(api.GET("/api/v1/components/{reference}/channels", { params: { path: { reference } } })),
  });

export const drafts = (branch?: string) =>
  queryOptions({
    queryKey: ["drafts", branch ?? "main"],
    queryFn: () => data(api.GET("/api/v1/drafts", { params: { query: on(branch) } })),
  });

export const targets = queryOptions({
  queryKey: ["targets"],
  queryFn: () => data(api.GET("/api/v1/targets")),
});

export const deployments = (ended: boolean) =>
  queryOptions({
    queryKey: ["deployments", ended],
    queryFn: () =>
      data(api.GET("/api/v1/deployments", { params: { query: { ended, stale: false, limit: 200 } } })),
  });

/** What is live and no longer the newest there is, with why. */
export const staleDeployments = queryOptions({
  queryKey: ["deployments", "stale"],
  queryFn: () => data(api.GET("/api/v1/deployments", { params: { query: { stale: true, limit: 200 } } })),
});

/** Which events of the change log are meant. */
export interface EventFilter {
  actor?: string;
  kind?: Schemas["EventKind"][];
  component?: string;
  library?: string;
  since?: string;
  until?: string;
}

/** The address of the change log as a file. */
export function logAddress(filter: EventFilter): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) for (const one of [value].flat()) query.append(name, String(one));
  return `/api/v1/events/log.csv?${query.toString()}`;
}

/** A page of the change log; the route can answer with a stream too, which is not asked for here. */
export function eventPage(query: { before?: number; after?: number; limit: number } & EventFilter): Promise<Schemas["EventPage"]> {
  return data(api.GET("/api/v1/events", { params: { query } })) as Promise<Schemas["EventPage"]>;
}

export const newestEvents = (limit: number) =>
  queryOptions({ queryKey: ["events", limit], queryFn: () => eventPage({ before: 0, limit }) });

/** What a search can be narrowed by, in the order in which people are shown it. */
export const FACETS = ["kind", "state", "tag", "term", "objective", "library", "language", "level", "use", "review", "steward", "licence", "tool", "duration"] as const;
export type Facet = (typeof FACETS)[number];

/** What a search asks for. */
export type Asked = Record<Facet, string[]> & { q: string; sort: Schemas["Sort"]; since?: string };

/** Everything there is. */
export const ANY: Asked = { ...(Object.fromEntries(FACETS.map((facet) => [facet, []])) as unknown as Record<Facet, string[]>), q: "", sort: "relevance" };

export const PAGE = 50;

export async function search(asked: Asked, cursor: string | undefined, signal: AbortSignal, { limit = PAGE, facets = cursor === undefined } = {}) {
  const query = {
    ...asked,
    kind: asked.kind as Kind[],
    state: asked.state as State[],
    level: asked.level as Schemas["Difficulty"][],
    use: asked.use as Schemas["Usage"][],
    limit,
    prefix: true,
    facets,
    ...(cursor === undefined ? {} : { cursor }),
  };
  return data(api.GET("/api/v1/search", { params: { query }, signal }));
}

/** A few hits for words, to choose one of. */
export function useQuickSearch(q: string, filters: Partial<Asked> = {}, limit = 12) {
  const asked = { ...ANY, ...filters, q };
  return useQuery({
    queryKey: ["search", "quick", asked, limit],
    queryFn: ({ signal }) => search(asked, undefined, signal, { limit, facets: false }),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });
}

/** The searches that one keeps and that others share, with how much is new in each. */
export const savedSearches = queryOptions({
  queryKey: ["saved-searches"],
  queryFn: () => data(api.GET("/api/v1/saved-searches", { params: { query: { news: true } } })),
  staleTime: 20_000,
});

export const bulkEdits = queryOptions({
  queryKey: ["bulk-edits"],
  queryFn: () => data(api.GET("/api/v1/bulk-edits")),
});

export const vocabularies = (library: string) =>
  queryOptions({
    queryKey: ["rules", library, "vocabularies"],
    queryFn: () => data(api.GET("/api/v1/libraries/{library}/vocabularies", { params: { path: { library } } })),
    staleTime: MINUTE,
    enabled: library !== "",
  });

export const vocabulary = (library: string, key: string) =>
  queryOptions({
    queryKey: ["rules", library, "vocabulary", key],
    queryFn: () => data(api.GET("/api/v1/libraries/{library}/vocabularies/{vocabulary}", { params: { path: { library, vocabulary: key } } })),
    staleTime: MINUTE,
  });

export const metadataSchemas = (library: string) =>
  queryOptions({
    queryKey: ["rules", library, "schemas"],
    queryFn: () => data(api.GET("/api/v1/libraries/{library}/schemas", { params: { path: { library } } })),
    staleTime: MINUTE,
    enabled: library !== "",
  });
