// Choosing terms of a vocabulary from its tree.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";

import type { Schemas } from "../api/client";
import { Icon } from "./icons";
import { Button, Empty, Sheet } from "./parts";
import { matching, opened, rowsOf } from "./terms";

const ROW = 36;
/** With more terms than this, only the uppermost are open at first. */
const MANY = 60;

export function TermPicker({
  view, language, chosen, single, choose, close,
}: { view: Schemas["VocabularyView"]; language: string; chosen: string[]; single?: boolean; choose: (labels: string[]) => void; close: () => void }) {
  const { title, terms = [] } = view.vocabulary;
  const rows = useMemo(() => rowsOf(terms, language), [terms, language]);
  const [closed, setClosed] = useState<ReadonlySet<string>>(() => new Set(rows.length > MANY ? rows.filter((row) => row.under > 0).map((row) => row.term.id) : []));
  const [text, setText] = useState("");
  const [picked, pick] = useState<string[]>(chosen);
  const box = useRef<HTMLDivElement>(null);
  const shown = text.trim() ? matching(rows, text) : opened(rows, closed);
  const list = useVirtualizer({ count: shown.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 12 });
  const toggle = (label: string) => {
    if (single) return pick([label]);
    pick(picked.includes(label) ? picked.filter((one) => one !== label) : [...picked, label]);
  };
  return (
    <Sheet title={title} open onClose={close}>
      <div className="finder-field">
        <Icon name="search" size={16} />
        <input value={text} autoFocus aria-label="Find a term" placeholder="Find a term" spellCheck={false} onChange={(event) => setText(event.target.value)} />
      </div>
      {shown.length === 0 ? <Empty title="No term is called so" /> : null}
      <div ref={box} className="terms" tabIndex={0} role="group" aria-label={title}>
        <div className="hits-inner" style={{ height: list.getTotalSize() }}>
          {list.getVirtualItems().map((item) => {
            const row = shown[item.index];
            if (!row) return null;
            const { term, label, above, depth, under } = row;
            return (
              <div key={term.id} className="term-row" style={{ transform: `translateY(${String(item.start)}px)`, height: ROW, paddingInlineStart: text.trim() ? 4 : 4 + depth * 20 }}>
                {text.trim() ? null : under > 0 ? (
                  <button
                    type="button" className={`twist ${closed.has(term.id) ? "" : "open"}`} aria-label={`${closed.has(term.id) ? "Show" : "Hide"} what is under ${label}`} aria-expanded={!closed.has(term.id)}
                    onClick={() => setClosed((was) => { const next = new Set(was); if (!next.delete(term.id)) next.add(term.id); return next; })}
                  ><Icon name="right" size={14} /></button>
                ) : <span className="twist" />}
                <label className="check">
                  <input type={single ? "radio" : "checkbox"} name="term" checked={picked.includes(label)} disabled={term.deprecated && !picked.includes(label)} onChange={() => toggle(label)} />
                  <span>{label}{term.deprecated ? <span className="soft"> (not for new use)</span> : null}{text.trim() && above.length > 0 ? <span className="soft"> in {above.join(" › ")}</span> : null}</span>
                </label>
              </div>
            );
          })}
        </div>
      </div>
      <div className="form-foot">
        <span className="soft spring">{picked.length > 0 ? picked.join(", ") : "Nothing is chosen"}</span>
        <Button onPress={close}>Cancel</Button>
        <Button look="primary" onPress={() => { choose(picked); close(); }}>Take</Button>
      </div>
    </Sheet>
  );
}
