import { DAY_MS, HOUR_MS, lifetimes } from "@gatehouse/shared";
import { placeholders, select, sql, table, type Column, type Sql } from "../../platform/database/sql.js";
import type { Log } from "../../platform/log.js";
import { Worker } from "../../platform/worker.js";
import { IdempotencyRecord } from "../idempotency/idempotency-record.entity.js";
import { OutboxMail } from "../mail/outbox-mail.entity.js";
import { MailedToken } from "../mailed-tokens/mailed-token.entity.js";
import { factorTables } from "../second-factors/second-factor-methods.js";
import { KnownDevice } from "../devices/known-device.entity.js";
import { Session } from "../sessions/session.entity.js";
import { SignInChallenge } from "../sign-in/sign-in-challenge.entity.js";
import { AttemptCounter } from "../limits/attempt-counter.entity.js";
import { TrustedDevice } from "../devices/trusted-device.entity.js";
import { WebhookDelivery } from "../webhooks/webhook-endpoint.entity.js";
import type { Work } from "../work/unit-of-work.js";

/**
 * What is deleted when: the cutoff time is the only parameter of `where`. Everything that is not listed here is kept.
 */
export interface Retention {
  from: Sql;
  key: Column<string>;
  where: Sql;
  /** How long a row stays after that time. */
  keepMs: number;
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
const expired = ({ expiresAt }: { expiresAt: Column<number> }): Sql => sql`${expiresAt} <= ?`;

/** All of it as one table; docs/operations.md repeats it in words. */
export const retentions: readonly Retention[] = [
  { from: records, key: records.keyDigest, where: expired(records), keepMs: 0 },
  ...factorTables("UNDER_WAY").map(({ from, key }) => ({ from, key, where: expired(from), keepMs: DAY_MS })),
  { from: challenges, key: challenges.id, where: expired(challenges), keepMs: DAY_MS },
  { from: knownDevices, key: knownDevices.id, where: expired(knownDevices), keepMs: DAY_MS },
  { from: trustedDevices, key: trustedDevices.id, where: expired(trustedDevices), keepMs: DAY_MS },
  // Longer than the longest wait, so that waits keep doubling.
  {
    from: attempts,
    key: attempts.keyDigest,
    where: sql`${attempts.blockedUntil} IS NULL AND ${attempts.windowEndsAt} <= ?`,
    keepMs: 2 * DAY_MS,
  },
  { from: attempts, key: attempts.keyDigest, where: sql`${attempts.blockedUntil} <= ?`, keepMs: 2 * DAY_MS },
  { from: tokens, key: tokens.id, where: expired(tokens), keepMs: 30 * DAY_MS },
  // Sent or given up: their content is already wiped.
  {
    from: mails,
    key: mails.id,
    where: sql`${mails.encryptedContent} IS NULL AND ${mails.createdAt} <= ?`,
    keepMs: 30 * DAY_MS,
  },
  {
    from: deliveries,
    key: deliveries.id,
    where: sql`${deliveries.attemptedAt} <= ?`,
    keepMs: lifetimes.webhookDelivery,
  },
  // A device that was used within a year does not count as new.
  { from: sessions, key: sessions.id, where: expired(sessions), keepMs: 400 * DAY_MS },
];

const BATCH = 500;
/** Limits one run; the next one continues. */
const BATCHES = 200;

/** Deletes what has expired, a few hundred rows per transaction, so that nobody waits for it. */
export class Sweep {
  readonly worker: Worker;

  constructor(private readonly needs: { work: Work; log: Log }) {
    this.worker = new Worker({
      look: () => this.run(),
      onError: (error) => needs.log.warn({ err: error }, "expired rows stay for another hour"),
      everyMs: HOUR_MS,
      looksAtStart: false,
    });
  }

  /** Returns how many rows were deleted. */
  async run(): Promise<number> {
    const { work } = this.needs;
    let deleted = 0;
    for (const { from, key, where, keepMs } of retentions) {
      const old = select({ k: key }).from`${from} WHERE ${where} LIMIT ${BATCH}`;
      for (let batch = 0; batch < BATCHES && !this.worker.stopping.aborted; batch++) {
        const until = work.clock.now() - keepMs;
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
    }
    return deleted;
  }
}
