import type { AuditEventType } from "@gatehouse/shared";
import { DAY_MS, addDays, dayOf, dayStart } from "@gatehouse/shared";
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
const since = sql`(${e.occurredAt} - ?)`;
const DAYS = select({
  type: computed<keyof typeof counted>(e.type),
  // A remainder rather than a division: SQLite and MySQL divide integers differently.
  sinceFirst: computed<number>(sql`${since} - ${since} % ${DAY_MS}`),
  n: computed<number>(sql`COUNT(*)`),
})
  .from`${e} WHERE ${e.firmId} = ? AND ${e.type} IN (${placeholders(types.length)}) AND ${e.occurredAt} >= ? AND ${e.occurredAt} < ? GROUP BY ${e.type}, sinceFirst`;

/** Days that follow each other every 24 hours: only the last one may be longer or shorter, where clocks are set or a day was skipped. */
interface Run {
  start: number;
  end: number;
  days: PortalTrendDay[];
}

/** What the log contains about the firm's last days, oldest first; days without events are included. */
export async function portalTrend(
  work: Work,
  { firmId, timeZone }: { firmId: string; timeZone: string },
  days: number,
): Promise<PortalTrendDay[]> {
  const runs = runsOf(addDays(dayOf(work.clock.now(), timeZone), 1 - days), days, timeZone);
  // One range of the index for each run: clocks are set a few times a year.
  await work.readList(firmId, async (reads) => {
    for (const { start, end, days: ofRun } of runs)
      for (const { type, sinceFirst, n } of await reads.unpreparedRows(DAYS, [
        start,
        start,
        firmId,
        ...types,
        start,
        end,
      ])) {
        const day = ofRun[Math.min(sinceFirst / DAY_MS, ofRun.length - 1)];
        if (day) day[counted[type]] += n;
      }
  });
  return runs.flatMap((run) => run.days);
}

function runsOf(first: string, days: number, timeZone: string): Run[] {
  const runs: Run[] = [];
  let start = dayStart(first, timeZone);
  for (let n = 0, day = first; n < days; n++) {
    const next = addDays(day, 1);
    const end = dayStart(next, timeZone);
    const counts = Object.assign(new PortalTrendDay(), {
      day,
      invitesSent: 0,
      accountsCreated: 0,
      twoFactorEnrolled: 0,
    });
    const run = runs.at(-1);
    if (run && start - run.start === run.days.length * DAY_MS) {
      run.days.push(counts);
      run.end = end;
    } else runs.push({ start, end, days: [counts] });
    [day, start] = [next, end];
  }
  return runs;
}
