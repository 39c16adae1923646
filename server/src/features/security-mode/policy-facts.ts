import type { ChangeValue } from "@gatehouse/shared";
import type { FirmPolicy } from "../firms/security-policy.reader.js";
import { momentFact } from "../work/moment-fact.js";

type Settings = Pick<
  FirmPolicy,
  "mode" | "enforcedFrom" | "magicLinkRequiresTwoFactor" | "trustedDeviceDays" | "teamRequiresTwoFactor"
>;
/** A policy's settings in the log, as the API names and shows them. */
export const policyFacts = (policy: Settings): Record<string, ChangeValue> => ({
  mode: policy.mode,
  enforcedFrom: momentFact(policy.enforcedFrom),
  magicLinkRequiresTwoFactor: Boolean(policy.magicLinkRequiresTwoFactor),
  trustedDeviceDays: policy.trustedDeviceDays,
  teamRequiresTwoFactor: Boolean(policy.teamRequiresTwoFactor),
});
