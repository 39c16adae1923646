import { changesBetween, type EmailChange } from "@gatehouse/shared";
import { computed, placeholders, select, sql, table } from "../../platform/database/sql.js";
import { Refusal } from "../../platform/graphql/failures.js";
import type { FirmCaller } from "../callers/caller.js";
import { mustBeFresh } from "../access/fresh-proof.js";
import type { Actor, UnitOfWork } from "../work/unit-of-work.js";
import { Firm } from "../firms/firm.entity.js";
import { contactOpensElsewhere, contactRedirected } from "../mail/request-letters.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import type { Contact } from "./contact.entity.js";

const field = ["input", "email"];

const requestRows = table(ClientRequest);
const REQUESTS = select({ contactId: requestRows.contactId, n: computed<number>(sql`COUNT(*)`) })
  .from`${requestRows} WHERE ${requestRows.firmId} = ? AND ${requestRows.contactId}`;
const accounts = table(PortalAccount);
const LOGIN = select({ email: accounts.email }).from`${accounts} WHERE ${accounts.id} = ? AND ${accounts.firmId} = ?`;

/** A contact whose requests somebody else can reach from now on. */
export interface Redirect extends Pick<EmailChange, "from" | "to" | "accountBefore" | "accountAfter"> {
  contact: Contact;
  /** How many requests the contact has. */
  requests: number;
}

/**
 * The same as for changing the login email: a key needs ACCESS_RESET, a person a fresh proof. Throws a Refusal about
 * the email.
 */
export function mustBeAllowedToRedirect(caller: FirmCaller, now: number): void {
  if (caller.kind === "API_KEY") {
    if (!caller.scopes.includes("ACCESS_RESET")) throw new Refusal("ACCESS_RESET_REQUIRED", field);
    return;
  }
  try {
    mustBeFresh(caller, now);
  } catch (refusal) {
    if (refusal instanceof Refusal && refusal.code === "STEP_UP_REQUIRED")
      throw new Refusal("STEP_UP_REQUIRED", field, (say) => say.redirectNeedsProof);
    throw refusal;
  }
}

/**
 * Records the event and mails each mailbox: the contact's old one, the one of the login that had the requests, and the
 * new one.
 */
export async function announceRedirect(unit: UnitOfWork, redirect: Redirect, actor: Actor): Promise<void> {
  const { contact, from, to } = redirect;
  const { firmId, name: contactName, language } = contact;
  const { loginBefore } = await recordRedirect(unit, redirect, actor);
  const { name: firmName } = await unit.manager.findOneByOrFail(Firm, { id: firmId });
  const notice = { isNotice: true, firmId, language } as const;
  const before = new Set([from, loginBefore].filter((email) => email !== null && email !== to));
  for (const email of before)
    if (email !== null)
      unit.mail({ ...notice, to: email, content: contactRedirected({ firmName, contactName, isNewAddress: false }) });
  if (to !== null)
    unit.mail({ ...notice, to, content: contactRedirected({ firmName, contactName, isNewAddress: true }) });
}

/**
 * A contact with the same email as before has another login now, since a login has changed: records the event, and
 * mails the login that it has now. `isNotified`: that one learns of it by a mail about the login itself, as the other
 * one always does.
 */
export async function announceRelink(
  unit: UnitOfWork,
  relinked: Omit<Redirect, "from" | "to" | "requests">,
  { actor, isNotified = false }: { actor: Actor; isNotified?: boolean },
): Promise<void> {
  const { contact } = relinked;
  const { firmId, email, name: contactName, language } = contact;
  const requests = (await requestsOf(unit, firmId, [contact.id])).get(contact.id) ?? 0;
  const { loginAfter } = await recordRedirect(unit, { ...relinked, from: email, to: email, requests }, actor);
  if (isNotified || loginAfter === null) return;
  const { name: firmName } = await unit.manager.findOneByOrFail(Firm, { id: firmId });
  const content = contactOpensElsewhere({ firmName, contactName });
  unit.mail({ isNotice: true, firmId, to: loginAfter, content, language });
}

/** How many requests each of these contacts has; those without any are missing. */
export async function requestsOf(
  unit: UnitOfWork,
  firmId: string,
  contactIds: readonly string[],
): Promise<Map<string, number>> {
  if (contactIds.length === 0) return new Map();
  const statement = REQUESTS.plus` IN (${placeholders(contactIds.length)}) GROUP BY ${requestRows.contactId}`;
  const rows = await unit.unpreparedRows(statement, [firmId, ...contactIds]);
  return new Map(rows.map(({ contactId, n }) => [contactId, n]));
}

async function recordRedirect(unit: UnitOfWork, redirect: Redirect, actor: Actor) {
  const { contact, from, to, accountBefore, accountAfter, requests } = redirect;
  const { firmId, id: contactId, name } = contact;
  const loginBefore = await loginOf(unit, firmId, accountBefore);
  const loginAfter = await loginOf(unit, firmId, accountAfter);
  const accountIds = [accountBefore, accountAfter].filter((id) => id !== null);
  unit.record({
    type: "CONTACT_REDIRECTED",
    firmId,
    actor,
    contactId,
    accountId: accountAfter ?? accountBefore,
    data: { name, from, to, loginBefore, loginAfter, requests, accountIds },
    changes: changesBetween({ email: from, portalAccount: accountBefore }, { email: to, portalAccount: accountAfter }),
  });
  return { loginBefore, loginAfter };
}

async function loginOf(unit: UnitOfWork, firmId: string, accountId: string | null): Promise<string | null> {
  const [login] = accountId === null ? [] : await unit.rows(LOGIN, [accountId, firmId]);
  return login?.email ?? null;
}
