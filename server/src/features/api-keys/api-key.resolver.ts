import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import { asTeamCaller } from "../callers/caller.js";
import type { AccessRule } from "../access/access-rule.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { ApiKeyIdInput, CreateApiKeyInput } from "./api-key.inputs.js";
import { ApiKeyPayload, ApiKeyView, CreateApiKeyPayload } from "./api-key.results.js";
import type { ApiKeys } from "./api-keys.service.js";

/** Who may list the keys. */
export const apiKeysRule = { team: "read" } as const satisfies AccessRule;

/** Only people manage keys: a key must not be able to create another one and so survive its own revocation. */
@Resolver()
export class ApiKeysResolver {
  constructor(private readonly keys: ApiKeys) {}

  @Allow(apiKeysRule)
  @Query(() => [ApiKeyView], { description: "The firm's API keys, newest first." })
  apiKeys(@Ctx() context: RequestContext): Promise<ApiKeyView[]> {
    return this.keys.list(asTeamCaller(context.caller));
  }

  @Allow({ team: "write" })
  @Mutation(() => CreateApiKeyPayload, {
    description: "Creates a key and shows it this once. Requires a sign-in or stepUp within the last 10 minutes.",
  })
  createApiKey(
    @Arg("input", () => CreateApiKeyInput, { description: "The key to create." }) input: CreateApiKeyInput,
    @Ctx() context: RequestContext,
  ): Promise<CreateApiKeyPayload> {
    return answer(CreateApiKeyPayload, () => this.keys.create(asTeamCaller(context.caller), input, actorIn(context)));
  }

  @Allow({ team: "write" })
  @Mutation(() => ApiKeyPayload, {
    description: "Revokes a key at once, also on open sockets. Revoking it again succeeds.",
  })
  revokeApiKey(
    @Arg("input", () => ApiKeyIdInput, { description: "The key to revoke." }) input: ApiKeyIdInput,
    @Ctx() context: RequestContext,
  ): Promise<ApiKeyPayload> {
    return answer(ApiKeyPayload, async () => ({
      apiKey: await this.keys.revoke(asTeamCaller(context.caller), input.apiKeyId, actorIn(context)),
    }));
  }
}
