// Fields that forms of several kinds have.
import type { Document, Json } from "../api/client";
import { Button, Field } from "../ui/parts";
import { object, text } from "./document";

export interface FormProps {
  document: Document;
  change: (document: Document) => void;
  library: string;
  /** What is saved of it; nothing while it is new. */
  saved?: SavedAs;
}

/** A document as it is saved. */
export interface SavedAs {
  component: string;
  content: Document;
}

export function Title({ document, change }: FormProps) {
  return (
    <input
      className="title-field" value={text(document.title)} aria-label="Title" placeholder="Title" autoFocus={!document.title}
      onChange={(event) => change({ ...document, title: event.target.value })}
    />
  );
}

export function Area({ document, change, name, label, rows = 3, hint }: FormProps & { name: string; label: string; rows?: number; hint?: string }) {
  return (
    <Field label={label} {...(hint ? { hint } : {})}>
      <textarea rows={rows} value={text(document[name])} onChange={(event) => change({ ...document, [name]: event.target.value })} />
    </Field>
  );
}

/** Names and their values, in rows. */
export function Pairs({ legend, add, value, change }: { legend: string; add: string; value: Document; change: (value: Document) => void }) {
  const rows = Object.entries(value);
  const set = (next: [string, Json][]) => change(Object.fromEntries(next));
  return (
    <fieldset className="section">
      <legend>{legend}</legend>
      {rows.map(([name, value], n) => (
        <div className="pair" key={n}>
          <input aria-label={`Name ${String(n + 1)}`} value={name} spellCheck={false} onChange={(event) => set(rows.map((row, m) => (m === n ? [event.target.value, row[1]] : row)))} />
          <input aria-label={`Value ${String(n + 1)}`} value={text(value)} onChange={(event) => set(rows.map((row, m) => (m === n ? [row[0], event.target.value] : row)))} />
          <Button small look="quiet" icon="trash" aria-label="Take out" onPress={() => set(rows.filter((_, m) => m !== n))} />
        </div>
      ))}
      <Button small icon="plus" onPress={() => set([...rows, [`name${String(rows.length + 1)}`, ""]])}>{add}</Button>
    </fieldset>
  );
}

/** The document with a member set, or without it. */
export function having(document: Document, name: string, value: Json | undefined): Document {
  const { [name]: _, ...rest } = document;
  return value === undefined ? rest : { ...rest, [name]: value };
}

/** When a learner is done; `unsaid` is offered where the document may leave it to somebody else. */
export function Completion({ document, change, unsaid }: Pick<FormProps, "document" | "change"> & { unsaid?: string }) {
  const completion = object(document.completion);
  const rule = text(completion.rule) || (unsaid && !document.completion ? "" : "pages");
  const set = (next: Document) => change({ ...document, completion: next });
  const choose = (rule: string) => {
    if (rule === "") return change(having(document, "completion", undefined));
    const { minutes: _, ...rest } = completion;
    return set({ ...rest, rule, ...(rule === "time" ? { minutes: 10 } : {}) });
  };
  return (
    <div className="field-row">
      <Field label="Complete when">
        <select value={rule} onChange={(event) => choose(event.target.value)}>
          {unsaid ? <option value="">{unsaid}</option> : null}
          <option value="pages">every page was seen</option>
          <option value="score">the pass mark is reached</option>
          <option value="both">both</option>
          <option value="time">enough time was spent</option>
        </select>
      </Field>
      {rule === "score" || rule === "both" ? (
        <Field label="Pass mark, %">
          <input
            type="number" min={0} max={100} value={typeof completion.pass_mark === "number" ? Math.round(completion.pass_mark * 100) : ""}
            onChange={(event) => set(having(completion, "pass_mark", event.target.value ? Number(event.target.value) / 100 : undefined))}
          />
        </Field>
      ) : null}
      {rule === "time" ? (
        <Field label="Minutes">
          <input
            type="number" min={1} max={10000} value={typeof completion.minutes === "number" ? completion.minutes : ""}
            onChange={(event) => set(having(completion, "minutes", event.target.value ? Number(event.target.value) : undefined))}
          />
        </Field>
      ) : null}
    </div>
  );
}
