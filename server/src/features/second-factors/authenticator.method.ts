import { readDigitCode } from "@gatehouse/shared";
import { select, sql, table } from "../../platform/database/sql.js";
import type { Person } from "../people/person.js";
import { PendingTotpEnrollment, TotpCredential } from "./authenticator.entity.js";
import type { SecondFactorMethod } from "./second-factor-method.js";
import { lastPlausibleStep, matchingStep } from "./totp.js";

/** What an encrypted secret is bound to: its table, column, firm and owner. */
export const secretPlace = (
  tableName: "totp_credentials" | "pending_totp_enrollments",
  { ownerId, firmId }: Pick<Person, "ownerId" | "firmId">,
): string => `${tableName}.encryptedSecret.${firmId}.${ownerId}`;

const enrollments = table(PendingTotpEnrollment);
const credentials = table(TotpCredential);
const SECRET = select({ encryptedSecret: credentials.encryptedSecret })
  .from`${credentials} WHERE ${credentials.ownerId} = ?`;
const SPEND_STEP = sql`UPDATE ${credentials} SET ${credentials.lastUsedStep} = ?
  WHERE ${credentials.ownerId} = ? AND (${credentials.lastUsedStep} < ? OR ${credentials.lastUsedStep} > ?)`;

/** The app's current code. No time step is accepted again once it or a later one was used (RFC 6238 5.2). */
export const authenticator: SecondFactorMethod = {
  standing: "PRIMARY",
  field: "code",
  tables: [
    { from: enrollments, holds: "UNDER_WAY", key: enrollments.ownerId },
    { from: credentials, holds: "IN_FORCE", key: credentials.ownerId },
  ],
  authenticationFields: [
    "verifyTwoFactor",
    "beginTwoFactorEnrollment",
    "confirmTwoFactorEnrollment",
    "disableTwoFactor",
  ],
  couldBe: (answer) => readDigitCode(answer) !== null,
  isReady: async (_manager, { enrolledAt }) => enrolledAt !== null,
  async spend(unit, owner, _actor, { answer }, { keys }) {
    const code = readDigitCode(answer);
    if (code === null) return false;
    const [credential] = await unit.rows(SECRET, [owner.ownerId]);
    if (!credential) return false;
    const step = matchingStep(
      keys.decrypt(credential.encryptedSecret, secretPlace("totp_credentials", owner)),
      code,
      unit.now,
    );
    if (step === null) return false;
    // If two requests race with one code, exactly one sees a row change.
    return (await unit.affected(SPEND_STEP, [step, owner.ownerId, step, lastPlausibleStep(unit.now)])) === 1;
  },
};
