// The command palette: every place, every command, every component, by a few letters.
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useId, useState } from "react";
import { Dialog, Modal, ModalOverlay } from "react-aria-components";

import { libraries, savedSearches, useQuickSearch } from "../api/queries";
import { addressOf } from "../pages/search/asked";
import { Icon, type IconName } from "../ui/icons";
import { KindIcon } from "../ui/parts";
import { KIND, MADE_HERE, say } from "../ui/words";
import { useGo } from "./branch";
import { useMay } from "./rights";

interface Entry {
  id: string;
  label: string;
  note: string;
  icon?: IconName;
  kind?: string;
  to: string;
}

/** Whether the letters stand in the text in their order, as in "gc" for "Go to Courses". */
export function fits(text: string, letters: string): boolean {
  let at = 0;
  const wanted = letters.toLowerCase().replace(/\s/g, "");
  for (const letter of text.toLowerCase()) {
    if (letter === wanted[at]) at += 1;
  }
  return at === wanted.length;
}

export function Palette({ places, close }: { places: { path: string; label: string; icon: IconName }[]; close: () => void }) {
  const go = useGo();
  const may = useMay();
  const list = useId();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const deferred = useDeferredValue(text.trim());
  const found = useQuickSearch(deferred, {}, 8);
  const kept = useQuery(savedSearches).data?.items ?? [];
  const homes = useQuery(libraries).data?.items ?? [];
  const commands: Entry[] = [
    ...places.map((place) => ({ id: place.path, label: place.label, note: "Go to", icon: place.icon, to: place.path })),
    ...kept.map((saved) => ({
      id: saved.id, label: saved.name, note: saved.new ? `Saved search · ${String(saved.new)} new` : "Saved search", icon: "pin" as const, to: addressOf(saved),
    })),
    ...homes.map((one) => ({ id: `words-${one.id}`, label: `Words of ${one.title}`, note: "Vocabularies, metadata, synonyms", icon: "list" as const, to: `/libraries/${one.key}` })),
    { id: "edits", label: "Edits of many components", note: "Go to", icon: "edit" as const, to: "/edits" },
    { id: "account", label: "Account", note: "Go to", icon: "admin" as const, to: "/account" },
    ...(may("write")
      ? MADE_HERE.map((kind) => ({
          id: `new-${kind}`, label: `New ${KIND[kind].toLowerCase()}`, note: "Create", kind, to: `/new?kind=${kind}`,
        }))
      : []),
  ].filter((entry) => fits(entry.label, text));
  const hits: Entry[] = (found.data?.hits ?? []).map((hit) => ({
    id: hit.component, label: hit.title, note: `${say(KIND, hit.kind)} · ${hit.library_key}/${hit.key}`, kind: hit.kind,
    to: `/components/${hit.component}`,
  }));
  const fresh = commands.filter((entry) => kept.some((saved) => saved.id === entry.id && saved.new));
  const entries = text.trim() ? [...commands.slice(0, 4), ...hits] : [...commands.slice(0, places.length), ...fresh.slice(0, 3), ...hits.slice(0, 4)];
  if (text.trim()) entries.push({ id: "all", label: `Search for “${text.trim()}”`, note: "All results", icon: "search", to: `/search?q=${encodeURIComponent(text.trim())}` });
  const at = Math.min(chosen, entries.length - 1);
  const open = (entry: Entry | undefined) => {
    if (!entry) return;
    close();
    go(entry.to);
  };
  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(is) => !is && close()} className="overlay top">
      <Modal className="modal palette">
        <Dialog aria-label="Find anything" className="dialog">
          <div className="palette-field">
            <Icon name="search" />
            <input
              autoFocus value={text} placeholder="A component, a page, or something to do" spellCheck={false}
              role="combobox" aria-expanded="true" aria-controls={list} aria-label="Find anything"
              aria-activedescendant={entries[at] ? `${list}-${String(at)}` : undefined}
              onChange={(event) => { setText(event.target.value); setChosen(0); }}
              onKeyDown={(event) => {
                if (event.key === "ArrowDown") setChosen((at + 1) % Math.max(entries.length, 1));
                else if (event.key === "ArrowUp") setChosen((at - 1 + entries.length) % Math.max(entries.length, 1));
                else if (event.key === "Enter") open(entries[at]);
                else return;
                event.preventDefault();
              }}
            />
          </div>
          <div id={list} role="listbox" aria-label="Found" className="palette-list">
            {entries.map((entry, n) => (
              <div
                key={entry.id} id={`${list}-${String(n)}`} role="option" aria-selected={n === at} className="palette-entry"
                onMouseMove={() => setChosen(n)} onClick={() => open(entry)}
              >
                {entry.kind ? <KindIcon kind={entry.kind} /> : <Icon name={entry.icon ?? "right"} />}
                <span className="palette-label">{entry.label}</span>
                <span className="soft">{entry.note}</span>
              </div>
            ))}
          </div>
          {found.isError ? <p className="soft pad">The search does not answer; places still work.</p> : null}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
