// Both versions side by side where they clash; everything else is merged already. Nothing is lost by closing this.
import { useState } from "react";

import type { Document, Json, Schemas } from "../api/client";
import { useName } from "../app/rights";
import { place } from "../ui/Diff";
import { Button, Time } from "../ui/parts";
import { type Merged, type Side, joined, unlike } from "./merge";

function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return "nothing";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** One side, with the words marked that the other does not have. */
function Version({ text, beside }: { text: string; beside: string }) {
  if (!text) return <pre className="soft">(taken out)</pre>;
  return <pre>{unlike(text, beside).map((run, n) => (run.own && run.text.trim() ? <mark key={n}>{run.text}</mark> : run.text))}</pre>;
}

/** Neither side as it is: the place is written anew. */
function OwnWords({ id, side, begin, choose }: { id: string; side: Side | undefined; begin: string; choose: (side: Side) => void }) {
  const own = typeof side === "object" ? side.own : undefined;
  return (
    <div className={`clash-own ${own === undefined ? "" : "chosen"}`}>
      <label><input type="radio" name={id} checked={own !== undefined} onChange={() => choose({ own: begin })} /> In other words</label>
      {own === undefined ? null : <textarea rows={Math.min(10, Math.max(3, own.split("\n").length + 1))} autoFocus aria-label="In other words" value={own} onChange={(event) => choose({ own: event.target.value })} />}
    </div>
  );
}

export function Conflict({ merged, theirs, pending, cancel, save }: { merged: Merged; theirs: Schemas["ComponentView"]; pending: boolean; cancel: () => void; save: (document: Document) => void }) {
  const name = useName();
  const [sides, setSides] = useState<Record<string, Side>>({});
  const choose = (id: string, side: Side) => setSides((all) => ({ ...all, [id]: side }));
  const places = merged.clashes.flatMap((clash) =>
    clash.pieces
      ? clash.pieces.flatMap((piece, n) => ("mine" in piece ? [{ id: `${clash.field}#${String(n)}`, field: clash.field, mine: piece.mine, theirs: piece.theirs, textual: true }] : []))
      : [{ id: clash.field, field: clash.field, mine: shown(clash.mine), theirs: shown(clash.theirs), textual: false }],
  );
  const left = places.filter(({ id }) => !sides[id]).length;
  const result = (): Document => {
    const taken = new Map(Object.entries(merged.document));
    for (const { field, pieces, mine, theirs } of merged.clashes) {
      if (pieces) {
        taken.set(field, joined(pieces, (n) => sides[`${field}#${String(n)}`] ?? "mine"));
        continue;
      }
      const side = sides[field];
      const value = typeof side === "object" ? side.own : side === "theirs" ? theirs : mine;
      if (value === undefined) taken.delete(field);
      else taken.set(field, value);
    }
    return Object.fromEntries(taken);
  };
  return (
    <div className="conflict">
      <p>
        {name(theirs.revision.author)} saved @{theirs.revision.number} <Time at={theirs.revision.created} />
        {theirs.revision.message ? ` (“${theirs.revision.message}”)` : ""}.{" "}
        {places.length === 0 ? "Your edits and theirs fit together." : "What fits together is merged. Choose where both changed the same place."}
      </p>
      {places.map(({ id, field, mine, theirs: other, textual }) => (
        <fieldset key={id} className="clash">
          <legend>{place(`/${field}`)}</legend>
          {(["mine", "theirs"] as const).map((side) => (
            <label key={side} className={`clash-side ${sides[id] === side || sides[id] === "both" ? "chosen" : ""}`}>
              <span><input type="radio" name={id} checked={sides[id] === side} onChange={() => choose(id, side)} /> {side === "mine" ? "Mine" : `${name(theirs.revision.author)}’s`}</span>
              <Version text={side === "mine" ? mine : other} beside={side === "mine" ? other : mine} />
            </label>
          ))}
          {textual ? (
            <label className="clash-both"><input type="radio" name={id} checked={sides[id] === "both"} onChange={() => choose(id, "both")} /> Both, mine first</label>
          ) : null}
          {textual ? <OwnWords id={id} side={sides[id]} begin={mine || other} choose={(side) => choose(id, side)} /> : null}
        </fieldset>
      ))}
      <div className="form-foot">
        <Button onPress={cancel}>Keep writing</Button>
        <Button look="primary" isDisabled={left > 0 || pending} onPress={() => save(result())}>
          {left > 0 ? `${String(left)} left to choose` : "Save the merge"}
        </Button>
      </div>
    </div>
  );
}
