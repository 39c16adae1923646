import { lifetimes } from "@gatehouse/shared";
import type { Log } from "../../platform/log.js";
import { Worker } from "../../platform/worker.js";
import { factorTables } from "../second-factors/second-factor-methods.js";
import type { Work } from "../work/unit-of-work.js";

const EVERY_MS = 3_600_000;
const day = 24 * 3_600_000;

/** What is deleted when: `where` holds its moment as its one parameter. Everything that is not here is kept. */
export interface Retention {
  table: string;
  key: string;
  where: string;
  /** How long after that moment a row stays. */
  keepMs: number;
}

/** The whole table of it; docs/operations.md repeats it in words. */
export const retentions: readonly Retention[] = [
  { table: "idempotency_records", key: "keyDigest", where: "expiresAt <= ?", keepMs: 0 },
  ...factorTables("UNDER_WAY").map(({ table, key }) => ({ table, key, where: "expiresAt <= ?", keepMs: day })),
  { table: "sign_in_challenges", key: "id", where: "expiresAt <= ?", keepMs: day },
  { table: "known_devices", key: "id", where: "expiresAt <= ?", keepMs: day },
  { table: "trusted_devices", key: "id", where: "expiresAt <= ?", keepMs: day },
  // Longer than the longest wait, so that waits go on doubling.
  { table: "attempt_counters", key: "keyDigest", where: "blockedUntil IS NULL AND windowEndsAt <= ?", keepMs: 2 * day },
  { table: "attempt_counters", key: "keyDigest", where: "blockedUntil <= ?", keepMs: 2 * day },
  { table: "mailed_tokens", key: "id", where: "expiresAt <= ?", keepMs: 30 * day },
  // Sent or given up: what they said is wiped already.
  { table: "outbox_mails", key: "id", where: "encryptedContent IS NULL AND createdAt <= ?", keepMs: 30 * day },
  { table: "webhook_deliveries", key: "id", where: "attemptedAt <= ?", keepMs: lifetimes.webhookDelivery },
  // A device that was used within a year is no new device.
  { table: "sessions", key: "id", where: "expiresAt <= ?", keepMs: 400 * day },
];

const BATCH = 500;
/** Bounds one run; the next one goes on. */
const BATCHES = 200;

/** Deletes what is past its time, a few hundred rows a transaction, so that nobody waits for it. */
export class Sweep {
  readonly worker: Worker;

  constructor(private readonly needs: { work: Work; log: Log }) {
    this.worker = new Worker({
      look: () => this.run(),
      onError: (error) => needs.log.warn({ err: error }, "what is past its time stays for an hour more"),
      everyMs: EVERY_MS,
      looksAtStart: false,
    });
  }

  /** How many rows were deleted. */
  async run(): Promise<number> {
    const { work } = this.needs;
    let deleted = 0;
    for (const { table, key, where, keepMs } of retentions) {
      for (let batch = 0; batch < BATCHES && !this.worker.stopping.aborted; batch++) {
        const until = work.clock.now() - keepMs;
        const rows = (await work.reader.query(`SELECT ${key} AS k FROM ${table} WHERE ${where} LIMIT ${BATCH}`, [
          until,
        ])) as { k: string }[];
        if (rows.length > 0)
          // Asked again: a row may have got a new life meanwhile.
          deleted += await work.do((unit) =>
            unit.affected(`DELETE FROM ${table} WHERE ${key} IN (${rows.map(() => "?").join(", ")}) AND (${where})`, [
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
