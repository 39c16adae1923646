import { counts } from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import { placeholders, sql, table } from "../../platform/database/sql.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { about, type Person } from "../people/person.js";
import { recoveryCodeUsed } from "../mail/security-letters.js";
import { notify } from "../mail/security-notices.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import { RecoveryCode } from "./recovery-code.entity.js";
import type { Actor, UnitOfWork } from "../work/unit-of-work.js";
import { newRecoveryCode, readRecoveryCode } from "./recovery-code.js";
import type { SecondFactorMethod } from "./second-factor-method.js";

/** The digest of a code. It includes the owner, so that a row is worthless in another account. */
const digestOf = (keys: KeyRing, ownerId: string, code: string, keyId?: string): string =>
  keys.hmac(`${ownerId}.${code}`, "recovery code", keyId);

const stored = table(RecoveryCode);
const states = table(TwoFactorState);
const COUNT_DOWN = sql`UPDATE ${states} SET ${states.recoveryCodesRemaining} = ${states.recoveryCodesRemaining} - 1 WHERE ${states.ownerId} = ?`;

/** One of ten codes, each of which works once. Its use is reported to the owner. */
export const recoveryCode: SecondFactorMethod = {
  standing: "PRIMARY",
  field: "code",
  tables: [{ from: stored, holds: "IN_FORCE", key: stored.id }],
  authenticationFields: ["useRecoveryCode", "regenerateRecoveryCodes"],
  couldBe: (answer) => readRecoveryCode(answer) !== null,
  isReady: async (_manager, { recoveryCodesRemaining }) => recoveryCodesRemaining > 0,
  async spend(unit, owner, actor, { answer }, { keys }) {
    const code = readRecoveryCode(answer);
    if (code === null) return false;
    const digests = keys.ids.map((keyId) => digestOf(keys, owner.ownerId, code, keyId));
    const spent = await unit.affected(
      sql`UPDATE ${stored} SET ${stored.usedAt} = ?
        WHERE ${stored.ownerId} = ? AND ${stored.codeDigest} IN (${placeholders(digests.length)}) AND ${stored.usedAt} IS NULL`,
      [unit.now, owner.ownerId, ...digests],
    );
    if (spent !== 1) return false;
    await tellOfUse(unit, owner, actor);
    return true;
  },
};

async function tellOfUse(unit: UnitOfWork, owner: Person, actor: Actor): Promise<void> {
  await unit.affected(COUNT_DOWN, [owner.ownerId]);
  const { recoveryCodesRemaining: remaining } = await unit.manager.findOneByOrFail(TwoFactorState, {
    ownerId: owner.ownerId,
  });
  unit.record({
    type: "RECOVERY_CODE_USED",
    ...about(owner, actor),
    methods: ["RECOVERY_CODE"],
    data: { email: owner.email, remaining },
  });
  await notify(unit, owner, actor, recoveryCodeUsed, { remaining });
}

/** Creates ten new codes, shown only this once; the older ones are void. */
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
