// Lists of rows of one height, of which only those on screen are there.
import type { Virtualizer } from "@tanstack/react-virtual";

/** Brings a row into view if it is not; asks the browser for no layout when it is. */
export function bringIntoView(rows: Virtualizer<HTMLDivElement, Element>, index: number, height: number): void {
  const top = rows.scrollOffset ?? 0;
  const seen = rows.scrollRect?.height ?? 0;
  const start = index * height;
  if (start < top || start + height > top + seen) rows.scrollToIndex(index, { align: "auto" });
}
