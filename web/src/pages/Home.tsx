import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { ANY, drafts, libraries, me, newestEvents, search } from "../api/queries";
import { useBranch } from "../app/branch";
import { useMay, useName } from "../app/rights";
import { Answer, Empty, KindIcon, Link, LinkButton, Page, Panel, StateBadge, Time, useTitle } from "../ui/parts";
import { HEALTH, REPORT, count, said } from "../ui/words";
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
          <Changes />
        </div>
        <div className="column side-column">
          <Health />
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
  const list = useQuery({
    queryKey: ["search", "waiting"],
    queryFn: ({ signal }) =>
      search({ ...ANY, state: ["in_review"], sort: "updated" }, undefined, signal, 6),
  });
  return (
    <Panel
      title="Waiting for review" flush
      actions={<Link to="/search?state=in_review&sort=updated" className="quiet-link">All</Link>}
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
                    {event.component ? <Titled id={event.component} /> : null}
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

/** How a library is: what it holds, how much of it is used twice, and what somebody needs to look at. */
function Health() {
  const known = useQuery(libraries);
  const [chosen, choose] = useState<string>();
  const items = known.data?.items ?? [];
  const library = chosen ?? items[0]?.key;
  const found = useQuery({
    queryKey: ["reports", library],
    queryFn: () => data(api.GET("/api/v1/libraries/{library}/reports", { params: { path: { library: library ?? "" } } })),
    enabled: library !== undefined,
    staleTime: 60_000,
  });
  if (known.data && library === undefined) return <Panel title="The library"><p className="soft">There is no library yet that you may read.</p></Panel>;
  return (
    <Panel
      title="The library"
      actions={items.length > 1 ? (
        <label>
          <span className="hidden">Library</span>
          <select value={library} onChange={(event) => choose(event.target.value)}>{items.map((one) => <option key={one.id} value={one.key}>{one.title}</option>)}</select>
        </label>
      ) : null}
    >
      <Answer of={found}>
        {(health) => (
          <>
            <div className="figures">
              <div><strong>{health.components.toLocaleString()}</strong><span>components</span></div>
              <div><strong>{health.reuse_ratio.toLocaleString(undefined, { maximumFractionDigits: 1 })}</strong><span>uses each</span></div>
              <div><strong>{health.completeness} %</strong><span>described</span></div>
            </div>
            <ul className="bars">
              {HEALTH.map((list) => ({ list, n: health.lists[list] ?? 0 })).filter(({ n }) => n > 0).map(({ list, n }) => (
                <li key={list}>
                  <Link to={`/reports/${health.library_key}/${list}`}>
                    <span>{REPORT[list]}</span><span className="bar-number">{n.toLocaleString()}</span>
                    <meter min={0} max={Math.max(health.components, 1)} value={n} aria-label={REPORT[list]} />
                  </Link>
                </li>
              ))}
            </ul>
          </>
        )}
      </Answer>
    </Panel>
  );
}

function Stale() {
  const list = useQuery({
    queryKey: ["deployments", "stale"],
    queryFn: () => data(api.GET("/api/v1/deployments", { params: { query: { stale: true, limit: 20 } } })),
  });
  return (
    <Panel title="Falling behind" flush actions={<Link to="/deployments" className="quiet-link">Register</Link>}>
      <Answer of={list}>
        {({ items }) => {
          const behind = items.filter((row) => row.stale);
          if (behind.length === 0) return <p className="pad soft">Everything that is live is the newest there is.</p>;
          return (
            <ul className="rows">
              {behind.map((row) => (
                <li key={row.id}>
                  <Link to={`/components/${row.component}/releases`} className="row">
                    <span className="row-main"><strong>{row.name}</strong><span className="soft">in {row.target}</span></span>
                    <span className="badge heed">{row.stale?.changed ? "edited since" : "newer release"}</span>
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
