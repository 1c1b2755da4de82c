// Edits of many components that were made, each undone in one step.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { type Schemas, api, data } from "../../api/client";
import { bulkEdits } from "../../api/queries";
import { useName } from "../../app/rights";
import { Answer, Badge, Button, Empty, Failure, Link, LinkButton, Page, Sheet, Time, useSay, useTitle } from "../../ui/parts";
import { Said } from "../../ui/Said";
import { count } from "../../ui/words";

type Edit = Schemas["EditBrief"];
const SHOWN = 100;

export default function Edits() {
  const list = useQuery(bulkEdits);
  const [open, setOpen] = useState<string>();
  useTitle("Edits of many components");
  return (
    <Page title="Edits of many components" crumbs={<Link to="/search">Search</Link>}>
      <Answer of={list}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="edit" title="Nothing was edited in bulk yet">
              Search for components and choose “Edit”: what it does to each is shown before, and can be undone here.
              <div><LinkButton to="/search" look="primary">Search</LinkButton></div>
            </Empty>
          ) : (
            <section className="panel flush">
              <ul className="rows">
                {items.map((edit) => <Row key={edit.id} edit={edit} open={() => setOpen(edit.id)} />)}
              </ul>
            </section>
          )
        }
      </Answer>
      {open ? <Opened id={open} close={() => setOpen(undefined)} /> : null}
    </Page>
  );
}

function Row({ edit, open }: { edit: Edit; open: () => void }) {
  const name = useName();
  const parts = [edit.components > 0 ? count(edit.components, "component") : "", edit.vocabularies > 0 ? count(edit.vocabularies, "vocabulary", "vocabularies") : ""];
  return (
    <li>
      <button type="button" className="row" onClick={open}>
        <span className="avatar small" aria-hidden="true">{name(edit.actor).slice(0, 1)}</span>
        <span className="row-main"><strong><Said>{edit.message || "Without a reason"}</Said></strong><span className="soft">{name(edit.actor)} · {parts.filter(Boolean).join(", ")}</span></span>
        {edit.undone ? <Badge>undone</Badge> : null}
        <span className="soft"><Time at={edit.created} /></span>
      </button>
    </li>
  );
}

function Opened({ id, close }: { id: string; close: () => void }) {
  const client = useQueryClient();
  const say = useSay();
  const path = { edit: id };
  const found = useQuery({ queryKey: ["bulk-edits", id], queryFn: () => data(api.GET("/api/v1/bulk-edits/{edit}", { params: { path } })) });
  const ask = (body: Schemas["UndoEdit"]) => data(api.POST("/api/v1/bulk-edits/{edit}/undo", { params: { path }, body }));
  // What was changed since is named before anything goes back.
  const look = useMutation({
    mutationFn: () => ask({ dry_run: true }),
    onSuccess: (report) => { if (report.changed_since.length === 0) undo.mutate(false); },
  });
  const undo = useMutation({
    mutationFn: (skip_changed: boolean) => ask({ skip_changed }),
    onSuccess: (report) => {
      for (const queryKey of [["bulk-edits"], ["search"], ["component"], ["rules"]]) void client.invalidateQueries({ queryKey });
      const left = report.changed_since.length;
      say(`${count(report.components, "component")} went back${left > 0 ? `; ${count(left, "was changed since and stays", "were changed since and stay")}` : ""}.`);
      close();
    },
  });
  const meanwhile = look.data?.changed_since ?? [];
  return (
    <Sheet title="An edit of many components" open onClose={close}>
      <Answer of={found}>
        {(edit) => (
          <>
            <p><Said>{edit.message || "Without a reason"}</Said> · <Time at={edit.created} /></p>
            {edit.undone ? <p><Badge>undone</Badge> <Time at={edit.undone} /></p> : null}
            {edit.items.length > 0 ? (
              <ul className="touched" tabIndex={0} aria-label="Components that it changed">
                {edit.items.slice(0, SHOWN).map((one) => <li key={one}><Link to={`/components/${encodeURIComponent(one)}`} onClick={close}>{one}</Link></li>)}
                {edit.components > Math.min(edit.items.length, SHOWN) ? <li className="soft">and {count(edit.components - Math.min(edit.items.length, SHOWN), "further one")}</li> : null}
              </ul>
            ) : null}
            {meanwhile.length > 0 ? (
              <div className="failure" role="alert">
                <div>
                  <p className="failure-title">{count(meanwhile.length, "component was", "components were")} changed since</p>
                  <ul className="violations">{meanwhile.slice(0, 20).map((one, n) => <li key={n}><Said>{one.message}</Said></li>)}</ul>
                </div>
              </div>
            ) : null}
            {look.isError || undo.isError ? <Failure error={undo.error ?? look.error} /> : null}
            <div className="form-foot">
              <Button onPress={close}>Close</Button>
              {edit.undone ? null : meanwhile.length > 0
                ? <Button look="primary" icon="undo" isDisabled={undo.isPending} onPress={() => undo.mutate(true)}>Undo the rest</Button>
                : <Button look="primary" icon="undo" isDisabled={look.isPending || undo.isPending} onPress={() => look.mutate()}>Undo all of it</Button>}
            </div>
          </>
        )}
      </Answer>
    </Sheet>
  );
}
