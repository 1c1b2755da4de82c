// One placement: which version it shows, what it says differently here, and for whom.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { Schemas } from "../api/client";
import { releases } from "../api/queries";
import { Badge, Button, Field, LinkButton } from "../ui/parts";
import { KIND, STRUCTURES } from "../ui/words";
import { type Row, conditionText, conditions } from "./outline";

type Edit = Schemas["PlacementEdit"];

export function PlacementPanel({ row, allowed, busy, edit, remove, close }: { row: Row; allowed: boolean; busy: boolean; edit: (edits: Edit[], says: string) => void; remove: () => void; close: () => void }) {
  const { placement } = row;
  const { slot, policy, shows, overrides = [] } = placement;
  const kind = placement.placed?.kind;
  const structure = kind !== undefined && STRUCTURES.includes(kind);
  const frozen = useQuery({ ...releases(placement.component), enabled: structure });
  const own = overrides.find(({ name }) => name === "title");
  const [title, setTitle] = useState(placement.title);
  const [when, setWhen] = useState(conditionText(placement.when));
  const follow = (value: string) => {
    const to: Schemas["PolicyChoice"] =
      value === "latest" || value === "approved" ? { follow: value }
      : value === "pinned" ? { follow: "pinned" }
      : { follow: "release", release: value };
    edit([{ edit: "follow", slot, policy: to }], `“${placement.title}” follows another version`);
  };
  return (
    <section className="placement" aria-label="Placement">
      <header>
        <h2>{placement.title}</h2>
        <Button small look="quiet" icon="close" aria-label="Close" onPress={close} />
      </header>
      <p className="soft">
        {kind ? KIND[kind] : "You may not read what is placed here"}
        {placement.placed ? ` · ${placement.placed.library_key}/${placement.placed.key}` : ""}
        {shows?.number ? ` · shows @${String(shows.number)}` : shows?.release_number ? ` · shows release ${String(shows.release_number)}` : " · shows no version now"}
      </p>
      <fieldset disabled={!allowed || busy} className="form">
        <Field label="Title here">
          <span className="with-action">
            <input
              value={title} onChange={(event) => setTitle(event.target.value)}
              onBlur={() => { if (title.trim() && title !== placement.title) edit([{ edit: "override", slot, name: "title", value: title.trim() }], `“${placement.title}” has another title here`); }}
              onKeyDown={(event) => { if (event.key === "Enter") event.currentTarget.blur(); }}
            />
            {own ? <Button small onPress={() => edit([{ edit: "reset", slot, name: "title" }], "title reset")}>Reset</Button> : null}
          </span>
        </Field>
        {own ? <p className="hint">The component calls itself “{String(own.upstream ?? "")}”.</p> : null}
        <Field label="Shows">
          <select value={policy.follow === "release" ? policy.release : policy.follow} onChange={(event) => follow(event.target.value)}>
            <option value="latest">the latest version</option>
            <option value="approved">the newest approved version</option>
            <option value="pinned">{policy.follow === "pinned" ? `version @${String(shows?.number ?? "?")}, for good` : `this version for good (@${String(shows?.number ?? "?")})`}</option>
            {(frozen.data?.items ?? []).map((release) => <option key={release.id} value={release.id}>release {release.label ?? `#${String(release.number)}`}</option>)}
          </select>
        </Field>
        <Field label="Only for" hint="audience=partner region=eu,uk; everybody when empty">
          <input
            value={when} spellCheck={false} onChange={(event) => setWhen(event.target.value)}
            onBlur={() => { if (when !== conditionText(placement.when)) edit([{ edit: "conditions", slot, when: conditions(when) }], `“${placement.title}” shows for others`); }}
            onKeyDown={(event) => { if (event.key === "Enter") event.currentTarget.blur(); }}
          />
        </Field>
        {overrides.filter(({ name }) => name !== "title").map((override) => (
          <div key={override.name} className="override">
            <Badge tone="heed">{override.name}</Badge>
            <span className="override-text">{JSON.stringify(override.here)}</span>
            <Button small onPress={() => edit([{ edit: "reset", slot, name: override.name }], `${override.name} reset`)}>Reset</Button>
          </div>
        ))}
      </fieldset>
      <div className="form-foot start">
        <LinkButton to={`/components/${placement.component}`} icon="eye">Open</LinkButton>
        {allowed && placement.placed ? <LinkButton to={`/components/${placement.component}/${structure ? "outline" : "edit"}`} icon="edit">{structure ? "Outline" : "Edit"}</LinkButton> : null}
        {allowed ? <Button look="quiet" icon="trash" isDisabled={busy} onPress={remove}>Take out</Button> : null}
      </div>
    </section>
  );
}
