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

/** Who reads roll-outs. */
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
    description: "The firm's latest roll-out of 2FA; null where there never was one.",
  })
  rollOut(@Ctx() { caller }: RequestContext): Promise<RollOutView | null> {
    return this.readModel.latest(asTeamCaller(caller).firmId);
  }

  @Allow(rollOutsRule)
  @Query(() => [RollOutMailPreview], { description: "A roll-out's mails as clients will see them. Changes nothing." })
  rollOutPreview(
    @Arg("input", () => RollOutPreviewInput, { description: "What they say." }) input: RollOutPreviewInput,
    @Ctx() context: RequestContext,
  ): Promise<RollOutMailPreview[]> {
    return this.rollOuts.preview(input, context);
  }

  @Allow(writing)
  @Mutation(() => RollOutPayload, {
    description:
      "Announces 2FA: sets the policy's mode and its start, and mails whom it concerns, in the background and by the minute. Plans with 2FA. Needs a fresh sign-in or stepUp.",
  })
  startRollOut(
    @Arg("input", () => StartRollOutInput, { description: "How." }) input: StartRollOutInput,
    @Ctx() context: RequestContext,
  ): Promise<RollOutPayload> {
    return this.told(this.rollOuts.start(input, context), context);
  }

  @Allow(writing)
  @Mutation(() => RollOutPayload, {
    description: "Stops the mails until it is resumed. The start date stands. Needs a fresh sign-in or stepUp.",
  })
  pauseRollOut(
    @Arg("input", () => RollOutIdInput, { description: "Which." }) { rollOutId }: RollOutIdInput,
    @Ctx() context: RequestContext,
  ): Promise<RollOutPayload> {
    return this.told(this.rollOuts.pause(rollOutId, context), context);
  }

  @Allow(writing)
  @Mutation(() => RollOutPayload, {
    description: "Goes on with the mails where they stopped. Needs a fresh sign-in or stepUp.",
  })
  resumeRollOut(
    @Arg("input", () => RollOutIdInput, { description: "Which." }) { rollOutId }: RollOutIdInput,
    @Ctx() context: RequestContext,
  ): Promise<RollOutPayload> {
    return this.told(this.rollOuts.resume(rollOutId, context), context);
  }

  @Allow(writing)
  @Mutation(() => RollOutPayload, {
    description:
      "Puts the policy before it in force again and cancels what has not been mailed. Needs a fresh sign-in or stepUp.",
  })
  undoRollOut(
    @Arg("input", () => UndoRollOutInput, { description: "Which, and whether to say so." }) input: UndoRollOutInput,
    @Ctx() context: RequestContext,
  ): Promise<RollOutPayload> {
    return this.told(this.rollOuts.undo(input, context), context);
  }

  @Allow(rollOutsRule)
  @FieldResolver(() => RollOutProgress, { description: "How many are how far, now." })
  progress(@Root() rollOut: RollOutView): Promise<RollOutProgress> {
    return this.readModel.progress(rollOut);
  }

  @Allow(rollOutsRule)
  @FieldResolver(() => RollOutRecipientConnection, { description: "Whom it concerns, by name." })
  recipients(
    @Root() rollOut: RollOutView,
    @Args(() => RollOutRecipientsArgs) args: RollOutRecipientsArgs,
  ): Promise<RollOutRecipientConnection> {
    return this.readModel.recipients(rollOut, args);
  }

  private told(done: Promise<string>, { caller }: RequestContext): Promise<RollOutPayload> {
    return answer(RollOutPayload, async () => ({
      rollOut: await this.readModel.find(asTeamCaller(caller).firmId, await done),
    }));
  }
}
