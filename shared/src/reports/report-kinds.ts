import type { Language } from "../language/language.js";

/** The reports that a firm makes from its log. `namesClients`: its rows do. */
export const reportKinds = {
  access: { title: { EN: "Who has access", FR: "Qui a accès" }, namesClients: true },
  adoption: { title: { EN: "2FA adoption", FR: "Adoption de la double authentification" }, namesClients: false },
  changes: { title: { EN: "Security changes", FR: "Changements de sécurité" }, namesClients: true },
} as const satisfies Record<string, { title: Record<Language, string>; namesClients: boolean }>;
export type ReportKind = keyof typeof reportKinds;
/** A kind as the API names it. */
export type ReportKindName = Uppercase<ReportKind>;
export const reportKindName = (kind: ReportKind): ReportKindName => kind.toUpperCase() as ReportKindName;
export const reportKindOf = (name: ReportKindName): ReportKind => name.toLowerCase() as ReportKind;

/** How far a report that is made in the background has come. */
export const reportStatuses = {
  PENDING: "Nobody has begun to make it yet.",
  RUNNING: "It is being made.",
  READY: "It can be looked at and fetched.",
  FAILED: "It could not be made. Ask for it again.",
} as const satisfies Record<string, string>;
export type ReportStatus = keyof typeof reportStatuses;
