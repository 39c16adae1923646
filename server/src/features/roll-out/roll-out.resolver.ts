import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import { asTeamCaller } from "../callers/caller.js";
import type { AccessRule } from "../access/access-rule.js";
import type { RequestContext } from "../callers/request-context.js";
import {
  RollOutIdInput,
  RollOutPreviewInput,
  RollOutRecipientsArgs,
  StartRollOutInput,
  UndoRollOutInput,
} from "./roll-out.inputs.js";
import {
  RollOutMailPreview,
  RollOutPayload,
  RollOutProgress,
  RollOutRecipientConnection,
  RollOutView,
} from "./roll-out.results.js";
import type { RollOuts } from "./roll-outs.service.js";
import type { RollOutsReadModel } from "./roll-outs.read-model.js";

/** Who may read roll-outs. */
export const rollOutsRule = { team: "read" } as const satisfies AccessRule;
const writing = { team: "write" } as const;

@Resolver(() => RollOutView)
export class RollOutResolver {
  constructor(
    private readonly rollOuts: RollOuts,
    private readonly readModel: RollOutsReadModel,
  ) {}

  @Allow(rollOutsRule)
  @Query(() => RollOutView, {
    nullable: true,
    description: "The firm's latest roll-out of 2FA; null if there never was one.",
  })
  rollOut(@Ctx() { caller }: RequestContext): Promise<RollOutView | null> {
    return this.readModel.latest(asTeamCaller(caller).firmId);
  }

  @Allow(rollOutsRule)
  @Query(() => [RollOutMailPreview], { description: "A roll-out's mails as clients will see them. Changes nothing." })
  rollOutPreview(
    @Arg("input", () => RollOutPreviewInput, { description: "What the mails say." }) input: RollOutPreviewInput,
    @Ctx() context: RequestContext,
  ): Promise<RollOutMailPreview[]> {
    return this.rollOuts.preview(input, context);
  }

  @Allow(writing)
  @Mutation(() => RollOutPayload, {
    description:
      "Announces 2FA: sets the policy's mode and its start, and mails the contacts concerned in the background, at a limited rate. Only on plans with 2FA. Requires a fresh sign-in or stepUp.",
  })
  startRollOut(
    @Arg("input", () => StartRollOutInput, { description: "The date, the mails and whom to include." })
    input: StartRollOutInput,
    @Ctx() context: RequestContext,
  ): Promise<RollOutPayload> {
    return this.payloadOf(this.rollOuts.start(input, context), context);
  }

  @Allow(writing)
  @Mutation(() => RollOutPayload, {
    description: "Pauses the mails. The start date stands. Requires a fresh sign-in or stepUp.",
  })
  pauseRollOut(
    @Arg("input", () => RollOutIdInput, { description: "The roll-out to pause." }) { rollOutId }: RollOutIdInput,
    @Ctx() context: RequestContext,
  ): Promise<RollOutPayload> {
    return this.payloadOf(this.rollOuts.pause(rollOutId, context), context);
  }

  @Allow(writing)
  @Mutation(() => RollOutPayload, {
    description: "Continues the mails where they stopped. Requires a fresh sign-in or stepUp.",
  })
  resumeRollOut(
    @Arg("input", () => RollOutIdInput, { description: "The roll-out to resume." }) { rollOutId }: RollOutIdInput,
    @Ctx() context: RequestContext,
  ): Promise<RollOutPayload> {
    return this.payloadOf(this.rollOuts.resume(rollOutId, context), context);
  }

  @Allow(writing)
  @Mutation(() => RollOutPayload, {
    description:
      "Restores the policy from before the roll-out and cancels the remaining mails. Requires a fresh sign-in or stepUp.",
  })
  undoRollOut(
    @Arg("input", () => UndoRollOutInput, { description: "Which roll-out, and whether to notify clients." })
    input: UndoRollOutInput,
    @Ctx() context: RequestContext,
  ): Promise<RollOutPayload> {
    return this.payloadOf(this.rollOuts.undo(input, context), context);
  }

  @Allow(rollOutsRule)
  @FieldResolver(() => RollOutProgress, { description: "How many recipients have come how far, as of now." })
  progress(@Root() rollOut: RollOutView): Promise<RollOutProgress> {
    return this.readModel.progress(rollOut);
  }

  @Allow(rollOutsRule)
  @FieldResolver(() => RollOutRecipientConnection, { description: "The contacts whom it concerns, by name." })
  recipients(
    @Root() rollOut: RollOutView,
    @Args(() => RollOutRecipientsArgs) args: RollOutRecipientsArgs,
  ): Promise<RollOutRecipientConnection> {
    return this.readModel.recipients(rollOut, args);
  }

  private payloadOf(done: Promise<string>, { caller }: RequestContext): Promise<RollOutPayload> {
    return answer(RollOutPayload, async () => ({
      rollOut: await this.readModel.find(asTeamCaller(caller).firmId, await done),
    }));
  }
}
