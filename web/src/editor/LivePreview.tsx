// The page as it will look, a moment after it is typed, and what a package would refuse.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { memo, useEffect, useState } from "react";

import { type Document, Refusal, api, data } from "../api/client";
import { type Kind, on } from "../api/queries";
import { useBranch } from "../app/branch";
import { Icon } from "../ui/icons";
import { Empty, Failure, Preview, Spinner } from "../ui/parts";
import { tidy } from "./document";
import { TryIt } from "./TryIt";

const PAUSE = 350;

function useSettled<T>(value: T): T {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** `product.name=Acme; year=2026` as values by name. */
function valuesOf(given: string): Record<string, string> {
  const pairs = given.split(";").map((one) => [one.slice(0, one.indexOf("=")).trim(), one.slice(one.indexOf("=") + 1).trim()] as const);
  return Object.fromEntries(pairs.filter(([name, value]) => /^[\w.-]+$/.test(name) && value !== ""));
}

/** What somebody is about to begin breaks no rules yet. */
function nothingIn(content: Document): boolean {
  return ["title", "prompt", "body", "introduction", "summary", "description"].every((name) => typeof content[name] !== "string" || content[name].trim() === "");
}

interface Shown { kind: Kind; library: string; document: Document; saved?: string }

/** What is typed is shown once it settles; only a question that is tried follows each key. */
export function LivePreview({ document, ...rest }: Shown) {
  const content = useSettled(document);
  return <Page {...rest} content={content} document={rest.kind === "question" ? document : content} />;
}

const Page = memo(function Page({ kind, library, document, content, saved }: Shown & { content: Document }) {
  const branch = useBranch();
  const [audience, setAudience] = useState("");
  const [values, setValues] = useState("");
  const [trying, setTrying] = useState(false);
  const when = Object.fromEntries(
    audience.split(/\s+/).filter((one) => one.includes("=")).map((one) => {
      const [name = "", values = ""] = one.split("=");
      return [name, values.split(",")];
    }),
  );
  const variables = valuesOf(values);
  const bare = nothingIn(content);
  const page = useQuery({
    queryKey: ["preview", library, kind, content, when, variables, branch],
    queryFn: ({ signal }) =>
      data(
        api.POST("/api/v1/proofs", {
          params: { query: on(branch) }, signal,
          body: { library, kind, content: { ...tidy(content), title: content.title === "" ? "Without a title" : content.title } as unknown as Record<string, never>, when, variables },
        }),
      ),
    placeholderData: keepPreviousData,
    enabled: library !== "" && !bare,
    staleTime: Infinity,
    gcTime: 10_000,
  });
  const broken = !bare && page.error instanceof Refusal ? page.error : undefined;
  const notices = bare || page.isError ? [] : (page.data?.notices ?? []);
  return (
    <section className="live" aria-label="Preview">
      <header className="live-head">
        <Icon name="eye" size={16} /> <h2 className={kind === "question" ? "hidden" : ""}>Preview</h2>
        {kind === "question" ? (
          <div className="segments" role="group" aria-label="Preview as">
            <button type="button" aria-pressed={!trying} onClick={() => setTrying(false)}>With its key</button>
            <button type="button" aria-pressed={trying} onClick={() => setTrying(true)}>Try it</button>
          </div>
        ) : null}
        <label className="audience">
          <span>Show as</span>
          <input value={audience} placeholder="audience=partner" title="As audience=partner region=eu: what is for others is left out" spellCheck={false} onChange={(event) => setAudience(event.target.value)} />
        </label>
        {kind === "topic" || kind === "question" ? (
          <label className="audience">
            <span>Values</span>
            <input value={values} aria-label="Values of variables" placeholder="product.name=Acme" title="As product.name=Acme; year=2026: variables show these values" spellCheck={false} onChange={(event) => setValues(event.target.value)} />
          </label>
        ) : null}
      </header>
      {broken ? (
        <details className="notices" open><summary>{broken.problem.violations?.length ?? 1} to fix before it can be saved</summary><Failure error={broken} /></details>
      ) : notices.length > 0 ? (
        <details className="notices"><summary>{notices.length} to fix before it is published</summary>
          <ul>{notices.map((notice, n) => <li key={n}>{notice.message} <span className="soft">{notice.line ? `line ${String(notice.line)}` : notice.pointer}</span></li>)}</ul>
        </details>
      ) : null}
      {kind === "question" && trying ? <div className="live-try"><TryIt question={document} /></div>
      : kind === "asset" && saved ? <Preview src={`/api/v1/components/${saved}/proof`} title="As it was saved" />
      : bare ? <Empty icon="eye" title="Nothing to show yet">What you write shows here as it will look.</Empty>
      : page.data ? <Preview html={page.data.html} title="Live preview" /> : page.isError ? null : <Spinner />}
    </section>
  );
});
