import { forceIndexSql } from "../../platform/database/dialect.js";
import { computed, indexOf, select, sql, table } from "../../platform/database/sql.js";
import { Contact, PortalCounts } from "../contacts/contact.entity.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import type { Work } from "../work/unit-of-work.js";
import { portalTrend } from "./portal-trend.js";
import { PortalStatsView, type PortalTrendDay } from "./portal-stats.results.js";

const counts = table(PortalCounts);
const { firmId: ofFirm, ...kept } = counts;
const t = table(TwoFactorState, "t");
const c = table(Contact, "c");
const LOCKED_INDEX = indexOf(TwoFactorState, ["firmId", "lockedUntil"]);

/** How far a firm's contacts have come on the way into the portal. */
export class PortalStats {
  constructor(private readonly work: Work) {}

  /**
   * The stored counts, and how many are locked now: that changes with time alone, so it is counted by an index of
   * locks.
   */
  async of(firmId: string): Promise<PortalStatsView> {
    const { reader, clock } = this.work;
    const lockedOut = sql`(SELECT COUNT(*) FROM ${t} ${forceIndexSql(reader, LOCKED_INDEX)}
      JOIN ${c} ON ${c.portalAccountId} = ${t.ownerId} WHERE ${t.firmId} = ? AND ${t.lockedUntil} > ?)`;
    const text = select({ ...kept, lockedOut: computed<number>(lockedOut) }).from`${counts} WHERE ${ofFirm} = ?`;
    const [row] = await this.work.readList(firmId, (reads) => reads.rows(text, [firmId, clock.now(), firmId]));
    if (!row) throw new Error(`the firm ${firmId} has no counts`);
    const contacts = row.withoutEmail + row.notInvited + row.invited + row.withAccount;
    return Object.assign(new PortalStatsView(), row, { contacts });
  }

  trend(firm: { firmId: string; timeZone: string }, days: number): Promise<PortalTrendDay[]> {
    return portalTrend(this.work, firm, days);
  }
}
