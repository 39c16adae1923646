import { Arg, Args, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { PageArgs } from "../../platform/graphql/pages.js";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import { asFirmCaller } from "../callers/caller.js";
import type { RequestContext } from "../callers/request-context.js";
import { contactsRule } from "../contacts/contact.access.js";
import { PortalAccountIdInput, PortalAccountReasonInput } from "./unlinked-account.inputs.js";
import {
  DeletedPortalAccountPayload,
  PortalAccountConnection,
  PortalAccountPayload,
} from "./unlinked-account.results.js";
import type { UnlinkedAccounts } from "./unlinked-accounts.service.js";

@Resolver(() => PortalAccountConnection)
export class UnlinkedAccountsResolver {
  constructor(private readonly accounts: UnlinkedAccounts) {}

  @Allow(contactsRule)
  @Query(() => PortalAccountConnection, {
    name: "unlinkedPortalAccounts",
    description:
      "The accounts that no contact has because its email was changed or cleared, the most recently unlinked first. They open nothing of the firm's. Requires CONTACTS_READ.",
  })
  findUnlinked(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { caller }: RequestContext,
  ): Promise<PortalAccountConnection> {
    return this.accounts.page(asFirmCaller(caller).firmId, args);
  }

  @Allow(contactsRule)
  @FieldResolver(() => Int, { description: "How many accounts there are." })
  totalCount(@Root() connection: PortalAccountConnection): Promise<number> {
    return connection.count();
  }

  @Allow({ team: "write", key: "ACCESS_WRITE" })
  @Mutation(() => PortalAccountPayload, {
    description: "Signs an account without a contact out everywhere, like revokePortalSessions. Requires ACCESS_WRITE.",
  })
  revokeUnlinkedPortalSessions(
    @Arg("input", () => PortalAccountIdInput, { description: "The account to sign out." }) input: PortalAccountIdInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(PortalAccountPayload, async () => ({
      portalAccount: await this.accounts.revokeSessions(input, context),
    }));
  }

  @Allow({ team: "write", key: "ACCESS_RESET" })
  @Mutation(() => DeletedPortalAccountPayload, {
    description:
      "Deletes an account without a contact, like deletePortalAccount. Requires ACCESS_RESET; team members also need a fresh sign-in or stepUp.",
  })
  deleteUnlinkedPortalAccount(
    @Arg("input", () => PortalAccountReasonInput, { description: "Which account, and why." })
    input: PortalAccountReasonInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(DeletedPortalAccountPayload, async () => ({
      deletedPortalAccountId: await this.accounts.delete(input, context),
    }));
  }
}
