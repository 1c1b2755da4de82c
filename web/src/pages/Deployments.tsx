// The register: which release is live in which LMS, since when, by whom, and the way back.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { type Schemas, api, data } from "../api/client";
import { deployments, staleDeployments, targets } from "../api/queries";
import { useMay, useMayEverywhere, useName } from "../app/rights";
import { Answer, Badge, Behind, Button, Empty, Failure, Field, Link, More, Page, Panel, Sheet, Time, useSay, useTitle } from "../ui/parts";

export default function Deployments() {
  const [ended, setEnded] = useState(false);
  const [adding, setAdding] = useState(false);
  const everywhere = useMayEverywhere();
  const register = useQuery(deployments(ended));
  const behind = useQuery(staleDeployments);
  const stale = new Map(behind.data?.items.map((row) => [row.id, row.stale]));
  useTitle("Deployments");
  return (
    <Page
      title="Deployments"
      actions={everywhere("deploy") ? <Button icon="plus" onPress={() => setAdding(true)}>Target</Button> : null}
    >
      <Targets />
      <Panel
        title="Register" flush
        actions={<label className="check"><input type="checkbox" checked={ended} onChange={(event) => setEnded(event.target.checked)} /> Also what has ended</label>}
      >
        <Answer of={register}>
          {({ items }) => items.length === 0 ? (
            <Empty icon="deploy" title="Nothing is recorded as live">When a package was uploaded to an LMS, record it on the page of its release.</Empty>
          ) : (
            <div className="table-box" tabIndex={0} role="region" aria-label="Register">
              <table className="table">
                <thead><tr><th scope="col">Course</th><th scope="col">Release</th><th scope="col">Target</th><th scope="col">Live</th><th scope="col">State</th><th scope="col"><span className="hidden">Actions</span></th></tr></thead>
                <tbody>{items.map((row) => <Row key={row.id} row={row} stale={stale.get(row.id)} />)}</tbody>
              </table>
            </div>
          )}
        </Answer>
      </Panel>
      {adding ? <NewTarget close={() => setAdding(false)} /> : null}
    </Page>
  );
}

function Row({ row, stale }: { row: Schemas["RegisterRow"]; stale: Schemas["RegisterRow"]["stale"] }) {
  const name = useName();
  const may = useMay();
  const say = useSay();
  const client = useQueryClient();
  const changed = () => void client.invalidateQueries({ queryKey: ["deployments"] });
  const end = () => api.POST("/api/v1/deployments/{deployment}/end", { params: { path: { deployment: row.id } }, body: { note: "" } }).then(() => { say("Ended."); changed(); }, say.failed);
  const back = () =>
    api.POST("/api/v1/targets/{target}/rollbacks", { params: { path: { target: row.target } }, body: { component: row.component, note: "rolled back" } })
      .then(() => { say(`${row.target} is back at what ran before.`); changed(); }, say.failed);
  return (
    <tr>
      <td><Link to={`/components/${row.component}/releases`}>{row.name}</Link></td>
      <td><Link to={`/releases/${row.release.id}`}>{row.release.label ?? `#${String(row.release.number)}`}</Link></td>
      <td>{row.target}</td>
      <td>since <Time at={row.since} /> by {name(row.since_actor)}{row.until ? <>, until <Time at={row.until} /></> : null}</td>
      <td>
        <span className="badges start">
          {row.until ? <Badge>ended</Badge> : <Badge tone="good">live</Badge>}
          <Behind stale={row.until ? undefined : stale} />
          {row.withdrawn && row.withdrawn.length > 0 ? <Badge tone="bad">holds what is retired</Badge> : null}
        </span>
      </td>
      <td>
        {!row.until && may("deploy") ? (
          <More
            label={`Actions for ${row.name} in ${row.target}`}
            choices={[{ id: "back", label: "Roll back", icon: "undo", act: () => void back() }, { id: "end", label: "End", act: () => void end() }]}
          />
        ) : null}
      </td>
    </tr>
  );
}

function Targets() {
  const list = useQuery(targets);
  return (
    <Panel title="Targets" flush>
      <Answer of={list}>
        {({ items }) => items.length === 0 ? <p className="pad soft">A target is an LMS that takes your packages.</p> : (
          <ul className="rows">
            {items.map((target) => (
              <li key={target.id} className="row">
                <span className="row-main"><strong>{target.title}</strong><span className="soft">{[target.key, target.platform, target.url].filter(Boolean).join(" · ")}</span></span>
                {target.retired ? <Badge>retired</Badge> : null}
              </li>
            ))}
          </ul>
        )}
      </Answer>
    </Panel>
  );
}

function NewTarget({ close }: { close: () => void }) {
  const client = useQueryClient();
  const add = useMutation({
    mutationFn: (body: Schemas["NewTarget"]) => data(api.POST("/api/v1/targets", { body })),
    onSuccess: () => { void client.invalidateQueries({ queryKey: ["targets"] }); close(); },
  });
  return (
    <Sheet title="Add a target" open onClose={close}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const value = (field: string) => String(form.get(field)).trim();
          add.mutate({ key: value("key"), title: value("title"), platform: value("platform"), url: value("url") });
        }}
      >
        <Field label="Title"><input name="title" required autoFocus placeholder="Customer academy" /></Field>
        <Field label="Key"><input name="key" required pattern="[a-z0-9][a-z0-9.\-]*" placeholder="academy" /></Field>
        <Field label="Platform"><input name="platform" placeholder="Moodle 4.5" /></Field>
        <Field label="Address"><input name="url" type="url" placeholder="https://" /></Field>
        {add.isError ? <Failure error={add.error} /> : null}
        <div className="form-foot"><Button onPress={close}>Cancel</Button><Button type="submit" look="primary" isDisabled={add.isPending}>Add</Button></div>
      </form>
    </Sheet>
  );
}
