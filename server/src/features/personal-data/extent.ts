import type { EntityManager } from "typeorm";
import type { DeletedPerson } from "@gatehouse/shared";
import { computed, select, sql, table } from "../../platform/database/sql.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import { Contact } from "../contacts/contact.entity.js";
import { MagicLink } from "../magic-links/magic-link.entity.js";
import { findPerson, type Person } from "../people/person.js";
import type { Work } from "../work/unit-of-work.js";

const n = computed<number>(sql`COUNT(*)`);
const c = table(Contact, "c");
const r = table(ClientRequest, "r");
const l = table(MagicLink, "l");
const OTHERS = select({ n }).from`${c} WHERE ${c.firmId} = ? AND ${c.portalAccountId} = ? AND ${c.id} <> ?`;
const REQUESTS = select({ n }).from`${r} WHERE ${r.contactId} = ?`;
const OPEN_LINKS = select({ n })
  .from`${r} JOIN ${l} ON ${l.requestId} = ${r.id} WHERE ${r.contactId} = ? AND ${l.revokedAt} IS NULL
  AND ((${l.claimedAt} IS NULL AND ${l.expiresAt} > ?) OR (${l.claimedAt} IS NOT NULL AND ${l.boundUntil} > ?))`;

/** How it is read: in a transaction, or outside one. */
interface Reader {
  manager: EntityManager;
  rows: Work["rows"];
  now: number;
}

interface Extent {
  person: DeletedPerson;
  /** The contact's login; null: it has none. */
  login: Person | null;
  /** Whether nobody else has it: it is this person's alone, and goes with the contact. */
  deletesLogin: boolean;
  otherContacts: number;
  requests: number;
  /** How many of the requests' links still open something. */
  openLinks: number;
}

/** What belongs to a contact's person alone, and what to others too. */
export async function extentOf({ manager, rows, now }: Reader, contact: Contact): Promise<Extent> {
  const { id: contactId, firmId, portalAccountId } = contact;
  const login: Person | null = portalAccountId === null ? null : await findPerson(manager, "PORTAL", portalAccountId);
  const otherContacts = (await rows(OTHERS, [firmId, portalAccountId, contactId]))[0]?.n ?? 0;
  const deletesLogin = login !== null && otherContacts === 0;
  const requests = (await rows(REQUESTS, [contactId]))[0]?.n ?? 0;
  const openLinks = (await rows(OPEN_LINKS, [contactId, now, now]))[0]?.n ?? 0;
  const accounts = deletesLogin
    ? { accountId: portalAccountId, keptAccountId: null }
    : { accountId: null, keptAccountId: portalAccountId };
  return { person: { contactId, ...accounts }, login, deletesLogin, otherContacts, requests, openLinks };
}
