// The audit log: who did what, when and to which component; the address holds what is asked.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";

import type { Schemas } from "../../api/client";
import { type EventFilter, type Event, eventPage, libraries, logAddress, people } from "../../api/queries";
import { useName } from "../../app/rights";
import { Finder } from "../../ui/Finder";
import { Icon } from "../../ui/icons";
import { Button, Empty, Failure, Panel, Sheet, Spinner, Time } from "../../ui/parts";
import { EVENTS, KINDS, said } from "../../ui/words";
import { Concerned, Titled } from "../Home";

const PAGE = 200;
const ROW = 44;
type EventKind = Schemas["EventKind"];

/** Kinds of events by what they are about: "component", "branch", … */
const ABOUT: [string, EventKind[]][] = [];
for (const kind of Object.keys(EVENTS) as EventKind[]) {
  const [about = ""] = kind.split(".");
  const known = ABOUT.find(([one]) => one === about);
  if (known) known[1].push(kind);
  else ABOUT.push([about, [kind]]);
}

/** What the address asks for. A day that is the last is meant whole. */
export function filterOf(params: URLSearchParams): EventFilter {
  const what = params.get("what") ?? "";
  const kinds = ABOUT.find(([about]) => about === what)?.[1] ?? (what in EVENTS ? [what as EventKind] : []);
  const [actor, component, library, since, last] = ["who", "component", "library", "from", "to"].map((name) => params.get(name) ?? "");
  const until = last ? new Date(Date.parse(`${last}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10) : "";
  return {
    ...(kinds.length > 0 ? { kind: kinds } : {}), ...(actor ? { actor } : {}), ...(component ? { component } : {}), ...(library ? { library } : {}), ...(since ? { since } : {}), ...(until ? { until } : {}),
  };
}

export function Log() {
  const [params, setParams] = useSearchParams();
  const [finding, setFinding] = useState(false);
  const filter = useMemo(() => filterOf(params), [params]);
  const known = useQuery(people);
  const home = useQuery(libraries);
  const pages = useInfiniteQuery({
    queryKey: ["events", "log", filter],
    queryFn: ({ pageParam }) => eventPage({ before: pageParam, limit: PAGE, ...filter }),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.more && last.next > 1 ? last.next : undefined),
  });
  const events = useMemo(() => pages.data?.pages.flatMap((page) => page.items) ?? [], [pages.data]);
  const set = (name: string, value: string) =>
    setParams((was) => { const next = new URLSearchParams(was); if (value) next.set(name, value); else next.delete(name); return next; }, { replace: true });
  const component = params.get("component");
  const asked = Object.keys(filter).length > 0;
  return (
    <Panel title="Audit log" flush actions={<a className="button small plain" href={logAddress(filter)} download="audit-log.csv"><Icon name="download" size={16} /> Download as CSV</a>}>
      <div className="log-filter" role="group" aria-label="Filter">
        <select aria-label="Who" value={params.get("who") ?? ""} onChange={(event) => set("who", event.target.value)}>
          <option value="">Everybody</option>
          {known.data?.items.map((person) => <option key={person.id} value={person.id}>{person.shown}</option>)}
        </select>
        <select aria-label="What" value={params.get("what") ?? ""} onChange={(event) => set("what", event.target.value)}>
          <option value="">Everything</option>
          {ABOUT.map(([about, kinds]) => (
            <optgroup key={about} label={about.charAt(0).toUpperCase() + about.slice(1)}>
              {kinds.length > 1 ? <option value={about}>{`anything about a ${about}`}</option> : null}
              {kinds.map((kind) => <option key={kind} value={kind}>{said(kind).replace(/ (of|on|after)$/, "")}</option>)}
            </optgroup>
          ))}
        </select>
        {(home.data?.items.length ?? 0) > 1 ? (
          <select aria-label="Library" value={params.get("library") ?? ""} onChange={(event) => set("library", event.target.value)}>
            <option value="">Every library</option>
            {home.data?.items.map((one) => <option key={one.id} value={one.id}>{one.title}</option>)}
          </select>
        ) : null}
        <label className="inline-field"><span className="soft">From</span><input type="date" value={params.get("from") ?? ""} onChange={(event) => set("from", event.target.value)} /></label>
        <label className="inline-field"><span className="soft">to</span><input type="date" value={params.get("to") ?? ""} onChange={(event) => set("to", event.target.value)} /></label>
        {component ? (
          <span className="chip">
            <Titled id={component} /> <button type="button" aria-label="Of every component" onClick={() => set("component", "")}><Icon name="close" size={12} /></button>
          </span>
        ) : <Button small icon="search" onPress={() => setFinding(true)}>Component</Button>}
        {asked ? <Button small look="quiet" onPress={() => setParams({}, { replace: true })}>Clear</Button> : null}
      </div>
      {pages.isError ? <Failure error={pages.error} retry={() => void pages.refetch()} /> : pages.isPending ? <Spinner />
        : events.length === 0 && !pages.hasNextPage ? <Empty icon="history" title="Nothing of this kind has happened" />
        : <Rows events={events} busy={pages.isFetching} more={() => { if (pages.hasNextPage && !pages.isFetching) void pages.fetchNextPage(); }} />}
      {finding ? (
        <Sheet title="What happened to which component?" open onClose={() => setFinding(false)}>
          <Finder kinds={KINDS} action="Show" autoFocus choose={(hit) => { set("component", hit.component); setFinding(false); }} />
        </Sheet>
      ) : null}
    </Panel>
  );
}

function Rows({ events, busy, more }: { events: Event[]; busy: boolean; more: () => void }) {
  const name = useName();
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: events.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 10 });
  const last = rows.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    // A page may hold nothing that one may see, and there may be more behind it.
    if (last >= events.length - 20 && !busy) more();
  }, [last, events.length, busy, more]);
  return (
    <div ref={box} className="log" tabIndex={0} role="region" aria-label="Audit log">
      <div role="list" className="hits-inner" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const event = events[item.index];
          if (!event) return null;
          return (
            <div role="listitem" key={event.number} className="log-row" style={{ transform: `translateY(${String(item.start)}px)`, height: ROW }}>
              <span className="soft log-number">{event.number}</span>
              <span className="row-line"><strong>{name(event.actor)}</strong> {said(event.kind)} <Concerned event={event} /></span>
              <span className="soft"><Time at={event.time} /></span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
