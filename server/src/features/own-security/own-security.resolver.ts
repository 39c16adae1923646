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

/** A team member or a client: whoever has a password. */
const aPerson = { team: "read", portal: "account" } as const;

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
      "Nothing is active until confirmed. Starting again replaces a pending secret, never an active one. Signed in without having proven the mailbox in the last 10 minutes, the first call mails a code and answers EMAIL_CODE_REQUIRED; the next one gives it. Whoever replaces an authenticator gives currentCode instead.",
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
      "The only time that recovery codes are shown. Signs the client in when it came with an enrollmentToken.",
  })
  confirmTwoFactorEnrollment(
    @Arg("input", () => ConfirmTwoFactorEnrollmentInput, { description: "The first code." })
    input: ConfirmTwoFactorEnrollmentInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ConfirmTwoFactorEnrollmentPayload, () => this.ownEnrollment.confirm(input, context));
  }

  @Allow(aPerson)
  @Mutation(() => RecoveryCodesPayload, {
    description: "Makes ten new recovery codes; the older ones are void. Needs a fresh sign-in or stepUp.",
  })
  regenerateRecoveryCodes(
    @Arg("input", () => CodeInput, { description: "A current code." }) input: CodeInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(RecoveryCodesPayload, async () => ({
      recoveryCodes: await this.ownSecondFactor.regenerateRecoveryCodes(input, context),
    }));
  }

  @Allow(aPerson)
  @Mutation(() => DisableTwoFactorPayload, {
    description: "Switches the caller's 2FA off, where the firm allows. Needs a fresh sign-in or stepUp.",
  })
  disableTwoFactor(
    @Arg("input", () => CodeInput, { description: "A current code." }) input: CodeInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(DisableTwoFactorPayload, async () => ({
      twoFactor: await this.ownSecondFactor.disable(input, context),
    }));
  }

  @Allow(aPerson)
  @Mutation(() => ChangePasswordPayload, {
    description:
      "Changes the caller's password; every other session ends. Where 2FA is on, it needs a fresh sign-in or stepUp.",
  })
  changePassword(
    @Arg("input", () => ChangePasswordInput, { description: "Both passwords." }) input: ChangePasswordInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ChangePasswordPayload, async () => ({
      session: await this.ownCredentials.changePassword(input, context),
    }));
  }

  @Allow(aPerson)
  @Mutation(() => RevokeSessionPayload, { description: "Ends one of the caller's own sessions." })
  revokeSession(
    @Arg("input", () => RevokeSessionInput, { description: "Which." }) input: RevokeSessionInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(RevokeSessionPayload, async () => ({
      revokedSessionId: await this.ownCredentials.revokeSession(input, context),
    }));
  }

  @Allow(aPerson)
  @Mutation(() => StepUpPayload, {
    description:
      "Proves again who is at the keyboard, for 10 minutes; a fresh sign-in counts too, unless a trusted device spared its code. code: where 2FA is on.",
  })
  stepUp(
    @Arg("input", () => StepUpInput, { description: "The proof." }) input: StepUpInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(StepUpPayload, async () => ({ session: await this.ownCredentials.stepUp(input, context) }));
  }
}
