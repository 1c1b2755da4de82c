// Editing many components in one step: choose the change, see what it does to each, carry out exactly that.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { type Schemas, api, data } from "../../api/client";
import { bulkEdits, libraries, metadataSchemas, on } from "../../api/queries";
import { useBranch } from "../../app/branch";
import { useName } from "../../app/rights";
import { CARE, FIELD, LISTS, fieldName, rulesFor, valueSaid } from "../../ui/fields";
import { Badge, Button, Failure, Field, KindIcon, Link, Sheet, useSay } from "../../ui/parts";
import { Said } from "../../ui/Said";
import { ValueInput } from "../../ui/ValueField";
import { count } from "../../ui/words";
import type { Words } from "./asked";

type Operation = Schemas["Operation"];
type Report = Schemas["BulkReport"];
type Item = Schemas["BulkItem"];

/** Which components: those picked, or all that a search finds. */
export type Meant = { components: string[] } | { search: Words };

interface Change {
  op: "add" | "remove" | "set" | "unset" | "step";
  field: string;
  value: string;
}

const STEP: Record<Schemas["Transition"], string> = {
  submit: "Submit for review", withdraw: "Withdraw from review", approve: "Approve", retire: "Retire", reinstate: "Reinstate",
};
const OP: Record<Change["op"], string> = { add: "Add to", remove: "Remove from", set: "Set", unset: "Clear", step: "Take a step" };
const OWN = "custom.";

function operation({ op, field, value }: Change): Operation {
  switch (op) {
    case "step": return { op, step: value as Schemas["Transition"] };
    case "unset": return { op, field };
    default: return { op, field, value: value.trim() };
  }
}

/** Whether it says everything that it must. */
function whole({ op, field, value }: Change): boolean {
  return (op === "step" || (field !== "" && field !== OWN)) && (op === "unset" || value.trim() !== "");
}

export function BulkEdit({ meant, total, library, close, done }: { meant: Meant; total: number; library: string | undefined; close: () => void; done: () => void }) {
  const [changes, setChanges] = useState<Change[]>([{ op: "add", field: "tags", value: "" }]);
  const [message, setMessage] = useState("");
  const [skip, setSkip] = useState(false);
  const [step, setStep] = useState<"choose" | "preview">("choose");
  const branch = useBranch();
  const client = useQueryClient();
  const say = useSay();
  const known = useQuery(libraries);
  const home = known.data?.items.find((one) => one.key === library) ?? (known.data?.items.length === 1 ? known.data.items[0] : undefined);
  const rules = rulesFor(useQuery(metadataSchemas(home?.key ?? "")).data?.items ?? [], "all");
  const body = { ...meant, operations: changes.map(operation), message };
  const ask = (more: Partial<Schemas["BulkEdit"]>) => data(api.POST("/api/v1/bulk-edits", { params: { query: on(branch) }, body: { ...body, ...more } }));
  const stale = () => {
    void client.invalidateQueries({ queryKey: ["search"] });
    void client.invalidateQueries({ queryKey: ["component"] });
    void client.invalidateQueries({ queryKey: bulkEdits.queryKey });
  };
  const preview = useMutation({ mutationFn: () => ask({ dry_run: true }), onSuccess: () => setStep("preview") });
  const undo = async (edit: string) => {
    await api.POST("/api/v1/bulk-edits/{edit}/undo", { params: { path: { edit } }, body: {} });
    stale();
    say("Everything is as it was.");
  };
  const apply = useMutation({
    mutationFn: (plan: string) => ask({ plan, skip_refused: skip }),
    onSuccess: (report) => {
      stale();
      const { edit } = report;
      say(`${count(report.changed, "component")} changed.`, edit ? { undo: () => void undo(edit).catch(say.failed) } : {});
      done();
    },
  });
  const set = (n: number, change: Partial<Change>) => setChanges(changes.map((one, m) => (m === n ? { ...one, ...change } : one)));
  const report = preview.data;
  return (
    <Sheet title={`Edit ${count(total, "component")}`} open wide onClose={close}>
      {step === "choose" || !report ? (
        <form className="form" onSubmit={(event) => { event.preventDefault(); preview.mutate(); }}>
          <fieldset className="section">
            <legend>What shall change</legend>
            {changes.map((change, n) => (
              <div key={n} className="change" role="group" aria-label={`Change ${String(n + 1)}`}>
                <select
                  aria-label="What to do" value={change.op}
                  onChange={(event) => {
                    const op = event.target.value as Change["op"];
                    const fits = op === "add" || op === "remove" ? LISTS.includes(change.field) : true;
                    set(n, { op, field: op === "step" ? "" : fits && change.field ? change.field : "tags", value: op === "step" ? "submit" : op === change.op ? change.value : "" });
                  }}
                >
                  {Object.entries(OP).map(([op, words]) => <option key={op} value={op}>{words}</option>)}
                </select>
                {change.op === "step" ? (
                  <select aria-label="Step" value={change.value} onChange={(event) => set(n, { value: event.target.value })}>
                    {Object.entries(STEP).map(([name, words]) => <option key={name} value={name}>{words}</option>)}
                  </select>
                ) : (
                  <FieldChoice op={change.op} field={change.field} choose={(field) => set(n, { field, value: "" })} />
                )}
                {change.op === "step" || change.op === "unset" ? <span className="spring" /> : (
                  <div className="change-value">
                    <ValueInput field={change.field} label="Value" library={home?.key ?? ""} language={home?.language ?? "en"} rule={rules.get(change.field)} value={change.value} change={(value) => set(n, { value })} required />
                  </div>
                )}
                {changes.length > 1 ? <Button small look="quiet" icon="trash" aria-label="Take this change out" onPress={() => setChanges(changes.filter((_, m) => m !== n))} /> : null}
              </div>
            ))}
            <div><Button small icon="plus" onPress={() => setChanges([...changes, { op: "set", field: "licence", value: "" }])}>One more change</Button></div>
          </fieldset>
          <Field label="Why" hint="Part of the history of each"><input value={message} maxLength={500} placeholder="optional" onChange={(event) => setMessage(event.target.value)} /></Field>
          {preview.isError ? <Failure error={preview.error} /> : null}
          <div className="form-foot">
            <Link to="/edits" className="quiet-link" onClick={close}>Past edits</Link><span className="spring" />
            <Button onPress={close}>Cancel</Button>
            <Button type="submit" look="primary" isDisabled={!changes.every(whole) || preview.isPending}>{preview.isPending ? "Working it out …" : "Preview"}</Button>
          </div>
        </form>
      ) : (
        <>
          <Summary report={report} />
          <Items items={report.items} report={report} />
          {report.refused > 0 ? (
            <label className="check"><input type="checkbox" checked={skip} onChange={(event) => setSkip(event.target.checked)} /> Leave out what is refused and change the rest</label>
          ) : null}
          {apply.isError ? <Failure error={apply.error} /> : null}
          <div className="form-foot">
            <Button icon="left" onPress={() => { setStep("choose"); apply.reset(); }}>Back</Button>
            {apply.isError ? <Button onPress={() => { apply.reset(); preview.mutate(); }}>Look again</Button> : null}
            <Button
              look="primary" isDisabled={report.changed === 0 || (report.refused > 0 && !skip) || apply.isPending}
              onPress={() => apply.mutate(report.plan)}
            >{apply.isPending ? "Changing …" : `Change ${count(report.changed, "component")}`}</Button>
          </div>
        </>
      )}
    </Sheet>
  );
}

function FieldChoice({ op, field, choose }: { op: Change["op"]; field: string; choose: (field: string) => void }) {
  const fields = op === "add" || op === "remove" ? LISTS : Object.keys(FIELD);
  const own = field.startsWith(OWN);
  return (
    <>
      <select aria-label="Field" value={own ? OWN : field} onChange={(event) => choose(event.target.value)}>
        {fields.map((one) => <option key={one} value={one}>{fieldName(one)}</option>)}
        {op === "set" || op === "unset" ? <option value={OWN}>A field of your own</option> : null}
      </select>
      {own ? <input className="own-field" aria-label="Name of the field" placeholder="its name" value={field.slice(OWN.length)} spellCheck={false} onChange={(event) => choose(OWN + event.target.value)} /> : null}
    </>
  );
}

function Summary({ report }: { report: Report }) {
  return (
    <div className="figures" role="status">
      <div><strong>{report.changed.toLocaleString()}</strong><span>change</span></div>
      <div><strong>{report.unchanged.toLocaleString()}</strong><span>are so already</span></div>
      {report.refused > 0 ? <div className="bad"><strong>{report.refused.toLocaleString()}</strong><span>refused</span></div> : null}
      {report.unapproved > 0 ? <div className="heed"><strong>{report.unapproved.toLocaleString()}</strong><span>approved ones become drafts</span></div> : null}
    </div>
  );
}

function Items({ items, report }: { items: Item[]; report: Report }) {
  const more = report.changed + report.refused - items.length;
  if (items.length === 0) return <p className="soft">Everything is as you want it already.</p>;
  return (
    <ul className="touched" tabIndex={0} aria-label="What becomes of each">
      {items.map((item) => (
        <li key={item.component} className={item.refused && item.refused.length > 0 ? "refused" : ""}>
          <p className="touched-name">
            <KindIcon kind={item.kind} size={16} /> {item.library_key}/{item.key}
            {item.refused && item.refused.length > 0 ? <Badge tone="bad">refused</Badge> : null}
            {item.unapproved ? <Badge tone="heed">becomes a draft</Badge> : null}
            {item.step ? <Badge tone="accent">{STEP[item.step]}</Badge> : null}
          </p>
          {(item.refused ?? []).map((violation, n) => <p key={n} className="touched-why"><Said>{violation.message}</Said></p>)}
          {item.changes.length > 0 ? (
            <dl>
              {item.changes.map((change) => <FieldDiff key={change.field} change={change} />)}
            </dl>
          ) : null}
        </li>
      ))}
      {more > 0 ? <li className="soft">and {count(more, "further one")}</li> : null}
    </ul>
  );
}

function FieldDiff({ change: { field, before, after } }: { change: Schemas["BulkFieldChange"] }) {
  const name = useName();
  const said = (value: string) => (field === "steward" && /^[0-9a-f-]{36}$/.test(value) ? name(value) : valueSaid(field, value));
  const taken = before.filter((one) => !after.includes(one));
  const kept = before.filter((one) => after.includes(one));
  const added = after.filter((one) => !before.includes(one));
  return (
    <div>
      <dt>{fieldName(field)}</dt>
      <dd>
        {taken.map((one) => <del key={one}>{said(one)}</del>)}
        {kept.length > 0 && !CARE.includes(field) ? <span className="soft">{kept.map(said).join(", ")}</span> : null}
        {added.map((one) => <ins key={one}>{said(one)}</ins>)}
        {after.length === 0 ? <span className="soft">nothing left</span> : null}
      </dd>
    </div>
  );
}
