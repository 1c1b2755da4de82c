// What a library agrees on: its vocabularies, what it asks of metadata, and its synonyms.
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import { libraries } from "../../api/queries";
import { useGo } from "../../app/branch";
import { useMay, useMayEverywhere } from "../../app/rights";
import { Answer, Badge, Empty, Failure, Link, Page, type Tab, Tabs, useTitle } from "../../ui/parts";
import { SchemasTab } from "./Schemas";
import { SynonymsTab } from "./Synonyms";
import { VocabulariesTab } from "./Vocabularies";
import { VocabularyView } from "./Vocabulary";

const TABS: Tab[] = [
  { path: "", label: "Vocabularies", icon: "list" },
  { path: "metadata", label: "Metadata", icon: "tag" },
  { path: "synonyms", label: "Synonyms", icon: "link" },
];

export default function LibraryPage() {
  const { library: key = "", tab = "", name } = useParams();
  const known = useQuery(libraries);
  const everywhere = useMayEverywhere();
  const may = useMay();
  const go = useGo();
  const found = known.data?.items.find((one) => one.key === key);
  useTitle(found ? `Words of ${found.title}` : "A library");
  return (
    <Answer of={known}>
      {({ items }) => {
        if (!found) return <Empty icon="module" title="There is no such library, or you may not read it" />;
        const own = { library: found, may: may("administer", found.id) };
        return (
          <Page
            wide
            crumbs={everywhere("administer") ? <><Link to="/admin">Admin</Link> / <Link to="/admin/libraries">Libraries</Link></> : "Library"}
            title={`Words of ${found.title}`}
            actions={items.length > 1 ? (
              <label>
                <span className="hidden">Library</span>
                <select value={key} onChange={(event) => go(`/libraries/${event.target.value}${tab ? `/${tab}` : ""}`)}>
                  {items.map((one) => <option key={one.id} value={one.key}>{one.title}</option>)}
                </select>
              </label>
            ) : null}
          >
            {own.may ? null : <p className="facts"><Badge>read only</Badge> An admin of the library changes vocabularies and what is asked of metadata.</p>}
            <Tabs base={`/libraries/${key}`} tabs={TABS} current={tab === "vocabularies" ? "" : tab} label="Library" />
            {tab === "" ? <VocabulariesTab {...own} />
            : tab === "vocabularies" && name ? <VocabularyView key={name} {...own} name={name} />
            : tab === "metadata" ? <SchemasTab {...own} kind={name ?? "all"} />
            : tab === "synonyms" ? <SynonymsTab library={found} may={may("write", found.id)} />
            : <Failure error={new Error("There is no such tab.")} />}
          </Page>
        );
      }}
    </Answer>
  );
}
