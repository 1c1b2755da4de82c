// One placement: which version it shows, what it says differently here, and for whom.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { Schemas } from "../api/client";
import { on, releases } from "../api/queries";
import { useBranch } from "../app/branch";
import { Button, Field, LinkButton, Preview } from "../ui/parts";
import { KIND, STRUCTURES } from "../ui/words";
import { type Row, conditionText, conditions } from "./outline";

type Edit = Schemas["PlacementEdit"];

/** How an overridden field is called; blocks go by their ids. */
const FIELD: Record<string, string> = { title: "Title", summary: "Summary", weight: "Weight", pass_mark: "Pass mark", attempts: "Attempts" };

function field(name: string): string {
  return FIELD[name] ?? (name.startsWith("blocks/") ? `Text of “${name.slice(7)}”` : name);
}

function value(name: string, given: unknown): string {
  if (given === undefined || given === null) return "not set";
  if (name === "pass_mark") return `${String(Math.round(Number(given) * 100))} %`;
  return typeof given === "string" ? given || "taken out" : JSON.stringify(given);
}

export function PlacementPanel({
  row, top, allowed, busy, when: shownFor, edit, remove, close,
}: { row: Row; top: string; allowed: boolean; busy: boolean; when: string[]; edit: (edits: Edit[], says: string) => void; remove: () => void; close: () => void }) {
  const { placement } = row;
  const { slot, policy, shows, overrides = [] } = placement;
  const kind = placement.placed?.kind;
  const structure = kind !== undefined && STRUCTURES.includes(kind);
  const frozen = useQuery({ ...releases(placement.component), enabled: structure });
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
          <input
            value={title} onChange={(event) => setTitle(event.target.value)}
            onBlur={() => { if (title.trim() && title !== placement.title) edit([{ edit: "override", slot, name: "title", value: title.trim() }], `“${placement.title}” has another title here`); }}
            onKeyDown={(event) => { if (event.key === "Enter") event.currentTarget.blur(); }}
          />
        </Field>
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
        {overrides.length > 0 ? (
          <div className="overrides" role="group" aria-label="Different here">
            <div className="overrides-head">
              <h3>Different here</h3>
              {overrides.length > 1 ? (
                <Button small look="quiet" icon="undo" onPress={() => edit(overrides.map(({ name }) => ({ edit: "reset", slot, name })), `overrides of “${placement.title}” reset`)}>Reset all</Button>
              ) : null}
            </div>
            <ul>
              {overrides.map(({ name, here, upstream }) => (
                <li key={name}>
                  <div>
                    <p className="override-name">{field(name)}</p>
                    <p className="override-here">{value(name, here)}</p>
                    {upstream !== undefined ? <p className="override-upstream">The component: {value(name, upstream)}</p> : null}
                  </div>
                  <Button small aria-label={`Reset the ${field(name).toLowerCase()}`} onPress={() => edit([{ edit: "reset", slot, name }], `${field(name).toLowerCase()} of “${placement.title}” reset`)}>Reset</Button>
                </li>
              ))}
            </ul>
          </div>
        ) : null}
      </fieldset>
      {placement.placed && shows && !structure ? <Look row={row} top={top} when={shownFor} /> : null}
      <div className="form-foot start">
        <LinkButton to={`/components/${placement.component}`} icon="eye">Open</LinkButton>
        {allowed && placement.placed ? <LinkButton to={`/components/${placement.component}/${structure ? "outline" : "edit"}`} icon="edit">{structure ? "Outline" : "Edit"}</LinkButton> : null}
        {allowed ? <Button look="quiet" icon="trash" isDisabled={busy} onPress={remove}>Take out</Button> : null}
      </div>
    </section>
  );
}

/** The page as those see it for whom the outline is shown. */
function Look({ row, top, when }: { row: Row; top: string; when: string[] }) {
  const branch = useBranch();
  const [open, setOpen] = useState(false);
  const { component, shows } = row.placement;
  const query = new URLSearchParams({ ...on(branch), course: top });
  for (const one of when) query.append("when", one);
  const version = shows?.number ? `@${String(shows.number)}` : "";
  return (
    <details className="look" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>How it looks{when.length > 0 ? ` for ${when.join(", ")}` : ""}</summary>
      {open ? <Preview src={`/api/v1/components/${component}${version}/proof?${query.toString()}`} title={`How “${row.placement.title}” looks`} /> : null}
    </details>
  );
}
