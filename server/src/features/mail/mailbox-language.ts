import type { EntityManager } from "typeorm";
import { chooseLanguage, type Language } from "@gatehouse/shared";
import { unpreparedRows } from "../../platform/database/prepared-rows.js";
import { computed, select, sql, table } from "../../platform/database/sql.js";
import { Contact } from "../contacts/contact.entity.js";
import { Firm } from "../firms/firm.entity.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";

const a = table(PortalAccount, "a");
const c = table(Contact, "c");
const f = table(Firm, "f");
const OLDEST = sql`${c.language} IS NOT NULL ORDER BY ${c.createdAt}, ${c.id} LIMIT 1`;
/**
 * The language chosen by the contacts of the account with that email, or else by the contacts with that email: the
 * oldest choice.
 */
const OWN = sql`COALESCE(
  (SELECT ${c.language} FROM ${a} JOIN ${c} ON ${c.portalAccountId} = ${a.id} WHERE ${a.firmId} = ? AND ${a.email} = ? AND ${OLDEST}),
  (SELECT ${c.language} FROM ${c} WHERE ${c.firmId} = ? AND ${c.email} = ? AND ${OLDEST}))`;
const LANGUAGES = select({ own: computed<Language | null>(OWN), firm: f.clientLanguage }).from`${f} WHERE ${f.id} = ?`;

/**
 * The language of a firm's mail to a client's mailbox: that of the contact it is for (`language`), else the mailbox's
 * own, else the one of the request, else the firm's default for its clients.
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
  const [row] = await unpreparedRows(manager, LANGUAGES, [firmId, email, firmId, email, firmId]);
  return chooseLanguage({ own: row?.own ?? null, asked, firm: row?.firm ?? null });
}
