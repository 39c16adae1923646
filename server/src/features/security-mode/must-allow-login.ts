import { allowsPasswordLogin } from "@gatehouse/shared";
import { mustBeOpen } from "../access/firm-open.js";
import type { FirmPolicy } from "../firms/security-policy.reader.js";
import { Refusal } from "../../platform/graphql/failures.js";

/**
 * Throws FIRM_DISABLED if nobody of the firm may get in, or LOGIN_DISABLED if its mode has no logins. Call it before
 * anything that leads to one.
 */
export function mustAllowLogin(policy: Pick<FirmPolicy, "mode" | "firmDisabledAt">): void {
  mustBeOpen(policy);
  if (!allowsPasswordLogin(policy)) throw new Refusal("LOGIN_DISABLED");
}
