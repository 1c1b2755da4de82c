// What describes a component without being shown, as a form.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { type Schemas, api, data, tagOf } from "../../api/client";
import { on } from "../../api/queries";
import { useBranch } from "../../app/branch";
import { useMay } from "../../app/rights";
import { Button, Failure, Field, useSay } from "../../ui/parts";
import type { View } from "./ComponentPage";

type Metadata = Schemas["Metadata"];
const DIFFICULTIES: Schemas["Difficulty"][] = ["very_easy", "easy", "medium", "difficult", "very_difficult"];

function list(text: string): string[] {
  return [...new Set(text.split(",").map((one) => one.trim()).filter(Boolean))];
}

/** The form as a document: what is empty is left out. */
export function written(form: FormData, before: Metadata): Metadata {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const minutes = Number(text("duration_minutes"));
  const next: Record<string, unknown> = {
    ...(before.custom ? { custom: before.custom } : {}),
    description: text("description"), licence: text("licence"), attribution: text("attribution"), difficulty: text("difficulty"),
    tags: list(text("tags")), keywords: list(text("keywords")), audience: list(text("audience")),
    duration_minutes: minutes > 0 ? minutes : undefined,
  };
  return Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0)));
}

export function MetadataTab({ view }: { view: View }) {
  const { metadata, component: one, revision } = view;
  const client = useQueryClient();
  const branch = useBranch();
  const may = useMay();
  const say = useSay();
  const [changed, setChanged] = useState(false);
  const allowed = may("write", one.library);
  const save = useMutation({
    mutationFn: (next: Metadata) =>
      data(
        api.PUT("/api/v1/components/{reference}", {
          params: { path: { reference: one.id }, query: on(branch), header: { "If-Match": tagOf(revision.id) } },
          body: { metadata: next as Record<string, never>, message: "metadata" },
        }),
      ),
    onSuccess: () => {
      setChanged(false);
      say("Saved.");
      void client.invalidateQueries({ queryKey: ["component", one.id] });
    },
  });
  return (
    <form
      key={revision.id} className="form metadata" onChange={() => setChanged(true)}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(written(new FormData(event.currentTarget), metadata));
      }}
    >
      <fieldset disabled={!allowed}>
        <Field label="Description"><textarea name="description" rows={3} defaultValue={metadata.description ?? ""} /></Field>
        <Field label="Tags" hint="Separated by commas"><input name="tags" defaultValue={metadata.tags?.join(", ")} /></Field>
        <Field label="Keywords" hint="Separated by commas"><input name="keywords" defaultValue={metadata.keywords?.join(", ")} /></Field>
        <Field label="Audience" hint="Separated by commas"><input name="audience" defaultValue={metadata.audience?.join(", ")} /></Field>
        <div className="field-row">
          <Field label="Difficulty">
            <select name="difficulty" defaultValue={metadata.difficulty ?? ""}>
              <option value="">Not said</option>
              {DIFFICULTIES.map((one) => <option key={one} value={one}>{one.replaceAll("_", " ")}</option>)}
            </select>
          </Field>
          <Field label="Minutes"><input name="duration_minutes" type="number" min={1} defaultValue={metadata.duration_minutes ?? ""} /></Field>
        </div>
        <div className="field-row">
          <Field label="Licence"><input name="licence" placeholder="CC-BY-4.0" defaultValue={metadata.licence ?? ""} /></Field>
          <Field label="Attribution"><input name="attribution" defaultValue={metadata.attribution ?? ""} /></Field>
        </div>
        {save.isError ? <Failure error={save.error} /> : null}
        {allowed ? <Button type="submit" look="primary" isDisabled={!changed || save.isPending}>Save metadata</Button> : <p className="soft">You may read this, not change it.</p>}
      </fieldset>
    </form>
  );
}
