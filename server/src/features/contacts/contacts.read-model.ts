import { normalizeLine, requiresTwoFactor } from "@gatehouse/shared";
import { isId } from "../../platform/crypto/ids.js";
import { forceIndexSql, type Flavour } from "../../platform/database/dialect.js";
import type { Reads } from "../../platform/database/reads.js";
import {
  computed,
  indexOf,
  join,
  leftJoined,
  NOTHING,
  placeholders,
  select,
  selectValues,
  sql,
  table,
  type RowOf,
  type Sql,
} from "../../platform/database/sql.js";
import { badInput } from "../../platform/graphql/failures.js";
import { pageOf, readPage, type KeysetPage } from "../../platform/graphql/pages.js";
import type { Work } from "../work/unit-of-work.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { SecurityPolicy } from "../security-mode/security-policy.entity.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import { PortalAccountView } from "../portal-accounts/portal-account.results.js";
import { filterOf, joinedFor } from "./contact-filter.js";
import { searchWords } from "./contact-index.js";
import { ContactSearch, hasWords, keysetsBy, type SearchedList } from "./contact-search.js";
import type { ContactFilter, ContactsArgs } from "./contact.inputs.js";
import { Contact } from "./contact.entity.js";
import { ContactConnection, ContactView } from "./contact.results.js";

const c = table(Contact, "c");
const p = table(SecurityPolicy, "p");
const a = leftJoined(table(PortalAccount, "a"));
const t = leftJoined(table(TwoFactorState, "t"));

const orderOf = <C extends "nameKey" | "createdAt" | "signedInAt">(column: C) => ({
  column,
  index: indexOf(Contact, ["firmId", column, "id", "accessState"]),
  keysOfPage: keysetsBy(c[column], c.id),
});
/** Each order with its column in the rows that are read, its index, and the keyset that selects its pages. */
const orders = {
  NAME: orderOf("nameKey"),
  CREATED_AT: orderOf("createdAt"),
  LAST_SIGN_IN_AT: orderOf("signedInAt"),
} as const;
const STATE_INDEX = indexOf(Contact, ["firmId", "accessState", "nameKey", "id"]);

/** A contact, its account and its second factor as one row, in the order of contactRow. */
const CONTACTS = selectValues([
  c.id,
  c.externalId,
  c.name,
  c.nameKey,
  c.organization,
  c.email,
  c.language,
  c.portalAccountId,
  c.accessState,
  c.invitedAt,
  c.createdAt,
  c.signedInAt,
  a.email.as("accountEmail"),
  a.createdAt.as("accountCreatedAt"),
  a.lastSignInAt,
  t.enrolledAt,
  t.recoveryCodesRemaining,
  t.lockedUntil,
  p.mode,
  p.enforcedFrom,
]);
const contactRow =
  (firmId: string) =>
  ([
    id,
    externalId,
    name,
    nameKey,
    organization,
    email,
    language,
    portalAccountId,
    accessState,
    invitedAt,
    createdAt,
    signedInAt,
    accountEmail,
    accountCreatedAt,
    lastSignInAt,
    enrolledAt,
    recoveryCodesRemaining,
    lockedUntil,
    mode,
    enforcedFrom,
  ]: RowOf<typeof CONTACTS>) => ({
    id,
    firmId,
    externalId,
    name,
    nameKey,
    organization,
    email,
    language,
    portalAccountId,
    accessState,
    invitedAt,
    createdAt,
    signedInAt,
    accountEmail,
    accountCreatedAt,
    lastSignInAt,
    enrolledAt,
    recoveryCodesRemaining,
    lockedUntil,
    mode,
    enforcedFrom,
  });
type ContactRow = ReturnType<ReturnType<typeof contactRow>>;
const JOINS = sql`JOIN ${p} ON ${p.firmId} = ${c.firmId}
  LEFT JOIN ${a} ON ${a.id} = ${c.portalAccountId}
  LEFT JOIN ${t} ON ${t.ownerId} = ${c.portalAccountId}`;
const OF_FIRM = CONTACTS.from`${c} ${JOINS} WHERE ${c.firmId} = ? AND `;
const COUNT = select({ n: computed<number>(sql`COUNT(*)`) });
const ofFirm = sql`${c.firmId} = ?`;

/**
 * The reads that the dashboard makes all day: one prepared statement each, including the account and its second factor
 * (a key lookup per row costs less than a separate statement), so that their fields need not wait for anything.
 */
export class ContactsReadModel {
  constructor(private readonly work: Work) {}

  async find(firmId: string, by: { id?: string | null; externalId?: string | null }): Promise<ContactView | null> {
    if ((by.id == null) === (by.externalId == null)) throw badInput("Give id or externalId.");
    if (by.id != null && !isId("contact", by.id)) return null;
    const sent = by.externalId?.trim() ?? "";
    const row =
      (await this.rowWith(firmId, by.id == null ? c.externalId : c.id, by.id ?? normalizeLine(sent))) ??
      // Ids from before they were composed are stored as they were sent.
      (sent === normalizeLine(sent) ? null : await this.rowWith(firmId, c.externalId, sent));
    return row ? viewOf(row, this.work.clock.now()) : null;
  }
  private async rowWith(firmId: string, column: Sql, value: string) {
    const [row] = await this.work.rowsOf(contactRow(firmId), OF_FIRM.plus`${column} = ?`, [firmId, value]);
    return row;
  }

  async page(firmId: string, args: ContactsArgs): Promise<ContactConnection> {
    const { field, direction } = args.orderBy ?? { field: "NAME", direction: "ASC" };
    const { column, index } = orders[field];
    const kind = `contacts.${field}.${direction}`;
    const page = readPage(args, kind, 2);
    const isDescending = direction === "DESC";
    const now = this.work.clock.now();
    const { connection: flavour } = this.work.reader;
    const filter = args.filter ?? {};
    const words = filter.search == null ? [] : searchWords(filter.search);
    const list = { firmId, words, order: { column, index, isDescending }, ...filterOf(filter, now) };
    // Fewer contacts are locked out than any word finds, so the search becomes one more condition on them.
    const isSearched = words.length > 0 && filter.lockedOut !== true;
    if (!isSearched)
      for (const { text, parameters } of hasWords(flavour, { firmId, nameKey: c.nameKey, id: c.id }, words)) {
        list.conditions.push(text);
        list.parameters.push(...parameters);
      }
    const rows = await this.work.readList(firmId, async (reads) =>
      isSearched
        ? byIds(reads, firmId, await new ContactSearch(reads, list).page(page))
        : inOrder(reads, list, orders[field].keysOfPage[direction](page), indexFor(flavour, field, filter)),
    );
    const found = pageOf(
      rows,
      page,
      kind,
      (row) => [row[column], row.id],
      (row) => viewOf(row, now),
    );
    const count = () =>
      this.work.readList(firmId, (reads) =>
        isSearched ? new ContactSearch(reads, list).count() : countIn(reads, list),
      );
    return Object.assign(new ContactConnection(), found, { count });
  }
}

/** A page of the contacts that match a filter. */
function inOrder(
  reads: Reads,
  { firmId, conditions, parameters }: SearchedList,
  keys: KeysetPage,
  index: Sql,
): Promise<ContactRow[]> {
  const where = join([ofFirm, ...conditions, keys.where], " AND ");
  return reads.rowsOf(
    contactRow(firmId),
    CONTACTS.from`${c} ${index} ${JOINS} WHERE ${where} ORDER BY ${keys.orderBy} LIMIT ${keys.rows}`,
    [firmId, ...parameters, ...keys.parameters],
  );
}

/** These contacts, in this order. */
async function byIds(reads: Reads, firmId: string, ids: readonly string[]): Promise<ContactRow[]> {
  if (ids.length === 0) return [];
  const rows = await reads.unpreparedRowsOf(
    contactRow(firmId),
    OF_FIRM.plus`${c.id} IN (${placeholders(ids.length)})`,
    [firmId, ...ids],
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => found.get(id) ?? []);
}

async function countIn(reads: Reads, { firmId, conditions, parameters }: SearchedList): Promise<number> {
  const [row] = await reads.rows(
    COUNT.from`${c} ${joinedFor(conditions)} WHERE ${join([ofFirm, ...conditions], " AND ")}`,
    [firmId, ...parameters],
  );
  return row?.n ?? 0;
}

/**
 * The order's own index, so that depth costs nothing. If a filter selects few of the firm's contacts, the optimizer
 * chooses.
 */
function indexFor(flavour: Flavour, field: keyof typeof orders, filter: ContactFilter): Sql {
  const isSelective = filter.lockedOut === true || filter.twoFactorEnrolled != null;
  if (isSelective) return NOTHING;
  const isOneState = field === "NAME" && filter.states?.length === 1;
  return forceIndexSql(flavour, isOneState ? STATE_INDEX : orders[field].index);
}

function viewOf(row: ContactRow, now: number): ContactView {
  const { firmId, portalAccountId, accountEmail, accountCreatedAt } = row;
  const contact = ContactView.of(row);
  contact.account =
    portalAccountId === null || accountEmail === null || accountCreatedAt === null
      ? null
      : PortalAccountView.of({
          id: portalAccountId,
          firmId,
          email: accountEmail,
          createdAt: accountCreatedAt,
          lastSignInAt: row.lastSignInAt,
          unlinkedAt: null,
        });
  if (contact.account)
    contact.account.secondFactor = {
      enrolledAt: row.enrolledAt,
      recoveryCodesRemaining: row.recoveryCodesRemaining ?? 0,
      lockedUntil: row.lockedUntil,
      required: requiresTwoFactor(row, now),
    };
  return contact;
}
