import { In } from "typeorm";
import {
  HOUR_MS,
  allowsPasswordLogin,
  attemptLimits,
  changesBetween,
  counts,
  inWords,
  isMassInvitation,
  lifetimes,
  type UserErrorCode,
} from "@gatehouse/shared";
import { isId } from "../../platform/crypto/ids.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { answer } from "../../platform/graphql/payloads.js";
import { asFirmCaller } from "../callers/caller.js";
import { mustBeFresh } from "../access/fresh-proof.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { readMessage } from "../../platform/graphql/input-texts.js";
import { momentFact } from "../work/moment-fact.js";
import type { Actor, UnitOfWork, Work } from "../work/unit-of-work.js";
import { markInvited } from "../contacts/account-links.js";
import { Contact } from "../contacts/contact.entity.js";
import { ContactPayload, ContactView } from "../contacts/contact.results.js";
import { lockContacts } from "../contacts/contacts-lock.js";
import { Firm } from "../firms/firm.entity.js";
import { invite } from "../mail/account-letters.js";
import type { DayInWords } from "../mail/letter-parts.js";
import { issueToken, voidTokens } from "../mailed-tokens/mailed-tokens.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import type { Attempts } from "../limits/attempts.service.js";
import { mustAllowLogin } from "../security-mode/must-allow-login.js";

const MAILBOXES_AT_ONCE = 50;

/** Why a contact was not invited. */
interface Reason {
  code: UserErrorCode;
  message?: string;
}
type Outcome = ContactView | Reason;

/** Many invitations in one commit. */
export interface InvitationBatch {
  firmId: string;
  /** Their state when they were chosen. */
  contacts: readonly Contact[];
  message: string | null;
  /** The author of the message. */
  invitedBy: string;
  actor: Actor;
  /** The day from which the firm requires 2FA, if the invitation should mention it. */
  twoFactorFrom?: DayInWords;
}

/** Invites contacts to create their portal account. */
export class Invitations {
  constructor(private readonly needs: { work: Work; attempts: Attempts }) {}

  /** One result per contact, in order. A contact that cannot be invited does not stop the others. */
  async invite(
    { contactIds, message }: { contactIds: string[]; message?: string | null },
    context: RequestContext,
  ): Promise<ContactPayload[]> {
    const caller = asFirmCaller(context.caller);
    const { firmId } = caller;
    this.needs.work.mustSendMail();
    if (isMassInvitation(contactIds)) mustBeFresh(caller, this.needs.work.clock.now());
    if (contactIds.length > counts.inviteRows)
      throw new Refusal("INVALID_INPUT", ["input", "contactIds"], `Invite at most ${counts.inviteRows} at once.`);
    const words = readMessage(message);
    mustAllowLogin(await loadPolicy(this.needs.work.reader, firmId));
    const outcomes = await this.inviteAll(firmId, contactIds, words, context);
    return Promise.all(
      outcomes.map((outcome) =>
        answer(ContactPayload, async () => {
          if (outcome instanceof Refusal) throw outcome;
          return { contact: outcome };
        }),
      ),
    );
  }

  private async inviteAll(
    firmId: string,
    contactIds: string[],
    message: string | null,
    context: RequestContext,
  ): Promise<(ContactView | Refusal)[]> {
    const { work } = this.needs;
    const ids = [...new Set(contactIds.filter((id) => isId("contact", id)))];
    const contacts = await work.reader.findBy(Contact, { firmId, id: In(ids) });
    const known = new Map(contacts.map((contact) => [contact.id, contact]));
    const outcomes = new Map<string, Outcome>();
    const waits = new Map<string, number | null>();
    const chosen: Contact[] = [];
    for (const id of new Set(contactIds)) {
      const contact = known.get(id);
      const refusal = reasonAgainst(contact);
      if (!contact || contact.email === null || refusal) {
        outcomes.set(id, refusal ?? { code: "NOT_FOUND" });
        continue;
      }
      const { email } = contact;
      // One mail per mailbox, however many contacts share it, and so one attempt as well.
      if (!waits.has(email)) waits.set(email, await this.waitFor(firmId, email));
      const wait = waits.get(email) ?? null;
      if (wait === null) chosen.push(contact);
      else
        outcomes.set(id, {
          code: "TOO_MANY_REQUESTS",
          message: `${contact.name} was just invited. Try again ${inWords(wait)}.`,
        });
    }
    const mailboxes = [...new Set(chosen.map(({ email }) => email))];
    for (let from = 0; from < mailboxes.length; from += MAILBOXES_AT_ONCE) {
      const chunk = new Set(mailboxes.slice(from, from + MAILBOXES_AT_ONCE));
      const invited = chosen.filter(({ email }) => chunk.has(email));
      const actor = actorIn(context);
      const invitations = { firmId, contacts: invited, message, invitedBy: actor.name, actor };
      for (const [id, outcome] of await work.do((unit) => sendInvitations(unit, invitations)))
        outcomes.set(id, outcome);
    }
    return contactIds.map((id, index) => {
      const outcome = outcomes.get(id) ?? { code: "NOT_FOUND" };
      return outcome instanceof ContactView
        ? outcome
        : new Refusal(outcome.code, ["input", "contactIds", index.toString()], outcome.message);
    });
  }

  /** How long a mailbox has to wait for its next invitation; null: not at all. */
  private async waitFor(firmId: string, email: string): Promise<number | null> {
    const attempt = await this.needs.attempts.take(`invite:${firmId}:${email}`, attemptLimits.requestMailsByMinute);
    return attempt.ok ? null : attempt.retryAfterMs;
  }
}

/** Sends many invitations in one commit. Contacts that have changed since they were chosen are left out. */
export async function sendInvitations(unit: UnitOfWork, invitations: InvitationBatch): Promise<Map<string, Outcome>> {
  const { firmId, contacts: chosen, message, invitedBy, actor, twoFactorFrom } = invitations;
  const { manager, links } = unit;
  const outcomes = new Map<string, Outcome>();
  if (!allowsPasswordLogin(await loadPolicy(manager, firmId, { lock: "share" }))) {
    for (const { id } of chosen) outcomes.set(id, { code: "LOGIN_DISABLED" });
    return outcomes;
  }
  await lockContacts(unit, firmId);
  const firm = await manager.findOneByOrFail(Firm, { id: firmId });
  const current = await manager.findBy(Contact, { firmId, id: In(chosen.map(({ id }) => id)) });
  const now = new Map(current.map((contact) => [contact.id, contact]));
  const mailed = new Set<string>();
  const invited: string[] = [];
  for (const { id, name, email } of chosen) {
    const contact = now.get(id);
    if (!contact || contact.email === null || contact.email !== email || contact.portalAccountId !== null) {
      outcomes.set(id, { code: "INVALID_INPUT", message: `${name} has changed meanwhile.` });
      continue;
    }
    if (!mailed.has(contact.email)) {
      mailed.add(contact.email);
      await voidTokens(unit, firmId, contact.email, ["INVITE"]);
      const given = { kind: "INVITE", firmId, email: contact.email, lifetimeMs: lifetimes.invite } as const;
      const content = invite({
        firmName: firm.name,
        contactName: contact.name,
        invitedBy,
        message,
        ...(twoFactorFrom === undefined ? {} : { twoFactorFrom }),
        link: links.confirm(firm.slug, await issueToken(unit, given)),
        expiresInHours: lifetimes.invite / HOUR_MS,
      });
      unit.mail({ firmId, to: contact.email, content, language: contact.language });
    }
    invited.push(id);
    const changes = changesBetween({ invitedAt: momentFact(contact.invitedAt) }, { invitedAt: momentFact(unit.now) });
    unit.record({ type: "INVITE_SENT", firmId, actor, contactId: id, changes, data: { email: contact.email } });
  }
  await markInvited(unit, firmId, invited);
  for (const contact of await manager.findBy(Contact, { firmId, id: In(chosen.map(({ id }) => id)) }))
    if (!outcomes.has(contact.id)) outcomes.set(contact.id, ContactView.of(contact));
  return outcomes;
}

function reasonAgainst(contact: Contact | undefined): Reason | null {
  if (!contact) return { code: "NOT_FOUND" };
  if (contact.email === null) return { code: "INVALID_INPUT", message: `${contact.name} has no email address.` };
  if (contact.portalAccountId !== null)
    return { code: "ALREADY_EXISTS", message: `${contact.name} already has a portal account.` };
  return null;
}
