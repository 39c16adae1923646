import type { CostOptions } from "../../platform/limits/limits.plugin.js";
import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { ApiKeys } from "../api-keys/api-keys.service.js";
import { fileHandler } from "../audit-export/audit-export.http.js";
import { ExportAccess } from "../audit-export/export-access.js";
import { exportOptions } from "../audit-export/export-options.js";
import type { RequestContext } from "../callers/request-context.js";
import type { RefusedActs } from "../limits/refused-acts.service.js";
import type { RequestContexts } from "../request-contexts/request-context.factory.js";
import type { Sessions } from "../sessions/sessions.service.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import type { Work } from "../work/unit-of-work.js";
import { CONTACT_DATA_PATH, ContactExport } from "./contact-export.service.js";
import { ExportTickets } from "./export-tickets.js";
import { PersonErasures } from "./person-erasures.js";
import { personalDataRule } from "./personal-data.access.js";
import { PersonalDataResolver } from "./personal-data.resolver.js";
import { PersonalData } from "./personal-data.service.js";

interface PersonalDataNeeds {
  work: Work;
  secondFactor: SecondFactor;
  sessions: Sessions;
  apiKeys: ApiKeys;
  refusedActs: RefusedActs;
  contexts: RequestContexts;
  costs: CostOptions<RequestContext>;
}

export function personalDataModule(
  { config, log, isAllowedOrigin }: Platform,
  { work, secondFactor, sessions, apiKeys, refusedActs, contexts, costs }: PersonalDataNeeds,
) {
  const { worker } = new PersonErasures({ work, log });
  const personalData = new PersonalData({ work, secondFactor, wakeErasures: () => worker.wake() });
  const exportAccess = new ExportAccess({ sessions, apiKeys, refusedActs }, personalDataRule);
  const tickets = new ExportTickets(config.keys);
  const contactExport = new ContactExport({ work, tickets, exportAccess });
  const options = exportOptions({ contexts, costs, isAllowedOrigin });
  return {
    resolvers: [new PersonalDataResolver(personalData, contactExport)],
    workers: [worker],
    routes: [
      {
        path: `${CONTACT_DATA_PATH}*`,
        method: "any",
        handle: fileHandler(options, ({ pathname }, context) => contactExport.file(pathname, context)),
      },
    ],
  } satisfies FeatureModule;
}
