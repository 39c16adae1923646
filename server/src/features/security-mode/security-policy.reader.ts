import type { EntityManager } from "typeorm";
import { chooseLanguage, type Language, type ModePolicy, type Plan } from "@gatehouse/shared";
import { forShare, forUpdate } from "../../platform/database/dialect.js";
import { Firm } from "../firms/firm.entity.js";
import { SecurityPolicy } from "./security-policy.entity.js";

/** A firm's policy as rules and services need it. Times are epoch milliseconds. */
export interface FirmPolicy extends ModePolicy {
  firmId: string;
  firmName: string;
  firmSlug: string;
  plan: Plan;
  /** Of clients who have not said theirs. */
  clientLanguage: Language;
  trustedDeviceDays: number;
  teamRequiresTwoFactor: boolean;
  version: number;
  updatedAt: number;
  updatedBy: string | null;
}

export interface PolicyLock {
  /**
   * "share": the policy stays as it is until the commit; whatever opens a session or makes a challenge reads it so, and early in
   * its transaction. "update": for whoever is going to change the policy or the plan. The two exclude each other, so that no
   * sign-in that began under the old policy is kept after the new one. Without: what is committed now.
   */
  lock?: "share" | "update";
}

/** The policy of a firm that exists; throws for one that does not. A lock needs a transaction's manager. */
export async function loadPolicy(
  manager: EntityManager,
  firmId: string,
  { lock }: PolicyLock = {},
): Promise<FirmPolicy> {
  // Always the policy's row first, then the firm's: everybody who locks both does it in this order.
  const locking = { share: forShare(manager), update: forUpdate(manager), none: {} }[lock ?? "none"];
  const policy = await manager.findOneOrFail(SecurityPolicy, { where: { firmId }, ...locking });
  const firm = await manager.findOneOrFail(Firm, { where: { id: firmId }, ...(lock ? forShare(manager) : {}) });
  return {
    firmId,
    firmName: firm.name,
    firmSlug: firm.slug,
    plan: firm.plan,
    clientLanguage: chooseLanguage({ own: null, asked: null, firm: firm.clientLanguage }),
    mode: policy.mode,
    enforcedFrom: policy.enforcedFrom,
    magicLinkRequiresTwoFactor: policy.magicLinkRequiresTwoFactor,
    trustedDeviceDays: policy.trustedDeviceDays,
    teamRequiresTwoFactor: policy.teamRequiresTwoFactor,
    version: policy.version,
    updatedAt: policy.updatedAt,
    updatedBy: policy.updatedBy,
  };
}
