import { Field, InputType, ObjectType } from "type-graphql";
import { languages, type Language } from "@gatehouse/shared";
import { Payload } from "../../platform/graphql/payloads.js";
import { tableEnum } from "../../platform/graphql/table-enum.js";

export const LanguageEnum = tableEnum(
  "Language",
  "A language of pages and mails for clients.",
  languages,
  ({ englishName, tag }) => `${englishName} (${tag}).`,
);

@InputType({ description: "A language." })
export class LanguageInput {
  @Field(() => LanguageEnum, { description: "The language." }) language: Language;
}

@ObjectType({ description: "The payload of chooseLanguage." })
export class ChooseLanguagePayload extends Payload {
  @Field(() => LanguageEnum, { nullable: true, description: "The client's language from now on." })
  language: Language | null = null;
}
