import { ArgsType, Field, ID, InputType, registerEnumType } from "type-graphql";
import type { Language, PortalAccessState } from "@gatehouse/shared";
import { PageArgs } from "../../platform/graphql/pages.js";
import { LanguageEnum } from "../client-language/client-language.results.js";
import { PortalAccessStateEnum } from "./contact.results.js";

export const ContactOrderFieldEnum = {
  NAME: "NAME",
  CREATED_AT: "CREATED_AT",
  LAST_SIGN_IN_AT: "LAST_SIGN_IN_AT",
} as const;
registerEnumType(ContactOrderFieldEnum, {
  name: "ContactOrderField",
  description: "What contacts are ordered by.",
  valuesConfig: {
    NAME: { description: "The name, ignoring case and accents." },
    CREATED_AT: { description: "When the firm added the contact." },
    LAST_SIGN_IN_AT: {
      description: "When the client last signed in. Clients who never signed in count as the longest ago.",
    },
  },
});
export const OrderDirectionEnum = { ASC: "ASC", DESC: "DESC" } as const;
registerEnumType(OrderDirectionEnum, {
  name: "OrderDirection",
  description: "The direction of an order.",
  valuesConfig: {
    ASC: { description: "Smallest or oldest first." },
    DESC: { description: "Largest or newest first." },
  },
});

@InputType({ description: "Which contacts to return. All conditions must hold." })
export class ContactFilter {
  @Field(() => String, {
    nullable: true,
    description: "The beginning of any word of the name, organization or email, ignoring case.",
  })
  search?: string | null;
  @Field(() => [PortalAccessStateEnum], { nullable: true, description: "Only contacts in one of these states." })
  states?: PortalAccessState[] | null;
  @Field(() => Boolean, { nullable: true, description: "Only contacts with 2FA on or off. Implies an account." })
  twoFactorEnrolled?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: "Only contacts whose second factor is locked now, or is not." })
  lockedOut?: boolean | null;
}

@InputType({ description: "How contacts are ordered." })
export class ContactOrder {
  @Field(() => ContactOrderFieldEnum, { description: "The field to sort by." })
  field: keyof typeof ContactOrderFieldEnum;
  @Field(() => OrderDirectionEnum, { description: "The direction." }) direction: keyof typeof OrderDirectionEnum;
}

@ArgsType()
export class ContactsArgs extends PageArgs {
  @Field(() => ContactFilter, { nullable: true, description: "Which contacts to return." })
  filter?: ContactFilter | null;
  @Field(() => ContactOrder, { nullable: true, description: "By name if left out." }) orderBy?: ContactOrder | null;
}

@InputType({ description: "A new contact." })
export class ContactInput {
  @Field(() => String, { description: "1 to 200 characters." }) name: string;
  @Field(() => String, { nullable: true, description: "The email to which requests are sent." }) email?: string | null;
  @Field(() => String, { nullable: true, description: "The contact's organization." }) organization?: string | null;
  @Field(() => String, { nullable: true, description: "Your own id for the contact, unique in the firm." })
  externalId?: string | null;
  @Field(() => LanguageEnum, {
    nullable: true,
    description: "The language of mails to the contact; null: the firm's default for its clients.",
  })
  language?: Language | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      "Only for upsertContacts: true allows the row to change who can open an existing contact's requests (see `contactEmailChange`); otherwise such a row is refused with CONTACT_REDIRECT_REFUSED.",
  })
  allowRedirect?: boolean | null;
  @Field(() => String, {
    nullable: true,
    description:
      "Only for upsertContacts: the `version` of the row's email change that was seen. If the row would do something else by now, it is refused with VERSION_CONFLICT.",
  })
  expectedEmailChange?: string | null;
}

@InputType({ description: "Changes to a contact. Omitted fields keep their values; null clears them." })
export class UpdateContactInput {
  @Field(() => ID, { description: "The contact." }) contactId: string;
  @Field(() => String, { nullable: true, description: "1 to 200 characters." }) name?: string | null;
  @Field(() => String, { nullable: true, description: "The email to which requests are sent." }) email?: string | null;
  @Field(() => String, { nullable: true, description: "The contact's organization." }) organization?: string | null;
  @Field(() => String, { nullable: true, description: "Your own id for the contact, unique in the firm." })
  externalId?: string | null;
  @Field(() => LanguageEnum, {
    nullable: true,
    description: "The language of mails to the contact; null: the firm's default for its clients.",
  })
  language?: Language | null;
  @Field(() => String, {
    nullable: true,
    description:
      "The `version` of the `contactEmailChange` that was seen. If the new email would do something else by now, nothing is changed: VERSION_CONFLICT.",
  })
  expectedEmailChange?: string | null;
}

@InputType({ description: "An email that a contact may be given." })
export class ContactEmailChangeInput {
  @Field(() => ID, { description: "The contact." }) contactId: string;
  @Field(() => String, { nullable: true, description: "The new email; null: none." }) email?: string | null;
}

@InputType({ description: "Contacts to create or change." })
export class UpsertContactsInput {
  @Field(() => [ContactInput], { description: "Up to 500 contacts, matched by `externalId`, or else by email." })
  contacts: ContactInput[];
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: "Validates every row as usual and reports what would happen, but writes nothing. Defaults to false.",
  })
  dryRun?: boolean | null;
}
