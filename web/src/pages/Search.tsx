// Search: as you type, facets beside the hits, a preview beside those. The address holds all of it.
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";

import type { Schemas } from "../api/client";
import { type Asked, FACETS, type Facet, type State, search } from "../api/queries";
import { useGo } from "../app/branch";
import { useMay } from "../app/rights";
import { typing } from "../app/shortcuts";
import { Icon } from "../ui/icons";
import { Badge, Button, Empty, Failure, KindIcon, LinkButton, Marked, Preview, Spinner, StateBadge, Time, useTitle } from "../ui/parts";
import { KIND, STATE, count, say } from "../ui/words";

type Hit = Schemas["Hit"];
const FACET: Record<Facet, string> = {
  kind: "Kind", state: "State", tag: "Tag", term: "Term", objective: "Objective", library: "Library", language: "Language", level: "Level", use: "Use",
  review: "To be looked at again", steward: "Looked after by", licence: "Licence", tool: "Made with", duration: "Minutes",
};
const ROW = 88;
const SHOWN_VALUES = 8;

function asked(params: URLSearchParams): Asked {
  const sort = params.get("sort");
  return {
    q: params.get("q") ?? "",
    ...(Object.fromEntries(FACETS.map((facet) => [facet, params.getAll(facet)])) as Record<Facet, string[]>),
    sort: sort === "updated" || sort === "title" ? sort : "relevance",
  };
}

export default function Search() {
  const [params, setParams] = useSearchParams();
  const [text, setText] = useState(params.get("q") ?? "");
  const [chosen, setChosen] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const go = useGo();
  const may = useMay();
  useTitle("Search");
  const wanted = useMemo(() => asked(params), [params]);
  const query = useDeferredValue(wanted);
  const pages = useInfiniteQuery({
    queryKey: ["search", "pages", query],
    queryFn: ({ pageParam, signal }) => search(query, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const hits = useMemo(() => pages.data?.pages.flatMap((page) => page.hits) ?? [], [pages.data]);
  const first = pages.data?.pages[0];
  const at = Math.min(chosen, hits.length - 1);
  const hit = hits[at];

  const change = (edit: (query: URLSearchParams) => void, replace = false) => {
    const next = new URLSearchParams(params);
    edit(next);
    setParams(next, { replace });
    setChosen(0);
  };
  const type = (value: string) => {
    setText(value);
    change((next) => { if (value) next.set("q", value); else next.delete("q"); }, true);
  };
  const toggle = (facet: Facet, value: string) =>
    change((next) => {
      const values = next.getAll(facet);
      next.delete(facet);
      for (const one of values.includes(value) ? values.filter((v) => v !== value) : [...values, value]) next.append(facet, one);
    });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "/" || typing(event)) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    document.addEventListener("keydown", pressed, true);
    return () => document.removeEventListener("keydown", pressed, true);
  }, []);
  const keys = (event: React.KeyboardEvent) => {
    if (event.key === "ArrowDown") setChosen(Math.min(at + 1, hits.length - 1));
    else if (event.key === "ArrowUp") setChosen(Math.max(at - 1, 0));
    else if (event.key === "Enter" && hit) go(`/components/${hit.component}`);
    else if (event.key === "Escape" && text) type("");
    else return;
    event.preventDefault();
  };
  const counts = (first?.facets ?? {}) as Partial<Record<Facet, Schemas["FacetCount"][]>>;
  const filters = FACETS.flatMap((facet) => wanted[facet].map((value) => ({ facet, value })));
  return (
    <div className="search-page">
      <h1 className="hidden">Search</h1>
      <div className="search-head">
        <div className="search-field">
          <Icon name="search" size={20} />
          <input
            ref={field} autoFocus type="search" value={text} aria-label="Search" placeholder="Search everything that was ever written"
            spellCheck={false} autoComplete="off" onChange={(event) => type(event.target.value)} onKeyDown={keys}
            role="combobox" aria-expanded={hits.length > 0} aria-controls="hits" aria-activedescendant={hit ? `hit-${hit.component}` : undefined}
          />
          {pages.isFetching ? <span className="dot" aria-hidden="true" /> : null}
        </div>
        <label className="sort">
          <span className="soft">Sort</span>
          <select
            value={wanted.sort}
            onChange={(event) => change((next) => next.set("sort", event.target.value))}
          >
            <option value="relevance">Best first</option>
            <option value="updated">Newest first</option>
            <option value="title">By title</option>
          </select>
        </label>
        {may("write") ? <LinkButton to="/new?kind=topic" icon="plus">New</LinkButton> : null}
      </div>
      <div className="search-body">
        <aside className="facets" aria-label="Filters">
          {FACETS.map((facet) => (
            <FacetList
              key={facet} name={facet} chosen={wanted[facet]} toggle={(value) => toggle(facet, value)}
              values={counts[facet] ?? []}
            />
          ))}
        </aside>
        <section className="hits-column" aria-label="Hits">
          <div className="hits-head">
            <p role="status">{first ? count(first.total, "component") : "Searching …"}{first?.catching_up ? " · the index is catching up" : ""}</p>
            <div className="chips">
              {filters.map(({ facet, value }) => (
                <button key={facet + value} type="button" className="chip" onClick={() => toggle(facet, value)}>
                  {counts[facet]?.find((one) => one.value === value)?.label ?? named(facet, value)} <Icon name="close" size={12} /><span className="hidden">remove filter</span>
                </button>
              ))}
              {filters.length > 1 ? (
                <Button small look="quiet" onPress={() => change((next) => FACETS.forEach((facet) => next.delete(facet)))}>Clear</Button>
              ) : null}
            </div>
          </div>
          {first?.notes.map((note) => <p key={note.code} className="search-note">{noted(note)}</p>)}
          {pages.isError ? <Failure error={pages.error} retry={() => void pages.refetch()} />
          : pages.isPending ? <Spinner />
          : hits.length === 0 ? (
            <Empty title="Nothing was found">
              {filters.length > 0 ? "Fewer filters find more." : "Try fewer words, or the beginning of one."}
            </Empty>
          ) : (
            <Hits
              hits={hits} total={first?.total ?? 0} chosen={at} choose={setChosen} more={() => { if (pages.hasNextPage && !pages.isFetching) void pages.fetchNextPage(); }}
              open={(id) => go(`/components/${id}`)} keys={keys}
            />
          )}
        </section>
        <section className="beside" aria-label="Preview of the chosen hit">
          {hit ? <Beside hit={hit} /> : null}
        </section>
      </div>
    </div>
  );
}

function named(facet: Facet, value: string): string {
  if (facet === "kind") return say(KIND, value);
  if (facet === "state") return say(STATE, value);
  if (facet === "level" || facet === "use" || facet === "review") return value.replaceAll("_", " ");
  return value;
}

function noted(note: Schemas["Note"]): string {
  switch (note.code) {
    case "degraded": return "Nothing has all of the words; this has some of them.";
    case "similar": return "Nothing has these words; this is spelled like them.";
    case "parenthesis": return "A parenthesis without its partner was ignored.";
    case "lone_operator": return `“${note.word}” needs something to search for beside it; it was ignored.`;
    case "unclosed_quote": return "A quotation mark without its partner was ignored.";
    case "unknown_field": return `“${note.name}:” names no field, so it was searched as a word.`;
    case "empty_field": return `“${note.name}:” has no value, so it was searched as a word.`;
    case "no_words": return "There is no word to look for, so everything is shown.";
    case "too_long": return "Only the beginning of this long text was searched for.";
  }
}

function FacetList({ name, values, chosen, toggle }: { name: Facet; values: Schemas["FacetCount"][]; chosen: string[]; toggle: (value: string) => void }) {
  const [all, setAll] = useState(false);
  if (values.length < 2 && chosen.length === 0) return null;
  const shown = all ? values : values.slice(0, SHOWN_VALUES);
  return (
    <fieldset className="facet">
      <legend>{FACET[name]}</legend>
      {shown.map(({ value, label, count: n }) => (
        <label key={value} className="facet-value">
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
          <span>{label ?? named(name, value)}</span><span className="facet-count">{n.toLocaleString()}</span>
        </label>
      ))}
      {values.length > SHOWN_VALUES ? (
        <Button small look="quiet" onPress={() => setAll(!all)}>{all ? "Fewer" : `All ${String(values.length)}`}</Button>
      ) : null}
    </fieldset>
  );
}

/** The hits; only those on screen are there, and more are asked for before the last is reached. */
function Hits({ hits, total, chosen, choose, more, open, keys }: { hits: Hit[]; total: number; chosen: number; choose: (n: number) => void; more: () => void; open: (id: string) => void; keys: (event: React.KeyboardEvent) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: hits.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 8 });
  const last = rows.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= hits.length - 15 && hits.length < total) more();
  }, [last, hits.length, total, more]);
  useEffect(() => rows.scrollToIndex(chosen, { align: "auto" }), [chosen, rows]);
  return (
    <div ref={box} className="hits" tabIndex={0} role="region" aria-label="List of hits" onKeyDown={keys}>
      <div id="hits" role="listbox" aria-label="Hits" className="hits-inner" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const hit = hits[row.index];
          if (!hit) return null;
          return (
            <div
              key={hit.component} id={`hit-${hit.component}`} role="option" aria-selected={row.index === chosen}
              aria-setsize={total} aria-posinset={row.index + 1} className="hit"
              style={{ transform: `translateY(${String(row.start)}px)`, height: ROW }}
              onClick={() => { if (row.index === chosen || window.innerWidth < 900) open(hit.component); else choose(row.index); }}
              onDoubleClick={() => open(hit.component)}
            >
              <KindIcon kind={hit.kind} size={20} />
              <div className="hit-text">
                <p className="hit-title">{hit.title}</p>
                <p className="hit-snippet">{hit.snippet_html ? <Marked html={hit.snippet_html} /> : `${hit.library_key}/${hit.key}`}</p>
                <p className="hit-meta">{hit.library_key}/{hit.key} · @{hit.number} · <Time at={hit.updated} /></p>
              </div>
              <StateBadge state={hit.state as State} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Beside({ hit }: { hit: Hit }) {
  const id = useDeferredValue(hit.component);
  const may = useMay();
  const structure = ["course", "module", "lesson"].includes(hit.kind);
  return (
    <>
      <header className="beside-head">
        <div>
          <p className="soft">{say(KIND, hit.kind)} · {hit.library_key}/{hit.key}</p>
          <h2>{hit.title}</h2>
        </div>
        <div className="actions">
          {hit.state === "retired" ? <Badge tone="bad">Do not use</Badge> : null}
          {may("write", hit.library) ? (
            <LinkButton to={`/components/${hit.component}/${structure ? "outline" : "edit"}`} icon="edit">{structure ? "Outline" : "Edit"}</LinkButton>
          ) : null}
          <LinkButton to={`/components/${hit.component}`} look="primary">Open</LinkButton>
        </div>
      </header>
      <Preview src={`/api/v1/components/${id}/proof`} title={`Preview of ${hit.title}`} />
    </>
  );
}
