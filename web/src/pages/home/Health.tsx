// How a library is, at a glance: what is described, used and covered, what needs somebody, what is used most.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Schemas, api, data } from "../../api/client";
import { libraries } from "../../api/queries";
import { Answer, KindIcon, Link, Panel } from "../../ui/parts";
import { HEALTH, REPORT, type Report, count } from "../../ui/words";

type Health = Schemas["LibraryHealth"];
const MOST = 5;
/** What somebody should look at; what is used most is no reason to. */
const NEEDS = HEALTH.filter((list) => list !== "most_reused");

/** Of some, how many percent; nothing to count is no plot. */
function share(part: number, whole: number): number | undefined {
  return whole > 0 ? Math.round((Math.max(0, Math.min(part, whole)) / whole) * 100) : undefined;
}

export function LibraryHealth() {
  const known = useQuery(libraries);
  const [chosen, choose] = useState<string>();
  const items = known.data?.items ?? [];
  const library = chosen ?? items[0]?.key;
  const found = useQuery({
    queryKey: ["reports", library],
    queryFn: () => data(api.GET("/api/v1/libraries/{library}/reports", { params: { path: { library: library ?? "" } } })),
    enabled: library !== undefined,
    staleTime: 60_000,
  });
  if (known.data && library === undefined) return <Panel title="The library"><p className="soft">There is no library yet that you may read.</p></Panel>;
  return (
    <>
      <Panel
        title="The library"
        actions={items.length > 1 ? (
          <label>
            <span className="hidden">Library</span>
            <select value={library} onChange={(event) => choose(event.target.value)}>{items.map((one) => <option key={one.id} value={one.key}>{one.title}</option>)}</select>
          </label>
        ) : library ? <Link to={`/libraries/${library}`} className="quiet-link">Its words</Link> : null}
      >
        <Answer of={found}>{(health) => <Plots health={health} />}</Answer>
      </Panel>
      {found.data && (found.data.lists.stale ?? 0) > 0 ? <Overdue library={found.data.library_key} total={found.data.lists.stale ?? 0} /> : null}
      {found.data && found.data.most_reused.length > 0 ? <Reused health={found.data} /> : null}
    </>
  );
}

function Plots({ health }: { health: Health }) {
  const { components, completeness, used, objectives, reuse_ratio: reuse, library_key: library } = health;
  const served = share(objectives - (health.lists.objectives_without_content ?? 0), objectives);
  const usedShare = share(used, components);
  return (
    <>
      <p className="health-words"><strong>{count(components, "component")}</strong>, each used one in <strong>{reuse.toLocaleString(undefined, { maximumFractionDigits: 1 })}</strong> places</p>
      <div className="rings">
        <Ring percent={completeness} label="described" to={`/reports/${library}/incomplete`} />
        {usedShare === undefined ? null : <Ring percent={usedShare} label="used" to={`/reports/${library}/unused`} />}
        {served === undefined ? null : <Ring percent={served} label="of objectives served" to={`/reports/${library}/objectives_without_content`} />}
      </div>
      <ul className="bars">
        {NEEDS.map((list) => ({ list, n: health.lists[list] ?? 0 })).filter(({ n }) => n > 0).map(({ list, n }) => (
          <li key={list}>
            <Link to={`/reports/${library}/${list}`}>
              <span>{REPORT[list as Report]}</span><span className="bar-number">{n.toLocaleString()}</span>
              <meter min={0} max={Math.max(components, 1)} value={n} aria-label={REPORT[list as Report]} />
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

const RADIUS = 26;
const AROUND = 2 * Math.PI * RADIUS;

function Ring({ percent, label, to }: { percent: number; label: string; to: string }) {
  return (
    <Link to={to} className="ring" aria-label={`${String(percent)} % ${label}`}>
      <svg viewBox="0 0 64 64" width="64" height="64" aria-hidden="true">
        <circle cx="32" cy="32" r={RADIUS} className="ring-all" />
        <circle cx="32" cy="32" r={RADIUS} className="ring-part" strokeDasharray={`${String((AROUND * percent) / 100)} ${String(AROUND)}`} transform="rotate(-90 32 32)" />
        <text x="32" y="37" textAnchor="middle">{percent}%</text>
      </svg>
      <span aria-hidden="true">{label}</span>
    </Link>
  );
}

function Overdue({ library, total }: { library: string; total: number }) {
  const found = useQuery({
    queryKey: ["reports", library, "stale", "first"],
    queryFn: () => data(api.GET("/api/v1/libraries/{library}/reports/{list}", { params: { path: { library, list: "stale" }, query: { limit: MOST } } })),
    staleTime: 60_000,
  });
  return (
    <Panel title="To be looked at again" flush actions={<Link to={`/reports/${library}/stale`} className="quiet-link">All {total.toLocaleString()}</Link>}>
      <Answer of={found}>
        {({ items }) => (
          <ul className="rows">
            {items.map((row) => (
              <li key={row.component}>
                <Link to={`/components/${row.component}`} className="row">
                  <KindIcon kind={row.kind} />
                  <span className="row-main"><strong>{row.title}</strong><span className="soft">{library}/{row.key}</span></span>
                  {row.review_by ? <span className="badge bad">since {row.review_by}</span> : null}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Answer>
    </Panel>
  );
}

function Reused({ health }: { health: Health }) {
  const rows = health.most_reused.slice(0, MOST);
  const most = Math.max(...rows.map((row) => row.uses), 1);
  return (
    <Panel title="Used most" actions={<Link to={`/reports/${health.library_key}/most_reused`} className="quiet-link">All</Link>}>
      <ul className="bars">
        {rows.map((row) => (
          <li key={row.component}>
            <Link to={`/components/${row.component}/uses`}>
              <span className="bar-name">{row.title}</span><span className="bar-number">{row.uses.toLocaleString()}</span>
              <meter min={0} max={most} value={row.uses} aria-label={`${row.title}: ${count(row.uses, "use")}`} />
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
