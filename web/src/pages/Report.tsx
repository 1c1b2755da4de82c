// One list of a library's report: what somebody needs to look at, and why.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";

import { type Schemas, api, data } from "../api/client";
import { useGo } from "../app/branch";
import { useMay } from "../app/rights";
import { Answer, Button, Empty, KindIcon, Link, Page, StateBadge, useTitle } from "../ui/parts";
import { HEALTH, REPORT, type Report, count } from "../ui/words";
import { BulkEdit } from "./search/BulkEdit";

export default function ReportPage() {
  const { library = "", list = "" } = useParams();
  const go = useGo();
  const may = useMay();
  const [editing, setEditing] = useState<string[]>();
  const known = HEALTH.find((one) => one === list);
  const title = known ? REPORT[known] : "A report";
  useTitle(title);
  const pages = useInfiniteQuery({
    queryKey: ["reports", library, list],
    queryFn: ({ pageParam }) =>
      data(api.GET("/api/v1/libraries/{library}/reports/{list}", {
        params: { path: { library, list }, query: { limit: 100, ...(pageParam === undefined ? {} : { cursor: pageParam }) } },
      })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  return (
    <Page
      crumbs={<><Link to={`/search?library=${library}`}>{library}</Link> / report</>} title={title}
      actions={(
        <label>
          <span className="hidden">List</span>
          <select value={known ?? ""} onChange={(event) => go(`/reports/${library}/${event.target.value}`)}>
            {HEALTH.map((one: Report) => <option key={one} value={one}>{REPORT[one]}</option>)}
          </select>
        </label>
      )}
    >
      <Answer of={pages}>
        {({ pages: [first, ...more] }) => {
          const rows: Schemas["ReportRow"][] = [...(first?.items ?? []), ...more.flatMap((page) => page.items)];
          if (rows.length === 0) return <Empty icon="check" title="There is nothing to look at here" />;
          return (
            <>
              <div className="report-head">
                <p role="status" className="soft">{count(first?.total ?? rows.length, "component")}</p>
                {may("write") ? <Button small icon="edit" onPress={() => setEditing(rows.map((row) => row.component))}>{pages.hasNextPage ? `Edit the ${String(rows.length)} shown` : "Edit all of them"}</Button> : null}
              </div>
              <section className="panel flush"><ul className="rows">
                {rows.map((row) => (
                  <li key={row.component}>
                    <Link to={`/components/${row.component}`} className="row">
                      <KindIcon kind={row.kind} />
                      <span className="row-main"><strong>{row.title}</strong><span className="soft">{library}/{row.key}{row.why ? ` · ${row.why}` : ""}</span></span>
                      <StateBadge state={row.state} />
                      <span className="soft">{row.completeness} %</span>
                    </Link>
                  </li>
                ))}
              </ul></section>
              {pages.hasNextPage ? <Button isDisabled={pages.isFetchingNextPage} onPress={() => void pages.fetchNextPage()}>More</Button> : null}
            </>
          );
        }}
      </Answer>
      {editing ? (
        <BulkEdit
          meant={{ components: editing }} total={editing.length} library={library} close={() => setEditing(undefined)}
          done={() => { setEditing(undefined); void pages.refetch(); }}
        />
      ) : null}
    </Page>
  );
}
