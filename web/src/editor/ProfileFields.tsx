// The form of a profile: how a release is published.
import { useState } from "react";

import type { Document, Json } from "../api/client";
import { Finder } from "../ui/Finder";
import { Button, Field, Link, Sheet } from "../ui/parts";
import { FORMAT, KIND } from "../ui/words";
import { list, object, text } from "./document";
import { Area, Completion, type FormProps, Pairs, Title, having } from "./shared";

const COLOURS = {
  accent: "Links and buttons", accent_ink: "On links and buttons", paper: "Around pages", surface: "Pages", ink: "Text", soft: "Text of less weight",
};
const FONTS = {
  system: "The system's", humanist: "Sans-serif with the stroke of a pen", geometric: "Sans-serif of circles and lines", grotesque: "Plain sans-serif",
  serif: "Serif", slab: "Slab serif", monospace: "All letters of one width",
};
const REQUIRED = {
  description: "Description", tags: "Tags", keywords: "Keywords", audience: "Audience", difficulty: "Difficulty", duration_minutes: "Duration",
  licence: "Licence", attribution: "Attribution",
};
const ASKED = ["course", "module", "lesson", "topic", "asset", "question", "assessment"] as const;

export function ProfileFields(props: FormProps) {
  const { document, change } = props;
  const set = (name: string, value: Json | undefined) => change(having(document, name, value));
  const player = object(document.player);
  return (
    <div className="fields">
      <Title {...props} />
      <Area {...props} name="summary" label="Summary" rows={2} hint="Whom it is for, where it goes" />
      <div className="field-row">
        <Choice label="Format" of={FORMAT} value={text(document.format)} change={(format) => set("format", format)} />
        <Choice
          label="What an LMS launches and tracks" of={{ lesson: "each lesson", course: "the whole course", topic: "each page" }}
          value={text(document.granularity) || "lesson"} change={(one) => set("granularity", one === "lesson" ? undefined : one)}
        />
      </div>
      <div className="field-row">
        <Field label="Language" hint="Only releases in it; any when empty">
          <input value={text(document.language)} spellCheck={false} placeholder="de" onChange={(event) => set("language", event.target.value || undefined)} />
        </Field>
        <Choice
          label="From page to page" of={{ free: "in any order", linear: "one after the other" }}
          value={text(document.navigation) || "free"} change={(one) => set("navigation", one === "free" ? undefined : one)}
        />
      </div>
      <Completion document={document} change={change} unsaid="as the course says" />
      <Conditions value={object(document.conditions)} change={(value) => set("conditions", value)} />
      <Pairs legend="Values of variables" add="Variable" value={object(document.variables)} change={(value) => set("variables", value)} />
      <ThemeFields theme={object(document.theme)} change={(theme) => set("theme", Object.keys(theme).length > 0 ? theme : undefined)} />
      <fieldset className="section">
        <legend>The player</legend>
        <Tick label="Lists the pages" is={player.contents !== false} change={(is) => set("player", having(player, "contents", is ? undefined : false))} />
        <Tick label="Can be printed" is={player.print !== false} change={(is) => set("player", having(player, "print", is ? undefined : false))} />
        <Tick label="Commercial: sold, or with advertising; content licensed for other use is refused" is={document.commercial === true} change={(is) => set("commercial", is || undefined)} />
      </fieldset>
      <Required value={object(document.required)} change={(value) => set("required", value)} />
    </div>
  );
}

function Choice({ label, of, value, change }: { label: string; of: Record<string, string>; value: string; change: (value: string) => void }) {
  return (
    <Field label={label}>
      <select value={value} onChange={(event) => change(event.target.value)}>
        {value in of ? null : <option value={value}>{value || "Choose"}</option>}
        {Object.entries(of).map(([one, words]) => <option key={one} value={one}>{words}</option>)}
      </select>
    </Field>
  );
}

function Tick({ label, is, change }: { label: string; is: boolean; change: (is: boolean) => void }) {
  return <label className="check"><input type="checkbox" checked={is} onChange={(event) => change(event.target.checked)} /> {label}</label>;
}

/** Conditions as rows of a name and its values, apart by commas. */
function Conditions({ value, change }: { value: Document; change: (value: Document) => void }) {
  const shown = Object.fromEntries(Object.entries(value).map(([name, values]) => [name, (Array.isArray(values) ? values : []).join(", ")]));
  // As typed: a comma at the end is one on the way to the next value.
  const [typed, setTyped] = useState<Document>(shown);
  return (
    <Pairs
      legend="Whom it is for" add="Condition" value={typed}
      change={(next) => {
        setTyped(next);
        change(Object.fromEntries(Object.entries(next).map(([name, values]) => [name, text(values).split(",").map((one) => one.trim()).filter(Boolean)])));
      }}
    />
  );
}

function ThemeFields({ theme, change }: { theme: Document; change: (theme: Document) => void }) {
  const fonts = object(theme.fonts);
  const some = (value: Document) => (Object.keys(value).length > 0 ? value : undefined);
  const font = (name: string, value: string) => change(having(theme, "fonts", some(having(fonts, name, value || undefined))));
  const palette = (name: string) => (colours: Document) => change(having(theme, name, some(colours)));
  return (
    <fieldset className="section">
      <legend>How it looks</legend>
      <Palette legend="By day" colours={object(theme.colours)} change={palette("colours")} />
      <Palette legend="By night" colours={object(theme.dark)} change={palette("dark")} />
      <div className="field-row">
        <Choice label="Headings" of={{ "": "the player's own", ...FONTS }} value={text(fonts.headings)} change={(value) => font("headings", value)} />
        <Choice label="Text" of={{ "": "the player's own", ...FONTS }} value={text(fonts.text)} change={(value) => font("text", value)} />
      </div>
      <Logo theme={theme} change={change} />
      <Field label="Styles of your own" hint="Rules of CSS that can do no harm: no @-rules, no addresses">
        <textarea rows={3} spellCheck={false} value={text(theme.css)} onChange={(event) => change(having(theme, "css", event.target.value || undefined))} />
      </Field>
    </fieldset>
  );
}

function Palette({ legend, colours, change }: { legend: string; colours: Document; change: (colours: Document) => void }) {
  return (
    <div className="palette-fields" role="group" aria-label={legend}>
      <span className="label">{legend}</span>
      {Object.entries(COLOURS).map(([name, words]) => {
        const colour = text(colours[name]);
        return (
          <span key={name} className="colour-field">
            <label>
              <input type="color" value={colour || "#888888"} className={colour ? "" : "unset"} onChange={(event) => change(having(colours, name, event.target.value))} /> {words}
            </label>
            {colour ? <Button small look="quiet" icon="close" aria-label={`${words}: the player's own`} onPress={() => change(having(colours, name, undefined))} /> : <span className="soft">own</span>}
          </span>
        );
      })}
    </div>
  );
}

function Logo({ theme, change }: { theme: Document; change: (theme: Document) => void }) {
  const [choosing, setChoosing] = useState(false);
  const logo = text(object(theme.logo).component);
  return (
    <div className="field">
      <span className="label">Logo</span>
      <span className="facts">
        {logo ? <Link to={`/components/${encodeURIComponent(logo)}`}>{logo}</Link> : <span className="soft">none</span>}
        <Button small onPress={() => setChoosing(true)}>{logo ? "Another" : "Choose"}</Button>
        {logo ? <Button small look="quiet" icon="trash" aria-label="No logo" onPress={() => change(having(theme, "logo", undefined))} /> : null}
      </span>
      <Sheet title="Logo" open={choosing} onClose={() => setChoosing(false)}>
        <Finder
          kinds={["asset"]} action="Choose" autoFocus
          choose={(hit) => { setChoosing(false); change({ ...theme, logo: { component: `${hit.library_key}/${hit.key}` } }); }}
        />
      </Sheet>
    </div>
  );
}

/** Metadata that components must have to be published, by kind. */
function Required({ value, change }: { value: Document; change: (value: Document | undefined) => void }) {
  const set = (kind: string, field: string, is: boolean) => {
    const fields = list(value[kind]) as unknown as string[];
    const next = having(value, kind, is ? [...fields, field] : fields.filter((one) => one !== field));
    const said = Object.fromEntries(Object.entries(next).filter(([, fields]) => list(fields).length > 0));
    change(Object.keys(said).length > 0 ? said : undefined);
  };
  return (
    <fieldset className="section">
      <legend>Metadata that is asked for</legend>
      <div className="table-box">
        <table className="table">
          <thead><tr><th scope="col">Kind</th>{Object.entries(REQUIRED).map(([field, words]) => <th key={field} scope="col">{words}</th>)}</tr></thead>
          <tbody>
            {ASKED.map((kind) => (
              <tr key={kind}>
                <th scope="row">{KIND[kind]}</th>
                {Object.entries(REQUIRED).map(([field, words]) => (
                  <td key={field}>
                    <input type="checkbox" aria-label={`${KIND[kind]}: ${words}`} checked={(list(value[kind]) as unknown as string[]).includes(field)} onChange={(event) => set(kind, field, event.target.checked)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </fieldset>
  );
}
