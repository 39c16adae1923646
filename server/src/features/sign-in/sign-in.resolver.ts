import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../access/request-context.js";
import {
  BeginTwoFactorEnrollmentPayload,
  DisableTwoFactorPayload,
  RecoveryCodesPayload,
  StepUpPayload,
} from "../two-factor/two-factor.results.js";
import type { OwnCredentials } from "./own-credentials.service.js";
import type { OwnEnrollment } from "./own-enrollment.service.js";
import type { OwnSecondFactor } from "./own-second-factor.service.js";
import type { SecondFactorStep } from "./second-factor-step.service.js";
import {
  BeginTwoFactorEnrollmentInput,
  ChangePasswordInput,
  CodeInput,
  ConfirmTwoFactorEnrollmentInput,
  PortalSignInInput,
  RevokeSessionInput,
  StepUpInput,
  TeamSignInInput,
  UseRecoveryCodeInput,
  VerifyTwoFactorInput,
} from "./sign-in.inputs.js";
import {
  ChangePasswordPayload,
  ConfirmTwoFactorEnrollmentPayload,
  RevokeSessionPayload,
  SignInPayload,
  SignOutPayload,
  ViewerUnion,
} from "./sign-in.results.js";
import type { PasswordSignIn } from "./password-sign-in.service.js";
import type { ViewerService } from "./viewer.service.js";

/** A team member or a client: anybody with a password. */
const aPerson = { team: "read", portal: "account" } as const;

@Resolver()
export class SignInResolver {
  constructor(
    private readonly passwordSignIn: PasswordSignIn,
    private readonly secondFactorStep: SecondFactorStep,
    private readonly ownEnrollment: OwnEnrollment,
    private readonly ownSecondFactor: OwnSecondFactor,
    private readonly ownCredentials: OwnCredentials,
    private readonly viewers: ViewerService,
  ) {}

  @Allow("anyone")
  @Query(() => ViewerUnion, { nullable: true, description: "Who is calling; null for an anonymous caller." })
  viewer(@Ctx() context: RequestContext) {
    return this.viewers.of(context.caller);
  }

  @Allow("anyone")
  @Mutation(() => SignInPayload, { description: "Signs a team member in with email and password." })
  teamSignIn(
    @Arg("input", () => TeamSignInInput, {
      description: "The team member's credentials, and how to return the session.",
    })
    input: TeamSignInInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(SignInPayload, async () => ({ result: await this.passwordSignIn.teamSignIn(input, context) }));
  }

  @Allow("anyone")
  @Mutation(() => SignInPayload, { description: "Signs a client in to a firm's portal with email and password." })
  portalSignIn(
    @Arg("input", () => PortalSignInInput, {
      description: "The client's credentials and firm, and how to return the session.",
    })
    input: PortalSignInInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(SignInPayload, async () => ({ result: await this.passwordSignIn.portalSignIn(input, context) }));
  }

  @Allow("anyone")
  @Mutation(() => SignInPayload, { description: "Continues a sign-in with a code from the authenticator app." })
  verifyTwoFactor(
    @Arg("input", () => VerifyTwoFactorInput, { description: "The sign-in and the code." }) input: VerifyTwoFactorInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(SignInPayload, async () => ({
      result: await this.secondFactorStep.prove("AUTHENTICATOR", { ...input, answer: input.code }, context),
    }));
  }

  @Allow("anyone")
  @Mutation(() => SignInPayload, { description: "Continues a sign-in with a recovery code; 2FA stays on." })
  useRecoveryCode(
    @Arg("input", () => UseRecoveryCodeInput, { description: "The sign-in and the code." }) input: UseRecoveryCodeInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(SignInPayload, async () => ({
      result: await this.secondFactorStep.prove("RECOVERY_CODE", { ...input, answer: input.code }, context),
    }));
  }

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

  @Allow(aPerson)
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

  @Allow(aPerson)
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

  @Allow(aPerson)
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

  @Allow(aPerson)
  @Mutation(() => RevokeSessionPayload, { description: "Ends one of the caller's own sessions." })
  revokeSession(
    @Arg("input", () => RevokeSessionInput, { description: "The session to end." }) input: RevokeSessionInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(RevokeSessionPayload, async () => ({
      revokedSessionId: await this.ownCredentials.revokeSession(input, context),
    }));
  }

  @Allow(aPerson)
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
