import type { Plan } from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import { AuditCounter } from "../audit/audit-event.entity.js";
import { PortalCounts } from "../contacts/contact.entity.js";
import { SecurityPolicy } from "../security-mode/security-policy.entity.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { Firm } from "./firm.entity.js";

export interface NewFirm {
  slug: string;
  name: string;
  plan: Plan;
  /** As `readTimeZone` returns it; UTC if left out. */
  timeZone?: string;
}

/** Inserts a firm with what every firm has: its policy (magic link and login), its event counter and its counts. */
export async function insertFirm({ manager, now }: UnitOfWork, given: NewFirm): Promise<Firm> {
  const firm = manager.create(Firm, {
    timeZone: null,
    mailsCheckpoints: false,
    signInEventDays: null,
    signInEventDaysSetAt: null,
    ...given,
    id: newId("firm", now),
    clientLanguage: null,
    createdAt: now,
  });
  await manager.insert(Firm, firm);
  await manager.insert(SecurityPolicy, {
    firmId: firm.id,
    mode: "MAGIC_LINK_AND_LOGIN",
    enforcedFrom: null,
    magicLinkRequiresTwoFactor: true,
    trustedDeviceDays: 0,
    teamRequiresTwoFactor: false,
    version: 1,
    updatedAt: now,
    updatedBy: null,
  });
  await manager.insert(AuditCounter, { firmId: firm.id, lastSeq: 0 });
  await manager.insert(PortalCounts, {
    firmId: firm.id,
    withoutEmail: 0,
    notInvited: 0,
    invited: 0,
    withAccount: 0,
    twoFactorEnrolled: 0,
  });
  return firm;
}
