// What a document says, as plain text: what "this exists already" is asked with.
import type { Document, Json } from "../api/client";

/** Members that say what a thing is, not what it tells people. */
const SILENT = new Set(["title", "id", "type", "kind", "component", "policy", "blob", "media_type", "file_name", "language", "slot", "format", "follow", "rule", "src"]);

function tell(value: Json | undefined, into: string[]): void {
  if (typeof value === "string") {
    if (value.trim()) into.push(value.trim());
  } else if (Array.isArray(value)) value.forEach((one) => tell(one, into));
  else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) if (!SILENT.has(name)) tell(member, into);
  }
}

/** The texts of a document but its title, a paragraph each. */
export function written(document: Document): string {
  const texts: string[] = [];
  tell(document, texts);
  return texts.join("\n\n");
}
