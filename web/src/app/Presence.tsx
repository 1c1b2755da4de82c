// Who else has this component open: said every few seconds while a page shows it, and shown as faces.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { type Schemas, api, data } from "../api/client";
import { me as signedIn, on } from "../api/queries";
import { ago } from "../ui/words";
import { useBranch } from "./branch";
import { useName } from "./rights";

type Present = Schemas["Present"];
type Doing = Schemas["Doing"];

/** How often a page says that it is open: a third of the time after which it would count as closed. */
const AGAIN = 10_000;

/** A name for a page; `crypto.randomUUID` is there over https only. */
function pageName(): string {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Says that this component is open here, and tells who else has it open. */
export function usePresence(component: string, doing: Doing): Present[] {
  const branch = useBranch();
  const [others, setOthers] = useState<Present[]>([]);
  useEffect(() => {
    const page = pageName();
    const path = { reference: component };
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = async () => {
      clearTimeout(timer);
      try {
        const found = await data(api.PUT("/api/v1/components/{reference}/presence", { params: { path, query: on(branch) }, body: { page, doing } }));
        if (!over) setOthers(found.items);
      } catch {
        // Nobody is told of then, and nothing else depends on it.
        if (!over) setOthers([]);
      }
      if (!over) timer = setTimeout(() => void tell(), AGAIN);
    };
    const leave = () => {
      const query = new URLSearchParams({ page, ...on(branch) });
      void fetch(`/api/v1/components/${component}/presence?${query.toString()}`, { method: "DELETE", keepalive: true }).catch(() => undefined);
    };
    const back = () => { if (document.visibilityState === "visible") void tell(); };
    void tell();
    window.addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", back);
    return () => {
      over = true;
      clearTimeout(timer);
      window.removeEventListener("pagehide", leave);
      document.removeEventListener("visibilitychange", back);
      leave();
    };
  }, [component, doing, branch]);
  return others;
}

const MOST_FACES = 4;

function useMe(): string | undefined {
  return useQuery(signedIn).data?.id;
}

/** Faces of those who are there; who writes has a sign. */
export function Faces({ of }: { of: Present[] }) {
  const name = useName();
  const me = useMe();
  if (of.length === 0) return null;
  const said = ({ person, doing, since }: Present) =>
    `${person === me ? "You, on another page," : name(person)} ${doing === "writing" ? "edit" : "look at"}${person === me ? "" : "s"} it, since ${ago(since)}`;
  return (
    <ul className="faces" aria-label="Also here">
      {of.slice(0, MOST_FACES).map((present) => (
        <li key={present.person} className={`avatar small ${present.doing}`} title={said(present)}>
          <span aria-hidden="true">{name(present.person).slice(0, 1)}</span>
          <span className="hidden">{said(present)}</span>
        </li>
      ))}
      {of.length > MOST_FACES ? <li className="soft">and {of.length - MOST_FACES} more</li> : null}
    </ul>
  );
}

/** Says it in words where it matters: somebody else may save what is being written here. */
export function AlsoWriting({ of }: { of: Present[] }) {
  const name = useName();
  const me = useMe();
  const writing = of.filter(({ doing }) => doing === "writing").map(({ person }) => (person === me ? "You, on another page" : name(person)));
  if (writing.length === 0) return null;
  const many = writing.length > 1;
  return (
    <p className="banner" role="status">
      <span><strong>{new Intl.ListFormat("en", { type: "conjunction" }).format(writing)}</strong> {many || writing[0]?.startsWith("You") ? "edit" : "edits"} this too.</span>
      <span className="soft">Whoever saves second is shown what fits together and what does not; nothing is lost.</span>
    </p>
  );
}
