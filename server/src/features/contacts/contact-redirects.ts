import { select, table } from "../../platform/database/sql.js";
import { Refusal } from "../../platform/graphql/failures.js";
import type { FirmCaller } from "../callers/caller.js";
import { mustBeFresh } from "../access/fresh-proof.js";
import type { Actor, UnitOfWork } from "../work/unit-of-work.js";
import { Firm } from "../firms/firm.entity.js";
import { contactRedirected } from "../mail/request-letters.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import type { Contact } from "./contact.entity.js";

const field = ["input", "email"];

const accounts = table(PortalAccount);
const LOGIN = select({ email: accounts.email }).from`${accounts} WHERE ${accounts.id} = ? AND ${accounts.firmId} = ?`;

/** A contact whose requests somebody else can reach from now on. */
export interface Redirect {
  contact: Contact;
  from: string | null;
  to: string | null;
  accountBefore: string | null;
  accountAfter: string | null;
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
export async function announceRedirect(
  unit: UnitOfWork,
  { contact, from, to, accountBefore, accountAfter }: Redirect,
  actor: Actor,
): Promise<void> {
  const { firmId, id: contactId, name, language } = contact;
  const accountId = accountAfter ?? accountBefore;
  unit.record({ type: "CONTACT_REDIRECTED", firmId, actor, contactId, accountId, data: { name, from, to } });
  const { name: firmName } = await unit.manager.findOneByOrFail(Firm, { id: firmId });
  const [login] = await unit.rows(LOGIN, [accountBefore, firmId]);
  const before = new Set([from, login?.email ?? null].filter((email) => email !== null && email !== to));
  for (const email of before)
    if (email !== null)
      unit.mail({
        isNotice: true,
        firmId,
        to: email,
        content: contactRedirected({ firmName, contactName: name, isNewAddress: false }),
        language,
      });
  if (to !== null)
    unit.mail({
      isNotice: true,
      firmId,
      to,
      content: contactRedirected({ firmName, contactName: name, isNewAddress: true }),
      language,
    });
}
