// What taking the place of an earlier release asks of learners.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Schemas, api, data } from "../../api/client";
import { Icon } from "../../ui/icons";
import { Badge, Field, Panel, Spinner } from "../../ui/parts";
import { FORMAT, type Format, VERDICT, releaseName } from "../../ui/words";
import { Refused } from "./Gate";

export function Verdict({ release, earlier }: { release: Schemas["ReleaseView"]; earlier: Schemas["ReleaseRow"][] }) {
  const [before, setBefore] = useState(earlier[0]?.id ?? "");
  const [format, setFormat] = useState<Format>("scorm12");
  const verdict = useQuery({
    queryKey: ["release", release.id, "verdict", before, format],
    queryFn: () => data(api.POST("/api/v1/compare", { body: { before, after: release.id, format } })),
    staleTime: Infinity,
    retry: false,
  });
  const said = verdict.data ? VERDICT[verdict.data.verdict] : undefined;
  return (
    <Panel title="What the update asks of learners">
      <div className="field-row">
        <Field label="In place of">
          <select value={before} onChange={(event) => setBefore(event.target.value)}>
            {earlier.map((one) => <option key={one.id} value={one.id}>{releaseName(one)} {one.notes.slice(0, 40)}</option>)}
          </select>
        </Field>
        <Field label="As">
          <select value={format} onChange={(event) => setFormat(event.target.value as Format)}>
            {(Object.keys(FORMAT) as Format[]).map((one) => <option key={one} value={one}>{FORMAT[one]}</option>)}
          </select>
        </Field>
      </div>
      {verdict.isError ? <Refused error={verdict.error} />
      : !verdict.data || !said ? <Spinner label="Comparing" />
      : (
        <div className={`verdict ${said.tone}`}>
          <p className="verdict-words"><Icon name={said.tone === "good" ? "check" : "warn"} size={22} /> {said.words}</p>
          <p>{verdict.data.verdict_words}</p>
          <ul className="reasons">
            {verdict.data.reasons.map((reason, n) => (
              <li key={n}>
                <Badge tone={VERDICT[reason.verdict]?.tone ?? "plain"}>{VERDICT[reason.verdict]?.words}</Badge>
                <span><strong>{reason.text}</strong><br /><span className="soft">{reason.why}</span></span>
              </li>
            ))}
          </ul>
          {verdict.data.lms_decides.length > 0 ? (
            <details><summary>What the LMS decides by itself</summary><ul>{verdict.data.lms_decides.map((one) => <li key={one}>{one}</li>)}</ul></details>
          ) : null}
        </div>
      )}
    </Panel>
  );
}

