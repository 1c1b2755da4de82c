// Where a component is used: upwards, from what holds it to the courses at the top, as a tree or drawn.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useSearchParams } from "react-router";

import type { Schemas } from "../../api/client";
import { whereUsed } from "../../api/queries";
import { useBranch } from "../../app/branch";
import { Answer, Badge, Button, Empty, KindIcon, Link } from "../../ui/parts";
import { POLICY, count } from "../../ui/words";
import type { View } from "./ComponentPage";
import { UseGraph } from "./UseGraph";

type Use = Schemas["UsedIn"];

export function Uses({ view }: { view: View }) {
  const found = useInfiniteQuery(whereUsed(view.component.id, useBranch()));
  const [params, setParams] = useSearchParams();
  const drawn = params.get("as") === "graph";
  const items = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data]);
  const show = (as: "tree" | "graph") => {
    const next = new URLSearchParams(params);
    if (as === "graph") next.set("as", as);
    else next.delete("as");
    setParams(next, { replace: true });
  };
  const first = found.data?.pages[0];
  return (
    <Answer of={{ ...found, data: first }}>
      {(used) =>
        used.total === 0 && used.hidden === 0 ? (
          <Empty icon="uses" title="Nothing uses it">It can be placed in a lesson or course, or included in a text.</Empty>
        ) : (
          <div className="uses">
            <header className="uses-head">
              <div className="segments" role="group" aria-label="Shown as">
                <button type="button" aria-pressed={!drawn} onClick={() => show("tree")}>Tree</button>
                <button type="button" aria-pressed={drawn} onClick={() => show("graph")}>Graph</button>
              </div>
            <p>
              {count(used.top_total, "course or other top holds", "courses and other tops hold")} it, by {count(used.total, "use")} in all.
              {used.hidden > 0 ? ` ${count(used.hidden, "more")} in libraries you may not see.` : ""}
            </p>
            </header>
            {drawn ? <UseGraph view={view} uses={items} /> : <Tree uses={items} child={view.component.id} above={[]} />}
            {found.hasNextPage ? (
              <p className="soft pad-y">
                {items.length} of {used.total} uses are shown. <Button small isDisabled={found.isFetchingNextPage} onPress={() => void found.fetchNextPage()}>More</Button>
              </p>
            ) : null}
          </div>
        )
      }
    </Answer>
  );
}

/** Who holds `child`, and who holds those. A way that comes back to itself ends there. */
function Tree({ uses, child, above }: { uses: Use[]; child: string; above: string[] }) {
  const holders = uses.filter((use) => use.child === child && !above.includes(use.id));
  if (holders.length === 0) return null;
  return (
    <ul className="use-tree">
      {holders.map((use) => (
        <li key={use.slot + use.id}>
          <div className="use">
            <KindIcon kind={use.kind} />
            <Link to={`/components/${use.id}`}>{use.title}</Link>
            <span className="soft">{use.library_key}/{use.key}</span>
            <Badge tone={use.policy.follow === "latest" ? "plain" : "accent"}>{POLICY[use.policy.follow]}{use.shows?.number ? ` @${String(use.shows.number)}` : ""}</Badge>
            {use.role === "placement" ? null : <Badge>{use.role}</Badge>}
            {use.overrides && use.overrides.length > 0 ? <Badge tone="heed">overrides {use.overrides.join(", ")}</Badge> : null}
          </div>
          <Tree uses={uses} child={use.id} above={[...above, child]} />
        </li>
      ))}
    </ul>
  );
}
