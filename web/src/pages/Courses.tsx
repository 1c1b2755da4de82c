import { useQuery } from "@tanstack/react-query";

import type { Schemas } from "../api/client";
import { ANY, type State, deployments, search, staleDeployments } from "../api/queries";
import { useMay } from "../app/rights";
import { Answer, Badge, Behind, Empty, KindIcon, Link, LinkButton, Page, StateBadge, Time, useTitle } from "../ui/parts";

/** Most places that a card names. */
const PLACES = 3;

/** Where a course is live, and whether what is live there has fallen behind. */
function Live({ rows, stale }: { rows: Schemas["RegisterRow"][]; stale: Map<string, Schemas["RegisterRow"]["stale"]> }) {
  return (
    <div className="card-live">
      {rows.length === 0 ? <span className="soft">live nowhere</span> : rows.slice(0, PLACES).map((row) => (
        <span key={row.id} className="badges start">
          <Badge tone="good">{row.release.label ?? `#${String(row.release.number)}`} in {row.target}</Badge>
          <Behind stale={stale.get(row.id)} />
        </span>
      ))}
      {rows.length > PLACES ? <span className="soft">and in {rows.length - PLACES} more</span> : null}
    </div>
  );
}

export default function Courses() {
  const may = useMay();
  useTitle("Courses");
  const list = useQuery({
    queryKey: ["search", "courses"],
    queryFn: ({ signal }) =>
      search({ ...ANY, kind: ["course"], sort: "title" }, undefined, signal, { limit: 100, facets: false }),
  });
  const live = useQuery(deployments(false));
  const behind = useQuery(staleDeployments);
  const stale = new Map(behind.data?.items.map((row) => [row.id, row.stale]));
  return (
    <Page
      title="Courses"
      actions={may("write") ? <LinkButton to="/new?kind=course" icon="plus" look="primary">New course</LinkButton> : null}
    >
      <Answer of={list}>
        {({ hits, total }) =>
          hits.length === 0 ? (
            <Empty icon="courses" title="No courses yet">A course holds lessons and modules, and is what you release and publish.</Empty>
          ) : (
            <>
              <ul className="cards">
                {hits.map((hit) => (
                  <li key={hit.component} className="card-item">
                    <div className="card-top"><KindIcon kind="course" size={22} /><StateBadge state={hit.state as State} /></div>
                    <h2><Link to={`/components/${hit.component}/outline`}>{hit.title}</Link></h2>
                    <p className="soft">{hit.library_key}/{hit.key}</p>
                    {live.data ? <Live rows={live.data.items.filter((row) => row.component === hit.component)} stale={stale} /> : null}
                    <p className="card-foot">
                      <Link to={`/components/${hit.component}/releases`} className="quiet-link">Releases</Link>
                      <span className="soft">edited <Time at={hit.updated} /></span>
                    </p>
                  </li>
                ))}
              </ul>
              {total > hits.length ? (
                <p className="soft">The first {hits.length} of {total.toLocaleString()}. <Link to="/search?kind=course">Search all</Link></p>
              ) : null}
            </>
          )
        }
      </Answer>
    </Page>
  );
}
