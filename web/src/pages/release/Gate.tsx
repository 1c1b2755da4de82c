// What stands in the way of a package, each thing with the way to it.
import { Refusal, type Schemas } from "../../api/client";
import { Icon } from "../../ui/icons";
import { Badge, Failure, Link } from "../../ui/parts";
import { count } from "../../ui/words";

type Finding = Schemas["Finding"];

const fix = (component: string) => `/components/${encodeURIComponent(component)}/edit`;

/** A refusal to publish; any other error as it is everywhere. */
export function Refused({ error }: { error: Error }) {
  const violations = error instanceof Refusal && error.kind === "not-publishable" ? (error.problem.violations ?? []) : undefined;
  if (!violations) return <Failure error={error} />;
  return (
    <div className="failure" role="alert">
      <Icon name="warn" size={22} />
      <div>
        <p className="failure-title">{count(violations.length, "thing stands", "things stand")} in the way</p>
        <ul className="violations">
          {violations.map((violation, n) => {
            const [library = "", key = ""] = violation.pointer.split("/");
            return <li key={n}>{violation.message} <Link to={fix(`${library}/${key}`)}>Fix it</Link></li>;
          })}
        </ul>
      </div>
    </div>
  );
}

/** What the gate found; what may be waived can be, by its rule. */
export function Findings({ report, waived, waive }: { report: Schemas["GateReport"]; waived: string[]; waive: (rule: string, is: boolean) => void }) {
  const open = report.findings.filter((finding) => !finding.waived && !waived.includes(finding.rule));
  const rules = [...new Set(report.findings.map((finding) => finding.rule))];
  return (
    <div className={`verdict ${open.length === 0 ? "good" : "bad"}`} role="status">
      <p className="verdict-words">
        <Icon name={open.length === 0 ? "check" : "warn"} size={22} />
        {open.length === 0 ? "Nothing stands in the way" : `${count(open.length, "thing stands", "things stand")} in the way`}
      </p>
      <ul className="findings">
        {rules.map((rule) => {
          const found = report.findings.filter((finding) => finding.rule === rule);
          return <OfRule key={rule} rule={rule} found={found} waived={waived.includes(rule)} waive={waive} />;
        })}
      </ul>
      {report.notices.map((notice) => <p key={notice} className="soft">{notice}</p>)}
      {open.length > 0 ? <p className="soft">What is put right is in the next release, not in this one.</p> : null}
    </div>
  );
}

function OfRule({ rule, found, waived, waive }: { rule: string; found: Finding[]; waived: boolean; waive: (rule: string, is: boolean) => void }) {
  return (
    <li>
      <div className="finding-rule">
        <code>{rule}</code> <Badge tone={waived ? "heed" : "bad"}>{waived ? "waived" : count(found.length, "place", "places")}</Badge>
        {found.some((finding) => finding.waivable) ? (
          <label className="check"><input type="checkbox" checked={waived} onChange={(event) => waive(rule, event.target.checked)} /> Waive; the package will say so</label>
        ) : null}
      </div>
      <ul>
        {found.map((finding, n) => (
          <li key={n}>
            <strong>{finding.title || finding.name}</strong>{finding.line ? <span className="soft">, line {finding.line}</span> : null}: {finding.message}{" "}
            <Link to={fix(finding.component)} aria-label={`Fix ${finding.title || finding.name}`}>Fix it</Link>
          </li>
        ))}
      </ul>
    </li>
  );
}
