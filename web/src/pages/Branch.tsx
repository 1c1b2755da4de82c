// A branch: what it changes, its review, what is left to decide, and the merge.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link as RouterLink, useParams } from "react-router";

import { Refusal, type Schemas, api, data } from "../api/client";
import { unlike } from "../editor/merge";
import { useMay, useMayEverywhere, useName } from "../app/rights";
import { Diff, place } from "../ui/Diff";
import { Answer, Badge, Button, Empty, Failure, KindIcon, Page, Panel, StateBadge, Time, useSay, useTitle } from "../ui/parts";

type Branch = Schemas["BranchView"];
type Item = Schemas["MergeItem"];
type Resolution = Schemas["Resolution"];

export default function BranchPage() {
  const { name = "" } = useParams();
  const found = useQuery({
    queryKey: ["branches", name],
    queryFn: () => data(api.GET("/api/v1/branches/{branch}", { params: { path: { branch: name } } })),
  });
  return <Answer of={found}>{(branch) => <Shown key={branch.id} branch={branch} />}</Answer>;
}

function Shown({ branch }: { branch: Branch }) {
  const name = useName();
  const may = useMay();
  const everywhere = useMayEverywhere();
  const client = useQueryClient();
  const say = useSay();
  const [left, setLeft] = useState<{ items: Item[]; way: "merge" | "update" }>();
  const open = branch.state === "open";
  const path = { branch: branch.name };
  useTitle(`Branch ${branch.name}`);
  const changed = () => {
    void client.invalidateQueries({ queryKey: ["branches"] });
    void client.invalidateQueries({ queryKey: ["component"] });
    void client.invalidateQueries({ queryKey: ["search"] });
  };
  const review = useMutation({
    mutationFn: (step: Schemas["Transition"]) => data(api.POST("/api/v1/branches/{branch}/review", { params: { path }, body: { step } })),
    onError: say.failed,
    onSettled: changed,
  });
  const land = useMutation({
    mutationFn: ({ way, resolutions = [], without = false }: { way: "merge" | "update"; resolutions?: Resolution[]; without?: boolean }) =>
      way === "merge"
        ? data(api.POST("/api/v1/branches/{branch}/merge", { params: { path }, body: { resolutions, without_approval: without } }))
        : data(api.POST("/api/v1/branches/{branch}/update", { params: { path }, body: { resolutions } })),
    onSuccess: (_, { way }) => {
      setLeft(undefined);
      say(way === "merge" ? `${branch.name} is merged into ${branch.base_name ?? "main"}.` : `${branch.name} has what changed in ${branch.base_name ?? "main"}.`);
    },
    onError: (error, { way }) => {
      if (error instanceof Refusal && error.kind === "merge-conflict") setLeft({ items: error.problem.conflicts ?? [], way });
      else say.failed(error);
    },
    onSettled: changed,
  });
  const step = (step: Schemas["Transition"], label: string, look: "plain" | "primary" = "plain") => (
    <Button look={look} isDisabled={review.isPending} onPress={() => review.mutate(step)}>{label}</Button>
  );
  const approved = branch.standing === "approved" && !branch.review_is_stale;
  const end = (what: "close" | "reopen") =>
    (what === "close" ? api.POST("/api/v1/branches/{branch}/close", { params: { path } }) : api.POST("/api/v1/branches/{branch}/reopen", { params: { path } })).then(changed, say.failed);
  return (
    <Page
      crumbs={<RouterLink to="/branches">Branches</RouterLink>} title={branch.name}
      actions={open ? <>
        {branch.standing === "draft" && may("write") ? step("submit", "Submit for review") : null}
        {branch.standing === "in_review" && may("review") ? step("approve", "Approve", "primary") : null}
        {branch.standing === "in_review" && may("write") ? step("withdraw", "Withdraw") : null}
        {may("write") ? <Button isDisabled={land.isPending} onPress={() => land.mutate({ way: "update" })}>Update from {branch.base_name ?? "main"}</Button> : null}
        {may("write") && (approved || everywhere("administer")) ? (
          <Button look="primary" icon="branch" isDisabled={land.isPending} onPress={() => land.mutate({ way: "merge", without: !approved })}>
            {approved ? "Merge" : "Merge without approval"}
          </Button>
        ) : null}
      </> : branch.state === "closed" && may("write") ? <Button onPress={() => void end("reopen")}>Open again</Button> : null}
    >
      <p className="facts">
        {open ? <StateBadge state={branch.standing} /> : <Badge tone={branch.state === "merged" ? "good" : "plain"}>{branch.state}</Badge>}
        {branch.review_is_stale ? <Badge tone="heed">edited since its review</Badge> : null}
        {branch.author ? <span>{name(branch.author)}, <Time at={branch.created} /></span> : null}
        {branch.base_name ? <span>from {branch.base_name}</span> : null}
        {open ? <RouterLink to={`/search?branch=${branch.name}`}>Work on it</RouterLink> : null}
        {open && may("write") ? <Button small look="quiet" onPress={() => void end("close")}>Give it up</Button> : null}
      </p>
      {left ? (
        <Resolve items={left.items} pending={land.isPending} cancel={() => setLeft(undefined)} done={(resolutions) => land.mutate({ way: left.way, resolutions, without: !approved })} />
      ) : null}
      <Changes branch={branch} />
    </Page>
  );
}

function Changes({ branch }: { branch: Branch }) {
  const found = useQuery({
    queryKey: ["branches", branch.name, "changes"],
    queryFn: () => data(api.GET("/api/v1/branches/{branch}/changes", { params: { path: { branch: branch.name }, query: { limit: 200 } } })),
  });
  const [open, setOpen] = useState<string>();
  return (
    <Panel title="What it changes" flush>
      <Answer of={found}>
        {({ items, not_readable: hidden }) => items.length === 0 ? (
          <Empty icon="branch" title="Nothing is changed on it yet">Choose it at the lower left, then edit as usual.</Empty>
        ) : (
          <ul className="rows">
            {items.map((change) => (
              <li key={change.component + change.language}>
                <button type="button" className="row" aria-expanded={open === change.revision} onClick={() => setOpen(open === change.revision ? undefined : change.revision)}>
                  <KindIcon kind={change.kind} />
                  <span className="row-main"><strong>{change.title}</strong><span className="soft">{change.library_key}/{change.key}</span></span>
                  {change.base ? <Badge>changed</Badge> : <Badge tone="good">new</Badge>}
                  {change.summary?.placements ? <Badge tone="accent">placements</Badge> : null}
                </button>
                {open === change.revision ? <ChangeDiff change={change} /> : null}
              </li>
            ))}
            {hidden > 0 ? <li className="row soft">and {hidden} in libraries you may not see</li> : null}
          </ul>
        )}
      </Answer>
    </Panel>
  );
}

/** The numbers of revisions in their component's history: versions are named by these. */
async function numbersOf(component: string, revisions: string[]): Promise<number[]> {
  const numbers = new Map<string, number>();
  let before: number | undefined;
  do {
    const page = await data(api.GET("/api/v1/components/{reference}/history", { params: { path: { reference: component }, query: { limit: 200, ...(before ? { before } : {}) } } }));
    for (const { id, number } of page.items) numbers.set(id, number);
    before = page.next ?? undefined;
  } while (before && revisions.some((id) => !numbers.has(id)));
  return revisions.map((id) => numbers.get(id) ?? 1);
}

function ChangeDiff({ change }: { change: Schemas["BranchChange"] }) {
  const found = useQuery({
    queryKey: ["diff", change.base, change.revision],
    queryFn: async () => {
      const [from, to] = await numbersOf(change.component, [change.base ?? "", change.revision]);
      const path = { reference: change.component };
      return data(api.GET("/api/v1/components/{reference}/diff", { params: { path, query: { from: `@${String(from)}`, to: `@${String(to)}` } } }));
    },
    enabled: change.base != null,
    staleTime: Infinity,
  });
  return (
    <div className="pad">
      {change.base ? <Answer of={found}>{(diff) => <Diff of={diff} />}</Answer> : <p className="soft">It was made on this branch.</p>}
      <RouterLink to={`/components/${change.component}`}>Open the component</RouterLink>
    </div>
  );
}

function said(value: unknown): string {
  if (value === undefined || value === null) return "(nothing)";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** Side by side what both changed; a choice for each, then the merge is sent again. */
function Resolve({ items, pending, cancel, done }: { items: Item[]; pending: boolean; cancel: () => void; done: (resolutions: Resolution[]) => void }) {
  const [choices, setChoices] = useState<Record<string, Resolution>>({});
  const conflicts = items.flatMap((item) => (item.conflicts ?? []).map((conflict) => ({ item, conflict, id: `${item.component}${item.language}${conflict.part}${conflict.pointer}` })));
  const left = conflicts.filter(({ id }) => !choices[id]).length;
  if (conflicts.length === 0) return <Failure error={new Error("The merge was refused without saying where.")} />;
  return (
    <Panel title="Left to decide">
      {conflicts.map(({ item, conflict, id }) => (
        <fieldset key={id} className="clash">
          <legend>{item.library_key}/{item.key}: {place(conflict.pointer)}</legend>
          {(["ours", "theirs"] as const).map((side) => (
            <label key={side} className={`clash-side ${choices[id]?.choice === side ? "chosen" : ""}`}>
              <span>
                <input
                  type="radio" name={id} checked={choices[id]?.choice === side}
                  onChange={() => setChoices((all) => ({ ...all, [id]: { component: item.component, language: item.language, part: conflict.part, pointer: conflict.pointer, choice: side } }))}
                /> {side === "ours" ? "Where it lands" : "The other side"}
              </span>
              <pre>{unlike(said(conflict[side]), said(conflict[side === "ours" ? "theirs" : "ours"])).map((run, n) => (run.own && run.text.trim() ? <mark key={n}>{run.text}</mark> : run.text))}</pre>
            </label>
          ))}
        </fieldset>
      ))}
      <div className="form-foot">
        <Button onPress={cancel}>Not now</Button>
        <Button look="primary" isDisabled={left > 0 || pending} onPress={() => done(Object.values(choices))}>{left > 0 ? `${String(left)} left` : "Merge with these"}</Button>
      </div>
    </Panel>
  );
}
