import { dictionary } from "@zxcvbn-ts/language-common";
import { lengths, passwordFault, type PasswordContext, type RefusalSentence } from "@gatehouse/shared";
import { forUpdate } from "../../platform/database/dialect.js";
import { sql, table } from "../../platform/database/sql.js";
import { Refusal } from "../../platform/graphql/failures.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { PasswordCredential } from "./password-credential.entity.js";
import type { PasswordHasher, StoredPassword } from "./password-hasher.js";

const common = new Set(dictionary["passwords-common"].map((word) => word.toLowerCase()));
/** The largest password in bytes that is processed at all: 128 code points fit four times over. */
const MAX_BYTES = 1024;

/** Whether it is on the list of common passwords (OWASP ASVS 6.2.4), even with digits or punctuation around it. */
const isCommonPassword = (password: string): boolean => {
  const core = password.replaceAll(/^[\d\p{P}\p{S}\s]+|[\d\p{P}\p{S}\s]+$/gu, "");
  return common.has(password) || common.has(core);
};

/** Throws WEAK_PASSWORD with the rule that a new password breaks. */
export function mustBeGoodPassword(password: string, context: PasswordContext, field: readonly string[]): void {
  const fault: RefusalSentence | null =
    Buffer.byteLength(password) > MAX_BYTES
      ? (say) => say.passwordMuchTooLong(lengths.passwordMax)
      : passwordFault(password, context, isCommonPassword);
  if (fault !== null) throw new Refusal("WEAK_PASSWORD", field, fault);
}

/** Whether a typed password is worth hashing at all. */
export const couldBePassword = (password: string): boolean =>
  password.length > 0 && Buffer.byteLength(password) <= MAX_BYTES;

/** The owner's password, which nobody else can change until the commit. */
export const lockedCredential = ({ manager }: UnitOfWork, ownerId: string): Promise<PasswordCredential | null> =>
  manager.findOne(PasswordCredential, { where: { ownerId }, ...forUpdate(manager) });

/**
 * Sets the owner's password; the version voids whatever an older one began (challenges, resets). Call it before
 * `endAccess`: it waits for sign-ins with the old password, whose sessions must end with the others.
 */
export async function storePassword(unit: UnitOfWork, ownerId: string, stored: StoredPassword): Promise<void> {
  const { manager, now } = unit;
  const current = await lockedCredential(unit, ownerId);
  await manager.save(PasswordCredential, { ...stored, ownerId, version: (current?.version ?? 0) + 1, changedAt: now });
}

const credentials = table(PasswordCredential);
const RENEW = sql`UPDATE ${credentials} SET ${credentials.passwordHash} = ?, ${credentials.pepperId} = ?
  WHERE ${credentials.ownerId} = ? AND ${credentials.version} = ?`;

/** Renews the hash of an unchanged password, unless the password was changed meanwhile. */
export async function renewHash(
  unit: UnitOfWork,
  current: PasswordCredential,
  hasher: PasswordHasher,
  renewed: StoredPassword,
): Promise<void> {
  if (!hasher.isOld(current)) return;
  await unit.affected(RENEW, [renewed.passwordHash, renewed.pepperId, current.ownerId, current.version]);
}
