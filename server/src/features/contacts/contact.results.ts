import { Field, ObjectType, registerEnumType } from "type-graphql";
import type { Language, PortalAccessState } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Node } from "../../platform/graphql/node.js";
import { PageInfo } from "../../platform/graphql/pages.js";
import { Payload } from "../../platform/graphql/payloads.js";
import { LanguageEnum } from "../client-language/client-language.results.js";
import type { PortalAccountView } from "../portal-accounts/portal-account.results.js";
import { ContactEmailChangeView } from "./contact-email-change.results.js";
import type { Contact } from "./contact.entity.js";

export const PortalAccessStateEnum = {
  NO_EMAIL: "NO_EMAIL",
  NOT_INVITED: "NOT_INVITED",
  INVITED: "INVITED",
  ACCOUNT_CREATED: "ACCOUNT_CREATED",
} as const;
registerEnumType(PortalAccessStateEnum, {
  name: "PortalAccessState",
  description: "How far a contact has come on the way into the portal.",
  valuesConfig: {
    NO_EMAIL: { description: "There is no address to invite." },
    NOT_INVITED: { description: "There is an address, but no invitation has been sent." },
    INVITED: { description: "An invitation has been sent, but there is no account yet." },
    ACCOUNT_CREATED: { description: "The contact has an account." },
  },
});

@ObjectType("Contact", { implements: Node, description: "A person at a client of the firm." })
export class ContactView extends Node {
  firmId: string;
  portalAccountId: string | null;
  /** The account, if it was read along. */
  account?: PortalAccountView | null;
  @Field(() => String, { nullable: true, description: "The integrator's own id for the contact, unique in the firm." })
  externalId: string | null;
  @Field(() => String, { description: "The person's name." }) name: string;
  @Field(() => String, { nullable: true, description: "The contact's organization." }) organization: string | null;
  @Field(() => String, { nullable: true, description: "The email to which requests are sent." }) email: string | null;
  @Field(() => LanguageEnum, {
    nullable: true,
    description: "The language of mails to the contact; null: the firm's default for its clients.",
  })
  language: Language | null;
  @Field(() => DateTime, { description: "When the firm added the contact." }) createdAt: number;
  @Field(() => PortalAccessStateEnum, { description: "How far the contact has come on the way into the portal." })
  portalAccessState: PortalAccessState;
  @Field(() => DateTime, {
    nullable: true,
    description: "When the contact was last invited to the portal; null: never.",
  })
  invitedAt: number | null;

  /**
   * What a client sees of a contact, so as to know whom a request is for. The firm's own id, address and notes stay
   * hidden.
   */
  static forClient(contact: Contact): ContactView {
    const hidden = { externalId: null, email: null, language: null, invitedAt: null, portalAccountId: null };
    return Object.assign(ContactView.of(contact), hidden);
  }

  static of(contact: Omit<Contact, "nameKey" | "signedInAt">): ContactView {
    const view = new ContactView();
    view.id = contact.id;
    view.firmId = contact.firmId;
    view.portalAccountId = contact.portalAccountId;
    view.externalId = contact.externalId;
    view.name = contact.name;
    view.organization = contact.organization;
    view.email = contact.email;
    view.language = contact.language;
    view.createdAt = Number(contact.createdAt);
    view.portalAccessState = contact.accessState;
    view.invitedAt = contact.invitedAt === null ? null : Number(contact.invitedAt);
    return view;
  }
}

@ObjectType({ description: "A contact in a connection, with its cursor." })
export class ContactEdge {
  @Field(() => String, { description: "Pass it as `after` or `before`." }) cursor: string;
  @Field(() => ContactView, { description: "The contact." }) node: ContactView;
}

@ObjectType({ description: "A page of contacts." })
export class ContactConnection {
  @Field(() => [ContactEdge], { description: "The contacts with their cursors." }) edges: ContactEdge[];
  @Field(() => [ContactView], { description: "The contacts." }) nodes: ContactView[];
  @Field(() => PageInfo, { description: "Where the page lies." }) pageInfo: PageInfo;
  /** Computes totalCount, which is counted only if it is requested. */
  count: () => Promise<number>;
}

@ObjectType({ description: "The payload of mutations on one contact." })
export class ContactPayload extends Payload {
  @Field(() => ContactView, { nullable: true, description: "The updated contact." }) contact: ContactView | null = null;
}

export type ContactOutcome = "CREATED" | "UPDATED" | "UNCHANGED";
const ContactOutcomeEnum = { CREATED: "CREATED", UPDATED: "UPDATED", UNCHANGED: "UNCHANGED" } as const;
registerEnumType(ContactOutcomeEnum, {
  name: "ContactOutcome",
  description: "What upsertContacts did with a row.",
  valuesConfig: {
    CREATED: { description: "The contact was created." },
    UPDATED: { description: "The contact was changed." },
    UNCHANGED: { description: "The contact already had these values." },
  },
});

@ObjectType({ description: "The payload of upsertContacts." })
export class UpsertContactsPayload extends Payload {
  @Field(() => [ContactPayload], { nullable: true, description: "One result per row, in order." }) results:
    ContactPayload[] | null = null;
  @Field(() => [ContactOutcomeEnum], {
    nullable: "itemsAndList",
    description: "What each row did, in order; null for a refused row.",
  })
  outcomes: (ContactOutcome | null)[] | null = null;
  @Field(() => [ContactEmailChangeView], {
    nullable: "itemsAndList",
    description:
      "What each row's email does to the contact that it refers to, in order, also for a refused row; null for a row that changes no contact's email. Counts are of the moment of the answer.",
  })
  emailChanges: (ContactEmailChangeView | null)[] | null = null;
}
