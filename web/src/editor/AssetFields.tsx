// The form of an asset: its file, what is said instead of it, and where new bytes would show.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Document, type Schemas, api, data, upload } from "../api/client";
import { on } from "../api/queries";
import { useBranch } from "../app/branch";
import { Answer, Badge, Button, KindIcon, Link, useSay } from "../ui/parts";
import { type Tone, bytes, count } from "../ui/words";
import { text } from "./document";
import { titleOf } from "./Media";
import { Area, type FormProps, type SavedAs } from "./shared";

export function AssetFields(props: FormProps) {
  const { document, change, saved } = props;
  const [share, setShare] = useState<number>();
  const [over, setOver] = useState(false);
  const say = useSay();
  const take = (file: File | undefined) => {
    if (!file) return;
    setShare(0);
    upload(file, setShare)
      .then((blob) => {
        const title = text(document.title) || titleOf(file.name);
        change({ ...document, title, blob: blob.digest, size: blob.size, file_name: file.name, media_type: file.type || "application/octet-stream" });
      }, say.failed)
      .finally(() => setShare(undefined));
  };
  const replaced = saved && document.blob !== saved.content.blob;
  const image = text(document.media_type).startsWith("image/");
  const sound = /^(audio|video)\//.test(text(document.media_type));
  const decorative = document.decorative === true;
  return (
    <>
      <label
        className={`drop ${over ? "over" : ""}`}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
        onDrop={(event) => { event.preventDefault(); setOver(false); take(event.dataTransfer.files[0]); }}
      >
        <input type="file" className="hidden" onChange={(event) => take(event.target.files?.[0])} />
        {share !== undefined ? <progress value={share} aria-label="Upload" />
        : document.blob ? <span><strong>{text(document.file_name)}</strong> <span className="soft">{text(document.media_type)}, {bytes(Number(document.size))}. Drop another file to replace it everywhere.</span></span>
        : <span>Drop a file here, or <u>choose one</u></span>}
      </label>
      {replaced ? <Replacing asset={saved} document={document} back={() => change({ ...document, ...fileOf(saved.content) })} /> : null}
      {image ? (
        <>
          <label className="check"><input type="checkbox" checked={decorative} onChange={(event) => { const { alt: _, ...rest } = document; change(event.target.checked ? { ...rest, decorative: true } : { ...rest, decorative: false }); }} /> Decorative: says nothing that the text does not</label>
          {decorative ? null : <Area {...props} name="alt" label="Alternative text" rows={2} hint="What somebody who cannot see it needs to know" />}
        </>
      ) : null}
      <Area {...props} name="caption" label="Caption" rows={2} />
      {sound ? <Area {...props} name="transcript" label="Transcript" rows={6} /> : null}
    </>
  );
}


function fileOf({ blob, size, file_name, media_type }: Document): Document {
  return Object.fromEntries(Object.entries({ blob, size, file_name, media_type }).filter((entry): entry is [string, NonNullable<(typeof entry)[1]>] => entry[1] !== undefined));
}

const EFFECT: Record<Schemas["Effect"], { words: string; tone: Tone }> = {
  at_once: { words: "at once", tone: "heed" },
  once_approved: { words: "once approved", tone: "accent" },
  none: { words: "keeps the old file", tone: "plain" },
};
const MOST_TOPS = 12;

/** What replacing the file does, before it is saved: every course that would show the new one, and when. */
function Replacing({ asset, document, back }: { asset: SavedAs; document: Document; back: () => void }) {
  const branch = useBranch();
  const impact = useQuery({
    queryKey: ["component", asset.component, branch ?? "main", "impact"],
    queryFn: () => data(api.GET("/api/v1/components/{reference}/impact", { params: { path: { reference: asset.component }, query: on(branch) } })),
  });
  const other = text(document.media_type) !== text(asset.content.media_type);
  return (
    <section className="replacing" aria-label="What the new file replaces">
      <header>
        <h2>A new file, everywhere</h2>
        <Button small icon="undo" onPress={back}>Keep the old one</Button>
      </header>
      <p>
        {text(asset.content.file_name)} ({bytes(Number(asset.content.size))}) gives way to {text(document.file_name)} ({bytes(Number(document.size))}).
        {other ? <> <Badge tone="heed">{text(asset.content.media_type)} becomes {text(document.media_type)}</Badge></> : null}
      </p>
      <Answer of={impact}>
        {({ tops, hidden, in_use: inUse }) => {
          const held = tops.filter((top) => top.id !== asset.component);
          return held.length + hidden === 0 ? <p className="soft">Nothing uses this asset yet.</p> : (
            <>
              <p>{count(held.length, "course or other top holds", "courses and other tops hold")} it{hidden > 0 ? `, and ${String(hidden)} in libraries you may not see` : ""}. Saving shows the new file:</p>
              <ul>
                {held.slice(0, MOST_TOPS).map((top) => (
                  <li key={top.id}><KindIcon kind={top.kind} size={16} /> <Link to={`/components/${top.id}`}>{top.title}</Link> <Badge tone={EFFECT[top.effect].tone}>{EFFECT[top.effect].words}</Badge></li>
                ))}
                {held.length > MOST_TOPS ? <li className="soft">and {held.length - MOST_TOPS} more</li> : null}
              </ul>
              {inUse.items.length > 0 ? <p className="soft">{count(inUse.items.length, "release")} that {inUse.items.length === 1 ? "is" : "are"} live or in a channel keep the old file, until a newer release takes their place.</p> : null}
            </>
          );
        }}
      </Answer>
    </section>
  );
}
