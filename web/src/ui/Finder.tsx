// Finding a component to insert or place, without leaving what one is doing.
import { useDeferredValue, useId, useState } from "react";

import type { Schemas } from "../api/client";
import { type State, useQuickSearch } from "../api/queries";
import { Icon } from "./icons";
import { Empty, Failure, FoundIn, KindIcon, Marked, StateBadge } from "./parts";
import { KIND, say } from "./words";

type Hit = Schemas["Hit"];

export function Finder({
  kinds, choose, action, label = "Find a component", autoFocus, drag,
}: { kinds: string[]; choose: (hit: Hit) => void; action: string; label?: string; autoFocus?: boolean; drag?: (hit: Hit, data: DataTransfer) => void }) {
  const [text, setText] = useState("");
  const [kind, setKind] = useState("");
  const [at, setAt] = useState(0);
  const list = useId();
  const q = useDeferredValue(text.trim());
  const found = useQuickSearch(q, { kind: kind ? [kind] : kinds, sort: q ? "relevance" : "updated" }, 30);
  const hits = found.data?.hits ?? [];
  const chosen = Math.min(at, hits.length - 1);
  return (
    <div className="finder">
      <div className="finder-field">
        <Icon name="search" size={16} />
        <input
          value={text} autoFocus={autoFocus} placeholder={label} aria-label={label} spellCheck={false} role="combobox" aria-expanded={hits.length > 0} aria-controls={list}
          aria-activedescendant={hits[chosen] ? `${list}-${String(chosen)}` : undefined}
          onChange={(event) => { setText(event.target.value); setAt(0); }}
          onKeyDown={(event) => {
            const hit = hits[chosen];
            if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, hits.length - 1));
            else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
            else if (event.key === "Enter" && hit) choose(hit);
            else return;
            event.preventDefault();
          }}
        />
        {kinds.length > 1 ? (
          <select value={kind} aria-label="Kind" onChange={(event) => setKind(event.target.value)}>
            <option value="">All kinds</option>
            {kinds.map((one) => <option key={one} value={one}>{say(KIND, one)}</option>)}
          </select>
        ) : null}
      </div>
      {found.isError ? <Failure error={found.error} retry={() => void found.refetch()} /> : null}
      {found.data && hits.length === 0 ? <Empty title="Nothing was found">Try fewer words.</Empty> : null}
      <div id={list} role="listbox" aria-label={action} className="finder-list">
        {hits.map((hit, n) => (
          <div
            key={hit.component} id={`${list}-${String(n)}`} role="option" aria-selected={n === chosen} className="finder-hit"
            draggable={drag !== undefined} onDragStart={(event) => drag?.(hit, event.dataTransfer)}
            onMouseMove={() => setAt(n)} onClick={() => choose(hit)}
          >
            <KindIcon kind={hit.kind} />
            <div className="hit-text">
              <p className="hit-title">{hit.title}</p>
              <p className="hit-snippet">{q ? <FoundIn source={hit.snippet_source} /> : null}{hit.snippet_html && q ? <Marked html={hit.snippet_html} /> : `${hit.library_key}/${hit.key}`}</p>
            </div>
            <StateBadge state={hit.state as State} />
            <span className="finder-action" aria-hidden="true">{action}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
