import type { AuditEventType } from "@gatehouse/shared";
import type { Work } from "../work/unit-of-work.js";
import { PortalTrendDay } from "./firm.results.js";

const DAY_MS = 86_400_000;
const counted = {
  INVITE_SENT: "invitesSent",
  ACCOUNT_CREATED: "accountsCreated",
  TWO_FACTOR_ENROLLED: "twoFactorEnrolled",
} as const satisfies Partial<Record<AuditEventType, keyof PortalTrendDay>>;
const types = Object.keys(counted) as (keyof typeof counted)[];

/** What the log tells of the last days (UTC), the oldest first; a day without anything is there too. */
export async function portalTrend({ reader, clock }: Work, firmId: string, days: number): Promise<PortalTrendDay[]> {
  const today = Math.floor(clock.now() / DAY_MS);
  const first = today - days + 1;
  const trend = Array.from({ length: days }, (_, index) =>
    Object.assign(new PortalTrendDay(), {
      day: new Date((first + index) * DAY_MS).toISOString().slice(0, 10),
      invitesSent: 0,
      accountsCreated: 0,
      twoFactorEnrolled: 0,
    }),
  );
  // The remainder, not a division: SQLite and MySQL divide integers differently.
  const rows = (await reader.query(
    `SELECT e.type, e.occurredAt - e.occurredAt % ${DAY_MS} AS start, COUNT(*) AS n FROM audit_events e
     WHERE e.firmId = ? AND e.type IN (${types.map(() => "?").join(", ")}) AND e.occurredAt >= ? GROUP BY e.type, start`,
    [firmId, ...types, first * DAY_MS],
  )) as { type: keyof typeof counted; start: number; n: number }[];
  for (const { type, start, n } of rows) {
    const day = trend[Number(start) / DAY_MS - first];
    if (day) day[counted[type]] = Number(n);
  }
  return trend;
}
