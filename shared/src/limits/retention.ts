/** How long rows of one kind stay after their time: an event after it happened, everything else after it ended. */
export interface RetentionRule {
  /** The variable with which an operator sets it, in days; null: it cannot be set. */
  variable: string | null;
  /** Without that variable. Null: for ever. */
  days: number | null;
  /** The least that may be set. */
  leastDays: number;
  /** What breaks below that, or why it cannot be set. */
  why: string;
}

/** Everything that is deleted by its age. What has no row here is kept for ever. */
export const retentionRules = {
  auditEvents: {
    variable: "AUDIT_RETENTION_DAYS",
    days: null,
    leastDays: 90,
    why: "the portal's trend counts the events of 90 days",
  },
  sessions: {
    variable: "SESSION_RETENTION_DAYS",
    days: 400,
    leastDays: 90,
    why: "a sign-in is reported as new unless an earlier session used that browser",
  },
  mails: {
    variable: "MAIL_RETENTION_DAYS",
    days: 30,
    leastDays: 7,
    why: "sending is retried for five days, and the access check shows the outcome",
  },
  mailedTokens: {
    variable: "LINK_RETENTION_DAYS",
    days: 30,
    leastDays: 1,
    why: "they are useless once they have expired",
  },
  webhookDeliveries: { variable: null, days: 30, leastDays: 30, why: "the API promises 30 days" },
  attemptCounters: {
    variable: null,
    days: 2,
    leastDays: 2,
    why: "waits keep doubling for longer than the longest one",
  },
  devices: { variable: null, days: 1, leastDays: 1, why: "they are useless once they have expired" },
  signInSteps: { variable: null, days: 1, leastDays: 1, why: "they are useless once they have expired" },
  reports: { variable: null, days: 0, leastDays: 0, why: "the API promises 30 days, and they expire then" },
  idempotencyRecords: { variable: null, days: 0, leastDays: 0, why: "the API promises 24 hours, and they expire then" },
} as const satisfies Record<string, RetentionRule>;

export type RetentionKind = keyof typeof retentionRules;
/** The days that each kind is kept; null: for ever. */
export type Retention = Readonly<Record<RetentionKind, number | null>>;

/** What is in force where `given` sets some of them. */
export function retentionWith(given: Partial<Record<RetentionKind, number>> = {}): Retention {
  const kinds = Object.keys(retentionRules) as RetentionKind[];
  return Object.fromEntries(kinds.map((kind) => [kind, given[kind] ?? retentionRules[kind].days])) as Record<
    RetentionKind,
    number | null
  >;
}
