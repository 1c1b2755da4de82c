import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { type Schemas, api, data } from "../../api/client";
import { Answer, Badge, Button, Failure, Field, Sheet, Time, useSay } from "../../ui/parts";

const SCOPES: Schemas["Right"][] = ["read", "write", "review", "publish", "deploy", "administer"];

export function Tokens({ user }: { user: string }) {
  const client = useQueryClient();
  const say = useSay();
  const [open, setOpen] = useState(false);
  const list = useQuery({ queryKey: ["tokens", user], queryFn: () => data(api.GET("/api/v1/users/{user}/tokens", { params: { path: { user } } })) });
  const changed = () => void client.invalidateQueries({ queryKey: ["tokens", user] });
  const revoke = (token: string) => api.DELETE("/api/v1/tokens/{token}", { params: { path: { token } } }).then(changed, say.failed);
  return (
    <>
      <Answer of={list}>
        {({ items }) => (
          <ul className="rows">
            {items.filter((token) => !token.revoked).map((token) => (
              <li key={token.id} className="row">
                <span className="row-main"><strong>{token.label || "Without a name"}</strong><span className="soft">{token.scopes.join(", ")} · <Time at={token.created} /></span></span>
                {token.expires ? <Badge>until {new Date(token.expires).toLocaleDateString()}</Badge> : null}
                <Button small onPress={() => void revoke(token.id)}>Revoke</Button>
              </li>
            ))}
            <li className="row"><Button small icon="plus" onPress={() => setOpen(true)}>Token</Button></li>
          </ul>
        )}
      </Answer>
      {open ? <NewToken user={user} close={() => { setOpen(false); changed(); }} /> : null}
    </>
  );
}

function NewToken({ user, close }: { user: string; close: () => void }) {
  const make = useMutation({ mutationFn: (body: Schemas["NewToken"]) => data(api.POST("/api/v1/users/{user}/tokens", { params: { path: { user } }, body })) });
  const say = useSay();
  const secret = make.data?.secret;
  return (
    <Sheet title={secret ? "The token" : "New token"} open onClose={close}>
      {secret ? (
        <>
          <p>Copy it now: it is not kept and never shown again.</p>
          <pre className="secret">{secret}</pre>
          <div className="form-foot">
            <Button onPress={() => void navigator.clipboard.writeText(secret).then(() => say("Copied."))}>Copy</Button>
            <Button look="primary" onPress={close}>Done</Button>
          </div>
        </>
      ) : (
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            const days = Number(form.get("days"));
            make.mutate({ label: String(form.get("label")), scopes: form.getAll("scope") as Schemas["Right"][], ...(days > 0 ? { expires_in_days: days } : {}) });
          }}
        >
          <Field label="What it is for"><input name="label" required autoFocus placeholder="nightly build" /></Field>
          <fieldset className="section"><legend>May be used to</legend>
            {SCOPES.map((scope) => <label key={scope} className="check"><input type="checkbox" name="scope" value={scope} defaultChecked={scope === "read"} /> {scope}</label>)}
          </fieldset>
          <Field label="Days until it ends"><input name="days" type="number" min={1} max={3650} defaultValue={90} /></Field>
          {make.isError ? <Failure error={make.error} /> : null}
          <div className="form-foot"><Button onPress={close}>Cancel</Button><Button type="submit" look="primary" isDisabled={make.isPending}>Make it</Button></div>
        </form>
      )}
    </Sheet>
  );
}
