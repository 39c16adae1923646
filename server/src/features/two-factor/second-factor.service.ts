import type { EntityManager } from "typeorm";
import {
  counts,
  secondFactorLock,
  secondFactorLockEndsAt,
  secondFactorLockMs,
  type AuditEventData,
  type AuditEventType,
  type ReauthenticationPurpose,
} from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { changing, forUpdate } from "../../platform/database/dialect.js";
import { rowsOf } from "../../platform/database/prepared-rows.js";
import { Refusal } from "../../platform/graphql/failures.js";
import type { Person } from "../access/person.js";
import type { Actor, UnitOfWork, Work } from "../work/unit-of-work.js";
import { countedByAccount } from "../contacts/portal-counts.js";
import { notify } from "../mail/security-notices.js";
import { accountLocked, recoveryCodeUsed } from "../mail/security-letters.js";
import type { Passkeys, PasskeySubject } from "../passkeys/passkeys.service.js";
import { newRecoveryCode, readRecoveryCode } from "./recovery-code.js";
import { lastPlausibleStep, matchingStep, newTotpSecret, readTotpCode } from "./totp.js";
import { PendingTotpEnrollment, RecoveryCode, TotpCredential, TwoFactorState } from "./two-factor.entity.js";

const RECOVERY_PURPOSE = "recovery code";

interface FailureOf<T extends AuditEventType> {
  type: T;
  data: AuditEventData[T];
}

export type ProvenBy = "code" | "recovery code" | "passkey";

/** The refusal of each wrong proof. */
const wrong: Readonly<Record<ProvenBy | "email code", () => Refusal>> = {
  code: () => new Refusal("INVALID_CODE", ["input", "code"]),
  "recovery code": () => new Refusal("INVALID_CODE", ["input", "code"]),
  passkey: () => new Refusal("INVALID_CODE", ["input", "response"]),
  "email code": () => new Refusal("EMAIL_CODE_REQUIRED", ["input", "emailCode"], (say) => say.mailedCodeWrong),
};

/** A locked second factor, in words; the time goes to `lockedUntil` fields elsewhere. */
export class SecondFactorLocked extends Refusal {
  constructor(readonly waitMs: number) {
    super("ACCOUNT_LOCKED", null, (say) => say.tooManyWrongCodes(waitMs));
  }
}
export const lockedRefusal = (lockedUntil: number, now: number) => new SecondFactorLocked(lockedUntil - now);

export const isLocked = (state: Pick<TwoFactorState, "lockedUntil" | "lockCount"> | null, now: number): boolean =>
  state !== null && secondFactorLockEndsAt(state, now) !== null;

/** What an encrypted secret is bound to: its table, column, firm and owner. */
export const secretPlace = (
  table: "totp_credentials" | "pending_totp_enrollments",
  { ownerId, firmId }: Pick<Person, "ownerId" | "firmId">,
): string => `${table}.encryptedSecret.${firmId}.${ownerId}`;

/** The state of somebody who has no second factor and no failures. */
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

/** Keeps authenticators and recovery codes, and judges whatever proves a second factor. */
export class SecondFactor {
  constructor(
    private readonly work: Work,
    private readonly keys: KeyRing,
    private readonly passkeys: Passkeys,
  ) {}

  async stateOf(
    manager: EntityManager,
    owner: Pick<Person, "ownerId" | "firmId">,
    lock = false,
  ): Promise<TwoFactorState> {
    const [state] = await rowsOf<TwoFactorState>(
      manager,
      `SELECT ownerId, firmId, enrolledAt, recoveryCodesRemaining, consecutiveFailures, lockedUntil, lockCount
       FROM two_factor_states WHERE ownerId = ?${lock ? changing(manager) : ""}`,
      [owner.ownerId],
    );
    return Object.assign(new TwoFactorState(), state ?? noSecondFactor(owner));
  }

  /** Whether an authenticator is in force now. */
  async isEnrolled(owner: Pick<Person, "ownerId" | "firmId">): Promise<boolean> {
    return (await this.stateOf(this.work.reader, owner)).enrolledAt !== null;
  }

  /**
   * Takes one of the ten tries before anything is looked at, in a transaction that takes tries alone (Work.doAndKeep): 200 parallel
   * tries, a crash or a rollback do not give one more. Throws ACCOUNT_LOCKED. Only a success gives the tries back.
   */
  async takeTry(unit: UnitOfWork, owner: Person, actor: Actor): Promise<void> {
    const taken = await unit.affected(
      "UPDATE two_factor_states SET consecutiveFailures = consecutiveFailures + 1 WHERE ownerId = ? AND lockedUntil IS NULL AND consecutiveFailures < ?",
      [owner.ownerId, secondFactorLock.failures],
    );
    if (taken === 1) return;
    const state = await this.stateOf(unit.manager, owner, true);
    if (isLocked(state, unit.now)) throw lockedRefusal(state.lockedUntil ?? 0, unit.now);
    // All tries were taken, but the last one never came to its end (a crash): it counts.
    if (state.consecutiveFailures >= secondFactorLock.failures && state.lockedUntil === null)
      throw lockedRefusal(await this.lock(unit, owner, actor, state), unit.now);
    const consecutiveFailures = state.lockedUntil === null ? state.consecutiveFailures + 1 : 1;
    const counted = await unit.affected(
      "UPDATE two_factor_states SET consecutiveFailures = ?, lockedUntil = NULL WHERE ownerId = ?",
      [consecutiveFailures, owner.ownerId],
    );
    // Without a row nothing would be counted, and every try allowed.
    if (counted !== 1) throw new Error(`${owner.ownerId} has no row to count failures in`);
  }

  /** The taken try of a sign-in failed: writes the event, and locks when it was the last. Throws the refusal to answer with. */
  fail(owner: Person, actor: Actor, what: ProvenBy | "email code"): Promise<never> {
    return this.failWith(owner, actor, what, { type: "SIGN_IN_FAILED", data: { email: owner.email, what } });
  }

  /** The same for somebody signed in, who was asked again. */
  failAgain(
    owner: Person,
    actor: Actor,
    what: "code" | "email code" | "passkey",
    purpose: ReauthenticationPurpose,
  ): Promise<never> {
    const data = { email: owner.email, what, purpose };
    return this.failWith(owner, actor, what, { type: "REAUTHENTICATION_FAILED", data });
  }

  private async failWith(
    owner: Person,
    actor: Actor,
    what: ProvenBy | "email code",
    event: FailureOf<"SIGN_IN_FAILED"> | FailureOf<"REAUTHENTICATION_FAILED">,
  ): Promise<never> {
    const lockedUntil = await this.work.do(async (unit) => {
      const state = await this.stateOf(unit.manager, owner, true);
      unit.record({ ...event, firmId: owner.firmId, actor, accountId: owner.accountId });
      if (state.consecutiveFailures < secondFactorLock.failures || state.lockedUntil !== null) return null;
      return this.lock(unit, owner, actor, state);
    });
    if (lockedUntil !== null) throw lockedRefusal(lockedUntil, this.work.clock.now());
    throw wrong[what]();
  }

  /**
   * Within the transaction that it buys something in: whether the text is the owner's current code or one of the recovery codes, and
   * spends it. A time step, or any before it, is never accepted again (RFC 6238 5.2), and a recovery code works once: each is one
   * conditional write judged by its row count.
   */
  async spend(
    unit: UnitOfWork,
    owner: Person,
    actor: Actor,
    text: string,
    accepts: readonly ProvenBy[] = ["code", "recovery code"],
  ): Promise<boolean> {
    const provenBy =
      accepts.includes("code") && (await this.spendTotp(unit, owner, text))
        ? "code"
        : accepts.includes("recovery code") && (await this.spendRecoveryCode(unit, owner, text))
          ? "recovery code"
          : null;
    if (provenBy === null) return false;
    await this.giveTriesBack(unit, owner);
    if (provenBy === "recovery code") await this.tellOfRecoveryCode(unit, owner, actor);
    return true;
  }

  /** The same for a passkey's answer to the challenge of that sign-in or session. */
  async spendPasskey(unit: UnitOfWork, owner: Person, subject: PasskeySubject, answer: string): Promise<boolean> {
    if (!(await this.passkeys.spend(unit, owner, subject, answer))) return false;
    await this.giveTriesBack(unit, owner);
    return true;
  }

  /** A success clears every failure before it: a second factor's, or the mailed code's that stands in for it while there is none. */
  async giveTriesBack(unit: UnitOfWork, owner: Pick<Person, "ownerId">): Promise<void> {
    await unit.affected(
      "UPDATE two_factor_states SET consecutiveFailures = 0, lockedUntil = NULL, lockCount = 0 WHERE ownerId = ?",
      [owner.ownerId],
    );
  }

  private async tellOfRecoveryCode(unit: UnitOfWork, owner: Person, actor: Actor): Promise<void> {
    await unit.affected(
      "UPDATE two_factor_states SET recoveryCodesRemaining = recoveryCodesRemaining - 1 WHERE ownerId = ?",
      [owner.ownerId],
    );
    const { recoveryCodesRemaining: remaining } = await this.stateOf(unit.manager, owner);
    const { firmId, accountId, email } = owner;
    unit.record({ type: "RECOVERY_CODE_USED", firmId, actor, accountId, data: { email, remaining } });
    await notify(unit, owner, actor, recoveryCodeUsed, { remaining });
  }

  private async spendTotp(unit: UnitOfWork, owner: Person, text: string): Promise<boolean> {
    const [credential] = await unit.rows<Pick<TotpCredential, "encryptedSecret">>(
      "SELECT encryptedSecret FROM totp_credentials WHERE ownerId = ?",
      [owner.ownerId],
    );
    if (!credential) return false;
    const step = matchingStep(
      this.keys.decrypt(credential.encryptedSecret, secretPlace("totp_credentials", owner)),
      readTotpCode(text),
      unit.now,
    );
    if (step === null) return false;
    // Two requests with one code race here; exactly one sees a row change.
    return (
      (await unit.affected(
        "UPDATE totp_credentials SET lastUsedStep = ? WHERE ownerId = ? AND (lastUsedStep < ? OR lastUsedStep > ?)",
        [step, owner.ownerId, step, lastPlausibleStep(unit.now)],
      )) === 1
    );
  }

  private async spendRecoveryCode(unit: UnitOfWork, owner: Person, text: string): Promise<boolean> {
    const code = readRecoveryCode(text);
    if (code === null) return false;
    const digests = this.keys.ids.map((keyId) => this.keys.hmac(`${owner.ownerId}.${code}`, RECOVERY_PURPOSE, keyId));
    const marks = digests.map(() => "?").join(", ");
    return (
      (await unit.affected(
        `UPDATE recovery_codes SET usedAt = ? WHERE ownerId = ? AND codeDigest IN (${marks}) AND usedAt IS NULL`,
        [unit.now, owner.ownerId, ...digests],
      )) === 1
    );
  }

  /** A new secret, not in force until confirmed; an older pending one is void. */
  async beginEnrollment(unit: UnitOfWork, owner: Person, expiresAt: number): Promise<string> {
    const secret = newTotpSecret();
    // One statement: deleting first would make parallel ones wait for each other's gap, and fail.
    await unit.manager.upsert(
      PendingTotpEnrollment,
      {
        ownerId: owner.ownerId,
        encryptedSecret: this.keys.encrypt(secret, secretPlace("pending_totp_enrollments", owner)),
        failures: 0,
        createdAt: unit.now,
        expiresAt,
      },
      ["ownerId"],
    );
    return secret;
  }

  /** Takes one of the pending enrolment's five tries; the secret, or null when there is none (any more). */
  async takeEnrollmentTry(owner: Person): Promise<string | null> {
    return this.work.do(async (unit) => {
      const taken = await unit.affected(
        "UPDATE pending_totp_enrollments SET failures = failures + 1 WHERE ownerId = ? AND failures < ? AND expiresAt > ?",
        [owner.ownerId, counts.challengeFailures, unit.now],
      );
      if (taken !== 1) return null;
      const pending = await unit.manager.findOneByOrFail(PendingTotpEnrollment, { ownerId: owner.ownerId });
      return this.keys.decrypt(pending.encryptedSecret, secretPlace("pending_totp_enrollments", owner));
    });
  }

  /** Puts the confirmed secret in force, its step spent, with fresh recovery codes. Null when it was replaced or confirmed meanwhile. */
  async completeEnrollment(unit: UnitOfWork, owner: Person, secret: string, step: number): Promise<string[] | null> {
    const { manager, now } = unit;
    const pending = await manager.findOne(PendingTotpEnrollment, {
      where: { ownerId: owner.ownerId },
      ...forUpdate(manager),
    });
    if (!pending || pending.expiresAt <= now) return null;
    if (this.keys.decrypt(pending.encryptedSecret, secretPlace("pending_totp_enrollments", owner)) !== secret)
      return null;
    if ((await unit.affected("DELETE FROM pending_totp_enrollments WHERE ownerId = ?", [owner.ownerId])) !== 1)
      return null;
    await manager.save(TotpCredential, {
      ownerId: owner.ownerId,
      encryptedSecret: this.keys.encrypt(secret, secretPlace("totp_credentials", owner)),
      lastUsedStep: step,
      createdAt: now,
    });
    const codes = await this.replaceRecoveryCodes(unit, owner);
    await this.replaceState(unit, { ...noSecondFactor(owner), enrolledAt: now, recoveryCodesRemaining: codes.length });
    return codes;
  }

  async replaceRecoveryCodes(unit: UnitOfWork, owner: Person): Promise<string[]> {
    const codes = Array.from({ length: counts.recoveryCodes }, newRecoveryCode);
    const keyId = this.keys.activeId;
    await unit.manager.delete(RecoveryCode, { ownerId: owner.ownerId });
    await unit.manager.insert(
      RecoveryCode,
      codes.map((code) => ({
        id: newId("recoveryCode", unit.now),
        ownerId: owner.ownerId,
        codeDigest: this.keys.hmac(`${owner.ownerId}.${readRecoveryCode(code)}`, RECOVERY_PURPOSE),
        keyId,
        usedAt: null,
      })),
    );
    await unit.manager.update(TwoFactorState, { ownerId: owner.ownerId }, { recoveryCodesRemaining: codes.length });
    return codes;
  }

  /** Takes the second factor away: authenticator, recovery codes, failures. What hangs on it ends by `endAccess`. */
  async remove(unit: UnitOfWork, owner: Pick<Person, "ownerId" | "firmId">): Promise<void> {
    const { ownerId } = owner;
    for (const table of [TotpCredential, RecoveryCode]) await unit.manager.delete(table, { ownerId });
    await this.replaceState(unit, noSecondFactor(owner));
  }

  /** The account goes: nothing of its second factor stays. */
  async forget(unit: UnitOfWork, owner: Pick<Person, "ownerId" | "firmId">): Promise<void> {
    await this.remove(unit, owner);
    await unit.manager.delete(TwoFactorState, { ownerId: owner.ownerId });
  }

  private async replaceState(unit: UnitOfWork, state: TwoFactorState): Promise<void> {
    // The state, then the firm, as wherever both are locked: a failed try takes the firm's lock last, for its event.
    await this.stateOf(unit.manager, state, true);
    await countedByAccount(unit, state.firmId, state.ownerId, async () => {
      await unit.manager.save(TwoFactorState, state);
    });
  }

  async unlock(unit: UnitOfWork, owner: Pick<Person, "ownerId">): Promise<boolean> {
    return (
      (await unit.affected(
        "UPDATE two_factor_states SET consecutiveFailures = 0, lockedUntil = NULL, lockCount = 0 WHERE ownerId = ? AND (lockedUntil IS NOT NULL OR consecutiveFailures > 0)",
        [owner.ownerId],
      )) === 1
    );
  }

  private async lock(unit: UnitOfWork, owner: Person, actor: Actor, state: TwoFactorState): Promise<number> {
    const waitMs = secondFactorLockMs(state.lockCount);
    const lockedUntil = unit.now + waitMs;
    await unit.manager.save(Object.assign(state, { lockedUntil, lockCount: state.lockCount + 1 }));
    unit.record({
      type: "ACCOUNT_LOCKED",
      firmId: owner.firmId,
      actor,
      accountId: owner.accountId,
      data: { email: owner.email, minutes: Math.round(waitMs / 60_000), what: "second factor" },
    });
    await notify(unit, owner, actor, accountLocked, {
      minutes: Math.round(waitMs / 60_000),
      what: "second factor" as const,
    });
    return lockedUntil;
  }
}
