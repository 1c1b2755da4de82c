// Keys that do something wherever they are pressed, and what `?` lists.
import { useEffect, useRef } from "react";

export interface Shortcut {
  /** As listed: "g h", "Ctrl K", "?". */
  keys: string;
  does: string;
  run?: () => void;
}

/** Whether keys belong to what has the focus; the text editor stands in a shadow root, which an event's target hides. */
export function typing(event: Event): boolean {
  const target = event.composedPath()[0];
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select, [role=textbox]"));
}

const PAUSE = 900;

/** Runs shortcuts; two keys in a row ("g h") must come within a second. */
export function useShortcuts(shortcuts: Shortcut[]): void {
  const kept = useRef(shortcuts);
  useEffect(() => {
    kept.current = shortcuts;
  });
  useEffect(() => {
    let first = "";
    let at = 0;
    const pressed = (event: KeyboardEvent) => {
      const command = event.ctrlKey || event.metaKey;
      if (event.defaultPrevented || event.altKey || (typing(event) && !command)) return;
      const key = command ? `Ctrl ${event.key.toUpperCase()}` : event.key;
      const pair = Date.now() - at < PAUSE ? `${first} ${key}` : "";
      const found =
        kept.current.find((shortcut) => shortcut.keys === pair && shortcut.run) ??
        kept.current.find((shortcut) => shortcut.keys === key && shortcut.run);
      first = key;
      at = Date.now();
      if (!found) return;
      event.preventDefault();
      at = 0;
      found.run?.();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}
