// What an edit of many components would do to each, before it is done.
import type { Schemas } from "../../api/client";
import { useName } from "../../app/rights";
import { place } from "../../ui/Diff";
import { CARE, fieldName, valueSaid } from "../../ui/fields";
import { Badge, KindIcon } from "../../ui/parts";
import { Said } from "../../ui/Said";
import { count } from "../../ui/words";

type Report = Schemas["BulkReport"];
type Item = Schemas["BulkItem"];

/** What steps of review, and retirement, are called. */
export const STEP: Record<Schemas["Transition"], string> = {
  submit: "Submit for review", withdraw: "Withdraw from review", approve: "Approve", retire: "Retire", reinstate: "Reinstate",
};

export function Summary({ report }: { report: Report }) {
  return (
    <div className="figures" role="status">
      <div><strong>{report.changed.toLocaleString()}</strong><span>change</span></div>
      <div><strong>{report.unchanged.toLocaleString()}</strong><span>are so already</span></div>
      {report.refused > 0 ? <div className="bad"><strong>{report.refused.toLocaleString()}</strong><span>refused</span></div> : null}
      {report.unapproved > 0 ? <div className="heed"><strong>{report.unapproved.toLocaleString()}</strong><span>approved ones become drafts</span></div> : null}
    </div>
  );
}

export function Items({ items, report }: { items: Item[]; report: Report }) {
  const more = report.changed + report.refused - items.length;
  if (items.length === 0) return <p className="soft">Everything is as you want it already.</p>;
  return (
    <ul className="touched" tabIndex={0} aria-label="What becomes of each">
      {items.map((item) => (
        <li key={item.component} className={item.refused && item.refused.length > 0 ? "refused" : ""}>
          <p className="touched-name">
            <KindIcon kind={item.kind} size={16} /> {item.library_key}/{item.key}
            {item.refused && item.refused.length > 0 ? <Badge tone="bad">refused</Badge> : null}
            {item.unapproved ? <Badge tone="heed">becomes a draft</Badge> : null}
            {item.step ? <Badge tone="accent">{STEP[item.step]}</Badge> : null}
          </p>
          {(item.refused ?? []).map((violation, n) => <p key={n} className="touched-why"><Said>{violation.message}</Said></p>)}
          {item.changes.length > 0 || item.words || item.objectives ? (
            <dl>
              {item.changes.map((change) => <FieldDiff key={change.field} change={change} />)}
              {item.objectives ? (
                <div>
                  <dt>Objectives</dt>
                  <dd>{item.objectives.map(({ objective, title, serves }) => (serves ? <ins key={objective}>{title}</ins> : <del key={objective}>{title}</del>))}</dd>
                </div>
              ) : null}
              {(item.words ?? []).map((words, n) => <WordsDiff key={n} words={words} />)}
            </dl>
          ) : null}
        </li>
      ))}
      {more > 0 ? <li className="soft">and {count(more, "further one")}</li> : null}
    </ul>
  );
}

function FieldDiff({ change: { field, before, after } }: { change: Schemas["BulkFieldChange"] }) {
  const name = useName();
  const said = (value: string) => (field === "steward" && /^[0-9a-f-]{36}$/.test(value) ? name(value) : valueSaid(field, value));
  const taken = before.filter((one) => !after.includes(one));
  const kept = before.filter((one) => after.includes(one));
  const added = after.filter((one) => !before.includes(one));
  return (
    <div>
      <dt>{fieldName(field)}</dt>
      <dd>
        {taken.map((one) => <del key={one}>{said(one)}</del>)}
        {kept.length > 0 && !CARE.includes(field) ? <span className="soft">{kept.map(said).join(", ")}</span> : null}
        {added.map((one) => <ins key={one}>{said(one)}</ins>)}
        {after.length === 0 ? <span className="soft">nothing left</span> : null}
      </dd>
    </div>
  );
}

function WordsDiff({ words: { pointer, count: times, lead, found, with: after, tail } }: { words: Schemas["WordsReplaced"] }) {
  return (
    <div>
      <dt>{place(pointer)}{times > 1 ? ` · ${String(times)} places` : ""}</dt>
      <dd className="running"><p>{lead}<del>{found}</del>{after === "" ? null : <ins>{after}</ins>}{tail}</p></dd>
    </div>
  );
}
