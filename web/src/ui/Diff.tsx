// What is different between two versions, word by word.
import type { ReactNode } from "react";

import type { Json, Schemas } from "../api/client";
import { Link } from "./parts";
import { POLICY } from "./words";

export function Words({ runs }: { runs: Schemas["WordRun"][] }) {
  return (
    <>
      {runs.map((run, n) =>
        run.change === "added" ? <ins key={n}>{run.text}</ins>
        : run.change === "removed" ? <del key={n}>{run.text}</del>
        : <span key={n}>{run.text}</span>,
      )}
    </>
  );
}

const AROUND = 1;

/** Blocks with what is near a change; the rest is folded away. */
export function Blocks({ blocks }: { blocks: Schemas["BlockChange"][] }) {
  const near = blocks.map((_, n) => blocks.slice(Math.max(0, n - AROUND), n + AROUND + 1).some((block) => block.change !== "same"));
  const shown: ReactNode[] = [];
  let folded = 0;
  blocks.forEach((block, n) => {
    if (!near[n]) {
      folded += 1;
      return;
    }
    if (folded > 0) shown.push(<Fold key={`f${String(n)}`} n={folded} />);
    folded = 0;
    shown.push(<Block key={n} block={block} />);
  });
  if (folded > 0) shown.push(<Fold key="end" n={folded} />);
  return <div className="diff-text">{shown}</div>;
}

function Fold({ n }: { n: number }) {
  return <p className="diff-fold">{n} unchanged {n === 1 ? "block" : "blocks"}</p>;
}

function Block({ block }: { block: Schemas["BlockChange"] }) {
  switch (block.change) {
    case "same": return <p className="diff-same">{block.text}</p>;
    case "added": return <p className="diff-added"><ins>{block.text}</ins></p>;
    case "removed": return <p className="diff-removed"><del>{block.text}</del></p>;
    case "changed": return <p className="diff-changed"><Words runs={block.words} /></p>;
    case "moved_away": return <p className="diff-moved">moved down or up: {block.text.slice(0, 90)}</p>;
    case "moved_here": return <p className="diff-moved here">{block.text}</p>;
  }
}

function value(json: unknown): string {
  const known = json as Json | undefined;
  if (known === undefined || known === null) return "nothing";
  return typeof known === "string" ? known : JSON.stringify(known);
}

/** `/interaction/choices/b/text` as people say it. */
export function place(pointer: string): string {
  return pointer.split("/").filter(Boolean).map((part) => part.replaceAll("_", " ")).join(" › ") || "the document";
}

function Fields({ fields }: { fields: Schemas["FieldChange"][] }) {
  return (
    <dl className="diff-fields">
      {fields.map((field) => (
        <div key={field.pointer}>
          <dt>{place(field.pointer)}</dt>
          <dd>{field.words && field.words.length > 0 ? <Words runs={field.words} /> : <><del>{value(field.before)}</del> <ins>{value(field.after)}</ins></>}</dd>
        </div>
      ))}
    </dl>
  );
}

function placed(change: Schemas["PlacementChange"]): ReactNode {
  const what = <Link to={`/components/${change.component}`}>a component</Link>;
  switch (change.change) {
    case "added": return <>{what} was placed at {change.at.index + 1}</>;
    case "removed": return <>{what} was taken out from {change.at.index + 1}</>;
    case "moved": return <>{what} moved from {change.from.index + 1} to {change.to.index + 1}</>;
    case "component": return <>another component stands here: {what}</>;
    case "policy": return <>{what} follows {POLICY[change.after.follow]} instead of {POLICY[change.before.follow]}</>;
    default: return <>{what} is placed with other {change.change}</>;
  }
}

export function Diff({ of }: { of: Schemas["VersionDiff"] }) {
  const { fields, moved, placements, text } = of.content;
  const same = fields.length + moved.length + placements.length + text.length + of.metadata.length === 0;
  if (same) return <p className="soft">Nothing is different.</p>;
  return (
    <div className="diff">
      {text.map((change) => (
        <section key={change.pointer}>
          <h3>{place(change.pointer)}</h3>
          <Blocks blocks={change.blocks} />
        </section>
      ))}
      {fields.length > 0 ? <section><h3>Fields</h3><Fields fields={fields} /></section> : null}
      {placements.length > 0 ? (
        <section><h3>Placements</h3><ul>{placements.map((change, n) => <li key={n}>{placed(change)}</li>)}</ul></section>
      ) : null}
      {moved.length > 0 ? (
        <section><h3>Order</h3><ul>{moved.map((move) => <li key={move.pointer}>{place(move.pointer)}: {move.from + 1} → {move.to + 1}</li>)}</ul></section>
      ) : null}
      {of.metadata.length > 0 ? <section><h3>Metadata</h3><Fields fields={of.metadata} /></section> : null}
    </div>
  );
}
