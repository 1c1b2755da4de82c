import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api, data } from "../api/client";
import { branches } from "../api/queries";
import { useGo } from "../app/branch";
import { useMay, useName } from "../app/rights";
import { Answer, Badge, Button, Empty, Failure, Field, Link, Page, Panel, Sheet, StateBadge, Time, useTitle } from "../ui/parts";
import { count } from "../ui/words";

export default function Branches() {
  const list = useQuery(branches);
  const name = useName();
  const may = useMay();
  const [open, setOpen] = useState(false);
  useTitle("Branches");
  return (
    <Page title="Branches" actions={may("write") ? <Button look="primary" icon="plus" onPress={() => setOpen(true)}>New branch</Button> : null}>
      <Panel title="All branches" flush>
        <Answer of={list}>
          {({ items }) => {
            const others = items.filter((branch) => branch.name !== "main");
            if (others.length === 0) return <Empty icon="branch" title="There is only main">On a branch you change as much as you like; nothing shows on main before it is reviewed and merged as one.</Empty>;
            return (
              <ul className="rows">
                {others.map((branch) => (
                  <li key={branch.id}>
                    <Link to={`/branches/${branch.name}`} className="row">
                      <span className="row-main">
                        <strong>{branch.name}</strong>
                        <span className="soft">{branch.author ? `${name(branch.author)}, ` : ""}<Time at={branch.created} />{branch.base_name ? ` · from ${branch.base_name}` : ""}</span>
                      </span>
                      {branch.changes != null ? <span className="soft">{count(branch.changes, "change")}</span> : null}
                      {branch.state === "open" ? <StateBadge state={branch.standing} /> : <Badge tone={branch.state === "merged" ? "good" : "plain"}>{branch.state}</Badge>}
                    </Link>
                  </li>
                ))}
              </ul>
            );
          }}
        </Answer>
      </Panel>
      {open ? <NewBranch close={() => setOpen(false)} /> : null}
    </Page>
  );
}

function NewBranch({ close }: { close: () => void }) {
  const client = useQueryClient();
  const go = useGo();
  const make = useMutation({
    mutationFn: (name: string) => data(api.POST("/api/v1/branches", { body: { name } })),
    onSuccess: (branch) => { void client.invalidateQueries({ queryKey: ["branches"] }); close(); go(`/branches/${branch.name}`); },
  });
  return (
    <Sheet title="New branch" open onClose={close}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); make.mutate(String(new FormData(event.currentTarget).get("name"))); }}>
        <Field label="Name" hint="Small letters, digits and dashes"><input name="name" required autoFocus pattern="[a-z0-9][a-z0-9.\-]*" placeholder="spring-edition" /></Field>
        <p className="soft">It begins as main stands now. Nothing is copied.</p>
        {make.isError ? <Failure error={make.error} /> : null}
        <div className="form-foot"><Button onPress={close}>Cancel</Button><Button type="submit" look="primary" isDisabled={make.isPending}>Begin</Button></div>
      </form>
    </Sheet>
  );
}
