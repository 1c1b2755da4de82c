// The course builder: the outline, what can be placed in it beside, and what one placement says below.
import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useDeferredValue, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useParams } from "react-router";

import type { Schemas } from "../api/client";
import { component } from "../api/queries";
import { Faces, usePresence } from "../app/Presence";
import { useBranch, useGo } from "../app/branch";
import { useMay } from "../app/rights";
import { typing } from "../app/shortcuts";
import { Finder } from "../ui/Finder";
import { Answer, Button, Empty, KindIcon, Link, LinkButton, StateBadge, useSay, useTitle } from "../ui/parts";
import { bringIntoView } from "../ui/rows";
import { count } from "../ui/words";
import {
  type Clip, type Direction, type Row, type Spot, allEdited, allMoved, allRemoved, allTarget, behind, clip, fates, intoItself, pasted, rows, span, spotAt, topmost,
} from "./outline";
import { PlacementPanel } from "./PlacementPanel";
import { type Acts, DRAGGED, ROW, RowView } from "./RowView";
import { SeveralPanel } from "./SeveralPanel";
import { ShowAs, useAudience, useCoverage } from "./ShowAs";
import { useEdits, useHeld } from "./useOutline";

type View = Schemas["ComponentView"];

const HIT = "application/x-lcms-hit";
/** Kept for all pages of this browser: what is cut here can be put into another course in another window. */
const CLIPBOARD = "lcms.clipboard";
const PLACEABLE = ["topic", "lesson", "module", "assessment", "question", "web_package"];

export default function BuilderPage() {
  const { reference = "" } = useParams();
  const found = useQuery(component(reference, useBranch()));
  return <Answer of={found}>{({ value }) => <Builder key={value.component.id} view={value} />}</Answer>;
}

/** How a toast and the history call what was changed. */
function called(rows: Row[]): string {
  return rows.length === 1 ? `“${rows[0]?.placement.title ?? ""}”` : count(rows.length, "placement");
}

function Builder({ view }: { view: View }) {
  const top = view.component.id;
  const title = (view.content as unknown as { title: string }).title;
  const say = useSay();
  const go = useGo();
  const may = useMay();
  const allowed = may("write", view.component.library) && !view.component.deleted;
  const { held, pending, error, refetch } = useHeld(top);
  const { change, undo, inTurn, busy, last } = useEdits(top);
  const others = usePresence(top, allowed ? "writing" : "reading");
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setChosen] = useState<string>();
  /** What is chosen beside the row the keys are at; where a span of them began. */
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef<string>(undefined);
  const [over, setOver] = useState<{ row: string; where: "before" | "into" | "after" }>();
  useTitle(`Outline of ${title}`);
  const all = useMemo(() => rows(held, top, closed), [held, top, closed]);
  const places = useMemo(() => new Map(all.map((row, n) => [row.id, n])), [all]);
  const index = chosen === undefined ? -1 : (places.get(chosen) ?? -1);
  const at = all[index];
  const picked = useMemo(() => new Set([...marked, ...(chosen ? [chosen] : [])]), [marked, chosen]);
  const several = useMemo(() => (marked.size === 0 ? (at ? [at] : []) : topmost(all, picked)), [all, at, marked, picked]);
  const { when } = useAudience();
  const coverage = useCoverage(top, when).data;
  const fate = useMemo(() => fates(coverage?.left_out ?? []), [coverage]);

  // One change after the other, each worked out from what the one before has left: keys come faster than answers.
  const now = useRef({ all, at, chosen, held, several });
  useLayoutEffect(() => {
    now.current = { all, at, chosen, held, several };
  });

  const choose = (id: string | undefined) => {
    anchor.current = id;
    setMarked(new Set());
    setChosen(id);
  };
  /** Where something of these kinds goes, by the row the keys are at. */
  const here = (kinds: (string | undefined)[]): Spot => {
    const { all, at, held } = now.current;
    return spotAt(all, held, { id: top, kind: view.component.kind }, at, kinds);
  };
  /** The ids that these slots will have as rows of a structure. */
  const ids = (parent: string, slots: string[]) => {
    const above = now.current.all.find((row) => row.placement.component === parent && row.holds);
    return slots.map((slot) => (parent === top || !above ? slot : `${above.id}/${slot}`));
  };
  const chooseAll = (rows: string[]) => {
    anchor.current = rows[0];
    setMarked(new Set(rows.slice(0, -1)));
    setChosen(rows.at(-1));
  };

  /** To choose what a change leads to; whoever has gone elsewhere before the answer came stays there. */
  const follows = () => {
    const began = now.current.chosen;
    return (pick: () => void) => { if (now.current.chosen === began) pick(); };
  };

  const put = async (moving: Row[], spot: Spot | undefined) => {
    if (!spot || !allowed || moving.length === 0) return;
    const { all, held } = now.current;
    const then = follows();
    if (moving.some((row) => intoItself(all, row, spot.parent))) {
      say("A structure cannot stand inside itself.", { tone: "bad" });
      return;
    }
    if (!(await change(allMoved(held, moving, spot), `moved ${called(moving)}`))) return;
    then(() => chooseAll(moving.map((row) => (spot.parent === row.parent ? row.id : ids(spot.parent, [row.placement.slot])[0] ?? row.id))));
  };
  /** Places a component behind the chosen row. */
  const insert = async (hit: { component: string; title: string; kind: string }, spot = here([hit.kind])) => {
    const edit: Schemas["PlacementEdit"] = { edit: "add", component: hit.component, position: spot.before ? { before: spot.before } : "last" };
    const then = follows();
    const slots = await change([{ component: spot.parent, edits: [edit] }], `placed “${hit.title}”`);
    if (slots?.[0]) {
      then(() => choose(ids(spot.parent, slots)[0]));
      say(`“${hit.title}” is placed by reference.`);
    }
  };
  const remove = async (going: Row[], says = `took ${called(going)} out`) => {
    if (going.length === 0 || !allowed) return;
    const { all } = now.current;
    const gone = (row: Row) => going.some(({ id }) => row.id === id || row.id.startsWith(`${id}/`));
    const n = all.findIndex((row) => row.id === going[0]?.id);
    const then = follows();
    if (!(await change(allRemoved(going), says))) return;
    then(() => choose((all.slice(n).find((row) => !gone(row)) ?? all.slice(0, n).reverse().find((row) => !gone(row)))?.id));
  };
  const keep = (taken: Row[], cut: boolean) => {
    if (taken.length === 0) return;
    localStorage.setItem(CLIPBOARD, JSON.stringify(clip(taken, cut)));
    say(`${called(taken)} can be pasted here and in other outlines.`);
  };
  const cut = (taken: Row[]) => {
    if (!allowed) return;
    keep(taken, true);
    inTurn(() => remove(taken, `cut ${called(taken)}`));
  };
  const paste = async () => {
    const kept = localStorage.getItem(CLIPBOARD);
    if (!kept || !allowed) return;
    const found = JSON.parse(kept) as Clip;
    const spot = here(found.items.map(({ kind }) => kind));
    const what = found.items.length === 1 ? `“${found.items[0]?.title ?? ""}”` : count(found.items.length, "placement");
    const then = follows();
    const slots = await change(pasted(now.current.held, found, spot), `pasted ${what}`);
    if (!slots) return;
    then(() => chooseAll(ids(spot.parent, slots)));
    // A slot moves once; what is pasted again is another use.
    if (found.cut) localStorage.setItem(CLIPBOARD, JSON.stringify({ cut: false, items: found.items.map(({ placement: { slot: _, ...rest }, ...item }) => ({ ...item, placement: rest })) }));
  };
  const fold = (row: Row, open: boolean) =>
    setClosed((all) => {
      const next = new Set(all);
      if (open) next.delete(row.id);
      else next.add(row.id);
      return next;
    });
  const shift = (direction: Direction) =>
    inTurn(async () => {
      const { all, several } = now.current;
      const first = several[0];
      if (!first) return;
      const spot = allTarget(all, several, direction);
      if (!spot && several.some((row) => row.above !== first.above)) say("These stand in different places. Cut them, then paste them where they belong.", { tone: "bad" });
      const into = direction === "in" ? all.find((other) => other.parent === first.parent && other.above === first.above && other.index === first.index - 1) : undefined;
      if (into && spot) fold(into, true);
      await put(several, spot);
    });

  const keys = (event: React.KeyboardEvent) => {
    if (typing(event.nativeEvent)) return;
    const command = event.ctrlKey || event.metaKey;
    const step = (to: number) => {
      const next = all[Math.max(0, Math.min(to, all.length - 1))]?.id;
      if (!event.shiftKey || !next) return choose(next);
      anchor.current ??= chosen ?? next;
      setMarked(new Set(span(all, anchor.current, next)));
      setChosen(next);
    };
    const key = event.altKey ? `Alt ${event.key}` : command ? `Ctrl ${event.key.toLowerCase()}` : event.key;
    const run: Record<string, () => void> = {
      ArrowDown: () => step(index + 1),
      ArrowUp: () => step(index - 1),
      Home: () => step(0),
      End: () => step(all.length - 1),
      ArrowRight: () => { if (at?.holds) { if (at.open) step(index + 1); else fold(at, true); } },
      ArrowLeft: () => { if (at?.open) fold(at, false); else if (at?.above) choose(at.above); },
      Enter: () => { if (at) go(`/components/${at.placement.component}`); },
      Delete: () => inTurn(() => remove(now.current.several)),
      Escape: () => choose(chosen),
      "Alt ArrowUp": () => shift("up"),
      "Alt ArrowDown": () => shift("down"),
      "Alt ArrowRight": () => shift("in"),
      "Alt ArrowLeft": () => shift("out"),
      "Ctrl a": () => setMarked(new Set(all.filter((row) => row.above === at?.above).map((row) => row.id))),
      "Ctrl  ": () => { if (at) toggle(at.id); },
      "Ctrl c": () => keep(several, false),
      "Ctrl x": () => cut(several),
      "Ctrl v": () => inTurn(paste),
      "Ctrl z": () => inTurn(undo),
    };
    const found = run[key];
    if (!found) return;
    event.preventDefault();
    found();
  };
  const toggle = (id: string) =>
    setMarked((all) => {
      const next = new Set(all);
      if (next.has(id)) next.delete(id);
      else next.add(id);
      return next;
    });
  const click = (row: Row, event: React.MouseEvent) => {
    if (event.shiftKey) {
      anchor.current ??= chosen ?? row.id;
      setMarked(new Set(span(all, anchor.current, row.id)));
      setChosen(row.id);
    } else if (event.ctrlKey || event.metaKey) {
      if (chosen && !marked.has(chosen)) toggle(chosen);
      toggle(row.id);
      setChosen(row.id);
    } else choose(row.id);
    box.current?.focus({ preventScroll: true });
  };

  const drop = (event: React.DragEvent, row: Row | undefined) => {
    event.preventDefault();
    setOver(undefined);
    const spot: Spot = !row ? { parent: top } : over?.where === "into" ? { parent: row.placement.component } : over?.where === "before" ? { parent: row.parent, before: row.placement.slot } : behind(all, row);
    const hit = event.dataTransfer.getData(HIT);
    if (hit) inTurn(() => insert(JSON.parse(hit) as { component: string; title: string; kind: string }, spot));
    const dragged = all.find((other) => other.id === event.dataTransfer.getData(DRAGGED));
    // One of several that are chosen takes the others along.
    if (dragged) inTurn(() => put(picked.has(dragged.id) ? several : [dragged], spot));
  };
  const hover = (event: React.DragEvent, row: Row) => {
    if (!allowed) return;
    event.preventDefault();
    event.stopPropagation();
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientY - box.top) / box.height;
    const where = row.holds && share > 0.28 && share < 0.72 ? "into" : share < 0.5 ? "before" : "after";
    if (over?.row !== row.id || over.where !== where) setOver({ row: row.id, where });
  };

  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: all.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 12, useFlushSync: false });
  useEffect(() => {
    if (index >= 0) bringIntoView(virtual, index, ROW);
  }, [index, virtual]);
  const hidden = useMemo(() => (coverage?.left_out.length ? all.filter((row) => fate.gone(row.id)).length : 0), [all, coverage, fate]);
  const acts = useRef<Acts>({ choose: click, fold: () => undefined, open: () => undefined, hover: () => undefined, drop: () => undefined });
  useLayoutEffect(() => {
    acts.current = {
      choose: click, fold: (row) => fold(row, !row.open), open: (row) => go(`/components/${row.placement.component}`),
      hover: (row, event) => hover(event, row), drop: (row, event) => { event.stopPropagation(); drop(event, row); },
    };
  });
  // The row the keys are at is drawn first, what it says of its placement right after; until then nobody writes there.
  const told = useDeferredValue(at);

  return (
    <div className="builder">
      <header className="editor-head">
        <Link to={`/components/${top}`} className="button quiet bare" aria-label="Back to the component"><span aria-hidden="true">←</span></Link>
        <KindIcon kind={view.component.kind} size={22} />
        <div className="editor-title">
          <h1>{title}</h1>
          <p className="soft">{view.library_key}/{view.component.key} · @{view.revision.number}</p>
        </div>
        <Faces of={others} />
        <StateBadge state={view.state} />
        {allowed ? <Button icon="undo" aria-label={last ? `Undo: ${last}` : "Undo"} isDisabled={!last || busy} onPress={() => inTurn(undo)}>Undo</Button> : null}
        <LinkButton to={`/components/${top}/releases`} icon="deploy" look="primary">Release</LinkButton>
      </header>
      <div className={`builder-body ${allowed ? "" : "reading"}`}>
        <section className="outline" aria-label="Outline">
          <div className="outline-head">
            <p className="soft" role="status">
              {count(all.length, "placement")}{several.length > 1 ? `, ${String(several.length)} chosen` : ""}{hidden > 0 ? `, ${String(hidden)} not shown for them` : ""}{busy ? " · saving …" : ""}
            </p>
            <ShowAs top={top} />
          </div>
          <Answer of={{ data: pending ? undefined : held, error, isPending: pending, refetch }}>
            {() => (
              <div
                ref={box} className="outline-box" role="tree" aria-label={`Outline of ${title}`} aria-multiselectable="true" tabIndex={0} onKeyDown={keys}
                aria-activedescendant={at ? `row-${at.id}` : undefined} onFocus={() => { if (!at && all[0]) choose(all[0].id); }}
                onDragOver={(event) => { if (allowed) event.preventDefault(); }} onDrop={(event) => drop(event, undefined)} onDragLeave={() => setOver(undefined)}
              >
                {all.length === 0 ? (
                  <Empty icon="list" title="Nothing is placed yet">{allowed ? "Search beside this, and place what is there already." : "It will show here."}</Empty>
                ) : (
                  <div role="presentation" className="outline-inner" style={{ height: virtual.getTotalSize() }}>
                    {virtual.getVirtualItems().map((item) => {
                      const row = all[item.index];
                      if (!row) return null;
                      return (
                        <RowView
                          key={row.id} row={row} start={item.start} chosen={row.id === chosen} picked={picked.has(row.id)} allowed={allowed}
                          dim={fate.gone(row.id)} parts={fate.parts(row.id)} over={over?.row === row.id ? over.where : undefined}
                          acts={acts}
                        />
                      );
                    })}
                  </div>
                )}
              </div>
            )}
          </Answer>
        </section>
        <aside className="builder-side" aria-label="Placing">
          {several.length > 1 ? (
            <SeveralPanel
              key={several.map(({ id }) => id).join()} rows={several} allowed={allowed} busy={busy}
              edit={(edits, says) => inTurn(() => change(allEdited(several, edits), says))}
              cut={() => cut(several)} copy={() => keep(several, false)} remove={() => inTurn(() => remove(several))} close={() => choose(chosen)}
            />
          ) : at && told ? (
            <PlacementPanel
              key={told.id} row={told} top={top} allowed={allowed} busy={busy || told.id !== at.id} when={when}
              edit={(edits, says) => inTurn(() => change([{ component: told.parent, edits }], says))}
              remove={() => inTurn(() => remove([told]))} close={() => choose(undefined)}
            />
          ) : null}
          {allowed ? (
            <section className="inserter" aria-label="Place by reference">
              <h2>Place by reference</h2>
              <p className="soft">{at ? `after “${at.placement.title}”` : "at the end"}</p>
              <Finder
                kinds={PLACEABLE} action="Place" label="Search what is there" choose={(hit) => inTurn(() => insert(hit))}
                drag={(hit, transfer) => transfer.setData(HIT, JSON.stringify({ component: hit.component, title: hit.title, kind: hit.kind }))}
              />
            </section>
          ) : null}
        </aside>
      </div>
    </div>
  );
}
