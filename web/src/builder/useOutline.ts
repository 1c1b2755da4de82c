// What an outline holds, and the changes made to it: one after the other, each of which can be undone.
import { type UseQueryResult, useQueries, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import { Refusal, type Schemas, api, data, tagOf } from "../api/client";
import { on, placements } from "../api/queries";
import { useBranch } from "../app/branch";
import { useSay } from "../ui/parts";
import { STRUCTURES } from "../ui/words";
import type { Change, Held } from "./outline";

type Placement = Schemas["PlacementView"];

/** One thing that can be undone: the versions that structures had before. */
interface Step {
  says: string;
  before: { component: string; number: number }[];
}

/** Reads what the top holds, and what everything that is open in it holds. */
export function useHeld(top: string): { held: Held; pending: boolean; error: unknown; refetch: () => void } {
  const branch = useBranch();
  const [wanted, setWanted] = useState<string[]>([top]);
  // Put together when an answer comes, not whenever the page is drawn.
  const combine = useCallback((answers: UseQueryResult<Schemas["PlacementList"]>[]) => {
    const held = new Map<string, readonly Placement[]>();
    const next = new Set(wanted);
    answers.forEach(({ data: list }, n) => {
      const id = wanted[n];
      if (!list || !id) return;
      held.set(id, list.items);
      for (const placement of list.items) {
        if (placement.placed && STRUCTURES.includes(placement.placed.kind)) next.add(placement.component);
      }
    });
    const first = answers[0];
    return { held, key: [...next].join(), pending: first?.isPending ?? true, error: first?.error, refetch: () => void first?.refetch() };
  }, [wanted]);
  const { key, ...found } = useQueries({ queries: wanted.map((id) => placements(id, branch)), combine });
  useEffect(() => setWanted((was) => (was.join() === key ? was : key.split(","))), [key]);
  return found;
}

/** When what an answer changed is on the screen: told to the page, drawn, and known to what comes next. */
function shown(): Promise<void> {
  return new Promise((resolve) => setTimeout(() => requestAnimationFrame(() => setTimeout(resolve))));
}

export interface Edits {
  /** Sends changes one structure after the other; the slots that came of them, nothing when they were refused. */
  change: (changes: Change[], says: string) => Promise<string[] | undefined>;
  undo: () => Promise<void>;
  /** Does the work after all that was begun before: keys come faster than answers. */
  inTurn: (work: () => Promise<unknown>) => void;
  busy: boolean;
  /** What undo would take back. */
  last: string | undefined;
}

export function useEdits(top: string): Edits {
  const branch = useBranch();
  const client = useQueryClient();
  const say = useSay();
  const [steps, setSteps] = useState<Step[]>([]);
  const [busy, setBusy] = useState(false);
  const now = useRef(steps);
  useEffect(() => {
    now.current = steps;
  });
  const turn = useRef<Promise<unknown>>(Promise.resolve());
  const inTurn = (work: () => Promise<unknown>) => {
    turn.current = turn.current.then(work).then(shown, (error: unknown) => { say.failed(error); });
  };
  /** Reads what was changed and puts it in its place: what was asked for before, or is asked again meanwhile, is not newer. */
  const read = useCallback(
    async (components: string[]) => {
      await Promise.all(
        components.map(async (reference) => {
          const { queryKey } = placements(reference, branch);
          await client.cancelQueries({ queryKey });
          const list = await data(api.GET("/api/v1/components/{reference}/placements", { params: { path: { reference }, query: on(branch) } }));
          await client.cancelQueries({ queryKey });
          client.setQueryData(queryKey, list);
        }),
      ).catch(say.failed);
      // The rest follows by itself: no change waits for it.
      for (const id of new Set([...components, top])) void client.invalidateQueries({ queryKey: ["component", id], predicate: ({ queryKey }) => queryKey.at(-1) !== "placements" });
    },
    [client, top, branch, say],
  );
  const change = useCallback(
    async (changes: Change[], says: string): Promise<string[] | undefined> => {
      if (changes.length === 0) return [];
      setBusy(true);
      const before: Step["before"] = [];
      const slots: string[] = [];
      try {
        for (const { component: reference, edits } of changes) {
          const list = await client.ensureQueryData(placements(reference, branch));
          const done = await data(
            api.POST("/api/v1/components/{reference}/placements/edits", {
              params: { path: { reference }, query: on(branch), header: { "If-Match": tagOf(list.revision) } },
              body: { edits, message: says },
            }),
          );
          slots.push(...done.slots);
          if (done.changed) before.push({ component: reference, number: done.revision.number - 1 });
        }
        return slots;
      } catch (error) {
        if (error instanceof Refusal && error.kind === "stale-base") say("Somebody changed this meanwhile. It was loaded again; do it once more.", { tone: "bad" });
        else say.failed(error);
        return undefined;
      } finally {
        if (before.length > 0) setSteps((all) => [...all, { says, before }]);
        await read(changes.map(({ component }) => component));
        setBusy(false);
      }
    },
    [branch, client, say, read],
  );
  const undo = async () => {
    const step = now.current.at(-1);
    if (!step) return;
    setBusy(true);
    setSteps((all) => all.slice(0, -1));
    try {
      for (const { component: reference, number } of [...step.before].reverse()) {
        const list = await client.fetchQuery({ ...placements(reference, branch), staleTime: 0 });
        await api.POST("/api/v1/components/{reference}/revert", {
          params: { path: { reference }, query: on(branch), header: { "If-Match": tagOf(list.revision) } },
          body: { to: `@${String(number)}`, message: `undo: ${step.says}` },
        });
      }
      say(`Undone: ${step.says}.`);
    } catch (error) {
      say.failed(error);
    } finally {
      await read(step.before.map(({ component }) => component));
      setBusy(false);
    }
  };
  return { change, undo, inTurn, busy, last: steps.at(-1)?.says };
}
