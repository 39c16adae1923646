import type { Platform } from "../../platform/platform.js";
import { asFirmCaller } from "../callers/caller.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Work } from "../work/unit-of-work.js";
import { WebhookDispatcher } from "./webhook-dispatcher.js";
import { webhookMetrics } from "./webhook-metrics.js";
import { endpointsRule, WebhooksResolver } from "./webhook.resolver.js";
import { Webhooks } from "./webhooks.service.js";

export function webhooksModule({ config, log, metrics, tracing }: Platform, { work }: { work: Work }) {
  const { keys, isProduction } = config;
  const addresses = { isProduction };
  const dispatcher = new WebhookDispatcher({
    work,
    keys,
    log,
    addresses,
    tracing,
    count: webhookMetrics(metrics, work),
  });
  const webhooks = new Webhooks({ work, keys, addresses, wake: () => work.outsideGuards(() => dispatcher.wake()) });
  return {
    resolvers: [new WebhooksResolver(webhooks)],
    nodes: {
      webhookEndpoint: { allow: endpointsRule, find: (id, { caller }) => webhooks.findNode(asFirmCaller(caller), id) },
    },
    workers: [dispatcher],
    onEvents: () => dispatcher.wake(),
  } satisfies FeatureModule;
}
