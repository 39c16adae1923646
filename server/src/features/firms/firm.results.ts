import { Field, Int, ObjectType } from "type-graphql";
import {
  chooseLanguage,
  plans,
  securityModes,
  twoFactorDueAt,
  type Language,
  type Plan,
  type SecurityMode,
} from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Node } from "../../platform/graphql/node.js";
import { Payload } from "../../platform/graphql/payloads.js";
import { tableEnum } from "../../platform/graphql/table-enum.js";
import { LanguageEnum } from "../client-language/client-language.results.js";
import type { FirmPolicy } from "./security-policy.reader.js";
import type { Firm } from "./firm.entity.js";

export const SecurityModeEnum = tableEnum(
  "SecurityMode",
  "How a firm's clients get in.",
  securityModes,
  ({ summary }) => summary,
);
const PlanEnum = tableEnum("Plan", "The plan that the firm pays for.", plans, ({ name }) => name);

@ObjectType("PortalFirm", { description: "What anybody may know of a firm's portal: what its sign-in page needs." })
export class PortalFirmView {
  @Field(() => String, { description: "The firm's name." }) name: string;
  @Field(() => String, { description: "The slug in the portal's address: /portal/<slug>." }) slug: string;
  @Field(() => SecurityModeEnum, { description: "How its clients get in." }) mode: SecurityMode;
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
  /** Not exposed. */
  firmId: string;

  static of(policy: FirmPolicy, now: number): PortalFirmView {
    const { firmId, firmName: name, firmSlug: slug, mode, clientLanguage } = policy;
    const dueAt = twoFactorDueAt(policy, now);
    return Object.assign(new PortalFirmView(), { firmId, name, slug, mode, clientLanguage, twoFactorDueAt: dueAt });
  }
}

@ObjectType("SecurityPolicy", { description: "The firm's one rule for how its clients get in." })
export class SecurityPolicyView {
  @Field(() => SecurityModeEnum, { description: "The mode in force." }) mode: SecurityMode;
  @Field(() => DateTime, {
    nullable: true,
    description:
      "From when 2FA is required in MAGIC_LINK_AND_LOGIN_2FA; null: since the mode was set. Until then clients may still sign in without it and are asked to enroll.",
  })
  enforcedFrom: number | null;
  @Field(() => Boolean, {
    description:
      "In MAGIC_LINK_AND_LOGIN_2FA: whether a magic link opens its request only after a code (or, for clients who have none, after they create the account and enroll). Defaults to true. If false, clients who are not enrolled reach the one request by the link alone.",
  })
  magicLinkRequiresTwoFactor: boolean;
  @Field(() => Int, {
    description:
      "How many days a device may skip the code after it was trusted: 0 to 30, 0 by default. 0 switches trusted devices off.",
  })
  trustedDeviceDays: number;
  @Field(() => Boolean, { description: "Whether the team's owners and administrators need 2FA. Defaults to false." })
  teamRequiresTwoFactor: boolean;
  @Field(() => [SecurityModeEnum], { description: "Modes that the firm's plan offers." })
  availableModes: readonly SecurityMode[];
  @Field(() => Int, { description: "Increases with every change. Pass it as `expectedVersion`." }) version: number;
  @Field(() => DateTime, { description: "When the policy was last changed." }) updatedAt: number;
  @Field(() => String, { nullable: true, description: "The name of the team member or API key that last changed it." })
  updatedBy: string | null;
}

@ObjectType("PortalStats", {
  description:
    "Counts of the firm's contacts. They add up: contacts = withoutEmail + notInvited + invited + withAccount.",
})
export class PortalStatsView {
  @Field(() => Int, { description: "All contacts." }) contacts: number;
  @Field(() => Int, { description: "Contacts without an email." }) withoutEmail: number;
  @Field(() => Int, { description: "Contacts with an email who were never invited." }) notInvited: number;
  @Field(() => Int, { description: "Contacts who were invited and have no account." }) invited: number;
  @Field(() => Int, { description: "Contacts with an account." }) withAccount: number;
  @Field(() => Int, { description: "Contacts with an account and 2FA." }) twoFactorEnrolled: number;
  @Field(() => Int, { description: "Contacts with an account whose second factor is locked now." }) lockedOut: number;
}

@ObjectType({ description: "What happened in the portal on one day." })
export class PortalTrendDay {
  @Field(() => String, { description: "The day as YYYY-MM-DD, in UTC." }) day: string;
  @Field(() => Int, { description: "Invitations sent." }) invitesSent: number;
  @Field(() => Int, { description: "Accounts created." }) accountsCreated: number;
  @Field(() => Int, { description: "How many clients and colleagues set up 2FA." }) twoFactorEnrolled: number;
}

@ObjectType("SecurityModeImpact", { description: "What saving a mode would do, before it is saved." })
export class SecurityModeImpactView {
  @Field(() => SecurityModeEnum, { description: "The mode in question." }) mode: SecurityMode;
  @Field(() => Boolean, { description: "Whether the firm's plan includes it." }) allowedByPlan: boolean;
  @Field(() => Int, { description: "The firm's portal accounts." }) accounts: number;
  @Field(() => Int, { description: "How many accounts would be required to set up 2FA at their next sign-in." })
  accountsToEnroll: number;
  @Field(() => Int, { description: "How many sessions would be ended or restricted at once." }) sessionsToEnd: number;
  @Field(() => Int, { description: "Contacts without an account." }) contactsWithoutAccount: number;
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

  static of({ id, name, slug, plan, clientLanguage }: Omit<Firm, "createdAt">): FirmView {
    const language = chooseLanguage({ own: null, asked: null, firm: clientLanguage });
    return Object.assign(new FirmView(), { id, name, slug, plan, clientLanguage: language });
  }
}

@ObjectType({ description: "The payload of updateSecurityPolicy." })
export class SecurityPolicyPayload extends Payload {
  @Field(() => FirmView, { nullable: true, description: "The firm with its policy." }) firm: FirmView | null = null;
}
