import { Arg, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import type { AccessRule } from "../access/access-rule.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import { ContactReasonInput } from "../portal-administration/portal-administration.inputs.js";
import { ContactDeletionView, DeletedContactPayload } from "./personal-data.results.js";
import type { PersonalData } from "./personal-data.service.js";

/** Who may delete what is kept about a client, and see beforehand what that means. */
const deletionRule = { team: "write", key: "ACCESS_RESET" } as const satisfies AccessRule;

@Resolver()
export class PersonalDataResolver {
  constructor(private readonly personalData: PersonalData) {}

  @Allow(deletionRule)
  @Query(() => ContactDeletionView, {
    nullable: true,
    description:
      "What deleting a contact means, before it is done. Null if there is no such contact. Requires ACCESS_RESET.",
  })
  contactDeletion(
    @Arg("contactId", () => ID, { description: "The contact." }) contactId: string,
    @Ctx() context: RequestContext,
  ): Promise<ContactDeletionView | null> {
    return this.personalData.deletionOf(contactId, context);
  }

  @Allow(deletionRule)
  @Mutation(() => DeletedContactPayload, {
    description:
      "Deletes a contact with everything that is kept about the person: requests, links, mails, the login (unless another contact has it, see contactDeletion), and what events say about the person. Access ends at once, and it cannot be undone. The events stay, without the person, and a new one records the deletion. The owner of a deleted login is notified by mail. Requires ACCESS_RESET; team members also need a fresh sign-in or stepUp.",
  })
  deleteContact(
    @Arg("input", () => ContactReasonInput, {
      description: "Whom to delete, and why. The reason stays in the audit log: it should not name the person.",
    })
    input: ContactReasonInput,
    @Ctx() context: RequestContext,
  ): Promise<DeletedContactPayload> {
    return answer(DeletedContactPayload, () => this.personalData.delete(input, context));
  }
}
