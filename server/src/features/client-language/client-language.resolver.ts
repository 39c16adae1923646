import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { defaultLanguage, type Language } from "@gatehouse/shared";
import { answer, UserError } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import { asPortalCaller } from "../callers/caller.js";
import type { RequestContext } from "../callers/request-context.js";
import { SecurityPolicyPayload } from "../security-mode/security-policy.results.js";
import type { Firms } from "../firms/firms.service.js";
import { PortalViewerView } from "../viewers/viewer.results.js";
import { ChooseLanguagePayload, LanguageEnum, LanguageInput } from "./client-language.results.js";
import type { ClientLanguages } from "./client-languages.service.js";

@Resolver(() => PortalViewerView)
export class ClientLanguageResolver {
  constructor(
    private readonly languages: ClientLanguages,
    private readonly firms: Firms,
  ) {}

  @Allow({ portal: "any" })
  @FieldResolver(() => LanguageEnum, {
    nullable: true,
    description:
      "The language chosen by the client, or by the firm for the client; null: neither, and the browser decides.",
  })
  language(@Root() { firmId, accountId, requestId }: PortalViewerView): Promise<Language | null> {
    return this.languages.ownOf(accountId === null ? { firmId, requestId: requestId ?? "" } : { firmId, accountId });
  }

  @Allow({ portal: "any" })
  @Mutation(() => ChooseLanguagePayload, {
    description:
      "Sets the client's language for the portal's pages and for mails. It is stored with the session's contacts.",
  })
  chooseLanguage(
    @Arg("input", () => LanguageInput, { description: "The language." }) { language }: LanguageInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ChooseLanguagePayload, async () => ({
      language: await this.languages.choose(language, asPortalCaller(context.caller), context),
    }));
  }

  @Allow({ team: "write", key: "POLICY_WRITE" })
  @Mutation(() => SecurityPolicyPayload, {
    description:
      "Sets the language for clients who have not chosen one and whose browser requests none that we have. Requires POLICY_WRITE.",
  })
  setClientLanguage(
    @Arg("input", () => LanguageInput, { description: "The language." }) { language }: LanguageInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(SecurityPolicyPayload, async () => ({
      firm: await this.firms.find(await this.languages.setFirmDefault(language, context)),
    }));
  }
}

/** A refusal is phrased in the language that the request accepts. */
@Resolver(() => UserError)
export class UserErrorResolver {
  @Allow("anyone")
  @FieldResolver(() => String, {
    description: "What went wrong, for people. Clients get it in the language of Accept-Language.",
  })
  message(@Root() error: UserError, @Ctx() { language }: RequestContext): string {
    return error.sayIn(language ?? defaultLanguage);
  }
}
