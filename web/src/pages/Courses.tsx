import { useQuery } from "@tanstack/react-query";

import { ANY, search } from "../api/queries";
import type { State } from "../api/queries";
import { useMay } from "../app/rights";
import { Answer, Empty, KindIcon, Link, LinkButton, Page, StateBadge, Time, useTitle } from "../ui/parts";

export default function Courses() {
  const may = useMay();
  useTitle("Courses");
  const list = useQuery({
    queryKey: ["search", "courses"],
    queryFn: ({ signal }) =>
      search({ ...ANY, kind: ["course"], sort: "title" }, undefined, signal, { limit: 100, facets: false }),
  });
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
