// The vocabularies of a library, and making one.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Schemas, api, data } from "../../api/client";
import { vocabularies } from "../../api/queries";
import { useGo } from "../../app/branch";
import { keyOf } from "../../editor/document";
import { fieldName } from "../../ui/fields";
import { Answer, Badge, Button, Empty, Field, Link, Panel, Sheet, Time } from "../../ui/parts";
import { count } from "../../ui/words";
import { Effect, type Trial } from "./Effect";
import { takeTerms } from "./terms";

type Vocabulary = Schemas["Vocabulary"];
/** Fields that can be bound to a vocabulary. */
const BINDABLE = ["tags", "keywords", "audience"];

export function VocabulariesTab({ library, may }: { library: Schemas["Library"]; may: boolean }) {
  const list = useQuery(vocabularies(library.key));
  const [adding, setAdding] = useState(false);
  const add = may ? <Button small look="primary" icon="plus" onPress={() => setAdding(true)}>Vocabulary</Button> : null;
  return (
    <>
      <Answer of={list}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="list" title="No vocabulary yet">
              A vocabulary is a tree of terms for tags or other fields: everybody then says the same thing with the same word.
              <div>{add}</div>
            </Empty>
          ) : (
            <Panel title="Vocabularies" flush actions={add}>
              <ul className="rows">
                {items.map((one) => (
                  <li key={one.key}>
                    <Link to={`/libraries/${library.key}/vocabularies/${one.key}`} className="row">
                      <span className="row-main"><strong>{one.title}</strong><span className="soft">{one.fields.length > 0 ? `for ${one.fields.map(fieldName).join(", ").toLowerCase()}` : "bound to no field"}</span></span>
                      {one.closed ? <Badge tone="accent">closed</Badge> : null}
                      <span className="soft">{count(one.terms, "term")}</span>
                      <span className="soft wide-only"><Time at={one.created} /></span>
                    </Link>
                  </li>
                ))}
              </ul>
            </Panel>
          )
        }
      </Answer>
      {adding ? <Settings library={library.key} close={() => setAdding(false)} /> : null}
    </>
  );
}

/** Title, fields and whether it is closed: of a vocabulary that is there, or of a new one. */
export function Settings({ library, view, close }: { library: string; view?: Schemas["VocabularyView"]; close: () => void }) {
  const go = useGo();
  const [title, setTitle] = useState(view?.vocabulary.title ?? "");
  const [key, setKey] = useState<string>();
  const [fields, setFields] = useState<string[]>(view?.vocabulary.fields ?? []);
  const [own, setOwn] = useState("");
  const [closed, setClosed] = useState(view?.vocabulary.closed ?? false);
  const [file, setFile] = useState<File>();
  const [trial, setTrial] = useState<Trial>();
  const name = view?.key ?? key ?? keyOf(title);
  const bound = [...fields, ...(own.trim() ? [`custom.${own.trim()}`] : [])];
  const path = { library, vocabulary: name };
  const put = (vocabulary: Vocabulary, how: { dry_run: boolean; message: string }, base?: string) =>
    data(api.PUT("/api/v1/libraries/{library}/vocabularies/{vocabulary}", { params: { path, header: base ? { "If-Match": base } : {} }, body: { vocabulary, ...how } }));
  const whole: Vocabulary = { ...view?.vocabulary, title: title.trim(), fields: bound, closed };
  const settled = () => go(`/libraries/${library}/vocabularies/${name}`);
  const start = () => {
    const base = view ? `"${view.version}"` : undefined;
    // Terms from a file come first: they are what the fields are then held to.
    if (file) {
      setTrial({
        title: `Make “${title.trim()}” from ${file.name}`, done: settled,
        run: async ({ dry_run, message }) => {
          const taken = await takeTerms(library, name, file, { dry_run, message });
          if (dry_run) return taken;
          const now = await data(api.GET("/api/v1/libraries/{library}/vocabularies/{vocabulary}", { params: { path } }));
          return { ...(await put({ ...now.vocabulary, title: title.trim(), fields: bound, closed }, { dry_run, message }, `"${now.version}"`)), remarks: taken.remarks };
        },
      });
    } else setTrial({ title: view ? `Change “${view.vocabulary.title}”` : `Make “${title.trim()}”`, run: (how) => put(whole, how, base), done: settled });
  };
  if (trial) return <Effect trial={trial} library={library} close={close} />;
  return (
    <Sheet title={view ? "Settings of the vocabulary" : "New vocabulary"} open onClose={close}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); start(); }}>
        <Field label="Title"><input value={title} required autoFocus onChange={(event) => setTitle(event.target.value)} /></Field>
        {view ? null : <Field label="Key"><input value={name} required pattern="[a-z0-9][a-z0-9._\-]*" spellCheck={false} onChange={(event) => setKey(event.target.value)} /></Field>}
        <fieldset className="section">
          <legend>Fields that hold its terms</legend>
          {[...new Set([...BINDABLE, ...fields])].map((field) => (
            <label key={field} className="check">
              <input type="checkbox" checked={fields.includes(field)} onChange={() => setFields(fields.includes(field) ? fields.filter((one) => one !== field) : [...fields, field])} /> {fieldName(field)}
            </label>
          ))}
          <Field label="A field of your own"><input value={own} spellCheck={false} placeholder="its name" onChange={(event) => setOwn(event.target.value)} /></Field>
        </fieldset>
        <label className="check"><input type="checkbox" checked={closed} onChange={(event) => setClosed(event.target.checked)} /> Closed: these fields hold nothing else</label>
        {view ? null : (
          <Field label="Terms from a file" hint="SKOS in RDF/XML, Turtle or JSON-LD, or CSV; terms can be added by hand later">
            <input type="file" accept=".rdf,.xml,.csv,.skos,.ttl,.jsonld,.json" onChange={(event) => setFile(event.target.files?.[0])} />
          </Field>
        )}
        <div className="form-foot"><Button onPress={close}>Cancel</Button><Button type="submit" look="primary" isDisabled={!title.trim() || !name}>Preview</Button></div>
      </form>
    </Sheet>
  );
}
