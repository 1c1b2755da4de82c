// A component: how it looks, what is said of it, what it was, where it is used.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Suspense, lazy, useState } from "react";
import { useParams } from "react-router";

import { type Document, type Schemas, api, data, tagOf } from "../../api/client";
import { comments, component, on } from "../../api/queries";
import { useBranch, useGo } from "../../app/branch";
import { Faces, usePresence } from "../../app/Presence";
import { useMay, useName } from "../../app/rights";
import {
  Answer, Badge, Button, type Choice, Failure, KindIcon, Link, LinkButton, More, Page, Sheet, Spinner, StateBadge, type Tab, Tabs, Time, useSay, useTitle,
} from "../../ui/parts";
import { KIND, STRUCTURES } from "../../ui/words";
import { History } from "./History";
import { MetadataTab } from "./Metadata";
import { Overview } from "./Overview";
import { Releases } from "./Releases";
import { Uses } from "./Uses";

const Translations = lazy(() => import("./Translations"));

export type View = Schemas["ComponentView"];

export default function ComponentPage() {
  const { reference = "", tab = "" } = useParams();
  const branch = useBranch();
  const found = useQuery(component(reference, branch));
  return (
    <Answer of={found}>
      {({ value }) => <Shown view={value} tab={tab} />}
    </Answer>
  );
}

function Shown({ view, tab }: { view: View; tab: string }) {
  const { component: one, revision, state, library_key: library } = view;
  const content = view.content as unknown as Document;
  const title = String(content.title);
  const may = useMay();
  const name = useName();
  const said = useQuery(comments(one.id));
  const open = said.data?.items.filter((comment) => !comment.thread && !comment.resolved).length ?? 0;
  const structure = STRUCTURES.includes(one.kind);
  const others = usePresence(one.id, "reading");
  useTitle(title);
  const tabs: Tab[] = [
    { path: "", label: "Preview", icon: "eye", count: open },
    { path: "source", label: "Source", icon: "code" },
    { path: "metadata", label: "Metadata", icon: "tag" },
    { path: "history", label: "History", icon: "history" },
    { path: "translations", label: "Translations", icon: "translate" },
    { path: "uses", label: "Where used", icon: "uses" },
    ...(structure ? [{ path: "releases", label: "Releases", icon: "deploy" as const }] : []),
  ];
  const base = `/components/${one.id}`;
  return (
    <Page
      wide
      crumbs={<><Link to={`/search?library=${library}`}>{library}</Link> / <span>{one.key}</span></>}
      title={<><KindIcon kind={one.kind} size={24} /> {title}</>}
      actions={<>
        <Steps view={view} />
        {may("write", one.library) && !one.deleted ? (
          <>
            {structure ? <LinkButton to={`${base}/outline`} icon="list" look="primary">Outline</LinkButton> : null}
            <LinkButton to={`${base}/edit`} icon="edit" look={structure ? "plain" : "primary"}>Edit</LinkButton>
          </>
        ) : structure ? <LinkButton to={`${base}/outline`} icon="list">Outline</LinkButton> : null}
        <Further view={view} />
      </>}
    >
      <p className="facts">
        <StateBadge state={state} />
        <span>{KIND[one.kind]}</span>
        <span>@{revision.number} by {name(revision.author)}, <Time at={revision.created} /></span>
        <span>{revision.language}</span>
        {one.deleted ? <Badge tone="bad">deleted</Badge> : null}
        <Faces of={others} />
      </p>
      <Tabs base={base} tabs={tabs} current={tab} label="Component" />
      {tab === "" ? <Overview view={view} />
      : tab === "source" ? <Source content={content} />
      : tab === "metadata" ? <MetadataTab view={view} />
      : tab === "history" ? <History view={view} />
      : tab === "translations" ? <Suspense fallback={<Spinner />}><Translations key={one.id} view={view} /></Suspense>
      : tab === "uses" ? <Uses view={view} />
      : tab === "releases" && structure ? <Releases view={view} />
      : <Failure error={new Error("There is no such tab.")} />}
    </Page>
  );
}

type Step = Schemas["Transition"];
const STEPS: Record<Schemas["State"], { step: Step; label: string; right: Schemas["Right"]; look: "plain" | "primary" }[]> = {
  draft: [{ step: "submit", label: "Submit for review", right: "write", look: "plain" }],
  in_review: [
    { step: "approve", label: "Approve", right: "review", look: "primary" },
    { step: "withdraw", label: "Withdraw", right: "write", look: "plain" },
  ],
  approved: [],
  retired: [],
};

function useStep(view: View) {
  const client = useQueryClient();
  const say = useSay();
  const branch = useBranch();
  return useMutation({
    mutationFn: (step: Step) =>
      data(
        api.POST("/api/v1/components/{reference}/transitions", {
          params: { path: { reference: view.component.id }, query: on(branch), header: { "If-Match": tagOf(view.revision.id) } },
          body: { step },
        }),
      ),
    onError: say.failed,
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["component", view.component.id] });
      void client.invalidateQueries({ queryKey: ["search"] });
    },
  });
}

/** What may be done next to exactly this version. */
function Steps({ view }: { view: View }) {
  const may = useMay();
  const step = useStep(view);
  return (
    <>
      {STEPS[view.state]
        .filter(({ right }) => may(right, view.component.library))
        .map(({ step: name, label, look }) => (
          <Button key={name} look={look} icon={name === "approve" ? "check" : "right"} isDisabled={step.isPending} onPress={() => step.mutate(name)}>
            {label}
          </Button>
        ))}
    </>
  );
}

function Further({ view }: { view: View }) {
  const { component: one, revision } = view;
  const may = useMay();
  const go = useGo();
  const say = useSay();
  const client = useQueryClient();
  const branch = useBranch();
  const step = useStep(view);
  const [asked, ask] = useState<"rename" | "copy" | "delete">();
  if (!may("write", one.library)) return null;
  const header = { "If-Match": tagOf(revision.id) };
  const path = { reference: one.id };
  const changed = () => {
    void client.invalidateQueries({ queryKey: ["component", one.id] });
    void client.invalidateQueries({ queryKey: ["search"] });
  };
  const restore = () =>
    api.POST("/api/v1/components/{reference}/restore", { params: { path, query: on(branch), header } }).then(changed, say.failed);
  const choices: Choice[] = [
    { id: "copy", label: "Copy …", act: () => ask("copy") },
    { id: "rename", label: "Rename key …", act: () => ask("rename") },
    view.state === "retired"
      ? { id: "reinstate", label: "Reinstate", act: () => step.mutate("reinstate") }
      : { id: "retire", label: "Retire", act: () => step.mutate("retire") },
    one.deleted
      ? { id: "restore", label: "Restore", act: () => void restore() }
      : { id: "delete", label: "Delete …", icon: "trash", danger: true, act: () => ask("delete") },
  ];
  const close = () => ask(undefined);
  return (
    <>
      <More label="More" choices={choices} />
      <Sheet title={asked === "copy" ? "Copy" : "Rename"} open={asked === "copy" || asked === "rename"} onClose={close}>
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            const key = String(new FormData(event.currentTarget).get("key"));
            if (asked === "rename") {
              api.PUT("/api/v1/components/{reference}/key", { params: { path, query: on(branch), header }, body: { key } })
                .then(() => { changed(); close(); }, say.failed);
            } else {
              data(api.POST("/api/v1/components/{reference}/copies", { params: { path, query: on(branch) }, body: { key } }))
                .then((copied) => { changed(); close(); go(`/components/${copied.component.id}`); }, say.failed);
            }
          }}
        >
          <label className="field">
            <span className="label">Key</span>
            <input name="key" required autoFocus defaultValue={asked === "copy" ? `${one.key}-copy` : one.key} />
            <span className="hint">
              {asked === "copy" ? "The copy remembers what it was made from and can take in later changes." : "References hold ids: nothing breaks."}
            </span>
          </label>
          <div className="form-foot">
            <Button onPress={close}>Cancel</Button>
            <Button type="submit" look="primary">{asked === "copy" ? "Copy" : "Rename"}</Button>
          </div>
        </form>
      </Sheet>
      {asked === "delete" ? <Delete view={view} close={close} deleted={() => { changed(); close(); say("Deleted.", { undo: () => void restore() }); }} /> : null}
    </>
  );
}

/** Deleting names everything that stands in the way before it is tried. */
function Delete({ view, close, deleted }: { view: View; close: () => void; deleted: () => void }) {
  const branch = useBranch();
  const path = { reference: view.component.id };
  const impact = useQuery({
    queryKey: ["component", view.component.id, branch ?? "main", "impact"],
    queryFn: () => data(api.GET("/api/v1/components/{reference}/impact", { params: { path, query: on(branch) } })),
  });
  const remove = useMutation({
    mutationFn: () =>
      data(api.DELETE("/api/v1/components/{reference}", { params: { path, query: on(branch), header: { "If-Match": tagOf(view.revision.id) } } })),
    onSuccess: deleted,
  });
  return (
    <Sheet title="Delete this component?" open onClose={close}>
      <Answer of={impact}>
        {(found) => {
          const tops = found.tops.filter((top) => top.id !== view.component.id);
          const used = tops.length + found.hidden;
          return (
            <>
              {used > 0 ? (
                <>
                  <p>It is in use and cannot be deleted while these hold it:</p>
                  <ul>
                    {tops.slice(0, 12).map((top) => <li key={top.id}><Link to={`/components/${top.id}`} onClick={close}>{top.title}</Link></li>)}
                    {tops.length > 12 ? <li>and {tops.length - 12} more</li> : null}
                    {found.hidden > 0 ? <li>{found.hidden} in libraries you may not see</li> : null}
                  </ul>
                </>
              ) : <p>Nothing uses it. Deleting can be undone at any time, and its history stays.</p>}
              {remove.isError ? <Failure error={remove.error} /> : null}
              <div className="form-foot">
                <Button onPress={close}>Cancel</Button>
                <Button look="danger" icon="trash" isDisabled={used > 0 || remove.isPending} onPress={() => remove.mutate()}>Delete</Button>
              </div>
            </>
          );
        }}
      </Answer>
    </Sheet>
  );
}

/** The document as it is kept: text as people write it, everything else as JSON. */
function Source({ content }: { content: Document }) {
  const { body, ...rest } = content;
  const say = useSay();
  return (
    <div className="source">
      {typeof body === "string" ? (
        <>
          <div className="source-head">
            <h2>Markdown</h2>
            <Button small onPress={() => void navigator.clipboard.writeText(body).then(() => say("Copied."))}>Copy</Button>
          </div>
          <pre tabIndex={0} aria-label="Markdown source">{body.split("\n").map((line, n) => <span key={n} className="line">{line}{"\n"}</span>)}</pre>
        </>
      ) : null}
      <h2>{typeof body === "string" ? "Other fields" : "Document"}</h2>
      <pre tabIndex={0} aria-label="Document">{JSON.stringify(rest, null, 2)}</pre>
    </div>
  );
}
