import {
  exceptionsOf,
  isTrustedNow,
  type AccessException,
  type AuditChange,
  type ModePolicy,
  type SignInMethod,
} from "@gatehouse/shared";
import { select, table } from "../../platform/database/sql.js";
import { Contact } from "../contacts/contact.entity.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import type { Work } from "../work/unit-of-work.js";
import {
  AccessFold,
  accessEventTypes,
  foldPolicy,
  textIn,
  type LoggedAccount,
  type LoggedContact,
} from "./access-fold.js";
import { laterEvents, loggedEvents } from "./logged-events.js";

/** A contact with its login, or a login without a contact, at a moment; times are epoch milliseconds. */
export interface AccessRow {
  /** Null: a login without a contact. */
  contactId: string | null;
  name: string | null;
  organization: string | null;
  email: string | null;
  login: AccessLogin | null;
  /** How many magic links can open a request; null: that is erased. */
  openLinks: number | null;
  exceptions: AccessException[];
  /** Part of it was recorded before the log tells it, so it is as the tables have it now. */
  isFromTables: boolean;
  /** Somebody who was deleted after that moment: what the log said about them is erased. */
  isErased: boolean;
}
interface AccessLogin {
  accountId: string;
  email: string;
  createdAt: number | null;
  /** Since when it has an authenticator; null: it has none. */
  enrolledAt: number | null;
  passkeys: number;
  lastSignInAt: number | null;
  /** How the person proved who they are then; null: not recorded. */
  lastMethods: readonly SignInMethod[] | null;
  /** How many devices may skip the code. */
  trustedDevices: number;
}
type AccessPolicy = ModePolicy & { trustedDeviceDays: number };
export interface AccessReport {
  asOf: number;
  policy: AccessPolicy;
  /** By name, logins without a contact last. */
  rows: AccessRow[];
  counts: Record<"contacts" | "logins" | "enrolled" | "openLinks" | "exceptions" | "fromTables" | "erased", number>;
}

const c = table(Contact, "c");
const CONTACTS = select({
  id: c.id,
  name: c.name,
  email: c.email,
  organization: c.organization,
  accountId: c.portalAccountId,
}).from`${c} WHERE ${c.firmId} = ? AND ${c.id} > ? AND ${c.createdAt} <= ? ORDER BY ${c.id} LIMIT 1000`;
const a = table(PortalAccount, "a");
const t = table(TwoFactorState, "t");
const ACCOUNTS = select({
  id: a.id,
  email: a.email,
  createdAt: a.createdAt,
  lastSignInAt: a.lastSignInAt,
  enrolledAt: t.enrolledAt,
}).from`${a} JOIN ${t} ON ${t.ownerId} = ${a.id} WHERE ${a.firmId} = ? AND ${a.id} > ? AND ${a.createdAt} <= ?
  ORDER BY ${a.id} LIMIT 1000`;

interface TableAccount {
  id: string;
  email: string;
  createdAt: number;
  lastSignInAt: number | null;
  enrolledAt: number | null;
}
type TableContact = Record<"id" | "name", string> & Record<"email" | "organization" | "accountId", string | null>;

/**
 * Who had access at a moment: rebuilt from the log through an event. What no event tells, because it was recorded before
 * the log, or in events that were deleted as old, is taken from the tables and marked.
 */
export async function accessReport(
  work: Work,
  firmId: string,
  { asOf, throughSeq, onRead }: { asOf: number; throughSeq: number; onRead?: ((events: number) => void) | undefined },
): Promise<AccessReport> {
  const fold = new AccessFold();
  const part = { throughSeq, types: accessEventTypes, onRead };
  for await (const events of loggedEvents(work, firmId, { ...part, until: asOf + 1 }))
    for (const event of events) fold.add(event);
  const policy = await policyAt(work, firmId, fold, { asOf, throughSeq });
  const deleted = await deletedSince(work, firmId, { asOf, throughSeq });
  // What linked them is erased with them: whom else the login served then is told by nothing else.
  for (const [contactId, accountId] of deleted) if (accountId !== null) fold.linkErased(contactId, accountId);
  const fromTables = await complete(work, firmId, fold, { asOf, throughSeq });
  const rows = rowsOf(fold, { fromTables, deleted, policy, asOf });
  const logins = new Set(rows.flatMap(({ login }) => login?.accountId ?? []));
  const counts = {
    contacts: fold.contacts.size,
    logins: logins.size,
    enrolled: [...logins].filter((id) => fold.accounts.get(id)?.enrolledAt != null).length,
    openLinks: rows.reduce((sum, { openLinks }) => sum + (openLinks ?? 0), 0),
    exceptions: rows.filter(({ exceptions }) => exceptions.length > 0).length,
    fromTables: fromTables.size,
    erased: rows.filter(({ isErased }) => isErased).length,
  };
  return { asOf, policy, rows, counts };
}

interface Moment {
  asOf: number;
  throughSeq: number;
}

/** What no event through the moment tells of the policy was as the next event says that it was before, or is as it is now. */
async function policyAt(work: Work, firmId: string, fold: AccessFold, moment: Moment): Promise<AccessPolicy> {
  const policy = { ...fold.policy };
  for await (const events of laterEvents(work, firmId, ["SECURITY_POLICY_CHANGED"], moment))
    for (const { changes } of events) foldPolicy(policy, changes, "before");
  const { mode, enforcedFrom, magicLinkRequiresTwoFactor, trustedDeviceDays } = await loadPolicy(work.reader, firmId);
  return { mode, enforcedFrom, magicLinkRequiresTwoFactor, trustedDeviceDays, ...policy };
}

/** The contacts that were deleted later, with the login that each took with it, or left to another contact. */
async function deletedSince(work: Work, firmId: string, moment: Moment): Promise<Map<string, string | null>> {
  const deleted = new Map<string, string | null>();
  for await (const events of laterEvents(work, firmId, ["CONTACT_DELETED"], moment))
    for (const { contactId, accountId, data } of events)
      if (contactId !== null) deleted.set(contactId, accountId ?? textIn(data.sharedPortalAccountId));
  return deleted;
}

const isTold = ({ name, email, organization, accountId }: LoggedContact): boolean =>
  name !== undefined && email !== undefined && organization !== undefined && accountId !== undefined;
const isLoginTold = ({ email, createdAt, enrolledAt }: LoggedAccount): boolean =>
  email !== undefined && createdAt !== undefined && enrolledAt !== undefined;

/** Adds to the fold what only the tables know; returns the ids of the contacts and logins of which that is so. */
async function complete(work: Work, firmId: string, fold: AccessFold, moment: Moment): Promise<Set<string>> {
  const missing = new Map<string, TableContact>();
  for await (const contacts of pages((after) => work.unpreparedRows(CONTACTS, [firmId, after, moment.asOf])))
    for (const contact of contacts) {
      const logged = fold.contacts.get(contact.id);
      if (!logged || !isTold(logged)) missing.set(contact.id, contact);
    }
  if (missing.size > 0) {
    for await (const id of createdSince(work, firmId, "CONTACT_CREATED", moment)) missing.delete(id);
    await undoLaterChanges(work, firmId, missing, moment);
  }
  for (const [id, { name, email, organization, accountId }] of missing)
    fold.completeContact(id, { name, email, organization, accountId });
  const completed = new Set(missing.keys());
  const untold = new Map<string, TableAccount>();
  for await (const accounts of pages((after) => work.unpreparedRows(ACCOUNTS, [firmId, after, moment.asOf])))
    for (const account of accounts) {
      const logged = fold.accounts.get(account.id);
      if (!logged || !isLoginTold(logged)) untold.set(account.id, account);
    }
  if (untold.size > 0) for await (const id of createdSince(work, firmId, "ACCOUNT_CREATED", moment)) untold.delete(id);
  for (const [id, account] of untold) {
    fold.completeAccount(id, account, moment.asOf);
    completed.add(id);
  }
  return completed;
}

/**
 * The contacts or logins of which an event behind the last one that the report stands on says that they were created: by the
 * clock of another server that may have been before the moment all the same.
 */
async function* createdSince(
  work: Work,
  firmId: string,
  type: "CONTACT_CREATED" | "ACCOUNT_CREATED",
  { throughSeq }: Moment,
): AsyncGenerator<string> {
  for await (const events of loggedEvents(work, firmId, { types: [type], afterSeq: throughSeq }))
    for (const { contactId, accountId } of events) {
      const id = type === "CONTACT_CREATED" ? contactId : accountId;
      if (id !== null) yield id;
    }
}

/** What changed after the moment is put back as the first change says that it was before. */
async function undoLaterChanges(
  work: Work,
  firmId: string,
  contacts: ReadonlyMap<string, TableContact>,
  moment: Moment,
): Promise<void> {
  const undone = new Set<string>();
  const types = ["CONTACT_UPDATED", "CONTACT_REDIRECTED", "ACCOUNT_CREATED", "LOGIN_EMAIL_CHANGED"] as const;
  const undo = (id: string | null, field: keyof TableContact, before: AuditChange["before"]) => {
    const contact = contacts.get(id ?? "");
    const key = `${id} ${field}`;
    if (!contact || undone.has(key) || (typeof before !== "string" && before !== null)) return;
    undone.add(key);
    Object.assign(contact, { [field]: before });
  };
  for await (const events of laterEvents(work, firmId, types, moment))
    for (const { type, contactId, changes } of events) {
      // An event of before events said what changed.
      if (type === "ACCOUNT_CREATED" && changes.length === 0) undo(contactId, "accountId", null);
      for (const { field, before, after } of changes)
        if (field === "contacts") {
          // The contacts that a login was given had none before.
          const had = Array.isArray(before) ? before : [];
          if (Array.isArray(after))
            for (const id of after) if (typeof id === "string" && !had.includes(id)) undo(id, "accountId", null);
        } else if (type === "CONTACT_UPDATED" || type === "CONTACT_REDIRECTED") {
          if (field === "name" || field === "email" || field === "organization") undo(contactId, field, before);
          if (field === "portalAccount") undo(contactId, "accountId", before);
        }
    }
}

async function* pages<R extends { id: string }>(read: (after: string) => Promise<R[]>): AsyncGenerator<R[]> {
  for (let after = ""; ;) {
    const rows = await read(after);
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    after = last.id;
  }
}

const byName = new Intl.Collator("en");
const byId = (one: AccessRow, other: AccessRow) => ((one.contactId ?? "") < (other.contactId ?? "") ? -1 : 1);

interface RowFacts {
  fromTables: ReadonlySet<string>;
  deleted: ReadonlyMap<string, unknown>;
  policy: AccessPolicy;
  asOf: number;
}

function rowsOf(fold: AccessFold, { fromTables, deleted, policy, asOf }: RowFacts): AccessRow[] {
  const rows: AccessRow[] = [];
  for (const [contactId, { name, email = null, organization = null, accountId, links }] of fold.contacts) {
    const login = accountId == null ? null : loginOf(fold, accountId, policy, asOf);
    if (deleted.has(contactId)) {
      rows.push(erasedRow(fold, contactId, login && { ...login, email: "" }, { policy, asOf }));
      continue;
    }
    rows.push({
      contactId,
      name: name ?? null,
      organization,
      email,
      login,
      openLinks: links.filter(({ until }) => until > asOf).length,
      exceptions: exceptionsOf({ contactEmail: email, login: login && factsOf(fold, login) }, policy, asOf),
      isFromTables: fromTables.has(contactId) || (accountId != null && fromTables.has(accountId)),
      isErased: false,
    });
  }
  rows.sort((one, other) => byName.compare(one.name ?? "", other.name ?? "") || byId(one, other));
  const alone: AccessRow[] = [];
  for (const [accountId, { contactIds }] of fold.accounts) {
    if (contactIds.length > 0) continue;
    const login = loginOf(fold, accountId, policy, asOf);
    const exceptions = exceptionsOf({ contactEmail: undefined, login: factsOf(fold, login) }, policy, asOf);
    const isFromTables = fromTables.has(accountId);
    alone.push({
      contactId: null,
      name: null,
      organization: null,
      email: null,
      login,
      openLinks: 0,
      exceptions,
      isFromTables,
      isErased: false,
    });
  }
  return [...rows, ...alone.toSorted((one, other) => byName.compare(one.login?.email ?? "", other.login?.email ?? ""))];
}

/** Somebody who is counted, and whom nothing names. */
function erasedRow(
  fold: AccessFold,
  contactId: string,
  login: AccessLogin | null,
  { policy, asOf }: Pick<RowFacts, "policy" | "asOf">,
): AccessRow {
  const exceptions = exceptionsOf(
    { contactEmail: login?.email ?? null, login: login && factsOf(fold, login) },
    policy,
    asOf,
  );
  const facts = { name: null, organization: null, email: null, openLinks: null };
  return { contactId, ...facts, login, exceptions, isFromTables: false, isErased: true };
}

const factsOf = (fold: AccessFold, { accountId, email, enrolledAt }: AccessLogin) => ({
  email,
  isEnrolled: enrolledAt !== null,
  contacts: fold.accounts.get(accountId)?.contactIds.length ?? 0,
});

function loginOf(fold: AccessFold, accountId: string, policy: AccessPolicy, asOf: number): AccessLogin {
  const account = fold.accounts.get(accountId);
  return {
    accountId,
    email: account?.email ?? "",
    createdAt: account?.createdAt ?? null,
    enrolledAt: account?.enrolledAt ?? null,
    passkeys: account?.passkeys ?? 0,
    lastSignInAt: account?.lastSignInAt ?? null,
    lastMethods: account?.lastMethods ?? null,
    trustedDevices: [...(account?.devices.values() ?? [])].filter((device) => isTrustedNow(device, policy, asOf))
      .length,
  };
}
