import type { EntityManager } from "typeorm";
import { chooseLanguage, type Language } from "@gatehouse/shared";

const OLDEST = "c.language IS NOT NULL ORDER BY c.createdAt, c.id LIMIT 1";
/** What the contacts of the account with that email say, else the contacts with that email; the oldest that says something. */
const OWN = `COALESCE(
  (SELECT c.language FROM portal_accounts a JOIN contacts c ON c.portalAccountId = a.id WHERE a.firmId = ? AND a.email = ? AND ${OLDEST}),
  (SELECT c.language FROM contacts c WHERE c.firmId = ? AND c.email = ? AND ${OLDEST}))`;

/**
 * In which language a firm's mail to a client's mailbox is: the one of the contact that it is for (`language`), else the mailbox's
 * own, else the one that it was asked for in, else the firm's for its clients.
 */
export async function mailboxLanguage(
  manager: EntityManager,
  {
    firmId,
    email,
    language,
    asked,
  }: { firmId: string; email: string; language: Language | null; asked: Language | null },
): Promise<Language> {
  if (language !== null) return language;
  const [row] = (await manager.query(`SELECT ${OWN} AS own, f.clientLanguage AS firm FROM firms f WHERE f.id = ?`, [
    firmId,
    email,
    firmId,
    email,
    firmId,
  ])) as { own: Language | null; firm: Language | null }[];
  return chooseLanguage({ own: row?.own ?? null, asked, firm: row?.firm ?? null });
}
