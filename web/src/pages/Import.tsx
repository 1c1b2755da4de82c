// What people already have becomes components: a file, what an import of it would do, and what it did.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { type ImportStep, type Schemas, importFile } from "../api/client";
import { libraries } from "../api/queries";
import { useBranch } from "../app/branch";
import { useMay } from "../app/rights";
import { Icon } from "../ui/icons";
import { Answer, Badge, Button, Empty, Failure, Field, KindIcon, Link, Page, Panel, useTitle } from "../ui/parts";
import { type Tone, bytes, count } from "../ui/words";

type Report = Schemas["FolderReport"];
type Library = Schemas["Library"];

/** What a report shows of a long list. */
const SHOWN = 200;

export default function ImportPage() {
  const may = useMay();
  const list = useQuery(libraries);
  useTitle("Import");
  return (
    <Page title="Import">
      <Answer of={list}>
        {({ items }) => {
          const own = items.filter((library) => may("write", library.id));
          return own.length === 0 ? (
            <Empty icon="upload" title="There is no library you may write in">Somebody with the role “admin” can make you an author of one.</Empty>
          ) : <Importing libraries={own} />;
        }}
      </Answer>
    </Page>
  );
}

function Importing({ libraries }: { libraries: Library[] }) {
  const [library, setLibrary] = useState(libraries[0]?.key ?? "");
  const [file, setFile] = useState<File>();
  const [split, setSplit] = useState(false);
  const [over, setOver] = useState(false);
  return (
    <div className="column importing">
      <Field label="Into the library">
        <select value={library} onChange={(event) => { setLibrary(event.target.value); setFile(undefined); }}>
          {libraries.map((one) => <option key={one.id} value={one.key}>{one.title}</option>)}
        </select>
      </Field>
      <label
        className={`drop ${over ? "over" : ""}`}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
        onDrop={(event) => { event.preventDefault(); setOver(false); setFile(event.dataTransfer.files[0]); }}
      >
        <input type="file" className="hidden" onChange={(event) => setFile(event.target.files?.[0])} />
        <Icon name="upload" size={28} />
        <strong>{file ? file.name : "Drop a file here, or choose one"}</strong>
        <span className="soft">
          {file ? `${bytes(file.size)}; choose another` : "Packages of SCORM, cmi5, xAPI, AICC and H5P; Word documents; question banks in QTI, Moodle XML, GIFT and CSV; ZIP archives of Markdown or HTML pages. What it is, is told by what is in it."}
        </span>
      </label>
      <label className="check"><input type="checkbox" checked={split} onChange={(event) => setSplit(event.target.checked)} /> Take a package apart, too: plain pages become topics, questions and media beside it</label>
      {file ? <OneFile key={`${library} ${file.name} ${String(file.lastModified)} ${String(split)}`} library={library} file={file} split={split} /> : null}
    </div>
  );
}

interface Progress {
  sent: number;
  step: ImportStep | undefined;
}

function OneFile({ library, file, split }: { library: string; file: File; split: boolean }) {
  const branch = useBranch();
  const client = useQueryClient();
  const [progress, setProgress] = useState<Progress>({ sent: 0, step: undefined });
  const stop = useRef<AbortController>(undefined);
  const run = useMutation({
    mutationFn: (dry: boolean) => {
      stop.current = new AbortController();
      setProgress({ sent: 0, step: undefined });
      return importFile(
        { library, file, dry, split, branch },
        { signal: stop.current.signal, sent: (sent) => setProgress((was) => ({ ...was, sent })), at: (step) => setProgress({ sent: 1, step }) },
      );
    },
    onSuccess: (report) => { if (!report.dry_run) void client.invalidateQueries(); },
  });
  const report = run.data;
  const done = report !== undefined && !report.dry_run;
  const changes = report ? report.created + report.reused + report.changed : 0;
  const given = run.error instanceof DOMException && run.error.name === "AbortError";
  return (
    <>
      <div className="form-foot start">
        <Button look={report ? "plain" : "primary"} icon="search" isDisabled={run.isPending} onPress={() => run.mutate(true)}>What would it do?</Button>
        <Button look={report && !done ? "primary" : "plain"} icon="upload" isDisabled={run.isPending || done || (report !== undefined && changes === 0)} onPress={() => run.mutate(false)}>
          Import
        </Button>
        {run.isPending && progress.sent < 1 ? <Button look="quiet" icon="close" onPress={() => stop.current?.abort()}>Stop</Button> : null}
      </div>
      {run.isPending ? <Bar {...progress} /> : null}
      {given ? <p className="soft" role="status">Stopped.</p> : run.isError ? <Failure error={run.error} /> : null}
      {report ? <Told report={report} library={library} /> : null}
    </>
  );
}

function Bar({ sent, step }: Progress) {
  const share = step?.number !== undefined && step.of ? step.number / step.of : sent < 1 ? sent : undefined;
  const saving = step?.step === "saving" ? "Saving everything in one step" : undefined;
  const words = step?.path ?? saving ?? (sent < 1 ? "Sending" : "Reading");
  return (
    <div className="import-bar" role="status">
      <progress aria-label={sent < 1 ? "Sending" : "Importing"} {...(share === undefined ? {} : { value: share })} />
      <span className="soft">{words}</span>
    </div>
  );
}

const OUTCOME: Record<Schemas["ImportOutcome"], { words: string; tone: Tone }> = {
  created: { words: "new", tone: "good" },
  reused: { words: "here already, used", tone: "good" },
  changed: { words: "changed", tone: "accent" },
  unchanged: { words: "as it was", tone: "plain" },
  edited_here: { words: "edited here, left alone", tone: "heed" },
};

/** What becomes of how many, without those of whom there are none. */
function summary({ created, reused, changed, unchanged, edited_here, dry_run }: Report): string {
  const parts: [number, string][] = [
    [created, dry_run ? "would be created" : "created"],
    [reused, "here already and used in place of equal files"],
    [changed, dry_run ? "would get a new version" : "got a new version"],
    [unchanged, "as before"],
    [edited_here, "edited here and left alone"],
  ];
  return parts.filter(([number]) => number > 0).map(([number, words], n) => `${n === 0 ? count(number, "component") : number.toLocaleString()} ${words}`).join(", ");
}

function Told({ report, library }: { report: Report; library: string }) {
  const would = report.dry_run;
  const items = report.items.filter((item) => item.outcome !== "unchanged");
  const changes = report.created + report.reused + report.changed;
  return (
    <>
      <Panel title={would ? "What an import would do" : "What was imported"}>
        <p role="status">
          Recognised as <strong>{report.format}</strong>.{" "}
          {changes === 0 ? "Everything in it is here already." : `${summary(report)}.`}
        </p>
        {!would && report.courses.length > 0 ? (
          <p>{report.courses.map((key) => <Link key={key} to={`/components/${encodeURIComponent(`${library}/${key}`)}`} className="button plain">Open {key}</Link>)}</p>
        ) : null}
        {items.length > 0 ? (
          <ul className="rows">
            {items.slice(0, SHOWN).map((item) => (
              <li key={`${item.source} ${item.language ?? ""}`} className="row">
                <KindIcon kind={item.kind} />
                <span className="row-main">
                  {would && item.outcome === "created" ? <strong>{item.key}</strong> : <Link to={`/components/${encodeURIComponent(`${library}/${item.key}`)}`}>{item.key}</Link>}
                  <span className="soft">{item.source}{item.line ? `, line ${String(item.line)}` : ""}{item.language ? `, ${item.language}` : ""}</span>
                </span>
                <Badge tone={OUTCOME[item.outcome].tone}>{OUTCOME[item.outcome].words}</Badge>
              </li>
            ))}
          </ul>
        ) : null}
        {items.length > SHOWN ? <p className="soft">and {(items.length - SHOWN).toLocaleString()} more</p> : null}
      </Panel>
      {report.alike.length > 0 ? (
        <Panel title="Perhaps here already">
          <ul className="remarks">
            {report.alike.map((one) => (
              <li key={one.key}>
                <strong>{one.key}</strong> is {one.likeness === 100 ? "equal to" : `${String(one.likeness)} % like`}{" "}
                <Link to={`/components/${encodeURIComponent(`${library}/${one.like}`)}`}>{one.like}</Link>
              </li>
            ))}
          </ul>
        </Panel>
      ) : null}
      <Remarks title="Put right" of={report.repaired} />
      <Remarks title="Not carried over as it is" of={report.unsupported} />
      <Remarks title="Left out" of={report.skipped} />
    </>
  );
}

function Remarks({ title, of }: { title: string; of: Schemas["Remark"][] }) {
  if (of.length === 0) return null;
  return (
    <Panel title={title}>
      <ul className="remarks">
        {of.slice(0, SHOWN).map((remark, n) => (
          <li key={n}><code>{remark.source}{remark.line ? `:${String(remark.line)}` : ""}</code> {remark.reason}</li>
        ))}
      </ul>
      {of.length > SHOWN ? <p className="soft">and {(of.length - SHOWN).toLocaleString()} more</p> : null}
    </Panel>
  );
}
