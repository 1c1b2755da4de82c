// "Show as": for whom the outline is looked at, what it comes to for them, and which objectives are covered.
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";

import { type Schemas, api, data } from "../api/client";
import { on } from "../api/queries";
import { useBranch } from "../app/branch";
import { Icon } from "../ui/icons";
import { Badge, Empty, Link, Sheet } from "../ui/parts";
import { count } from "../ui/words";

type Coverage = Schemas["Coverage"];

/** For whom: each name with its value. Part of the address, so that it can be shared. */
export function useAudience(): { when: string[]; choose: (name: string, value: string) => void } {
  const [params, setParams] = useSearchParams();
  const choose = (name: string, value: string) => {
    const next = new URLSearchParams(params);
    const others = next.getAll("when").filter((one) => !one.startsWith(`${name}=`));
    next.delete("when");
    for (const one of value ? [...others, `${name}=${value}`] : others) next.append("when", one);
    setParams(next, { replace: true });
  };
  return { when: useMemo(() => params.getAll("when"), [params]), choose };
}

/** While changes follow one another nothing is summed up: each makes the sum before needless. */
const PAUSE = 500;

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, PAUSE);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("Asked again", "AbortError"));
    });
  });
}

export function useCoverage(top: string, when: string[]) {
  const branch = useBranch();
  const client = useQueryClient();
  const queryKey = ["component", top, branch ?? "main", "coverage", when];
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      if (client.getQueryData(queryKey) !== undefined) await pause(signal);
      return data(api.GET("/api/v1/components/{reference}/coverage", { params: { path: { reference: top }, query: { when, ...on(branch) } }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

function time(minutes: number): string {
  return minutes < 60 ? `${String(minutes)} min` : `${String(Math.floor(minutes / 60))} h${minutes % 60 ? ` ${String(minutes % 60)} min` : ""}`;
}

function served({ pages }: Schemas["CoveredObjective"]): boolean {
  return pages > 0;
}

export function ShowAs({ top }: { top: string }) {
  const { when, choose } = useAudience();
  const found = useCoverage(top, when);
  const [open, setOpen] = useState(false);
  const coverage = found.data;
  if (!coverage) {
    return found.isError ? <p className="show-as soft" role="status"><Icon name="warn" size={16} /> It cannot be summed up: {found.error.message}</p> : <p className="show-as soft">Summing up …</p>;
  }
  const given = new Map(when.map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)]));
  const names = [...new Set([...Object.keys(coverage.asked), ...given.keys()])].filter(Boolean);
  const measured = coverage.objectives.filter(({ assessments }) => assessments > 0).length;
  return (
    <div className="show-as">
      {names.length > 0 ? <div className="show-as-names"><span className="show-as-label"><Icon name="eye" size={16} /> Show as</span>
      {names.map((name) => (
        <label key={name} className={`show-as-name ${given.has(name) ? "on" : ""}`}>
          <span>{name}</span>
          <select value={given.get(name) ?? ""} onChange={(event) => choose(name, event.target.value)}>
            <option value="">{when.length === 0 ? "everything" : "no value"}</option>
            {[...new Set([...(coverage.asked[name] ?? []), ...(given.has(name) ? [given.get(name) ?? ""] : [])])].map((value) => <option key={value}>{value}</option>)}
          </select>
        </label>
      ))}</div> : null}
      <button type="button" className="comes-to" onClick={() => setOpen(true)}>
        <span className="hidden">Duration and objectives: </span>
        <strong>{time(coverage.minutes)}</strong>
        {coverage.untimed > 0 ? <span className="soft">+ {count(coverage.untimed, "page")} untimed</span> : null}
        <span>{count(coverage.pages, "page")}</span>
        {coverage.objectives.length > 0 ? <span>{measured} of {count(coverage.objectives.length, "objective")} measured</span> : null}
      </button>
      <Sheet wide title="Duration and objectives" open={open} onClose={() => setOpen(false)}>
        <Details of={coverage} when={when} />
      </Sheet>
    </div>
  );
}

function Details({ of, when }: { of: Coverage; when: string[] }) {
  return (
    <div className="coverage">
      <div className="figures">
        <div><strong>{time(of.minutes)}</strong><span>{of.untimed > 0 ? `and ${count(of.untimed, "page")} without a duration` : "as its pages say"}</span></div>
        <div><strong>{of.pages}</strong><span>{of.pages === 1 ? "page" : "pages and tests"}</span></div>
        <div><strong>{of.objectives.filter(served).length}/{of.objectives.length}</strong><span>objectives served</span></div>
      </div>
      <p className="soft">{when.length > 0 ? `For ${when.join(", ")}.` : "For everybody, with everything shown."} Durations and objectives are set on the pages and tests themselves.</p>
      {of.objectives.length === 0 ? <Empty icon="objective" title="No objectives">Give the course or its topics objectives, and it shows here what serves and measures each.</Empty> : (
        <div className="table-box">
          <table className="table">
            <thead><tr><th scope="col">Objective</th><th scope="col">Pages</th><th scope="col">Tests</th><th scope="col"><span className="hidden">What is missing</span></th></tr></thead>
            <tbody>
              {of.objectives.map((one) => (
                <tr key={one.component}>
                  <td className="wraps"><Link to={`/components/${one.component}`}>{one.title}</Link></td>
                  <td>{one.pages}</td>
                  <td>{one.assessments}</td>
                  <td>{!served(one) ? <Badge tone="bad">no page serves it</Badge> : one.assessments === 0 ? <Badge tone="heed">no test measures it</Badge> : <Badge tone="good">covered</Badge>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
