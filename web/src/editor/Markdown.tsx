// The Markdown editor: CodeMirror in a shadow root, where it may set its own styles under the page's policy.
import { type Completion, type CompletionContext, type CompletionResult, autocompletion, closeBrackets, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { markdown, markdownLanguage } from "@codemirror/lang-markdown";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useImperativeHandle, useRef } from "react";

import { ANY, search as find } from "../api/queries";
import { variables } from "./variables";

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "15px", backgroundColor: "transparent", color: "var(--ink)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--code)", lineHeight: "1.7", padding: "16px 0 40vh" },
  ".cm-content": { caretColor: "var(--accent)", maxWidth: "52rem" },
  ".cm-line": { padding: "0 24px" },
  ".cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--sunken) 60%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--selection)" },
  ".cm-placeholder": { color: "var(--soft)" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", border: "1px solid var(--line)", borderRadius: "8px", boxShadow: "var(--shadow)", overflow: "hidden" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--text)", fontSize: "14px", maxHeight: "18em" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "6px 12px !important", color: "var(--ink)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--wash) !important", color: "var(--ink) !important" },
  ".cm-completionDetail": { color: "var(--soft)", fontStyle: "normal", marginLeft: "1em" },
});

const colours = HighlightStyle.define([
  { tag: tags.heading, fontWeight: "700", color: "var(--ink)" },
  { tag: tags.strong, fontWeight: "700" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: tags.link, color: "var(--accent)" },
  { tag: tags.url, color: "var(--accent)" },
  { tag: tags.monospace, color: "var(--good)" },
  { tag: [tags.processingInstruction, tags.meta, tags.contentSeparator], color: "var(--soft)" },
  { tag: tags.quote, color: "var(--soft)" },
]);

interface Snippet {
  label: string;
  detail: string;
  insert: string;
  /** Where the caret goes, from the end. */
  back?: number;
  /** What it begins is chosen from a list: which opens at once. */
  choose?: boolean;
}

/** What the slash menu offers at the start of a line. */
export const SNIPPETS: Snippet[] = [
  { label: "/heading", detail: "Section", insert: "## " },
  { label: "/list", detail: "Bulleted list", insert: "- " },
  { label: "/numbered", detail: "Numbered list", insert: "1. " },
  { label: "/steps", detail: "Steps of a procedure", insert: ":::steps\n1. \n:::", back: 4 },
  { label: "/note", detail: "Callout", insert: ":::note\n\n:::", back: 4 },
  { label: "/tip", detail: "Callout", insert: ":::tip\n\n:::", back: 4 },
  { label: "/warning", detail: "Callout", insert: ":::warning\n\n:::", back: 4 },
  { label: "/example", detail: "Callout", insert: ":::example\n\n:::", back: 4 },
  { label: "/details", detail: "Folded away until opened", insert: ":::details Title\n\n:::", back: 4 },
  { label: "/when", detail: "Only for some audiences", insert: ":::when audience=\n\n:::", back: 5 },
  { label: "/include", detail: "Text of another component", insert: ":::include ", choose: true },
  { label: "/image", detail: "Picture or other asset", insert: "![[]]", back: 2, choose: true },
  { label: "/question", detail: "A question in the text", insert: "![[]]", back: 2, choose: true },
  { label: "/link", detail: "Link to a component", insert: "[[]]", back: 2, choose: true },
  { label: "/variable", detail: "A value that is set elsewhere", insert: "{{}}", back: 2, choose: true },
  { label: "/table", detail: "Table", insert: "| A | B |\n| --- | --- |\n|  |  |", back: 7 },
  { label: "/code", detail: "Code block", insert: "```\n\n```", back: 4 },
];

function slash(context: CompletionContext): CompletionResult | null {
  const before = context.matchBefore(/^\/\w*$/);
  if (!before) return null;
  const options: Completion[] = SNIPPETS.map(({ label, detail, insert, back = 0, choose = false }) => ({
    label,
    detail,
    apply: (view, _, from, to) => {
      const selection = { anchor: from + insert.length - back };
      view.dispatch({ changes: { from, to, insert }, selection, userEvent: "input.complete" });
      if (choose) startCompletion(view);
    },
  }));
  return { from: before.from, options };
}

/** `[[`, `![[` and `:::include` offer the components that fit. */
async function references(context: CompletionContext): Promise<CompletionResult | null> {
  const before = context.matchBefore(/(!?\[\[|^:::include )[^\]|#\n]*$/);
  if (!before) return null;
  const opening = /^(!?\[\[|:::include )/.exec(before.text)?.[0] ?? "";
  const kind = opening === "![[" ? ["asset", "question"] : opening === "[[" ? [] : ["topic"];
  const asked = { ...ANY, q: before.text.slice(opening.length).replace(/[/-]/g, " "), kind };
  const stop = new AbortController();
  context.addEventListener("abort", () => stop.abort());
  const { hits } = await search_(asked, stop.signal);
  const closing = opening.endsWith("[[") && context.state.sliceDoc(context.pos, context.pos + 2) !== "]]" ? "]]" : "";
  const options = hits.map((hit) => ({ label: hit.title, detail: `${hit.library_key}/${hit.key}`, apply: `${hit.library_key}/${hit.key}${closing}` }));
  return { from: before.from + opening.length, options, filter: false };
}
const search_ = (asked: Parameters<typeof find>[0], signal: AbortSignal) => find(asked, undefined, signal, { limit: 12, facets: false });

/** `{{` offers the variables that are set somewhere. */
async function values(context: CompletionContext): Promise<CompletionResult | null> {
  const before = context.matchBefore(/\{\{[\w.-]*$/);
  if (!before) return null;
  const found = await variables().catch(() => []);
  const closing = context.state.sliceDoc(context.pos, context.pos + 2) === "}}" ? "" : "}}";
  return { from: before.from + 2, options: found.map(({ name, value, set }) => ({ label: name, detail: `${value} · ${set}`, apply: name + closing })), validFor: /^[\w.-]*$/ };
}

export interface MarkdownHandle {
  /** Puts a text where the caret is, on a line of its own if `block`. */
  insert: (text: string, block?: boolean) => void;
  /** Puts signs around what is selected. */
  wrap: (before: string, after?: string) => void;
  /** Begins the selected lines with a sign. */
  prefix: (sign: string) => void;
  /** Goes to a line. */
  reveal: (line: number, column: number) => void;
}

/** How many of its own texts an editor knows again. */
const REMEMBERED = 40;

interface Props {
  value: string;
  onChange: (value: string) => void;
  label: string;
  hint?: string;
  disabled?: boolean;
  lines?: number;
  onFiles?: (files: File[]) => void;
  ref?: React.Ref<MarkdownHandle>;
}

export function Markdown({ value, onChange, label, hint, disabled, lines, onFiles, ref }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useRef(onChange);
  const dropped = useRef(onFiles);
  const first = useRef(value);
  const told = useRef<string[]>([]);
  useEffect(() => {
    changed.current = onChange;
    dropped.current = onFiles;
  });
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
    const extensions: Extension[] = [
      // Before the look of all editors, which it is stronger than.
      lines ? EditorView.theme({ ".cm-scroller": { padding: "8px 0", minHeight: `${String(lines * 1.7)}em` }, ".cm-line": { padding: "0 12px" } }) : [],
      history(), drawSelection(), highlightActiveLine(), closeBrackets(), search({ top: true }), EditorView.lineWrapping,
      markdown({ base: markdownLanguage }), syntaxHighlighting(colours), look,
      autocompletion({ override: [slash, references, values], icons: false }),
      keymap.of([
        { key: "Mod-b", run: (v) => { wrap(v, "**"); return true; } },
        { key: "Mod-i", run: (v) => { wrap(v, "*"); return true; } },
        ...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab,
      ]),
      EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "true", autocapitalize: "sentences" }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        const text = update.state.doc.toString();
        told.current = [...told.current.slice(-REMEMBERED), text];
        changed.current(text);
      }),
      EditorView.domEventHandlers({
        drop: (event) => files(event, event.dataTransfer, dropped.current),
        paste: (event) => files(event, event.clipboardData, dropped.current),
      }),
      EditorState.readOnly.of(disabled ?? false),
      hint ? placeholder(hint) : [],
    ];
    const made = new EditorView({ doc: first.current, extensions, parent: root, root });
    view.current = made;
    return () => {
      first.current = made.state.doc.toString();
      made.destroy();
      view.current = null;
    };
  }, [label, hint, disabled, lines]);
  // What comes from outside (a restored draft, a merge) replaces the text. What this editor told itself comes back late
  // when somebody types fast, and must not take back what was typed since.
  useEffect(() => {
    const made = view.current;
    if (made && value !== made.state.doc.toString() && !told.current.includes(value)) made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: value } });
  }, [value]);
  useImperativeHandle(ref, () => ({
    insert: (text, block) => {
      const made = view.current;
      if (!made) return;
      const { from, to } = made.state.selection.main;
      const line = made.state.doc.lineAt(from);
      const lead = block && line.text.trim() ? "\n\n" : "";
      const insert = `${lead}${text}${block ? "\n" : ""}`;
      made.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length } });
      made.focus();
    },
    wrap: (before, after) => { if (view.current) wrap(view.current, before, after); },
    prefix: (sign) => { if (view.current) prefix(view.current, sign); },
    reveal: (line, column) => {
      const made = view.current;
      if (!made || line > made.state.doc.lines) return;
      const at = made.state.doc.line(line);
      made.dispatch({ selection: { anchor: Math.min(at.from + column - 1, at.to) }, effects: EditorView.scrollIntoView(at.from, { y: "center" }) });
      made.focus();
    },
  }));
  return <div ref={host} className={`markdown ${lines ? "small" : ""}`} />;
}

function wrap(view: EditorView, before: string, after = before): void {
  const { from, to } = view.state.selection.main;
  const text = view.state.sliceDoc(from, to);
  const around = view.state.sliceDoc(from - before.length, from) === before && view.state.sliceDoc(to, to + after.length) === after;
  if (around) {
    view.dispatch({
      changes: [{ from: from - before.length, to: from }, { from: to, to: to + after.length }],
      selection: { anchor: from - before.length, head: to - before.length },
    });
  } else {
    view.dispatch({ changes: { from, to, insert: before + text + after }, selection: { anchor: from + before.length, head: to + before.length } });
  }
  view.focus();
}

function prefix(view: EditorView, sign: string): void {
  const { from, to } = view.state.selection.main;
  const [first, last] = [view.state.doc.lineAt(from).number, view.state.doc.lineAt(to).number];
  const changes = [];
  for (let n = first; n <= last; n++) {
    const line = view.state.doc.line(n);
    changes.push(line.text.startsWith(sign) ? { from: line.from, to: line.from + sign.length } : { from: line.from, insert: sign });
  }
  view.dispatch({ changes });
  view.focus();
}

function files(event: Event, given: DataTransfer | null, take: ((files: File[]) => void) | undefined): boolean {
  const dropped = [...(given?.files ?? [])];
  if (!take || dropped.length === 0) return false;
  event.preventDefault();
  take(dropped);
  return true;
}
