import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { ContactService } from "../contacts/contact.service.js";
import type { MagicLinkService } from "../magic-links/magic-link.service.js";
import type { Work } from "../work/unit-of-work.js";
import {
  ClientRequestResolver,
  ContactRequestsResolver,
  requestRule,
  ViewerRequestsResolver,
} from "./client-request.resolver.js";
import { ClientRequestService } from "./client-request.service.js";

export function clientRequestsModule(
  _platform: Platform,
  { work, contacts, magicLinks }: { work: Work; contacts: ContactService; magicLinks: MagicLinkService },
) {
  const requests = new ClientRequestService({ work, links: magicLinks });
  return {
    resolvers: [
      new ClientRequestResolver(requests, contacts),
      new ContactRequestsResolver(requests),
      new ViewerRequestsResolver(requests),
    ],
    nodes: { clientRequest: { allow: requestRule, find: (id, { caller }) => requests.findNode(caller, id) } },
  } satisfies FeatureModule;
}
