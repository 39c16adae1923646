import { Field, ObjectType, registerEnumType } from "type-graphql";
import type { Language, PortalAccessState } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Node } from "../../platform/graphql/node.js";
import { PageInfo } from "../../platform/graphql/pages.js";
import { Payload } from "../../platform/graphql/payloads.js";
import { LanguageEnum } from "../client-language/client-language.results.js";
import type { PortalAccountView } from "../portal-accounts/portal-account.results.js";
import type { Contact } from "./contact.entity.js";

export const PortalAccessStateEnum = {
  NO_EMAIL: "NO_EMAIL",
  NOT_INVITED: "NOT_INVITED",
  INVITED: "INVITED",
  ACCOUNT_CREATED: "ACCOUNT_CREATED",
} as const;
registerEnumType(PortalAccessStateEnum, {
  name: "PortalAccessState",
  description: "How far a contact is on the way into the portal.",
  valuesConfig: {
    NO_EMAIL: { description: "There is no address to invite." },
    NOT_INVITED: { description: "There is an address, but no invitation was sent." },
    INVITED: { description: "An invitation was sent; there is no account yet." },
    ACCOUNT_CREATED: { description: "There is an account." },
  },
});

@ObjectType("Contact", { implements: Node, description: "A person at a client of the firm." })
export class ContactView extends Node {
  firmId: string;
  portalAccountId: string | null;
  /** The account, where it was read along. */
  account?: PortalAccountView | null;
  @Field(() => String, { nullable: true, description: "The integrator's own id, unique in the firm." }) externalId:
    string | null;
  @Field(() => String, { description: "The person's name." }) name: string;
  @Field(() => String, { nullable: true, description: "The organization they are at." }) organization: string | null;
  @Field(() => String, { nullable: true, description: "Where requests go." }) email: string | null;
  @Field(() => LanguageEnum, {
    nullable: true,
    description: "What the person is written to in; null: as the firm writes to its clients.",
  })
  language: Language | null;
  @Field(() => DateTime, { description: "When the firm added it." }) createdAt: number;
  @Field(() => PortalAccessStateEnum, { description: "How far it is on the way into the portal." })
  portalAccessState: PortalAccessState;
  @Field(() => DateTime, { nullable: true, description: "When it was last invited to the portal; null: never." })
  invitedAt: number | null;

  /** What a client sees of a contact: whom a request is for. The firm's own id, its address and its notes stay the firm's. */
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

@ObjectType({ description: "A contact in a list, and where it stands there." })
export class ContactEdge {
  @Field(() => String, { description: "Pass as after: or before:." }) cursor: string;
  @Field(() => ContactView, { description: "The contact." }) node: ContactView;
}

@ObjectType({ description: "A page of contacts." })
export class ContactConnection {
  @Field(() => [ContactEdge], { description: "The contacts with their cursors." }) edges: ContactEdge[];
  @Field(() => [ContactView], { description: "The contacts." }) nodes: ContactView[];
  @Field(() => PageInfo, { description: "Where the page lies." }) pageInfo: PageInfo;
  /** What totalCount counts; it is counted only when asked for. */
  count: () => Promise<number>;
}

@ObjectType({ description: "What mutations about one contact answer." })
export class ContactPayload extends Payload {
  @Field(() => ContactView, { nullable: true, description: "The contact afterwards." }) contact: ContactView | null =
    null;
}

export type ContactOutcome = "CREATED" | "UPDATED" | "UNCHANGED";
const ContactOutcomeEnum = { CREATED: "CREATED", UPDATED: "UPDATED", UNCHANGED: "UNCHANGED" } as const;
registerEnumType(ContactOutcomeEnum, {
  name: "ContactOutcome",
  description: "What a row of upsertContacts did.",
  valuesConfig: {
    CREATED: { description: "There is a new contact." },
    UPDATED: { description: "A contact was changed." },
    UNCHANGED: { description: "The contact was like that already." },
  },
});

@ObjectType({ description: "What upsertContacts answers." })
export class UpsertContactsPayload extends Payload {
  @Field(() => [ContactPayload], { nullable: true, description: "One a row, in order." }) results:
    ContactPayload[] | null = null;
  @Field(() => [ContactOutcomeEnum], {
    nullable: "itemsAndList",
    description: "What each row did, in order; null where it was refused.",
  })
  outcomes: (ContactOutcome | null)[] | null = null;
}
