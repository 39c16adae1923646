import { HOUR_MS, attemptLimits, inWords, lifetimes, normalizeEmail } from "@gatehouse/shared";
import { Refusal } from "../../platform/graphql/failures.js";
import { asFirmCaller } from "../callers/caller.js";
import { mustBeFresh } from "../access/fresh-proof.js";
import { lockSessionsOf } from "../callers/caller-now.js";
import { about, findPerson, type Person } from "../people/person.js";
import { readReason } from "../../platform/graphql/input-texts.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { listedIfAny } from "../sessions/end-sessions.js";
import { endAccess } from "../access-endings/end-access.js";
import { mustFind } from "../work/must-find.js";
import type { Actor, UnitOfWork, Work } from "../work/unit-of-work.js";
import { Contact } from "../contacts/contact.entity.js";
import { notify } from "../mail/security-notices.js";
import { confirmLoginEmail, passwordResetByFirm } from "../mail/account-letters.js";
import { loginEmailChangeRequested, twoFactorReset } from "../mail/security-letters.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { passwordAttemptsKey, type Attempts } from "../limits/attempts.service.js";
import { KnownDevice } from "../devices/known-device.entity.js";
import { devicePasswordAttemptsKey } from "../devices/known-devices.js";
import { mustAllowLogin } from "../security-mode/must-allow-login.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import { deleteAccount, signOutEverywhere } from "./end-account.js";
import { mailPasswordReset } from "../portal-accounts/mail-password-reset.js";
import { issueToken, voidTokensOf } from "../mailed-tokens/mailed-tokens.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";

const field = ["input", "contactId"];

/** "Edit login details": what the firm may do with a client's account. */
export class PortalAdministration {
  constructor(
    private readonly needs: {
      work: Work;
      attempts: Attempts;
      secondFactor: SecondFactor;
    },
  ) {}

  /**
   * Removes the secret, the recovery codes and whatever shared/access-endings lists. The password stays; the client is
   * notified.
   */
  async resetTwoFactor(input: { contactId: string; reason: string }, context: RequestContext): Promise<Contact> {
    const reason = readReason(input.reason);
    return this.act(input.contactId, context, { isDangerous: true }, async (unit, person, contact, actor) => {
      const { secondFactor } = this.needs;
      const factor = await secondFactor.stateOf(unit.manager, person, true);
      if (factor.enrolledAt === null) throw new Refusal("TWO_FACTOR_NOT_ENROLLED", field);
      await secondFactor.remove(unit, person);
      const ended = await endAccess(unit, person, "TWO_FACTOR_RESET", { actor, contactId: contact.id });
      unit.record({
        type: "TWO_FACTOR_RESET",
        ...about(person, actor),
        contactId: contact.id,
        reason,
        data: { email: person.email, ...listedIfAny(ended) },
      });
      await notify(unit, person, actor, twoFactorReset);
    });
  }

  async sendPasswordReset(input: { contactId: string }, context: RequestContext): Promise<Contact> {
    const { work, attempts } = this.needs;
    const { firmId } = asFirmCaller(context.caller);
    const { contact } = await this.find(work.reader, firmId, input.contactId);
    const attempt = await attempts.take(`reset:${contact.portalAccountId}`, attemptLimits.mailsByAddress);
    if (!attempt.ok)
      throw new Refusal(
        "TOO_MANY_REQUESTS",
        field,
        `Enough mails were sent to this client. Try again ${inWords(attempt.retryAfterMs)}.`,
      );
    return this.act(input.contactId, context, {}, async (unit, person, _contact, actor) => {
      mustAllowLogin(await loadPolicy(unit.manager, firmId));
      await mailPasswordReset(unit, person, passwordResetByFirm);
      unit.record({
        type: "PASSWORD_RESET_REQUESTED",
        ...about(person, actor),
        contactId: contact.id,
        data: { email: person.email },
      });
    });
  }

  /** Ends every wait: of the second factor and of the password. */
  async unlock(input: { contactId: string }, context: RequestContext): Promise<Contact> {
    const contact = await this.act(input.contactId, context, {}, async (unit, person, { id: contactId }, actor) => {
      await this.needs.secondFactor.unlock(unit, person);
      unit.record({ type: "ACCOUNT_UNLOCKED", ...about(person, actor), contactId, data: { email: person.email } });
    });
    const account = await this.needs.work.reader.findOneBy(PortalAccount, { id: contact.portalAccountId ?? "" });
    if (!account) return contact;
    const devices = await this.needs.work.reader.findBy(KnownDevice, { ownerId: account.id });
    await this.needs.attempts.clear(
      passwordAttemptsKey("PORTAL", account.firmId, account.email),
      `password-again:${account.id}`,
      `proofs-again:${account.id}`,
      ...devices.map(devicePasswordAttemptsKey),
    );
    return contact;
  }

  async revokeSessions(input: { contactId: string }, context: RequestContext): Promise<Contact> {
    return this.act(input.contactId, context, {}, async (unit, person, contact, actor) => {
      await signOutEverywhere(unit, person, { actor, contact });
    });
  }

  /** Takes effect once the new address has confirmed by mail; the old one is notified. */
  async changeLoginEmail(input: { contactId: string; email: string }, context: RequestContext): Promise<Contact> {
    const email = normalizeEmail(input.email);
    if (email === null) throw new Refusal("INVALID_EMAIL", ["input", "email"]);
    return this.act(input.contactId, context, { isDangerous: true }, async (unit, person, contact, actor) => {
      const { firmId } = contact;
      if (email === person.email)
        throw new Refusal("INVALID_INPUT", ["input", "email"], "This is already the login email.");
      if (await unit.manager.existsBy(PortalAccount, { firmId, email }))
        throw new Refusal("ALREADY_EXISTS", ["input", "email"], "Another account has this email.");
      const { firmName, firmSlug } = person;
      await voidTokensOf(unit, person.ownerId, ["EMAIL_CHANGE"]);
      const given = {
        kind: "EMAIL_CHANGE",
        firmId,
        email,
        accountId: person.accountId,
        lifetimeMs: lifetimes.emailChange,
      } as const;
      const link = unit.links.confirmEmail(firmSlug, await issueToken(unit, given));
      const content = confirmLoginEmail({ firmName, link, expiresInHours: lifetimes.emailChange / HOUR_MS });
      unit.mail({ firmId, to: email, content, language: contact.language });
      unit.record({
        type: "LOGIN_EMAIL_CHANGE_REQUESTED",
        ...about(person, actor),
        contactId: contact.id,
        data: { from: person.email, to: email },
      });
      await notify(unit, person, actor, loginEmailChangeRequested, { newEmail: email });
    });
  }

  async deleteAccount(input: { contactId: string; reason: string }, context: RequestContext): Promise<Contact> {
    const reason = readReason(input.reason);
    return this.act(input.contactId, context, { isDangerous: true }, async (unit, person, contact, actor) => {
      await deleteAccount(unit, this.needs.secondFactor, person, { actor, contact, reason });
    });
  }

  private async act(
    contactId: string,
    context: RequestContext,
    { isDangerous = false }: { isDangerous?: boolean },
    work: (unit: UnitOfWork, person: Person, contact: Contact, actor: Actor) => Promise<void>,
  ): Promise<Contact> {
    const caller = asFirmCaller(context.caller);
    if (isDangerous) mustBeFresh(caller, this.needs.work.clock.now());
    return this.needs.work.do(async (unit) => {
      const { person, contact } = await this.find(unit.manager, caller.firmId, contactId);
      await lockSessionsOf(unit, person);
      await work(unit, person, contact, actorIn(context));
      return unit.manager.findOneByOrFail(Contact, { id: contact.id });
    });
  }

  private async find(
    manager: UnitOfWork["manager"],
    firmId: string,
    contactId: string,
  ): Promise<{ person: Person; contact: Contact }> {
    const contact = await mustFind(manager, Contact, "contact", { id: contactId, firmId }, field);
    const person =
      contact.portalAccountId === null ? null : await findPerson(manager, "PORTAL", contact.portalAccountId);
    if (!person) throw new Refusal("NOT_FOUND", field, "This contact has no portal account.");
    return { person, contact };
  }
}
