// Where a component is used, as a drawing: it stands at the left, each step to the right holds what is left of it.
import { useEffect, useMemo, useRef, useState } from "react";

import type { Schemas } from "../../api/client";
import { Badge, KindIcon, Link } from "../../ui/parts";
import { KIND, POLICY } from "../../ui/words";
import type { View } from "./ComponentPage";
import { type Spot, graph, kin } from "./graph";

type Use = Schemas["UsedIn"];

const WIDTH = 218;
const HEIGHT = 44;
const ACROSS = 72;
const DOWN = 10;
const MARGIN = 12;

export function UseGraph({ view, uses }: { view: View; uses: Use[] }) {
  const id = view.component.id;
  const drawn = useMemo(() => graph(id, uses), [id, uses]);
  const [near, setNear] = useState<string>();
  const box = useRef<HTMLDivElement>(null);
  const lit = useMemo(() => (near === undefined ? undefined : kin(drawn.edges, near)), [near, drawn]);
  const { edges, columns, rows } = drawn;
  const x = (spot: Spot) => MARGIN + spot.column * (WIDTH + ACROSS);
  const y = (spot: Spot) => MARGIN + spot.row * (HEIGHT + DOWN);
  const at = new Map(drawn.spots.map((spot) => [spot.id, spot]));
  // Column by column and from the top down: the order in which keys go through them.
  const spots = [...drawn.spots].sort((a, b) => a.column - b.column || a.row - b.row);
  const width = MARGIN * 2 + columns * WIDTH + (columns - 1) * ACROSS;
  const height = MARGIN * 2 + rows * HEIGHT + (rows - 1) * DOWN;
  const start = at.get(id);
  useEffect(() => {
    // A long column begins with the component in the middle of the window.
    if (box.current && start) box.current.scrollTop = MARGIN + start.row * (HEIGHT + DOWN) - box.current.clientHeight / 2;
  }, [start]);

  const walk = (event: React.KeyboardEvent, from: Spot) => {
    const column = spots.filter((spot) => spot.column === from.column);
    const n = column.indexOf(from);
    const beside = (next: number) => {
      const linked = new Set(edges.flatMap((edge) => (edge.from === from.id ? [edge.to] : edge.to === from.id ? [edge.from] : [])));
      const there = spots.filter((spot) => Math.sign(spot.column - from.column) === next && linked.has(spot.id));
      return there.sort((a, b) => Math.abs(a.row - from.row) - Math.abs(b.row - from.row))[0];
    };
    const to =
      event.key === "ArrowDown" ? column[n + 1] : event.key === "ArrowUp" ? column[n - 1]
      : event.key === "ArrowRight" ? beside(1) : event.key === "ArrowLeft" ? beside(-1) : event.key === "Home" ? spots[0] : undefined;
    if (!to) return;
    event.preventDefault();
    box.current?.querySelector<HTMLElement>(`[data-spot="${to.id}"] a`)?.focus();
  };

  return (
    <div ref={box} className="graph" role="group" aria-label="Where it is used, drawn: what holds it stands to the right. Arrow keys go along the lines.">
      <div className="graph-inner" style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true" focusable="false">
          {edges.map(({ from, to, times }) => {
            const [a, b] = [at.get(from), at.get(to)];
            if (!a || !b) return null;
            const [x1, y1, x2, y2] = [x(a) + WIDTH, y(a) + HEIGHT / 2, x(b), y(b) + HEIGHT / 2];
            const bend = Math.max(36, (x2 - x1) / 2);
            const on = lit ? lit.has(from) && lit.has(to) : undefined;
            return (
              <g key={`${from} ${to}`} className={on === undefined ? "line" : on ? "line lit" : "line dim"}>
                <path d={`M${String(x1)} ${String(y1)} C${String(x1 + bend)} ${String(y1)} ${String(x2 - bend)} ${String(y2)} ${String(x2)} ${String(y2)}`} />
                {times > 1 ? <text x={x2 - 16} y={y2 - 5}>{times}×</text> : null}
              </g>
            );
          })}
        </svg>
        <ul>
          {spots.map((spot) => {
            const { use } = spot;
            const kind = use?.kind ?? view.component.kind;
            const title = use?.title ?? String((view.content as unknown as { title: string }).title);
            const policy = use && use.policy.follow !== "latest" ? `${POLICY[use.policy.follow] ?? ""}${use.shows?.number ? ` @${String(use.shows.number)}` : ""}` : undefined;
            const where = use ? `${use.library_key}/${use.key}` : "this component";
            return (
              <li
                key={spot.id} data-spot={spot.id} className={`spot ${use ? "" : "self"} ${lit && !lit.has(spot.id) ? "dim" : ""}`}
                style={{ transform: `translate(${String(x(spot))}px, ${String(y(spot))}px)`, width: WIDTH, height: HEIGHT }}
                onMouseEnter={() => setNear(spot.id)} onMouseLeave={() => setNear(undefined)} onFocus={() => setNear(spot.id)} onBlur={() => setNear(undefined)}
                onKeyDown={(event) => walk(event, spot)}
              >
                <Link to={use ? `/components/${spot.id}/uses` : `/components/${spot.id}`}>
                  <KindIcon kind={kind} />
                  <span className="hidden">{KIND[kind]}: </span>
                  <span className="spot-text"><strong>{title}</strong><span className="soft">{where}</span></span>
                  {policy ? <Badge tone="accent">{policy}</Badge> : null}
                </Link>
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}
