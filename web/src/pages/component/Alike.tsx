// What is like the component: perhaps the other one should be used, or this one taken out.
import { useQuery } from "@tanstack/react-query";

import { type Schemas, api, data } from "../../api/client";
import { Badge, KindIcon, Link } from "../../ui/parts";
import type { Tone } from "../../ui/words";

const LIKENESS: Record<Schemas["Likeness"], { words: string; tone: Tone }> = {
  same: { words: "the same", tone: "bad" },
  nearly: { words: "nearly the same", tone: "heed" },
  related: { words: "related", tone: "plain" },
};

export function Alike({ component }: { component: string }) {
  const found = useQuery({
    queryKey: ["component", component, "similar"],
    queryFn: () => data(api.GET("/api/v1/components/{reference}/similar", { params: { path: { reference: component }, query: { limit: 6 } } })),
    staleTime: 60_000,
  });
  if (!found.data || found.data.items.length === 0) return null;
  return (
    <section className="alike" aria-label="Like this">
      <h2>Like this</h2>
      <ul>
        {found.data.items.map((one) => (
          <li key={one.component}>
            <KindIcon kind={one.kind} size={16} />
            <Link to={`/components/${one.component}`}>{one.title}</Link>
            {one.likeness === "related" ? null : <Badge tone={LIKENESS[one.likeness].tone}>{LIKENESS[one.likeness].words}{one.percent == null ? "" : `, ${String(one.percent)} %`}</Badge>}
          </li>
        ))}
      </ul>
    </section>
  );
}
