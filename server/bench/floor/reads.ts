import { createHash } from "node:crypto";
import { auditEvents, type AuditEventType } from "@gatehouse/shared";
import { createPool, type Pool } from "mysql2/promise";

/*
 * What the floor and the peers read, and its form as JSON. One prepared statement where one is enough; the statements
 * without a join are what loaders batch. Times are sent as RFC 3339 and cursors as Gatehouse writes them, so that the
 * same bytes are compared.
 */
export const openPool = (): Pool =>
  createPool({ uri: process.env.DATABASE_URL ?? "", connectionLimit: 10, charset: "utf8mb4" });

const rowsOf = async <T>(pool: Pool, sql: string, parameters: (string | number | null)[]): Promise<T[]> =>
  (await pool.execute(sql, parameters))[0] as T[];
/** With lists of any length: not prepared, since each length would be a separate statement. */
const rowsIn = async <T>(pool: Pool, sql: string, ids: readonly string[]): Promise<T[]> =>
  (await pool.query(sql, [ids]))[0] as T[];

const TEAM_IDLE_MS = 2 * 3_600_000;
interface SessionRow {
  firmId: string;
  expiresAt: number;
  lastUsedAt: number;
}
/** The firm of a live session: what a hand-written server would check. Throws for any other caller. */
export async function authenticate(pool: Pool, authorization: string | undefined): Promise<string> {
  const token = authorization?.startsWith("Bearer ") ? authorization.slice(7) : "";
  const [session] = await rowsOf<SessionRow>(
    pool,
    `SELECT s.firmId, s.expiresAt, s.lastUsedAt FROM sessions s JOIN team_members m ON m.id = s.ownerId AND m.disabledAt IS NULL
     WHERE s.tokenDigest = ? AND s.audience = 'TEAM' AND s.revokedAt IS NULL`,
    [createHash("sha256").update(token).digest("hex")],
  );
  const now = Date.now();
  if (!session || session.expiresAt <= now || session.lastUsedAt + TEAM_IDLE_MS <= now)
    throw new Error("UNAUTHENTICATED");
  return session.firmId;
}

export interface ContactRow {
  id: string;
  name: string;
  nameKey: string;
  organization: string | null;
  email: string | null;
  accessState: string;
  portalAccountId: string | null;
  createdAt: number;
}
export interface AccountRow {
  accountId: string;
  accountEmail: string;
  accountCreatedAt: number;
  lastSignInAt: number | null;
}
export interface StateRow {
  ownerId: string;
  enrolledAt: number | null;
  recoveryCodesRemaining: number;
  lockedUntil: number | null;
}
export type JoinedRow = ContactRow & { [K in keyof (AccountRow & StateRow)]: (AccountRow & StateRow)[K] | null };
export interface SessionOfAccount {
  id: string;
  ownerId: string;
  assurance: string;
  createdAt: number;
  lastUsedAt: number;
  expiresAt: number;
  userAgent: string | null;
  ipAddress: string | null;
}
export interface EventRow {
  id: string;
  type: AuditEventType;
  occurredAt: number;
  actorKind: string;
  actorName: string | null;
  ipAddress: string | null;
  data: string;
}

const CONTACT = "c.id, c.name, c.nameKey, c.organization, c.email, c.accessState, c.portalAccountId, c.createdAt";
const ACCOUNT = "a.id AS accountId, a.email AS accountEmail, a.createdAt AS accountCreatedAt, a.lastSignInAt";
const STATE = "t.ownerId, t.enrolledAt, t.recoveryCodesRemaining, t.lockedUntil";
const JOINS =
  "LEFT JOIN portal_accounts a ON a.id = c.portalAccountId LEFT JOIN two_factor_states t ON t.ownerId = c.portalAccountId";

export interface PageArguments {
  first: number;
  after?: string | null;
  filter?: { states?: string[] | null } | null;
}
const KIND = "contacts.NAME.ASC";
export const cursorOf = ({ nameKey, id }: { nameKey: string; id: string }): string =>
  Buffer.from(JSON.stringify([KIND, nameKey, id])).toString("base64url");
export function keysOf(cursor: string): [string, string] {
  const [, nameKey, id] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as [string, string, string];
  return [nameKey, id];
}

async function contactsOf<T>(
  pool: Pool,
  columns: string,
  joins: string,
  firmId: string,
  page: PageArguments,
): Promise<T[]> {
  const states = page.filter?.states ?? [];
  const inStates = states.length > 0 ? `AND c.accessState IN (${states.map(() => "?").join(", ")})` : "";
  const beyond = page.after ? "AND c.nameKey >= ? AND (c.nameKey > ? OR c.id > ?)" : "";
  const [nameKey = "", id = ""] = page.after ? keysOf(page.after) : [];
  return rowsOf<T>(
    pool,
    `SELECT ${columns} FROM contacts c FORCE INDEX (ix_contacts_name) ${joins}
     WHERE c.firmId = ? ${inStates} ${beyond} ORDER BY c.nameKey, c.id LIMIT ${page.first + 1}`,
    [firmId, ...states, ...(page.after ? [nameKey, nameKey, id] : [])],
  );
}
/** With accounts and second factors, in one statement. */
export const joinedContacts = (pool: Pool, firmId: string, page: PageArguments) =>
  contactsOf<JoinedRow>(pool, `${CONTACT}, ${ACCOUNT}, ${STATE}`, JOINS, firmId, page);
/** The contacts alone: loaders fetch the rest. */
export const plainContacts = (pool: Pool, firmId: string, page: PageArguments) =>
  contactsOf<ContactRow>(pool, CONTACT, "", firmId, page);
export const joinedContact = async (pool: Pool, firmId: string, id: string): Promise<JoinedRow | null> =>
  (
    await rowsOf<JoinedRow>(
      pool,
      `SELECT ${CONTACT}, ${ACCOUNT}, ${STATE} FROM contacts c ${JOINS} WHERE c.firmId = ? AND c.id = ?`,
      [firmId, id],
    )
  )[0] ?? null;
export const plainContact = async (pool: Pool, firmId: string, id: string): Promise<ContactRow | null> =>
  (
    await rowsOf<ContactRow>(pool, `SELECT ${CONTACT} FROM contacts c WHERE c.firmId = ? AND c.id = ?`, [firmId, id])
  )[0] ?? null;

const byKey = async <T>(
  rows: Promise<T[]>,
  keyOf: (row: T) => string,
  keys: readonly string[],
): Promise<(T | null)[]> => {
  const found = new Map((await rows).map((row) => [keyOf(row), row]));
  return keys.map((key) => found.get(key) ?? null);
};
export const accountsOf = (pool: Pool, ids: readonly string[]) =>
  byKey(
    rowsIn<AccountRow>(pool, `SELECT ${ACCOUNT} FROM portal_accounts a WHERE a.id IN (?)`, ids),
    (row) => row.accountId,
    ids,
  );
export const statesOf = (pool: Pool, ids: readonly string[]) =>
  byKey(
    rowsIn<StateRow>(pool, `SELECT ${STATE} FROM two_factor_states t WHERE t.ownerId IN (?)`, ids),
    (row) => row.ownerId,
    ids,
  );

const SESSION = "s.id, s.ownerId, s.assurance, s.createdAt, s.lastUsedAt, s.expiresAt, s.userAgent, s.ipAddress";
const PORTAL_IDLE_MS = 30 * 60_000;
const LIVE = "s.revokedAt IS NULL AND s.expiresAt > ? AND s.lastUsedAt > ? ORDER BY s.createdAt DESC, s.id DESC";
const liveSince = () => [Date.now(), Date.now() - PORTAL_IDLE_MS];
export const sessionsOfContact = (pool: Pool, firmId: string, contactId: string) =>
  rowsOf<SessionOfAccount>(
    pool,
    `SELECT ${SESSION} FROM contacts c JOIN sessions s ON s.ownerId = c.portalAccountId WHERE c.firmId = ? AND c.id = ? AND ${LIVE}`,
    [firmId, contactId, ...liveSince()],
  );
export const sessionsOf = (pool: Pool, accountId: string) =>
  rowsOf<SessionOfAccount>(pool, `SELECT ${SESSION} FROM sessions s WHERE s.ownerId = ? AND ${LIVE}`, [
    accountId,
    ...liveSince(),
  ]);

const EVENT = "e.seq, e.id, e.type, e.occurredAt, e.actorKind, e.actorName, e.ipAddress, e.data";
/** About the contact or its account, each by its own index. */
export const eventsOf = (pool: Pool, firmId: string, contactId: string, first: number) =>
  rowsOf<EventRow>(
    pool,
    `(SELECT ${EVENT} FROM audit_events e WHERE e.firmId = ? AND e.contactId = ? ORDER BY e.seq DESC LIMIT ${first})
     UNION (SELECT ${EVENT} FROM audit_events e WHERE e.firmId = ? AND e.accountId = (SELECT portalAccountId FROM contacts WHERE firmId = ? AND id = ?)
            ORDER BY e.seq DESC LIMIT ${first})
     ORDER BY seq DESC LIMIT ${first}`,
    [firmId, contactId, firmId, firmId, contactId],
  );

export const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
export const sentence = (event: EventRow, contactName: string): string =>
  (auditEvents[event.type].say as (data: object) => string)({
    actor: event.actorName ?? "Somebody",
    contact: contactName,
    data: JSON.parse(event.data) as unknown,
  });
export const sessionJson = (s: SessionOfAccount) => ({
  id: s.id,
  assurance: s.assurance,
  createdAt: time(s.createdAt),
  lastUsedAt: time(s.lastUsedAt),
  expiresAt: time(s.expiresAt),
  userAgent: s.userAgent,
  ipAddress: s.ipAddress,
});
export const eventJson = (event: EventRow, contactName: string) => ({
  id: event.id,
  type: event.type,
  occurredAt: time(event.occurredAt),
  actorKind: event.actorKind,
  actorName: event.actorName,
  ipAddress: event.ipAddress,
  summary: sentence(event, contactName),
});
/** A contact's own fields. */
export const contactJson = (row: ContactRow) => ({
  id: row.id,
  name: row.name,
  organization: row.organization,
  email: row.email,
  portalAccessState: row.accessState,
  createdAt: time(row.createdAt),
  portalAccountId: row.portalAccountId,
});
export const accountJson = (row: AccountRow) => ({
  id: row.accountId,
  email: row.accountEmail,
  createdAt: time(row.accountCreatedAt),
  lastSignInAt: time(row.lastSignInAt),
});
export const stateJson = (row: StateRow | null) => ({
  enrolled: row?.enrolledAt != null,
  enrolledAt: time(row?.enrolledAt ?? null),
  recoveryCodesRemaining: row?.recoveryCodesRemaining ?? 0,
});
/** A page from one more row than was requested. */
export function pageJson<R extends { nameKey: string; id: string }, T>(
  rows: R[],
  first: number,
  toJson: (row: R) => T,
) {
  const kept = rows.slice(0, first);
  const last = kept.at(-1);
  return {
    nodes: kept.map(toJson),
    pageInfo: { hasNextPage: rows.length > first, endCursor: last ? cursorOf(last) : null },
  };
}

/** The documents sent to Gatehouse and to every peer. */
export const documents = {
  Contacts: `query Contacts($first: Int!, $after: String, $filter: ContactFilter) {
  contacts(first: $first, after: $after, filter: $filter) {
    nodes { id name organization email portalAccessState portalAccount { email lastSignInAt twoFactor { enrolled enrolledAt } } }
    pageInfo { hasNextPage endCursor }
  }
}`,
  Contact: `query Contact($id: ID!) {
  contact(id: $id) {
    id name organization email portalAccessState createdAt
    portalAccount {
      id email createdAt lastSignInAt lockedUntil
      twoFactor { enrolled enrolledAt recoveryCodesRemaining }
      sessions { id assurance createdAt lastUsedAt expiresAt userAgent ipAddress }
    }
    auditEvents(first: 10) { nodes { id type occurredAt actorKind actorName ipAddress summary } }
  }
}`,
  Stats: `query Stats { firm { portalStats { contacts withoutEmail notInvited invited withAccount twoFactorEnrolled lockedOut } } }`,
} as const;
