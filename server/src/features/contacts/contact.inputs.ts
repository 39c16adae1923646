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
    NAME: { description: "The name, without case or accents." },
    CREATED_AT: { description: "When the firm added it." },
    LAST_SIGN_IN_AT: { description: "When the client last signed in; never counts as longest ago." },
  },
});
export const OrderDirectionEnum = { ASC: "ASC", DESC: "DESC" } as const;
registerEnumType(OrderDirectionEnum, {
  name: "OrderDirection",
  description: "Which end comes first.",
  valuesConfig: {
    ASC: { description: "Smallest or oldest first." },
    DESC: { description: "Largest or newest first." },
  },
});

@InputType({ description: "Which contacts; all conditions must hold." })
export class ContactFilter {
  @Field(() => String, {
    nullable: true,
    description: "Start of any word of name, organization or email, case-insensitive.",
  })
  search?: string | null;
  @Field(() => [PortalAccessStateEnum], { nullable: true, description: "In one of these states." }) states?:
    PortalAccessState[] | null;
  @Field(() => Boolean, { nullable: true, description: "With 2FA on or off; implies an account." }) twoFactorEnrolled?:
    boolean | null;
  @Field(() => Boolean, { nullable: true, description: "Locked now, or not." }) lockedOut?: boolean | null;
}

@InputType({ description: "How contacts are ordered." })
export class ContactOrder {
  @Field(() => ContactOrderFieldEnum, { description: "By what." }) field: keyof typeof ContactOrderFieldEnum;
  @Field(() => OrderDirectionEnum, { description: "Which end first." }) direction: keyof typeof OrderDirectionEnum;
}

@ArgsType()
export class ContactsArgs extends PageArgs {
  @Field(() => ContactFilter, { nullable: true, description: "Which contacts." }) filter?: ContactFilter | null;
  @Field(() => ContactOrder, { nullable: true, description: "By name when left out." }) orderBy?: ContactOrder | null;
}

@InputType({ description: "A new contact." })
export class ContactInput {
  @Field(() => String, { description: "1 to 200 characters." }) name: string;
  @Field(() => String, { nullable: true, description: "Where requests go." }) email?: string | null;
  @Field(() => String, { nullable: true, description: "The organization they are at." }) organization?: string | null;
  @Field(() => String, { nullable: true, description: "Your own id for it, unique in the firm." }) externalId?:
    string | null;
  @Field(() => LanguageEnum, {
    nullable: true,
    description: "What the person is written to in; null: as the firm writes to its clients.",
  })
  language?: Language | null;
}

@InputType({ description: "What to change of a contact: what is left out stays, null clears." })
export class UpdateContactInput {
  @Field(() => ID, { description: "The contact." }) contactId: string;
  @Field(() => String, { nullable: true, description: "1 to 200 characters." }) name?: string | null;
  @Field(() => String, { nullable: true, description: "Where requests go." }) email?: string | null;
  @Field(() => String, { nullable: true, description: "The organization they are at." }) organization?: string | null;
  @Field(() => String, { nullable: true, description: "Your own id for it, unique in the firm." }) externalId?:
    string | null;
  @Field(() => LanguageEnum, {
    nullable: true,
    description: "What the person is written to in; null: as the firm writes to its clients.",
  })
  language?: Language | null;
}

@InputType({ description: "Contacts to create or change." })
export class UpsertContactsInput {
  @Field(() => [ContactInput], { description: "Up to 500, matched by externalId, else email." })
  contacts: ContactInput[];
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: "Only tells what would happen: every row is judged as ever, nothing is written. Default false.",
  })
  dryRun?: boolean | null;
}
