// What a change of a vocabulary does to terms and components, before it is done.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { type Schemas, api } from "../../api/client";
import { fieldName } from "../../ui/fields";
import { Button, Failure, Field, Link, Sheet, Spinner, useSay } from "../../ui/parts";
import { Said } from "../../ui/Said";
import { count } from "../../ui/words";

type Report = Schemas["VocabularyReport"] & { remarks?: string[] };

/** A change that can be tried and done. */
export interface Trial {
  title: string;
  run: (how: { dry_run: boolean; message: string }) => Promise<Report>;
  done?: () => void;
}

export function Effect({ trial, library, close }: { trial: Trial; library: string; close: () => void }) {
  const client = useQueryClient();
  const say = useSay();
  const [message, setMessage] = useState("");
  const [asked, ask] = useState(false);
  const preview = useMutation({ mutationFn: () => trial.run({ dry_run: true, message: "" }) });
  const stale = () => {
    for (const queryKey of [["rules", library], ["component"], ["search"], ["bulk-edits"]]) void client.invalidateQueries({ queryKey });
  };
  const apply = useMutation({
    mutationFn: () => trial.run({ dry_run: false, message }),
    onSuccess: ({ edit, components }) => {
      stale();
      const undo = () => void api.POST("/api/v1/bulk-edits/{edit}/undo", { params: { path: { edit: edit ?? "" } }, body: {} }).then(() => { stale(); say("Everything is as it was."); }, say.failed);
      say(components > 0 ? `Done; ${count(components, "component follows", "components follow")}.` : "Done.", edit ? { undo } : {});
      trial.done?.();
      close();
    },
  });
  // The first look is taken as soon as the sheet is there.
  if (!asked) {
    ask(true);
    queueMicrotask(() => preview.mutate());
  }
  const report = preview.data;
  const nothing = report !== undefined && !report.changes.itself && named(report).length === 0 && report.components === 0;
  return (
    <Sheet title={trial.title} open wide onClose={close}>
      {preview.isError ? <Failure error={preview.error} retry={() => preview.mutate()} /> : !report ? <Spinner label="Working it out" /> : (
        <>
          {nothing ? <p>Nothing would be different.</p> : <What report={report} />}
          <Touched report={report} library={library} />
          {nothing ? null : <Field label="Why" hint="Part of the vocabulary's history, and of each component's"><input value={message} maxLength={500} placeholder="optional" onChange={(event) => setMessage(event.target.value)} /></Field>}
          {apply.isError ? <Failure error={apply.error} /> : null}
        </>
      )}
      <div className="form-foot">
        <Button onPress={close}>Cancel</Button>
        <Button look="primary" isDisabled={!report || nothing || apply.isPending} onPress={() => apply.mutate()}>{apply.isPending ? "Changing …" : "Change it"}</Button>
      </div>
    </Sheet>
  );
}

/** What is different in the vocabulary, a line for each sort of change. */
function named({ changes }: Report): { what: string; which: string[] }[] {
  return [
    { what: "New", which: changes.added },
    { what: "Renamed", which: changes.renamed.map(({ from, to }) => `${from} → ${to}`) },
    { what: "Merged", which: changes.merged.map(({ from, to }) => `${from} → ${to}`) },
    { what: "Elsewhere in the tree", which: changes.moved },
    { what: "For new use or not", which: changes.deprecated },
    { what: "Described otherwise", which: changes.described },
    { what: "Gone", which: changes.removed },
  ].filter(({ which }) => which.length > 0);
}

const NAMED = 30;

function What({ report }: { report: Report }) {
  const lines = named(report);
  return (
    <dl className="effect">
      {report.changes.itself ? <div><dt>Settings</dt><dd>Title, fields or whether it is closed</dd></div> : null}
      {lines.map(({ what, which }) => (
        <div key={what}>
          <dt>{what} <span className="soft">{which.length > 1 ? which.length.toLocaleString() : ""}</span></dt>
          <dd>{which.slice(0, NAMED).map((one) => <span key={one} className="badge">{one}</span>)}{which.length > NAMED ? <span className="soft">and {(which.length - NAMED).toLocaleString()} more</span> : null}</dd>
        </div>
      ))}
    </dl>
  );
}

function Touched({ report, library }: { report: Report; library: string }) {
  const { remarks = [], unknown, items, components, unapproved } = report;
  return (
    <>
      {remarks.length > 0 ? (
        <div className="findings"><p className="label">What was left out of the file, or decided</p><ul>{remarks.map((one) => <li key={one}><Said>{one}</Said></li>)}</ul></div>
      ) : null}
      <p role="status">
        <strong>{components === 0 ? "No component changes." : `${count(components, "component follows", "components follow")}.`}</strong>{" "}
        {unapproved > 0 ? `${count(unapproved, "approved one becomes a draft", "approved ones become drafts")}; undoing brings the approval back.` : ""}
      </p>
      {items.length > 0 ? (
        <ul className="touched" tabIndex={0} aria-label="Components that follow">
          {items.map((item) => (
            <li key={item.component}><span><Link to={`/components/${item.component}`}>{library}/{item.key}</Link> <span className="soft">{item.fields.map(fieldName).join(", ")}</span></span></li>
          ))}
          {components > items.length ? <li className="soft">and {count(components - items.length, "further one")}</li> : null}
        </ul>
      ) : null}
      {unknown.length > 0 ? (
        <details className="findings">
          <summary>{count(unknown.length, "value is", "values are")} no term, and stay</summary>
          <ul>{unknown.slice(0, NAMED).map((one) => <li key={one.field + one.value}>{one.value} <span className="soft">{fieldName(one.field)}, {count(one.components, "component")}</span></li>)}</ul>
        </details>
      ) : null}
    </>
  );
}
