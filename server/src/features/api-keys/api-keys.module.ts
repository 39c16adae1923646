import type { Platform } from "../../platform/platform.js";
import { asFirmCaller } from "../callers/caller.js";
import type { FeatureModule } from "../access/feature-module.js";
import { apiKeysRule, ApiKeysResolver } from "./api-key.resolver.js";
import type { ApiKeys } from "./api-keys.service.js";

export function apiKeysModule(_platform: Platform, { apiKeys }: { apiKeys: ApiKeys }) {
  return {
    resolvers: [new ApiKeysResolver(apiKeys)],
    nodes: {
      apiKey: { allow: apiKeysRule, find: (id, { caller }) => apiKeys.findNode(asFirmCaller(caller), id) },
    },
    workers: [{ stop: () => apiKeys.settle() }],
  } satisfies FeatureModule;
}
