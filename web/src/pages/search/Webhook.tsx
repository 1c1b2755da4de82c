// Where what a saved search comes to find is sent, and what became of it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { type Schemas, api, data } from "../../api/client";
import { Answer, Badge, Button, Failure, Field, Sheet, Time, useSay } from "../../ui/parts";
import { type Tone, count } from "../../ui/words";
import { type Saved } from "./asked";

type Delivery = Schemas["DeliveryView"];

const STATE: Record<Delivery["state"], { said: string; tone: Tone }> = {
  waiting: { said: "waiting", tone: "accent" },
  delivered: { said: "delivered", tone: "good" },
  given_up: { said: "given up", tone: "bad" },
  withheld: { said: "withheld", tone: "plain" },
};

export function WebhookSheet({ saved, close }: { saved: Saved; close: () => void }) {
  const client = useQueryClient();
  const say = useSay();
  const path = { search: saved.id };
  const changed = () => {
    void client.invalidateQueries({ queryKey: ["saved-searches"] });
    void client.invalidateQueries({ queryKey: ["webhook", saved.id] });
  };
  const open = useMutation({
    mutationFn: (url: string) => data(api.PUT("/api/v1/saved-searches/{search}/webhook", { params: { path }, body: { url } })),
    onSuccess: changed,
  });
  const remove = useMutation({
    mutationFn: () => data(api.DELETE("/api/v1/saved-searches/{search}/webhook", { params: { path } })),
    onSuccess: () => { changed(); close(); say("Nothing is sent any more."); },
  });
  const secret = open.data?.secret;
  return (
    <Sheet title={`Webhook of “${saved.name}”`} open onClose={close}>
      {secret ? (
        <>
          <p>Messages are signed with this secret, as Standard Webhooks say. Give it to the receiver: it is never shown again.</p>
          <pre className="secret" tabIndex={0} aria-label="Secret of the webhook">{secret}</pre>
          <div className="form-foot">
            <Button onPress={() => void navigator.clipboard.writeText(secret).then(() => say("Copied."), say.failed)}>Copy</Button>
            <Button look="primary" onPress={() => open.reset()}>Done</Button>
          </div>
        </>
      ) : (
        <form
          className="form"
          onSubmit={(event) => { event.preventDefault(); open.mutate(String(new FormData(event.currentTarget).get("url"))); }}
        >
          <p className="soft">What this search comes to find is sent to an address, as far as you may read it.</p>
          {saved.has_webhook ? <Deliveries id={saved.id} /> : null}
          <Field label={saved.has_webhook ? "Another address, with a new secret" : "Address"}>
            <input name="url" type="url" required placeholder="https://" autoFocus={!saved.has_webhook} />
          </Field>
          {open.isError || remove.isError ? <Failure error={open.error ?? remove.error} /> : null}
          <div className="form-foot">
            {saved.has_webhook ? <Button look="danger" isDisabled={remove.isPending} onPress={() => remove.mutate()}>Close the webhook</Button> : <Button onPress={close}>Cancel</Button>}
            <Button type="submit" look="primary" isDisabled={open.isPending}>{saved.has_webhook ? "Replace" : "Open"}</Button>
          </div>
        </form>
      )}
    </Sheet>
  );
}

/** The last messages, and what can be done about those that did not arrive. */
function Deliveries({ id }: { id: string }) {
  const client = useQueryClient();
  const say = useSay();
  const path = { search: id };
  const hook = useQuery({ queryKey: ["webhook", id], queryFn: () => data(api.GET("/api/v1/saved-searches/{search}/webhook", { params: { path } })), refetchInterval: 3000 });
  const again = () => void client.invalidateQueries({ queryKey: ["webhook", id] });
  const test = useMutation({ mutationFn: () => data(api.POST("/api/v1/saved-searches/{search}/webhook/test", { params: { path } })), onSuccess: again, onError: say.failed });
  const retry = useMutation({
    mutationFn: (delivery: string) => data(api.POST("/api/v1/saved-searches/{search}/webhook/deliveries/{delivery}/retry", { params: { path: { search: id, delivery } } })),
    onSuccess: again,
    onError: say.failed,
  });
  return (
    <Answer of={hook}>
      {({ url, deliveries }) => (
        <>
          <p>Sent to <strong>{url}</strong> <Button small isDisabled={test.isPending} onPress={() => test.mutate()}>Send a test</Button></p>
          {deliveries.length === 0 ? <p className="soft">Nothing was sent yet.</p> : (
            <ul className="rows webhook-log" aria-label="Last messages">
              {deliveries.slice(0, 10).map((one) => (
                <li key={one.id} className="row">
                  <span className="row-main">
                    <span>{one.items === 0 ? "a test" : count(one.items, "component")} · <Time at={one.created} /></span>
                    {one.outcome ? <span className="soft">{one.outcome}</span> : null}
                  </span>
                  <Badge tone={STATE[one.state].tone}>{STATE[one.state].said}</Badge>
                  {one.state === "delivered" ? null : <Button small isDisabled={retry.isPending} onPress={() => retry.mutate(one.id)}>Send again</Button>}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </Answer>
  );
}
