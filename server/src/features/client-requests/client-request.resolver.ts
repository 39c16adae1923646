import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import type { MagicLinkState } from "@gatehouse/shared";
import { PageArgs } from "../../platform/graphql/pages.js";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import type { AccessRule } from "../access/access-rule.js";
import type { RequestContext } from "../callers/request-context.js";
import { ContactView } from "../contacts/contact.results.js";
import { contactsRule } from "../contacts/contact.access.js";
import type { Contacts } from "../contacts/contacts.service.js";
import { MagicLinkStateEnum } from "../magic-links/magic-link.results.js";
import { PortalViewerView } from "../viewers/viewer.results.js";
import { RequestIdInput, SendClientRequestInput, SetRequestItemDoneInput } from "./client-request.inputs.js";
import {
  ClientRequestConnection,
  ClientRequestItemView,
  ClientRequestView,
  RequestPayload,
} from "./client-request.results.js";
import type { ClientRequests } from "./client-requests.service.js";

/** What clients may do with the requests that their session reaches. */
const ownRequestsRule = { portal: "any" } as const satisfies AccessRule;
/** Who may read a request: everybody who may read the contacts, and the client it was sent to. */
export const requestRule = { ...contactsRule, ...ownRequestsRule } as const satisfies AccessRule;
/** Everybody who may send a request may read the result; a client, what the session reaches. */
const seeing = { team: "read", key: "any", portal: "any" } as const;
const sending = { team: "write", key: "ACCESS_WRITE" } as const;

@Resolver(() => ClientRequestView)
export class ClientRequestResolver {
  constructor(
    private readonly requests: ClientRequests,
    private readonly contacts: Contacts,
  ) {}

  @Allow(sending)
  @Mutation(() => RequestPayload, {
    description: "Sends a contact a request with its magic link. Requires ACCESS_WRITE.",
  })
  sendClientRequest(
    @Arg("input", () => SendClientRequestInput, { description: "The request." }) input: SendClientRequestInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(RequestPayload, async () => ({ request: await this.requests.send(input, context) }));
  }

  @Allow(sending)
  @Mutation(() => RequestPayload, {
    description:
      "Sends a request again with a new link, at most once a minute and five times an hour. Requires ACCESS_WRITE.",
  })
  resendClientRequest(
    @Arg("input", () => RequestIdInput, { description: "The request to send again." }) input: RequestIdInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(RequestPayload, async () => ({ request: await this.requests.resend(input.requestId, context) }));
  }

  @Allow(ownRequestsRule)
  @Mutation(() => RequestPayload, {
    description: "Marks an item as done or not done, for a client whose session reaches the request.",
  })
  setRequestItemDone(
    @Arg("input", () => SetRequestItemDoneInput, { description: "The item, and whether it is done." })
    input: SetRequestItemDoneInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(RequestPayload, async () => ({ request: await this.requests.setItemDone(input, context) }));
  }

  @Allow(seeing)
  @FieldResolver(() => ContactView, { description: "The contact to whom it was sent." })
  async contact(@Root() request: ClientRequestView, @Ctx() context: RequestContext): Promise<ContactView | null> {
    return this.contacts.ofEvent(request.firmId, request.contactId, context);
  }

  @Allow(seeing)
  @FieldResolver(() => [ClientRequestItemView], { description: "The items of the checklist, in order." })
  items(@Root() request: ClientRequestView, @Ctx() context: RequestContext): Promise<ClientRequestItemView[]> {
    return this.requests.items(request, context);
  }

  @Allow(seeing)
  @FieldResolver(() => MagicLinkStateEnum, {
    description: "The state of the newest link that still opens the request, or else of the newest link.",
  })
  linkState(@Root() request: ClientRequestView, @Ctx() context: RequestContext): Promise<MagicLinkState> {
    return this.requests.linkState(request, context);
  }
}

@Resolver(() => ContactView)
export class ContactRequestsResolver {
  constructor(private readonly requests: ClientRequests) {}

  @Allow(contactsRule)
  @FieldResolver(() => ClientRequestConnection, {
    name: "requests",
    description: "The requests sent to the contact, newest first.",
  })
  requestsOfContact(
    @Root() contact: ContactView,
    @Args(() => PageArgs) args: PageArgs,
  ): Promise<ClientRequestConnection> {
    return this.requests.page(contact.firmId, { contactId: contact.id }, args);
  }
}

@Resolver(() => PortalViewerView)
export class ViewerRequestsResolver {
  constructor(private readonly requests: ClientRequests) {}

  @Allow(ownRequestsRule)
  @FieldResolver(() => ClientRequestConnection, {
    name: "requests",
    description:
      "The requests that the session reaches: open ones by due date (those without one last), then completed ones, newest first.",
  })
  requestsOfViewer(
    @Root() viewer: PortalViewerView,
    @Args(() => PageArgs) args: PageArgs,
  ): Promise<ClientRequestConnection> {
    const reach = viewer.accountId === null ? { requestId: viewer.requestId ?? "" } : { accountId: viewer.accountId };
    return this.requests.page(viewer.firmId, reach, args);
  }
}
