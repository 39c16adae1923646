import { Field, ID, InputType } from "type-graphql";
import type { ApiScope } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { ApiScopeEnum } from "./api-key.results.js";

@InputType({ description: "A key to create." })
export class CreateApiKeyInput {
  @Field(() => String, { description: "A name for people, 1 to 200 characters." }) name: string;
  @Field(() => [ApiScopeEnum], { description: "What the key may do: at least one scope, each once." })
  scopes: ApiScope[];
  @Field(() => DateTime, {
    nullable: true,
    description: "When the key expires: at most a year from now, which is also the default.",
  })
  expiresAt?: number | null;
}

@InputType({ description: "A key of the firm." })
export class ApiKeyIdInput {
  @Field(() => ID, { description: "The key." }) apiKeyId: string;
}
