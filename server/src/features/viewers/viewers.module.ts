import type { Platform } from "../../platform/platform.js";
import type { AccessRule } from "../access/access-rule.js";
import type { FeatureModule } from "../access/feature-module.js";
import { ViewerResolver } from "./viewer.resolver.js";
import type { Viewers } from "./viewers.service.js";

/** Who has sessions of their own: the team, and clients, also by a magic link alone. */
const ownSessionRule = { team: "read", portal: "any" } as const satisfies AccessRule;

export function viewersModule(_platform: Platform, { viewers }: { viewers: Viewers }) {
  return {
    resolvers: [new ViewerResolver(viewers)],
    nodes: { session: { allow: ownSessionRule, find: (id, { caller }) => viewers.findSession(caller, id) } },
  } satisfies FeatureModule;
}
