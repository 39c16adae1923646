import { table } from "../../platform/database/sql.js";
import { Passkey, PasskeyCeremony } from "../passkeys/passkey.entity.js";
import type { SecondFactorMethod } from "./second-factor-method.js";

const ceremonies = table(PasskeyCeremony);
const rows = table(Passkey);

/** A passkey's response to the challenge of this sign-in or session. */
export const passkey: SecondFactorMethod = {
  standing: "ADDED",
  field: "response",
  tables: [
    { from: ceremonies, holds: "UNDER_WAY", key: ceremonies.subjectId },
    { from: rows, holds: "IN_FORCE", key: rows.id },
  ],
  authenticationFields: ["verifyPasskey", "beginPasskeyVerification"],
  couldBe: (answer) => answer.trim() !== "",
  isReady: (manager, { ownerId }) => manager.existsBy(Passkey, { ownerId }),
  spend: async (unit, owner, _actor, { answer, subject }, { passkeys }) =>
    subject !== null && passkeys.spend(unit, owner, subject, answer),
};
