import {
  doorOfAccountByLink,
  maskEmail,
  normalizeEmail,
  type SessionTransport,
  type SignInDoor,
} from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import { isUniqueViolation } from "../../platform/database/dialect.js";
import { Refusal } from "../../platform/graphql/failures.js";
import type { Caller } from "../access/caller.js";
import { findPerson, type Person } from "../access/person.js";
import type { RequestContext } from "../access/request-context.js";
import { endAccess } from "../access-endings/end-access.js";
import { retireAddress } from "../access-endings/retire-address.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { contactIdsOf, linkAccount } from "../contacts/contact-access-state.js";
import { Firm } from "../firms/firm.entity.js";
import { PortalFirmView } from "../firms/firm.results.js";
import { MagicLink } from "../magic-links/magic-link.entity.js";
import { notify } from "../mail/security-notices.js";
import { accountCreatedByLink, loginEmailChanged, passwordChanged } from "../mail/security-letters.js";
import { shareOfPerson } from "../passwords/hash-share.js";
import type { PasswordHasher } from "../passwords/password-hasher.js";
import { lockedCredential, mustBeGoodPassword, storePassword } from "../passwords/password.service.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { Session } from "../sessions/session.entity.js";
import type { SessionService } from "../sessions/session.service.js";
import { knownDevicesOf } from "../sessions/known-devices.js";
import type { AccountDoor } from "../sign-in/account-door.js";
import type { MailAllowance } from "../sign-in/mail-allowance.js";
import { enterOrWait, outcomeOf } from "../sign-in/new-password-entry.js";
import type { SignInOutcome } from "../sign-in/sign-in.results.js";
import { mustAllowLogin } from "../sign-in/must-allow-login.js";
import { actorAs } from "../sign-in/sign-in-actor.js";
import type { SourceLimits } from "../sign-in/source-limits.js";
import type { SuppressedMails } from "../sign-in/suppressed-mails.service.js";
import { transportOf } from "../sign-in/transport.js";
import { createState, type SecondFactor } from "../two-factor/second-factor.service.js";
import { accountTokens, findToken, spendToken, voidTokens } from "../mailed-tokens/mailed-tokens.js";
import { PortalAccount } from "./portal-account.entity.js";
import { PortalMailRequest, type PortalMailKind } from "./portal-mail-request.entity.js";
import type { MailedTokenKind } from "../mailed-tokens/mailed-token.entity.js";
import type { PortalMailRequests } from "./portal-mail-requests.service.js";

export interface PortalAccountsNeeds {
  work: Work;
  hasher: PasswordHasher;
  sessions: SessionService;
  secondFactor: SecondFactor;
  sourceLimits: SourceLimits;
  door: AccountDoor;
  mailRequests: PortalMailRequests;
  mailAllowance: MailAllowance;
  suppressed: SuppressedMails;
}

/** What proves the mailbox of a new account: a mailed token, or a session by a magic link. */
interface MailboxProof {
  firmId: string;
  email: string;
  /** The request of the magic link that proved it. */
  landingRequestId: string | null;
  /** By what mail the account is created; with a magic link it depends on when that was claimed. */
  door: SignInDoor;
  isByLink: boolean;
  spend: (unit: UnitOfWork) => Promise<void>;
}

/** What each kind of mailed token is for, as the API says it. */
const purposes = {
  INVITE: "CREATE_ACCOUNT",
  ACCOUNT_REQUEST: "CREATE_ACCOUNT",
  MAGIC_LINK: "CREATE_ACCOUNT",
  PASSWORD_RESET: "RESET_PASSWORD",
  EMAIL_CHANGE: "CONFIRM_EMAIL",
  NOT_ME: "REPORT_NOT_ME",
  TEAM_PASSWORD: "CHOOSE_TEAM_PASSWORD",
} as const satisfies Record<MailedTokenKind, string>;

const mailOf = { ACCOUNT_REQUEST: "account confirmation", PASSWORD_RESET: "password reset" } as const;

/** Whoever is signed in to the account asks for a mail to themselves. */
const isOwnAccount = (caller: Caller, firmId: string, email: string): boolean =>
  caller.kind === "CLIENT" && caller.accountId !== null && caller.firmId === firmId && caller.email === email;

/** A client's own way to an account and back into it. */
export class PortalAccounts {
  constructor(private readonly needs: PortalAccountsNeeds) {}

  /** Answers alike, in the same time, whatever the address is: who it is is looked up later, see portal-mail-requests.service.ts. */
  async requestMail(
    kind: PortalMailKind,
    input: { firmSlug: string; email: string },
    context: RequestContext,
  ): Promise<void> {
    const { work, mailAllowance, mailRequests, suppressed } = this.needs;
    const firm = await work.reader.findOneBy(Firm, { slug: input.firmSlug });
    if (!firm) throw new Refusal("NOT_FOUND", ["input", "firmSlug"]);
    await this.mustHaveLogins(firm.id);
    const email = normalizeEmail(input.email);
    if (email === null) throw new Refusal("INVALID_EMAIL", ["input", "email"]);
    const what = mailOf[kind];
    const isOwn = isOwnAccount(context.caller, firm.id, email) || (await this.isOwnDevice(firm.id, email, context));
    const wish = { what, place: firm.id, email, isOwn };
    const isSent = await mailAllowance.take(wish, context);
    // Past a limit the answer is the same: whoever asks for somebody else's address learns nothing. The firm does, once an hour.
    if (!isSent && !(await suppressed.isFirst({ firmId: firm.id, email, what }))) return;
    await work.do(async (unit) => {
      await unit.manager.insert(PortalMailRequest, {
        id: newId("mailRequest", unit.now),
        firmId: firm.id,
        kind: isSent ? kind : `HELD_${kind}`,
        email,
        ...context.source,
        language: context.language,
        createdAt: unit.now,
      });
      unit.afterCommit(() => mailRequests.wake());
    });
  }

  /** Creates the account, and goes on to sign in as the firm's mode says. */
  async create(
    input: { confirmationToken?: string | null; password: string; transport?: SessionTransport | null },
    context: RequestContext,
  ): Promise<SignInOutcome> {
    const { work, hasher, sourceLimits, door } = this.needs;
    const transport = transportOf(input.transport, context);
    const bySource = await sourceLimits.take("token", context);
    const proof = await this.proofOfMailbox(input.confirmationToken, context);
    await this.mustHaveLogins(proof.firmId);
    const firm = await work.reader.findOneByOrFail(Firm, { id: proof.firmId });
    mustBeGoodPassword(input.password, { email: proof.email, firmName: firm.name }, ["input", "password"]);
    const stored = await hasher.hash(
      input.password,
      shareOfPerson(context, { firmId: firm.id, who: `${firm.id} ${proof.email}` }),
    );
    const outcome = await work.do(async (unit) => {
      // The policy is read under its lock before anything else, as wherever a session may be opened.
      mustAllowLogin(await loadPolicy(unit.manager, firm.id, { lock: "share" }));
      await proof.spend(unit);
      const account = unit.manager.create(PortalAccount, {
        id: newId("portalAccount", unit.now),
        firmId: firm.id,
        email: proof.email,
        createdAt: unit.now,
        lastSignInAt: null,
        unlinkedAt: null,
      });
      try {
        await unit.manager.insert(PortalAccount, account);
      } catch (error) {
        if (isUniqueViolation(error)) throw new Refusal("ALREADY_EXISTS", null, (say) => say.accountExists);
        throw error;
      }
      const person: Person = {
        audience: "PORTAL",
        ownerId: account.id,
        firmId: firm.id,
        firmName: firm.name,
        firmSlug: firm.slug,
        email: account.email,
        role: null,
        accountId: account.id,
      };
      await storePassword(unit, account.id, stored);
      await createState(unit, person);
      await linkAccount(unit, firm.id, account.email, account.id);
      await voidTokens(unit, firm.id, account.email, accountTokens);
      const actor = actorAs(person, context.source);
      unit.record({
        type: "ACCOUNT_CREATED",
        firmId: firm.id,
        actor,
        accountId: account.id,
        data: { email: account.email },
      });
      // Whoever holds a device that claimed a link may be somebody else: the mailbox hears of it.
      if (proof.isByLink) await notify(unit, person, actor, accountCreatedByLink);
      const { landingRequestId } = proof;
      return door.enter(unit, { person, door: proof.door, transport, context, landingRequestId });
    });
    await sourceLimits.giveBack(bySource);
    return outcome;
  }

  /** Ends every session; 2FA stays as it was and is still asked. Throws ACCOUNT_LOCKED once the password is set, while 2FA is locked. */
  async resetPassword(
    input: { resetToken: string; newPassword: string; transport?: SessionTransport | null },
    context: RequestContext,
  ): Promise<SignInOutcome> {
    const { work, hasher, sourceLimits, door } = this.needs;
    const transport = transportOf(input.transport, context);
    const bySource = await sourceLimits.take("token", context);
    const field = ["input", "resetToken"];
    const token = await findToken(work, input.resetToken, ["PASSWORD_RESET"]);
    const person = token && (await findPerson(work.reader, "PORTAL", token.accountId ?? ""));
    // The login email changed since: the mail went to somebody who is no longer the owner.
    if (!token || !person || person.email !== token.email) throw new Refusal("TOKEN_INVALID", field);
    await this.mustHaveLogins(person.firmId);
    mustBeGoodPassword(input.newPassword, person, ["input", "newPassword"]);
    const share = shareOfPerson(context, { firmId: person.firmId, who: person.ownerId });
    const stored = await hasher.hash(input.newPassword, share);
    const entered = await work.do(async (unit) => {
      mustAllowLogin(await loadPolicy(unit.manager, person.firmId, { lock: "share" }));
      await spendToken(unit, token, field);
      await storePassword(unit, person.ownerId, stored);
      await endAccess(unit, person, "PASSWORD_RESET");
      const actor = actorAs(person, context.source);
      unit.record({
        type: "PASSWORD_CHANGED",
        firmId: person.firmId,
        actor,
        accountId: person.accountId,
        data: { email: person.email, by: "reset" },
      });
      await notify(unit, person, actor, passwordChanged);
      return enterOrWait(door, unit, { person, door: "PASSWORD_RESET", transport, context });
    });
    await sourceLimits.giveBack(bySource);
    return outcomeOf(entered);
  }

  /** The new login email's mailbox confirmed: from now on it signs in, and the old one does not. */
  async confirmLoginEmail(input: { token: string }, context: RequestContext): Promise<void> {
    const { work, sourceLimits } = this.needs;
    const bySource = await sourceLimits.take("token", context);
    const field = ["input", "token"];
    const token = await findToken(work, input.token, ["EMAIL_CHANGE"]);
    const person = token && (await findPerson(work.reader, "PORTAL", token.accountId ?? ""));
    if (!token || !person) throw new Refusal("TOKEN_INVALID", field);
    await work.do(async (unit) => {
      await spendToken(unit, token, field);
      // A sign-in by the old address either comes first, and its session ends here, or finds the new one.
      await lockedCredential(unit, person.ownerId);
      try {
        await unit.manager.update(PortalAccount, { id: person.ownerId }, { email: token.email });
      } catch (error) {
        if (isUniqueViolation(error)) throw new Refusal("ALREADY_EXISTS", field, (say) => say.emailTaken);
        throw error;
      }
      const contactIds = await contactIdsOf(unit, person.firmId, person.ownerId);
      await retireAddress(unit, { firmId: person.firmId, contactIds, from: person.email, to: token.email });
      await linkAccount(unit, person.firmId, token.email, person.ownerId);
      await endAccess(unit, person, "LOGIN_EMAIL_CHANGED");
      await voidTokens(unit, person.firmId, token.email, accountTokens);
      const actor = actorAs(person, context.source);
      const data = { from: person.email, to: token.email };
      unit.record({ type: "LOGIN_EMAIL_CHANGED", firmId: person.firmId, actor, accountId: person.accountId, data });
      await notify(unit, person, actor, loginEmailChanged, { newEmail: token.email });
    });
    await sourceLimits.giveBack(bySource);
  }

  /** What a mailed token is for; null when it is wrong, expired or spent. Changes nothing. */
  async previewToken(token: string) {
    const { work } = this.needs;
    const found = await findToken(work, token, [
      ...accountTokens,
      "PASSWORD_RESET",
      "EMAIL_CHANGE",
      "NOT_ME",
      "TEAM_PASSWORD",
    ]);
    if (!found) return null;
    const policy = await loadPolicy(work.reader, found.firmId);
    return {
      purpose: purposes[found.kind],
      firm: PortalFirmView.of(policy, work.clock.now()),
      maskedEmail: maskEmail(found.email),
    } as const;
  }

  private async isOwnDevice(firmId: string, email: string, context: RequestContext): Promise<boolean> {
    const { reader, clock } = this.needs.work;
    for (const { ownerId } of await knownDevicesOf(reader, context, "PORTAL", clock.now())) {
      const person = await findPerson(reader, "PORTAL", ownerId);
      if (person?.firmId === firmId && person.email === email) return true;
    }
    return false;
  }

  private async proofOfMailbox(
    confirmationToken: string | null | undefined,
    { caller }: RequestContext,
  ): Promise<MailboxProof> {
    const { work, sessions } = this.needs;
    const field = ["input", "confirmationToken"];
    if (confirmationToken != null) {
      const token = await findToken(work, confirmationToken, accountTokens);
      if (!token) throw new Refusal("TOKEN_INVALID", field);
      const { firmId, email, magicLinkId } = token;
      const link = magicLinkId === null ? null : await work.reader.findOneBy(MagicLink, { id: magicLinkId, firmId });
      return {
        firmId,
        email,
        landingRequestId: link?.requestId ?? null,
        door: token.kind === "MAGIC_LINK" ? this.doorByLink(link) : "ACCOUNT_CREATION",
        isByLink: token.kind === "MAGIC_LINK",
        spend: (unit) => spendToken(unit, token, field),
      };
    }
    if (caller.kind !== "CLIENT" || caller.accountId !== null) throw new Refusal("TOKEN_INVALID", field);
    const { firmId, email, sessionId, requestId } = caller;
    const session = await work.reader.findOneBy(Session, { id: sessionId, firmId });
    const link = await work.reader.findOneBy(MagicLink, { id: session?.magicLinkId ?? "", firmId });
    const spend = async (unit: UnitOfWork) => {
      // It is exchanged for the account's session.
      if (!(await sessions.end(unit, sessionId))) throw new Refusal("TOKEN_INVALID", field);
    };
    return { firmId, email, landingRequestId: requestId, door: this.doorByLink(link), isByLink: true, spend };
  }

  private doorByLink(link: MagicLink | null): SignInDoor {
    return doorOfAccountByLink({ claimedAt: link?.claimedAt ?? null, now: this.needs.work.clock.now() });
  }

  private async mustHaveLogins(firmId: string): Promise<void> {
    mustAllowLogin(await loadPolicy(this.needs.work.reader, firmId));
  }
}
