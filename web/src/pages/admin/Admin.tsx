// For admins: users and roles, libraries, the audit log, how the system fares.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import { useParams } from "react-router";

import { type Schemas, api, data } from "../../api/client";
import { type Event, eventPage, libraries } from "../../api/queries";
import { useMayEverywhere, useName } from "../../app/rights";
import { Answer, Badge, Button, Empty, Failure, Field, Page, Panel, Sheet, Spinner, type Tab, Tabs, Time, useSay, useTitle } from "../../ui/parts";
import { said } from "../../ui/words";
import { Titled } from "../Home";
import { Tokens } from "./Tokens";

const TABS: Tab[] = [
  { path: "", label: "Users", icon: "admin" },
  { path: "libraries", label: "Libraries", icon: "module" },
  { path: "log", label: "Audit log", icon: "history" },
  { path: "system", label: "System", icon: "note" },
];
const ROLES: Schemas["Role"][] = ["viewer", "author", "reviewer", "publisher", "deployer", "admin"];

export default function Admin() {
  const { tab = "" } = useParams();
  const everywhere = useMayEverywhere();
  useTitle("Admin");
  if (!everywhere("administer")) return <Empty icon="admin" title="You may not see this">It needs the role “admin” in every library.</Empty>;
  return (
    <Page title="Admin">
      <Tabs base="/admin" tabs={TABS} current={tab} label="Admin" />
      {tab === "" ? <Users /> : tab === "libraries" ? <Libraries /> : tab === "log" ? <Log /> : tab === "system" ? <System /> : <Failure error={new Error("There is no such tab.")} />}
    </Page>
  );
}

function Users() {
  const list = useQuery({ queryKey: ["users"], queryFn: () => data(api.GET("/api/v1/users")) });
  const known = useQuery(libraries);
  const [adding, setAdding] = useState(false);
  const [open, setOpen] = useState<string>();
  const title = (id: string | null | undefined) => (id ? (known.data?.items.find((one) => one.id === id)?.key ?? "a library") : "everywhere");
  return (
    <Panel title="Users" flush actions={<Button small look="primary" icon="plus" onPress={() => setAdding(true)}>User</Button>}>
      <Answer of={list}>
        {({ items }) => (
          <ul className="rows">
            {items.map((user) => (
              <li key={user.id}>
                <button type="button" className="row" onClick={() => setOpen(user.name)}>
                  <span className="avatar small" aria-hidden="true">{(user.display_name ?? user.name).slice(0, 1).toUpperCase()}</span>
                  <span className="row-main"><strong>{user.display_name ?? user.name}</strong><span className="soft">{user.name}</span></span>
                  <span className="badges">{user.grants.map((grant, n) => <Badge key={n} tone="accent">{grant.role} {title(grant.library)}</Badge>)}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </Answer>
      {adding ? <NewUser close={() => setAdding(false)} /> : null}
      {open ? <UserSheet user={list.data?.items.find((one) => one.name === open)} close={() => setOpen(undefined)} /> : null}
    </Panel>
  );
}

function NewUser({ close }: { close: () => void }) {
  const client = useQueryClient();
  const add = useMutation({
    mutationFn: async ({ password, ...body }: Schemas["NewUser"] & { password: string }) => {
      await api.POST("/api/v1/users", { body });
      if (password) await api.PUT("/api/v1/users/{user}/password", { params: { path: { user: body.name } }, body: { password } });
    },
    onSuccess: close,
    onSettled: () => void client.invalidateQueries({ queryKey: ["users"] }),
  });
  return (
    <Sheet title="Add a user" open onClose={close}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const value = (field: string) => String(form.get(field)).trim();
          add.mutate({ name: value("name"), display_name: value("shown") || null, role: (value("role") || null) as Schemas["Role"] | null, password: String(form.get("password")) });
        }}
      >
        <Field label="Name to sign in with"><input name="name" required autoFocus autoComplete="off" pattern="[a-z0-9][a-z0-9.\-]*" /></Field>
        <Field label="Name to show"><input name="shown" autoComplete="off" /></Field>
        <Field label="Password" hint="Ten characters or more; without one they use tokens only"><input name="password" type="password" minLength={10} autoComplete="new-password" /></Field>
        <Field label="Role in every library"><select name="role"><option value="">none yet</option>{ROLES.map((role) => <option key={role}>{role}</option>)}</select></Field>
        {add.isError ? <Failure error={add.error} /> : null}
        <div className="form-foot"><Button onPress={close}>Cancel</Button><Button type="submit" look="primary" isDisabled={add.isPending}>Add</Button></div>
      </form>
    </Sheet>
  );
}

function UserSheet({ user, close }: { user: Schemas["UserView"] | undefined; close: () => void }) {
  const client = useQueryClient();
  const say = useSay();
  const known = useQuery(libraries);
  if (!user) return null;
  const changed = () => void client.invalidateQueries({ queryKey: ["users"] });
  const set = (role: Schemas["Role"], library: string, held: boolean) => {
    const params = { path: { user: user.name, role }, query: library ? { library } : {} };
    return (held ? api.PUT("/api/v1/users/{user}/roles/{role}", { params }) : api.DELETE("/api/v1/users/{user}/roles/{role}", { params })).then(changed, say.failed);
  };
  const key = (id: string | null | undefined) => known.data?.items.find((one) => one.id === id)?.key ?? "";
  return (
    <Sheet title={user.display_name ?? user.name} open onClose={close}>
      <h3>Roles</h3>
      <ul className="list">
        {user.grants.map((grant, n) => (
          <li key={n} className="grant"><Badge tone="accent">{grant.role}</Badge> {key(grant.library) || "everywhere"} <span className="spring" />
            <Button small look="quiet" icon="close" aria-label={`Take ${grant.role} away`} onPress={() => void set(grant.role, key(grant.library), false)} /></li>
        ))}
      </ul>
      <form className="inline-form" onSubmit={(event) => { event.preventDefault(); const form = new FormData(event.currentTarget); void set(form.get("role") as Schemas["Role"], String(form.get("library")), true); }}>
        <select name="role" aria-label="Role">{ROLES.map((role) => <option key={role}>{role}</option>)}</select>
        <select name="library" aria-label="Library"><option value="">everywhere</option>{known.data?.items.map((one) => <option key={one.id} value={one.key}>{one.key}</option>)}</select>
        <Button small type="submit">Give</Button>
      </form>
      <h3>New password</h3>
      <form
        className="inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const password = String(new FormData(form).get("password"));
          api.PUT("/api/v1/users/{user}/password", { params: { path: { user: user.name } }, body: { password } }).then(() => { form.reset(); say("Set; they sign in again."); }, say.failed);
        }}
      >
        <input name="password" type="password" minLength={10} required autoComplete="new-password" aria-label="New password" />
        <Button small type="submit">Set</Button>
      </form>
      <h3>Tokens</h3>
      <Tokens user={user.name} />
    </Sheet>
  );
}

function Libraries() {
  const list = useQuery(libraries);
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const add = useMutation({
    mutationFn: (body: Schemas["NewLibrary"]) => data(api.POST("/api/v1/libraries", { body })),
    onSuccess: () => { void client.invalidateQueries({ queryKey: ["libraries"] }); setOpen(false); },
  });
  return (
    <Panel title="Libraries" flush actions={<Button small look="primary" icon="plus" onPress={() => setOpen(true)}>Library</Button>}>
      <Answer of={list}>
        {({ items }) => (
          <ul className="rows">
            {items.map((one) => <li key={one.id} className="row"><span className="row-main"><strong>{one.title}</strong><span className="soft">{one.key} · {one.language} · {one.description || "no description"}</span></span></li>)}
          </ul>
        )}
      </Answer>
      <Sheet title="New library" open={open} onClose={() => setOpen(false)}>
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            const value = (field: string) => String(form.get(field)).trim();
            add.mutate({ key: value("key"), title: value("title"), description: value("description"), language: value("language") || "en" });
          }}
        >
          <Field label="Title"><input name="title" required autoFocus /></Field>
          <Field label="Key"><input name="key" required pattern="[a-z0-9][a-z0-9.\-]*" /></Field>
          <Field label="Language of its content"><input name="language" defaultValue="en" /></Field>
          <Field label="What belongs in it"><textarea name="description" rows={2} /></Field>
          {add.isError ? <Failure error={add.error} /> : null}
          <div className="form-foot"><Button onPress={() => setOpen(false)}>Cancel</Button><Button type="submit" look="primary" isDisabled={add.isPending}>Create</Button></div>
        </form>
      </Sheet>
    </Panel>
  );
}

const PAGE = 200;
const ROW = 44;

/** What is kept of the log as comma-separated values, for people who audit it. */
export function asCsv(events: Event[], name: (id: string) => string): string {
  const cell = (value: unknown) => {
    const text = typeof value === "string" ? value : value == null ? "" : JSON.stringify(value);
    // A cell that begins like a formula is text, also to a spreadsheet.
    const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
  };
  const lines = events.map((event) => [String(event.number), event.time, name(event.actor), event.kind, event.component, event.revision, event.release, event.detail].map(cell).join(","));
  return ["number,time,who,what,component,revision,release,detail", ...lines].join("\r\n") + "\r\n";
}

function Log() {
  const name = useName();
  const [kind, setKind] = useState("");
  const pages = useInfiniteQuery({
    queryKey: ["events", "log"],
    queryFn: ({ pageParam }) => eventPage({ before: pageParam, limit: PAGE }),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.more && last.next > 1 ? last.next : undefined),
  });
  const events = useMemo(() => (pages.data?.pages.flatMap((page) => page.items) ?? []).filter((event) => event.kind.startsWith(kind)), [pages.data, kind]);
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: events.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 10 });
  const last = rows.getVirtualItems().at(-1)?.index ?? 0;
  const { hasNextPage, isFetching, fetchNextPage } = pages;
  useEffect(() => {
    if (last >= events.length - 20 && hasNextPage && !isFetching) void fetchNextPage();
  }, [last, events.length, hasNextPage, isFetching, fetchNextPage]);
  const save = () => {
    const address = URL.createObjectURL(new Blob([asCsv(events, name)], { type: "text/csv" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = "audit-log.csv";
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <Panel
      title="Audit log" flush
      actions={<>
        <select value={kind} aria-label="What happened" onChange={(event) => setKind(event.target.value)}>
          <option value="">Everything</option>
          {["component", "revision", "branch", "release", "package", "channel", "target", "deployment", "comment", "user", "token", "content"].map((one) => <option key={one} value={one}>{one}</option>)}
        </select>
        <Button small onPress={save}>Save as CSV</Button>
      </>}
    >
      {pages.isError ? <Failure error={pages.error} /> : pages.isPending ? <Spinner /> : (
        <div ref={box} className="log" tabIndex={0} role="region" aria-label="Audit log">
          <div role="list" className="hits-inner" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map((item) => {
              const event = events[item.index];
              if (!event) return null;
              return (
                <div role="listitem" key={event.number} className="log-row" style={{ transform: `translateY(${String(item.start)}px)`, height: ROW }}>
                  <span className="soft log-number">{event.number}</span>
                  <span className="row-line"><strong>{name(event.actor)}</strong> {said(event.kind)} {event.component ? <Titled id={event.component} /> : null}</span>
                  <span className="soft"><Time at={event.time} /></span>
                </div>
              );
            })}
          </div>
        </div>
      )}
    </Panel>
  );
}

interface Ready {
  database: string;
  index: { state: string; position?: number; latest?: number };
}

function System() {
  const ready = useQuery({
    queryKey: ["ready"],
    queryFn: async () => (await (await fetch("/readyz")).json()) as Ready,
    refetchInterval: 5000,
  });
  return (
    <Panel title="System">
      <Answer of={ready}>
        {({ database, index }) => (
          <dl className="system">
            <div><dt>Database</dt><dd><Badge tone={database === "ok" ? "good" : "bad"}>{database}</Badge></dd></div>
            <div><dt>Search index</dt><dd><Badge tone={index.state === "current" ? "good" : index.state === "failed" ? "bad" : "heed"}>{index.state.replace("_", " ")}</Badge>{index.position !== undefined ? ` at event ${index.position.toLocaleString()}` : ""}</dd></div>
            <div><dt>API</dt><dd><a href="/docs/">Documentation</a></dd></div>
          </dl>
        )}
      </Answer>
    </Panel>
  );
}
