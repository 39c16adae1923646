import { lifetimes } from "@gatehouse/shared";
import type { Person } from "../people/person.js";
import type { Actor, UnitOfWork } from "../work/unit-of-work.js";
import type { ClientLetter } from "../work/mail-to-send.js";
import { issueToken } from "../mailed-tokens/mailed-tokens.js";
import type { Notice } from "./security-letters.js";

/**
 * Mails people a notice about a change to their own security, in the commit of the change, with the "this wasn't me"
 * link. `template`: one of security-letters.ts.
 */
export async function notify<T extends object>(
  unit: UnitOfWork,
  person: Person,
  actor: Actor,
  template: (given: Notice & T) => ClientLetter,
  ...[more]: object extends T ? [T?] : [T]
): Promise<void> {
  const { firmId, firmName, firmSlug, audience, email, ownerId: accountId } = person;
  const token = await issueToken(unit, { kind: "NOT_ME", firmId, email, accountId, lifetimeMs: lifetimes.notMe });
  const notice: Notice = {
    firmName,
    audience,
    occurredAt: unit.now,
    source: { ipAddress: actor.ipAddress, userAgent: actor.userAgent },
    notMeLink: unit.links.notMe(firmSlug, token),
  };
  unit.mail({ isNotice: true, firmId, to: email, content: template({ ...notice, ...(more as T) }) });
}
