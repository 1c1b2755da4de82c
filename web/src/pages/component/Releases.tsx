// Freezing a structure, and what was frozen before.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { type Schemas, api, data } from "../../api/client";
import { channels, on, releases } from "../../api/queries";
import { useBranch, useGo } from "../../app/branch";
import { useMay, useName } from "../../app/rights";
import { Answer, Badge, Button, Empty, Failure, Field, Link, Panel, Sheet, Time, useSay } from "../../ui/parts";
import { count } from "../../ui/words";
import type { View } from "./ComponentPage";

export function Releases({ view }: { view: View }) {
  const id = view.component.id;
  const may = useMay();
  const name = useName();
  const list = useQuery(releases(id));
  const [open, setOpen] = useState(false);
  const allowed = may("publish", view.component.library);
  return (
    <div className="columns">
      <div className="column">
        <Panel title="Releases" flush actions={allowed ? <Button small look="primary" icon="plus" onPress={() => setOpen(true)}>New release</Button> : null}>
          <Answer of={list}>
            {({ items }) =>
              items.length === 0 ? (
                <Empty icon="deploy" title="Nothing is released yet">A release freezes everything below it, for good. Packages are made of releases.</Empty>
              ) : (
                <ul className="rows">
                  {items.map((release) => (
                    <li key={release.id}>
                      <Link to={`/releases/${release.id}`} className="row">
                        <span className="version-number">{release.label ?? `#${String(release.number)}`}</span>
                        <span className="row-main">
                          <strong>{release.notes || "No notes"}</strong>
                          <span className="soft">{name(release.author)}, <Time at={release.created} /> · <code>{release.digest.slice(7, 19)}</code></span>
                        </span>
                        {release.channels.map((channel) => <Badge key={channel} tone="accent">{channel}</Badge>)}
                        {release.review?.state === "approved" ? <Badge tone="good">Approved</Badge> : null}
                      </Link>
                    </li>
                  ))}
                </ul>
              )
            }
          </Answer>
        </Panel>
      </div>
      <div className="column side-column"><Channels view={view} releases={list.data?.items ?? []} /></div>
      {open ? <NewRelease view={view} last={list.data?.items[0]} close={() => setOpen(false)} /> : null}
    </div>
  );
}

/** Freezing says first what would be different from the release before. */
function NewRelease({ view, last, close }: { view: View; last: Schemas["ReleaseRow"] | undefined; close: () => void }) {
  const id = view.component.id;
  const client = useQueryClient();
  const branch = useBranch();
  const go = useGo();
  const say = useSay();
  const since = last?.moment ?? last?.event;
  const changes = useQuery({
    queryKey: ["component", id, "since", since, branch],
    queryFn: () =>
      data(
        api.GET("/api/v1/components/{reference}/structure-diff", {
          params: { path: { reference: id }, query: { from: String(since), ...(branch ? { to: branch } : {}) } },
        }),
      ),
    enabled: since !== undefined,
  });
  const freeze = useMutation({
    mutationFn: (body: Schemas["NewRelease"]) =>
      data(api.POST("/api/v1/components/{reference}/releases", { params: { path: { reference: id }, query: on(branch) }, body })),
    onSuccess: (release) => {
      void client.invalidateQueries({ queryKey: ["component", id] });
      say(release.created_now ? "Frozen." : "Nothing is different: this release is there already.");
      go(`/releases/${release.id}`);
    },
  });
  const tree = changes.data?.tree;
  return (
    <Sheet title="New release" open onClose={close}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const label = String(form.get("label")).trim();
          freeze.mutate({ notes: String(form.get("notes")).trim(), ...(label ? { label } : {}) });
        }}
      >
        {last ? (
          <div className="summary">
            <h3>Since {last.label ?? `#${String(last.number)}`}</h3>
            {changes.isError ? <Failure error={changes.error} />
            : !tree ? <p className="soft">Comparing …</p>
            : <TreeSummary tree={tree} />}
          </div>
        ) : <p>This is the first release. Everything below is frozen as its link policies say.</p>}
        <Field label="Label" hint="A name of its own, such as 2026.2; a number is given without one"><input name="label" autoFocus autoComplete="off" /></Field>
        <Field label="Notes"><textarea name="notes" rows={3} placeholder="What is new for learners" /></Field>
        {freeze.isError ? <Failure error={freeze.error} /> : null}
        <div className="form-foot">
          <Button onPress={close}>Cancel</Button>
          <Button type="submit" look="primary" isDisabled={freeze.isPending}>{freeze.isPending ? "Freezing …" : "Freeze"}</Button>
        </div>
      </form>
    </Sheet>
  );
}

function path(steps: Schemas["PathStep"][]): string {
  return steps.slice(1).map((step) => step.title).join(" › ") || (steps[0]?.title ?? "");
}

const MOST = 12;

export function TreeSummary({ tree }: { tree: Schemas["TreeDiff"] }) {
  const lines = [
    ...tree.added.map((place) => ({ sign: "added", text: path(place.path), id: place.path.at(-1)?.component })),
    ...tree.removed.map((place) => ({ sign: "removed", text: path(place.path), id: place.path.at(-1)?.component })),
    ...tree.moved.map((move) => ({ sign: "moved", text: path(move.to.path), id: move.to.path.at(-1)?.component })),
    // What changed only because something below it did is not news.
    ...tree.changed.filter((change) => change.content ?? change.metadata ?? change.overrides ?? change.conditions)
      .map((change) => ({ sign: change.content ? "changed" : "described", text: path(change.path), id: change.path.at(-1)?.component })),
  ];
  if (lines.length === 0) return <p>Nothing is different.</p>;
  return (
    <ul className="tree-summary">
      {lines.slice(0, MOST).map((line, n) => (
        <li key={n}><Badge tone={line.sign === "added" ? "good" : line.sign === "removed" ? "bad" : "accent"}>{line.sign}</Badge>{" "}
          {line.id ? <Link to={`/components/${line.id}/history`}>{line.text}</Link> : line.text}
        </li>
      ))}
      {lines.length > MOST ? <li className="soft">and {count(lines.length - MOST, "more change")}</li> : null}
    </ul>
  );
}

function Channels({ view, releases: all }: { view: View; releases: Schemas["ReleaseRow"][] }) {
  const id = view.component.id;
  const list = useQuery(channels(id));
  const may = useMay();
  const client = useQueryClient();
  const say = useSay();
  const [moving, setMoving] = useState<Schemas["ChannelView"] | "new">();
  const allowed = may("publish", view.component.library);
  const header = (channel: Schemas["ChannelView"]) =>
    channel.release ? { "If-Match": tagOfChannel(channel) } : { "If-None-Match": "*" };
  const back = (channel: Schemas["ChannelView"]) =>
    api.POST("/api/v1/components/{reference}/channels/{channel}/back", {
      params: { path: { reference: id, channel: channel.name }, header: header(channel) },
      body: { note: "back" },
    }).then(() => say(`${channel.name} moved back.`), say.failed).finally(() => void client.invalidateQueries({ queryKey: ["component", id] }));
  const move = useMutation({
    mutationFn: ({ name, release, note }: { name: string; release: string; note: string }) => {
      const known = list.data?.items.find((channel) => channel.name === name);
      return data(
        api.PUT("/api/v1/components/{reference}/channels/{channel}", {
          params: { path: { reference: id, channel: name }, header: known ? header(known) : { "If-None-Match": "*" } },
          body: { release, note },
        }),
      );
    },
    onSuccess: () => {
      setMoving(undefined);
      void client.invalidateQueries({ queryKey: ["component", id] });
    },
  });
  return (
    <Panel title="Channels" flush actions={allowed && all.length > 0 ? <Button small icon="plus" onPress={() => setMoving("new")}>Channel</Button> : null}>
      <Answer of={list}>
        {({ items }) =>
          items.length === 0 ? <p className="pad soft">A channel such as “stable” names the release to be published next.</p> : (
            <ul className="rows">
              {items.map((channel) => (
                <li key={channel.name} className="row">
                  <span className="row-main">
                    <strong>{channel.name}</strong>
                    <span className="soft">{channel.release ? (channel.release.label ?? `#${String(channel.release.number)}`) : "points nowhere"}, <Time at={channel.moved} /></span>
                  </span>
                  {allowed ? <>
                    <Button small onPress={() => setMoving(channel)}>Move</Button>
                    <Button small look="quiet" icon="undo" aria-label={`Move ${channel.name} back`} onPress={() => void back(channel)} />
                  </> : null}
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
      <Sheet title={moving === "new" ? "New channel" : "Move the channel"} open={moving !== undefined} onClose={() => setMoving(undefined)}>
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            move.mutate({ name: String(form.get("name")), release: String(form.get("release")), note: String(form.get("note")) });
          }}
        >
          <Field label="Name"><input name="name" required defaultValue={moving === "new" ? "stable" : moving?.name} readOnly={moving !== "new"} /></Field>
          <Field label="Release">
            <select name="release">
              {all.map((release) => <option key={release.id} value={release.id}>{release.label ?? `#${String(release.number)}`} {release.notes.slice(0, 40)}</option>)}
            </select>
          </Field>
          <Field label="Note"><input name="note" /></Field>
          {move.isError ? <Failure error={move.error} /> : null}
          <div className="form-foot">
            <Button onPress={() => setMoving(undefined)}>Cancel</Button>
            <Button type="submit" look="primary" isDisabled={move.isPending}>Move</Button>
          </div>
        </form>
      </Sheet>
    </Panel>
  );
}

function tagOfChannel(channel: Schemas["ChannelView"]): string {
  return `"${channel.release?.id ?? ""}"`;
}
