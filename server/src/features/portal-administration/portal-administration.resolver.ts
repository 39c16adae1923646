import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import { ContactPayload, ContactView } from "../contacts/contact.results.js";
import { ChangeLoginEmailInput, ContactIdInput, ContactReasonInput } from "./portal-administration.inputs.js";
import type { PortalAdministration } from "./portal-administration.service.js";

@Resolver()
export class PortalAdministrationResolver {
  constructor(private readonly administration: PortalAdministration) {}

  @Allow({ team: "write", key: "ACCESS_RESET" })
  @Mutation(() => ContactPayload, {
    description:
      "Resets a client's 2FA: removes the secret, recovery codes, trusted devices and sessions; the password stays; the client is notified by mail. Requires ACCESS_RESET; team members also need a fresh sign-in or stepUp.",
  })
  resetTwoFactor(
    @Arg("input", () => ContactReasonInput, { description: "Whose 2FA to reset, and why." })
    input: ContactReasonInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ContactPayload, async () => ({
      contact: ContactView.of(await this.administration.resetTwoFactor(input, context)),
    }));
  }

  @Allow({ team: "write", key: "ACCESS_WRITE" })
  @Mutation(() => ContactPayload, {
    description: "Mails the client a link to choose a new password. Requires ACCESS_WRITE.",
  })
  sendPasswordReset(
    @Arg("input", () => ContactIdInput, { description: "The client to mail." }) input: ContactIdInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ContactPayload, async () => ({
      contact: ContactView.of(await this.administration.sendPasswordReset(input, context)),
    }));
  }

  @Allow({ team: "write", key: "ACCESS_WRITE" })
  @Mutation(() => ContactPayload, { description: "Ends the waits after too many failures. Requires ACCESS_WRITE." })
  unlockPortalAccount(
    @Arg("input", () => ContactIdInput, { description: "The client to unlock." }) input: ContactIdInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ContactPayload, async () => ({
      contact: ContactView.of(await this.administration.unlock(input, context)),
    }));
  }

  @Allow({ team: "write", key: "ACCESS_WRITE" })
  @Mutation(() => ContactPayload, { description: "Signs the client out everywhere. Requires ACCESS_WRITE." })
  revokePortalSessions(
    @Arg("input", () => ContactIdInput, { description: "The client to sign out." }) input: ContactIdInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ContactPayload, async () => ({
      contact: ContactView.of(await this.administration.revokeSessions(input, context)),
    }));
  }

  @Allow({ team: "write", key: "ACCESS_RESET" })
  @Mutation(() => ContactPayload, {
    description:
      "Changes a client's login email once the new address has confirmed by mail; the old one is notified. Requires ACCESS_RESET; team members also need a fresh sign-in or stepUp.",
  })
  changeLoginEmail(
    @Arg("input", () => ChangeLoginEmailInput, { description: "Whose email to change, and to what." })
    input: ChangeLoginEmailInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ContactPayload, async () => ({
      contact: ContactView.of(await this.administration.changeLoginEmail(input, context)),
    }));
  }

  @Allow({ team: "write", key: "ACCESS_RESET" })
  @Mutation(() => ContactPayload, {
    description:
      "Deletes the client's account; the contact stays. Requires ACCESS_RESET; team members also need a fresh sign-in or stepUp.",
  })
  deletePortalAccount(
    @Arg("input", () => ContactReasonInput, { description: "Whose account to delete, and why." })
    input: ContactReasonInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ContactPayload, async () => ({
      contact: ContactView.of(await this.administration.deleteAccount(input, context)),
    }));
  }
}
