import type { AuditEventType } from "@gatehouse/shared";
import { DAY_MS } from "@gatehouse/shared";
import { computed, placeholders, select, sql, table } from "../../platform/database/sql.js";
import { AuditEvent } from "../audit/audit-event.entity.js";
import type { Work } from "../work/unit-of-work.js";
import { PortalTrendDay } from "./portal-stats.results.js";

const counted = {
  INVITE_SENT: "invitesSent",
  ACCOUNT_CREATED: "accountsCreated",
  TWO_FACTOR_ENROLLED: "twoFactorEnrolled",
} as const satisfies Partial<Record<AuditEventType, keyof PortalTrendDay>>;
const types = Object.keys(counted) as (keyof typeof counted)[];

const e = table(AuditEvent, "e");
const DAYS = select({
  type: computed<keyof typeof counted>(e.type),
  // A remainder rather than a division: SQLite and MySQL divide integers differently.
  start: computed<number>(sql`${e.occurredAt} - ${e.occurredAt} % ${DAY_MS}`),
  n: computed<number>(sql`COUNT(*)`),
})
  .from`${e} WHERE ${e.firmId} = ? AND ${e.type} IN (${placeholders(types.length)}) AND ${e.occurredAt} >= ? GROUP BY ${e.type}, start`;

/** What the log contains about the last days (UTC), oldest first; days without events are included. */
export async function portalTrend(work: Work, firmId: string, days: number): Promise<PortalTrendDay[]> {
  const today = Math.floor(work.clock.now() / DAY_MS);
  const first = today - days + 1;
  const trend = Array.from({ length: days }, (_, index) =>
    Object.assign(new PortalTrendDay(), {
      day: new Date((first + index) * DAY_MS).toISOString().slice(0, 10),
      invitesSent: 0,
      accountsCreated: 0,
      twoFactorEnrolled: 0,
    }),
  );
  const rows = await work.readList(firmId, (reads) => reads.unpreparedRows(DAYS, [firmId, ...types, first * DAY_MS]));
  for (const { type, start, n } of rows) {
    const day = trend[start / DAY_MS - first];
    if (day) day[counted[type]] = n;
  }
  return trend;
}
