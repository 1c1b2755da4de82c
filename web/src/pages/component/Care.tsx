// Who looks after a component, and until when somebody must have looked at it again.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { type Schemas, api, data } from "../../api/client";
import { people } from "../../api/queries";
import { useBranch } from "../../app/branch";
import { useMay } from "../../app/rights";
import { Badge, Field, Panel, useSay } from "../../ui/parts";
import type { View } from "./ComponentPage";

const MONTHS = [3, 6, 12];

/** The day that many months from now. */
export function monthsOn(months: number, from = new Date()): string {
  const day = new Date(Date.UTC(from.getFullYear(), from.getMonth() + months, 1));
  const last = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
  day.setUTCDate(Math.min(from.getDate(), last));
  return day.toISOString().slice(0, 10);
}

export function Care({ view }: { view: View }) {
  const { care, component: one } = view;
  const branch = useBranch();
  const client = useQueryClient();
  const say = useSay();
  const may = useMay()("write", one.library);
  const known = useQuery(people);
  const before: Schemas["SetCare"] = { steward: care.steward?.name ?? null, review_by: care.review_by ?? null };
  const set = useMutation({
    mutationFn: ({ next }: { next: Schemas["SetCare"]; back?: boolean }) => data(api.PUT("/api/v1/components/{reference}/care", { params: { path: { reference: one.id } }, body: next })),
    onSuccess: (_, { back }) => {
      const now = before;
      say(back ? "As it was." : "Saved; the approval stays.", back ? {} : { undo: () => set.mutate({ next: now, back: true }) });
    },
    onError: say.failed,
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["component", one.id] });
      void client.invalidateQueries({ queryKey: ["search"] });
    },
  });
  const change = (part: Partial<Schemas["SetCare"]>) => set.mutate({ next: { ...before, ...part } });
  const off = !may || branch !== undefined;
  return (
    <Panel title="Care" actions={care.stale ? <Badge tone="bad">look again</Badge> : null}>
      <fieldset className="form" disabled={off}>
        <Field label="Looked after by">
          <select value={before.steward ?? ""} onChange={(event) => change({ steward: event.target.value || null })}>
            <option value="">Nobody</option>
            {known.data?.items.map((person) => <option key={person.id} value={person.name}>{person.shown}</option>)}
          </select>
        </Field>
        <Field label="Look again by" hint="After this day it is listed as stale">
          <input
            key={before.review_by ?? ""} type="date" defaultValue={before.review_by ?? ""}
            onBlur={(event) => { const day = event.target.value || null; if (day !== before.review_by) change({ review_by: day }); }}
          />
        </Field>
        {off ? null : (
          <div className="suggested" role="group" aria-label="Look again in">
            {MONTHS.map((months) => (
              <button key={months} type="button" className="chip" onClick={() => change({ review_by: monthsOn(months) })}>in {months} months</button>
            ))}
          </div>
        )}
      </fieldset>
      {branch === undefined ? null : <p className="soft">Care belongs to the component, not to a branch: change it on main.</p>}
    </Panel>
  );
}
