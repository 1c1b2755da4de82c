/** What the host page holds; see host-page.js. */
interface Window {
  host: {
    calls: Call[];
    failCommit: boolean;
    fault: Fault | null;
    /** What the runtime held at the last commit that was really made. */
    kept: any;
    readManifest(xml: string): Manifest;
    launch(order: LaunchOrder): void;
    leave(): Promise<unknown>;
    cmi(): unknown;
  };
  course: {
    begin(xml: string): { id: string; title: string }[];
    go(request: "start" | "choice" | "continue" | "previous", target?: string): string | null;
    leave(): Promise<any>;
    status(id: string): import("./course.mjs").Status;
    root(): string;
  };
  Scorm12API: new (settings: object) => unknown;
  Scorm2004API: new (settings: object) => unknown;
}

type Standard = import("./host.mjs").Standard;
type Call = import("./host.mjs").Call;
type Manifest = import("./host.mjs").Manifest;
type Faults = import("./host.mjs").Faults;
type Via = import("./host.mjs").Via;
type LaunchOrder = import("./host.mjs").LaunchOrder;
type Misbehaviour = import("./host.mjs").Misbehaviour;
type Fault = import("./host.mjs").Fault;
