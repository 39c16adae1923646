import { normalizeEmail } from "@gatehouse/shared";
import type { EntityManager } from "typeorm";
import { unusualTextSql } from "../platform/database/dialect.js";
import { rowsOf } from "../platform/database/prepared-rows.js";
import { computed, select, sql, table, type Select } from "../platform/database/sql.js";
import { Contact } from "../features/contacts/contact.entity.js";
import { Firm } from "../features/firms/firm.entity.js";
import { TeamMember } from "../features/firm-staff/team-member.entity.js";
import { PortalAccount } from "../features/portal-accounts/portal-account.entity.js";

/** How many of each kind are named. */
const NAMED = 100;

/** An address that is stored in a form in which nobody can type it, because the other spelling is in use. */
export interface UnlikeSpelling {
  /** What has the address. */
  of: "login" | "contact" | "team member" | "unlinked contact";
  firm: string;
  email: string;
  /** What is typed and compared; null: it is not an address any more. */
  form: string | null;
}

type Found = Select<{ firm: string; email: string }>;
const f = table(Firm, "f");
const a = table(PortalAccount, "a");
const m = table(TeamMember, "m");
const c = table(Contact, "c");
const contactEmail = computed<string>(sql`${c.email}`);
const LOGINS = select({ firm: f.slug, email: a.email }).from`${a} JOIN ${f} ON ${f.id} = ${a.firmId} WHERE`;
const MEMBERS = select({ firm: f.slug, email: m.email }).from`${m} JOIN ${f} ON ${f.id} = ${m.firmId} WHERE`;
const CONTACTS = select({ firm: f.slug, email: contactEmail }).from`${c} JOIN ${f} ON ${f.id} = ${c.firmId} WHERE`;
const UNLINKED = select({ firm: f.slug, email: contactEmail })
  .from`${a} JOIN ${f} ON ${f.id} = ${a.firmId} JOIN ${c} ON ${c.firmId} = ${a.firmId} AND ${c.email} = ${a.email}
  AND ${c.portalAccountId} IS NULL WHERE`;

/** Logins and team members that cannot sign in, since somebody else has the address in its other spelling. */
export async function unlikeSignIns(reader: EntityManager): Promise<UnlikeSpelling[]> {
  return [
    ...(await unlike(reader, "login", LOGINS.plus` ${unusualTextSql(reader, a.email)}`)),
    ...(await unlike(reader, "team member", MEMBERS.plus` ${unusualTextSql(reader, m.email)}`)),
  ];
}

/** Contacts that are no longer found by their email, or not served by the login that has it. */
export async function unlikeContacts(reader: EntityManager): Promise<UnlikeSpelling[]> {
  const unlinked = await rowsOf(reader, UNLINKED.plus` ${unusualTextSql(reader, a.email)} LIMIT ${NAMED}`, []);
  return [
    ...(await unlike(reader, "contact", CONTACTS.plus` ${unusualTextSql(reader, c.email)}`)),
    ...unlinked.map(({ firm, email }) => ({ of: "unlinked contact" as const, firm, email, form: email })),
  ];
}

async function unlike(reader: EntityManager, of: UnlikeSpelling["of"], found: Found): Promise<UnlikeSpelling[]> {
  return (await rowsOf(reader, found, []))
    .map(({ firm, email }) => ({ of, firm, email, form: normalizeEmail(email) }))
    .filter(({ email, form }) => form !== email)
    .slice(0, NAMED);
}
