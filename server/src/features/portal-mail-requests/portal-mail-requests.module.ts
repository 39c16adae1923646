import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { MailAllowance } from "../limits/mail-allowance.js";
import type { SuppressedMails } from "../limits/suppressed-mails.service.js";
import type { Work } from "../work/unit-of-work.js";
import { PortalMailRequestResolver } from "./portal-mail-request.resolver.js";
import { PortalMailRequests } from "./portal-mail-requests.service.js";

interface PortalMailRequestsNeeds {
  work: Work;
  mailAllowance: MailAllowance;
  suppressed: SuppressedMails;
}

export function portalMailRequestsModule({ log }: Platform, core: PortalMailRequestsNeeds) {
  const requests = new PortalMailRequests({ ...core, log });
  return {
    resolvers: [new PortalMailRequestResolver(requests)],
    workers: [requests.worker],
  } satisfies FeatureModule;
}
