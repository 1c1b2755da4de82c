// Several placements at once: which versions they show, whom they are for, what they override.
import { useState } from "react";

import type { Schemas } from "../api/client";
import { Button, Field } from "../ui/parts";
import { count } from "../ui/words";
import { type Row, conditionText, conditions } from "./outline";

type Placement = Schemas["PlacementView"];
type Edit = Schemas["PlacementEdit"];

export function SeveralPanel({
  rows, allowed, busy, edit, cut, copy, remove, close,
}: {
  rows: Row[]; allowed: boolean; busy: boolean; edit: (edits: (placement: Placement) => Edit[], says: string) => void;
  cut: () => void; copy: () => void; remove: () => void; close: () => void;
}) {
  const follows = new Set(rows.map(({ placement }) => placement.policy.follow));
  const whens = new Set(rows.map(({ placement }) => conditionText(placement.when)));
  const [when, setWhen] = useState(whens.size === 1 ? [...whens][0] ?? "" : "");
  const overridden = rows.filter(({ placement }) => (placement.overrides ?? []).length > 0).length;
  const said = count(rows.length, "placement");
  const follow = (value: string) => {
    if (value === "latest" || value === "approved" || value === "pinned") {
      edit(({ slot }) => [{ edit: "follow", slot, policy: { follow: value } }], `${said} follow another version`);
    }
  };
  const narrow = () => {
    const next = conditions(when);
    edit(({ slot, when: now }) => (conditionText(now) === conditionText(next) ? [] : [{ edit: "conditions", slot, when: next }]), `${said} show for others`);
  };
  return (
    <section className="placement" aria-label="Several placements">
      <header>
        <h2>{said}</h2>
        <Button small look="quiet" icon="close" aria-label="Choose one again" onPress={close} />
      </header>
      <fieldset disabled={!allowed || busy} className="form">
        <Field label="Show">
          <select value={follows.size === 1 ? [...follows][0] : ""} onChange={(event) => follow(event.target.value)}>
            {follows.size === 1 && !follows.has("release") ? null : <option value="" disabled>different versions</option>}
            <option value="latest">the latest version</option>
            <option value="approved">the newest approved version</option>
            <option value="pinned">what they show now, for good</option>
          </select>
        </Field>
        <Field label="Only for" hint={whens.size > 1 ? "They differ now; this would set all of them" : "audience=partner region=eu,uk; everybody when empty"}>
          <span className="with-action">
            <input value={when} spellCheck={false} onChange={(event) => setWhen(event.target.value)} onKeyDown={(event) => { if (event.key === "Enter") narrow(); }} />
            <Button small isDisabled={whens.size === 1 && whens.has(conditionText(conditions(when)))} onPress={narrow}>Set</Button>
          </span>
        </Field>
        {overridden > 0 ? (
          <Button icon="undo" onPress={() => edit(({ slot, overrides = [] }) => overrides.map(({ name }) => ({ edit: "reset", slot, name })), `overrides of ${said} reset`)}>
            Reset the overrides of {overridden}
          </Button>
        ) : null}
      </fieldset>
      {allowed ? (
        <div className="form-foot start">
          <Button onPress={cut} isDisabled={busy}>Cut</Button>
          <Button onPress={copy}>Copy</Button>
          <Button look="quiet" icon="trash" isDisabled={busy} onPress={remove}>Take out</Button>
        </div>
      ) : null}
    </section>
  );
}
