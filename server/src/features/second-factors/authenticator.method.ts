import type { Person } from "../access/person.js";
import type { TotpCredential } from "../two-factor/two-factor.entity.js";
import type { SecondFactorMethod } from "./second-factor-method.js";
import { lastPlausibleStep, matchingStep, readTotpCode } from "./totp.js";

/** What an encrypted secret is bound to: its table, column, firm and owner. */
export const secretPlace = (
  table: "totp_credentials" | "pending_totp_enrollments",
  { ownerId, firmId }: Pick<Person, "ownerId" | "firmId">,
): string => `${table}.encryptedSecret.${firmId}.${ownerId}`;

/** The app's current code. A time step, or any before it, is never accepted again (RFC 6238 5.2). */
export const authenticator: SecondFactorMethod = {
  standing: "PRIMARY",
  field: "code",
  tables: [
    { table: "pending_totp_enrollments", holds: "UNDER_WAY", key: "ownerId" },
    { table: "totp_credentials", holds: "IN_FORCE", key: "ownerId" },
  ],
  authenticationFields: [
    "verifyTwoFactor",
    "beginTwoFactorEnrollment",
    "confirmTwoFactorEnrollment",
    "disableTwoFactor",
  ],
  isReady: async (_manager, { enrolledAt }) => enrolledAt !== null,
  async spend(unit, owner, _actor, { answer }, { keys }) {
    const [credential] = await unit.rows<Pick<TotpCredential, "encryptedSecret">>(
      "SELECT encryptedSecret FROM totp_credentials WHERE ownerId = ?",
      [owner.ownerId],
    );
    if (!credential) return false;
    const step = matchingStep(
      keys.decrypt(credential.encryptedSecret, secretPlace("totp_credentials", owner)),
      readTotpCode(answer),
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
  },
};
