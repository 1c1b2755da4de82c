// What a library asks of the metadata of each kind of component, as a form.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Refusal, type Schemas, api, data } from "../../api/client";
import { metadataSchemas } from "../../api/queries";
import { useGo } from "../../app/branch";
import { useName } from "../../app/rights";
import { FIELD, type FieldRule, LISTS, fieldName } from "../../ui/fields";
import { Answer, Badge, Button, Empty, Failure, Field, KindIcon, Link, Sheet, Time, useSay } from "../../ui/parts";
import { Said } from "../../ui/Said";
import { ValuesInput } from "../../ui/ValueField";
import { KIND, KINDS, STATE, count } from "../../ui/words";

import { RuleHistory } from "./RuleHistory";

const FROM: [string, string][] = [["", "Not needed"], ["recommended", "Recommended"], ["draft", "Always"], ["in_review", "For review"], ["approved", "For approval"]];
const TYPES: [Schemas["ValueType"], string][] = [["text", "Any text"], ["number", "A number"], ["date", "A day"], ["url", "An address"]];
const OWN = "custom.";

const nameOf = (kind: string) => (kind === "all" ? "Every kind" : KIND[kind as keyof typeof KIND]);

export function SchemasTab({ library, may, kind }: { library: Schemas["Library"]; may: boolean; kind: string }) {
  const list = useQuery(metadataSchemas(library.key));
  return (
    <Answer of={list}>
      {({ items }) => {
        const here = items.find((one) => one.kind === kind);
        return (
          <div className="schemas">
            <nav className="panel schema-kinds" aria-label="Kinds">
              <ul>
                {["all", ...KINDS].map((one) => {
                  const rules = items.find((schema) => schema.kind === one)?.schema.fields?.length ?? 0;
                  return (
                    <li key={one}>
                      <Link to={`/libraries/${library.key}/metadata/${one}`} className={`schema-kind ${one === kind ? "open" : ""}`} {...(one === kind ? { "aria-current": "page" as const } : {})}>
                        {one === "all" ? <span className="kind" /> : <KindIcon kind={one} size={16} />}
                        <span className="spring">{nameOf(one)}</span>
                        {rules > 0 ? <span className="facet-count">{count(rules, "field")}</span> : null}
                      </Link>
                    </li>
                  );
                })}
              </ul>
            </nav>
            <Schema key={kind + (here?.version ?? "")} library={library} kind={kind} view={here} may={may} />
          </div>
        );
      }}
    </Answer>
  );
}

function Schema({ library, kind, view, may }: { library: Schemas["Library"]; kind: string; view: Schemas["SchemaView"] | undefined; may: boolean }) {
  const before = view?.schema.fields ?? [];
  const [rules, setRules] = useState<FieldRule[]>(before);
  const [message, setMessage] = useState("");
  const [shown, show] = useState<Schemas["SchemaReport"]>();
  const [past, setPast] = useState(false);
  const client = useQueryClient();
  const go = useGo();
  const say = useSay();
  const who = useName();
  const path = { library: library.key, kind };
  const base = view ? { "If-Match": `"${view.version}"` } : {};
  const put = (fields: FieldRule[], dry_run: boolean, header: { "If-Match"?: string } = base) =>
    data(api.PUT("/api/v1/libraries/{library}/schemas/{kind}", { params: { path, header }, body: { schema: { fields }, message, dry_run } }));
  const stale = () => {
    void client.invalidateQueries({ queryKey: ["rules", library.key] });
    void client.invalidateQueries({ queryKey: ["component"] });
    void client.invalidateQueries({ queryKey: ["reports"] });
  };
  const preview = useMutation({ mutationFn: () => put(rules, true), onSuccess: show });
  const save = useMutation({
    mutationFn: () => put(rules, false),
    onSuccess: (report) => {
      show(undefined);
      stale();
      const version = report.version;
      const undo = () => {
        const header = version ? { "If-Match": `"${version}"` } : {};
        const back = view ? put(before, false, header) : api.DELETE("/api/v1/libraries/{library}/schemas/{kind}", { params: { path, header: { "If-Match": `"${version ?? ""}"` } } });
        void back.then(stale, say.failed);
      };
      say("It holds from the next save on.", { undo });
    },
  });
  const remove = () =>
    api.DELETE("/api/v1/libraries/{library}/schemas/{kind}", { params: { path, header: { "If-Match": `"${view?.version ?? ""}"` } } }).then(() => {
      stale();
      say("Nothing is asked any more.", { undo: () => void put(before, false, {}).then(stale, say.failed) });
    }, say.failed);
  const set = (n: number, part: Partial<FieldRule>) => setRules(rules.map((rule, m) => (m === n ? { ...rule, ...part } : rule)));
  const taken = rules.map((rule) => rule.field);
  const free = Object.keys(FIELD).filter((field) => !taken.includes(field));
  const dirty = JSON.stringify(rules) !== JSON.stringify(before);
  const swap = (n: number, m: number) => {
    const next = [...rules];
    const [one, other] = [next[n], next[m]];
    if (!one || !other) return;
    [next[n], next[m]] = [other, one];
    setRules(next);
  };
  if (!(kind === "all" || kind in KIND)) return <Failure error={new Error("There is no such kind.")} />;
  return (
    <section className="panel schema" aria-label={`Metadata of ${nameOf(kind)}`}>
      <header>
        <div>
          <h2>{kind === "all" ? "Asked of every kind" : `Asked of each ${nameOf(kind).toLowerCase()}`}</h2>
          <p className="soft">{view ? <>version {view.number} by {who(view.author)}, <Time at={view.created} /></> : "Nothing is asked yet."}{kind === "all" ? "" : " A field here stands instead of the same one for every kind."}</p>
        </div>
        {view ? (
          <div className="actions">
            <Button small look="quiet" icon="history" onPress={() => setPast(true)}>History</Button>
            <a className="quiet-link" href={`/api/v1/libraries/${encodeURIComponent(library.key)}/schemas/${kind}/json-schema`}>As JSON Schema</a>
          </div>
        ) : null}
      </header>
      {rules.length === 0 ? <Empty icon="tag" title="No field is asked for">{may ? "Add one: what must be there before review or approval, what is allowed, and what a save fills in." : ""}</Empty> : (
        <ol className="rules">
          {rules.map((rule, n) => (
            <Rule
              key={rule.field} rule={rule} library={library} may={may} change={(part) => set(n, part)} remove={() => setRules(rules.filter((_, m) => m !== n))}
              {...(n > 0 ? { up: () => swap(n, n - 1) } : {})} {...(n < rules.length - 1 ? { down: () => swap(n, n + 1) } : {})}
            />
          ))}
        </ol>
      )}
      {may ? (
        <>
          <div className="inline-form">
            <select value="" aria-label="Ask for a field" onChange={(event) => { if (event.target.value && event.target.value !== OWN) setRules([...rules, { field: event.target.value, recommended: true }]); }}>
              <option value="">Ask for a field …</option>
              {free.map((field) => <option key={field} value={field}>{fieldName(field)}</option>)}
            </select>
            <OwnField add={(field) => { if (!taken.includes(field)) setRules([...rules, { field, recommended: true }]); }} />
          </div>
          {preview.isError ? <Failure error={preview.error} {...(preview.error instanceof Refusal && preview.error.kind === "stale-base" ? { retry: stale } : {})} /> : null}
          <div className="form-foot start">
            <Button look="primary" isDisabled={!dirty || preview.isPending} onPress={() => preview.mutate()}>Preview</Button>
            {dirty ? <Button onPress={() => setRules(before)}>Take back</Button> : null}
            <span className="spring" />
            {view && !dirty ? <Button icon="trash" onPress={() => void remove()}>Ask for nothing</Button> : null}
          </div>
        </>
      ) : null}
      {past ? <RuleHistory name={["schema", library.key, kind]} close={() => setPast(false)} ask={() => data(api.GET("/api/v1/libraries/{library}/schemas/{kind}/history", { params: { path } }))} /> : null}
      {shown ? (
        <Sheet title="What this means" open wide onClose={() => show(undefined)}>
          <div className="figures" role="status">
            <div><strong>{shown.components.toLocaleString()}</strong><span>components it is asked of</span></div>
            <div className={shown.wanting > 0 ? "heed" : ""}><strong>{shown.wanting.toLocaleString()}</strong><span>lack something</span></div>
          </div>
          <p className="soft">Nobody is kept from correcting a text: it holds from the next save of metadata, and at the next step of review.</p>
          {shown.items.length > 0 ? (
            <ul className="touched" tabIndex={0} aria-label="Components that lack something">
              {shown.items.map((item) => (
                <li key={item.component}>
                  <p className="touched-name"><KindIcon kind={item.kind} size={16} /> <Link to={`/components/${item.component}/metadata`} onClick={() => go(`/components/${item.component}/metadata`)}>{library.key}/{item.key}</Link> <Badge>{STATE[item.state]}</Badge></p>
                  {item.lacking.map((one, m) => <p key={m} className="soft"><Said>{one.message}</Said></p>)}
                </li>
              ))}
              {shown.wanting > shown.items.length ? <li className="soft">and {count(shown.wanting - shown.items.length, "further one")}</li> : null}
            </ul>
          ) : null}
          <Field label="Why"><input value={message} maxLength={500} placeholder="optional" onChange={(event) => setMessage(event.target.value)} /></Field>
          {save.isError ? <Failure error={save.error} /> : null}
          <div className="form-foot"><Button onPress={() => show(undefined)}>Cancel</Button><Button look="primary" isDisabled={save.isPending} onPress={() => save.mutate()}>Ask for this</Button></div>
        </Sheet>
      ) : null}
    </section>
  );
}

function OwnField({ add }: { add: (field: string) => void }) {
  const [name, setName] = useState("");
  const take = () => { if (name.trim()) add(OWN + name.trim()); setName(""); };
  return (
    <>
      <input value={name} aria-label="Name of a field of your own" placeholder="or one of your own" maxLength={100} spellCheck={false} onChange={(event) => setName(event.target.value)} onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); take(); } }} />
      <Button small isDisabled={!name.trim()} onPress={take}>Add</Button>
    </>
  );
}

function Rule({
  rule, library, may, change, remove, up, down,
}: { rule: FieldRule; library: Schemas["Library"]; may: boolean; change: (part: Partial<FieldRule>) => void; remove: () => void; up?: () => void; down?: () => void }) {
  const name = fieldName(rule.field);
  const care = rule.field === "steward" || rule.field === "review_by";
  const from = rule.required_from ?? (rule.recommended ? "recommended" : "");
  const words = { library: "", language: library.language };
  return (
    <li className="rule">
      <fieldset disabled={!may}>
        <legend className="hidden">{name}</legend>
        <div className="rule-head">
          <strong>{name}</strong>
          <select
            aria-label={`When ${name} is needed`} value={from}
            onChange={(event) => {
              const to = event.target.value;
              change(to === "recommended" ? { recommended: true, required_from: null } : { recommended: false, required_from: (to || null) as Schemas["State"] | null });
            }}
          >
            {FROM.filter(([value]) => !(care && value === "draft")).map(([value, said]) => <option key={value} value={value}>{said}</option>)}
          </select>
          <span className="spring" />
          {may ? (
            <>
              <Button small look="quiet" aria-label={`${name}: up`} isDisabled={!up} onPress={() => up?.()}>↑</Button>
              <Button small look="quiet" aria-label={`${name}: down`} isDisabled={!down} onPress={() => down?.()}>↓</Button>
              <Button small look="quiet" icon="trash" aria-label={`Do not ask for ${name}`} onPress={remove} />
            </>
          ) : null}
        </div>
        {care ? null : (
          <>
            <Field label="What belongs in it"><input value={rule.help ?? ""} placeholder="for people who fill it in" onChange={(event) => change({ help: event.target.value })} /></Field>
            <details open={Boolean(rule.pattern) || (rule.allowed?.length ?? 0) > 0 || (rule.default?.length ?? 0) > 0 || Boolean(rule.type && rule.type !== "text")}>
              <summary>Values</summary>
              <div className="form">
                <div className="field-row">
                  <Field label="Looks like">
                    <select value={rule.type ?? "text"} onChange={(event) => change({ type: event.target.value as Schemas["ValueType"] })}>{TYPES.map(([value, said]) => <option key={value} value={value}>{said}</option>)}</select>
                  </Field>
                  <Field label="Pattern" hint="A regular expression for each whole value"><input value={rule.pattern ?? ""} spellCheck={false} placeholder="[A-Z]{3}-[0-9]+" onChange={(event) => change({ pattern: event.target.value || null })} /></Field>
                </div>
                <div className="field"><span className="label">Allowed</span><ValuesInput {...words} field={`${rule.field}.allowed`} label={`${name}: allowed values`} values={rule.allowed ?? []} change={(allowed) => change({ allowed })} /></div>
                <div className="field"><span className="label">Filled in when empty</span><ValuesInput {...words} field={`${rule.field}.default`} label={`${name}: filled in when empty`} values={rule.default ?? []} change={(values) => change({ default: values })} single={!LISTS.includes(rule.field)} /></div>
              </div>
            </details>
          </>
        )}
      </fieldset>
    </li>
  );
}
