import { IsNull } from "typeorm";
import { HOUR_MS, allowsPasswordLogin, lifetimes, normalizeEmail } from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { sql, table } from "../../platform/database/sql.js";
import type { Log } from "../../platform/log.js";
import { Worker } from "../../platform/worker.js";
import type { Caller } from "../callers/caller.js";
import { about, findClientByEmail, findPerson } from "../people/person.js";
import type { RequestContext } from "../callers/request-context.js";
import { FirmGone } from "../work/firm-gone.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { Firm } from "../firms/firm.entity.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { knownDevicesOf } from "../devices/known-devices.js";
import type { MailAllowance } from "../limits/mail-allowance.js";
import { mustAllowLogin } from "../security-mode/must-allow-login.js";
import { actorAs } from "../sign-in/sign-in-actor.js";
import { recordHeldBack, type SuppressedMails } from "../limits/suppressed-mails.service.js";
import { Contact } from "../contacts/contact.entity.js";
import { accountConfirmation, passwordResetByClient } from "../mail/account-letters.js";
import { mailPasswordReset } from "../portal-accounts/mail-password-reset.js";
import { issueToken } from "../mailed-tokens/mailed-tokens.js";
import { PortalMailRequest, type PortalMailKind } from "./portal-mail-request.entity.js";

const AT_ONCE = 100;
/** How soon requests accepted by another instance are processed. */
const POLL_MS = 2000;

const mailRequests = table(PortalMailRequest);
const TAKE = sql`DELETE FROM ${mailRequests} WHERE ${mailRequests.id} = ?`;

const mailOf = { ACCOUNT_REQUEST: "account confirmation", PASSWORD_RESET: "password reset" } as const;

/** A client who is signed in to the account requests a mail to themselves. */
const isOwnAccount = (caller: Caller, firmId: string, email: string): boolean =>
  caller.kind === "CLIENT" && caller.accountId !== null && caller.firmId === firmId && caller.email === email;

/**
 * Accepts requests for mail that anybody may submit, and processes them later. Only then is the address looked up,
 * apart from the response, so that neither its words nor its timing reveal anything.
 */
export class PortalMailRequests {
  readonly worker: Worker;

  constructor(
    private readonly needs: { work: Work; mailAllowance: MailAllowance; suppressed: SuppressedMails; log: Log },
  ) {
    this.worker = new Worker({
      look: () => this.workOffSome(),
      onError: (error) => needs.log.error({ err: error }, "requests for mail wait for the next attempt"),
      everyMs: POLL_MS,
    });
  }

  /** Gives the same response in the same time, whatever the address: it is looked up later. */
  async request(
    kind: PortalMailKind,
    input: { firmSlug: string; email: string },
    context: RequestContext,
  ): Promise<void> {
    const { work, mailAllowance, suppressed } = this.needs;
    work.mustSendMail();
    const firm = await work.reader.findOneBy(Firm, { slug: input.firmSlug });
    if (!firm) throw new Refusal("NOT_FOUND", ["input", "firmSlug"]);
    mustAllowLogin(await loadPolicy(work.reader, firm.id));
    const email = normalizeEmail(input.email);
    if (email === null) throw new Refusal("INVALID_EMAIL", ["input", "email"]);
    const what = mailOf[kind];
    const isOwn = isOwnAccount(context.caller, firm.id, email) || (await this.isOwnDevice(firm.id, email, context));
    const wish = { what, place: firm.id, email, isOwn };
    const isSent = await mailAllowance.take(wish, context);
    // Beyond a limit the response is the same: somebody who requests mails to another person's address learns nothing.
    // The firm is notified, once an hour.
    if (!isSent && !(await suppressed.isFirst({ firmId: firm.id, email, what }))) return;
    const requesting = work.do(async (unit) => {
      // From here to the commit the firm is not deleted.
      await loadPolicy(unit.manager, firm.id, { lock: "share" });
      await unit.manager.insert(PortalMailRequest, {
        id: newId("mailRequest", unit.now),
        firmId: firm.id,
        kind: isSent ? kind : `HELD_${kind}`,
        email,
        ...context.source,
        language: context.language,
        createdAt: unit.now,
      });
      unit.afterCommit(() => this.worker.wake());
    });
    await requesting.catch((error: unknown) => {
      throw error instanceof FirmGone ? new Refusal("NOT_FOUND", ["input", "firmSlug"]) : error;
    });
  }

  private async isOwnDevice(firmId: string, email: string, context: RequestContext): Promise<boolean> {
    const { reader, clock } = this.needs.work;
    for (const { ownerId } of await knownDevicesOf(reader, context, "PORTAL", clock.now())) {
      const person = await findPerson(reader, "PORTAL", ownerId);
      if (person?.firmId === firmId && person.email === email) return true;
    }
    return false;
  }

  private async workOffSome(): Promise<void> {
    if (this.needs.work.isMailOff) return;
    const order = { createdAt: "ASC", id: "ASC" } as const;
    const requests = await this.needs.work.reader.find(PortalMailRequest, { order, take: AT_ONCE });
    for (const request of requests) await this.workOff(request);
    // There may be more.
    if (requests.length === AT_ONCE) this.worker.wake();
  }

  /** The request is deleted in the commit of its effects: once, even with several instances. */
  private async workOff(request: PortalMailRequest): Promise<void> {
    await this.needs.work.do(async (unit) => {
      if ((await unit.affected(TAKE, [request.id])) !== 1) return;
      const firm = await unit.manager.findOneByOrFail(Firm, { id: request.firmId });
      const policy = await loadPolicy(unit.manager, firm.id);
      if (policy.firmDisabledAt !== null || !allowsPasswordLogin(policy)) return;
      switch (request.kind) {
        case "PASSWORD_RESET":
          return this.sendReset(unit, firm, request);
        case "ACCOUNT_REQUEST":
          return this.sendConfirmation(unit, firm, request);
        case "HELD_PASSWORD_RESET":
          return this.tellOfHeldReset(unit, firm, request);
        case "HELD_ACCOUNT_REQUEST":
          return this.tellOfHeldConfirmation(unit, firm, request);
      }
    });
  }

  private async sendReset(unit: UnitOfWork, firm: Firm, request: PortalMailRequest): Promise<void> {
    const person = await findClientByEmail(unit.manager, firm.id, request.email);
    if (!person) return;
    await mailPasswordReset(unit, person, passwordResetByClient, { asked: request.language });
    unit.record({
      type: "PASSWORD_RESET_REQUESTED",
      ...about(person, actorAs(person, request)),
      data: { email: person.email },
    });
  }

  private async tellOfHeldReset(unit: UnitOfWork, { id: firmId }: Firm, request: PortalMailRequest): Promise<void> {
    const person = await findClientByEmail(unit.manager, firmId, request.email);
    if (!person) return;
    const { email, accountId } = person;
    recordHeldBack(unit, { firmId, email, accountId, actor: actorAs(person, request), what: "password reset" });
  }

  private async tellOfHeldConfirmation(
    unit: UnitOfWork,
    { id: firmId }: Firm,
    request: PortalMailRequest,
  ): Promise<void> {
    const { email } = request;
    const contact = await this.withoutAccount(unit, firmId, email);
    if (!contact) return;
    const actor = actorAs({ email, accountId: null }, request);
    recordHeldBack(unit, { firmId, email, contactId: contact.id, actor, what: "account confirmation" });
  }

  /** The contact who may create an account with that address. */
  private async withoutAccount(unit: UnitOfWork, firmId: string, email: string): Promise<Contact | null> {
    const order = { createdAt: "ASC", id: "ASC" } as const;
    // A contact whose account now signs in with another address needs no second one.
    const where = { firmId, email, portalAccountId: IsNull() };
    const contact = await unit.manager.findOne(Contact, { where, order });
    return (await findClientByEmail(unit.manager, firmId, email)) === null ? contact : null;
  }

  private async sendConfirmation(
    unit: UnitOfWork,
    firm: Firm,
    { email, language: asked }: PortalMailRequest,
  ): Promise<void> {
    if (!(await this.withoutAccount(unit, firm.id, email))) return;
    const given = {
      kind: "ACCOUNT_REQUEST",
      firmId: firm.id,
      email,
      lifetimeMs: lifetimes.accountConfirmation,
    } as const;
    const link = unit.links.confirm(firm.slug, await issueToken(unit, given));
    const content = accountConfirmation({
      firmName: firm.name,
      link,
      expiresInHours: lifetimes.accountConfirmation / HOUR_MS,
    });
    unit.mail({ firmId: firm.id, to: email, content, asked });
  }
}
