import { availableModes } from "@gatehouse/shared";
import { byIndex } from "../../platform/database/dialect.js";
import { computed, indexOf, select, sql, table } from "../../platform/database/sql.js";
import { Contact, PortalCounts } from "../contacts/contact.entity.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import type { Work } from "../work/unit-of-work.js";
import { loadPolicy } from "./security-policy.reader.js";
import { portalTrend } from "./portal-trend.js";
import { Firm } from "./firm.entity.js";
import { FirmView, PortalFirmView, PortalStatsView, SecurityPolicyView, type PortalTrendDay } from "./firm.results.js";

const firms = table(Firm);
const FIRM = select({
  id: firms.id,
  name: firms.name,
  slug: firms.slug,
  plan: firms.plan,
  clientLanguage: firms.clientLanguage,
}).from`${firms} WHERE ${firms.id} = ?`;
const counts = table(PortalCounts);
const { firmId: ofFirm, ...kept } = counts;
const t = table(TwoFactorState, "t");
const c = table(Contact, "c");
const LOCKED_INDEX = indexOf(TwoFactorState, ["firmId", "lockedUntil"]);

/** Reads a firm and its counts. */
export class FirmService {
  constructor(private readonly work: Work) {}

  async find(firmId: string): Promise<FirmView> {
    const [firm] = await this.work.rows(FIRM, [firmId]);
    if (!firm) throw new Error(`there is no firm ${firmId}`);
    return FirmView.of(firm);
  }

  /** What anybody may know; null if there is no such firm. */
  async portal(slug: string): Promise<PortalFirmView | null> {
    const firm = await this.work.reader.findOneBy(Firm, { slug });
    if (!firm) return null;
    return PortalFirmView.of(await loadPolicy(this.work.reader, firm.id), this.work.clock.now());
  }

  async policy(firmId: string): Promise<SecurityPolicyView> {
    const policy = await loadPolicy(this.work.reader, firmId);
    return Object.assign(new SecurityPolicyView(), { ...policy, availableModes: availableModes(policy.plan) });
  }

  trend(firmId: string, days: number): Promise<PortalTrendDay[]> {
    return portalTrend(this.work, firmId, days);
  }

  /**
   * The stored counts, and how many are locked now: that changes with time alone, so it is counted by an index of
   * locks.
   */
  async stats(firmId: string): Promise<PortalStatsView> {
    const { reader, clock } = this.work;
    const lockedOut = sql`(SELECT COUNT(*) FROM ${t} ${byIndex(reader, LOCKED_INDEX)}
      JOIN ${c} ON ${c.portalAccountId} = ${t.ownerId} WHERE ${t.firmId} = ? AND ${t.lockedUntil} > ?)`;
    const [row] = await this.work.rows(
      select({ ...kept, lockedOut: computed<number>(lockedOut) }).from`${counts} WHERE ${ofFirm} = ?`,
      [firmId, clock.now(), firmId],
    );
    if (!row) throw new Error(`the firm ${firmId} has no counts`);
    const contacts = row.withoutEmail + row.notInvited + row.invited + row.withAccount;
    return Object.assign(new PortalStatsView(), row, { contacts });
  }
}
