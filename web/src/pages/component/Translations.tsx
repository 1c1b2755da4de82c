// A component in other languages: how far each is, and source and translation side by side to write in.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useSearchParams } from "react-router";

import { type Document, Refusal, type Schemas, api, data, tagOf, tagged } from "../../api/client";
import { on } from "../../api/queries";
import { useBranch } from "../../app/branch";
import { useMay, useName } from "../../app/rights";
import { tidy } from "../../editor/document";
import { Markdown } from "../../editor/Markdown";
import { merge } from "../../editor/merge";
import { Diff } from "../../ui/Diff";
import { Answer, Badge, Button, Empty, Failure, Preview, Sheet, Spinner, Time, useSay } from "../../ui/parts";
import { type Tone, STRUCTURES, count } from "../../ui/words";
import type { View } from "./ComponentPage";
import { lines, saying, texts } from "./strings";

type State = Schemas["TranslationState"];

const STATE: Record<State, { words: string; tone: Tone }> = {
  current: { words: "current", tone: "good" },
  stale: { words: "behind its source", tone: "heed" },
  missing: { words: "missing", tone: "plain" },
};
/** Offered first where a library has no other languages yet. */
const USUAL = ["de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "zh", "ar"];
const NAMES = new Intl.DisplayNames(["en"], { type: "language" });

export function languageName(code: string): string {
  try {
    return NAMES.of(code) ?? code;
  } catch {
    return code;
  }
}

export default function Translations({ view }: { view: View }) {
  const branch = useBranch();
  const id = view.component.id;
  const [params, setParams] = useSearchParams();
  const found = useQuery({
    queryKey: ["component", id, branch ?? "main", "translations"],
    queryFn: () => data(api.GET("/api/v1/components/{reference}/translations", { params: { path: { reference: id }, query: on(branch) } })),
  });
  const chosen = params.get("language");
  const choose = (language: string) => {
    const next = new URLSearchParams(params);
    next.set("language", language);
    setParams(next, { replace: true });
  };
  return (
    <Answer of={found}>
      {({ items }) => {
        const language = chosen ?? items[0]?.language;
        const kept = items.find((one) => one.language === language);
        const fresh = chosen && !kept ? [{ language: chosen, state: "missing" as const }] : [];
        return (
          <div className="translations">
            <nav className="languages" aria-label="Languages">
              <p className="language source"><strong>{languageName(view.revision.language)}</strong><span className="soft">the source, @{view.revision.number}</span></p>
              {[...items, ...fresh].map((one) => (
                <button key={one.language} type="button" className="language" aria-pressed={one.language === language} onClick={() => choose(one.language)}>
                  <strong>{languageName(one.language)}</strong>
                  <Badge tone={STATE[one.state].tone}>{STATE[one.state].words}</Badge>
                </button>
              ))}
              <AddLanguage taken={[view.revision.language, ...items.map((one) => one.language)]} add={choose} />
            </nav>
            {language ? <Side key={`${language}${kept?.revision ?? ""}${view.revision.id}`} view={view} language={language} kept={kept} /> : (
              <Empty icon="translate" title="In one language so far">Choose a language beside this to write it in another. Courses are then released in it too.</Empty>
            )}
          </div>
        );
      }}
    </Answer>
  );
}

function AddLanguage({ taken, add }: { taken: string[]; add: (language: string) => void }) {
  const [code, setCode] = useState("");
  const free = USUAL.filter((one) => !taken.includes(one));
  const wanted = code.trim();
  let known: string | undefined;
  try {
    known = wanted ? Intl.getCanonicalLocales(wanted)[0] : undefined;
  } catch {
    known = undefined;
  }
  return (
    <form
      className="add-language"
      onSubmit={(event) => {
        event.preventDefault();
        if (known && !taken.includes(known)) { add(known); setCode(""); }
      }}
    >
      <label className="field">
        <span className="label">Another language</span>
        <input list="languages" value={code} placeholder="de, pt-BR …" spellCheck={false} onChange={(event) => setCode(event.target.value)} />
      </label>
      <datalist id="languages">{free.map((one) => <option key={one} value={one}>{languageName(one)}</option>)}</datalist>
      <Button small type="submit" icon="plus" isDisabled={!known || taken.includes(known)}>{known && !taken.includes(known) ? languageName(known) : "Add"}</Button>
    </form>
  );
}

interface Kept {
  /** Its strings, with references by key. */
  said: Record<string, string>;
  revision: string;
}

/** Reads a translation as people write it: by its number in the history, where references are keys. */
async function readKept(view: View, language: string, branch: string | undefined): Promise<Kept> {
  const path = { reference: view.component.id };
  const { value } = await tagged(api.GET("/api/v1/components/{reference}/translations/{language}", { params: { path: { ...path, language }, query: on(branch) } }));
  const reference = `${view.component.id}@${String(value.number)}`;
  const shown = await data(api.GET("/api/v1/components/{reference}", { params: { path: { reference }, query: { references: "keys" } } }));
  return { said: texts(view.component.kind, shown.content as unknown as Document), revision: value.revision };
}

function Side({ view, language, kept }: { view: View; language: string; kept: Schemas["Translation"] | undefined }) {
  const branch = useBranch();
  const found = useQuery({
    queryKey: ["component", view.component.id, branch ?? "main", "translation", language, kept?.revision],
    queryFn: () => readKept(view, language, branch),
    enabled: kept !== undefined,
    staleTime: Infinity,
  });
  if (kept && !found.data) return found.isError ? <Failure error={found.error} retry={() => void found.refetch()} /> : <Spinner />;
  return <Writing view={view} language={language} state={kept?.state ?? "missing"} kept={kept ? found.data : undefined} madeFrom={kept?.made_from} />;
}

function Writing({ view, language, state, kept, madeFrom }: { view: View; language: string; state: State; kept: Kept | undefined; madeFrom: string | undefined }) {
  const { component: one, revision, library_key: library } = view;
  const branch = useBranch();
  const client = useQueryClient();
  const say = useSay();
  const may = useMay();
  const allowed = may("write", one.library) && !one.deleted;
  const source = useMemo(() => tidy(view.content as unknown as Document), [view.content]);
  const strings = useMemo(() => lines(one.kind, source), [one.kind, source]);
  const [base, setBase] = useState(kept);
  const [said, setSaid] = useState<Record<string, string>>(kept?.said ?? {});
  const [theirs, setTheirs] = useState<Record<string, string>>({});
  const [message, setMessage] = useState("");
  const [shown, show] = useState<"changes" | "page">();
  const dirty = strings.some(({ path }) => (said[path] ?? "") !== (base?.said[path] ?? ""));
  const empty = strings.filter(({ path, text }) => text.trim() && !said[path]?.trim());
  // What is not translated yet stands in the source's language: of a document every field must be there.
  const document = () => saying(source, Object.fromEntries(strings.map(({ path, text }) => [path, said[path]?.trim() ? (said[path] ?? text) : text])));
  const save = useMutation({
    mutationFn: () =>
      data(
        api.PUT("/api/v1/components/{reference}/translations/{language}", {
          params: { path: { reference: one.id, language }, query: on(branch), header: base ? { "If-Match": tagOf(base.revision) } : { "If-None-Match": "*" } },
          body: { content: document() as Record<string, never>, source: revision.content, message },
        }),
      ),
    onSuccess: (saved) => {
      say(`${languageName(language)} is saved as @${String(saved.revision.number)}.`);
      setBase({ said, revision: saved.revision.id });
      void client.invalidateQueries({ queryKey: ["component", one.id] });
      void client.invalidateQueries({ queryKey: ["search"] });
    },
    onError: (error) => {
      if (error instanceof Refusal && ["stale-base", "conflict"].includes(error.kind)) takeIn().catch(say.failed);
    },
  });
  /** Somebody saved this translation meanwhile: their fields are taken where mine are untouched, shown where both wrote. */
  const takeIn = async () => {
    const now = await readKept(view, language, branch);
    const { document: merged, clashes } = merge(base?.said ?? {}, said, now.said);
    setTheirs(Object.fromEntries(clashes.map(({ field }) => [field, now.said[field] ?? ""])));
    setSaid(Object.fromEntries(strings.map(({ path }) => [path, String(merged[path] ?? "")])));
    setBase(now);
    say(clashes.length === 0 ? "Somebody saved it meanwhile. Theirs and yours fit together: save again." : "Somebody saved it meanwhile. Where both wrote, theirs is shown below yours.");
  };
  useEffect(() => {
    if (!dirty) return;
    const leave = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", leave);
    return () => window.removeEventListener("beforeunload", leave);
  }, [dirty]);
  const change = (path: string, text: string) => setSaid((all) => ({ ...all, [path]: text }));
  const stale = state === "stale";
  const behind = save.error instanceof Refusal && ["stale-base", "conflict"].includes(save.error.kind);
  return (
    <section className="translation" aria-label={languageName(language)}>
      <header className="translation-head">
        <h2>{languageName(language)}</h2>
        <Badge tone={STATE[state].tone}>{STATE[state].words}</Badge>
        <span className="soft" role="status">{empty.length > 0 ? `${count(empty.length, "string")} left` : dirty ? "Not saved yet" : "Every string is there"}</span>
        <span className="spring" />
        {stale ? <Button small icon="history" onPress={() => show("changes")}>What changed in the source</Button> : null}
        <Button small icon="eye" onPress={() => show("page")}>Look at it</Button>
      </header>
      {stale && !dirty ? (
        <p className="banner heed">The source was edited after this was translated. Change what needs it; if nothing does, save it as it is and it is current again.</p>
      ) : null}
      {save.isError && !behind ? <Failure error={save.error} /> : null}
      <div className="strings" role="group" aria-label={`Strings in ${languageName(language)}`}>
        {strings.map(({ path, label, text, long }) => (
          <div key={path} className={`string ${text.trim() && !said[path]?.trim() ? "open" : ""}`}>
            <div className="string-source">
              <p className="label">{label}</p>
              <div className="string-text" lang={revision.language} dir="auto">{text}</div>
            </div>
            <div className="string-target" lang={language}>
              {long && !STRUCTURES.includes(one.kind) && ["body", "prompt"].includes(path) ? (
                <Markdown key={base?.revision ?? ""} lines={Math.min(24, Math.max(4, text.split("\n").length))} value={said[path] ?? ""} disabled={!allowed} label={`${label} in ${languageName(language)}`} onChange={(next) => change(path, next)} />
              ) : long ? (
                <textarea rows={Math.min(12, Math.max(3, Math.ceil(text.length / 60)))} dir="auto" readOnly={!allowed} aria-label={`${label} in ${languageName(language)}`} value={said[path] ?? ""} onChange={(event) => change(path, event.target.value)} />
              ) : (
                <input dir="auto" readOnly={!allowed} aria-label={`${label} in ${languageName(language)}`} value={said[path] ?? ""} onChange={(event) => change(path, event.target.value)} />
              )}
              {theirs[path] !== undefined ? (
                <div className="string-theirs">
                  <p className="label">Theirs</p>
                  <div className="string-text" dir="auto">{theirs[path]}</div>
                  <Button small onPress={() => { change(path, theirs[path] ?? ""); setTheirs(({ [path]: _, ...rest }) => rest); }}>Take theirs</Button>
                </div>
              ) : null}
            </div>
          </div>
        ))}
      </div>
      {allowed ? (
        <footer className="translation-foot">
          <input aria-label="What changed, in a few words" placeholder="What changed (optional)" value={message} onChange={(event) => setMessage(event.target.value)} />
          <Button look="primary" isDisabled={save.isPending || !(dirty || stale) || !said.title?.trim()} onPress={() => save.mutate()}>
            {stale && !dirty ? "Still right: mark as current" : base ? "Save" : "Save the translation"}
          </Button>
        </footer>
      ) : <p className="soft pad-y">You may read this library, not write in it.</p>}
      <Sheet wide title="What changed in the source" open={shown === "changes"} onClose={() => show(undefined)}>
        {shown === "changes" && madeFrom ? <Since view={view} madeFrom={madeFrom} /> : null}
      </Sheet>
      <Sheet wide title={`${String(source.title)} in ${languageName(language)}`} open={shown === "page"} onClose={() => show(undefined)}>
        {shown === "page" ? <Page document={document()} kind={one.kind} library={library} language={language} /> : null}
      </Sheet>
    </section>
  );
}

/** The source beside what it was when the translation was made from it. */
function Since({ view, madeFrom }: { view: View; madeFrom: string }) {
  const id = view.component.id;
  const name = useName();
  const found = useQuery({
    queryKey: ["component", id, "since", madeFrom, view.revision.id],
    queryFn: async () => {
      const path = { reference: id };
      let before: number | undefined;
      for (;;) {
        const page = await data(api.GET("/api/v1/components/{reference}/history", { params: { path, query: { limit: 200, ...(before ? { before } : {}) } } }));
        const from = page.items.find((revision) => revision.content === madeFrom && revision.language === view.revision.language);
        if (from) {
          const diff = await data(api.GET("/api/v1/components/{reference}/diff", { params: { path, query: { from: `@${String(from.number)}`, to: `@${String(view.revision.number)}` } } }));
          return { from, diff };
        }
        if (!page.next) return null;
        before = page.next;
      }
    },
    staleTime: Infinity,
  });
  return (
    <Answer of={found}>
      {(since) => since ? (
        <>
          <p className="soft">From @{since.from.number}, which it was made from, to @{view.revision.number} by {name(view.revision.author)}, <Time at={view.revision.created} />.</p>
          <Diff of={since.diff} />
        </>
      ) : <p className="soft">The version it was made from is not in this component’s history on this server.</p>}
    </Answer>
  );
}

function Page({ document, kind, library, language }: { document: Document; kind: Schemas["Kind"]; library: string; language: string }) {
  const branch = useBranch();
  const page = useQuery({
    queryKey: ["preview", library, kind, document, language, branch],
    queryFn: () => data(api.POST("/api/v1/proofs", { params: { query: on(branch) }, body: { library, kind, language, content: document as Record<string, never> } })),
    gcTime: 10_000,
  });
  return <div className="sheet-page"><Answer of={page}>{({ html }) => <Preview html={html} title="How it looks" />}</Answer></div>;
}
