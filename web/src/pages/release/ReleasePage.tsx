// A release: what it froze, what taking the place of an earlier one asks of learners, and its packages.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";

import { type Schemas, api, data } from "../../api/client";
import { releases } from "../../api/queries";
import { useMay, useName } from "../../app/rights";
import { Answer, Badge, Button, Link, Page, Panel, Time, useSay, useTitle } from "../../ui/parts";
import { bytes, count, releaseName } from "../../ui/words";
import { TreeSummary } from "../component/Releases";
import { Deploy } from "./Deploy";
import { Publish } from "./Publish";
import { Verdict } from "./Verdict";

type Release = Schemas["ReleaseView"];

export default function ReleasePage() {
  const { release = "" } = useParams();
  const found = useQuery({
    queryKey: ["release", release],
    queryFn: () => data(api.GET("/api/v1/releases/{release}", { params: { path: { release } } })),
  });
  return <Answer of={found}>{(value) => <Shown key={value.id} release={value} />}</Answer>;
}

function Shown({ release }: { release: Release }) {
  const who = useName();
  const may = useMay();
  const say = useSay();
  const client = useQueryClient();
  const [deploying, setDeploying] = useState(false);
  const root = `/components/${release.component}`;
  const all = useQuery(releases(release.component));
  const earlier = all.data?.items.filter((other) => other.number < release.number) ?? [];
  const review = useMutation({
    mutationFn: (step: Schemas["Transition"]) =>
      data(api.POST("/api/v1/releases/{release}/transitions", { params: { path: { release: release.id } }, body: { step } })),
    onError: say.failed,
    onSettled: () => void client.invalidateQueries({ queryKey: ["release", release.id] }),
  });
  const standing = release.review?.state;
  const library = useLibraryOf(release.component);
  useTitle(`Release ${releaseName(release)}`);
  return (
    <Page
      crumbs={<><Link to={root}>{release.library_key}/{release.key}</Link> / <Link to={`${root}/releases`}>releases</Link></>}
      title={<>Release {releaseName(release)}</>}
      actions={<>
        {standing === "approved" ? <Badge tone="good">Approved</Badge> : standing === "in_review" ? <Badge tone="heed">In review</Badge> : null}
        {standing !== "approved" && standing !== "in_review" && may("publish", library) ? <Button icon="right" onPress={() => review.mutate("submit")}>Submit for review</Button> : null}
        {standing === "in_review" && may("review", library) ? <Button look="primary" icon="check" onPress={() => review.mutate("approve")}>Approve</Button> : null}
        {may("deploy", library) ? <Button look="primary" icon="deploy" onPress={() => setDeploying(true)}>Deploy</Button> : null}
      </>}
    >
      <p className="facts">
        <span>frozen by {who(release.author)}, <Time at={release.created} /></span>
        {release.channels.map((channel) => <Badge key={channel} tone="accent">{channel}</Badge>)}
        <code title={release.digest}>{release.digest.slice(0, 23)}…</code>
      </p>
      {release.notes ? <p className="notes">{release.notes}</p> : null}
      <div className="columns">
        <div className="column">
          <Publish release={release} allowed={may("publish", library)} />
          {earlier.length > 0 ? <Verdict release={release} earlier={earlier} /> : null}
        </div>
        <div className="column side-column">
          {earlier[0] ? <Changes release={release} before={earlier[0]} /> : null}
          <Packages release={release} />
          <Locks release={release} />
        </div>
      </div>
      {deploying ? <Deploy release={release} close={() => setDeploying(false)} /> : null}
    </Page>
  );
}

function useLibraryOf(component: string): string | undefined {
  const found = useQuery({
    queryKey: ["component", component, "title"],
    queryFn: () => data(api.GET("/api/v1/components/{reference}", { params: { path: { reference: component } } })),
    staleTime: 60_000,
  });
  return found.data?.component.library;
}

function Changes({ release, before }: { release: Release; before: Schemas["ReleaseRow"] }) {
  const found = useQuery({
    queryKey: ["release", release.id, "changes", before.id],
    queryFn: () => data(api.GET("/api/v1/releases/{release}/changes", { params: { path: { release: release.id }, query: { since: before.id } } })),
    staleTime: Infinity,
  });
  return <Panel title={`Since ${releaseName(before)}`}><Answer of={found}>{(tree) => <TreeSummary tree={tree} />}</Answer></Panel>;
}

function Packages({ release }: { release: Release }) {
  const who = useName();
  const found = useQuery({
    queryKey: ["release", release.id, "packages"],
    queryFn: () => data(api.GET("/api/v1/releases/{release}/packages", { params: { path: { release: release.id } } })),
  });
  return (
    <Panel title="Packages made of it" flush>
      <Answer of={found}>
        {({ items }) => items.length === 0 ? <p className="pad soft">None yet.</p> : (
          <ul className="rows">
            {items.map((one, n) => (
              <li key={one.digest + String(n)} className="row">
                <span className="row-main"><strong>{one.format}</strong><span className="soft">{who(one.actor)}, <Time at={one.created} /> · {bytes(one.size)}</span></span>
                <code title={one.digest}>{one.digest.slice(7, 19)}</code>
              </li>
            ))}
          </ul>
        )}
      </Answer>
    </Panel>
  );
}

/** Every link and the version it was resolved to. */
function Locks({ release }: { release: Release }) {
  const [open, setOpen] = useState(false);
  const found = useQuery({
    queryKey: ["release", release.id, "links"],
    queryFn: () => data(api.GET("/api/v1/releases/{release}/links", { params: { path: { release: release.id }, query: { limit: 500 } } })),
    staleTime: Infinity,
    enabled: open,
  });
  return (
    <Panel title="What it froze">
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>The lock list</summary>
        {open ? (
          <Answer of={found}>
            {({ items, total }) => (
              <>
                <p className="soft">{count(total, "link")}</p>
                <ul className="locks">
                  {items.map((lock) => (
                    <li key={lock.slot + lock.parent.id}>
                      <Link to={`/components/${lock.component.id}`}>{lock.component.title ?? lock.component.name ?? "A component"}</Link>
                      <span className="soft">{lock.version.number ? `@${String(lock.version.number)}` : ""} {lock.role}</span>
                    </li>
                  ))}
                </ul>
              </>
            )}
          </Answer>
        ) : null}
      </details>
    </Panel>
  );
}
