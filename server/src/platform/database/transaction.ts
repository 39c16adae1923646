import { setTimeout as wait } from "node:timers/promises";
import type { DataSource, EntityManager, QueryRunner } from "typeorm";
import { affectedRows, dialectOf, isRetryable } from "./dialect.js";
import { discardConnection } from "./mysql-pool.js";
import { isReadOnly, isRolledBackAtCommit, outageKindOf, OutcomeUnknown, Unavailable } from "./outages.js";
import type { Sql } from "./sql.js";
import { serverItself } from "./turns.js";
import { TenantFull, WriterSlots, type Slot, type Writer } from "./writer-slots.js";

/** How often a transaction may lose to others, and how long it is retried in all. */
const TRIES = 12;
const TOTAL_MS = 10_000;
/** Waits between tries while the database is away: doubled each time, up to the second value. */
const AWAY_MS = [50, 1000] as const;

/** How long a failure of the storage is remembered. */
const REMEMBERED_MS = 30_000;

/** Connections that only reads use: what decides about access never waits for writers. */
export const FOR_READS = 4;
/** How many of the writers' connections one firm's writers may hold. */
const PART_OF_ONE_TENANT = 0.6;
/** How many of its firm's connections one caller may hold. */
const PART_OF_ONE_CALLER = 0.5;

const slots = new WeakMap<DataSource, WriterSlots>();
/** null on SQLite, whose writers run one at a time. */
function slotsOf(dataSource: DataSource): WriterSlots | null {
  if (dialectOf(dataSource) === "sqlite") return null;
  let known = slots.get(dataSource);
  if (!known) {
    const { poolSize } = dataSource.options as { poolSize: number };
    const writers = Math.max(1, poolSize - FOR_READS);
    const ofOneTenant = Math.ceil(writers * PART_OF_ONE_TENANT);
    const ofOneCaller = Math.ceil(ofOneTenant * PART_OF_ONE_CALLER);
    slots.set(dataSource, (known = new WriterSlots({ slots: writers, ofOneTenant, ofOneCaller })));
  }
  return known;
}

const storageFailed = new WeakMap<DataSource, number>();
/** Whether a write failed lately because the storage failed, such as by a full disk. */
export const sawStorageFailure = (dataSource: DataSource): boolean =>
  performance.now() - (storageFailed.get(dataSource) ?? Number.NEGATIVE_INFINITY) < REMEMBERED_MS;

/**
 * Runs what writes until it neither loses to another transaction nor finds the database away, within bounds. Throws
 * Unavailable when these are reached: nothing was committed.
 */
async function retrying<T>(
  dataSource: DataSource,
  firstWriter: Writer,
  run: (slot: Slot | null) => Promise<T>,
): Promise<T> {
  let writer = firstWriter;
  const deadline = performance.now() + TOTAL_MS;
  for (let attempt = 1; ; attempt++) {
    try {
      const slot = (await slotsOf(dataSource)?.enter(writer, Math.max(0, deadline - performance.now()))) ?? null;
      try {
        return await run(slot);
      } finally {
        slot?.giveBack();
      }
    } catch (error) {
      if (error instanceof TenantFull) {
        ({ writer } = error);
        continue;
      }
      const cause = error instanceof OutcomeUnknown ? error.cause : error;
      if (outageKindOf(cause) === "stuck" && !isReadOnly(cause)) storageFailed.set(dataSource, performance.now());
      const hasLost = isRetryable(error);
      const outage = outageKindOf(error);
      if (!hasLost && outage === null) throw error;
      const [first, longest] = AWAY_MS;
      const waitMs = Math.random() * (hasLost ? 20 * attempt : Math.min(first * 2 ** attempt, longest));
      const isOver = performance.now() + waitMs >= deadline || (hasLost && attempt === TRIES);
      if (isOver || outage === "stuck") throw new Unavailable(error);
      await wait(waitMs);
    }
  }
}

/** Rolls back what a failed transaction did. A connection that cannot do it is destroyed, which has the same effect. */
async function undo(runner: QueryRunner, error: unknown): Promise<void> {
  if (outageKindOf(error) === "lost" && discardConnection(runner)) return;
  try {
    await runner.rollbackTransaction();
  } catch {
    discardConnection(runner);
  }
}

async function transact<T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
  slot: Slot | null,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  if (slot) slotOf.set(runner.manager, slot);
  let isCommitSent = false;
  try {
    await runner.startTransaction();
    const result = await work(runner.manager);
    isCommitSent = true;
    await runner.commitTransaction();
    return result;
  } catch (error) {
    await undo(runner, error);
    // Without an answer to the COMMIT nobody knows: to run it again could do everything twice.
    throw isCommitSent && !isRolledBackAtCommit(error) ? new OutcomeUnknown(error) : error;
  } finally {
    await runner.release();
  }
}

/**
 * One transaction, all or nothing. It is retried when it loses to another one or finds the database away, so `work`
 * must do nothing but database work through the given manager. Writers of one firm, and each caller, hold only a part of
 * the connections. Throws Unavailable if nothing was committed, and OutcomeUnknown if the answer to the COMMIT was lost.
 */
export const inTransaction = <T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
  writer: Writer = serverItself,
): Promise<T> => retrying(dataSource, writer, (slot) => transact(dataSource, work, slot));

const slotOf = new WeakMap<EntityManager, Slot>();
/**
 * Names the tenant of a transaction that was started without one, before it locks a row for which the tenant's writers wait
 * for each other.
 */
export const joinTenant = (manager: EntityManager, tenant: string): void => slotOf.get(manager)?.join(tenant);

/**
 * One write that commits by itself, in one round trip. Returns the number of rows it matched. It is for counts of
 * attempts: if its answer is lost, it may have counted, is not repeated, and Unavailable is thrown.
 */
export const writeAlone = (
  dataSource: DataSource,
  statement: Sql,
  parameters: unknown[],
  writer: Writer = serverItself,
): Promise<number> =>
  retrying(dataSource, writer, async () => {
    const runner = dataSource.createQueryRunner();
    let isSent = false;
    try {
      await runner.connect();
      isSent = true;
      return await affectedRows(runner.manager, statement, parameters);
    } catch (error) {
      const isLost = outageKindOf(error) === "lost" && discardConnection(runner);
      throw isSent && isLost && !isRolledBackAtCommit(error) ? new Unavailable(error) : error;
    } finally {
      await runner.release();
    }
  });
