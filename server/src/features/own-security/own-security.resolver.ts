import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import {
  BeginTwoFactorEnrollmentPayload,
  DisableTwoFactorPayload,
  RecoveryCodesPayload,
  StepUpPayload,
  ChangePasswordPayload,
  ConfirmTwoFactorEnrollmentPayload,
  RevokeSessionPayload,
  SignOutEverywherePayload,
  SignOutPayload,
} from "./own-security.results.js";
import type { OwnCredentials } from "./own-credentials.service.js";
import type { OwnEnrollment } from "./own-enrollment.service.js";
import type { OwnSecondFactor } from "./own-second-factor.service.js";
import {
  BeginTwoFactorEnrollmentInput,
  ChangePasswordInput,
  CodeInput,
  ConfirmTwoFactorEnrollmentInput,
  RevokeSessionInput,
  StepUpInput,
} from "./own-security.inputs.js";

/** A team member or a client: anybody with a password. */
const personRule = { team: "read", portal: "account" } as const;

@Resolver()
export class OwnSecurityResolver {
  constructor(
    private readonly ownEnrollment: OwnEnrollment,
    private readonly ownSecondFactor: OwnSecondFactor,
    private readonly ownCredentials: OwnCredentials,
  ) {}

  @Allow("anyone")
  @Mutation(() => SignOutPayload, { description: "Ends the caller's session." })
  signOut(@Ctx() context: RequestContext) {
    return answer(SignOutPayload, async () => {
      await this.ownCredentials.signOut(context);
      return {};
    });
  }

  @Allow("anyone")
  @Mutation(() => BeginTwoFactorEnrollmentPayload, {
    description:
      "Returns a new authenticator secret, which is inactive until confirmed. Starting again replaces a pending secret, never an active one. For a signed-in caller who has not proven the mailbox in the last 10 minutes, the first call mails a code and returns EMAIL_CODE_REQUIRED; the next call passes it. A caller who replaces an authenticator passes currentCode instead.",
  })
  beginTwoFactorEnrollment(
    @Arg("input", () => BeginTwoFactorEnrollmentInput, { description: "What proves the caller." })
    input: BeginTwoFactorEnrollmentInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(BeginTwoFactorEnrollmentPayload, async () => ({
      enrollment: await this.ownEnrollment.begin(input, context),
    }));
  }

  @Allow("anyone")
  @Mutation(() => ConfirmTwoFactorEnrollmentPayload, {
    description:
      "Confirms the new authenticator. Only this response shows the recovery codes. Signs the client in if an enrollmentToken was passed.",
  })
  confirmTwoFactorEnrollment(
    @Arg("input", () => ConfirmTwoFactorEnrollmentInput, { description: "The first code." })
    input: ConfirmTwoFactorEnrollmentInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ConfirmTwoFactorEnrollmentPayload, () => this.ownEnrollment.confirm(input, context));
  }

  @Allow(personRule)
  @Mutation(() => RecoveryCodesPayload, {
    description: "Creates ten new recovery codes and voids the older ones. Requires a fresh sign-in or stepUp.",
  })
  regenerateRecoveryCodes(
    @Arg("input", () => CodeInput, { description: "A current code." }) input: CodeInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(RecoveryCodesPayload, async () => ({
      recoveryCodes: await this.ownSecondFactor.regenerateRecoveryCodes(input, context),
    }));
  }

  @Allow(personRule)
  @Mutation(() => DisableTwoFactorPayload, {
    description: "Switches the caller's 2FA off, if the firm allows that. Requires a fresh sign-in or stepUp.",
  })
  disableTwoFactor(
    @Arg("input", () => CodeInput, { description: "A current code." }) input: CodeInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(DisableTwoFactorPayload, async () => ({
      twoFactor: await this.ownSecondFactor.disable(input, context),
    }));
  }

  @Allow(personRule)
  @Mutation(() => ChangePasswordPayload, {
    description:
      "Changes the caller's password and ends every other session. If 2FA is on, requires a fresh sign-in or stepUp.",
  })
  changePassword(
    @Arg("input", () => ChangePasswordInput, { description: "The current and the new password." })
    input: ChangePasswordInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ChangePasswordPayload, async () => ({
      session: await this.ownCredentials.changePassword(input, context),
    }));
  }

  @Allow(personRule)
  @Mutation(() => RevokeSessionPayload, { description: "Ends one of the caller's own sessions." })
  revokeSession(
    @Arg("input", () => RevokeSessionInput, { description: "The session to end." }) input: RevokeSessionInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(RevokeSessionPayload, async () => ({
      revokedSessionId: await this.ownCredentials.revokeSession(input, context),
    }));
  }

  @Allow(personRule)
  @Mutation(() => SignOutEverywherePayload, {
    description:
      "Signs the caller out everywhere else: ends every other session, and the trust in every device, also in this one. The caller's session continues.",
  })
  signOutEverywhere(@Ctx() context: RequestContext) {
    return answer(SignOutEverywherePayload, () => this.ownCredentials.signOutEverywhere(context));
  }

  @Allow(personRule)
  @Mutation(() => StepUpPayload, {
    description:
      "Proves the caller's identity again, for 10 minutes. A fresh sign-in counts too, unless a trusted device skipped its code. `code` is required if 2FA is on.",
  })
  stepUp(
    @Arg("input", () => StepUpInput, { description: "The proof of identity." }) input: StepUpInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(StepUpPayload, async () => ({ session: await this.ownCredentials.stepUp(input, context) }));
  }
}
