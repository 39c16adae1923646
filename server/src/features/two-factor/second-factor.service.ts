import type { EntityManager } from "typeorm";
import {
  MINUTE_MS,
  secondFactorKinds,
  secondFactorLock,
  secondFactorLockEndsAt,
  secondFactorLockMs,
  type AuditEventData,
  type AuditEventType,
  type FactorWord,
  type ReauthenticationPurpose,
  type SecondFactorKind,
} from "@gatehouse/shared";
import { forUpdateSql } from "../../platform/database/dialect.js";
import { Unavailable } from "../../platform/database/outages.js";
import { rowsOf } from "../../platform/database/prepared-rows.js";
import { NOTHING, select, sql, table } from "../../platform/database/sql.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { about, type Person } from "../people/person.js";
import type { Actor, UnitOfWork, Work } from "../work/unit-of-work.js";
import { withCountsOfAccount } from "../contacts/portal-counts.js";
import { notify } from "../mail/security-notices.js";
import { accountLocked } from "../mail/security-letters.js";
import type { GivenProof, ProofTools } from "../second-factors/second-factor-method.js";
import { forgetFactors, secondFactorMethods, typedKinds } from "../second-factors/second-factor-methods.js";
import { TwoFactorState } from "./two-factor.entity.js";

interface FailureOf<T extends AuditEventType> {
  type: T;
  data: AuditEventData[T];
}

const t = table(TwoFactorState);
const STATE = select({ ...t }).from`${t} WHERE ${t.ownerId} = ?`;
const TAKE_TRY = sql`UPDATE ${t} SET ${t.consecutiveFailures} = ${t.consecutiveFailures} + 1
  WHERE ${t.ownerId} = ? AND ${t.lockedUntil} IS NULL AND ${t.consecutiveFailures} < ?`;
const GIVE_TRY_BACK = sql`UPDATE ${t} SET ${t.consecutiveFailures} = ${t.consecutiveFailures} - 1
  WHERE ${t.ownerId} = ? AND ${t.lockedUntil} IS NULL AND ${t.consecutiveFailures} > 0`;
const COUNT_ANEW = sql`UPDATE ${t} SET ${t.consecutiveFailures} = ?, ${t.lockedUntil} = NULL WHERE ${t.ownerId} = ?`;
const CLEAR = sql`UPDATE ${t} SET ${t.consecutiveFailures} = 0, ${t.lockedUntil} = NULL, ${t.lockCount} = 0 WHERE ${t.ownerId} = ?`;
const CLEAR_IF_ANY = sql`${CLEAR} AND (${t.lockedUntil} IS NOT NULL OR ${t.consecutiveFailures} > 0)`;

/** What was given as proof: a second factor, or the mailed code that stands in for it while there is none. */
export type Proven = SecondFactorKind | "EMAIL_CODE";

const wordOf = (what: Proven): FactorWord | "email code" =>
  what === "EMAIL_CODE" ? "email code" : secondFactorKinds[what].word;
const wrong = (what: Proven): Refusal =>
  what === "EMAIL_CODE"
    ? new Refusal("EMAIL_CODE_REQUIRED", ["input", "emailCode"], (say) => say.mailedCodeWrong)
    : new Refusal("INVALID_CODE", ["input", secondFactorMethods[what].field]);

/** A locked second factor, in words; `lockedUntil` fields elsewhere hold the time. */
export class SecondFactorLocked extends Refusal {
  constructor(readonly waitMs: number) {
    super("ACCOUNT_LOCKED", null, (say) => say.tooManyWrongCodes(waitMs));
  }
}
export const lockedRefusal = (lockedUntil: number, now: number) => new SecondFactorLocked(lockedUntil - now);

export const isLocked = (state: Pick<TwoFactorState, "lockedUntil" | "lockCount"> | null, now: number): boolean =>
  state !== null && secondFactorLockEndsAt(state, now) !== null;

/** The state of somebody without a second factor and without failures. */
const noSecondFactor = ({ ownerId, firmId }: Pick<Person, "ownerId" | "firmId">): TwoFactorState => ({
  ownerId,
  firmId,
  enrolledAt: null,
  recoveryCodesRemaining: 0,
  consecutiveFailures: 0,
  lockedUntil: null,
  lockCount: 0,
});

/** The row that every person with credentials has from the start, so that there is always one to lock. */
export async function createState(unit: UnitOfWork, owner: Pick<Person, "ownerId" | "firmId">): Promise<void> {
  await unit.manager.insert(TwoFactorState, noSecondFactor(owner));
}

/** Counts attempts at second factors, checks what proves one, and removes them. */
export class SecondFactor {
  private readonly proven = new WeakSet<UnitOfWork>();

  constructor(
    private readonly work: Work,
    private readonly tools: ProofTools,
  ) {}

  async stateOf(
    manager: EntityManager,
    owner: Pick<Person, "ownerId" | "firmId">,
    lock = false,
  ): Promise<TwoFactorState> {
    const [state] = await rowsOf(manager, STATE.plus`${lock ? forUpdateSql(manager) : NOTHING}`, [owner.ownerId]);
    return Object.assign(new TwoFactorState(), state ?? noSecondFactor(owner));
  }

  /** Whether an authenticator is in force now. */
  async isEnrolled(owner: Pick<Person, "ownerId" | "firmId">): Promise<boolean> {
    return (await this.stateOf(this.work.reader, owner)).enrolledAt !== null;
  }

  /**
   * Takes one of the ten attempts before anything is checked, in a transaction that only takes attempts
   * (Work.doAndKeep): 200 parallel attempts, a crash or a rollback yield no extra one. Throws ACCOUNT_LOCKED. Only a
   * right proof gives attempts back.
   */
  async takeAttempt(unit: UnitOfWork, owner: Person, actor: Actor): Promise<void> {
    const taken = await unit.affected(TAKE_TRY, [owner.ownerId, secondFactorLock.failures]);
    if (taken === 1) return;
    const state = await this.stateOf(unit.manager, owner, true);
    if (isLocked(state, unit.now)) throw lockedRefusal(state.lockedUntil ?? 0, unit.now);
    // All attempts were taken, but the last one was never finished (a crash): it counts.
    if (state.consecutiveFailures >= secondFactorLock.failures && state.lockedUntil === null)
      throw lockedRefusal(await this.lock(unit, owner, actor, state), unit.now);
    const consecutiveFailures = state.lockedUntil === null ? state.consecutiveFailures + 1 : 1;
    const counted = await unit.affected(COUNT_ANEW, [consecutiveFailures, owner.ownerId]);
    // Without a row nothing would be counted, and every attempt would be allowed.
    if (counted !== 1) throw new Error(`${owner.ownerId} has no row to count failures in`);
  }

  /** An attempt during a sign-in failed: records the event, and locks if it was the last one. Throws the refusal. */
  fail(owner: Person, actor: Actor, what: Proven): Promise<never> {
    const data = { email: owner.email, what: wordOf(what) };
    return this.failWith(owner, actor, what, { type: "SIGN_IN_FAILED", data });
  }

  /** The same for somebody who is signed in and had to prove themselves again. */
  failAgain(owner: Person, actor: Actor, what: Proven, purpose: ReauthenticationPurpose): Promise<never> {
    const data = { email: owner.email, what: wordOf(what), purpose };
    return this.failWith(owner, actor, what, { type: "REAUTHENTICATION_FAILED", data });
  }

  private async failWith(
    owner: Person,
    actor: Actor,
    what: Proven,
    event: FailureOf<"SIGN_IN_FAILED"> | FailureOf<"REAUTHENTICATION_FAILED">,
  ): Promise<never> {
    const lockedUntil = await this.work.do(async (unit) => {
      const state = await this.stateOf(unit.manager, owner, true);
      unit.record({ ...event, ...about(owner, actor) });
      if (state.consecutiveFailures < secondFactorLock.failures || state.lockedUntil !== null) return null;
      return this.lock(unit, owner, actor, state);
    });
    if (lockedUntil !== null) throw lockedRefusal(lockedUntil, this.work.clock.now());
    throw wrong(what);
  }

  /**
   * Does a unit of work that calls `spend`. If the proof was right and an outage kept all of it from being committed,
   * gives its attempt back, and what `others` gives. A wrong proof counts even then: whoever can cause an outage must not
   * get guesses by it.
   */
  async proving<T>(
    owner: Pick<Person, "ownerId">,
    work: (unit: UnitOfWork) => Promise<T>,
    others: (unit: UnitOfWork) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<T> {
    let isRight = false;
    const doing = this.work.do(async (unit) => {
      try {
        return await work(unit);
      } finally {
        isRight ||= this.proven.has(unit);
      }
    });
    return doing.catch(async (error: unknown) => {
      const givingBack = async (unit: UnitOfWork) => {
        await others(unit);
        await unit.affected(GIVE_TRY_BACK, [owner.ownerId]);
      };
      // The outage is what has to be reported, so a further one is not.
      if (isRight && error instanceof Unavailable)
        await this.work.do(givingBack, { onlyCounts: true }).catch(() => undefined);
      throw error;
    });
  }

  /**
   * By which of the kinds in `accepts` the answer proves the owner; null if by none. Spends it within the transaction of
   * what the proof buys.
   */
  async spend(
    unit: UnitOfWork,
    owner: Person,
    actor: Actor,
    given: GivenProof,
    accepts: readonly SecondFactorKind[] = typedKinds,
  ): Promise<SecondFactorKind | null> {
    for (const kind of accepts)
      if (await secondFactorMethods[kind].spend(unit, owner, actor, given, this.tools)) {
        this.proven.add(unit);
        await this.giveAttemptsBack(unit, owner);
        return kind;
      }
    return null;
  }

  /**
   * A success clears every earlier failure: the second factor's, or the mailed code's that stands in for it while there
   * is none.
   */
  async giveAttemptsBack(unit: UnitOfWork, owner: Pick<Person, "ownerId">): Promise<void> {
    await unit.affected(CLEAR, [owner.ownerId]);
  }

  /** From now on it is required; earlier failures are cleared. */
  async switchOn(
    unit: UnitOfWork,
    owner: Pick<Person, "ownerId" | "firmId">,
    recoveryCodesRemaining: number,
  ): Promise<void> {
    await this.replaceState(unit, { ...noSecondFactor(owner), enrolledAt: unit.now, recoveryCodesRemaining });
  }

  /** Removes what a person switches on and off as a whole, and the failures. `endAccess` ends what exists beside it. */
  async remove(unit: UnitOfWork, owner: Pick<Person, "ownerId" | "firmId">): Promise<void> {
    await forgetFactors(unit, owner.ownerId, "PRIMARY");
    await this.replaceState(unit, noSecondFactor(owner));
  }

  /** The account is deleted: nothing of its second factor stays. */
  async forget(unit: UnitOfWork, owner: Pick<Person, "ownerId" | "firmId">): Promise<void> {
    await this.remove(unit, owner);
    await forgetFactors(unit, owner.ownerId, "ADDED");
    await unit.manager.delete(TwoFactorState, { ownerId: owner.ownerId });
  }

  private async replaceState(unit: UnitOfWork, state: TwoFactorState): Promise<void> {
    // Locks the state, then the firm, as everywhere that both are locked: a failed attempt locks the firm last, for its
    // event.
    await this.stateOf(unit.manager, state, true);
    await withCountsOfAccount(unit, state.firmId, state.ownerId, async () => {
      await unit.manager.save(TwoFactorState, state);
    });
  }

  async unlock(unit: UnitOfWork, owner: Pick<Person, "ownerId">): Promise<boolean> {
    return (await unit.affected(CLEAR_IF_ANY, [owner.ownerId])) === 1;
  }

  private async lock(unit: UnitOfWork, owner: Person, actor: Actor, state: TwoFactorState): Promise<number> {
    const waitMs = secondFactorLockMs(state.lockCount);
    const lockedUntil = unit.now + waitMs;
    await unit.manager.save(Object.assign(state, { lockedUntil, lockCount: state.lockCount + 1 }));
    unit.record({
      type: "ACCOUNT_LOCKED",
      ...about(owner, actor),
      data: { email: owner.email, minutes: Math.round(waitMs / MINUTE_MS), what: "second factor" },
    });
    await notify(unit, owner, actor, accountLocked, {
      minutes: Math.round(waitMs / MINUTE_MS),
      what: "second factor" as const,
    });
    return lockedUntil;
  }
}
