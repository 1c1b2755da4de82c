// What a term is called in each language, what else it is called, and what it means.
import { useState } from "react";

import { Button } from "../../ui/parts";
import type { Term } from "../../ui/terms";

interface Line {
  language: string;
  label: string;
  alternatives: string;
  definition: string;
}

/** A line for each language that a term says something in, the library's own first. */
export function linesOf(term: Term, language: string): Line[] {
  const languages = new Set([language, ...Object.keys(term.labels), ...Object.keys(term.alternatives ?? {}), ...Object.keys(term.definitions ?? {})]);
  return [...languages].map((language) => ({
    language, label: term.labels[language] ?? "", alternatives: (term.alternatives?.[language] ?? []).join("; "), definition: term.definitions?.[language] ?? "",
  }));
}

/** The term with what the lines say; a language that says nothing is left out. */
export function termOf(term: Term, lines: Line[]): Term {
  const said = lines.map((line) => ({
    language: line.language.trim(), label: line.label.trim(), definition: line.definition.trim(), alternatives: line.alternatives.split(";").map((one) => one.trim()).filter(Boolean),
  })).filter((line) => line.language);
  const rest: Term = { ...term };
  delete rest.alternatives;
  delete rest.definitions;
  const alternatives = Object.fromEntries(said.filter((line) => line.alternatives.length > 0).map((line) => [line.language, line.alternatives]));
  const definitions = Object.fromEntries(said.filter((line) => line.definition).map((line) => [line.language, line.definition]));
  return {
    ...rest, labels: Object.fromEntries(said.filter((line) => line.label).map((line) => [line.language, line.label])),
    ...(Object.keys(alternatives).length > 0 ? { alternatives } : {}), ...(Object.keys(definitions).length > 0 ? { definitions } : {}),
  };
}

export function TermForm({ term, language, may, change }: { term: Term; language: string; may: boolean; change: (term: Term) => void }) {
  const [lines, setLines] = useState(() => linesOf(term, language));
  const set = (n: number, part: Partial<Line>) => setLines(lines.map((line, m) => (m === n ? { ...line, ...part } : line)));
  const before = JSON.stringify(termOf(term, linesOf(term, language)));
  const next = termOf(term, lines);
  const dirty = JSON.stringify(next) !== before;
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); change(next); }}>
      <fieldset className="form" disabled={!may}>
        {lines.map((line, n) => (
          <fieldset key={n} className="section term-language">
            <legend>{line.language === language ? `${line.language}, the library's language` : line.language || "Another language"}</legend>
            {linesOf(term, language).some((known) => known.language === line.language) ? null : (
              <label className="field"><span className="label">Language</span><input value={line.language} required placeholder="de" pattern="[A-Za-z]{2,3}(-[A-Za-z0-9]+)*" spellCheck={false} onChange={(event) => set(n, { language: event.target.value })} /></label>
            )}
            <label className="field"><span className="label">Label</span><input value={line.label} required={line.language === language} onChange={(event) => set(n, { label: event.target.value })} /></label>
            <label className="field"><span className="label">Also called</span><input value={line.alternatives} placeholder="separated by ;" onChange={(event) => set(n, { alternatives: event.target.value })} /></label>
            <label className="field"><span className="label">What it means</span><textarea rows={2} value={line.definition} onChange={(event) => set(n, { definition: event.target.value })} /></label>
          </fieldset>
        ))}
      </fieldset>
      {may ? (
        <div className="form-foot start">
          <Button small icon="plus" onPress={() => setLines([...lines, { language: "", label: "", alternatives: "", definition: "" }])}>Language</Button>
          <span className="spring" />
          {dirty ? <Button onPress={() => setLines(linesOf(term, language))}>Take back</Button> : null}
          <Button type="submit" look="primary" isDisabled={!dirty}>Preview</Button>
        </div>
      ) : null}
    </form>
  );
}
