// A field for the value of a field of metadata: what a library allows decides how it looks.
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";

import type { Schemas } from "../api/client";
import { people, vocabularies, vocabulary } from "../api/queries";
import { Icon } from "./icons";
import { type FieldRule, LEVELS, LISTS } from "./fields";
import { Button } from "./parts";
import { TermPicker } from "./TermPicker";
import { matching, rowsOf } from "./terms";

/** The vocabulary that a library binds to a field, when it does. */
export function useVocabulary(library: string, field: string): Schemas["VocabularyView"] | undefined {
  const known = useQuery(vocabularies(library));
  const key = known.data?.items.find((one) => one.fields.includes(field))?.key;
  return useQuery({ ...vocabulary(library, key ?? ""), enabled: key !== undefined }).data;
}

interface ValueProps {
  field: string;
  label: string;
  library: string;
  language: string;
  rule?: FieldRule | undefined;
  value: string;
  change: (value: string) => void;
  required?: boolean;
}

/** One value. */
export function ValueInput({ field, label, library, language, rule, value, change, required }: ValueProps) {
  const known = useQuery({ ...people, enabled: field === "steward" });
  const bound = useVocabulary(library, field);
  const [picking, setPicking] = useState(false);
  const plain = { "aria-label": label, value, required: required ?? false, onChange: (event: { target: { value: string } }) => change(event.target.value) };
  const allowed = rule?.allowed ?? [];
  if (field === "steward") {
    return (
      <select {...plain}>
        <option value="">Nobody</option>
        {known.data?.items.map((person) => <option key={person.id} value={person.name}>{person.shown}</option>)}
      </select>
    );
  }
  if (field === "difficulty") return <select {...plain}><option value="">Not said</option>{LEVELS.map((one) => <option key={one} value={one}>{one.replaceAll("_", " ")}</option>)}</select>;
  if (allowed.length > 0 && !LISTS.includes(field)) {
    return (
      <select {...plain}>
        <option value="">Not said</option>
        {[...new Set([...allowed, ...(value ? [value] : [])])].map((one) => <option key={one}>{one}</option>)}
      </select>
    );
  }
  if (field === "review_by" || rule?.type === "date") return <input type="date" {...plain} />;
  if (field === "duration_minutes") return <input type="number" min={1} max={100000} {...plain} />;
  if (field === "description") return <textarea rows={3} {...plain} />;
  if (bound && !LISTS.includes(field)) {
    return (
      <div className="picked">
        <input {...plain} readOnly={bound.vocabulary.closed ?? false} spellCheck={false} />
        <Button small icon="list" onPress={() => setPicking(true)}>Choose</Button>
        {picking ? <TermPicker view={bound} language={language} single chosen={value ? [value] : []} choose={([one]) => change(one ?? "")} close={() => setPicking(false)} /> : null}
      </div>
    );
  }
  if (LISTS.includes(field)) {
    return <ValuesInput {...{ field, label, library, language, rule }} values={value ? [value] : []} change={(values) => change(values.at(-1) ?? "")} single />;
  }
  const type = rule?.type === "number" ? "text" : rule?.type === "url" ? "url" : "text";
  return <input type={type} {...(rule?.type === "number" ? { inputMode: "decimal" as const } : {})} {...plain} />;
}

/** Several values: what is typed becomes one at Enter or a comma; terms and allowed values are offered. */
export function ValuesInput({
  field, label, library, language, rule, values, change, single, describedBy,
}: Omit<ValueProps, "value" | "change"> & { values: string[]; change: (values: string[]) => void; single?: boolean; describedBy?: string }) {
  const bound = useVocabulary(library, field);
  const list = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(-1);
  const [picking, setPicking] = useState(false);
  const rows = bound ? rowsOf(bound.vocabulary.terms ?? [], language).filter((row) => !row.term.deprecated) : [];
  const allowed = rule?.allowed ?? [];
  const closed = (bound?.vocabulary.closed ?? false) || allowed.length > 0;
  const offered = !text.trim() ? []
    : (bound ? matching(rows, text).map((row) => ({ value: row.label, note: row.above.join(" › ") }))
      : allowed.filter((one) => one.toLowerCase().includes(text.trim().toLowerCase())).map((value) => ({ value, note: "" })))
        .filter(({ value }) => !values.includes(value)).slice(0, 8);
  const chosen = Math.min(closed && at < 0 ? 0 : at, offered.length - 1);
  const add = (value: string) => {
    const one = value.trim();
    setText("");
    setAt(-1);
    if (one && !values.includes(one)) change(single ? [one] : [...values, one]);
  };
  const take = () => {
    const offer = offered[chosen];
    if (offer) add(offer.value);
    else if (!closed) add(text);
  };
  return (
    <div className="values">
      <div className="values-box">
        {values.map((value) => (
          <span key={value} className="chip">
            {value}
            <button type="button" aria-label={`Take ${value} out`} onClick={() => change(values.filter((one) => one !== value))}><Icon name="close" size={12} /></button>
          </span>
        ))}
        <input
          value={text} aria-label={label} spellCheck={false} autoComplete="off" role="combobox" aria-expanded={offered.length > 0} aria-controls={list} aria-autocomplete="list"
          {...(describedBy ? { "aria-describedby": describedBy } : {})}
          {...(offered[chosen] ? { "aria-activedescendant": `${list}-${String(chosen)}` } : {})}
          placeholder={values.length === 0 ? (closed ? "Type to find, or choose" : "Type, then Enter") : ""}
          onChange={(event) => {
            // What is pasted may hold several.
            const parts = closed ? [event.target.value] : event.target.value.split(",");
            const rest = parts.pop() ?? "";
            const added = parts.map((one) => one.trim()).filter((one) => one && !values.includes(one));
            if (added.length > 0) change(single ? added.slice(-1) : [...values, ...new Set(added)]);
            setText(rest.trimStart());
            setAt(-1);
          }}
          onBlur={() => { if (!closed && text.trim()) add(text); }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, offered.length - 1));
            else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, -1));
            else if ((event.key === "Enter" || event.key === ",") && text.trim()) take();
            else if (event.key === "Backspace" && !text && values.length > 0) { change(values.slice(0, -1)); return; }
            else return;
            event.preventDefault();
          }}
        />
        {bound ? <Button small look="quiet" icon="list" onPress={() => setPicking(true)}>Choose</Button> : null}
      </div>
      <div id={list} role="listbox" aria-label={`${label}: offered`} className="values-offered" hidden={offered.length === 0}>
        {offered.map((offer, n) => (
          <div
            key={offer.value} id={`${list}-${String(n)}`} role="option" aria-selected={n === chosen} className="values-offer"
            onMouseDown={(event) => { event.preventDefault(); add(offer.value); }}
          >{offer.value}{offer.note ? <span className="soft"> in {offer.note}</span> : null}</div>
        ))}
      </div>
      {closed && text.trim() && offered.length === 0 ? <p className="hint" role="status">No term is called so; only those of {bound ? `“${bound.vocabulary.title}”` : "the list"} are taken.</p> : null}
      {picking && bound ? (
        <TermPicker
          view={bound} language={language} single={single ?? false} chosen={values} close={() => setPicking(false)}
          choose={(picked) => change(picked)}
        />
      ) : null}
    </div>
  );
}
