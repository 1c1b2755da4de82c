// Records that a release is live in a target.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { type Schemas, api, data } from "../../api/client";
import { targets } from "../../api/queries";
import { Answer, Button, Failure, Field, Link, Sheet, useSay } from "../../ui/parts";

export function Deploy({ release, close }: { release: Schemas["ReleaseView"]; close: () => void }) {
  const list = useQuery(targets);
  const client = useQueryClient();
  const say = useSay();
  const start = useMutation({
    mutationFn: (body: Schemas["NewDeployment"]) => data(api.POST("/api/v1/deployments", { body })),
    onSuccess: (made) => {
      say(`${made.name} is recorded as live in ${made.target}.`);
      void client.invalidateQueries({ queryKey: ["deployments"] });
      close();
    },
  });
  return (
    <Sheet title="Record a deployment" open onClose={close}>
      <Answer of={list}>
        {({ items }) => items.filter((one) => !one.retired).length === 0 ? (
          <p>There is no target yet. <Link to="/deployments" onClick={close}>Add the LMS that takes packages</Link> first.</p>
        ) : (
          <form
            className="form"
            onSubmit={(event) => {
              event.preventDefault();
              const form = new FormData(event.currentTarget);
              start.mutate({ target: String(form.get("target")), release: release.id, note: String(form.get("note")) });
            }}
          >
            <p>The package of this release was uploaded to an LMS: from now on the register says so. What ran there before ends.</p>
            <Field label="Target"><select name="target">{items.filter((one) => !one.retired).map((one) => <option key={one.id} value={one.key}>{one.title}</option>)}</select></Field>
            <Field label="Note"><input name="note" /></Field>
            {start.isError ? <Failure error={start.error} /> : null}
            <div className="form-foot"><Button onPress={close}>Cancel</Button><Button type="submit" look="primary" isDisabled={start.isPending}>Record</Button></div>
          </form>
        )}
      </Answer>
    </Sheet>
  );
}
