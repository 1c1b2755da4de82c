// The hits of a search, and what the chosen one looks like.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useDeferredValue, useEffect, useRef } from "react";

import type { Schemas } from "../../api/client";
import type { State } from "../../api/queries";
import { useMay } from "../../app/rights";
import { Icon } from "../../ui/icons";
import { Badge, FoundIn, KindIcon, LinkButton, Marked, Preview, StateBadge, Time } from "../../ui/parts";
import { bringIntoView } from "../../ui/rows";
import { KIND, say } from "../../ui/words";

export type Hit = Schemas["Hit"];
const ROW = 88;

export interface Picking {
  picked: ReadonlySet<string>;
  toggle: (component: string) => void;
}

/** The hits; only those on screen are there, and more are asked for before the last is reached. */
export function Hits({
  hits, total, chosen, choose, more, open, keys, picking, seen,
}: {
  hits: Hit[]; total: number; chosen: number; choose: (n: number) => void; more: () => void; open: (id: string) => void; keys: (event: React.KeyboardEvent) => void;
  /** When components are being picked, not looked at. */
  picking: Picking | undefined;
  /** Until when somebody has seen what is found. */
  seen: string | undefined;
}) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: hits.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 8, useFlushSync: false });
  const last = rows.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= hits.length - 15 && hits.length < total) more();
  }, [last, hits.length, total, more]);
  useEffect(() => bringIntoView(rows, chosen, ROW), [chosen, rows]);
  return (
    <div ref={box} className="hits" tabIndex={0} role="region" aria-label="List of hits" onKeyDown={keys}>
      <div id="hits" role="listbox" aria-label="Hits" aria-multiselectable={picking !== undefined} className="hits-inner" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const hit = hits[row.index];
          if (!hit) return null;
          return (
            <div
              key={hit.component} id={`hit-${hit.component}`} role="option" aria-selected={picking ? picking.picked.has(hit.component) : row.index === chosen}
              aria-setsize={total} aria-posinset={row.index + 1} className={`hit ${row.index === chosen ? "current" : ""} ${picking ? "picking" : ""}`}
              style={{ transform: `translateY(${String(row.start)}px)`, height: ROW }}
              onClick={() => { if (picking) { choose(row.index); picking.toggle(hit.component); } else if (row.index === chosen || window.innerWidth < 900) open(hit.component); else choose(row.index); }}
              onDoubleClick={() => { if (!picking) open(hit.component); }}
            >
              {picking ? <span className={`pick ${picking.picked.has(hit.component) ? "on" : ""}`} aria-hidden="true"><Icon name="check" size={14} /></span> : null}
              <KindIcon kind={hit.kind} size={20} />
              <div className="hit-text">
                <p className="hit-title">{hit.title}</p>
                <p className="hit-snippet"><FoundIn source={hit.snippet_source} />{hit.snippet_html ? <Marked html={hit.snippet_html} /> : `${hit.library_key}/${hit.key}`}</p>
                <p className="hit-meta">{hit.library_key}/{hit.key} · @{hit.number} · <Time at={hit.updated} /></p>
              </div>
              {seen && Date.parse(hit.updated) > Date.parse(seen) ? <Badge tone="accent">new</Badge> : null}
              <StateBadge state={hit.state as State} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

export function Beside({ hit }: { hit: Hit }) {
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
