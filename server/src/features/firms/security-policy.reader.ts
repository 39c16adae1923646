import type { EntityManager } from "typeorm";
import { chooseLanguage, type Language, type ModePolicy, type Plan } from "@gatehouse/shared";
import { forUpdate, joinInOrderSql, forShareSql } from "../../platform/database/dialect.js";
import { rowsOf } from "../../platform/database/prepared-rows.js";
import { select, table } from "../../platform/database/sql.js";
import { joinTenant } from "../../platform/database/transaction.js";
import { Firm } from "./firm.entity.js";
import { FirmGone } from "../work/firm-gone.js";
import { SecurityPolicy } from "../security-mode/security-policy.entity.js";

/** A firm's policy as rules and services need it. Times are epoch milliseconds. */
export interface FirmPolicy extends ModePolicy {
  firmId: string;
  firmName: string;
  firmSlug: string;
  plan: Plan;
  /** The language for clients who have not chosen one. */
  clientLanguage: Language;
  /** As stored; `usableTimeZone` reads it. */
  timeZone: string | null;
  trustedDeviceDays: number;
  teamRequiresTwoFactor: boolean;
  /** Since when the operator lets nobody of the firm in; null: the firm is open. */
  firmDisabledAt: number | null;
  version: number;
  updatedAt: number;
  updatedBy: string | null;
}

export interface PolicyLock {
  /**
   * "share": the policy stays as it is until the commit; everything that opens a session or creates a challenge reads
   * it this way, early in its transaction. "update": for changing the policy or the plan. The two exclude each other,
   * so that no sign-in that began under the old policy survives the new one. Without a lock: the committed state.
   */
  lock?: "share" | "update";
}

const p = table(SecurityPolicy, "p");
const f = table(Firm, "f");
const POLICY = select({
  firmId: p.firmId,
  firmName: f.name,
  firmSlug: f.slug,
  plan: f.plan,
  clientLanguage: f.clientLanguage,
  timeZone: f.timeZone,
  mode: p.mode,
  enforcedFrom: p.enforcedFrom,
  magicLinkRequiresTwoFactor: p.magicLinkRequiresTwoFactor,
  trustedDeviceDays: p.trustedDeviceDays,
  teamRequiresTwoFactor: p.teamRequiresTwoFactor,
  firmDisabledAt: p.firmDisabledAt,
  version: p.version,
  updatedAt: p.updatedAt,
  updatedBy: p.updatedBy,
});

/** The policy of an existing firm; throws FirmGone if there is no such firm. A lock needs a transaction's manager. */
export async function loadPolicy(
  manager: EntityManager,
  firmId: string,
  { lock }: PolicyLock = {},
): Promise<FirmPolicy> {
  if (lock) joinTenant(manager, firmId);
  // The policy's row always comes before the firm's: everything that locks both does so in this order.
  if (lock === "update") await manager.findOneOrFail(SecurityPolicy, { where: { firmId }, ...forUpdate(manager) });
  const ofFirm = POLICY.from`${p} ${joinInOrderSql(manager)} ${f} ON ${f.id} = ${p.firmId} WHERE ${p.firmId} = ?`;
  const [row] = await rowsOf(manager, lock ? ofFirm.plus`${forShareSql(manager)}` : ofFirm, [firmId]);
  if (!row) throw new FirmGone();
  return { ...row, clientLanguage: chooseLanguage({ own: null, asked: null, firm: row.clientLanguage }) };
}
