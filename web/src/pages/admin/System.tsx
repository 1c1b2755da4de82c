// How the server fares: its stores, and how far the search index is.
import { useQuery } from "@tanstack/react-query";

import { api, data } from "../../api/client";
import { Answer, Badge, Panel } from "../../ui/parts";
import { bytes, count } from "../../ui/words";

const EVERY = 5000;

export function System() {
  const found = useQuery({ queryKey: ["system"], queryFn: () => data(api.GET("/api/v1/system")), refetchInterval: EVERY });
  return (
    <Answer of={found}>
      {(system) => {
        const behind = system.index ? Math.max(0, system.index.last_event - system.index.position) : 0;
        return (
          <div className="cards system-cards">
            <Panel title="Search index" actions={!system.index ? <Badge tone="bad">cannot be read</Badge> : behind > 0 ? <Badge tone="heed">catching up</Badge> : <Badge tone="good">current</Badge>}>
              {system.index ? (
                <dl className="system">
                  <div><dt>Behind</dt><dd>{behind > 0 ? count(behind, "event") : "by nothing"}</dd></div>
                  <div><dt>At event</dt><dd>{system.index.position.toLocaleString()} of {system.index.last_event.toLocaleString()}</dd></div>
                  <div><dt>Holds</dt><dd>{count(system.index.documents, "component")}</dd></div>
                  <div><dt>Size</dt><dd>{bytes(system.index.bytes)}</dd></div>
                </dl>
              ) : <p>Searches fail until it can be read; saving and publishing go on. The server’s log says why, and <code>lcms reindex</code> makes it anew.</p>}
            </Panel>
            <Panel title="Storage">
              <dl className="system">
                <div><dt>Database</dt><dd>{system.database}, {bytes(system.database_bytes)}</dd></div>
                <div><dt>Files</dt><dd>{count(system.blobs, "file")}, {bytes(system.blob_bytes)} in {system.files === "S3" ? "an S3 store" : "a folder"}</dd></div>
              </dl>
            </Panel>
            <Panel title="Content">
              <dl className="system">
                <div><dt>Components</dt><dd>{system.components.toLocaleString()}</dd></div>
                <div><dt>Revisions</dt><dd>{system.revisions.toLocaleString()}</dd></div>
                <div><dt>Releases</dt><dd>{system.releases.toLocaleString()}</dd></div>
                <div><dt>Packages</dt><dd>{system.packages.toLocaleString()}</dd></div>
                <div><dt>Events</dt><dd>{system.last_event.toLocaleString()}</dd></div>
              </dl>
            </Panel>
            <Panel title="Program">
              <dl className="system">
                <div><dt>Version</dt><dd>lcms {system.version}</dd></div>
                <div><dt>API</dt><dd><a href="/docs/">Documentation</a></dd></div>
                <div><dt>For monitoring</dt><dd><code>/healthz</code> <code>/readyz</code> <code>/metrics</code></dd></div>
              </dl>
            </Panel>
          </div>
        );
      }}
    </Answer>
  );
}
