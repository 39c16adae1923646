import type { Route } from "../../platform/http/http-server.js";
import type { RecordedEvent } from "../work/unit-of-work.js";
import type { NodeSources } from "./node-source.js";

/**
 * What a feature adds to the server. Each `*.module.ts` exports a function `(platform, core) => …` that returns this.
 * `platform` is what any server has; of `core`, the services that several features share, it names those that it needs.
 */
export interface FeatureModule {
  /** Instances, one of each class. */
  resolvers?: readonly object[];
  /** How `node(id:)` finds the feature's objects. */
  nodes?: NodeSources;
  routes?: readonly Route[];
  /**
   * Background work: started once the server answers requests. When the server stops, what is under way is awaited until
   * the deadline, then aborted so that another instance does it again.
   */
  workers?: readonly { start?(): void; stop(deadline: AbortSignal): Promise<void> }[];
  /** Called after each commit with its events and the firms that have them, to look again or to count. Must not throw. */
  onEvents?(this: void, firmIds: readonly string[], events: readonly RecordedEvent[]): void;
  /** Called after each commit with new mail; the same applies. */
  onMail?(this: void): void;
}
