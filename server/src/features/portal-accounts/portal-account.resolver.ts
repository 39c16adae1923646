import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import { answer, AcceptedPayload } from "../../platform/graphql/payloads.js";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Allow, ReadAlong } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import { accountRule } from "../contacts/contact.access.js";
import { TrustedDeviceView } from "../devices/trusted-device.results.js";
import type { TrustedDevices } from "../devices/trusted-devices.service.js";
import { SessionView } from "../sessions/session.results.js";
import type { Sessions } from "../sessions/sessions.service.js";
import type { ViewedSessions } from "../sessions/viewed-sessions.service.js";
import { ConfirmLoginEmailInput, CreatePortalAccountInput, ResetPasswordInput } from "./portal-account.inputs.js";
import { SignInPayload } from "../sign-in/sign-in.results.js";
import type { TwoFactorStatuses } from "../two-factor/two-factor-statuses.js";
import { TwoFactorStatusView } from "../two-factor/two-factor.results.js";
import { PortalAccountView } from "./portal-account.results.js";
import type { AccountCreation } from "./account-creation.service.js";
import type { PortalAccounts } from "./portal-accounts.service.js";
import { MailedTokenPreview } from "../mailed-tokens/mailed-token.results.js";

@Resolver()
export class PortalAccountsResolver {
  constructor(
    private readonly creation: AccountCreation,
    private readonly accounts: PortalAccounts,
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
}

@Resolver(() => PortalAccountView)
export class PortalAccountFieldsResolver {
  constructor(
    private readonly sessions: Sessions,
    private readonly viewedSessions: ViewedSessions,
    private readonly statuses: TwoFactorStatuses,
    private readonly devices: TrustedDevices,
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
  @FieldResolver(() => [SessionView], {
    name: "sessions",
    description:
      "The account's live sessions, newest first. A look of the firm's is an event, once in ten minutes: SESSIONS_VIEWED.",
  })
  async liveSessions(@Root() account: PortalAccountView, @Ctx() context: RequestContext): Promise<SessionView[]> {
    const { caller } = context;
    const isOwn = caller.kind === "CLIENT";
    const listed = await (isOwn ? this.sessions.list(account.id) : this.viewedSessions.of(account, context));
    return listed.map((session) => SessionView.of(session, isOwn ? caller.sessionId : null));
  }

  @Allow(accountRule)
  @FieldResolver(() => [TrustedDeviceView], {
    description:
      "The devices on which the client may sign in without the code, newest first. They have proven it before.",
  })
  trustedDevices(@Root() account: PortalAccountView, @Ctx() context: RequestContext): Promise<TrustedDeviceView[]> {
    return this.devices.ofAccount(account.id, context);
  }
}
