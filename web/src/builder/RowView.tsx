// One row of an outline.
import { type RefObject, memo } from "react";

import { Icon } from "../ui/icons";
import { Badge, KindIcon } from "../ui/parts";
import { KIND, POLICY } from "../ui/words";
import { type Row, conditionText } from "./outline";

export const ROW = 44;
/** What a dragged row carries. */
export const DRAGGED = "application/x-lcms-row";

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

/** What a row tells the outline. */
export interface Acts {
  choose: (row: Row, event: React.MouseEvent) => void;
  fold: (row: Row) => void;
  open: (row: Row) => void;
  hover: (row: Row, event: React.DragEvent) => void;
  drop: (row: Row, event: React.DragEvent) => void;
}

/** Drawn again only when something about this row is different: keys move through thousands of them. */
export const RowView = memo(function RowView({
  row, start, chosen, picked, dim, parts, allowed, over, acts,
}: {
  row: Row; start: number; chosen: boolean; picked: boolean; dim: boolean; parts: number; allowed: boolean; over: "before" | "into" | "after" | undefined;
  acts: RefObject<Acts>;
}) {
  const { placement } = row;
  const kind = placement.placed?.kind;
  const marks = marksOf(placement);
  if (dim) marks.push({ tone: "plain", text: "not shown" });
  else if (parts > 0) marks.push({ tone: "plain", text: `${String(parts)} ${parts === 1 ? "part" : "parts"} not shown` });
  return (
    <div
      id={`row-${row.id}`} role="treeitem" aria-level={row.depth + 1} aria-selected={picked} aria-posinset={row.index + 1} aria-setsize={row.siblings}
      {...(row.holds ? { "aria-expanded": row.open } : {})}
      aria-label={[`${kind ? KIND[kind] : "Component"}: ${placement.title}`, ...marks.map(({ text }) => text)].join(" ")}
      className={`outline-row ${chosen ? "at" : ""} ${dim ? "dim" : ""} ${over ? `over-${over}` : ""}`} draggable={allowed}
      style={{ transform: `translateY(${String(start)}px)`, height: ROW, paddingInlineStart: 12 + row.depth * 26 }}
      onClick={(event) => acts.current.choose(row, event)} onDoubleClick={() => acts.current.open(row)}
      onDragOver={(event) => acts.current.hover(row, event)} onDrop={(event) => acts.current.drop(row, event)}
      onDragStart={(event) => event.dataTransfer.setData(DRAGGED, row.id)}
    >
      <span className={`twist ${row.open ? "open" : ""}`} aria-hidden="true" onClick={(event) => { event.stopPropagation(); if (row.holds) acts.current.fold(row); }}>
        {row.holds ? <Icon name="right" size={16} /> : null}
      </span>
      {kind ? <KindIcon kind={kind} /> : <Icon name="note" />}
      <span className="outline-title">{placement.title}</span>
      {marks.map(({ tone, text }) => <span key={text}>{" "}<Badge tone={tone}>{text}</Badge></span>)}
    </div>
  );
});
