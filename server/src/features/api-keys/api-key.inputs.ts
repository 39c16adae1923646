import { Field, ID, InputType } from "type-graphql";
import type { ApiScope } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { ApiScopeEnum } from "./api-key.results.js";

@InputType({ description: "A key to make." })
export class CreateApiKeyInput {
  @Field(() => String, { description: "What people call it; 1 to 200 characters." }) name: string;
  @Field(() => [ApiScopeEnum], { description: "What it may do: at least one, each once." }) scopes: ApiScope[];
  @Field(() => DateTime, {
    nullable: true,
    description: "From when it is refused: at most a year ahead, which is also the default.",
  })
  expiresAt?: number | null;
}

@InputType({ description: "A key of the firm." })
export class ApiKeyIdInput {
  @Field(() => ID, { description: "The key." }) apiKeyId: string;
}
