// The course builder: the outline, what can be placed in it beside, and what one placement says below.
import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useParams } from "react-router";

import { Refusal, type Schemas, api, data, tagOf } from "../api/client";
import { component, on, placements } from "../api/queries";
import { useBranch, useGo } from "../app/branch";
import { useMay } from "../app/rights";
import { typing } from "../app/shortcuts";
import { Finder } from "../ui/Finder";
import { Icon } from "../ui/icons";
import { Answer, Badge, Button, Empty, KindIcon, Link, LinkButton, StateBadge, useSay, useTitle } from "../ui/parts";
import { KIND, POLICY, STRUCTURES, count } from "../ui/words";
import { type Change, type Direction, type Held, type Row, type Spot, carried, conditionText, conditions, intoItself, moved, rows, shows, target } from "./outline";
import { PlacementPanel } from "./PlacementPanel";

type View = Schemas["ComponentView"];
type Placement = Schemas["PlacementView"];

const ROW = 44;
const SLOT = "application/x-lcms-row";
const HIT = "application/x-lcms-hit";
const CLIPBOARD = "lcms.clipboard";
const PLACEABLE = ["topic", "lesson", "module", "assessment", "question", "web_package"];

/** One thing that can be undone: the versions that structures had before. */
interface Step {
  says: string;
  before: { component: string; number: number }[];
}

export default function BuilderPage() {
  const { reference = "" } = useParams();
  const found = useQuery(component(reference, useBranch()));
  return <Answer of={found}>{({ value }) => <Builder key={value.component.id} view={value} />}</Answer>;
}

/** Reads what the top holds, and what everything that is open in it holds. */
function useHeld(top: string): { held: Held; pending: boolean; error: unknown; refetch: () => void } {
  const branch = useBranch();
  const [wanted, setWanted] = useState<string[]>([top]);
  const answers = useQueries({ queries: wanted.map((id) => placements(id, branch)) });
  const held = new Map<string, readonly Placement[]>();
  const next = new Set([top]);
  answers.forEach(({ data: list }, n) => {
    const id = wanted[n];
    if (!list || !id) return;
    held.set(id, list.items);
    for (const placement of list.items) {
      if (placement.placed && STRUCTURES.includes(placement.placed.kind)) next.add(placement.component);
    }
  });
  const all = [...new Set([...wanted, ...next])];
  const key = all.join();
  useEffect(() => setWanted(key.split(",")), [key]);
  const first = answers[0];
  return { held, pending: first?.isPending ?? true, error: first?.error, refetch: () => void first?.refetch() };
}

function Builder({ view }: { view: View }) {
  const top = view.component.id;
  const title = (view.content as unknown as { title: string }).title;
  const branch = useBranch();
  const client = useQueryClient();
  const say = useSay();
  const go = useGo();
  const may = useMay();
  const allowed = may("write", view.component.library);
  const { held, pending, error, refetch } = useHeld(top);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setChosen] = useState<string>();
  const [steps, setSteps] = useState<Step[]>([]);
  const [busy, setBusy] = useState(false);
  const [audience, setAudience] = useState("");
  const [over, setOver] = useState<{ row: string; where: "before" | "into" | "after" }>();
  useTitle(`Outline of ${title}`);
  const all = rows(held, top, closed);
  const at = all.find((row) => row.id === chosen);
  const given = useMemo(() => conditions(audience), [audience]);

  // One change after the other, each worked out from what the one before has left: keys come faster than answers.
  const now = useRef({ all, at, steps });
  useEffect(() => {
    now.current = { all, at, steps };
  });
  const turn = useRef<Promise<unknown>>(Promise.resolve());
  const inTurn = (work: () => Promise<unknown>) => {
    turn.current = turn.current.then(work).then(() => new Promise(requestAnimationFrame)).catch(say.failed);
  };

  /** Sends changes one structure after the other; each names the version it was based on. */
  const change = useCallback(
    async (changes: Change[], says: string): Promise<string[]> => {
      if (changes.length === 0) return [];
      setBusy(true);
      const before: Step["before"] = [];
      const slots: string[] = [];
      try {
        for (const { component: reference, edits } of changes) {
          const list = await client.ensureQueryData(placements(reference, branch));
          const done = await data(
            api.POST("/api/v1/components/{reference}/placements/edits", {
              params: { path: { reference }, query: on(branch), header: { "If-Match": tagOf(list.revision) } },
              body: { edits, message: says },
            }),
          );
          slots.push(...done.slots);
          if (done.changed) before.push({ component: reference, number: done.revision.number - 1 });
        }
        setSteps((all) => [...all, { says, before }]);
        return slots;
      } catch (error) {
        if (before.length > 0) setSteps((all) => [...all, { says, before }]);
        if (error instanceof Refusal && error.kind === "stale-base") say("Somebody changed this meanwhile. It was loaded again; do it once more.", { tone: "bad" });
        else say.failed(error);
        return [];
      } finally {
        await Promise.all(changes.map(({ component: id }) => client.invalidateQueries({ queryKey: ["component", id] })));
        setBusy(false);
      }
    },
    [branch, client, say],
  );
  const undo = async () => {
    const step = now.current.steps.at(-1);
    if (!step) return;
    setBusy(true);
    setSteps((all) => all.slice(0, -1));
    try {
      for (const { component: reference, number } of [...step.before].reverse()) {
        const now = await client.fetchQuery({ ...placements(reference, branch), staleTime: 0 });
        await api.POST("/api/v1/components/{reference}/revert", {
          params: { path: { reference }, query: on(branch), header: { "If-Match": tagOf(now.revision) } },
          body: { to: `@${String(number)}`, message: `undo: ${step.says}` },
        });
      }
      say(`Undone: ${step.says}.`);
    } catch (error) {
      say.failed(error);
    } finally {
      await Promise.all(step.before.map(({ component: id }) => client.invalidateQueries({ queryKey: ["component", id] })));
      setBusy(false);
    }
  };

  const put = async (row: Row, spot: Spot | undefined) => {
    if (!spot || !allowed) return;
    const { all } = now.current;
    if (intoItself(all, row, spot.parent)) {
      say("A structure cannot stand inside itself.", { tone: "bad" });
      return;
    }
    await change(moved(row, spot), `moved “${row.placement.title}”`);
    const parentRow = all.find((other) => other.placement.component === spot.parent && other.holds);
    setChosen(spot.parent === row.parent ? row.id : parentRow ? `${parentRow.id}/${row.placement.slot}` : row.placement.slot);
  };
  /** Places a component after the chosen row; into it, if it is a structure that is open and empty. */
  const insert = async (hit: { component: string; title: string }, spot?: Spot) => {
    const { all, at } = now.current;
    const place = spot ?? (at ? (at.holds && at.open && (held.get(at.placement.component)?.length ?? 0) === 0 ? { parent: at.placement.component } : after(at)) : { parent: top });
    const slots = await change(
      [{ component: place.parent, edits: [{ edit: "add", component: hit.component, position: place.before ? { before: place.before } : "last" }] }],
      `placed “${hit.title}”`,
    );
    if (slots[0]) {
      const parentRow = all.find((other) => other.placement.component === place.parent && other.holds && other.open);
      setChosen(parentRow ? `${parentRow.id}/${slots[0]}` : slots[0]);
      say(`“${hit.title}” is placed by reference.`);
    }
  };
  const after = (row: Row): Spot => {
    const next = now.current.all.find((other) => other.parent === row.parent && other.above === row.above && other.index === row.index + 1);
    return { parent: row.parent, ...(next ? { before: next.placement.slot } : {}) };
  };
  const remove = async (row: Row | undefined) => {
    if (!row || !allowed) return;
    const { all } = now.current;
    const n = all.indexOf(row);
    await change([{ component: row.parent, edits: [{ edit: "remove", slot: row.placement.slot }] }], `took “${row.placement.title}” out`);
    setChosen(all.slice(n + 1).find((other) => !other.id.startsWith(`${row.id}/`))?.id ?? all[n - 1]?.id);
  };
  const copy = (row: Row) => {
    sessionStorage.setItem(CLIPBOARD, JSON.stringify({ title: row.placement.title, placement: carried(row.placement) }));
    say(`“${row.placement.title}” can be pasted here and in other outlines.`);
  };
  const paste = async () => {
    const kept = sessionStorage.getItem(CLIPBOARD);
    if (!kept || !allowed) return;
    const { at } = now.current;
    const { title, placement } = JSON.parse(kept) as { title: string; placement: ReturnType<typeof carried> };
    const spot = at ? after(at) : { parent: top };
    await change([{ component: spot.parent, edits: [{ edit: "add", ...placement, position: spot.before ? { before: spot.before } : "last" }] }], `pasted “${title}”`);
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
      const { all, at } = now.current;
      if (!at) return;
      const into = direction === "in" ? all.find((other) => other.parent === at.parent && other.above === at.above && other.index === at.index - 1) : undefined;
      if (into) fold(into, true);
      await put(at, target(all, at, direction));
    });

  const keys = (event: React.KeyboardEvent) => {
    if (typing(event.nativeEvent)) return;
    const command = event.ctrlKey || event.metaKey;
    const n = at ? all.indexOf(at) : -1;
    const step = (to: number) => setChosen(all[Math.max(0, Math.min(to, all.length - 1))]?.id);
    const key = event.altKey ? `Alt ${event.key}` : command ? `Ctrl ${event.key.toLowerCase()}` : event.key;
    const run: Record<string, () => void> = {
      ArrowDown: () => step(n + 1),
      ArrowUp: () => step(n - 1),
      Home: () => step(0),
      End: () => step(all.length - 1),
      ArrowRight: () => { if (at?.holds) { if (at.open) step(n + 1); else fold(at, true); } },
      ArrowLeft: () => { if (at?.open) fold(at, false); else if (at?.above) setChosen(at.above); },
      Enter: () => { if (at) go(`/components/${at.placement.component}`); },
      Delete: () => inTurn(() => remove(now.current.at)),
      "Alt ArrowUp": () => shift("up"),
      "Alt ArrowDown": () => shift("down"),
      "Alt ArrowRight": () => shift("in"),
      "Alt ArrowLeft": () => shift("out"),
      "Ctrl c": () => { if (at) copy(at); },
      "Ctrl x": () => { if (at) { copy(at); inTurn(() => remove(now.current.at)); } },
      "Ctrl v": () => inTurn(paste),
      "Ctrl z": () => inTurn(undo),
    };
    const found = run[key];
    if (!found) return;
    event.preventDefault();
    found();
  };

  const drop = (event: React.DragEvent, row: Row | undefined) => {
    event.preventDefault();
    setOver(undefined);
    const spot: Spot = !row ? { parent: top } : over?.where === "into" ? { parent: row.placement.component } : over?.where === "before" ? { parent: row.parent, before: row.placement.slot } : after(row);
    const hit = event.dataTransfer.getData(HIT);
    if (hit) inTurn(() => insert(JSON.parse(hit) as { component: string; title: string }, spot));
    const dragged = all.find((other) => other.id === event.dataTransfer.getData(SLOT));
    if (dragged) inTurn(() => put(dragged, spot));
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
  const virtual = useVirtualizer({ count: all.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 12 });
  const index = at ? all.indexOf(at) : -1;
  useEffect(() => {
    if (index >= 0) virtual.scrollToIndex(index, { align: "auto" });
  }, [index, virtual]);
  const hidden = all.filter((row) => !shows(row.placement.when, given)).length;

  return (
    <div className="builder">
      <header className="editor-head">
        <Link to={`/components/${top}`} className="button quiet bare" aria-label="Back to the component"><span aria-hidden="true">←</span></Link>
        <KindIcon kind={view.component.kind} size={22} />
        <div className="editor-title">
          <h1>{title}</h1>
          <p className="soft">{view.library_key}/{view.component.key} · @{view.revision.number}</p>
        </div>
        <StateBadge state={view.state} />
        <Button icon="undo" isDisabled={steps.length === 0 || busy} onPress={() => inTurn(undo)}>Undo</Button>
        <LinkButton to={`/components/${top}/releases`} icon="deploy" look="primary">Release</LinkButton>
      </header>
      <div className={`builder-body ${allowed ? "" : "reading"}`}>
        <section className="outline" aria-label="Outline">
          <div className="outline-head">
            <p className="soft" role="status">{count(all.length, "placement")}{hidden > 0 ? `, ${String(hidden)} not shown for them` : ""}{busy ? " · saving …" : ""}</p>
            <label className="audience"><Icon name="eye" size={16} /><span className="hidden">Show as</span>
              <input value={audience} placeholder="Show as … audience=partner" spellCheck={false} onChange={(event) => setAudience(event.target.value)} />
            </label>
          </div>
          <Answer of={{ data: pending ? undefined : held, error, isPending: pending, refetch }}>
            {() => (
              <div
                ref={box} className="outline-box" role="tree" aria-label={`Outline of ${title}`} tabIndex={0} onKeyDown={keys}
                aria-activedescendant={at ? `row-${at.id}` : undefined} onFocus={() => { if (!at && all[0]) setChosen(all[0].id); }}
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
                          key={row.id} row={row} start={item.start} chosen={row.id === chosen} dim={!shows(row.placement.when, given)} allowed={allowed}
                          over={over?.row === row.id ? over.where : undefined}
                          choose={() => { setChosen(row.id); box.current?.focus({ preventScroll: true }); }}
                          fold={() => fold(row, !row.open)} open={() => go(`/components/${row.placement.component}`)}
                          hover={(event) => hover(event, row)} drop={(event) => { event.stopPropagation(); drop(event, row); }}
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
          {at ? (
            <PlacementPanel
              key={at.id} row={at} allowed={allowed} busy={busy}
              edit={(edits, says) => inTurn(() => change([{ component: at.parent, edits }], says))}
              remove={() => inTurn(() => remove(at))} close={() => setChosen(undefined)}
            />
          ) : null}
          {allowed ? (
            <section className="inserter" aria-label="Place by reference">
              <h2>Place by reference</h2>
              <p className="soft">{at ? `after “${at.placement.title}”` : "at the end"}</p>
              <Finder
                kinds={PLACEABLE} action="Place" label="Search what is there" choose={(hit) => inTurn(() => insert(hit))}
                drag={(hit, transfer) => transfer.setData(HIT, JSON.stringify({ component: hit.component, title: hit.title }))}
              />
            </section>
          ) : null}
        </aside>
      </div>
    </div>
  );
}

/** What a row says of its placement beside the title. */
function marksOf({ overrides = [], when, policy, shows }: Row["placement"]): { tone: "heed" | "accent" | "plain" | "bad"; text: string }[] {
  const marks: ReturnType<typeof marksOf> = [];
  if (overrides.some(({ name }) => name === "title")) marks.push({ tone: "heed", text: "renamed here" });
  else if (overrides.length > 0) marks.push({ tone: "heed", text: "overrides" });
  if (when && Object.keys(when).length > 0) marks.push({ tone: "accent", text: conditionText(when) });
  if (policy.follow !== "latest") marks.push({ tone: "plain", text: `${POLICY[policy.follow]}${shows?.number ? ` @${String(shows.number)}` : ""}` });
  if (!shows) marks.push({ tone: "bad", text: "no version" });
  return marks;
}

function RowView({
  row, start, chosen, dim, allowed, over, choose, fold, open, hover, drop,
}: {
  row: Row; start: number; chosen: boolean; dim: boolean; allowed: boolean; over: "before" | "into" | "after" | undefined;
  choose: () => void; fold: () => void; open: () => void; hover: (event: React.DragEvent) => void; drop: (event: React.DragEvent) => void;
}) {
  const { placement } = row;
  const kind = placement.placed?.kind;
  const marks = marksOf(placement);
  return (
    <div
      id={`row-${row.id}`} role="treeitem" aria-level={row.depth + 1} aria-selected={chosen} aria-posinset={row.index + 1} aria-setsize={row.siblings}
      {...(row.holds ? { "aria-expanded": row.open } : {})}
      aria-label={[`${kind ? KIND[kind] : "Component"}: ${placement.title}`, ...marks.map(({ text }) => text)].join(" ")}
      className={`outline-row ${dim ? "dim" : ""} ${over ? `over-${over}` : ""}`} draggable={allowed}
      style={{ transform: `translateY(${String(start)}px)`, height: ROW, paddingInlineStart: 12 + row.depth * 26 }}
      onClick={choose} onDoubleClick={open} onDragOver={hover} onDrop={drop}
      onDragStart={(event) => event.dataTransfer.setData(SLOT, row.id)}
    >
      <span className={`twist ${row.open ? "open" : ""}`} aria-hidden="true" onClick={(event) => { event.stopPropagation(); if (row.holds) fold(); }}>
        {row.holds ? <Icon name="right" size={16} /> : null}
      </span>
      {kind ? <KindIcon kind={kind} /> : <Icon name="note" />}
      <span className="outline-title">{placement.title}</span>
      {marks.map(({ tone, text }) => <Badge key={text} tone={tone}>{text}</Badge>)}
    </div>
  );
}
