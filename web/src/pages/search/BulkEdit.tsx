// Editing many components in one step: choose the change, see what it does to each, carry out exactly that.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { type Schemas, api, data } from "../../api/client";
import { bulkEdits, libraries, metadataSchemas, on } from "../../api/queries";
import { useBranch } from "../../app/branch";
import { FIELD, LISTS, fieldName, rulesFor } from "../../ui/fields";
import { Finder } from "../../ui/Finder";
import { Button, Failure, Field, KindIcon, Link, Sheet, useSay } from "../../ui/parts";
import { ValueInput } from "../../ui/ValueField";
import { count } from "../../ui/words";
import type { Words } from "./asked";
import { Items, STEP, Summary } from "./BulkPreview";

type Operation = Schemas["Operation"];

/** Which components: those picked, or all that a search finds. */
export type Meant = { components: string[] } | { search: Words };

/** One change as it is put together: of a field, of words (`value` is what they become), of an objective (`value`, called `title`), or a step (`value`). */
interface Change {
  op: Operation["op"];
  field: string;
  value: string;
  find: string;
  title: string;
  matchCase: boolean;
  wholeWords: boolean;
}

const OP: Record<Change["op"], string> = { add: "Add to", remove: "Remove from", set: "Set", unset: "Clear", replace: "Replace words", serve: "Serve objective", unserve: "No longer serve", step: "Take a step" };
const OWN = "custom.";
const BLANK: Change = { op: "add", field: "tags", value: "", find: "", title: "", matchCase: false, wholeWords: true };
/** Operations that are about no field. */
const BARE: Change["op"][] = ["step", "replace", "serve", "unserve"];

function operation({ op, field, value, find, matchCase, wholeWords }: Change): Operation {
  switch (op) {
    case "step": return { op, step: value as Schemas["Transition"] };
    case "replace": return { op, find, with: value, match_case: matchCase, whole_words: wholeWords };
    case "serve": return { op, objective: value };
    case "unserve": return { op, objective: value };
    case "unset": return { op, field };
    default: return { op, field, value: value.trim() };
  }
}

/** Whether it says everything that it must. */
function whole({ op, field, value, find }: Change): boolean {
  if (op === "replace") return find.trim() !== "" && find !== value;
  return (BARE.includes(op) || (field !== "" && field !== OWN)) && (op === "unset" || value.trim() !== "");
}

export function BulkEdit({ meant, total, library, close, done }: { meant: Meant; total: number; library: string | undefined; close: () => void; done: () => void }) {
  const [changes, setChanges] = useState<Change[]>([BLANK]);
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
                    const objective = [op, change.op].every((one) => one === "serve" || one === "unserve");
                    set(n, { op, field: BARE.includes(op) ? "" : fits && change.field ? change.field : "tags", value: op === "step" ? "submit" : objective ? change.value : "" });
                  }}
                >
                  {Object.entries(OP).map(([op, words]) => <option key={op} value={op}>{words}</option>)}
                </select>
                {change.op === "step" ? (
                  <select aria-label="Step" value={change.value} onChange={(event) => set(n, { value: event.target.value })}>
                    {Object.entries(STEP).map(([name, words]) => <option key={name} value={name}>{words}</option>)}
                  </select>
                ) : change.op === "replace" ? (
                  <Wording change={change} set={(to) => set(n, to)} />
                ) : change.op === "serve" || change.op === "unserve" ? (
                  <ObjectiveChoice change={change} set={(to) => set(n, to)} />
                ) : (
                  <FieldChoice op={change.op} field={change.field} choose={(field) => set(n, { field, value: "" })} />
                )}
                {change.op === "unset" || change.op === "step" ? <span className="spring" /> : BARE.includes(change.op) ? null : (
                  <div className="change-value">
                    <ValueInput field={change.field} label="Value" library={home?.key ?? ""} language={home?.language ?? "en"} rule={rules.get(change.field)} value={change.value} change={(value) => set(n, { value })} required />
                  </div>
                )}
                {changes.length > 1 ? <Button small look="quiet" icon="trash" aria-label="Take this change out" onPress={() => setChanges(changes.filter((_, m) => m !== n))} /> : null}
              </div>
            ))}
            <div><Button small icon="plus" onPress={() => setChanges([...changes, { ...BLANK, op: "set", field: "licence" }])}>One more change</Button></div>
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

function Wording({ change: { find, value, matchCase, wholeWords }, set }: { change: Change; set: (to: Partial<Change>) => void }) {
  return (
    <div className="change-words">
      <label>Find<input value={find} maxLength={500} required onChange={(event) => set({ find: event.target.value })} /></label>
      <label>Replace by<input value={value} maxLength={500} placeholder="nothing" onChange={(event) => set({ value: event.target.value })} /></label>
      <div className="change-how">
        <label className="check"><input type="checkbox" checked={matchCase} onChange={(event) => set({ matchCase: event.target.checked })} /> Match case</label>
        <label className="check"><input type="checkbox" checked={wholeWords} onChange={(event) => set({ wholeWords: event.target.checked })} /> Whole words</label>
      </div>
    </div>
  );
}

function ObjectiveChoice({ change: { value, title }, set }: { change: Change; set: (to: Partial<Change>) => void }) {
  return (
    <div className="change-objective">
      {value ? (
        <p className="chosen"><KindIcon kind="objective" size={16} /> {title} <Button small look="quiet" onPress={() => set({ value: "", title: "" })}>Another</Button></p>
      ) : <Finder kinds={["objective"]} action="Objectives" label="Find an objective" choose={(hit) => set({ value: hit.component, title: hit.title })} />}
    </div>
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
