// The one way to the server: a client made from its OpenAPI document. Whatever is refused is thrown as a Refusal.
import createClient, { type Middleware } from "openapi-fetch";

import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type ProblemBody = Schemas["Problem"];
/** A document of any kind, as JSON. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Document = { [name: string]: Json };

/** What the server refused, and why. */
export class Refusal extends Error {
  readonly status: number;
  readonly kind: string;
  readonly problem: ProblemBody;

  constructor(problem: ProblemBody) {
    super(problem.detail);
    this.status = problem.status;
    this.kind = problem.type.replace("/problems/", "");
    this.problem = problem;
  }
}

/** The request did not reach the server, or its answer did not come back. */
export class Unreachable extends Error {
  constructor() {
    super("The server cannot be reached.");
  }
}

async function refusal(response: Response): Promise<Refusal> {
  const type = response.headers.get("content-type") ?? "";
  if (type.includes("problem+json")) return new Refusal((await response.json()) as ProblemBody);
  const title = response.statusText || "The server failed";
  return new Refusal({ type: "/problems/internal", title, status: response.status, detail: title, instance: "" });
}

const refusals: Middleware = {
  async onResponse({ response }) {
    if (!response.ok && response.status !== 304) throw await refusal(response);
  },
  onError({ error }) {
    if (error instanceof Refusal) return error;
    if (error instanceof DOMException && error.name === "AbortError") return undefined;
    return new Unreachable();
  },
};

export const api = createClient<paths>({
  baseUrl: "/",
  // A filter that is given several times: kind=topic&kind=asset.
  querySerializer: { array: { style: "form", explode: true } },
});
api.use(refusals);

/** What a call answered; everything else was thrown by now. */
export async function data<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  return data as T;
}

/** As `data`, with the answer's entity tag. */
export async function tagged<T>(call: Promise<{ data?: T; response: Response }>): Promise<{ value: T; tag: string }> {
  const { data, response } = await call;
  return { value: data as T, tag: response.headers.get("etag") ?? "" };
}

/** The entity tag of a revision. */
export function tagOf(revision: string): string {
  return `"${revision}"`;
}

/** Asks for the first byte of a package: it is made and checked, and nothing is downloaded. */
export async function tryPackage(address: string): Promise<void> {
  const response = await fetch(address, { headers: { Range: "bytes=0-0" } }).catch(() => {
    throw new Unreachable();
  });
  if (!response.ok) throw await refusal(response);
  await response.body?.cancel();
}

/** Uploads a file; `progress` is told the share that is sent. */
export function upload(file: File, progress: (share: number) => void): Promise<Schemas["Blob"]> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/blobs");
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onerror = () => reject(new Unreachable());
    request.onload = () => {
      const body: unknown = JSON.parse(request.responseText);
      if (request.status < 300) resolve(body as Schemas["Blob"]);
      else reject(new Refusal(body as ProblemBody));
    };
    request.send(file);
  });
}

/** A step of an import, as the server tells it. */
export interface ImportStep {
  step: string;
  path?: string;
  number?: number;
  of?: number;
}

/**
 * Sends a file to be imported, or to be told what an import of it would do. `sent` is told the share that is sent,
 * `at` what the server is at. `signal` ends it while the file is sent; from then on it
 * is done whole or not at all.
 */
export function importFile(
  { library, file, dry, split, branch }: { library: string; file: File; dry: boolean; split: boolean; branch: string | undefined },
  { sent, at, signal }: { sent: (share: number) => void; at: (step: ImportStep) => void; signal: AbortSignal },
): Promise<Schemas["FolderReport"]> {
  const query = new URLSearchParams({ name: file.name, dry_run: String(dry), split: String(split), ...(branch && branch !== "main" ? { branch } : {}) });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let read = 0;
    const lines = (whole: boolean) => {
      const text = request.responseText;
      const end = whole ? text.length : text.lastIndexOf("\n") + 1;
      for (const line of text.slice(read, end).split("\n").filter(Boolean)) {
        const told = JSON.parse(line) as ImportStep | { report: Schemas["FolderReport"] } | { problem: ProblemBody };
        if ("report" in told) resolve(told.report);
        else if ("problem" in told) reject(new Refusal(told.problem));
        else at(told);
      }
      read = Math.max(read, end);
    };
    request.open("POST", `/api/v1/libraries/${encodeURIComponent(library)}/imports?${query.toString()}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("Accept", "application/x-ndjson");
    request.upload.onprogress = (event) => event.lengthComputable && sent(event.loaded / event.total);
    request.onprogress = () => { if (request.status === 200) lines(false); };
    request.onerror = () => reject(new Unreachable());
    request.onabort = () => reject(new DOMException("Given up", "AbortError"));
    request.onload = () => {
      if (request.status !== 200) reject(new Refusal(JSON.parse(request.responseText) as ProblemBody));
      else lines(true);
      // Ends without a report only when the server went away; a promise that is settled takes no second word.
      reject(new Unreachable());
    };
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
