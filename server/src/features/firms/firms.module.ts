import type { Platform } from "../../platform/platform.js";
import { asFirmCaller } from "../callers/caller.js";
import type { FeatureModule } from "../access/feature-module.js";
import { FirmResolver } from "./firm.resolver.js";
import { firmRule } from "./firm.access.js";
import type { Firms } from "./firms.service.js";

export function firmsModule(_platform: Platform, { firms }: { firms: Firms }) {
  return {
    resolvers: [new FirmResolver(firms)],
    nodes: {
      firm: {
        allow: firmRule,
        find: async (id, { caller }) => (asFirmCaller(caller).firmId === id ? firms.find(id) : null),
      },
    },
  } satisfies FeatureModule;
}
