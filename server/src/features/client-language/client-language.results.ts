import { Field, InputType, ObjectType } from "type-graphql";
import { languages, type Language } from "@gatehouse/shared";
import { Payload } from "../../platform/graphql/payloads.js";
import { tableEnum } from "../../platform/graphql/table-enum.js";

export const LanguageEnum = tableEnum(
  "Language",
  "A language that clients are written to in.",
  languages,
  ({ englishName, tag }) => `${englishName} (${tag}).`,
);

@InputType({ description: "A language." })
export class LanguageInput {
  @Field(() => LanguageEnum, { description: "Which." }) language: Language;
}

@ObjectType({ description: "What chooseLanguage answers." })
export class ChooseLanguagePayload extends Payload {
  @Field(() => LanguageEnum, { nullable: true, description: "The client's language from now on." })
  language: Language | null = null;
}
