import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  Mutation,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
  Root,
} from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Allow, ReadAlong } from "../access/allow.js";
import type { RequestContext } from "../access/request-context.js";
import { ContactPayload, ContactView } from "../contacts/contact.results.js";
import { accountRule } from "../contacts/contact.rules.js";
import { PortalFirmView } from "../firms/firm.results.js";
import { SessionView } from "../sessions/session.results.js";
import type { SessionService } from "../sessions/session.service.js";
import {
  ConfirmLoginEmailInput,
  CreatePortalAccountInput,
  PortalEmailInput,
  ResetPasswordInput,
} from "../sign-in/sign-in.inputs.js";
import { AcceptedPayload, SignInPayload } from "../sign-in/sign-in.results.js";
import type { TwoFactorStatuses } from "../two-factor/two-factor-statuses.js";
import { TwoFactorStatusView } from "../two-factor/two-factor.results.js";
import { ChangeLoginEmailInput, ContactIdInput, ContactReasonInput } from "./portal-account.inputs.js";
import { PortalAccountView } from "./portal-account.results.js";
import type { AccountCreation } from "./account-creation.service.js";
import type { PortalAccounts } from "./portal-accounts.service.js";
import type { PortalAdministration } from "./portal-administration.service.js";

const MailedTokenPurpose = {
  CREATE_ACCOUNT: "CREATE_ACCOUNT",
  RESET_PASSWORD: "RESET_PASSWORD",
  CONFIRM_EMAIL: "CONFIRM_EMAIL",
  REPORT_NOT_ME: "REPORT_NOT_ME",
  CHOOSE_TEAM_PASSWORD: "CHOOSE_TEAM_PASSWORD",
} as const;
registerEnumType(MailedTokenPurpose, {
  name: "MailedTokenPurpose",
  description: "What a mailed token is for.",
  valuesConfig: {
    CREATE_ACCOUNT: { description: "createPortalAccount" },
    RESET_PASSWORD: { description: "resetPassword" },
    CONFIRM_EMAIL: { description: "confirmLoginEmail" },
    REPORT_NOT_ME: { description: "reportNotMe" },
    CHOOSE_TEAM_PASSWORD: { description: "chooseTeamPassword" },
  },
});

@ObjectType({ description: "What a mailed token would do. Looking at it changes nothing." })
class MailedTokenPreview {
  @Field(() => MailedTokenPurpose, { description: "The mutation that accepts the token." })
  purpose: keyof typeof MailedTokenPurpose;
  @Field(() => PortalFirmView, { description: "The firm." }) firm: PortalFirmView;
  @Field(() => String, { description: "The address it was sent to, masked." }) maskedEmail: string;
}

@Resolver()
export class PortalAccountsResolver {
  constructor(
    private readonly creation: AccountCreation,
    private readonly accounts: PortalAccounts,
    private readonly administration: PortalAdministration,
  ) {}

  @Allow("anyone")
  @Query(() => MailedTokenPreview, {
    nullable: true,
    description: "What a mailed token would do; null if it is wrong, expired or spent. Changes nothing.",
  })
  async mailedToken(@Arg("token", () => String, { description: "From the mail." }) token: string) {
    const preview = await this.accounts.previewToken(token);
    return preview && Object.assign(new MailedTokenPreview(), preview);
  }

  @Allow("anyone")
  @Mutation(() => AcceptedPayload, {
    description:
      "Mails a confirmation link if the email belongs to a contact without an account. The response and its timing are the same in every case.",
  })
  requestPortalAccount(
    @Arg("input", () => PortalEmailInput, { description: "The firm and the client's address." })
    input: PortalEmailInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(AcceptedPayload, async () => {
      await this.accounts.requestMail("ACCOUNT_REQUEST", input, context);
      return { accepted: true };
    });
  }

  @Allow("anyone")
  @Mutation(() => SignInPayload, {
    description:
      "Creates a client's account, with the `confirmationToken` from a mail (invitation or request), or in a magic-link session (without the token).",
  })
  createPortalAccount(
    @Arg("input", () => CreatePortalAccountInput, { description: "The proof and the password." })
    input: CreatePortalAccountInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(SignInPayload, async () => ({ result: await this.creation.create(input, context) }));
  }

  @Allow("anyone")
  @Mutation(() => AcceptedPayload, {
    description:
      "Mails a link to choose a new password if the email has an account. The response is the same in every case.",
  })
  requestPasswordReset(
    @Arg("input", () => PortalEmailInput, { description: "The firm and the client's address." })
    input: PortalEmailInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(AcceptedPayload, async () => {
      await this.accounts.requestMail("PASSWORD_RESET", input, context);
      return { accepted: true };
    });
  }

  @Allow("anyone")
  @Mutation(() => SignInPayload, {
    description:
      "Sets a new password by the mailed link and ends every session. 2FA stays as it was and is still required. ACCOUNT_LOCKED: the new password is set and the token spent, but signing in must wait until the second factor is unlocked.",
  })
  resetPassword(
    @Arg("input", () => ResetPasswordInput, { description: "The proof and the password." }) input: ResetPasswordInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(SignInPayload, async () => ({ result: await this.accounts.resetPassword(input, context) }));
  }

  @Allow("anyone")
  @Mutation(() => AcceptedPayload, {
    description: "Confirms the new login email from its own mailbox. Every session of the account ends.",
  })
  confirmLoginEmail(
    @Arg("input", () => ConfirmLoginEmailInput, { description: "The mailed token." }) input: ConfirmLoginEmailInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(AcceptedPayload, async () => {
      await this.accounts.confirmLoginEmail(input, context);
      return { accepted: true };
    });
  }

  @Allow({ team: "write", key: "ACCESS_RESET" })
  @Mutation(() => ContactPayload, {
    description:
      "Resets a client's 2FA: removes the secret, recovery codes, trusted devices and sessions; the password stays; the client is notified by mail. Requires ACCESS_RESET; team members also need a fresh sign-in or stepUp.",
  })
  resetTwoFactor(
    @Arg("input", () => ContactReasonInput, { description: "Whose 2FA to reset, and why." }) input: ContactReasonInput,
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

@Resolver(() => PortalAccountView)
export class PortalAccountFieldsResolver {
  constructor(
    private readonly sessions: SessionService,
    private readonly statuses: TwoFactorStatuses,
  ) {}

  @Allow(accountRule)
  @ReadAlong(({ secondFactor }: PortalAccountView) => secondFactor && TwoFactorStatusView.of(secondFactor))
  @FieldResolver(() => TwoFactorStatusView, { description: "The account's second factor." })
  twoFactor(@Root() account: PortalAccountView, @Ctx() context: RequestContext): Promise<TwoFactorStatusView> {
    return this.statuses.of(account.firmId, account.id, context);
  }

  @Allow(accountRule)
  @ReadAlong(({ secondFactor }: PortalAccountView) => secondFactor?.lockedUntil)
  @FieldResolver(() => DateTime, {
    nullable: true,
    description: "Until when the second factor is locked; null or past: it is not.",
  })
  lockedUntil(@Root() account: PortalAccountView, @Ctx() context: RequestContext): Promise<number | null> {
    return this.statuses.lockedUntil(account.id, context);
  }

  @Allow(accountRule)
  @FieldResolver(() => [SessionView], { name: "sessions", description: "The account's live sessions, newest first." })
  async liveSessions(@Root() account: PortalAccountView, @Ctx() { caller }: RequestContext): Promise<SessionView[]> {
    const current = caller.kind === "CLIENT" ? caller.sessionId : null;
    return (await this.sessions.list(account.id)).map((session) => SessionView.of(session, current));
  }
}
