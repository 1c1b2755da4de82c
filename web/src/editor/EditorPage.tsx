// Writing: a form for every kind, a live page beside it, drafts that survive, and merges instead of lost edits.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useParams, useSearchParams } from "react-router";

import { type Document, Refusal, type Schemas, api, data, tagOf } from "../api/client";
import { type Kind, component, drafts, libraries, on } from "../api/queries";
import { useBranch, useGo } from "../app/branch";
import { AlsoWriting, Faces, usePresence } from "../app/Presence";
import { useMay } from "../app/rights";
import { Answer, Badge, Button, Empty, Failure, KindIcon, Link, Sheet, Spinner, Time, useSay, useTitle } from "../ui/parts";
import { KIND, MADE_HERE } from "../ui/words";
import { keyOf, newDocument, text, tidy } from "./document";
import { Exists } from "./Exists";
import { Fields } from "./Fields";
import { LivePreview } from "./LivePreview";
import { type Merged, merge } from "./merge";
import { Conflict } from "./Conflict";

type View = Schemas["ComponentView"];

/** How long nothing is typed before a draft is kept. */
const PAUSE = 1500;

export default function EditorPage() {
  const { reference } = useParams();
  const branch = useBranch();
  return reference ? <Existing key={reference + (branch ?? "")} reference={reference} /> : <New />;
}

function Existing({ reference }: { reference: string }) {
  const branch = useBranch();
  const found = useQuery({ ...component(reference, branch), refetchOnWindowFocus: false });
  const kept = useQuery({ ...drafts(branch), staleTime: 0, refetchOnWindowFocus: false });
  // What was kept since this page was last open, not what was known then.
  if (kept.isPending || !kept.isFetchedAfterMount) return <Spinner />;
  return (
    <Answer of={found}>
      {({ value }) => (
        <Writing key={value.component.id} view={value} draft={kept.data?.items.find(({ component: one }) => one.id === value.component.id)?.draft} />
      )}
    </Answer>
  );
}

function Writing({ view: seen, draft }: { view: View; draft: Schemas["Draft"] | undefined }) {
  const { component: one } = seen;
  const [base, setBase] = useState(seen);
  const [document, setDocument] = useState<Document>(() => (draft ? (draft.content as unknown as Document) : (seen.content as unknown as Document)));
  // A draft of an older version is saved as an edit of that version, so that a merge decides.
  const [baseId, setBaseId] = useState(draft?.base ?? seen.revision.id);
  const [restored, setRestored] = useState(draft !== undefined);
  const [conflict, setConflict] = useState<{ merged: Merged; theirs: View }>();
  const [message, setMessage] = useState("");
  const [keptAt, setKeptAt] = useState<string>();
  const branch = useBranch();
  const client = useQueryClient();
  const say = useSay();
  const may = useMay();
  const allowed = may("write", one.library);
  const others = usePresence(one.id, allowed ? "writing" : "reading");
  const title = text(document.title);
  useTitle(`Edit ${title}`);
  const before = useMemo(() => JSON.stringify(tidy(base.content as unknown as Document)), [base]);
  const dirty = JSON.stringify(tidy(document)) !== before;
  const path = useMemo(() => ({ reference: one.id }), [one.id]);
  const saving = useRef(false);

  useEffect(() => {
    if (!dirty || saving.current) return;
    const timer = setTimeout(() => {
      data(api.PUT("/api/v1/components/{reference}/draft", { params: { path, query: on(branch) }, body: { base: baseId, content: document as Record<string, never> } }))
        .then((kept) => setKeptAt(kept.saved), () => setKeptAt(undefined));
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [dirty, document, baseId, branch, path]);

  const discard = useCallback(
    () => api.DELETE("/api/v1/components/{reference}/draft", { params: { path, query: on(branch) } }).catch(() => undefined),
    [path, branch],
  );
  const version = async (id: string): Promise<View> => {
    const found = await data(api.GET("/api/v1/components/{reference}/history", { params: { path, query: { limit: 200 } } }));
    const number = found.items.find((revision) => revision.id === id)?.number ?? 1;
    return data(api.GET("/api/v1/components/{reference}", { params: { path: { reference: `${one.id}@${String(number)}` }, query: { references: "keys" } } }));
  };
  const reconcile = async () => {
    const [began, theirs] = await Promise.all([
      version(baseId),
      data(api.GET("/api/v1/components/{reference}", { params: { path, query: { references: "keys", ...on(branch) } } })),
    ]);
    const merged = merge(tidy(began.content as unknown as Document), tidy(document), tidy(theirs.content as unknown as Document));
    setConflict({ merged, theirs });
  };
  const save = useMutation({
    mutationFn: async ({ content, onto }: { content: Document; onto: string }) => {
      saving.current = true;
      return data(
        api.PUT("/api/v1/components/{reference}", {
          params: { path, query: on(branch), header: { "If-Match": tagOf(onto) } },
          body: { content: tidy(content) as Record<string, never>, message },
        }),
      );
    },
    onSuccess: async (saved, { content }) => {
      setConflict(undefined);
      setBase((was) => ({ ...was, revision: saved.revision, state: saved.state, content: content as unknown as View["content"] }));
      setBaseId(saved.revision.id);
      setDocument(content);
      setRestored(false);
      setKeptAt(undefined);
      setMessage("");
      await discard();
      say(saved.changed ? `Saved as @${String(saved.revision.number)}.` : "Nothing was different, so no version was made.");
      void client.invalidateQueries({ queryKey: ["component", one.id] });
      void client.invalidateQueries({ queryKey: ["drafts"] });
    },
    onError: (error) => {
      if (error instanceof Refusal && error.kind === "stale-base") reconcile().catch(say.failed);
    },
    onSettled: () => {
      saving.current = false;
    },
  });
  const store = () => {
    if (dirty && !save.isPending) save.mutate({ content: document, onto: baseId });
  };
  const stored = useRef(store);
  useEffect(() => {
    stored.current = store;
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
        event.preventDefault();
        stored.current();
      }
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
  useEffect(() => {
    if (!dirty) return;
    const leave = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", leave);
    return () => window.removeEventListener("beforeunload", leave);
  }, [dirty]);

  const stale = save.error instanceof Refusal && save.error.kind === "stale-base";
  const change = (next: Document) => setDocument(next);
  if (!allowed) return <Failure error={new Error("You may read this component, not change it.")} />;
  return (
    <div className="editor">
      <header className="editor-head">
        <Link to={`/components/${one.id}`} className="button quiet bare" aria-label="Back to the component"><span aria-hidden="true">←</span></Link>
        <KindIcon kind={one.kind} />
        <div className="editor-title">
          <h1>{title || "Without a title"}</h1>
          <p className="soft">{base.library_key}/{one.key} · @{base.revision.number} {base.state === "approved" && dirty ? "· saving makes it a draft again" : ""}</p>
        </div>
        <Faces of={others} />
        <span className="kept soft" role="status">
          {save.isPending ? "Saving …" : !dirty ? "Saved" : keptAt ? <>Draft kept <Time at={keptAt} /></> : "Unsaved"}
        </span>
        <input className="message" aria-label="What changed, in a few words" placeholder="What changed (optional)" value={message} onChange={(event) => setMessage(event.target.value)} />
        <Button look="primary" isDisabled={!dirty || save.isPending} onPress={store}>Save</Button>
      </header>
      <AlsoWriting of={others} />
      {restored && dirty ? (
        <p className="banner">
          Your unsaved edits from <Time at={draft?.saved ?? seen.revision.created} /> are shown.
          {baseId !== base.revision.id ? <Badge tone="heed">the component changed meanwhile; saving merges</Badge> : null}
          <Button small onPress={() => { setDocument(base.content as unknown as Document); setBaseId(base.revision.id); setRestored(false); void discard(); }}>Throw them away</Button>
        </p>
      ) : null}
      {seen.revision.id !== base.revision.id && seen.revision.number > base.revision.number ? (
        <p className="banner heed">Somebody saved @{seen.revision.number} while you write. Saving merges both.</p>
      ) : null}
      {save.isError && !stale ? <Failure error={save.error} /> : null}
      <div className="editor-body">
        <Fields kind={one.kind} library={base.library_key} document={document} change={change} saved={{ component: one.id, content: base.content as unknown as Document }} />
        <LivePreview kind={one.kind} library={base.library_key} document={document} saved={`${one.id}@${String(base.revision.number)}`} />
      </div>
      {conflict ? (
        <Sheet wide title="Somebody else saved meanwhile" open onClose={() => setConflict(undefined)}>
          <Conflict
            merged={conflict.merged} theirs={conflict.theirs} pending={save.isPending}
            cancel={() => setConflict(undefined)} save={(content) => save.mutate({ content, onto: conflict.theirs.revision.id })}
          />
        </Sheet>
      ) : null}
    </div>
  );
}

function New() {
  const [params, setParams] = useSearchParams();
  const kind = MADE_HERE.find((one) => one === params.get("kind")) ?? "topic";
  const client = useQueryClient();
  const branch = useBranch();
  const go = useGo();
  const may = useMay();
  const found = useQuery(libraries);
  const [document, setDocument] = useState<Document>(() => ({ ...newDocument(kind), title: params.get("title") ?? "" }));
  const [key, setKey] = useState<string>();
  const [library, setLibrary] = useState<string>();
  useTitle(`New ${KIND[kind].toLowerCase()}`);
  const own = found.data?.items.filter((one) => may("write", one.id)) ?? [];
  const home = library ?? own[0]?.key ?? "";
  const title = text(document.title);
  const wanted = key ?? keyOf(title);
  const create = useMutation({
    mutationFn: () =>
      data(
        api.POST("/api/v1/components", {
          params: { query: on(branch) },
          body: { library: home, key: wanted, kind, content: tidy(document) as Record<string, never> },
        }),
      ),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ["search"] });
      const structure = ["course", "module", "lesson"].includes(kind);
      go(`/components/${saved.component.id}${structure ? "/outline" : ""}`);
    },
  });
  if (found.data && own.length === 0) return <Empty icon="edit" title="You may not write in any library">An admin can give you the role “author”.</Empty>;
  const choose = (next: Kind) => {
    setParams({ kind: next, ...(title ? { title } : {}) }, { replace: true });
    setDocument({ ...newDocument(next), title });
  };
  return (
    <div className="editor">
      <header className="editor-head">
        <KindIcon kind={kind} />
        <div className="editor-title"><h1>New {KIND[kind].toLowerCase()}</h1></div>
        <label className="inline-field">
          <span className="soft">Kind</span>
          <select value={kind} onChange={(event) => choose(event.target.value as Kind)}>
            {MADE_HERE.map((one) => <option key={one} value={one}>{KIND[one]}</option>)}
          </select>
        </label>
        {own.length > 1 ? (
          <label className="inline-field">
            <span className="soft">Library</span>
            <select value={home} onChange={(event) => setLibrary(event.target.value)}>{own.map((one) => <option key={one.id}>{one.key}</option>)}</select>
          </label>
        ) : null}
        <label className="inline-field">
          <span className="soft">Key</span>
          <input value={wanted} spellCheck={false} onChange={(event) => setKey(event.target.value)} placeholder="from the title" />
        </label>
        <Button look="primary" isDisabled={!title.trim() || !wanted || create.isPending} onPress={() => create.mutate()}>Create</Button>
      </header>
      {create.isError ? <Failure error={create.error} /> : null}
      <Exists document={document} kind={kind} />
      <div className="editor-body">
        <Fields kind={kind} library={home} document={document} change={setDocument} />
        <LivePreview kind={kind} library={home} document={document} />
      </div>
    </div>
  );
}
