// Words that find each other when the library is searched.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { type Schemas, Refusal, api, tagged } from "../../api/client";
import { Answer, Button, Failure, Panel, useSay } from "../../ui/parts";
import { count } from "../../ui/words";

/** The entries of a list: what follows `#` is a remark. */
export function entries(text: string): { from: string[]; to: string[] }[] {
  const words = (list: string) => list.split(",").map((one) => one.trim()).filter(Boolean);
  return text.split("\n").map((line) => line.replace(/#.*/, "").trim()).filter(Boolean).map((line) => {
    const [left = "", right] = line.split("=>");
    return { from: words(left), to: right === undefined ? [] : words(right) };
  });
}

export function SynonymsTab({ library, may }: { library: Schemas["Library"]; may: boolean }) {
  const path = { library: library.key };
  const found = useQuery({ queryKey: ["rules", library.key, "synonyms"], queryFn: () => tagged(api.GET("/api/v1/libraries/{library}/synonyms", { params: { path } })) });
  return <Answer of={found}>{({ value, tag }) => <List key={tag} library={library.key} text={value.text} tag={tag} may={may} />}</Answer>;
}

function List({ library, text: before, tag, may }: { library: string; text: string; tag: string; may: boolean }) {
  const client = useQueryClient();
  const say = useSay();
  const [text, setText] = useState(before);
  const path = { library };
  const put = (text: string, base: string) => tagged(api.PUT("/api/v1/libraries/{library}/synonyms", { params: { path, header: { "If-Match": base } }, body: { text } }));
  const stale = () => void client.invalidateQueries({ queryKey: ["rules", library, "synonyms"] });
  const save = useMutation({
    mutationFn: () => put(text, tag),
    onSuccess: (now) => {
      stale();
      void client.invalidateQueries({ queryKey: ["search"] });
      say("Searches use them at once.", { undo: () => void put(before, now.tag).then(stale, say.failed) });
    },
  });
  const list = entries(text);
  const lone = list.filter((entry) => entry.from.length + entry.to.length < 2);
  return (
    <div className="metadata-page">
      <form className="form" onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
        <label className="field">
          <span className="label">Synonyms</span>
          <textarea className="code" rows={16} value={text} readOnly={!may} spellCheck={false} placeholder={"holiday, leave\nvacation => leave   # the old word"} onChange={(event) => setText(event.target.value)} />
          <span className="hint">One entry a line. <code>holiday, leave</code>: each finds the other. <code>vacation =&gt; leave</code>: who asks for the first also finds the second.</span>
        </label>
        {lone.length > 0 ? <p className="form-error" role="status">{count(lone.length, "line has", "lines have")} only one word: {lone.slice(0, 3).map((entry) => [...entry.from, ...entry.to].join()).join(", ")}</p> : null}
        {save.isError ? <Failure error={save.error} {...(save.error instanceof Refusal && save.error.kind === "stale-base" ? { retry: stale } : {})} /> : null}
        {may ? (
          <div className="form-foot start">
            <Button type="submit" look="primary" isDisabled={text === before || save.isPending}>Save synonyms</Button>
            {text === before ? null : <Button onPress={() => setText(before)}>Take back</Button>}
          </div>
        ) : <p className="soft">Who may write in the library changes them.</p>}
      </form>
      <Panel title={count(list.length, "entry", "entries")}>
        {list.length === 0 ? <p className="soft">None yet. People then find only what has their own words.</p> : (
          <ul className="synonyms">
            {list.slice(0, 200).map((entry, n) => (
              <li key={n}>{entry.from.join(" = ")}{entry.to.length > 0 ? <> <span aria-label="also finds">→</span> {entry.to.join(", ")}</> : null}</li>
            ))}
            {list.length > 200 ? <li className="soft">and {count(list.length - 200, "further one")}</li> : null}
          </ul>
        )}
      </Panel>
    </div>
  );
}

