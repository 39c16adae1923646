import { addDays, dayStart, type SignInMethod } from "@gatehouse/shared";
import { select, table } from "../../platform/database/sql.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import type { Work } from "../work/unit-of-work.js";
import { loggedEvents } from "./logged-events.js";

/** A day of the firm's time zone. */
export interface AdoptionDay {
  day: string;
  /** At the end of the day. */
  logins: number;
  enrolled: number;
  /** Sign-ins on that day: of any kind, with a second factor, on a trusted device. */
  signIns: number;
  withSecondFactor: number;
  onTrustedDevice: number;
}

const types = [
  "ACCOUNT_CREATED",
  "ACCOUNT_DELETED",
  "CONTACT_DELETED",
  "TWO_FACTOR_ENROLLED",
  "TWO_FACTOR_DISABLED",
  "TWO_FACTOR_RESET",
  "SIGN_IN_SUCCEEDED",
] as const;
const laterTypes = ["ACCOUNT_CREATED", "TWO_FACTOR_ENROLLED"] as const;
const secondFactors: readonly SignInMethod[] = ["TOTP", "RECOVERY_CODE", "PASSKEY"];

const a = table(PortalAccount, "a");
const t = table(TwoFactorState, "t");
const ACCOUNTS = select({ id: a.id, createdAt: a.createdAt, enrolledAt: t.enrolledAt })
  .from`${a} JOIN ${t} ON ${t.ownerId} = ${a.id} WHERE ${a.firmId} = ? AND ${a.id} > ? ORDER BY ${a.id} LIMIT 1000`;

/**
 * How many logins there were, and how many had 2FA, at the end of each of some days, from the log through an event. Logins
 * that were created before the log tells it are counted from when the tables say that they were.
 */
export async function adoptionReport(
  work: Work,
  { firmId, timeZone }: { firmId: string; timeZone: string },
  {
    first,
    days,
    throughSeq,
    onRead,
  }: { first: string; days: number; throughSeq: number; onRead?: ((events: number) => void) | undefined },
): Promise<AdoptionDay[]> {
  const start = dayStart(first, timeZone);
  const ends = Array.from({ length: days }, (_, n) => dayStart(addDays(first, n + 1), timeZone));
  const report: AdoptionDay[] = ends.map((_, n) => {
    return { day: addDays(first, n), logins: 0, enrolled: 0, signIns: 0, withSecondFactor: 0, onTrustedDevice: 0 };
  });
  /** The day at whose end what happened at that moment is first counted. */
  const dayCounting = (at: number): AdoptionDay | undefined => report[firstAfter(ends, at)];
  const count = (key: "logins" | "enrolled", at: number, by: number) => {
    const day = dayCounting(at);
    if (day) day[key] += by;
  };
  const created = new Set<string>();
  /** Whether each login whose second factor an event tells of has one. */
  const enrolled = new Map<string, boolean>();
  const enroll = (id: string, isEnrolled: boolean, at: number) => {
    if ((enrolled.get(id) ?? false) !== isEnrolled) count("enrolled", at, isEnrolled ? 1 : -1);
    enrolled.set(id, isEnrolled);
  };
  for await (const events of loggedEvents(work, firmId, { throughSeq, types, until: ends.at(-1) ?? start, onRead }))
    for (const { type, occurredAt, accountId, methods, data } of events) {
      if (accountId === null) continue;
      if (type === "SIGN_IN_SUCCEEDED") {
        const day = occurredAt < start || data.door === "MAGIC_LINK" ? undefined : dayCounting(occurredAt);
        if (!day) continue;
        day.signIns++;
        if (methods?.some((method) => secondFactors.includes(method))) day.withSecondFactor++;
        if (methods?.includes("TRUSTED_DEVICE")) day.onTrustedDevice++;
      } else if (type === "ACCOUNT_CREATED") {
        created.add(accountId);
        count("logins", occurredAt, 1);
      } else if (type === "ACCOUNT_DELETED" || type === "CONTACT_DELETED") {
        enroll(accountId, false, occurredAt);
        if (created.has(accountId)) count("logins", occurredAt, -1);
      } else enroll(accountId, type === "TWO_FACTOR_ENROLLED", occurredAt);
    }
  // The tables may have what happened after the event that the report stands on.
  for await (const events of loggedEvents(work, firmId, { types: laterTypes, afterSeq: throughSeq }))
    for (const { type, accountId } of events)
      if (accountId !== null && type === "ACCOUNT_CREATED") created.add(accountId);
      else if (accountId !== null && !enrolled.has(accountId)) enrolled.set(accountId, false);
  for (let after = ""; ;) {
    const rows = await work.unpreparedRows(ACCOUNTS, [firmId, after]);
    for (const { id, createdAt, enrolledAt } of rows) {
      if (created.has(id)) continue;
      count("logins", createdAt, 1);
      if (enrolledAt !== null && !enrolled.has(id)) count("enrolled", enrolledAt, 1);
    }
    const last = rows.at(-1);
    if (!last) return withRunningTotals(report);
    after = last.id;
  }
}

/** The index of the first of these moments, in order, that is after `at`. */
function firstAfter(moments: readonly number[], at: number): number {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moments[middle] ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

function withRunningTotals(report: AdoptionDay[]): AdoptionDay[] {
  let [logins, enrolled] = [0, 0];
  for (const day of report) {
    day.logins = logins += day.logins;
    day.enrolled = enrolled += day.enrolled;
  }
  return report;
}
