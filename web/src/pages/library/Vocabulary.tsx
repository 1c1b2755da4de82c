// A vocabulary: its tree, and whatever can be done to a term, each shown before it is done.
import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";

import { type Schemas, api, data } from "../../api/client";
import { vocabulary } from "../../api/queries";
import { useGo } from "../../app/branch";
import { keyOf } from "../../editor/document";
import { fieldName } from "../../ui/fields";
import { Icon } from "../../ui/icons";
import { Answer, Badge, Button, type Choice, Empty, Field, More, Sheet, Time, useSay } from "../../ui/parts";
import { TermPicker } from "../../ui/TermPicker";
import { type Term, type TermRow, below, labelOf, matching, opened, rowsOf } from "../../ui/terms";
import { count } from "../../ui/words";
import { Effect, type Trial } from "./Effect";
import { RuleHistory } from "./RuleHistory";
import { TermForm } from "./TermForm";
import { takeTerms, termsAddress } from "./terms";
import { Settings } from "./Vocabularies";

type View = Schemas["VocabularyView"];
const ROW = 36;
const MANY = 80;

export function VocabularyView({ library, may, name }: { library: Schemas["Library"]; may: boolean; name: string }) {
  const found = useQuery(vocabulary(library.key, name));
  return <Answer of={found}>{(view) => <Shown view={view} library={library} may={may} />}</Answer>;
}

function Shown({ view, library, may }: { view: View; library: Schemas["Library"]; may: boolean }) {
  const { title, terms = [], fields = [], closed } = view.vocabulary;
  const language = library.language;
  const rows = useMemo(() => rowsOf(terms, language), [terms, language]);
  const [folded, fold] = useState<ReadonlySet<string>>(() => new Set(rows.length > MANY ? rows.filter((row) => row.under > 0).map((row) => row.term.id) : []));
  const [text, setText] = useState("");
  const [at, setAt] = useState<string>();
  const [trial, setTrial] = useState<Trial>();
  const [sheet, setSheet] = useState<"add" | "settings" | "history" | "import">();
  const go = useGo();
  const say = useSay();
  const shown = text.trim() ? matching(rows, text) : opened(rows, folded);
  const chosen = rows.find((row) => row.term.id === at);
  const path = { library: library.key, vocabulary: view.key };
  const base = `"${view.version}"`;
  const edits = (title: string, edits: Schemas["TermEdit"][], then?: string): Trial => ({
    title,
    run: (how) => data(api.POST("/api/v1/libraries/{library}/vocabularies/{vocabulary}/edits", { params: { path, header: { "If-Match": base } }, body: { edits, ...how } })),
    ...(then ? { done: () => setAt(then) } : {}),
  });
  const put = (title: string, terms: Term[]): Trial => ({
    title,
    run: (how) => data(api.PUT("/api/v1/libraries/{library}/vocabularies/{vocabulary}", { params: { path, header: { "If-Match": base } }, body: { vocabulary: { ...view.vocabulary, terms }, ...how } })),
  });
  const remove = () =>
    api.DELETE("/api/v1/libraries/{library}/vocabularies/{vocabulary}", { params: { path, header: { "If-Match": base } } }).then(() => {
      const undo = () => void api.PUT("/api/v1/libraries/{library}/vocabularies/{vocabulary}", { params: { path }, body: { vocabulary: view.vocabulary } }).then(() => go(`/libraries/${library.key}/vocabularies/${view.key}`), say.failed);
      say(`“${title}” is gone; components keep what they say.`, { undo });
      go(`/libraries/${library.key}`);
    }, say.failed);
  const download = (format: "csv" | "skos") => () => { window.location.assign(termsAddress(library.key, view.key, format)); };
  const choices: Choice[] = [
    { id: "csv", label: "Download as CSV", icon: "download", act: download("csv") },
    { id: "skos", label: "Download as SKOS", icon: "download", act: download("skos") },
    { id: "history", label: "History", icon: "history", act: () => setSheet("history") },
    ...(may ? [
      { id: "import", label: "Take in a file …", icon: "upload" as const, act: () => setSheet("import") },
      { id: "settings", label: "Settings …", icon: "edit" as const, act: () => setSheet("settings") },
      { id: "remove", label: "Delete the vocabulary", icon: "trash" as const, danger: true, act: () => void remove() },
    ] : []),
  ];
  return (
    <section className="panel flush" aria-label={title}>
      <header>
        <div className="vocabulary-name">
          <h2>{title}</h2>
          <p className="soft">{count(terms.length, "term")}{fields.length > 0 ? `, for ${fields.map(fieldName).join(", ").toLowerCase()}` : ""} · version {view.number}, <Time at={view.created} /></p>
        </div>
        {closed ? <Badge tone="accent">closed</Badge> : null}
        <span className="spring" />
        {may ? <Button small look="primary" icon="plus" onPress={() => setSheet("add")}>Term</Button> : null}
        <More label="Files, history, settings" choices={choices} />
      </header>
      {terms.length === 0 ? <Empty icon="list" title="No term yet">{may ? "Add the first, or take in a file." : "Nobody has added one."}</Empty> : (
        <div className="vocabulary">
          <div className="vocabulary-tree">
            <div className="finder-field">
              <Icon name="search" size={16} />
              <input value={text} aria-label="Find a term" placeholder="Find a term, by any of its names" spellCheck={false} onChange={(event) => setText(event.target.value)} />
            </div>
            {shown.length === 0 ? <Empty title="No term is called so" /> : (
              <Tree rows={shown} all={rows} flat={text.trim() !== ""} folded={folded} fold={fold} chosen={at} choose={setAt} label={`Terms of ${title}`} />
            )}
          </div>
          <div className="vocabulary-term">
            {chosen ? (
              <OneTerm
                key={chosen.term.id + view.version} row={chosen} view={view} language={language} may={may}
                edit={(title, steps, then) => setTrial(edits(title, steps, then))}
                change={(term) => setTrial(put(`Change “${chosen.label}”`, terms.map((one) => (one.id === term.id ? term : one))))}
              />
            ) : <Empty icon="list" title="Choose a term">What it is called in each language, what it means, and what can be done with it.</Empty>}
          </div>
        </div>
      )}
      {sheet === "add" ? (
        <NewTerm
          view={view} language={language} above={chosen} close={() => setSheet(undefined)}
          add={(term) => { setSheet(undefined); setTrial(edits(`Add “${labelOf(term, language)}”`, [{ edit: "add", term }], term.id)); }}
        />
      ) : null}
      {sheet === "settings" ? <Settings library={library.key} view={view} close={() => setSheet(undefined)} /> : null}
      {sheet === "history" ? (
        <RuleHistory
          name={["vocabulary", library.key, view.key]} close={() => setSheet(undefined)}
          ask={() => data(api.GET("/api/v1/libraries/{library}/vocabularies/{vocabulary}/history", { params: { path } }))}
        />
      ) : null}
      {sheet === "import" ? (
        <Take
          close={() => setSheet(undefined)}
          take={(file) => { setSheet(undefined); setTrial({ title: `Take in ${file.name}`, run: (how) => takeTerms(library.key, view.key, file, how, base) }); }}
        />
      ) : null}
      {trial ? <Effect trial={trial} library={library.key} close={() => setTrial(undefined)} /> : null}
    </section>
  );
}

/** The tree, by arrow keys: up and down, right and left to open and close. */
function Tree({
  rows, all, flat, folded, fold, chosen, choose, label,
}: { rows: TermRow[]; all: TermRow[]; flat: boolean; folded: ReadonlySet<string>; fold: (folded: ReadonlySet<string>) => void; chosen: string | undefined; choose: (id: string) => void; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 12 });
  const at = rows.findIndex((row) => row.term.id === chosen);
  useEffect(() => {
    if (at >= 0) list.scrollToIndex(at, { align: "auto" });
  }, [at, list]);
  const toggle = (id: string, shut: boolean) => {
    const next = new Set(folded);
    if (shut) next.add(id);
    else next.delete(id);
    fold(next);
  };
  const go = (n: number) => { const row = rows[Math.max(0, Math.min(n, rows.length - 1))]; if (row) choose(row.term.id); };
  const keys = (event: React.KeyboardEvent) => {
    const row = rows[at];
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(rows.length - 1);
    else if (event.key === "ArrowRight" && row && !flat && row.under > 0) { if (folded.has(row.term.id)) toggle(row.term.id, false); else go(at + 1); }
    else if (event.key === "ArrowLeft" && row && !flat) {
      if (row.under > 0 && !folded.has(row.term.id)) toggle(row.term.id, true);
      else if (row.depth > 0) { const above = all.find((one) => one.term.id === row.term.broader); if (above) choose(above.term.id); }
    } else return;
    event.preventDefault();
  };
  return (
    <div ref={box} className="tree-box" role="tree" tabIndex={0} aria-label={label} onKeyDown={keys} {...(at >= 0 ? { "aria-activedescendant": `term-${chosen ?? ""}` } : {})}>
      <div className="hits-inner" role="presentation" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          const { term, label, above, depth, under } = row;
          const shut = folded.has(term.id);
          return (
            <div
              key={term.id} id={`term-${term.id}`} role="treeitem" aria-level={flat ? 1 : depth + 1} aria-selected={term.id === chosen} {...(under > 0 && !flat ? { "aria-expanded": !shut } : {})}
              className="term-row tree-term" style={{ transform: `translateY(${String(item.start)}px)`, height: ROW, paddingInlineStart: flat ? 12 : 8 + depth * 20 }} onClick={() => choose(term.id)}
            >
              {flat ? null : under > 0 ? (
                <span className={`twist ${shut ? "" : "open"}`} aria-hidden="true" onClick={(event) => { event.stopPropagation(); toggle(term.id, !shut); }}><Icon name="right" size={14} /></span>
              ) : <span className="twist" />}
              <span className="term-label">{label}{flat && above.length > 0 ? <span className="soft"> in {above.join(" › ")}</span> : null}</span>
              {term.deprecated ? <Badge>not for new use</Badge> : null}
              {under > 0 ? <span className="soft term-under">{under}</span> : null}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function OneTerm({
  row, view, language, may, edit, change,
}: { row: TermRow; view: View; language: string; may: boolean; edit: (title: string, steps: Schemas["TermEdit"][], then?: string) => void; change: (term: Term) => void }) {
  const { term, label, above } = row;
  const [asked, ask] = useState<"rename" | "move" | "merge" | "replace">();
  const terms = view.vocabulary.terms ?? [];
  const id = term.id;
  const under = below(terms, id);
  const others: View = { ...view, vocabulary: { ...view.vocabulary, terms: terms.filter((one) => !under.has(one.id)) } };
  const named = (name: string | undefined) => terms.find((one) => labelOf(one, language) === name)?.id;
  const choices: Choice[] = [
    { id: "move", label: "Move …", icon: "branch", act: () => ask("move") },
    ...(term.broader ? [{ id: "top", label: "Move to the top", act: () => edit(`Move “${label}” to the top`, [{ edit: "move", id }]) }] : []),
    { id: "merge", label: "Merge into another …", icon: "link", act: () => ask("merge") },
    term.deprecated
      ? { id: "reinstate", label: "Allow again", icon: "undo", act: () => edit(`Allow “${label}” again`, [{ edit: "reinstate", id }]) }
      : { id: "deprecate", label: "Not for new use …", icon: "warn", act: () => edit(`No new use of “${label}”`, [{ edit: "deprecate", id }]) },
    ...(term.deprecated ? [] : [{ id: "replace", label: "Not for new use, but another …", act: () => ask("replace") }]),
    { id: "remove", label: "Remove …", icon: "trash", danger: true, act: () => edit(`Remove “${label}”`, [{ edit: "remove", id }]) },
  ];
  const replacement = terms.find((one) => one.id === term.replaced_by);
  return (
    <>
      <header className="term-head">
        <div>
          <p className="soft">{above.length > 0 ? above.join(" › ") : "at the top"}</p>
          <h3>{label}</h3>
        </div>
        {may ? <div className="actions"><Button small icon="edit" onPress={() => ask("rename")}>Rename</Button><More label={`What to do with ${label}`} choices={choices} /></div> : null}
      </header>
      {term.deprecated ? <p><Badge tone="heed">not for new use</Badge> {replacement ? <>use “{labelOf(replacement, language)}” instead</> : null}</p> : null}
      <TermForm term={term} language={language} may={may} change={change} />
      {asked === "rename" ? <Rename label={label} close={() => ask(undefined)} rename={(to) => { ask(undefined); edit(`Rename “${label}”`, [{ edit: "relabel", id, label: to }]); }} /> : null}
      {asked === "move" || asked === "merge" || asked === "replace" ? (
        <TermPicker
          view={others} language={language} single chosen={[]} close={() => ask(undefined)}
          choose={([name]) => {
            const to = named(name);
            if (!to) return;
            if (asked === "move") edit(`Move “${label}” under “${name ?? ""}”`, [{ edit: "move", id, broader: to }]);
            else if (asked === "merge") edit(`Merge “${label}” into “${name ?? ""}”`, [{ edit: "merge", id, into: to }], to);
            else edit(`Use “${name ?? ""}” instead of “${label}”`, [{ edit: "deprecate", id, replaced_by: to }]);
          }}
        />
      ) : null}
    </>
  );
}

function Rename({ label, rename, close }: { label: string; rename: (label: string) => void; close: () => void }) {
  return (
    <Sheet title={`Rename “${label}”`} open onClose={close}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); rename(String(new FormData(event.currentTarget).get("label")).trim()); }}>
        <Field label="Label" hint="The one before stays as another name; components follow."><input name="label" required autoFocus defaultValue={label} /></Field>
        <div className="form-foot"><Button onPress={close}>Cancel</Button><Button type="submit" look="primary">Preview</Button></div>
      </form>
    </Sheet>
  );
}

/** An id made from a label that no term has yet. */
function freeKey(label: string, terms: Term[]): string {
  const key = keyOf(label) || "term";
  for (let n = 1; ; n++) {
    const id = n === 1 ? key : `${key}-${String(n)}`;
    if (!terms.some((term) => term.id === id)) return id;
  }
}

function NewTerm({ view, language, above, add, close }: { view: View; language: string; above: TermRow | undefined; add: (term: Term) => void; close: () => void }) {
  const terms = view.vocabulary.terms ?? [];
  const [label, setLabel] = useState("");
  const [where, setWhere] = useState(above?.label ?? "");
  const [picking, setPicking] = useState(false);
  const broader = where ? terms.find((term) => labelOf(term, language) === where)?.id : undefined;
  return (
    <Sheet title="New term" open onClose={close}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); add({ id: freeKey(label, terms), labels: { [language]: label.trim() }, ...(broader ? { broader } : {}) }); }}>
        <Field label="Label"><input value={label} required autoFocus onChange={(event) => setLabel(event.target.value)} /></Field>
        <div className="field">
          <span className="label">Under</span>
          <div className="picked">
            <input value={where || "at the top"} readOnly aria-label="Under" />
            {terms.length > 0 ? <Button small icon="list" onPress={() => setPicking(true)}>Choose</Button> : null}
            {where ? <Button small look="quiet" icon="close" aria-label="At the top" onPress={() => setWhere("")} /> : null}
          </div>
        </div>
        <div className="form-foot"><Button onPress={close}>Cancel</Button><Button type="submit" look="primary" isDisabled={!label.trim()}>Preview</Button></div>
      </form>
      {picking ? <TermPicker view={view} language={language} single chosen={where ? [where] : []} choose={([one]) => setWhere(one ?? "")} close={() => setPicking(false)} /> : null}
    </Sheet>
  );
}

function Take({ take, close }: { take: (file: File) => void; close: () => void }) {
  const [file, setFile] = useState<File>();
  return (
    <Sheet title="Take in a file" open onClose={close}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); if (file) take(file); }}>
        <p className="soft">The file holds all terms: one that it lacks is removed. A term is known again by its id, its address or its label. What changes is shown first.</p>
        <Field label="File" hint="SKOS in RDF/XML, Turtle or JSON-LD, or CSV"><input type="file" required accept=".rdf,.xml,.csv,.skos,.ttl,.jsonld,.json" onChange={(event) => setFile(event.target.files?.[0])} /></Field>
        <div className="form-foot"><Button onPress={close}>Cancel</Button><Button type="submit" look="primary" isDisabled={!file}>Preview</Button></div>
      </form>
    </Sheet>
  );
}
