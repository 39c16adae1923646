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
import { answer, AcceptedPayload } from "../../platform/graphql/payloads.js";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Allow, ReadAlong } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
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
import { SignInPayload } from "../sign-in/sign-in.results.js";
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

@ObjectType({ description: "What a mailed token would do. Asking changes nothing." })
class MailedTokenPreview {
  @Field(() => MailedTokenPurpose, { description: "Which mutation takes it." })
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
    description: "What a mailed token would do; null when it is wrong, expired or spent. Changes nothing.",
  })
  async mailedToken(@Arg("token", () => String, { description: "From the mail." }) token: string) {
    const preview = await this.accounts.previewToken(token);
    return preview && Object.assign(new MailedTokenPreview(), preview);
  }

  @Allow("anyone")
  @Mutation(() => AcceptedPayload, {
    description:
      "Mails a confirmation link if the email is a contact's without an account. Answers alike, in the same time, whatever happened.",
  })
  requestPortalAccount(
    @Arg("input", () => PortalEmailInput, { description: "Where, and whose." }) input: PortalEmailInput,
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
      "With a confirmationToken from a mail (invite or request), or from a magic-link session (then the token is left out).",
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
      "Mails a link to choose a new password, if the email has an account. Answers alike, whatever happened.",
  })
  requestPasswordReset(
    @Arg("input", () => PortalEmailInput, { description: "Where, and whose." }) input: PortalEmailInput,
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
      "Ends every session; 2FA stays as it was and is still asked. ACCOUNT_LOCKED: the new password is set and the token spent, and signing in waits until the second factor is unlocked.",
  })
  resetPassword(
    @Arg("input", () => ResetPasswordInput, { description: "The proof and the password." }) input: ResetPasswordInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(SignInPayload, async () => ({ result: await this.accounts.resetPassword(input, context) }));
  }

  @Allow("anyone")
  @Mutation(() => AcceptedPayload, {
    description: "The new login email's owner confirms; every session of the account ends.",
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
      "Edit login details > reset 2FA: secret, recovery codes, trusted devices and sessions go; the password stays; the client is told by mail. ACCESS_RESET; people need a fresh sign-in or stepUp.",
  })
  resetTwoFactor(
    @Arg("input", () => ContactReasonInput, { description: "Whose, and why." }) input: ContactReasonInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ContactPayload, async () => ({
      contact: ContactView.of(await this.administration.resetTwoFactor(input, context)),
    }));
  }

  @Allow({ team: "write", key: "ACCESS_WRITE" })
  @Mutation(() => ContactPayload, { description: "Mails the client a link to choose a new password. ACCESS_WRITE." })
  sendPasswordReset(
    @Arg("input", () => ContactIdInput, { description: "Whose." }) input: ContactIdInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ContactPayload, async () => ({
      contact: ContactView.of(await this.administration.sendPasswordReset(input, context)),
    }));
  }

  @Allow({ team: "write", key: "ACCESS_WRITE" })
  @Mutation(() => ContactPayload, { description: "Ends the waits after too many failures. ACCESS_WRITE." })
  unlockPortalAccount(
    @Arg("input", () => ContactIdInput, { description: "Whose." }) input: ContactIdInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ContactPayload, async () => ({
      contact: ContactView.of(await this.administration.unlock(input, context)),
    }));
  }

  @Allow({ team: "write", key: "ACCESS_WRITE" })
  @Mutation(() => ContactPayload, { description: "Signs the client out everywhere. ACCESS_WRITE." })
  revokePortalSessions(
    @Arg("input", () => ContactIdInput, { description: "Whose." }) input: ContactIdInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ContactPayload, async () => ({
      contact: ContactView.of(await this.administration.revokeSessions(input, context)),
    }));
  }

  @Allow({ team: "write", key: "ACCESS_RESET" })
  @Mutation(() => ContactPayload, {
    description:
      "Takes effect when the new address confirms by mail; the old one is told. ACCESS_RESET; people need a fresh sign-in or stepUp.",
  })
  changeLoginEmail(
    @Arg("input", () => ChangeLoginEmailInput, { description: "Whose, and to what." }) input: ChangeLoginEmailInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ContactPayload, async () => ({
      contact: ContactView.of(await this.administration.changeLoginEmail(input, context)),
    }));
  }

  @Allow({ team: "write", key: "ACCESS_RESET" })
  @Mutation(() => ContactPayload, {
    description:
      "Deletes the client's account; the contact stays. ACCESS_RESET; people need a fresh sign-in or stepUp.",
  })
  deletePortalAccount(
    @Arg("input", () => ContactReasonInput, { description: "Whose, and why." }) input: ContactReasonInput,
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
  @FieldResolver(() => DateTime, { nullable: true, description: "Null or past: not locked." })
  lockedUntil(@Root() account: PortalAccountView, @Ctx() context: RequestContext): Promise<number | null> {
    return this.statuses.lockedUntil(account.id, context);
  }

  @Allow(accountRule)
  @FieldResolver(() => [SessionView], { name: "sessions", description: "The live ones, newest first." })
  async liveSessions(@Root() account: PortalAccountView, @Ctx() { caller }: RequestContext): Promise<SessionView[]> {
    const current = caller.kind === "CLIENT" ? caller.sessionId : null;
    return (await this.sessions.list(account.id)).map((session) => SessionView.of(session, current));
  }
}
