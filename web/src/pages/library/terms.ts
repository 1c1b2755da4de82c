// Terms on their way in and out as files.
import { type Schemas, api, data } from "../../api/client";

/** Sends a file of terms, to be taken in or to be told what that would do. */
export function takeTerms(
  library: string, vocabulary: string, file: File, how: { dry_run: boolean; message: string }, base?: string,
): Promise<Schemas["TermsTaken"]> {
  return data(
    api.PUT("/api/v1/libraries/{library}/vocabularies/{vocabulary}/terms", {
      params: { path: { library, vocabulary }, query: how, header: base ? { "If-Match": base } : {} },
      // The file goes as it is.
      body: file as unknown as string, bodySerializer: (body: unknown) => body as File, headers: { "Content-Type": "application/octet-stream" },
    }),
  );
}

export function termsAddress(library: string, vocabulary: string, format: "csv" | "skos"): string {
  return `/api/v1/libraries/${encodeURIComponent(library)}/vocabularies/${encodeURIComponent(vocabulary)}/terms?format=${format}`;
}
