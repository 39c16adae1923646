import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import type { SecondFactorStep } from "../sign-in/second-factor-step.service.js";
import { SignInPayload } from "../sign-in/sign-in.results.js";
import type { OwnPasskeys } from "./own-passkeys.service.js";
import {
  AddPasskeyInput,
  BeginPasskeyVerificationInput,
  RemovePasskeyInput,
  VerifyPasskeyInput,
} from "./passkey.inputs.js";
import { AddPasskeyPayload, PasskeyOptionsPayload, PasskeyView, RemovePasskeyPayload } from "./passkey.results.js";

/** Anybody with an authenticator may have passkeys beside it. */
const personRule = { team: "read", portal: "account" } as const;

@Resolver()
export class PasskeyResolver {
  constructor(
    private readonly own: OwnPasskeys,
    private readonly secondFactorStep: SecondFactorStep,
  ) {}

  @Allow(personRule)
  @Query(() => [PasskeyView], { description: "The caller's own passkeys, oldest first." })
  passkeys(@Ctx() context: RequestContext) {
    return this.own.list(context);
  }

  @Allow(personRule)
  @Mutation(() => PasskeyOptionsPayload, {
    description:
      "Returns what to ask the browser for, to create a new passkey. Requires 2FA in force, and a fresh sign-in or stepUp.",
  })
  beginPasskeyRegistration(@Ctx() context: RequestContext) {
    return answer(PasskeyOptionsPayload, async () => ({ options: await this.own.beginRegistration(context) }));
  }

  @Allow(personRule)
  @Mutation(() => AddPasskeyPayload, {
    description: "Stores the passkey that the browser has created. Requires a fresh sign-in or stepUp.",
  })
  addPasskey(
    @Arg("input", () => AddPasskeyInput, { description: "The browser's response." }) input: AddPasskeyInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(AddPasskeyPayload, async () => ({ passkey: await this.own.add(input, context) }));
  }

  @Allow(personRule)
  @Mutation(() => RemovePasskeyPayload, {
    description: "Removes a passkey, which then proves nothing. Requires a fresh sign-in or stepUp.",
  })
  removePasskey(
    @Arg("input", () => RemovePasskeyInput, { description: "The passkey to remove." }) input: RemovePasskeyInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(RemovePasskeyPayload, async () => ({ removedPasskeyId: await this.own.remove(input, context) }));
  }

  @Allow("anyone")
  @Mutation(() => PasskeyOptionsPayload, {
    description: "Returns what to ask the browser for, to prove by a passkey: for verifyPasskey, or for stepUp.",
  })
  beginPasskeyVerification(
    @Arg("input", () => BeginPasskeyVerificationInput, { description: "What the passkey should prove." })
    input: BeginPasskeyVerificationInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(PasskeyOptionsPayload, async () => ({ options: await this.own.beginVerification(input, context) }));
  }

  @Allow("anyone")
  @Mutation(() => SignInPayload, { description: "Continues a sign-in with a passkey instead of a code." })
  verifyPasskey(
    @Arg("input", () => VerifyPasskeyInput, { description: "The sign-in and the browser's response." })
    input: VerifyPasskeyInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(SignInPayload, async () => ({
      result: await this.secondFactorStep.prove("PASSKEY", { ...input, answer: input.response }, context),
    }));
  }
}
