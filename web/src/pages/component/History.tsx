// Every version, what was different in each, and the way back.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import { api, data, tagOf } from "../../api/client";
import { on } from "../../api/queries";
import { useBranch } from "../../app/branch";
import { useMay, useName } from "../../app/rights";
import { Diff } from "../../ui/Diff";
import { Answer, Badge, Button, Time, useSay } from "../../ui/parts";
import type { View } from "./ComponentPage";

export function History({ view }: { view: View }) {
  const id = view.component.id;
  const name = useName();
  const [params, setParams] = useSearchParams();
  const pages = useInfiniteQuery({
    queryKey: ["component", id, "history"],
    queryFn: ({ pageParam }) =>
      data(
        api.GET("/api/v1/components/{reference}/history", {
          params: { path: { reference: id }, query: { limit: 50, ...(pageParam ? { before: pageParam } : {}) } },
        }),
      ),
    initialPageParam: 0,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const to = Number(params.get("version") ?? view.revision.number);
  const from = params.get("against");
  const choose = (version: number, against?: number) => {
    const next = new URLSearchParams(params);
    next.set("version", String(version));
    if (against) next.set("against", String(against));
    else next.delete("against");
    setParams(next, { replace: true });
  };
  return (
    <div className="history">
      <Answer of={pages}>
        {(found) => {
          const items = found.pages.flatMap((page) => page.items);
          return (
            <ol className="versions" aria-label="Versions">
              {items.map((revision) => (
                <li key={revision.id}>
                  <button type="button" className="version" aria-pressed={revision.number === to} onClick={() => choose(revision.number)}>
                    <span className="version-number">@{revision.number}</span>
                    <span className="version-text">
                      <strong>{revision.message || "No message"}</strong>
                      <span className="soft">{name(revision.author)}, <Time at={revision.created} /></span>
                    </span>
                    {revision.id === view.revision.id ? <Badge tone="accent">now</Badge> : null}
                    {revision.merge_parent ? <Badge>merge</Badge> : null}
                  </button>
                </li>
              ))}
              {pages.hasNextPage ? <li><Button look="quiet" onPress={() => void pages.fetchNextPage()}>Older</Button></li> : null}
            </ol>
          );
        }}
      </Answer>
      <Compared view={view} to={to} from={from ? Number(from) : undefined} choose={choose} />
    </div>
  );
}

function Compared({ view, to, from, choose }: { view: View; to: number; from: number | undefined; choose: (version: number, against?: number) => void }) {
  const id = view.component.id;
  const may = useMay();
  const diff = useQuery({
    queryKey: ["component", id, "diff", from, to],
    queryFn: () =>
      data(
        api.GET("/api/v1/components/{reference}/diff", {
          params: { path: { reference: id }, query: { to: `@${String(to)}`, ...(from ? { from: `@${String(from)}` } : {}) } },
        }),
      ),
    enabled: to > 1 || from !== undefined,
    staleTime: Infinity,
  });
  const now = view.revision.number;
  return (
    <section className="compared" aria-label="What was different">
      <header>
        <h2>{from ? `@${String(to)} beside @${String(from)}` : `What @${String(to)} changed`}</h2>
        <div className="actions">
          {to !== now ? (
            from === now ? <Button onPress={() => choose(to)}>What it changed</Button> : <Button onPress={() => choose(to, now)}>Beside the newest</Button>
          ) : null}
          {to !== now && may("write", view.component.library) ? <Restore view={view} to={to} /> : null}
        </div>
      </header>
      {to === 1 && from === undefined ? <p className="soft">This is the first version.</p> : <Answer of={diff}>{(found) => <Diff of={found} />}</Answer>}
    </section>
  );
}

function Restore({ view, to }: { view: View; to: number }) {
  const client = useQueryClient();
  const branch = useBranch();
  const say = useSay();
  const id = view.component.id;
  const restore = useMutation({
    mutationFn: () =>
      data(
        api.POST("/api/v1/components/{reference}/revert", {
          params: { path: { reference: id }, query: on(branch), header: { "If-Match": tagOf(view.revision.id) } },
          body: { to: `@${String(to)}`, message: `back to @${String(to)}` },
        }),
      ),
    onSuccess: () => say(`It is as it was at @${String(to)}; nothing in between is lost.`),
    onError: say.failed,
    onSettled: () => void client.invalidateQueries({ queryKey: ["component", id] }),
  });
  return <Button look="primary" icon="undo" isDisabled={restore.isPending} onPress={() => restore.mutate()}>Restore @{to}</Button>;
}
