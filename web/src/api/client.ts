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
