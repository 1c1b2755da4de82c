// Makes packages of a release: chosen by profile or by hand, checked, looked at, downloaded.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { type Schemas, api, data, tryPackage } from "../../api/client";
import { Badge, Button, Failure, Field, Panel, Spinner } from "../../ui/parts";
import { FORMAT, type Format } from "../../ui/words";
import { Findings, Refused } from "./Gate";
import { type ByHand, type How, address, asked } from "./how";

type Release = Schemas["ReleaseView"];

export function Publish({ release, allowed }: { release: Release; allowed: boolean }) {
  const profiles = useQuery({
    queryKey: ["profiles", release.library_key],
    queryFn: () => data(api.GET("/api/v1/components", { params: { query: { library: release.library_key, kind: "profile", limit: 200 } } })),
    enabled: allowed,
  });
  if (!allowed) return <Panel title="Publish"><p className="soft">Somebody with the role “publisher” can make packages of it.</p></Panel>;
  return (
    <Panel title="Publish">
      {profiles.isPending ? <Spinner /> : <Choice key={release.id} release={release} profiles={profiles.data?.items ?? []} />}
    </Panel>
  );
}

function Choice({ release, profiles }: { release: Release; profiles: Schemas["ComponentRow"][] }) {
  const [byHand, setByHand] = useState<ByHand>({ format: "scorm12", when: "", set: "" });
  // Nobody publishes for somebody else by not choosing.
  const [profile, setProfile] = useState<string>();
  const how: How = profile ?? byHand;
  return (
    <div className="form">
      <fieldset className="formats">
        <legend>How</legend>
        {profiles.map((one) => (
          <label key={one.id} className={`format ${profile === one.id ? "chosen" : ""}`}>
            <input type="radio" name="how" checked={profile === one.id} onChange={() => setProfile(one.id)} /> {one.title}
          </label>
        ))}
        <label className={`format ${profile === undefined ? "chosen" : ""}`}>
          <input type="radio" name="how" checked={profile === undefined} onChange={() => setProfile(undefined)} /> By hand
        </label>
      </fieldset>
      {profile === undefined ? (
        <div className="form">
          <Field label="Format">
            <select value={byHand.format} onChange={(event) => setByHand({ ...byHand, format: event.target.value as Format })}>
              {Object.entries(FORMAT).map(([format, words]) => <option key={format} value={format}>{words}</option>)}
            </select>
          </Field>
          <Field label="Only for" hint="audience=partner region=eu,uk; everybody when empty">
            <input value={byHand.when} spellCheck={false} onChange={(event) => setByHand({ ...byHand, when: event.target.value })} />
          </Field>
          <Field label="Variables" hint="One a line: partner.name=Tarrow Teas">
            <textarea rows={2} value={byHand.set} spellCheck={false} onChange={(event) => setByHand({ ...byHand, set: event.target.value })} />
          </Field>
        </div>
      ) : null}
      <Steps key={JSON.stringify(how)} release={release} how={how} />
    </div>
  );
}

/** Checks, shows and makes the package; begins anew whenever something else was chosen. */
function Steps({ release, how }: { release: Release; how: How }) {
  const client = useQueryClient();
  const [waived, setWaived] = useState<string[]>([]);
  const check = useMutation({
    mutationFn: () => data(api.POST("/api/v1/check", { body: { release: release.id, ...asked(how) } })),
  });
  const look = useMutation({
    mutationFn: async () => {
      // Opened at once, since browsers let only the press of a button open a window.
      const shown = window.open("about:blank", "_blank");
      try {
        const { url } = await data(api.POST("/api/v1/previews", { body: { release: release.id, ...asked(how) } }));
        if (!shown) return url;
        shown.opener = null;
        shown.location.replace(url);
      } catch (error) {
        shown?.close();
        throw error;
      }
      return undefined;
    },
  });
  const make = useMutation({
    mutationFn: (address: string) => tryPackage(address),
    onSuccess: (_, address) => {
      const link = document.createElement("a");
      link.href = address;
      link.download = "";
      link.click();
      setTimeout(() => void client.invalidateQueries({ queryKey: ["release", release.id, "packages"] }), 1500);
    },
  });
  const busy = check.isPending || look.isPending || make.isPending;
  return (
    <>
      <div className="form-foot start">
        <Button icon="check" isDisabled={busy} onPress={() => check.mutate()}>{check.isPending ? "Checking …" : "Check"}</Button>
        <Button icon="eye" isDisabled={busy} onPress={() => look.mutate()}>{look.isPending ? "Making …" : "Look at it"}</Button>
        <Button look="primary" icon="download" isDisabled={busy} onPress={() => make.mutate(address(release.id, how, waived))}>
          {make.isPending ? "Making and checking …" : "Download the package"}
        </Button>
        {make.isSuccess ? <Badge tone="good">Checked; the download has begun</Badge> : null}
      </div>
      {check.data ? (
        <Findings report={check.data} waived={waived} waive={(rule, is) => setWaived((all) => (is ? [...all, rule] : all.filter((one) => one !== rule)))} />
      ) : null}
      {look.data ? <p><a href={look.data} target="_blank" rel="noreferrer">Open the preview</a></p> : null}
      {check.isError ? <Failure error={check.error} /> : null}
      {look.isError ? <Failure error={look.error} /> : null}
      {make.isError ? <Refused error={make.error} /> : null}
    </>
  );
}
