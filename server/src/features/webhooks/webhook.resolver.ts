import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import { PageArgs } from "../../platform/graphql/pages.js";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import { asFirmCaller } from "../callers/caller.js";
import type { AccessRule } from "../access/access-rule.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import {
  CreateWebhookEndpointInput,
  CreateWebhookEndpointPayload,
  ReplayWebhookEventsInput,
  RotateWebhookSecretPayload,
  WebhookDeliveryConnection,
  WebhookEndpointIdInput,
  WebhookEndpointPayload,
  WebhookEndpointView,
} from "./webhook.results.js";
import type { Webhooks } from "./webhooks.service.js";

/** Who may read the endpoints. */
export const endpointsRule = { team: "read", key: "WEBHOOKS_WRITE" } as const satisfies AccessRule;
const writing = { team: "write", key: "WEBHOOKS_WRITE" } as const;

@Resolver(() => WebhookEndpointView)
export class WebhooksResolver {
  constructor(private readonly webhooks: Webhooks) {}

  @Allow(endpointsRule)
  @Query(() => [WebhookEndpointView], { description: "The firm's webhook endpoints, newest first." })
  webhookEndpoints(@Ctx() context: RequestContext): Promise<WebhookEndpointView[]> {
    return this.webhooks.list(asFirmCaller(context.caller));
  }

  @Allow(writing)
  @Mutation(() => CreateWebhookEndpointPayload, {
    description:
      "Sends every later event to an address; at most 10 endpoints per firm. Team members need a fresh sign-in or stepUp.",
  })
  createWebhookEndpoint(
    @Arg("input", () => CreateWebhookEndpointInput, { description: "The address and the events to send." })
    input: CreateWebhookEndpointInput,
    @Ctx() context: RequestContext,
  ): Promise<CreateWebhookEndpointPayload> {
    return answer(CreateWebhookEndpointPayload, () =>
      this.webhooks.create(asFirmCaller(context.caller), input, actorIn(context)),
    );
  }

  @Allow(writing)
  @Mutation(() => WebhookEndpointPayload, { description: "Stops sending to an address." })
  deleteWebhookEndpoint(
    @Arg("input", () => WebhookEndpointIdInput, { description: "The endpoint to delete." })
    input: WebhookEndpointIdInput,
    @Ctx() context: RequestContext,
  ): Promise<WebhookEndpointPayload> {
    return answer(WebhookEndpointPayload, async () => ({
      webhookEndpoint: await this.webhooks.delete(
        asFirmCaller(context.caller),
        input.webhookEndpointId,
        actorIn(context),
      ),
    }));
  }

  @Allow(writing)
  @Mutation(() => WebhookEndpointPayload, { description: "Delivers every event after the cursor again." })
  replayWebhookEvents(
    @Arg("input", () => ReplayWebhookEventsInput, { description: "The endpoint, and where to start." })
    input: ReplayWebhookEventsInput,
    @Ctx() context: RequestContext,
  ): Promise<WebhookEndpointPayload> {
    return answer(WebhookEndpointPayload, async () => ({
      webhookEndpoint: await this.webhooks.replay(
        asFirmCaller(context.caller),
        input.webhookEndpointId,
        input.after,
        actorIn(context),
      ),
    }));
  }

  @Allow(writing)
  @Mutation(() => RotateWebhookSecretPayload, {
    description:
      "Replaces the signing secret. For a day, deliveries are also signed with the previous one. Team members need a fresh sign-in or stepUp.",
  })
  rotateWebhookSecret(
    @Arg("input", () => WebhookEndpointIdInput, { description: "The endpoint whose secret to replace." })
    input: WebhookEndpointIdInput,
    @Ctx() context: RequestContext,
  ): Promise<RotateWebhookSecretPayload> {
    return answer(RotateWebhookSecretPayload, () =>
      this.webhooks.rotateSecret(asFirmCaller(context.caller), input.webhookEndpointId, actorIn(context)),
    );
  }

  @Allow(endpointsRule)
  @FieldResolver(() => WebhookDeliveryConnection, {
    description: "The delivery attempts of the last 30 days, newest first.",
  })
  deliveries(
    @Root() endpoint: WebhookEndpointView,
    @Args(() => PageArgs) args: PageArgs,
  ): Promise<WebhookDeliveryConnection> {
    return this.webhooks.deliveries(endpoint.id, args);
  }
}
