import type { Platform } from "../../platform/platform.js";
import { asFirmCaller } from "../callers/caller.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { PortalLinks } from "../work/portal-links.js";
import type { Work } from "../work/unit-of-work.js";
import { RollOutMailer } from "./roll-out-mailer.js";
import { rollOutsRule, RollOutResolver } from "./roll-out.resolver.js";
import { RollOuts } from "./roll-outs.service.js";
import { RollOutsReadModel } from "./roll-outs.read-model.js";

export function rollOutModule({ log }: Platform, { work, links }: { work: Work; links: PortalLinks }) {
  const { worker } = new RollOutMailer({ work, log });
  const rollOuts = new RollOuts({ work, links, onChange: () => work.outsideGuards(() => worker.wake()) });
  const readModel = new RollOutsReadModel(work);
  return {
    resolvers: [new RollOutResolver(rollOuts, readModel)],
    nodes: {
      rollOut: { allow: rollOutsRule, find: (id, { caller }) => readModel.find(asFirmCaller(caller).firmId, id) },
    },
    workers: [worker],
  } satisfies FeatureModule;
}
