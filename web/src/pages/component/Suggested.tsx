// Tags and objectives that a component may be missing, one click away.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { type Schemas, api, data, tagOf } from "../../api/client";
import { on } from "../../api/queries";
import { useBranch } from "../../app/branch";
import { Icon } from "../../ui/icons";
import { Panel, useSay } from "../../ui/parts";
import type { View } from "./ComponentPage";

export function Suggested({ view, tags, take }: { view: View; tags: string[]; take: (tag: string) => void }) {
  const { component: one, revision } = view;
  const branch = useBranch();
  const client = useQueryClient();
  const say = useSay();
  const found = useQuery({
    queryKey: ["component", one.id, "suggestions", revision.id],
    queryFn: () => data(api.GET("/api/v1/components/{reference}/suggestions", { params: { path: { reference: one.id } } })),
    staleTime: 60_000,
  });
  const path = { reference: one.id };
  const stale = () => void client.invalidateQueries({ queryKey: ["component", one.id] });
  const serve = useMutation({
    mutationFn: (objective: Schemas["SuggestedObjective"]) =>
      data(api.POST("/api/v1/components/{reference}/placements", {
        params: { path, query: on(branch), header: { "If-Match": tagOf(revision.id) } }, body: { component: objective.component, list: "objectives" },
      })),
    onSuccess: (saved, objective) => {
      stale();
      const [slot] = saved.slots;
      const undo = () => {
        if (!slot) return;
        const params = { path: { ...path, slot }, query: on(branch), header: { "If-Match": tagOf(saved.revision.id) } };
        api.DELETE("/api/v1/components/{reference}/placements/{slot}", { params }).then(stale, say.failed);
      };
      say(`It serves “${objective.title}” now.`, { undo });
    },
    onError: say.failed,
  });
  const missing = (found.data?.tags ?? []).filter(({ tag }) => !tags.includes(tag));
  const objectives = found.data?.objectives ?? [];
  if (missing.length + objectives.length === 0) return null;
  return (
    <Panel title="Suggested">
      {missing.length > 0 ? (
        <>
          <h3>Tags</h3>
          <div className="suggested">
            {missing.map(({ tag, because }) => (
              <button key={tag} type="button" className="chip" title={`as ${because.join(", ")}`} onClick={() => take(tag)}><Icon name="plus" size={12} /> {tag}<span className="hidden">, as {because.join(", ")}</span></button>
            ))}
          </div>
        </>
      ) : null}
      {objectives.length > 0 ? (
        <>
          <h3>Objectives</h3>
          <ul className="suggested-objectives">
            {objectives.map((objective) => (
              <li key={objective.component}>
                <button type="button" className="chip" disabled={serve.isPending} onClick={() => serve.mutate(objective)}><Icon name="plus" size={12} /> {objective.title}</button>
                <p className="hint">as {objective.because.join(", ")}</p>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </Panel>
  );
}
