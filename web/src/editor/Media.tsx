// Files that were dropped into a text become assets, each described before it is placed.
import { useEffect, useRef, useState } from "react";

import { type Document, type Schemas, api, data, upload } from "../api/client";
import { on } from "../api/queries";
import { useBranch } from "../app/branch";
import { Button, Failure, Field, Sheet } from "../ui/parts";
import { bytes } from "../ui/words";
import { keyOf } from "./document";

/** A title made from a file's name: what people would write. */
export function titleOf(file: string): string {
  return file.replace(/\.[^.]+$/, "").replace(/[-_]+/g, " ").trim();
}

/** An address for the bytes of a file as long as it is shown. */
function useAddress(file: File): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    if (!file.type.startsWith("image/")) return;
    const made = URL.createObjectURL(file);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return address;
}

/** Asks about one file after the other; `place` is told what each became. */
export function MediaSheet({ files, library, place, close }: { files: File[]; library: string; place: (name: string) => void; close: () => void }) {
  const [at, setAt] = useState(0);
  const file = files[at];
  if (!file) return null;
  const next = () => { if (at + 1 < files.length) setAt(at + 1); else close(); };
  return (
    <Sheet title={files.length > 1 ? `Place media, ${String(at + 1)} of ${String(files.length)}` : "Place media"} open onClose={close}>
      <Describe key={at} file={file} library={library} placed={(name) => { place(name); next(); }} skip={files.length > 1 ? next : close} />
    </Sheet>
  );
}

function Describe({ file, library, placed, skip }: { file: File; library: string; placed: (name: string) => void; skip: () => void }) {
  const branch = useBranch();
  const address = useAddress(file);
  const image = file.type.startsWith("image/");
  const [title, setTitle] = useState(titleOf(file.name));
  const [alt, setAlt] = useState("");
  const [decorative, setDecorative] = useState(false);
  const [share, setShare] = useState(0);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  // The bytes are on their way while the words are written.
  const sending = useRef<Promise<Schemas["Blob"]>>(undefined);
  useEffect(() => {
    sending.current ??= upload(file, setShare);
    sending.current.catch(setError);
  }, [file]);
  const ready = title.trim() !== "" && (!image || decorative || alt.trim() !== "");
  const place = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const blob = await (sending.current ??= upload(file, setShare));
      const described: Document = image ? (decorative ? { decorative: true } : { alt: alt.trim() }) : {};
      const content = { title: title.trim(), blob: blob.digest, size: blob.size, file_name: file.name, media_type: file.type || "application/octet-stream", ...described };
      const key = `${keyOf(titleOf(file.name)) || "file"}-${blob.digest.slice(7, 11)}`;
      await data(api.POST("/api/v1/components", { params: { query: on(branch) }, body: { library, key, kind: "asset", content: content as unknown as Record<string, never> } }));
      placed(`${library}/${key}`);
    } catch (failed) {
      sending.current = undefined;
      setError(failed);
      setBusy(false);
    }
  };
  return (
    <form className="form media" onSubmit={(event) => { event.preventDefault(); if (ready && !busy) void place(); }}>
      {address ? <img className="media-picture" src={address} alt="" /> : null}
      <p className="soft">{file.name}, {bytes(file.size)}{share < 1 ? <progress value={share} aria-label="Upload" /> : null}</p>
      <Field label="Title"><input value={title} required onChange={(event) => setTitle(event.target.value)} /></Field>
      {image ? (
        <>
          {decorative ? null : (
            <Field label="Alternative text" hint="What somebody who cannot see it needs to know">
              <textarea rows={2} autoFocus value={alt} onChange={(event) => setAlt(event.target.value)} />
            </Field>
          )}
          <label className="check"><input type="checkbox" checked={decorative} onChange={(event) => setDecorative(event.target.checked)} /> Decorative: says nothing that the text does not</label>
        </>
      ) : null}
      {error ? <Failure error={error} /> : null}
      <div className="form-foot">
        <Button onPress={skip}>Leave it out</Button>
        <Button type="submit" look="primary" isDisabled={!ready || busy}>Place it</Button>
      </div>
    </form>
  );
}
