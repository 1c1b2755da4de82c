// A release: what it froze, what taking the place of an earlier one asks of learners, and its packages.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";

import { Refusal, type Schemas, api, data, tryPackage } from "../api/client";
import { releases, targets } from "../api/queries";
import { useMay, useName } from "../app/rights";
import { Icon } from "../ui/icons";
import { Answer, Badge, Button, Failure, Field, Link, Page, Panel, Sheet, Spinner, Time, useSay, useTitle } from "../ui/parts";
import { VERDICT, bytes, count } from "../ui/words";
import { TreeSummary } from "./component/Releases";

type Release = Schemas["ReleaseView"];
const FORMATS = { scorm12: "SCORM 1.2", "scorm2004-4": "SCORM 2004, 4th edition" };
type Format = keyof typeof FORMATS;

export default function ReleasePage() {
  const { release = "" } = useParams();
  const found = useQuery({
    queryKey: ["release", release],
    queryFn: () => data(api.GET("/api/v1/releases/{release}", { params: { path: { release } } })),
  });
  return <Answer of={found}>{(value) => <Shown key={value.id} release={value} />}</Answer>;
}

function name(release: { label?: string | null; number: number }): string {
  return release.label ?? `#${String(release.number)}`;
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
  useTitle(`Release ${name(release)}`);
  return (
    <Page
      crumbs={<><Link to={root}>{release.library_key}/{release.key}</Link> / <Link to={`${root}/releases`}>releases</Link></>}
      title={<>Release {name(release)}</>}
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

/** A profile by hand: whom it is for and the values of variables, as the address of its package. */
function query(when: string, set: string): string {
  const query = new URLSearchParams();
  for (const one of when.split(/\s+/).filter(Boolean)) query.append("when", one);
  for (const one of set.split("\n").map((line) => line.trim()).filter(Boolean)) query.append("set", one);
  const text = query.toString();
  return text ? `?${text}` : "";
}

function Publish({ release, allowed }: { release: Release; allowed: boolean }) {
  const [format, setFormat] = useState<Format>("scorm12");
  const [when, setWhen] = useState("");
  const [set, setSet] = useState("");
  const client = useQueryClient();
  const address = `/api/v1/releases/${release.id}/packages/${format}${query(when, set)}`;
  const attempt = useMutation({
    mutationFn: (address: string) => tryPackage(address),
    onSuccess: (_, address) => {
      const link = document.createElement("a");
      link.href = address;
      link.download = "";
      link.click();
      setTimeout(() => void client.invalidateQueries({ queryKey: ["release", release.id, "packages"] }), 1500);
    },
  });
  return (
    <Panel title="Publish">
      {allowed ? (
        <form className="form" onSubmit={(event) => { event.preventDefault(); attempt.mutate(address); }}>
          <fieldset className="formats">
            <legend className="hidden">Format</legend>
            {(Object.keys(FORMATS) as Format[]).map((one) => (
              <label key={one} className={`format ${format === one ? "chosen" : ""}`}>
                <input type="radio" name="format" checked={format === one} onChange={() => setFormat(one)} /> {FORMATS[one]}
              </label>
            ))}
          </fieldset>
          <Field label="Only for" hint="audience=partner region=eu,uk; everybody when empty"><input value={when} spellCheck={false} onChange={(event) => setWhen(event.target.value)} /></Field>
          <Field label="Variables" hint="One a line: partner.name=Tarrow Teas"><textarea rows={2} value={set} spellCheck={false} onChange={(event) => setSet(event.target.value)} /></Field>
          {attempt.isError ? <Gate error={attempt.error} /> : null}
          <div className="form-foot start">
            <Button type="submit" look="primary" icon="deploy" isDisabled={attempt.isPending}>{attempt.isPending ? "Making and checking …" : "Download the package"}</Button>
            {attempt.isSuccess ? <Badge tone="good">Checked; the download has begun</Badge> : null}
          </div>
        </form>
      ) : <p className="soft">Somebody with the role “publisher” can make packages of it.</p>}
    </Panel>
  );
}

/** What stands in the way of a package, each with the way to it. */
function Gate({ error }: { error: Error }) {
  const violations = error instanceof Refusal && error.kind === "not-publishable" ? (error.problem.violations ?? []) : undefined;
  if (!violations) return <Failure error={error} />;
  return (
    <div className="failure" role="alert">
      <Icon name="warn" size={22} />
      <div>
        <p className="failure-title">{count(violations.length, "thing stands", "things stand")} in the way</p>
        <ul className="violations">
          {violations.map((violation, n) => {
            const [library = "", key = ""] = violation.pointer.split("/");
            return (
              <li key={n}>{violation.message} <Link to={`/components/${encodeURIComponent(`${library}/${key}`)}/edit`}>Fix it</Link></li>
            );
          })}
        </ul>
        <p className="soft">Then freeze a new release and publish that.</p>
      </div>
    </div>
  );
}

function Verdict({ release, earlier }: { release: Release; earlier: Schemas["ReleaseRow"][] }) {
  const [before, setBefore] = useState(earlier[0]?.id ?? "");
  const [format, setFormat] = useState<Format>("scorm12");
  const verdict = useQuery({
    queryKey: ["release", release.id, "verdict", before, format],
    queryFn: () => data(api.POST("/api/v1/compare", { body: { before, after: release.id, format } })),
    staleTime: Infinity,
    retry: false,
  });
  const said = verdict.data ? VERDICT[verdict.data.verdict] : undefined;
  return (
    <Panel title="What the update asks of learners">
      <div className="field-row">
        <Field label="In place of">
          <select value={before} onChange={(event) => setBefore(event.target.value)}>
            {earlier.map((one) => <option key={one.id} value={one.id}>{name(one)} {one.notes.slice(0, 40)}</option>)}
          </select>
        </Field>
        <Field label="As">
          <select value={format} onChange={(event) => setFormat(event.target.value as Format)}>
            {(Object.keys(FORMATS) as Format[]).map((one) => <option key={one} value={one}>{FORMATS[one]}</option>)}
          </select>
        </Field>
      </div>
      {verdict.isError ? <Gate error={verdict.error} />
      : !verdict.data || !said ? <Spinner label="Comparing" />
      : (
        <div className={`verdict ${said.tone}`}>
          <p className="verdict-words"><Icon name={said.tone === "good" ? "check" : "warn"} size={22} /> {said.words}</p>
          <p>{verdict.data.verdict_words}</p>
          <ul className="reasons">
            {verdict.data.reasons.map((reason, n) => (
              <li key={n}>
                <Badge tone={VERDICT[reason.verdict]?.tone ?? "plain"}>{VERDICT[reason.verdict]?.words}</Badge>
                <span><strong>{reason.text}</strong><br /><span className="soft">{reason.why}</span></span>
              </li>
            ))}
          </ul>
          {verdict.data.lms_decides.length > 0 ? (
            <details><summary>What the LMS decides by itself</summary><ul>{verdict.data.lms_decides.map((one) => <li key={one}>{one}</li>)}</ul></details>
          ) : null}
        </div>
      )}
    </Panel>
  );
}

function Changes({ release, before }: { release: Release; before: Schemas["ReleaseRow"] }) {
  const found = useQuery({
    queryKey: ["release", release.id, "changes", before.id],
    queryFn: () => data(api.GET("/api/v1/releases/{release}/changes", { params: { path: { release: release.id }, query: { since: before.id } } })),
    staleTime: Infinity,
  });
  return <Panel title={`Since ${name(before)}`}><Answer of={found}>{(tree) => <TreeSummary tree={tree} />}</Answer></Panel>;
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

function Deploy({ release, close }: { release: Release; close: () => void }) {
  const list = useQuery(targets);
  const client = useQueryClient();
  const say = useSay();
  const start = useMutation({
    mutationFn: (body: Schemas["NewDeployment"]) => data(api.POST("/api/v1/deployments", { body })),
    onSuccess: (made) => {
      say(`${made.name} is recorded as live in ${made.target}.`);
      void client.invalidateQueries({ queryKey: ["deployments"] });
      close();
    },
  });
  return (
    <Sheet title="Record a deployment" open onClose={close}>
      <Answer of={list}>
        {({ items }) => items.filter((one) => !one.retired).length === 0 ? (
          <p>There is no target yet. <Link to="/deployments" onClick={close}>Add the LMS that takes packages</Link> first.</p>
        ) : (
          <form
            className="form"
            onSubmit={(event) => {
              event.preventDefault();
              const form = new FormData(event.currentTarget);
              start.mutate({ target: String(form.get("target")), release: release.id, note: String(form.get("note")) });
            }}
          >
            <p>The package of this release was uploaded to an LMS: from now on the register says so. What ran there before ends.</p>
            <Field label="Target"><select name="target">{items.filter((one) => !one.retired).map((one) => <option key={one.id} value={one.key}>{one.title}</option>)}</select></Field>
            <Field label="Note"><input name="note" /></Field>
            {start.isError ? <Failure error={start.error} /> : null}
            <div className="form-foot"><Button onPress={close}>Cancel</Button><Button type="submit" look="primary" isDisabled={start.isPending}>Record</Button></div>
          </form>
        )}
      </Answer>
    </Sheet>
  );
}
