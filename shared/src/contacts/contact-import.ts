import { languageCodes, languages } from "../language/language.js";
import { normalizeEmail } from "../emails/email-address.js";

/** What identifies the contact in a row of a file, as `upsertContacts` sees it. */
export interface ImportedIdentity {
  /** The row number in the file, as shown to people. */
  number: number;
  externalId?: string | undefined;
  email?: string | undefined;
  /** The text of the language cell, if it is not one of ours. */
  unknownLanguage?: string | undefined;
}

const languageNames = languageCodes.map((code) => languages[code].englishName);

/** How rows of a file find their contacts: shown to people, and followed by `upsertContacts` and `importRefusals`. */
export const importRule =
  "A row updates the contact with the same external id or, failing that, the same email; if there is none, it adds a new contact. An empty cell changes nothing.";

/**
 * Why each row may not be imported, in order; null if it may. A contact with neither an external id nor an email would be added again
 * by every import of the file. A row for the same contact as an earlier row would silently overwrite it: two people who share a mailbox
 * are two contacts only if each has an external id.
 */
export function importRefusals(rows: readonly ImportedIdentity[]): (string | null)[] {
  const ofId = new Map<string, number>();
  const ofEmail = new Map<string, { number: number; hasId: boolean }>();
  return rows.map(({ number, externalId, email, unknownLanguage }) => {
    if (!externalId && !email)
      return "Give it an email or an external id; without one, every import would add it again.";
    if (unknownLanguage !== undefined)
      return `The portal is not available in “${unknownLanguage}”. Write ${languageNames.join(" or ")}, or leave the cell empty.`;
    const address = email ? normalizeEmail(email) : null;
    const sameId = externalId ? ofId.get(externalId) : undefined;
    if (sameId !== undefined) return `Row ${sameId} has the same external id.`;
    const sameEmail = address === null ? undefined : ofEmail.get(address);
    if (sameEmail && !(sameEmail.hasId && externalId))
      return `Row ${sameEmail.number} has the same email and would be overwritten. If these are two people, give each an external id.`;
    if (externalId) ofId.set(externalId, number);
    if (address !== null && !sameEmail) ofEmail.set(address, { number, hasId: Boolean(externalId) });
    return null;
  });
}
