import { Field, Int, ObjectType } from "type-graphql";
import {
  chooseLanguage,
  plans,
  signInErasureFrom,
  twoFactorDueAt,
  usableTimeZone,
  type Language,
  type Plan,
  type SecurityMode,
} from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Node } from "../../platform/graphql/node.js";
import { tableEnum } from "../../platform/graphql/table-enum.js";
import { LanguageEnum } from "../client-language/client-language.results.js";
import type { FirmPolicy } from "./security-policy.reader.js";
import type { Firm } from "./firm.entity.js";
import { SecurityModeEnum } from "../security-mode/security-mode.results.js";

const timeZoneOfFirm =
  "The firm's time zone (IANA database), in which its days are counted and shown. UTC if none was chosen.";
const PlanEnum = tableEnum("Plan", "The plan that the firm pays for.", plans, ({ name }) => name);

@ObjectType("PortalFirm", { description: "What anybody may know of a firm's portal: what its sign-in page needs." })
export class PortalFirmView {
  @Field(() => String, { description: "The firm's name." }) name: string;
  @Field(() => String, { description: "The slug in the portal's address: /portal/<slug>." }) slug: string;
  @Field(() => SecurityModeEnum, { description: "How the firm's clients get in." }) mode: SecurityMode;
  @Field(() => DateTime, {
    nullable: true,
    description:
      "From when 2FA will be required, while that lies in the future; null if it is not planned or is already in force.",
  })
  twoFactorDueAt: number | null;
  @Field(() => LanguageEnum, {
    description: "The language for clients who have chosen none and whose browser requests none that we have.",
  })
  clientLanguage: Language;
  @Field(() => String, { description: timeZoneOfFirm }) timeZone: string;
  @Field(() => Boolean, { description: "The operator has closed the firm's access: nobody can get in." })
  isDisabled: boolean;
  /** Not exposed. */
  firmId: string;

  static of(policy: FirmPolicy, now: number): PortalFirmView {
    const { firmId, firmName: name, firmSlug: slug, mode, clientLanguage, timeZone } = policy;
    return Object.assign(new PortalFirmView(), {
      firmId,
      name,
      slug,
      mode,
      clientLanguage,
      timeZone: usableTimeZone(timeZone),
      twoFactorDueAt: twoFactorDueAt(policy, now),
      isDisabled: policy.firmDisabledAt !== null,
    });
  }
}

@ObjectType("Firm", { implements: Node, description: "An accounting firm." })
export class FirmView extends Node {
  @Field(() => String, { description: "The firm's name." }) name: string;
  @Field(() => String, { description: "The slug in the portal's address: /portal/<slug>." }) slug: string;
  @Field(() => PlanEnum, { description: "The plan that the firm pays for." }) plan: Plan;
  @Field(() => LanguageEnum, {
    description: "The language for clients who have chosen none and whose browser requests none that we have.",
  })
  clientLanguage: Language;
  @Field(() => String, { description: timeZoneOfFirm }) timeZone: string;
  @Field(() => Boolean, {
    description: "Whether owners and administrators get a signed checkpoint of the audit log by mail once a day.",
  })
  mailsCheckpoints: boolean;
  @Field(() => Int, {
    nullable: true,
    description:
      "For how many days sign-in events keep names, addresses and devices; null: for ever. Afterwards the events stay, with their type, time, methods and ids.",
  })
  signInEventDays: number | null;
  @Field(() => DateTime, {
    nullable: true,
    description: "Before then, that setting erases nothing: a day after its last change. Null if it is for ever.",
  })
  signInErasureFrom: number | null;

  static of(firm: Omit<Firm, "createdAt">): FirmView {
    const { id, name, slug, plan, clientLanguage, timeZone, mailsCheckpoints, signInEventDays } = firm;
    const language = chooseLanguage({ own: null, asked: null, firm: clientLanguage });
    return Object.assign(new FirmView(), {
      id,
      name,
      slug,
      plan,
      clientLanguage: language,
      timeZone: usableTimeZone(timeZone),
      mailsCheckpoints,
      signInEventDays,
      signInErasureFrom: signInErasureFrom({ days: signInEventDays, setAt: firm.signInEventDaysSetAt }),
    });
  }
}
