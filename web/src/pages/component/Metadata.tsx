// What describes a component without being shown: a form made of what its library asks for.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";

import { Refusal, api, data, tagOf } from "../../api/client";
import { libraries, metadataSchemas, on } from "../../api/queries";
import { useBranch } from "../../app/branch";
import { useMay } from "../../app/rights";
import { FROM, type FieldRule, LISTS, fieldName, needed, rulesFor } from "../../ui/fields";
import { Badge, Button, Failure, Panel, useSay } from "../../ui/parts";
import { Said } from "../../ui/Said";
import { ValueInput, ValuesInput } from "../../ui/ValueField";
import { Care } from "./Care";
import type { View } from "./ComponentPage";
import { Suggested } from "./Suggested";
import { type Values, documentOf, fieldsOf, sameValues, valuesOf } from "./values";

export function MetadataTab({ view }: { view: View }) {
  const { component: one, revision } = view;
  const client = useQueryClient();
  const branch = useBranch();
  const may = useMay()("write", one.library);
  const say = useSay();
  const known = useQuery(libraries);
  const schemas = useQuery(metadataSchemas(view.library_key));
  const [base, setBase] = useState(view);
  const [values, setValues] = useState<Values>(() => valuesOf(view.metadata));
  const before = valuesOf(base.metadata);
  const dirty = !sameValues(values, before);
  const language = known.data?.items.find((library) => library.key === view.library_key)?.language ?? "en";
  const rules = rulesFor(schemas.data?.items ?? [], one.kind);
  const { asked, more } = fieldsOf(rules, values);
  // Whoever has typed nothing sees what others save.
  useEffect(() => {
    if (dirty || base.revision.id === revision.id) return;
    setBase(view);
    setValues(valuesOf(view.metadata));
  }, [dirty, base, revision.id, view]);
  const save = useMutation({
    mutationFn: () =>
      data(api.PUT("/api/v1/components/{reference}", {
        params: { path: { reference: one.id }, query: on(branch), header: { "If-Match": tagOf(base.revision.id) } },
        body: { metadata: documentOf(values) as Record<string, never>, message: "metadata" },
      })),
    onSuccess: (saved) => {
      say(saved.changed ? `Saved as @${String(saved.revision.number)}.` : "Nothing was different.");
      // The library may have filled in defaults and brought labels to their terms.
      void client.fetchQuery({
        queryKey: ["component", one.id, branch ?? "main", "saved", saved.revision.id],
        queryFn: () => data(api.GET("/api/v1/components/{reference}", { params: { path: { reference: one.id }, query: on(branch) } })),
      }).then((now) => { setBase(now); setValues(valuesOf(now.metadata)); }, say.failed);
      void client.invalidateQueries({ queryKey: ["component", one.id] });
      void client.invalidateQueries({ queryKey: ["search"] });
    },
  });
  const stale = save.error instanceof Refusal && save.error.kind === "stale-base";
  const violations = save.error instanceof Refusal ? (save.error.problem.violations ?? []) : [];
  const wrong = (field: string) => violations.filter(({ pointer }) => pointer.includes(`/${field.replace(".", "/")}`)).map(({ message }) => message);
  const set = (field: string, all: string[]) => setValues({ ...values, [field]: all });
  const row = (field: string) => (
    <FieldRow
      key={field} field={field} library={view.library_key} language={language} rule={rules.get(field)} state={view.state} values={values[field] ?? []} wrong={wrong(field)}
      missing={view.completeness.missing?.some((gap) => gap.field === field) ?? false} change={(all) => set(field, all)}
    />
  );
  return (
    <div className="metadata-page">
      <form className="form" onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
        <fieldset disabled={!may}>
          {schemas.isError ? <Failure error={schemas.error} retry={() => void schemas.refetch()} /> : null}
          {asked.length > 0 ? <section className="panel form" aria-label="What the library asks for"><h2>What the library asks for</h2>{asked.map(row)}</section> : null}
          <section className="panel form" aria-label={asked.length > 0 ? "More" : "Metadata"}>
            {asked.length > 0 ? <h2>More</h2> : null}
            {more.map(row)}
            {may ? <OwnField taken={Object.keys(values)} add={(field) => set(field, [""])} /> : null}
          </section>
        </fieldset>
        {stale ? (
          <div className="failure" role="alert">
            <div>
              <p className="failure-title">Somebody else saved meanwhile</p>
              <p>What you changed here is put on top of theirs, field by field.</p>
              <Button
                small onPress={() => {
                  const theirs = valuesOf(view.metadata);
                  const mine = Object.fromEntries([...new Set([...Object.keys(values), ...Object.keys(before)])]
                    .filter((field) => !sameValues({ x: values[field] ?? [] }, { x: before[field] ?? [] })).map((field) => [field, values[field] ?? []]));
                  setBase(view);
                  setValues({ ...theirs, ...mine });
                  save.reset();
                }}
              >Put mine on top</Button>
            </div>
          </div>
        ) : save.isError ? <Failure error={save.error} /> : null}
        {may ? (
          <div className="metadata-foot">
            <Button type="submit" look="primary" isDisabled={!dirty || save.isPending || stale}>Save metadata</Button>
            {dirty ? <Button onPress={() => { setValues(before); save.reset(); }}>Take back</Button> : null}
            {dirty && view.state === "approved" ? <span className="soft">Saving makes it a draft again.</span> : null}
          </div>
        ) : <p className="soft">You may read this, not change it.</p>}
      </form>
      <div className="column">
        <Complete view={view} />
        <Care view={view} />
        {may ? <Suggested view={view} tags={values.tags ?? []} take={(tag) => set("tags", [...(values.tags ?? []), tag])} /> : null}
      </div>
    </div>
  );
}

function Complete({ view }: { view: View }) {
  const { percent, missing = [] } = view.completeness;
  return (
    <Panel title="How complete it is">
      <div className="complete">
        <strong>{percent} %</strong>
        <meter min={0} max={100} value={percent} aria-label="How complete the metadata is" />
      </div>
      {missing.length === 0 ? <p className="soft">Nothing is missing.</p> : (
        <ul className="missing">
          {missing.map((gap) => (
            <li key={gap.field}>
              <a href={`#field-${gap.field}`} onClick={(event) => { event.preventDefault(); focusField(gap.field); }}>{fieldName(gap.field)}</a> <span className="soft">{gap.required_from ? FROM[gap.required_from] : "would help"}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function focusField(field: string): void {
  const row = document.getElementById(`field-${field}`);
  row?.scrollIntoView({ block: "center" });
  row?.querySelector<HTMLElement>("input, select, textarea")?.focus();
}

function FieldRow({
  field, library, language, rule, state, values, wrong, missing, change,
}: { field: string; library: string; language: string; rule: FieldRule | undefined; state: string; values: string[]; wrong: string[]; missing: boolean; change: (values: string[]) => void }) {
  const label = fieldName(field);
  const hint = useId();
  const when = needed(rule, state);
  const empty = !values.some((one) => one.trim());
  const lacking = missing && empty && when !== undefined;
  const help = [
    rule?.help ?? "", rule?.pattern ? `It looks like ${rule.pattern}.` : "",
    empty && rule?.default && rule.default.length > 0 ? `Left empty, a save fills in ${rule.default.join(", ")}.` : "",
  ].filter(Boolean).join(" ");
  const input = { field, label, library, language, rule };
  return (
    <div className="field" id={`field-${field}`}>
      <span className="label field-label">{label} {when ? <Badge tone={lacking ? (when.now ? "bad" : "heed") : "plain"}>{when.words}</Badge> : null}</span>
      {LISTS.includes(field)
        ? <ValuesInput {...input} values={values} change={change} describedBy={hint} />
        : <ValueInput {...input} value={values[0] ?? ""} change={(value) => change(value ? [value] : [])} />}
      <span className="hint" id={hint} hidden={!help}>{help}</span>
      {wrong.map((message, n) => <span key={n} className="form-error" role="alert"><Said>{message}</Said></span>)}
    </div>
  );
}

/** A field that the organisation has for itself. */
function OwnField({ taken, add }: { taken: string[]; add: (field: string) => void }) {
  const [open, setOpen] = useState(false);
  const name = useRef<HTMLInputElement>(null);
  if (!open) return <div><Button small look="quiet" icon="plus" onPress={() => setOpen(true)}>A field of your own</Button></div>;
  const take = () => {
    const field = `custom.${name.current?.value.trim() ?? ""}`;
    if (field === "custom." || taken.includes(field)) return;
    add(field);
    setOpen(false);
    requestAnimationFrame(() => focusField(field));
  };
  return (
    <div className="inline-form">
      <input
        ref={name} autoFocus aria-label="Name of the field" placeholder="course-code" spellCheck={false} maxLength={100}
        onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); take(); } else if (event.key === "Escape") setOpen(false); }}
      />
      <Button small onPress={take}>Add</Button>
    </div>
  );
}

