import { allowsPasswordLogin, type ModePolicy } from "@gatehouse/shared";
import { Refusal } from "../../platform/graphql/failures.js";

/** Throws LOGIN_DISABLED if the firm's mode has no logins. Call it before anything that leads to one. */
export function mustAllowLogin(policy: Pick<ModePolicy, "mode">): void {
  if (!allowsPasswordLogin(policy)) throw new Refusal("LOGIN_DISABLED");
}
