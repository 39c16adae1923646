import {
  counts,
  dayOf,
  FIRST_REPORT_DAY,
  reportKindOf,
  type DaysFault,
  type ReportKindName,
  type ReportStatus,
} from "@gatehouse/shared";
import type { ResultOf } from "../../../graphql/graphql.js";
import type { ReportRow_report } from "./report-row.fragment.js";

/** A report as a list has it. */
export type Report = ResultOf<typeof ReportRow_report>;

/** What each kind of report is for. */
export const kindDescriptions = {
  ACCESS:
    "Every contact with its login, two-factor authentication, last sign-in, trusted devices and open links, and what differs from your security settings.",
  ADOPTION: "For each day: how many logins there were, how many had 2FA, and how clients signed in.",
  CHANGES: "Who changed settings, keys, webhooks and the team, reset 2FA or exported data, and why.",
} as const satisfies Record<ReportKindName, string>;

export const statusBadges = {
  PENDING: { tone: "neutral", title: "Waiting" },
  RUNNING: { tone: "accent", title: "Being made" },
  READY: { tone: "success", title: "Ready" },
  FAILED: { tone: "danger", title: "Failed" },
} as const satisfies Record<ReportStatus, { tone: string; title: string }>;

const DAYS_POSSIBLE = `Choose a day from ${FIRST_REPORT_DAY} to today.`;
/** Why no report is about those days, beside the field that is wrong. */
export const faultWords = {
  NOT_A_DAY: DAYS_POSSIBLE,
  TOO_EARLY: DAYS_POSSIBLE,
  NOT_YET: "This day has not come yet.",
  BACKWARDS: "This day is after the last one.",
  TOO_MANY: `Choose ${counts.reportDays} days at most.`,
} as const satisfies Record<DaysFault["fault"], string>;

export const isInProgress = ({ status }: { status: ReportStatus }): boolean =>
  status === "PENDING" || status === "RUNNING";

/** The name under which a report is saved, with what it was asked about: adoption-2026-01-01-2026-01-31.csv. */
export function fileNameOf(
  { kind, asOf, since, until }: Pick<Report, "kind" | "asOf" | "since" | "until">,
  file: "csv" | "pdf",
  timeZone: string,
): string {
  const days = asOf === null ? [since, until] : [dayOf(Date.parse(asOf), timeZone)];
  return `${[reportKindOf(kind), ...days.filter((day) => day !== null)].join("-")}.${file}`;
}
