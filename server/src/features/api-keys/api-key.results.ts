import { Field, ObjectType, registerEnumType } from "type-graphql";
import { apiScopes, type ApiScope } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Node } from "../../platform/graphql/node.js";
import { Payload } from "../../platform/graphql/payloads.js";
import type { ApiKey } from "./api-key.entity.js";

export const ApiScopeEnum = Object.fromEntries(apiScopes.map((scope) => [scope, scope])) as { [S in ApiScope]: S };
registerEnumType(ApiScopeEnum, {
  name: "ApiScope",
  description: "What an API key may do. No scope implies another.",
  valuesConfig: {
    CONTACTS_READ: { description: "Read the firm, its contacts and their portal accounts." },
    CONTACTS_WRITE: { description: "Create and change contacts." },
    ACCESS_WRITE: {
      description: "Invite contacts, send requests and links, mail password resets, unlock accounts, end sessions.",
    },
    ACCESS_RESET: { description: "Reset 2FA, change login emails, delete portal accounts." },
    POLICY_WRITE: { description: "Change how clients sign in, their language and the branding." },
    AUDIT_READ: { description: "Read and follow the audit log." },
    WEBHOOKS_WRITE: { description: "Manage webhook endpoints." },
  },
});

@ObjectType("ApiKey", {
  implements: Node,
  description: "An integrator's key to the firm's data. Only a digest of its secret is stored.",
})
export class ApiKeyView extends Node {
  firmId: string;
  @Field(() => String, { description: "The key's name, for people." }) name: string;
  @Field(() => String, { description: "The public beginning of the key, by which to recognize it." }) prefix: string;
  @Field(() => [ApiScopeEnum], { description: "What the key may do." }) scopes: ApiScope[];
  @Field(() => DateTime, { description: "When the key was created." }) createdAt: number;
  @Field(() => DateTime, { nullable: true, description: "When the key expires." }) expiresAt: number | null;
  @Field(() => DateTime, { nullable: true, description: "When the key was last used, to the minute." }) lastUsedAt:
    number | null;
  @Field(() => DateTime, { nullable: true, description: "When the key was revoked; null: it was not." }) revokedAt:
    number | null;

  static of({ id, firmId, name, prefix, scopes, createdAt, expiresAt, lastUsedAt, revokedAt }: ApiKey): ApiKeyView {
    return Object.assign(new ApiKeyView(), {
      id,
      firmId,
      name,
      prefix,
      createdAt,
      expiresAt,
      lastUsedAt,
      revokedAt,
      scopes: readScopes(scopes),
    });
  }
}

/** The scopes as stored, separated by spaces. */
export const readScopes = (stored: string): ApiScope[] => {
  const held = new Set(stored.split(" "));
  return apiScopes.filter((scope) => held.has(scope));
};

@ObjectType({ description: "The payload of createApiKey." })
export class CreateApiKeyPayload extends Payload {
  @Field(() => ApiKeyView, { nullable: true, description: "The key's stored data." }) apiKey: ApiKeyView | null = null;
  @Field(() => String, { nullable: true, description: "The key itself, shown only this once." }) token: string | null =
    null;
}

@ObjectType({ description: "The payload of mutations on one key." })
export class ApiKeyPayload extends Payload {
  @Field(() => ApiKeyView, { nullable: true, description: "The key." }) apiKey: ApiKeyView | null = null;
}
