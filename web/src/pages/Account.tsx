// One's own account: password, where one is signed in, tokens for programs.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { api, data } from "../api/client";
import { libraries, me } from "../api/queries";
import { Answer, Badge, Button, Failure, Field, Page, Panel, Time, useSay, useTitle } from "../ui/parts";
import { Tokens } from "./admin/Tokens";

export default function Account() {
  const who = useQuery(me);
  useTitle("Account");
  return (
    <Answer of={who}>
      {(user) => (
        <Page title={user.shown}>
          <div className="columns">
            <div className="column">
              <Password name={user.name} />
              <SignIns />
            </div>
            <div className="column">
              <Roles />
              <Panel title="Tokens for programs" flush><Tokens user={user.name} /></Panel>
            </div>
          </div>
        </Page>
      )}
    </Answer>
  );
}

function Roles() {
  const who = useQuery(me);
  const known = useQuery(libraries);
  return (
    <Panel title="What you may do">
      <ul className="list">
        {who.data?.grants.map((grant, n) => (
          <li key={n}><Badge tone="accent">{grant.role}</Badge> {grant.library ? `in ${known.data?.items.find((one) => one.id === grant.library)?.title ?? "a library"}` : "everywhere"}</li>
        ))}
      </ul>
    </Panel>
  );
}

function Password({ name }: { name: string }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (body: { password: string; current: string }) => data(api.PUT("/api/v1/users/{user}/password", { params: { path: { user: name } }, body })),
    onSuccess: () => { client.clear(); void navigate("/sign-in"); },
  });
  return (
    <Panel title="Password">
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          change.mutate({ current: String(form.get("current")), password: String(form.get("password")) });
        }}
      >
        <input type="text" name="username" autoComplete="username" defaultValue={name} hidden readOnly />
        <Field label="Present password"><input name="current" type="password" autoComplete="current-password" required /></Field>
        <Field label="New password" hint="Ten characters or more. You sign in again afterwards, everywhere."><input name="password" type="password" autoComplete="new-password" minLength={10} required /></Field>
        {change.isError ? <Failure error={change.error} /> : null}
        <div className="form-foot start"><Button type="submit" isDisabled={change.isPending}>Change it</Button></div>
      </form>
    </Panel>
  );
}

/** "Firefox on Linux": as much of a browser's name as helps to know it again. */
export function browserName(agent: string): string {
  const browser = /(Edg|Firefox|Chrome|Safari)\//.exec(agent)?.[1]?.replace("Edg", "Edge") ?? "A browser";
  const system = /(Windows|Mac OS|Android|iPhone|iPad|Linux)/.exec(agent)?.[1] ?? "";
  return system ? `${browser} on ${system}` : browser;
}

function SignIns() {
  const client = useQueryClient();
  const say = useSay();
  const list = useQuery({ queryKey: ["sign-ins"], queryFn: () => data(api.GET("/api/v1/sign-ins")) });
  const end = (id: string) =>
    api.DELETE("/api/v1/sign-ins/{sign_in}", { params: { path: { sign_in: id } } }).then(() => void client.invalidateQueries({ queryKey: ["sign-ins"] }), say.failed);
  return (
    <Panel title="Where you are signed in" flush>
      <Answer of={list}>
        {({ items }) => (
          <ul className="rows">
            {items.map((one) => (
              <li key={one.id} className="row">
                <span className="row-main"><strong>{browserName(one.browser)}</strong><span className="soft">since <Time at={one.created} />, until {new Date(one.expires).toLocaleDateString()}</span></span>
                <Button small onPress={() => void end(one.id)}>Sign out</Button>
              </li>
            ))}
          </ul>
        )}
      </Answer>
    </Panel>
  );
}
