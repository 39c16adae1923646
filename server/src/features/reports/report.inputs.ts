import { ArgsType, Field, InputType, Int } from "type-graphql";
import type { Language, ReportKindName } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { LanguageEnum } from "../client-language/client-language.results.js";
import { ReportKindEnum } from "./report.results.js";

@InputType({ description: "What to report." })
export class RequestReportInput {
  @Field(() => ReportKindEnum, { description: "What it is about." }) kind: ReportKindName;
  @Field(() => DateTime, {
    nullable: true,
    description: "The moment that ACCESS is about, from the year 2000 to now. Defaults to now.",
  })
  asOf?: number | null;
  @Field(() => String, {
    nullable: true,
    description:
      "The first day that ADOPTION and CHANGES are about, like 2026-01-31, in the firm's time zone, from the year 2000 on. Defaults to 29 days before `until`.",
  })
  since?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      "The last day, which is included: today at the latest, which is the default. At most 400 days together.",
  })
  until?: string | null;
  @Field(() => LanguageEnum, { nullable: true, description: "The language of its words. Defaults to English." })
  language?: Language | null;
}

/** A page that is only turned forwards. */
@ArgsType()
export class ForwardPageArgs {
  @Field(() => Int, { description: "Return the first n items, 1 to 100." }) first: number;
  @Field(() => String, { nullable: true, description: "Return only items after this cursor." })
  after?: string | null;
}
