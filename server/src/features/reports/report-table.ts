import {
  accessExceptions,
  auditEvents,
  changesInWords,
  isolatedIn,
  methodsInWords,
  reportKinds,
  securityModes,
  type AuditEventType,
  type Language,
  type ReportKind,
} from "@gatehouse/shared";
import type { AuditEventView } from "../audit/audit-event.results.js";
import { sentenceOf } from "../work/event-sentence.js";
import type { AccessReport, AccessRow } from "./access-report.js";
import type { AdoptionDay } from "./adoption-report.js";
import type { ReportPeriod } from "./report-question.js";
import { reportWords } from "./report-words.js";

/** A report as both kinds of file write it. */
export interface ReportTable {
  title: string;
  /** The moment or the days. */
  subtitle: string;
  /** What stands above the table. */
  facts: [label: string, value: string][];
  note: string | null;
  columns: ReportColumn[];
  /** In chunks that fit into memory. A cell is null if there is nothing to say. */
  rows: AsyncIterable<ReportCell[][]>;
  /** A picture of parts of a whole, or of counts by day. */
  picture: { shares: [label: string, count: number][] } | { lines: [label: string, counts: number[]][] } | null;
}
interface ReportColumn {
  title: string;
  /** Its share of a page's width; 0: only in the CSV. */
  width: number;
}
/** Text, a count, or a moment that the file writes in its own way. */
export type ReportCell = string | number | { at: number } | null;

interface Look {
  language: Language;
  /** A moment in the firm's zone. */
  momentOf(at: number): string;
}

/** "2026-11-30 12:00" in the zone: short, and the same in every language. */
export function momentsIn(timeZone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  return (at) => `${format.format(at)} ${timeZone}`;
}

export const reportTitle = (kind: ReportKind, language: Language): string => reportKinds[kind].title[language];

/** The moment or the days that a report is about, in words. */
export function subtitleOf({ asOf, days }: ReportPeriod, { language, momentOf }: Look): string {
  const say = reportWords[language];
  return days === null ? say.asOf(momentOf(asOf)) : say.between(days.first, days.last);
}

const AT_ONCE = 500;
async function* inChunks<T>(rows: readonly T[], cellsOf: (row: T) => ReportCell[]): AsyncGenerator<ReportCell[][]> {
  for (let from = 0; from < rows.length; from += AT_ONCE) yield rows.slice(from, from + AT_ONCE).map(cellsOf);
}
const momentCell = (at: number | null | undefined): ReportCell => (at == null ? null : { at });

export function accessTable({ asOf, policy, rows, counts }: AccessReport, look: Look): ReportTable {
  const { language } = look;
  const say = reportWords[language];
  const columns: [title: string, width: number, of: (row: AccessRow) => ReportCell][] = [
    [
      say.name,
      17,
      ({ name, isFromTables, isErased }) => (isErased ? say.erased : (name ?? "—")) + (isFromTables ? " *" : ""),
    ],
    [say.organization, 0, ({ organization }) => organization],
    [say.email, 17, ({ email }) => email],
    [say.login, 17, ({ login }) => login && login.email],
    [say.loginSince, 0, ({ login }) => momentCell(login?.createdAt)],
    [say.twoFactorSince, 10, ({ login }) => momentCell(login?.enrolledAt)],
    [say.passkeys, 0, ({ login }) => login && login.passkeys],
    [say.lastSignIn, 10, ({ login }) => momentCell(login?.lastSignInAt)],
    [say.provenBy, 14, ({ login }) => (login?.lastMethods ? methodsInWords(login.lastMethods, language) : null)],
    [say.trustedDevices, 8, ({ login }) => login && login.trustedDevices],
    [say.openLinks, 6, ({ openLinks }) => openLinks],
    [say.exceptions, 16, ({ exceptions }) => exceptions.map((one) => accessExceptions[one][language]).join("; ")],
    [say.source, 0, ({ isFromTables }) => (isFromTables ? say.fromTables : say.fromLog)],
    [say.contactId, 0, ({ contactId }) => contactId],
    [say.accountId, 0, ({ login }) => login && login.accountId],
  ];
  return {
    title: reportTitle("access", language),
    subtitle: subtitleOf({ asOf, days: null }, look),
    facts: [
      [say.mode, securityModes[policy.mode].title],
      [say.contacts, String(counts.contacts)],
      [say.logins, String(counts.logins)],
      [say.enrolled, String(counts.enrolled)],
      [say.openLinks, String(counts.openLinks)],
      [say.withExceptions, String(counts.exceptions)],
    ],
    note: noteOf(counts, say),
    columns: columns.map(([title, width]) => ({ title, width })),
    rows: inChunks(rows, (row) => columns.map(([, , of]) => of(row))),
    picture: {
      shares: [
        [say.enrolled, counts.enrolled],
        [say.notEnrolled, counts.logins - counts.enrolled],
      ],
    },
  };
}

export function adoptionTable(days: readonly AdoptionDay[], look: Look): ReportTable {
  const { language } = look;
  const say = reportWords[language];
  const [first, last] = [days[0], days.at(-1)];
  return {
    title: reportTitle("adoption", language),
    subtitle: subtitleOf({ asOf: null, days: { first: first?.day ?? "", last: last?.day ?? "" } }, look),
    facts: [
      [say.logins, String(last?.logins ?? 0)],
      [say.enrolled, String(last?.enrolled ?? 0)],
    ],
    note: null,
    columns: [say.day, say.logins, say.enrolled, say.signIns, say.withSecondFactor, say.onTrustedDevice].map(
      (title) => ({ title, width: 1 }),
    ),
    rows: inChunks(days, (day) => [
      day.day,
      day.logins,
      day.enrolled,
      day.signIns,
      day.withSecondFactor,
      day.onTrustedDevice,
    ]),
    picture: {
      lines: [
        [say.logins, days.map(({ logins }) => logins)],
        [say.enrolled, days.map(({ enrolled }) => enrolled)],
      ],
    },
  };
}

function noteOf({ fromTables, erased }: AccessReport["counts"], say: (typeof reportWords)[Language]): string | null {
  const notes = [...(fromTables > 0 ? [say.untold(fromTables)] : []), ...(erased > 0 ? [say.erasedSince(erased)] : [])];
  return notes.length === 0 ? null : notes.join(" ");
}

/** The events that change how a firm is secured, or take away what somebody had. */
export const securityChangeTypes: readonly AuditEventType[] = [
  "SECURITY_POLICY_CHANGED",
  "ROLL_OUT_STARTED",
  "ROLL_OUT_PAUSED",
  "ROLL_OUT_RESUMED",
  "ROLL_OUT_UNDONE",
  "PLAN_CHANGED",
  "FIRM_DISABLED",
  "FIRM_ENABLED",
  "TWO_FACTOR_RESET",
  "TWO_FACTOR_DISABLED",
  "ACCOUNT_DELETED",
  "ACCOUNT_UNLOCKED",
  "LOGIN_EMAIL_CHANGED",
  "SUSPICION_REPORTED",
  "CONTACT_REDIRECTED",
  "CONTACT_DELETED",
  "API_KEY_CREATED",
  "API_KEY_REVOKED",
  "WEBHOOK_CREATED",
  "WEBHOOK_DELETED",
  "WEBHOOK_SECRET_ROTATED",
  "WEBHOOK_DISABLED",
  "WEBHOOK_REPLAYED",
  "CHECKPOINT_MAIL_CHANGED",
  "SIGN_IN_RETENTION_CHANGED",
  "SIGN_IN_EVENTS_ERASED",
  "AUDIT_LOG_TRIMMED",
  "AUDIT_LOG_EXPORTED",
  "CONTACT_DATA_EXPORTED",
  "REPORT_EXPORTED",
  "REPORT_SCHEDULE_CHANGED",
  "TEAM_MEMBER_INVITED",
  "TEAM_MEMBER_JOINED",
  "TEAM_MEMBER_CHANGED",
  "TEAM_MEMBER_REMOVED",
];

export function changesTable(
  events: AsyncIterable<AuditEventView[]>,
  {
    since,
    until,
    throughSeq,
    onRead,
  }: { since: string; until: string; throughSeq: number; onRead?: ((events: number) => void) | undefined },
  look: Look,
): ReportTable {
  const { language } = look;
  const say = reportWords[language];
  async function* rows(): AsyncGenerator<ReportCell[][]> {
    for await (const chunk of events) {
      const last = chunk.at(-1);
      // The newest come first.
      if (last) onRead?.(Math.max(0, throughSeq - last.stored.seq));
      yield chunk
        .filter(({ stored }) => stored.seq <= throughSeq)
        .map(({ stored, occurredAt, type, contactName, actorName, reason, changes }) => [
          { at: occurredAt },
          auditEvents[type].title,
          sentenceOf(stored, contactName ?? null),
          actorName,
          reason,
          changesInWords(isolatedIn(changes)),
        ]);
    }
  }
  return {
    title: reportTitle("changes", language),
    subtitle: subtitleOf({ asOf: null, days: { first: since, last: until } }, look),
    facts: [],
    note: null,
    columns: [
      { title: say.time, width: 10 },
      { title: say.event, width: 12 },
      { title: say.whatHappened, width: 28 },
      { title: say.who, width: 12 },
      { title: say.reason, width: 14 },
      { title: say.whatChanged, width: 24 },
    ],
    rows: rows(),
    picture: null,
  };
}
