import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import type { SecondFactorStep } from "./second-factor-step.service.js";
import type { FirmChoices } from "./firm-choices.service.js";
import {
  ChooseFirmInput,
  PortalSignInInput,
  TeamSignInInput,
  UseRecoveryCodeInput,
  VerifyTwoFactorInput,
} from "./sign-in.inputs.js";
import { SignInPayload } from "./sign-in.results.js";
import type { PasswordSignIn } from "./password-sign-in.service.js";

@Resolver()
export class SignInResolver {
  constructor(
    private readonly passwordSignIn: PasswordSignIn,
    private readonly secondFactorStep: SecondFactorStep,
    private readonly firmChoices: FirmChoices,
  ) {}

  @Allow("anyone")
  @Mutation(() => SignInPayload, {
    description: "Signs a team member in with email and password. FirmChoiceRequired: the person is in several teams.",
  })
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
  @Mutation(() => SignInPayload, {
    description:
      "Continues the sign-in of somebody in several teams, at one of the firms: its second factor may be required next.",
  })
  chooseFirm(
    @Arg("input", () => ChooseFirmInput, { description: "The sign-in and the firm." }) input: ChooseFirmInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(SignInPayload, async () => ({ result: await this.firmChoices.choose(input, context) }));
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
}
