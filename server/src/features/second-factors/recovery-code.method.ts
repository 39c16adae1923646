import { counts } from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import type { Person } from "../access/person.js";
import { recoveryCodeUsed } from "../mail/security-letters.js";
import { notify } from "../mail/security-notices.js";
import { RecoveryCode, TwoFactorState } from "../two-factor/two-factor.entity.js";
import type { Actor, UnitOfWork } from "../work/unit-of-work.js";
import { newRecoveryCode, readRecoveryCode } from "./recovery-code.js";
import type { SecondFactorMethod } from "./second-factor-method.js";

/** What the digest is for; the owner is part of it, so that a row is worth nothing at another's account. */
const digestOf = (keys: KeyRing, ownerId: string, code: string, keyId?: string): string =>
  keys.hmac(`${ownerId}.${code}`, "recovery code", keyId);

/** One of the ten, which works once. Its owner is told. */
export const recoveryCode: SecondFactorMethod = {
  standing: "PRIMARY",
  field: "code",
  tables: [{ table: "recovery_codes", holds: "IN_FORCE", key: "id" }],
  authenticationFields: ["useRecoveryCode", "regenerateRecoveryCodes"],
  isReady: async (_manager, { recoveryCodesRemaining }) => recoveryCodesRemaining > 0,
  async spend(unit, owner, actor, { answer }, { keys }) {
    const code = readRecoveryCode(answer);
    if (code === null) return false;
    const digests = keys.ids.map((keyId) => digestOf(keys, owner.ownerId, code, keyId));
    const marks = digests.map(() => "?").join(", ");
    const spent = await unit.affected(
      `UPDATE recovery_codes SET usedAt = ? WHERE ownerId = ? AND codeDigest IN (${marks}) AND usedAt IS NULL`,
      [unit.now, owner.ownerId, ...digests],
    );
    if (spent !== 1) return false;
    await tellOfUse(unit, owner, actor);
    return true;
  },
};

async function tellOfUse(unit: UnitOfWork, owner: Person, actor: Actor): Promise<void> {
  await unit.affected(
    "UPDATE two_factor_states SET recoveryCodesRemaining = recoveryCodesRemaining - 1 WHERE ownerId = ?",
    [owner.ownerId],
  );
  const { recoveryCodesRemaining: remaining } = await unit.manager.findOneByOrFail(TwoFactorState, {
    ownerId: owner.ownerId,
  });
  const { firmId, accountId, email } = owner;
  unit.record({ type: "RECOVERY_CODE_USED", firmId, actor, accountId, data: { email, remaining } });
  await notify(unit, owner, actor, recoveryCodeUsed, { remaining });
}

/** Ten new ones, shown this once; the older ones are void. */
export async function replaceRecoveryCodes(
  unit: UnitOfWork,
  keys: KeyRing,
  { ownerId }: Pick<Person, "ownerId">,
): Promise<string[]> {
  const codes = Array.from({ length: counts.recoveryCodes }, newRecoveryCode);
  await unit.manager.delete(RecoveryCode, { ownerId });
  await unit.manager.insert(
    RecoveryCode,
    codes.map((code) => ({
      id: newId("recoveryCode", unit.now),
      ownerId,
      codeDigest: digestOf(keys, ownerId, readRecoveryCode(code) ?? ""),
      keyId: keys.activeId,
      usedAt: null,
    })),
  );
  await unit.manager.update(TwoFactorState, { ownerId }, { recoveryCodesRemaining: codes.length });
  return codes;
}
