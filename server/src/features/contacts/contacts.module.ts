import type { Platform } from "../../platform/platform.js";
import { asFirmCaller } from "../callers/caller.js";
import type { FeatureModule } from "../access/feature-module.js";
import { AccountContactsResolver, ContactConnectionResolver, ContactResolver } from "./contact.resolver.js";
import { accountRule, contactsRule } from "./contact.access.js";
import { ContactEmailChangeResolver } from "./contact-email-change.resolver.js";
import { ContactEmailChanges } from "./contact-email-changes.service.js";
import type { Work } from "../work/unit-of-work.js";
import type { Contacts } from "./contacts.service.js";

export function contactsModule(_platform: Platform, { work, contacts }: { work: Work; contacts: Contacts }) {
  return {
    resolvers: [
      new ContactResolver(contacts),
      new ContactConnectionResolver(),
      new AccountContactsResolver(contacts),
      new ContactEmailChangeResolver(new ContactEmailChanges(work), contacts),
    ],
    nodes: {
      contact: { allow: contactsRule, find: (id, { caller }) => contacts.find(asFirmCaller(caller).firmId, { id }) },
      portalAccount: { allow: accountRule, find: (id, { caller }) => contacts.findAccount(caller, id) },
    },
  } satisfies FeatureModule;
}
