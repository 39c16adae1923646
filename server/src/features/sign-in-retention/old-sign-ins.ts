import { HOUR_MS, isSignInEvent, MINUTE_MS, signInEventTypes, signInsErasedBefore } from "@gatehouse/shared";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { forUpdateSql } from "../../platform/database/dialect.js";
import { computed, placeholders, select, sql, table } from "../../platform/database/sql.js";
import type { Log } from "../../platform/log.js";
import { Worker } from "../../platform/worker.js";
import { AuditCounter, AuditEvent } from "../audit/audit-event.entity.js";
import { isWhole, lockChain } from "../audit-chain/audit-chain.js";
import { CHECKPOINT_PURPOSE, signCheckpoint } from "../audit-chain/checkpoint.js";
import { eraseFacts } from "../audit-chain/erase-facts.js";
import { erasedParts } from "../audit-chain/event-digest.js";
import { Firm } from "../firms/firm.entity.js";
import { WebhookEndpoint } from "../webhooks/webhook-endpoint.entity.js";
import { systemActor, type UnitOfWork, type Work } from "../work/unit-of-work.js";

const f = table(Firm, "f");
const c = table(AuditCounter, "c");
const e = table(AuditEvent, "e");
const counters = table(AuditCounter);
const endpoints = table(WebhookEndpoint);
const FIRMS = select({ firmId: f.id }).from`${f} WHERE ${f.signInEventDays} IS NOT NULL`;
const STATE = select({
  days: f.signInEventDays,
  setAt: f.signInEventDaysSetAt,
  lastSeq: c.lastSeq,
  chainedSeq: c.chainedSeq,
  statedSeq: computed<number>(sql`COALESCE(${c.signInsStatedSeq}, 0)`),
  statedAt: c.signInsStatedAt,
  erasedSeq: computed<number>(sql`COALESCE(${c.signInsErasedSeq}, 0)`),
}).from`${f} JOIN ${c} ON ${c.firmId} = ${f.id} WHERE ${f.id} = ?`;
const RECEIVED = select({ seq: endpoints.deliveredThroughSeq })
  .from`${endpoints} WHERE ${endpoints.firmId} = ? AND ${endpoints.disabledAt} IS NULL`;
const EVENTS = select({
  seq: e.seq,
  type: e.type,
  occurredAt: e.occurredAt,
  actorSeal: e.actorSeal,
  subjectSeal: e.subjectSeal,
});
const SIGN_INS = select({ ...e }).from`${e} WHERE ${e.firmId} = ? AND ${e.seq} > ? AND ${e.seq} <= ?
  AND ${e.type} IN (${placeholders(signInEventTypes.length)}) ORDER BY ${e.seq} LIMIT `;
const STATED = sql`UPDATE ${counters} SET ${counters.signInsStatedSeq} = ?, ${counters.signInsStatedAt} = ? WHERE ${counters.firmId} = ?`;
const ERASED = sql`UPDATE ${counters} SET ${counters.signInsErasedSeq} = ? WHERE ${counters.firmId} = ?`;

/** In one transaction, while which the firm's other acts wait. */
const ERASED_AT_ONCE = 200;
/** Limits one run; the next one continues. */
const PAGES = 500;
const LOOKED_AT_ONCE = 1000;
const LOOKS = 100;
/**
 * How long a statement stands before it is carried out: whoever began to read the log before it (an export, a verification)
 * would otherwise read events that are erased, and not the event that says so.
 */
const READERS_MS = 45 * MINUTE_MS;

/** What each endpoint that still receives has received; Infinity: there is none. */
async function receivedSeq(reads: Pick<Work, "unpreparedRows">, firmId: string, lock = sql``): Promise<number> {
  return Math.min(...(await reads.unpreparedRows(RECEIVED.plus`${lock}`, [firmId])).map(({ seq }) => seq), Infinity);
}

/**
 * Erases names, addresses and devices from sign-in events that are older than their firm keeps them: those that every webhook
 * endpoint which is not disabled has received, from the oldest on. A signed event says first which ones (`log verify` accepts no others); a later
 * run erases them page by page. If a server ends meanwhile, the next run goes on.
 */
export class OldSignIns {
  readonly worker: Worker;

  constructor(private readonly needs: { work: Work; keys: KeyRing; log: Log }) {
    this.worker = new Worker({
      look: () => this.run(),
      onError: (error) => needs.log.warn({ err: error }, "old sign-ins are erased later"),
      everyMs: HOUR_MS,
      looksAtStart: false,
    });
  }

  /** First what was stated before, then states what has become old since. */
  async run(): Promise<void> {
    const { work } = this.needs;
    for (const { firmId } of await work.unpreparedRows(FIRMS, [])) {
      for (let page = 0; page < PAGES && !this.worker.stopping.aborted; page++)
        if (!(await work.do((unit) => eraseSome(unit, firmId, ERASED_AT_ONCE)))) break;
      if (this.worker.stopping.aborted) return;
      await this.state(firmId);
    }
  }

  private async state(firmId: string): Promise<void> {
    const { work, keys } = this.needs;
    const [found] = await work.unpreparedRows(STATE, [firmId]);
    const before = found && signInsErasedBefore(found, work.clock.now());
    // One statement at a time: how far it was carried out is one number.
    if (!found || before == null || found.erasedSeq < found.statedSeq) return;
    const limit = Math.min(found.chainedSeq, await receivedSeq(work, firmId));
    const old = await this.oldAfter(firmId, { afterSeq: found.statedSeq, limit, before });
    if (old.throughSeq === found.statedSeq) return;
    await work.do(async (unit) => {
      // Held until the commit, so that a replay does not move an endpoint's cursor back to what is stated.
      const received = await receivedSeq(unit, firmId, forUpdateSql(unit.manager));
      const chain = await lockChain(unit.manager, firmId);
      if (!chain || !isWhole(chain) || chain.chainDigest === null || received < old.throughSeq) return;
      // The setting may have changed meanwhile, or another server may have stated it.
      const [now] = await unit.unpreparedRows(STATE, [firmId]);
      const beforeNow = now && signInsErasedBefore(now, unit.now);
      if (!now || beforeNow == null || beforeNow < before || now.statedSeq !== found.statedSeq) return;
      await unit.affected(STATED, [old.throughSeq, unit.now, firmId]);
      if (old.signIns === 0) return void (await unit.affected(ERASED, [old.throughSeq, firmId]));
      const beside = { throughSeq: old.throughSeq, olderThan: new Date(before).toISOString() };
      const { digest, signedAt, keyId, signature } = signCheckpoint(
        keys.signingKey(CHECKPOINT_PURPOSE),
        { firmId, seq: chain.lastSeq, digest: chain.chainDigest, signedAt: new Date(unit.now).toISOString() },
        "gatehouse-audit-sign-ins",
        beside,
      );
      const data = { ...beside, signIns: old.signIns, digest, signedAt, keyId, signature };
      unit.record({ type: "SIGN_IN_EVENTS_ERASED", firmId, actor: systemActor, data });
    });
  }

  /** The end of what is old, as far as one run looks, and how many sign-in events still say something there. */
  private async oldAfter(
    firmId: string,
    { afterSeq, limit, before }: { afterSeq: number; limit: number; before: number },
  ): Promise<{ throughSeq: number; signIns: number }> {
    const page = EVENTS.from`${e} WHERE ${e.firmId} = ? AND ${e.seq} > ? AND ${e.seq} <= ?
      ORDER BY ${e.seq} LIMIT ${LOOKED_AT_ONCE}`;
    let [throughSeq, signIns] = [afterSeq, 0];
    for (let look = 0; look < LOOKS && throughSeq < limit; look++) {
      const rows = await this.needs.work.unpreparedRows(page, [firmId, throughSeq, limit]);
      for (const row of rows) {
        // From the oldest on: one that stands in front of it, by a clock that was ahead, holds up what comes after it.
        if (row.occurredAt >= before) return { throughSeq, signIns };
        throughSeq = row.seq;
        const { actor, subject } = erasedParts(row);
        if (isSignInEvent(row.type) && !(actor && subject)) signIns++;
      }
      if (rows.length < LOOKED_AT_ONCE) break;
    }
    return { throughSeq, signIns };
  }
}

/** Erases the facts in at most `most` further events of those that were stated. Whether there are more. */
export async function eraseSome(unit: UnitOfWork, firmId: string, most: number): Promise<boolean> {
  const { manager, now } = unit;
  // Held until the commit; in the order in which everybody locks them.
  const received = await receivedSeq(unit, firmId, forUpdateSql(manager));
  if ((await lockChain(manager, firmId)) === null) return false;
  const [state] = await unit.unpreparedRows(STATE, [firmId]);
  if (!state || state.statedAt === null || now < state.statedAt + READERS_MS) return false;
  // The firm may have chosen to keep them longer since.
  const before = signInsErasedBefore(state, now);
  const through = Math.min(state.statedSeq, received);
  if (before === null || through <= state.erasedSeq) return false;
  const rows = await unit.unpreparedRows(SIGN_INS.plus`${most}`, [
    firmId,
    state.erasedSeq,
    through,
    ...signInEventTypes,
  ]);
  const young = rows.findIndex(({ occurredAt }) => occurredAt >= before);
  const old = young === -1 ? rows : rows.slice(0, young);
  for (const event of old) await eraseFacts(manager, event, { actor: true, subject: true });
  const isMore = rows.length === most && young === -1;
  const erasedSeq = isMore || young !== -1 ? (old.at(-1)?.seq ?? state.erasedSeq) : through;
  await unit.affected(ERASED, [erasedSeq, firmId]);
  return isMore;
}
