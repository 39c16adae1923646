import { languageCodes, languages } from "../language/language.js";
import { normalizeEmail } from "../emails/email-address.js";

/** Who a row of a file is, as far as `upsertContacts` can tell. */
export interface ImportedIdentity {
  /** Its number in the file, for people. */
  number: number;
  externalId?: string | undefined;
  email?: string | undefined;
  /** What stands in its language cell, where that is none of ours. */
  unknownLanguage?: string | undefined;
}

const languageNames = languageCodes.map((code) => languages[code].englishName);

/** How rows of a file find their contacts: said to people, obeyed by `upsertContacts` and by `importRefusals`. */
export const importRule =
  "A row changes the contact with the same external id, or else with the same email; if there is none, it adds one. An empty cell changes nothing.";

/**
 * Why rows may not be imported, in their order; null where they may. Who has neither an external id nor an email would be added
 * again with each import of the file; and a row that means the same contact as an earlier one would overwrite it unseen: two people
 * with one mailbox are two contacts only where each has an external id.
 */
export function importRefusals(rows: readonly ImportedIdentity[]): (string | null)[] {
  const ofId = new Map<string, number>();
  const ofEmail = new Map<string, { number: number; hasId: boolean }>();
  return rows.map(({ number, externalId, email, unknownLanguage }) => {
    if (!externalId && !email) return "Give it an email or an external id; without, each import would add it again.";
    if (unknownLanguage !== undefined)
      return `The portal does not speak “${unknownLanguage}”. Write ${languageNames.join(" or ")}, or nothing.`;
    const address = email ? normalizeEmail(email) : null;
    const sameId = externalId ? ofId.get(externalId) : undefined;
    if (sameId !== undefined) return `Row ${sameId} has the same external id.`;
    const sameEmail = address === null ? undefined : ofEmail.get(address);
    if (sameEmail && !(sameEmail.hasId && externalId))
      return `Row ${sameEmail.number} has the same email and would be overwritten. Give both an external id to keep two people apart.`;
    if (externalId) ofId.set(externalId, number);
    if (address !== null && !sameEmail) ofEmail.set(address, { number, hasId: Boolean(externalId) });
    return null;
  });
}
