import type { Language } from "../language/language.js";

/** The reports that a firm makes from its log. */
export const reportKinds = {
  access: { title: { EN: "Who has access", FR: "Qui a accès" } },
  adoption: { title: { EN: "2FA adoption", FR: "Adoption de la double authentification" } },
  changes: { title: { EN: "Security changes", FR: "Changements de sécurité" } },
} as const satisfies Record<string, { title: Record<Language, string> }>;
export type ReportKind = keyof typeof reportKinds;
