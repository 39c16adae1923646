import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Contacts } from "../contacts/contacts.service.js";
import type { MagicLinks } from "../magic-links/magic-links.service.js";
import type { Work } from "../work/unit-of-work.js";
import {
  ClientRequestResolver,
  ContactRequestsResolver,
  requestRule,
  ViewerRequestsResolver,
} from "./client-request.resolver.js";
import { ClientRequests } from "./client-requests.service.js";

export function clientRequestsModule(
  _platform: Platform,
  { work, contacts, magicLinks }: { work: Work; contacts: Contacts; magicLinks: MagicLinks },
) {
  const requests = new ClientRequests({ work, links: magicLinks });
  return {
    resolvers: [
      new ClientRequestResolver(requests, contacts),
      new ContactRequestsResolver(requests),
      new ViewerRequestsResolver(requests),
    ],
    nodes: { clientRequest: { allow: requestRule, find: (id, { caller }) => requests.findNode(caller, id) } },
  } satisfies FeatureModule;
}
