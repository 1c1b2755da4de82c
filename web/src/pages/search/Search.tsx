// Search: as you type, facets beside the hits, a preview beside those. The address holds all of it.
import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";

import { type Schemas, api } from "../../api/client";
import { FACETS, type Facet, savedSearches, search } from "../../api/queries";
import { useGo } from "../../app/branch";
import { useMay } from "../../app/rights";
import { typing } from "../../app/shortcuts";
import { Icon } from "../../ui/icons";
import { Button, Empty, Failure, LinkButton, Spinner, useTitle } from "../../ui/parts";
import { ago, count } from "../../ui/words";
import { FACET, type Saved, addressOf, asked, named, wordsOf } from "./asked";
import { BulkEdit, type Meant } from "./BulkEdit";
import { Beside, Hits } from "./Hits";
import { SaveButton, SavedList, useSavedSearches } from "./Saved";

const SHOWN_VALUES = 8;
/** How long somebody looks before what is new was seen. */
const SEEN_AFTER = 1500;
/** How long nothing is typed before it is searched for. */
const TYPING = 110;

export default function Search() {
  const [params] = useSearchParams();
  const id = params.get("saved") ?? undefined;
  const known = useSavedSearches();
  // Another saved search is another page: nothing that was picked or typed stays.
  return <Finding key={id ?? ""} saved={known.data?.items.find((one) => one.id === id)} />;
}

/** Until when what a saved search finds was seen before; from now on it is seen. */
function useSeen(saved: Saved | undefined, shown: boolean): string | undefined {
  const client = useQueryClient();
  const [before, setBefore] = useState<string>();
  useEffect(() => {
    if (saved && before === undefined) setBefore(saved.seen);
  }, [saved, before]);
  const id = saved?.id;
  const news = (saved?.new ?? 0) > 0;
  useEffect(() => {
    if (!id || !news || !shown) return;
    const timer = setTimeout(() => {
      api.POST("/api/v1/saved-searches/{search}/seen", { params: { path: { search: id } } })
        .then(() => client.invalidateQueries({ queryKey: savedSearches.queryKey }), () => undefined);
    }, SEEN_AFTER);
    return () => clearTimeout(timer);
  }, [client, id, news, shown]);
  return before;
}

function Finding({ saved }: { saved: Saved | undefined }) {
  const [params, setParams] = useSearchParams();
  const at0 = params.get("q") ?? "";
  const [text, setText] = useState(at0);
  // What was typed and is on its way into the address, oldest first.
  const typed = useRef([at0]);
  const [chosen, setChosen] = useState(0);
  const [filtering, setFiltering] = useState(false);
  const [picked, setPicked] = useState<ReadonlySet<string>>();
  const [editing, setEditing] = useState<{ meant: Meant; total: number }>();
  const field = useRef<HTMLInputElement>(null);
  const go = useGo();
  const may = useMay();
  useTitle(saved?.name ?? "Search");
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
  const seen = useSeen(saved, first !== undefined);
  // The address was changed by something else than typing.
  useEffect(() => {
    const known = typed.current.indexOf(at0);
    typed.current = known < 0 ? [at0] : typed.current.slice(known);
    if (known < 0) setText(at0);
  }, [at0]);

  const pending = useRef<ReturnType<typeof setTimeout>>(undefined);
  const change = (edit: (query: URLSearchParams) => void, replace = false) => {
    const next = new URLSearchParams(params);
    if (pending.current) {
      clearTimeout(pending.current);
      pending.current = undefined;
      if (text) next.set("q", text); else next.delete("q");
    }
    edit(next);
    setParams(next, { replace });
    setChosen(0);
  };
  const type = (value: string) => {
    setText(value);
    typed.current.push(value);
    clearTimeout(pending.current);
    pending.current = setTimeout(() => settle.current(), TYPING);
  };
  /** What was typed comes into the address, and is searched for. */
  const settle = useRef<() => void>(() => undefined);
  useEffect(() => {
    settle.current = () => { if (pending.current) change(() => undefined, true); };
  });
  useEffect(() => () => clearTimeout(pending.current), []);
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
  const toggleHit = (component: string) =>
    setPicked((was) => {
      const next = new Set(was);
      if (!next.delete(component)) next.add(component);
      return next;
    });
  const total = first?.total ?? 0;
  const words = wordsOf(wanted);
  const edit = () => setEditing(picked && picked.size > 0 ? { meant: { components: [...picked] }, total: picked.size } : { meant: { search: words }, total });
  const mayEdit = may("write") || may("review");
  const keys = (event: React.KeyboardEvent) => {
    if (event.key === "ArrowDown") setChosen(Math.min(at + 1, hits.length - 1));
    else if (event.key === "ArrowUp") setChosen(Math.max(at - 1, 0));
    else if (event.key === "Enter" && pending.current) settle.current();
    else if (event.key === "Enter" && hit) go(`/components/${hit.component}`);
    else if (event.key === " " && picked && hit && !typing(event.nativeEvent)) toggleHit(hit.component);
    else if (event.key === "Escape" && picked) setPicked(undefined);
    else if (event.key === "Escape" && text) type("");
    else return;
    event.preventDefault();
  };
  const counts = (first?.facets ?? {}) as Partial<Record<Facet, Schemas["FacetCount"][]>>;
  const filters = FACETS.flatMap((facet) => wanted[facet].map((value) => ({ facet, value })));
  return (
    <div className="search-page">
      <h1 className="hidden">{saved ? `Search: ${saved.name}` : "Search"}</h1>
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
          <span className="soft sort-label">Sort</span>
          <select
            value={wanted.sort}
            onChange={(event) => change((next) => next.set("sort", event.target.value))}
          >
            <option value="relevance">Best first</option>
            <option value="updated">Newest first</option>
            <option value="title">By title</option>
          </select>
        </label>
        <SaveButton words={words} saved={saved} kept={(now) => go(addressOf(now))} />
        {may("write") ? <LinkButton to="/new?kind=topic" icon="plus">New</LinkButton> : null}
      </div>
      <div className="search-body">
        <aside id="facets" className={filtering ? "facets open" : "facets"} aria-label="Saved searches and filters">
          <SavedList open={saved?.id} />
          {FACETS.map((facet) => (
            <FacetList
              key={facet} name={facet} chosen={wanted[facet]} toggle={(value) => toggle(facet, value)}
              values={counts[facet] ?? []}
            />
          ))}
        </aside>
        <section className="hits-column" aria-label="Hits">
          <div className="hits-head">
            <button type="button" className="filters-button" aria-expanded={filtering} aria-controls="facets" onClick={() => setFiltering(!filtering)}>
              <Icon name={filtering ? "close" : "list"} size={15} /> Filters
            </button>
            <p role="status">{first ? count(first.total, "component") : "Searching …"}{first?.catching_up ? " · the index is catching up" : ""}</p>
            {saved && (saved.new ?? 0) > 0 && !wanted.since ? (
              <Button small look="quiet" onPress={() => change((next) => next.set("since", seen ?? saved.seen))}>Only what is new</Button>
            ) : null}
            <div className="chips">
              {wanted.since ? (
                <button type="button" className="chip" onClick={() => change((next) => next.delete("since"))}>
                  changed since {ago(wanted.since)} <Icon name="close" size={12} /><span className="hidden">remove filter</span>
                </button>
              ) : null}
              {filters.map(({ facet, value }) => (
                <button key={facet + value} type="button" className="chip" onClick={() => toggle(facet, value)}>
                  {counts[facet]?.find((one) => one.value === value)?.label ?? named(facet, value)} <Icon name="close" size={12} /><span className="hidden">remove filter</span>
                </button>
              ))}
              {filters.length > 1 ? (
                <Button small look="quiet" onPress={() => change((next) => FACETS.forEach((facet) => next.delete(facet)))}>Clear</Button>
              ) : null}
            </div>
            {mayEdit && total > 0 ? (
              <div className="picking-bar" role="group" aria-label="Edit many">
                {picked ? (
                  <>
                    <span role="status">{picked.size > 0 ? `${String(picked.size)} picked` : "Pick with a click or the space bar"}</span>
                    <Button small look="quiet" onPress={() => setPicked(new Set(hits.map((one) => one.component)))}>All shown</Button>
                    <Button small look="quiet" onPress={() => setPicked(undefined)}>Done</Button>
                  </>
                ) : <Button small look="quiet" icon="check" onPress={() => setPicked(new Set())}>Pick</Button>}
                <Button small look="quiet" icon="edit" isDisabled={picked !== undefined && picked.size === 0} onPress={edit}>{picked ? "Edit" : `Edit all ${total.toLocaleString()}`}</Button>
              </div>
            ) : null}
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
              picking={picked ? { picked, toggle: toggleHit } : undefined} seen={seen}
            />
          )}
        </section>
        <section className="beside" aria-label="Preview of the chosen hit">
          {hit ? <Beside hit={hit} /> : null}
        </section>
      </div>
      {editing ? (
        <BulkEdit
          {...editing} library={wanted.library.length === 1 ? wanted.library[0] : undefined}
          close={() => setEditing(undefined)} done={() => { setEditing(undefined); setPicked(undefined); }}
        />
      ) : null}
    </div>
  );
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
  // What has places in a tree is shown as one.
  const tree = values.some(({ value }) => value.includes("/"));
  const ordered = tree ? [...values].sort((a, b) => (a.value < b.value ? -1 : 1)) : values;
  const shown = all ? ordered : ordered.slice(0, SHOWN_VALUES);
  return (
    <fieldset className="facet">
      <legend>{FACET[name]}</legend>
      {shown.map(({ value, label, count: n }) => (
        <label key={value} className={`facet-value ${tree ? `depth-${String(Math.min(value.split("/").length - 1, 4))}` : ""}`} title={tree ? value : undefined}>
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
          <span>{label ?? named(name, tree ? (value.split("/").at(-1) ?? value) : value)}</span><span className="facet-count">{n.toLocaleString()}</span>
        </label>
      ))}
      {values.length > SHOWN_VALUES ? (
        <Button small look="quiet" onPress={() => setAll(!all)}>{all ? "Fewer" : `All ${String(values.length)}`}</Button>
      ) : null}
    </fieldset>
  );
}

