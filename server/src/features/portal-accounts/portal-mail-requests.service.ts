import { IsNull } from "typeorm";
import { allowsPasswordLogin, lifetimes } from "@gatehouse/shared";
import { sql, table } from "../../platform/database/sql.js";
import type { Log } from "../../platform/log.js";
import { Worker } from "../../platform/worker.js";
import { findClientByEmail } from "../access/person.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { Contact } from "../contacts/contact.entity.js";
import { Firm } from "../firms/firm.entity.js";
import { accountConfirmation, passwordResetByClient } from "../mail/account-letters.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { actorAs } from "../sign-in/sign-in-actor.js";
import { recordHeldBack } from "../sign-in/suppressed-mails.service.js";
import { mailPasswordReset } from "./mail-password-reset.js";
import { issueToken } from "../mailed-tokens/mailed-tokens.js";
import { PortalMailRequest } from "./portal-mail-request.entity.js";

const AT_ONCE = 100;
/** How soon requests accepted by another instance are processed. */
const POLL_MS = 2000;
const HOUR_MS = 3_600_000;

const mailRequests = table(PortalMailRequest);
const TAKE = sql`DELETE FROM ${mailRequests} WHERE ${mailRequests.id} = ?`;

/**
 * Processes the requests for mail that anybody may submit. Only here is the address looked up, apart from the response,
 * so that neither its words nor its timing reveal anything.
 */
export class PortalMailRequests {
  readonly worker: Worker;

  constructor(private readonly needs: { work: Work; log: Log }) {
    this.worker = new Worker({
      look: () => this.workOffSome(),
      onError: (error) => needs.log.error({ err: error }, "requests for mail wait for the next attempt"),
      everyMs: POLL_MS,
    });
  }

  private async workOffSome(): Promise<void> {
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
      if (!allowsPasswordLogin(await loadPolicy(unit.manager, firm.id))) return;
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
    await mailPasswordReset(unit, person, passwordResetByClient, request.language);
    unit.record({
      type: "PASSWORD_RESET_REQUESTED",
      firmId: firm.id,
      actor: actorAs(person, request),
      accountId: person.accountId,
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
