import type { Language } from "../language/language.js";
import { allowsPasswordLogin, requiresTwoFactor, type ModePolicy } from "../security-mode/security-mode.js";

/** What an auditor asks about: where somebody's access differs from what the firm's policy says, or from what its list of contacts suggests. */
export const accessExceptions = {
  TWO_FACTOR_MISSING: {
    EN: "2FA is required, but not set up",
    FR: "la double authentification est exigée, mais pas configurée",
  },
  LOGIN_INACTIVE: {
    EN: "the login is inactive: the firm uses links only",
    FR: "l’identifiant est inactif\u00A0: le cabinet n’utilise que des liens",
  },
  OTHER_EMAIL: {
    EN: "the login has another email than the contact",
    FR: "l’identifiant a une autre adresse que le contact",
  },
  SHARED_LOGIN: { EN: "the login serves several contacts", FR: "l’identifiant sert plusieurs contacts" },
  NO_CONTACT: { EN: "the login has no contact", FR: "l’identifiant n’a pas de contact" },
} as const satisfies Record<string, Record<Language, string>>;
export type AccessException = keyof typeof accessExceptions;

/** What is known of a contact and its login at a moment. */
export interface ReportedAccess {
  /** The contact's email; null: it has none. Undefined: there is no contact. */
  contactEmail: string | null | undefined;
  /** Null: there is no login. */
  login: { email: string; isEnrolled: boolean; contacts: number } | null;
}

/** Every exception at that moment, in the order of the table. */
export function exceptionsOf(
  { contactEmail, login }: ReportedAccess,
  policy: ModePolicy,
  at: number,
): AccessException[] {
  if (login === null) return [];
  const found: Record<AccessException, boolean> = {
    TWO_FACTOR_MISSING: !login.isEnrolled && requiresTwoFactor(policy, at),
    LOGIN_INACTIVE: !allowsPasswordLogin(policy),
    OTHER_EMAIL: contactEmail !== undefined && contactEmail !== login.email,
    SHARED_LOGIN: login.contacts > 1,
    NO_CONTACT: contactEmail === undefined,
  };
  return (Object.keys(found) as AccessException[]).filter((name) => found[name]);
}
