import { Passkey } from "../passkeys/passkey.entity.js";
import type { SecondFactorMethod } from "./second-factor-method.js";

/** A passkey's answer to the challenge of that sign-in or session. */
export const passkey: SecondFactorMethod = {
  standing: "ADDED",
  field: "response",
  tables: [
    { table: "passkey_ceremonies", holds: "UNDER_WAY", key: "subjectId" },
    { table: "passkeys", holds: "IN_FORCE", key: "id" },
  ],
  authenticationFields: ["verifyPasskey", "beginPasskeyVerification"],
  isReady: (manager, { ownerId }) => manager.existsBy(Passkey, { ownerId }),
  spend: async (unit, owner, _actor, { answer, subject }, { passkeys }) =>
    subject !== null && passkeys.spend(unit, owner, subject, answer),
};
