// The form of a topic: its text with a toolbar, what is inserted by search, and files that are dropped in.
import { useQuery } from "@tanstack/react-query";
import { memo, useRef, useState } from "react";

import type { Schemas } from "../api/client";
import { Finder } from "../ui/Finder";
import type { IconName } from "../ui/icons";
import { Answer, Button, Empty, Sheet, useSay } from "../ui/parts";
import { text } from "./document";
import { Markdown, type MarkdownHandle } from "./Markdown";
import { MediaSheet } from "./Media";
import { Area, type FormProps, Title } from "./shared";
import { variables } from "./variables";

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
const Toolbar = memo(function Toolbar({ editor }: { editor: React.RefObject<MarkdownHandle | null> }) {
  const [open, setOpen] = useState<"asset" | "question" | "include" | "link" | "variable">();
  // After the dialog has given the focus back.
  const put = (inserted: string, block: boolean) => {
    setOpen(undefined);
    setTimeout(() => editor.current?.insert(inserted, block), 60);
  };
  const insert = (hit: Schemas["Hit"]) => {
    const name = `${hit.library_key}/${hit.key}`;
    const inserted = open === "include" ? `:::include ${name}` : open === "link" ? `[[${name}]]` : `![[${name}]]`;
    put(inserted, open !== "link");
  };
  const kinds = { asset: ["asset"], question: ["question"], include: ["topic"], link: ["topic", "lesson", "asset", "question"], variable: [] };
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
      <Button small look="quiet" icon="variable_set" onPress={() => setOpen("variable")}>Variable</Button>
      <Sheet title={open ? { asset: "Insert media", question: "Insert a question", include: "Include a text", link: "Link to", variable: "Insert a variable" }[open] : ""} open={open !== undefined} onClose={() => setOpen(undefined)}>
        {open === "variable" ? <Variables choose={(name) => put(`{{${name}}}`, false)} /> : open ? <Finder kinds={kinds[open]} choose={insert} action="Insert" autoFocus /> : null}
      </Sheet>
    </div>
  );
});

/** The variables there are, with what they hold; typing narrows them. */
function Variables({ choose }: { choose: (name: string) => void }) {
  const found = useQuery({ queryKey: ["variables"], queryFn: variables, staleTime: 0 });
  const [words, setWords] = useState("");
  return (
    <Answer of={found}>
      {(all) => {
        const shown = all.filter(({ name, value, set }) => `${name} ${value} ${set}`.toLowerCase().includes(words.trim().toLowerCase()));
        return (
          <form className="variables" onSubmit={(event) => { event.preventDefault(); if (shown[0]) choose(shown[0].name); }}>
            <input autoFocus value={words} aria-label="Find a variable" placeholder="Find a variable" spellCheck={false} onChange={(event) => setWords(event.target.value)} />
            {shown.length === 0 ? <Empty icon="variable_set" title={all.length === 0 ? "There are no variables yet" : "Nothing was found"}>{all.length === 0 ? "Make a variable set; courses that use it give its values." : "Try fewer words."}</Empty> : (
              <ul>
                {shown.map(({ name, value, set }) => (
                  <li key={set + name}><button type="button" onClick={() => choose(name)}><code>{name}</code><span>{value}</span><span className="soft">{set}</span></button></li>
                ))}
              </ul>
            )}
          </form>
        );
      }}
    </Answer>
  );
}

export function TopicFields(props: FormProps) {
  const { document, change, library } = props;
  const editor = useRef<MarkdownHandle>(null);
  const say = useSay();
  const [dropped, setDropped] = useState<File[]>([]);
  return (
    <div className="fields writing">
      <Title {...props} />
      <Toolbar editor={editor} />
      <Markdown
        ref={editor} value={text(document.body)} label="Text" hint="Write. “/” offers blocks, “[[” links, “![[” media, “{{” variables; files can be dropped in."
        onChange={(body) => change({ ...document, body })} onFiles={setDropped}
      />
      <details className="more-fields"><summary>Summary</summary><Area {...props} name="summary" label="Summary" hint="Shown where the topic is listed" /></details>
      {dropped.length > 0 ? (
        <MediaSheet
          files={dropped} library={library} close={() => setDropped([])}
          place={(name) => { editor.current?.insert(`![[${name}]]`, true); say("It is an asset now, and placed here."); }}
        />
      ) : null}
    </div>
  );
}
