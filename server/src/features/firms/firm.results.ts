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
const PlanEnum = tableEnum("Plan", "What the firm pays for.", plans, ({ name }) => name);

@ObjectType("PortalFirm", { description: "What anyone may know of a firm's portal: what its sign-in page needs." })
export class PortalFirmView {
  @Field(() => String, { description: "The firm's name." }) name: string;
  @Field(() => String, { description: "In the portal's address: /portal/<slug>." }) slug: string;
  @Field(() => SecurityModeEnum, { description: "How its clients get in." }) mode: SecurityMode;
  @Field(() => DateTime, {
    nullable: true,
    description: "From when 2FA is demanded, while that is announced; null where it is not, or is in force already.",
  })
  twoFactorDueAt: number | null;
  @Field(() => LanguageEnum, {
    description: "Of clients who have chosen none, and whose browser asks for none of ours.",
  })
  clientLanguage: Language;
  /** Not told. */
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
      "From when 2FA is demanded in MAGIC_LINK_AND_LOGIN_2FA. Null: since the mode was set. Before it, clients may still sign in without and are asked to enrol.",
  })
  enforcedFrom: number | null;
  @Field(() => Boolean, {
    description:
      "In MAGIC_LINK_AND_LOGIN_2FA: a magic link opens its request only after the code (or, for a client without, after creating the account and enrolling). Default true; false: clients who are not enrolled reach the one request by the link alone.",
  })
  magicLinkRequiresTwoFactor: boolean;
  @Field(() => Int, {
    description: "0..30, default 0. How long a device may skip the code after it was trusted; 0 switches trusting off.",
  })
  trustedDeviceDays: number;
  @Field(() => Boolean, { description: "Whether the team's owners and administrators need 2FA. Default false." })
  teamRequiresTwoFactor: boolean;
  @Field(() => [SecurityModeEnum], { description: "Modes that the firm's plan offers." })
  availableModes: readonly SecurityMode[];
  @Field(() => Int, { description: "Grows with every change; pass it as expectedVersion." }) version: number;
  @Field(() => DateTime, { description: "The last change." }) updatedAt: number;
  @Field(() => String, { nullable: true, description: "A team member's or API key's name." }) updatedBy: string | null;
}

@ObjectType("PortalStats", {
  description:
    "Counts over the firm's contacts; they add up: contacts = withoutEmail + notInvited + invited + withAccount.",
})
export class PortalStatsView {
  @Field(() => Int, { description: "All contacts." }) contacts: number;
  @Field(() => Int, { description: "Without an email." }) withoutEmail: number;
  @Field(() => Int, { description: "With an email, never invited." }) notInvited: number;
  @Field(() => Int, { description: "Invited, without an account." }) invited: number;
  @Field(() => Int, { description: "With an account." }) withAccount: number;
  @Field(() => Int, { description: "Of those with an account." }) twoFactorEnrolled: number;
  @Field(() => Int, { description: "Of those with an account: locked now." }) lockedOut: number;
}

@ObjectType({ description: "What happened in the portal on one day." })
export class PortalTrendDay {
  @Field(() => String, { description: "YYYY-MM-DD, in UTC." }) day: string;
  @Field(() => Int, { description: "Invitations sent." }) invitesSent: number;
  @Field(() => Int, { description: "Accounts created." }) accountsCreated: number;
  @Field(() => Int, { description: "Clients and colleagues who set up 2FA." }) twoFactorEnrolled: number;
}

@ObjectType("SecurityModeImpact", { description: "What saving a mode would do, before it is saved." })
export class SecurityModeImpactView {
  @Field(() => SecurityModeEnum, { description: "The mode asked about." }) mode: SecurityMode;
  @Field(() => Boolean, { description: "The firm's plan offers it." }) allowedByPlan: boolean;
  @Field(() => Int, { description: "Portal accounts of the firm." }) accounts: number;
  @Field(() => Int, { description: "Would be asked to set up 2FA at their next sign-in." }) accountsToEnroll: number;
  @Field(() => Int, { description: "Would be signed out or demoted at once." }) sessionsToEnd: number;
  @Field(() => Int, { description: "Contacts without an account." }) contactsWithoutAccount: number;
}

@ObjectType("Firm", { implements: Node, description: "An accounting firm." })
export class FirmView extends Node {
  @Field(() => String, { description: "The firm's name." }) name: string;
  @Field(() => String, { description: "In the portal's address: /portal/<slug>." }) slug: string;
  @Field(() => PlanEnum, { description: "What the firm pays for." }) plan: Plan;
  @Field(() => LanguageEnum, {
    description: "Of clients who have chosen none, and whose browser asks for none of ours.",
  })
  clientLanguage: Language;

  static of({ id, name, slug, plan, clientLanguage }: Omit<Firm, "createdAt">): FirmView {
    const language = chooseLanguage({ own: null, asked: null, firm: clientLanguage });
    return Object.assign(new FirmView(), { id, name, slug, plan, clientLanguage: language });
  }
}

@ObjectType({ description: "What updateSecurityPolicy answers." })
export class SecurityPolicyPayload extends Payload {
  @Field(() => FirmView, { nullable: true, description: "The firm with its policy." }) firm: FirmView | null = null;
}
