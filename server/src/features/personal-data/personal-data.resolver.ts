import { Arg, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import { ContactReasonInput } from "../portal-administration/portal-administration.inputs.js";
import type { ContactExport } from "./contact-export.service.js";
import { personalDataRule } from "./personal-data.access.js";
import { ContactDeletionView, DeletedContactPayload, ExportContactDataPayload } from "./personal-data.results.js";
import type { PersonalData } from "./personal-data.service.js";

@Resolver()
export class PersonalDataResolver {
  constructor(
    private readonly personalData: PersonalData,
    private readonly contactExport: ContactExport,
  ) {}

  @Allow(personalDataRule)
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

  @Allow(personalDataRule)
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

  @Allow(personalDataRule)
  @Mutation(() => ExportContactDataPayload, {
    description:
      "Exports everything that is kept about a contact's person, for the person: as data and as a page to read. Answers where to download both, by GET, within ten minutes. What somebody else has too (a login, an address) is left out, and so are secrets; the files say what is left out and why. It is an event. Requires ACCESS_RESET; team members also need a fresh sign-in or stepUp.",
  })
  exportContactData(
    @Arg("input", () => ContactReasonInput, {
      description: "Whose data to export, and why. The reason stays in the audit log, and is part of the export.",
    })
    input: ContactReasonInput,
    @Ctx() context: RequestContext,
  ): Promise<ExportContactDataPayload> {
    return answer(ExportContactDataPayload, async () => ({ download: await this.contactExport.begin(input, context) }));
  }
}
