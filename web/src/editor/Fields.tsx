// The form of each kind. Every form changes one JSON document and nothing else.
import { useState } from "react";

import type { Document, Json } from "../api/client";
import type { Kind } from "../api/queries";
import { Finder } from "../ui/Finder";
import { Button, Field, Link, Sheet } from "../ui/parts";
import { AssetFields } from "./AssetFields";
import { list, object, text } from "./document";
import { Markdown } from "./Markdown";
import { ProfileFields } from "./ProfileFields";
import { QuestionFields } from "./QuestionFields";
import { Area, Completion, type FormProps, Pairs, Title } from "./shared";
import { TopicFields } from "./TopicFields";

export function Fields({ kind, ...props }: FormProps & { kind: Kind }) {
  switch (kind) {
    case "topic": return <TopicFields {...props} />;
    case "question": return <div className="fields"><Title {...props} /><QuestionFields {...props} /></div>;
    case "assessment": return <div className="fields"><Title {...props} /><AssessmentFields {...props} /></div>;
    case "asset": return <div className="fields"><Title {...props} /><AssetFields {...props} /></div>;
    case "variable_set": return <div className="fields"><Title {...props} /><VariableFields {...props} /></div>;
    case "profile": return <ProfileFields {...props} />;
    case "objective": return <div className="fields"><Title {...props} /><Area {...props} name="description" label="Description" /></div>;
    default: return <div className="fields"><Title {...props} /><Area {...props} name="summary" label="Summary" />{kind === "course" ? <Completion {...props} /> : null}<p className="soft">What it holds is changed in its outline.</p></div>;
  }
}

function AssessmentFields(props: FormProps) {
  const { document, change, library } = props;
  const [adding, setAdding] = useState<number>();
  const sections = list(document.sections);
  const set = (n: number, edit: Document) => change({ ...document, sections: sections.map((section, m) => (m === n ? { ...section, ...edit } : section)) });
  const number = (name: string, value: string, scale = 1) => {
    const { [name]: _, ...rest } = document;
    change(value === "" ? rest : { ...rest, [name]: Number(value) / scale });
  };
  return (
    <>
      <Field label="Introduction"><Markdown lines={3} value={text(document.introduction)} label="Introduction" onChange={(introduction) => change({ ...document, introduction })} /></Field>
      <div className="field-row">
        <Field label="Pass mark, %"><input type="number" min={0} max={100} value={typeof document.pass_mark === "number" ? Math.round(document.pass_mark * 100) : ""} onChange={(event) => number("pass_mark", event.target.value, 100)} /></Field>
        <Field label="Attempts" hint="No limit when empty"><input type="number" min={1} value={typeof document.attempts === "number" ? document.attempts : ""} onChange={(event) => number("attempts", event.target.value)} /></Field>
        <label className="check"><input type="checkbox" checked={document.shuffle === true} onChange={(event) => change({ ...document, shuffle: event.target.checked })} /> Shuffle sections</label>
      </div>
      {sections.map((section, n) => {
        const entries = list(section.entries);
        return (
          <fieldset key={text(section.id)} className="section">
            <legend>Section {n + 1}</legend>
            <div className="field-row">
              <Field label="Title"><input value={text(section.title)} onChange={(event) => { const { title: _, ...rest } = section; change({ ...document, sections: sections.map((one, m) => (m === n ? (event.target.value ? { ...rest, title: event.target.value } : rest) : one)) }); }} /></Field>
              <Field label="Draw" hint={`of ${String(entries.length)}; all when empty`}>
                <input type="number" min={1} max={entries.length} value={typeof section.draw === "number" ? section.draw : ""} onChange={(event) => { const { draw: _, ...rest } = section; change({ ...document, sections: sections.map((one, m) => (m === n ? (event.target.value ? { ...rest, draw: Number(event.target.value) } : rest) : one)) }); }} />
              </Field>
            </div>
            <ol className="entries">
              {entries.map((entry, m) => (
                <li key={text(entry.id) || m}>
                  <Link to={`/components/${encodeURIComponent(text(entry.component))}`}>{text(entry.component)}</Link>
                  <span className="spring" />
                  <Button small look="quiet" aria-label="Move up" isDisabled={m === 0} onPress={() => set(n, { entries: swapped(entries, m, m - 1) as Json })}>↑</Button>
                  <Button small look="quiet" aria-label="Move down" isDisabled={m === entries.length - 1} onPress={() => set(n, { entries: swapped(entries, m, m + 1) as Json })}>↓</Button>
                  <Button small look="quiet" icon="trash" aria-label="Take out" onPress={() => set(n, { entries: entries.filter((_, k) => k !== m) })} />
                </li>
              ))}
            </ol>
            <Button small icon="plus" onPress={() => setAdding(n)}>Question</Button>
          </fieldset>
        );
      })}
      <Button icon="plus" onPress={() => change({ ...document, sections: [...sections, { id: `s${String(sections.length + 1)}`, entries: [] }] })}>Section</Button>
      <Sheet title="Add questions" open={adding !== undefined} onClose={() => setAdding(undefined)}>
        <Finder
          kinds={["question"]} action="Add" autoFocus
          choose={(hit) => { if (adding !== undefined) set(adding, { entries: [...list(sections[adding]?.entries), { component: hit.library_key === library ? hit.key : `${hit.library_key}/${hit.key}` }] }); }}
        />
      </Sheet>
    </>
  );
}

function swapped<T>(items: T[], a: number, b: number): T[] {
  const next = [...items];
  const [x, y] = [next[a], next[b]];
  if (x === undefined || y === undefined) return items;
  next[a] = y;
  next[b] = x;
  return next;
}

function VariableFields({ document, change }: FormProps) {
  return <Pairs legend="Variables" add="Variable" value={object(document.variables)} change={(variables) => change({ ...document, variables })} />;
}
