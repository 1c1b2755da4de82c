// What the person who is signed in may do. The server decides; this only spares people what it would refuse.
import { useQuery } from "@tanstack/react-query";

import type { Schemas } from "../api/client";
import { me, people } from "../api/queries";

type Right = Schemas["Right"];
type Role = Schemas["Role"];

const RIGHTS: Record<Role, Right[]> = {
  viewer: ["read"],
  author: ["read", "write"],
  reviewer: ["read", "review"],
  publisher: ["read", "publish"],
  deployer: ["read", "deploy"],
  admin: ["read", "write", "review", "publish", "deploy", "administer"],
};

/** Whether a right is held in a library; in some library when none is named. */
export function useMay(): (right: Right, library?: string) => boolean {
  const { data } = useQuery(me);
  return (right, library) =>
    data !== undefined &&
    data.scopes.includes(right) &&
    data.grants.some(
      (grant) =>
        RIGHTS[grant.role].includes(right) && (grant.library == null || library === undefined || grant.library === library),
    );
}

/** Whether a right is held in every library. */
export function useMayEverywhere(): (right: Right) => boolean {
  const { data } = useQuery(me);
  return (right) =>
    data !== undefined && data.grants.some((grant) => grant.library == null && RIGHTS[grant.role].includes(right));
}

const OPERATOR = "00000000-0000-0000-0000-000000000000";

/** The name to show for a user's id. */
export function useName(): (id: string) => string {
  const { data } = useQuery(people);
  return (id) => {
    if (id === OPERATOR) return "Operator";
    return data?.items.find((person) => person.id === id)?.shown ?? "Somebody";
  };
}
