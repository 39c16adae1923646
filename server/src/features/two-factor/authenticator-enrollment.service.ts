import { counts } from "@gatehouse/shared";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { forUpdate } from "../../platform/database/dialect.js";
import { sql, table } from "../../platform/database/sql.js";
import type { Person } from "../people/person.js";
import { secretPlace } from "../second-factors/authenticator.method.js";
import { replaceRecoveryCodes } from "../second-factors/recovery-code.method.js";
import { newTotpSecret } from "../second-factors/totp.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import type { SecondFactor } from "./second-factor.service.js";
import { PendingTotpEnrollment, TotpCredential } from "../second-factors/authenticator.entity.js";

const enrollments = table(PendingTotpEnrollment);
const TAKE_TRY = sql`UPDATE ${enrollments} SET ${enrollments.failures} = ${enrollments.failures} + 1
  WHERE ${enrollments.ownerId} = ? AND ${enrollments.failures} < ? AND ${enrollments.expiresAt} > ?`;
const END_PENDING = sql`DELETE FROM ${enrollments} WHERE ${enrollments.ownerId} = ?`;

/** Puts authenticators in force, with their recovery codes. */
export class AuthenticatorEnrollment {
  constructor(private readonly needs: { work: Work; keys: KeyRing; secondFactor: SecondFactor }) {}

  /** Creates a secret that is not in force until confirmed; an older pending one is void. */
  async begin(unit: UnitOfWork, owner: Person, expiresAt: number): Promise<string> {
    const secret = newTotpSecret();
    // One statement: with a separate delete, parallel calls would wait for each other's gap lock and fail.
    await unit.manager.upsert(
      PendingTotpEnrollment,
      {
        ownerId: owner.ownerId,
        encryptedSecret: this.needs.keys.encrypt(secret, secretPlace("pending_totp_enrollments", owner)),
        failures: 0,
        createdAt: unit.now,
        expiresAt,
      },
      ["ownerId"],
    );
    return secret;
  }

  /** Takes one of the pending enrollment's five attempts. Returns the secret, or null if there is none (any more). */
  async takeAttempt(owner: Person): Promise<string | null> {
    return this.needs.work.do(async (unit) => {
      const taken = await unit.affected(TAKE_TRY, [owner.ownerId, counts.challengeFailures, unit.now]);
      if (taken !== 1) return null;
      const pending = await unit.manager.findOneByOrFail(PendingTotpEnrollment, { ownerId: owner.ownerId });
      return this.needs.keys.decrypt(pending.encryptedSecret, secretPlace("pending_totp_enrollments", owner));
    });
  }

  /**
   * Puts the confirmed secret in force, with its step spent and fresh recovery codes. Null if it was replaced or
   * confirmed meanwhile.
   */
  async complete(unit: UnitOfWork, owner: Person, secret: string, step: number): Promise<string[] | null> {
    const { manager, now } = unit;
    const pending = await manager.findOne(PendingTotpEnrollment, {
      where: { ownerId: owner.ownerId },
      ...forUpdate(manager),
    });
    if (!pending || pending.expiresAt <= now) return null;
    if (this.needs.keys.decrypt(pending.encryptedSecret, secretPlace("pending_totp_enrollments", owner)) !== secret)
      return null;
    if ((await unit.affected(END_PENDING, [owner.ownerId])) !== 1) return null;
    await manager.save(TotpCredential, {
      ownerId: owner.ownerId,
      encryptedSecret: this.needs.keys.encrypt(secret, secretPlace("totp_credentials", owner)),
      lastUsedStep: step,
      createdAt: now,
    });
    const codes = await this.replaceRecoveryCodes(unit, owner);
    await this.needs.secondFactor.switchOn(unit, owner, codes.length);
    return codes;
  }

  /** See replaceRecoveryCodes in recovery-code.method.ts. */
  replaceRecoveryCodes(unit: UnitOfWork, owner: Person): Promise<string[]> {
    return replaceRecoveryCodes(unit, this.needs.keys, owner);
  }
}
