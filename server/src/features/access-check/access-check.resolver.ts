import { FieldResolver, Resolver, Root } from "type-graphql";
import { Allow } from "../access/allow.js";
import { ContactView } from "../contacts/contact.results.js";
import { contactsRule } from "../contacts/contact.access.js";
import { AccessFindingView } from "./access-check.results.js";
import type { AccessCheck } from "./access-check.service.js";

@Resolver(() => ContactView)
export class AccessCheckResolver {
  constructor(private readonly check: AccessCheck) {}

  @Allow(contactsRule)
  @FieldResolver(() => [AccessFindingView], {
    description:
      "Why this client may be unable to get in, most serious first; empty if nothing stands in the way. Considers the mode, account, lock, failures, links and mail as of now.",
  })
  accessFindings(@Root() contact: ContactView): Promise<AccessFindingView[]> {
    return this.check.of(contact);
  }
}
