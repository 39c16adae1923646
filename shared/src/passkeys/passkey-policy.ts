import { counts } from "../limits/limits.js";

/**
 * Whether a person may add a passkey. A passkey supplements the authenticator and never replaces it. So a person with a passkey also has
 * recovery codes, is asked for a second factor at every sign-in, and "enrolled" means the same everywhere.
 */
export const mayAddPasskey = (facts: { isEnrolled: boolean; passkeys: number }): boolean =>
  facts.isEnrolled && facts.passkeys < counts.passkeys;
