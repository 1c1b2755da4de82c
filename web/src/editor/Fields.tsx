// The form of each kind. Every form changes one JSON document and nothing else.
import { useRef, useState } from "react";

import { type Document, type Json, type Schemas, api, upload } from "../api/client";
import { type Kind, on } from "../api/queries";
import { useBranch } from "../app/branch";
import { Finder } from "../ui/Finder";
import type { IconName } from "../ui/icons";
import { Button, Field, Link, Sheet, useSay } from "../ui/parts";
import { bytes } from "../ui/words";
import { keyOf, list, object, text } from "./document";
import { Markdown, type MarkdownHandle } from "./Markdown";
import { ProfileFields } from "./ProfileFields";
import { QuestionFields } from "./QuestionFields";
import { Area, Completion, type FormProps, Pairs, Title } from "./shared";

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

interface Tool {
  icon: IconName;
  label: string;
  act: (editor: MarkdownHandle) => void;
}
const TOOLS: Tool[] = [
  { icon: "heading", label: "Heading", act: (editor) => editor.prefix("## ") },
  { icon: "bold", label: "Bold", act: (editor) => editor.wrap("**") },
  { icon: "italic", label: "Italic", act: (editor) => editor.wrap("*") },
  { icon: "code", label: "Code", act: (editor) => editor.wrap("`") },
  { icon: "list", label: "List", act: (editor) => editor.prefix("- ") },
  { icon: "ordered", label: "Numbered list", act: (editor) => editor.prefix("1. ") },
  { icon: "quote", label: "Quotation", act: (editor) => editor.prefix("> ") },
  { icon: "table", label: "Table", act: (editor) => editor.insert("| A | B |\n| --- | --- |\n|  |  |", true) },
  { icon: "note", label: "Callout", act: (editor) => editor.insert(":::note\n\n:::", true) },
];

/** A toolbar with what is inserted by search: assets, questions, includes and links. */
function Toolbar({ editor }: { editor: React.RefObject<MarkdownHandle | null> }) {
  const [open, setOpen] = useState<"asset" | "question" | "include" | "link">();
  const insert = (hit: Schemas["Hit"]) => {
    const name = `${hit.library_key}/${hit.key}`;
    setOpen(undefined);
    const block = open !== "link";
    const inserted = open === "include" ? `:::include ${name}` : open === "link" ? `[[${name}]]` : `![[${name}]]`;
    // After the dialog has given the focus back.
    setTimeout(() => editor.current?.insert(inserted, block), 60);
  };
  const kinds = { asset: ["asset"], question: ["question"], include: ["topic"], link: ["topic", "lesson", "asset", "question"] };
  return (
    <div className="toolbar" role="toolbar" aria-label="Formatting">
      {TOOLS.map((tool) => (
        <Button key={tool.label} small look="quiet" icon={tool.icon} aria-label={tool.label} onPress={() => { if (editor.current) tool.act(editor.current); }} />
      ))}
      <span className="toolbar-gap" />
      <Button small look="quiet" icon="asset" onPress={() => setOpen("asset")}>Media</Button>
      <Button small look="quiet" icon="question" onPress={() => setOpen("question")}>Question</Button>
      <Button small look="quiet" icon="topic" onPress={() => setOpen("include")}>Include</Button>
      <Button small look="quiet" icon="link" onPress={() => setOpen("link")}>Link</Button>
      <Sheet title={open ? { asset: "Insert media", question: "Insert a question", include: "Include a text", link: "Link to" }[open] : ""} open={open !== undefined} onClose={() => setOpen(undefined)}>
        {open ? <Finder kinds={kinds[open]} choose={insert} action="Insert" autoFocus /> : null}
      </Sheet>
    </div>
  );
}

function TopicFields(props: FormProps) {
  const { document, change, library } = props;
  const editor = useRef<MarkdownHandle>(null);
  const say = useSay();
  const branch = useBranch();
  const take = async (files: File[]) => {
    for (const file of files) {
      const blob = await upload(file, () => undefined);
      const name = file.name.replace(/\.[^.]+$/, "");
      const content = { title: name.replace(/[-_]+/g, " "), blob: blob.digest, size: blob.size, file_name: file.name, media_type: file.type || "application/octet-stream" };
      const key = `${keyOf(name) || "file"}-${blob.digest.slice(7, 11)}`;
      await api.POST("/api/v1/components", { params: { query: on(branch) }, body: { library, key, kind: "asset", content: content as unknown as Record<string, never> } });
      editor.current?.insert(`![[${library}/${key}]]`, true);
      say(`${file.name} is an asset now: give it alternative text on its own page.`);
    }
  };
  return (
    <div className="fields writing">
      <Title {...props} />
      <Toolbar editor={editor} />
      <Markdown
        ref={editor} value={text(document.body)} label="Text" hint="Write. “/” offers blocks, “[[” links, “![[” media; files can be dropped in."
        onChange={(body) => change({ ...document, body })} onFiles={(files) => void take(files).catch(say.failed)}
      />
      <details className="more-fields"><summary>Summary</summary><Area {...props} name="summary" label="Summary" hint="Shown where the topic is listed" /></details>
    </div>
  );
}

function AssetFields(props: FormProps) {
  const { document, change } = props;
  const [share, setShare] = useState<number>();
  const [over, setOver] = useState(false);
  const say = useSay();
  const take = (file: File | undefined) => {
    if (!file) return;
    setShare(0);
    upload(file, setShare)
      .then((blob) => {
        const title = text(document.title) || file.name.replace(/\.[^.]+$/, "").replace(/[-_]+/g, " ");
        change({ ...document, title, blob: blob.digest, size: blob.size, file_name: file.name, media_type: file.type || "application/octet-stream" });
      }, say.failed)
      .finally(() => setShare(undefined));
  };
  const image = text(document.media_type).startsWith("image/");
  const sound = /^(audio|video)\//.test(text(document.media_type));
  const decorative = document.decorative === true;
  return (
    <>
      <label
        className={`drop ${over ? "over" : ""}`}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
        onDrop={(event) => { event.preventDefault(); setOver(false); take(event.dataTransfer.files[0]); }}
      >
        <input type="file" className="hidden" onChange={(event) => take(event.target.files?.[0])} />
        {share !== undefined ? <progress value={share} aria-label="Upload" />
        : document.blob ? <span><strong>{text(document.file_name)}</strong> <span className="soft">{text(document.media_type)}, {bytes(Number(document.size))}. Drop another file to replace it everywhere.</span></span>
        : <span>Drop a file here, or <u>choose one</u></span>}
      </label>
      {image ? (
        <>
          <label className="check"><input type="checkbox" checked={decorative} onChange={(event) => { const { alt: _, ...rest } = document; change(event.target.checked ? { ...rest, decorative: true } : { ...rest, decorative: false }); }} /> Decorative: says nothing that the text does not</label>
          {decorative ? null : <Area {...props} name="alt" label="Alternative text" rows={2} hint="What somebody who cannot see it needs to know" />}
        </>
      ) : null}
      <Area {...props} name="caption" label="Caption" rows={2} />
      {sound ? <Area {...props} name="transcript" label="Transcript" rows={6} /> : null}
    </>
  );
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
