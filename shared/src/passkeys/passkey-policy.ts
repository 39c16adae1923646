import { counts } from "../limits/limits.js";

/**
 * Whether somebody may add a passkey. A passkey stands beside the authenticator, never in its place: so whoever has one also has
 * recovery codes, is asked for a second factor at every sign-in, and "enrolled" means the same everywhere.
 */
export const mayAddPasskey = (facts: { isEnrolled: boolean; passkeys: number }): boolean =>
  facts.isEnrolled && facts.passkeys < counts.passkeys;
