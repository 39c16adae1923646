import type { Route } from "../../platform/http/http-server.js";
import type { NodeSources } from "./node-source.js";

/**
 * What a feature adds to the server. Each exports a function `(platform, core) => …` of this from its `*.module.ts`; `platform` is what
 * any server has, and of `core`, the services that several features share, it names those that it needs.
 */
export interface FeatureModule {
  /** Instances, one of each class. */
  resolvers?: readonly object[];
  /** What `node(id:)` finds of it. */
  nodes?: NodeSources;
  routes?: readonly Route[];
  /** What goes on beside the requests: started once the server answers, and waited for when it stops. */
  workers?: readonly { start?(): void; stop(): Promise<void> }[];
  /** Called after each commit with the firms that have new events. Says only "look again", and must not throw. */
  onEvents?(this: void, firmIds: readonly string[]): void;
  /** Called after each commit with new mail, likewise. */
  onMail?(this: void): void;
}
