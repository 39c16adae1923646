import { DAY_MS, HOUR_MS, type Retention, type RetentionKind } from "@gatehouse/shared";
import { placeholders, select, sql, table, type Column, type Sql } from "../../platform/database/sql.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import type { Log } from "../../platform/log.js";
import { Worker } from "../../platform/worker.js";
import { IdempotencyRecord } from "../idempotency/idempotency-record.entity.js";
import { OutboxMail } from "../mail/outbox-mail.entity.js";
import { MailedToken } from "../mailed-tokens/mailed-token.entity.js";
import { factorTables } from "../second-factors/second-factor-methods.js";
import { KnownDevice } from "../devices/known-device.entity.js";
import { Report } from "../reports/report.entity.js";
import { Session } from "../sessions/session.entity.js";
import { SignInChallenge } from "../sign-in/sign-in-challenge.entity.js";
import { AttemptCounter } from "../limits/attempt-counter.entity.js";
import { TrustedDevice } from "../devices/trusted-device.entity.js";
import { WebhookDelivery } from "../webhooks/webhook-endpoint.entity.js";
import type { Work } from "../work/unit-of-work.js";
import { deleteOldEvents, LOGS } from "./old-events.js";

/** What is deleted by its age: the cutoff time is the only parameter of `where`. */
export interface ExpiringRows {
  kind: RetentionKind;
  from: Sql;
  key: Column<string>;
  where: Sql;
}

const records = table(IdempotencyRecord);
const challenges = table(SignInChallenge);
const knownDevices = table(KnownDevice);
const trustedDevices = table(TrustedDevice);
const attempts = table(AttemptCounter);
const tokens = table(MailedToken);
const mails = table(OutboxMail);
const deliveries = table(WebhookDelivery);
const sessions = table(Session);
const reports = table(Report);
const expired = ({ expiresAt }: { expiresAt: Column<number> }): Sql => sql`${expiresAt} <= ?`;

/** Where the rows of each kind are. Events, of which no webhook may miss one, are in old-events.ts. */
export const expiringRows: readonly ExpiringRows[] = [
  { kind: "idempotencyRecords", from: records, key: records.keyDigest, where: expired(records) },
  ...factorTables("UNDER_WAY").map(({ from, key }) => ({
    kind: "signInSteps" as const,
    from,
    key,
    where: expired(from),
  })),
  { kind: "signInSteps", from: challenges, key: challenges.id, where: expired(challenges) },
  { kind: "devices", from: knownDevices, key: knownDevices.id, where: expired(knownDevices) },
  { kind: "devices", from: trustedDevices, key: trustedDevices.id, where: expired(trustedDevices) },
  {
    kind: "attemptCounters",
    from: attempts,
    key: attempts.keyDigest,
    where: sql`${attempts.blockedUntil} IS NULL AND ${attempts.windowEndsAt} <= ?`,
  },
  { kind: "attemptCounters", from: attempts, key: attempts.keyDigest, where: sql`${attempts.blockedUntil} <= ?` },
  { kind: "mailedTokens", from: tokens, key: tokens.id, where: expired(tokens) },
  // Sent or given up: their content is already wiped.
  {
    kind: "mails",
    from: mails,
    key: mails.id,
    where: sql`${mails.encryptedContent} IS NULL AND ${mails.createdAt} <= ?`,
  },
  { kind: "webhookDeliveries", from: deliveries, key: deliveries.id, where: sql`${deliveries.attemptedAt} <= ?` },
  // With their rows.
  { kind: "reports", from: reports, key: reports.id, where: expired(reports) },
  { kind: "sessions", from: sessions, key: sessions.id, where: expired(sessions) },
];

const BATCH = 500;
/** Limits one run; the next one continues. */
const BATCHES = 200;

export interface SweepNeeds {
  work: Work;
  /** They sign what is deleted of the logs. */
  keys: KeyRing;
  log: Log;
  retention: Retention;
  /** Counts rows that were deleted. */
  count?(kind: RetentionKind, rows: number): void;
}

/** Deletes what has expired, a few hundred rows per transaction, so that nobody waits for it. */
export class Sweep {
  readonly worker: Worker;

  constructor(private readonly needs: SweepNeeds) {
    this.worker = new Worker({
      look: () => this.run(),
      onError: (error) => needs.log.warn({ err: error }, "expired rows stay for another hour"),
      everyMs: HOUR_MS,
      looksAtStart: false,
    });
  }

  /** Returns how many rows were deleted. */
  async run(): Promise<number> {
    let deleted = 0;
    for (const rows of expiringRows) deleted += await this.sweep(rows);
    return deleted + (await this.sweepLogs());
  }

  private async sweep({ kind, from, key, where }: ExpiringRows): Promise<number> {
    const { work, count } = this.needs;
    const old = select({ k: key }).from`${from} WHERE ${where} LIMIT ${BATCH}`;
    let deleted = 0;
    for (let batch = 0; batch < BATCHES && !this.worker.stopping.aborted; batch++) {
      const until = this.cutoffOf(kind);
      if (until === null) break;
      const rows = await work.unpreparedRows(old, [until]);
      if (rows.length > 0)
        // Checked again: a row may have been renewed meanwhile.
        deleted += await work.do((unit) =>
          unit.affected(sql`DELETE FROM ${from} WHERE ${key} IN (${placeholders(rows.length)}) AND (${where})`, [
            ...rows.map(({ k }) => k),
            until,
          ]),
        );
      if (rows.length < BATCH) break;
    }
    count?.(kind, deleted);
    return deleted;
  }

  private async sweepLogs(): Promise<number> {
    const { work, log, keys, count } = this.needs;
    if (this.cutoffOf("auditEvents") === null) return 0;
    let deleted = 0;
    for (const firm of await work.unpreparedRows(LOGS, [])) {
      const ofFirm = { firmId: firm.firmId, deleted: 0, throughSeq: 0 };
      for (let batch = 0; batch < BATCHES && !this.worker.stopping.aborted; batch++) {
        // A whole day at once, since each time is an event.
        const until = Math.floor((this.cutoffOf("auditEvents") ?? 0) / DAY_MS) * DAY_MS - 1;
        const gone = await work.do((unit) => deleteOldEvents(unit, firm, { until, most: BATCH, keys }));
        if (!gone) break;
        ofFirm.deleted += gone.deleted;
        ofFirm.throughSeq = gone.throughSeq;
        count?.("auditEvents", gone.deleted);
      }
      deleted += ofFirm.deleted;
      if (ofFirm.deleted > 0) log.info(ofFirm, "old audit events were deleted");
    }
    return deleted;
  }

  /** Rows of that kind until this time are deleted; null: none. */
  private cutoffOf(kind: RetentionKind): number | null {
    const days = this.needs.retention[kind];
    return days === null ? null : this.needs.work.clock.now() - days * DAY_MS;
  }
}
