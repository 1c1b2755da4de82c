// "This exists already": what is like the text that is being written, before it is written again.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { type Document, type Schemas, api, data } from "../api/client";
import { type Kind, type State, component, on, useQuickSearch } from "../api/queries";
import { useBranch, useGo } from "../app/branch";
import { useMay } from "../app/rights";
import { Finder } from "../ui/Finder";
import { Answer, Badge, Button, Failure, KindIcon, Link, Sheet, StateBadge, useSay } from "../ui/parts";
import { sides } from "../ui/sides";
import { STRUCTURES, count } from "../ui/words";
import { text } from "./document";
import { written } from "./written";

/** How long nothing is typed before it is asked what is like it. */
const PAUSE = 700;
/** Shorter texts are like too many. */
const FEWEST = 40;
const SHOWN = 3;

interface Found {
  component: string;
  title: string;
  kind: string;
  name: string;
  state: State;
  /** How much of the text is the same; none when only the title was found. */
  percent?: number;
  same: boolean;
}

function useSettled<T>(value: T, same: string): T {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), PAUSE);
    return () => clearTimeout(timer);
    // `same` says whether the value is another.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [same]);
  return settled;
}

/** What is nearly the same as the text, else what is there under such a title. */
function useExisting(document: Document, kind: Kind): Found[] {
  const now = { title: text(document.title).trim(), text: written(document) };
  const draught = useSettled(now, `${now.title}\n${now.text}`);
  const alike = useQuery({
    queryKey: ["search", "draught", kind, draught],
    queryFn: ({ signal }) => data(api.POST("/api/v1/search/similar", { params: { query: { kind: [kind], limit: 5 } }, body: draught, signal })),
    enabled: draught.text.length >= FEWEST,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const titled = useQuickSearch(now.title, { kind: [kind] }, SHOWN);
  const found = (hit: Schemas["Hit"]): Found => ({ component: hit.component, title: hit.title, kind: hit.kind, name: `${hit.library_key}/${hit.key}`, state: hit.state as State, same: false });
  const near: Found[] = draught.text.length < FEWEST ? []
    : (alike.data?.items ?? []).filter((hit) => hit.likeness !== "related").map((hit) => ({ ...found(hit), percent: hit.percent ?? 100, same: hit.likeness === "same" }));
  if (near.length > 0) return near.slice(0, SHOWN);
  if (now.title.length <= 5 || titled.data?.notes.some((note) => note.code === "degraded")) return [];
  return (titled.data?.hits ?? []).map(found);
}

export function Exists({ document, kind }: { document: Document; kind: Kind }) {
  const [shown, show] = useState<{ found: Found; as: "beside" | "place" }>();
  const [hidden, hide] = useState<string>();
  const may = useMay();
  const found = useExisting(document, kind);
  const which = found.map((one) => one.component).join();
  if (!shown && (found.length === 0 || hidden === which)) return null;
  const near = found[0]?.percent !== undefined;
  return (
    <section className={`banner exists ${near ? "heed" : ""}`} aria-label="This exists already">
      <p role="status"><strong>{near ? "This exists already:" : "There is already:"}</strong> <span className="soft">place it by reference instead of writing it again.</span></p>
      <Button small look="quiet" icon="close" aria-label="Hide what exists" onPress={() => hide(which)} />
      <ul>
        {found.map((one) => (
          <li key={one.component}>
            <KindIcon kind={one.kind} size={16} />
            <span className="exists-title">{one.title}</span>
            {one.percent === undefined ? null : <Badge tone={one.percent >= 90 ? "bad" : "heed"}>{one.same ? "the same" : `${String(one.percent)} % the same`}</Badge>}
            <Button small look="quiet" icon="eye" aria-label={`Compare with ${one.title}`} onPress={() => show({ found: one, as: "beside" })}>Compare</Button>
            {may("write") ? <Button small look="quiet" icon="link" aria-label={`Place this instead: ${one.title}`} onPress={() => show({ found: one, as: "place" })}>Place this instead</Button> : null}
            <Link to={`/components/${one.component}`} aria-label={`Open ${one.title}`} className="button quiet small">Open</Link>
          </li>
        ))}
      </ul>
      {shown?.as === "beside" ? <Beside document={document} found={shown.found} close={() => show(undefined)} place={() => show({ found: shown.found, as: "place" })} /> : null}
      {shown?.as === "place" ? <Place found={shown.found} close={() => show(undefined)} /> : null}
    </section>
  );
}

/** What is written and what is there, paragraph by paragraph. */
function Beside({ document, found, close, place }: { document: Document; found: Found; close: () => void; place: () => void }) {
  const may = useMay();
  const there = useQuery(component(found.component, useBranch()));
  return (
    <Sheet wide title="What you write, and what is there" open onClose={close}>
      <Answer of={there}>
        {({ value }) => {
          const other = value.content as unknown as Document;
          const full = (one: Document) => `${text(one.title)}\n\n${written(one)}`;
          const pairs = sides(full(document), full(other));
          const differ = pairs.filter((pair) => !pair.same).length;
          return (
            <>
              <p className="facts"><StateBadge state={value.state} /> <span>{found.name} · @{value.revision.number}</span> <span>{differ === 0 ? "Every paragraph is the same." : `${count(differ, "paragraph differs", "paragraphs differ")}.`}</span></p>
              <div className="sides" tabIndex={0} role="region" aria-label="Side by side">
                <table>
                  <thead><tr><th scope="col">What you write</th><th scope="col">{found.title}</th></tr></thead>
                  <tbody>
                    {pairs.map((pair, n) => (
                      <tr key={n} className={pair.same ? "same" : ""}>
                        <td>{pair.left?.map((run, m) => (run.own ? <ins key={m}>{run.text}</ins> : <span key={m}>{run.text}</span>))}</td>
                        <td>{pair.right?.map((run, m) => (run.own ? <del key={m}>{run.text}</del> : <span key={m}>{run.text}</span>))}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </>
          );
        }}
      </Answer>
      <div className="form-foot">
        <Button onPress={close}>Go on writing</Button>
        <Link to={`/components/${found.component}`} className="button plain">Open</Link>
        {may("write") ? <Button look="primary" icon="link" onPress={place}>Place this instead</Button> : null}
      </div>
    </Sheet>
  );
}

/** Puts what is there into a structure: where it would fit, or anywhere else. */
function Place({ found, close }: { found: Found; close: () => void }) {
  const branch = useBranch();
  const client = useQueryClient();
  const go = useGo();
  const say = useSay();
  const query = on(branch);
  const fits = useQuery({
    queryKey: ["component", found.component, "fits"],
    queryFn: () => data(api.GET("/api/v1/components/{reference}/fits", { params: { path: { reference: found.component }, query: { limit: 4, ...query } } })),
  });
  const place = useMutation({
    mutationFn: async (structure: string) => {
      const path = { reference: structure };
      const { response } = await api.GET("/api/v1/components/{reference}", { params: { path, query } });
      const base = response.headers.get("etag") ?? "";
      await api.POST("/api/v1/components/{reference}/placements", { params: { path, query, header: { "If-Match": base } }, body: { component: found.component } });
      return structure;
    },
    onSuccess: (structure) => {
      void client.invalidateQueries({ queryKey: ["component", structure] });
      say(`“${found.title}” is placed there.`);
      go(`/components/${structure}/outline`);
    },
  });
  const offered = (fits.data?.items ?? []).filter((fit) => !fit.holds);
  return (
    <Sheet title={`Place “${found.title}”`} open onClose={close}>
      {place.isError ? <Failure error={place.error} /> : null}
      {offered.length > 0 ? (
        <>
          <h3>Where it fits</h3>
          <ul className="touched">
            {offered.map((fit) => (
              <li key={fit.component} className="offered">
                <KindIcon kind={fit.kind} size={16} /> <span className="spring">{fit.title} <span className="soft">{fit.library_key}/{fit.key}</span></span>
                <Button small isDisabled={place.isPending} onPress={() => place.mutate(fit.component)}>Place here</Button>
              </li>
            ))}
          </ul>
        </>
      ) : null}
      <Finder kinds={STRUCTURES} action="Place here" label="Find a course, module or lesson" autoFocus choose={(hit) => { if (!place.isPending) place.mutate(hit.component); }} />
      <p className="soft">What you wrote here is not kept.</p>
    </Sheet>
  );
}
