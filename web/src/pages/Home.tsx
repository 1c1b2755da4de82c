import { useQuery } from "@tanstack/react-query";

import { ANY, drafts, libraries, me, newestEvents, search, staleDeployments } from "../api/queries";
import { useBranch } from "../app/branch";
import { useMay, useName } from "../app/rights";
import { Answer, Behind, Empty, KindIcon, Link, LinkButton, Page, Panel, StateBadge, Time, useTitle } from "../ui/parts";
import { count, said } from "../ui/words";
import { LibraryHealth } from "./home/Health";
import { News } from "./home/News";
import type { Event, State } from "../api/queries";
import { api, data } from "../api/client";

export default function Home() {
  const { data: who } = useQuery(me);
  const may = useMay();
  useTitle("Home");
  const first = who?.shown.split(" ")[0] ?? "";
  return (
    <Page
      title={`${greeting(new Date().getHours())}, ${first}`}
      actions={<>
        {may("write") ? <LinkButton to="/new?kind=topic" icon="plus" look="primary">New topic</LinkButton> : null}
        <LinkButton to="/search" icon="search">Search</LinkButton>
      </>}
    >
      <div className="columns">
        <div className="column">
          <Drafts />
          <Waiting />
          <News />
          <Changes />
        </div>
        <div className="column side-column">
          <LibraryHealth />
          <Stale />
        </div>
      </div>
    </Page>
  );
}

export function greeting(hour: number): string {
  if (hour < 5) return "Good night";
  if (hour < 12) return "Good morning";
  if (hour < 18) return "Good afternoon";
  return "Good evening";
}

function Drafts() {
  const list = useQuery(drafts(useBranch()));
  return (
    <Panel title="What you are working on" flush>
      <Answer of={list}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="pad soft">No unsaved work. What you type in an editor is kept here until you save it.</p>
          ) : (
            <ul className="rows">
              {items.map(({ component, draft, behind }) => (
                <li key={component.id}>
                  <Link to={`/components/${component.id}/edit`} className="row">
                    <KindIcon kind={component.kind} />
                    <span className="row-main"><strong>{component.title}</strong><span className="soft">{component.library_key}/{component.key}</span></span>
                    {behind ? <span className="badge heed">changed meanwhile</span> : null}
                    <span className="soft"><Time at={draft.saved} /></span>
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </Panel>
  );
}

function Waiting() {
  const may = useMay();
  const known = useQuery(libraries);
  // Whoever reviews in some libraries is shown what waits there.
  const mine = known.data?.items.filter((one) => may("review", one.id)).map((one) => one.key) ?? [];
  const library = mine.length < (known.data?.items.length ?? 0) ? mine : [];
  const list = useQuery({
    queryKey: ["search", "waiting", library],
    queryFn: ({ signal }) => search({ ...ANY, state: ["in_review"], library, sort: "updated" }, undefined, signal, { limit: 6, facets: false }),
    enabled: known.data !== undefined,
  });
  const all = new URLSearchParams([["state", "in_review"], ["sort", "updated"], ...library.map((key) => ["library", key])]);
  return (
    <Panel
      title={may("review") ? "Waiting for your review" : "Waiting for review"} flush
      actions={<Link to={`/search?${all.toString()}`} className="quiet-link">All</Link>}
    >
      <Answer of={list}>
        {({ hits }) =>
          hits.length === 0 ? <p className="pad soft">Nothing waits for a reviewer.</p> : (
            <ul className="rows">
              {hits.map((hit) => (
                <li key={hit.component}>
                  <Link to={`/components/${hit.component}`} className="row">
                    <KindIcon kind={hit.kind} />
                    <span className="row-main"><strong>{hit.title}</strong><span className="soft">{hit.library_key}/{hit.key}</span></span>
                    <StateBadge state={hit.state as State} />
                    <span className="soft"><Time at={hit.updated} /></span>
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </Panel>
  );
}

/** Events that follow each other and are the same but for the component, as one. */
export function grouped(events: Event[]): { event: Event; more: number }[] {
  const groups: { event: Event; more: number }[] = [];
  for (const event of events) {
    const last = groups.at(-1);
    if (last && last.event.kind === event.kind && last.event.actor === event.actor && last.event.component !== event.component) last.more += 1;
    else if (last && last.event.kind === event.kind && last.event.component === event.component && last.event.actor === event.actor) continue;
    else groups.push({ event, more: 0 });
  }
  return groups;
}

function Changes() {
  const log = useQuery(newestEvents(100));
  const name = useName();
  return (
    <Panel title="What changed" flush>
      <Answer of={log}>
        {({ items }) => {
          const shown = grouped(items.filter((event) => event.library)).slice(0, 8);
          if (shown.length === 0) return <Empty icon="history" title="Nothing has happened yet" />;
          return (
            <ul className="rows">
              {shown.map(({ event, more }) => (
                <li key={event.number} className="row">
                  <span className="avatar small" aria-hidden="true">{name(event.actor).slice(0, 1)}</span>
                  <span className="row-line">
                    <strong>{name(event.actor)}</strong> {said(event.kind)}{" "}
                    <Concerned event={event} />
                    {more > 0 ? <span className="soft"> and {count(more, "other")}</span> : null}
                  </span>
                  <span className="soft"><Time at={event.time} /></span>
                </li>
              ))}
            </ul>
          );
        }}
      </Answer>
    </Panel>
  );
}

/** What an event happened to, as far as it is something to name. */
export function Concerned({ event }: { event: Event }) {
  const known = useQuery(libraries);
  if (event.component) return <Titled id={event.component} />;
  const library = event.kind.startsWith("library.") ? known.data?.items.find((one) => one.id === event.library) : undefined;
  return library ? <Link to={`/libraries/${library.key}`}>{library.title}</Link> : null;
}

/** A component by its title. */
export function Titled({ id }: { id: string }) {
  const { data: view } = useQuery({
    queryKey: ["component", id, "title"],
    queryFn: () => data(api.GET("/api/v1/components/{reference}", { params: { path: { reference: id } } })),
    staleTime: 60_000,
    retry: false,
  });
  const title = (view?.content as { title?: string } | undefined)?.title;
  return title ? <Link to={`/components/${id}`}>{title}</Link> : <span className="soft">a component</span>;
}

function Stale() {
  const list = useQuery(staleDeployments);
  return (
    <Panel title="Falling behind" flush actions={<Link to="/deployments" className="quiet-link">Register</Link>}>
      <Answer of={list}>
        {({ items }) => {
          const behind = items.filter((row) => row.stale);
          if (behind.length === 0) return <p className="pad soft">Everything that is live is the newest there is.</p>;
          return (
            <ul className="rows">
              {behind.slice(0, 20).map((row) => (
                <li key={row.id}>
                  <Link to={`/components/${row.component}/releases`} className="row">
                    <span className="row-main"><strong>{row.name}</strong><span className="soft">in {row.target}</span></span>
                    <Behind stale={row.stale} />
                  </Link>
                </li>
              ))}
            </ul>
          );
        }}
      </Answer>
    </Panel>
  );
}
