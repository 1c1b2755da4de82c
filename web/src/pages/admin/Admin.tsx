// For admins: users and roles, libraries, the audit log, how the system fares.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";

import { type Schemas, api, data } from "../../api/client";
import { libraries } from "../../api/queries";
import { useMayEverywhere } from "../../app/rights";
import { Answer, Badge, Button, Empty, Failure, Field, Link, Page, Panel, Sheet, type Tab, Tabs, useSay, useTitle } from "../../ui/parts";
import { Log } from "./Log";
import { System } from "./System";
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
            {items.map((one) => (
              <li key={one.id}>
                <Link to={`/libraries/${one.key}`} className="row">
                  <span className="row-main"><strong>{one.title}</strong><span className="soft">{one.key} · {one.language} · {one.description || "no description"}</span></span>
                  <span className="soft">vocabularies, metadata, synonyms</span>
                </Link>
              </li>
            ))}
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
