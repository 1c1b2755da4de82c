// What is new in the searches that one keeps.
import { useQuery } from "@tanstack/react-query";

import { savedSearches } from "../../api/queries";
import { Icon } from "../../ui/icons";
import { Link, Panel } from "../../ui/parts";
import { addressOf, summary } from "../search/asked";

const MOST = 6;

export function News() {
  const kept = useQuery(savedSearches).data?.items ?? [];
  const fresh = kept.filter((saved) => (saved.new ?? 0) > 0);
  if (fresh.length === 0) return null;
  return (
    <Panel title="New in your searches" flush actions={<Link to="/search" className="quiet-link">All</Link>}>
      <ul className="rows">
        {fresh.slice(0, MOST).map((saved) => (
          <li key={saved.id}>
            <Link to={addressOf(saved)} className="row">
              <Icon name="pin" size={16} />
              <span className="row-main"><strong>{saved.name}</strong><span className="soft">{summary(saved.search)}</span></span>
              <span className="badge accent">{(saved.new ?? 0).toLocaleString()} new</span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
