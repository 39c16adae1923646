import { changesBetween, maskEmail, methodsProven, type SessionTransport } from "@gatehouse/shared";
import { isUniqueViolation } from "../../platform/database/dialect.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { about, findMembersByEmail, findPerson } from "../people/person.js";
import type { RequestContext } from "../callers/request-context.js";
import { endAccess } from "../access-endings/end-access.js";
import { retireAddress } from "../access-endings/retire-address.js";
import type { Work } from "../work/unit-of-work.js";
import { accountFacts, contactIdsOf, linkAccount } from "../contacts/account-links.js";
import { announceRelink } from "../contacts/contact-redirects.js";
import { PortalFirmView } from "../firms/firm.results.js";
import { notify } from "../mail/security-notices.js";
import { loginEmailChanged, passwordChanged } from "../mail/security-letters.js";
import { shareOfPerson } from "../passwords/hash-share.js";
import type { PasswordHasher } from "../passwords/password-hasher.js";
import { lockedCredential, mustBeGoodPassword, storePassword } from "../passwords/passwords.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { listedIfAny } from "../sessions/end-sessions.js";
import type { AccountDoor } from "../sign-in/account-door.js";
import { enterOrWait, outcomeOf } from "../sign-in/new-password-entry.js";
import type { SignInOutcome } from "../sign-in/sign-in.results.js";
import { mustAllowLogin } from "../security-mode/must-allow-login.js";
import { actorAs } from "../sign-in/sign-in-actor.js";
import type { SourceLimits } from "../limits/source-limits.js";
import { transportOf } from "../sign-in/transport.js";
import { accountTokens, findToken, spendToken, voidTokens } from "../mailed-tokens/mailed-tokens.js";
import { PortalAccount } from "./portal-account.entity.js";
import type { MailedToken, MailedTokenKind } from "../mailed-tokens/mailed-token.entity.js";

interface PortalAccountsNeeds {
  work: Work;
  hasher: PasswordHasher;
  sourceLimits: SourceLimits;
  door: AccountDoor;
}

/** The API's name for each kind of mailed token. */
const purposes = {
  INVITE: "CREATE_ACCOUNT",
  ACCOUNT_REQUEST: "CREATE_ACCOUNT",
  MAGIC_LINK: "CREATE_ACCOUNT",
  PASSWORD_RESET: "RESET_PASSWORD",
  EMAIL_CHANGE: "CONFIRM_EMAIL",
  NOT_ME: "REPORT_NOT_ME",
  TEAM_PASSWORD: "CHOOSE_TEAM_PASSWORD",
} as const satisfies Record<MailedTokenKind, string>;

/** What clients do to their own account by a mailed link. */
export class PortalAccounts {
  constructor(private readonly needs: PortalAccountsNeeds) {}

  /**
   * Ends every session; 2FA stays as it was and is still required. Throws ACCOUNT_LOCKED once the password is set, if
   * 2FA is locked.
   */
  async resetPassword(
    input: { resetToken: string; newPassword: string; transport?: SessionTransport | null },
    context: RequestContext,
  ): Promise<SignInOutcome> {
    const { work, hasher, sourceLimits, door } = this.needs;
    const transport = transportOf(input.transport, context);
    const entered = await sourceLimits.guard("token", context, async () => {
      const field = ["input", "resetToken"];
      const token = await findToken(work, input.resetToken, ["PASSWORD_RESET"]);
      const person = token && (await findPerson(work.reader, "PORTAL", token.accountId ?? ""));
      // The login email has changed since: the mail went to somebody who is no longer the owner.
      if (!token || !person || person.email !== token.email) throw new Refusal("TOKEN_INVALID", field);
      mustAllowLogin(await loadPolicy(work.reader, person.firmId));
      mustBeGoodPassword(input.newPassword, person, ["input", "newPassword"]);
      const share = shareOfPerson(context, { firmId: person.firmId, who: person.ownerId });
      const stored = await hasher.hash(input.newPassword, share);
      return work.do(async (unit) => {
        mustAllowLogin(await loadPolicy(unit.manager, person.firmId, { lock: "share" }));
        await spendToken(unit, token, field);
        await storePassword(unit, person.ownerId, stored);
        const actor = actorAs(person, context.source);
        const ended = await endAccess(unit, person, "PASSWORD_RESET", { actor });
        unit.record({
          type: "PASSWORD_CHANGED",
          ...about(person, actor),
          methods: methodsProven({ act: "PASSWORD_RESET", second: "NONE" }),
          data: { email: person.email, by: "reset", ...listedIfAny(ended) },
        });
        await notify(unit, person, actor, passwordChanged);
        return enterOrWait(door, unit, { person, door: "PASSWORD_RESET", transport, context });
      });
    });
    return outcomeOf(entered);
  }

  /** The new login email's mailbox has confirmed: from now on it signs in, and the old one does not. */
  async confirmLoginEmail(input: { token: string }, context: RequestContext): Promise<void> {
    const { work, sourceLimits } = this.needs;
    await sourceLimits.guard("token", context, async () => {
      const field = ["input", "token"];
      const token = await findToken(work, input.token, ["EMAIL_CHANGE"]);
      const person = token && (await findPerson(work.reader, "PORTAL", token.accountId ?? ""));
      if (!token || !person) throw new Refusal("TOKEN_INVALID", field);
      await work.do(async (unit) => {
        await spendToken(unit, token, field);
        // A concurrent sign-in with the old address either comes first, and its session ends here, or finds the new
        // address.
        await lockedCredential(unit, person.ownerId);
        try {
          await unit.manager.update(PortalAccount, { id: person.ownerId }, { email: token.email });
        } catch (error) {
          if (isUniqueViolation(error)) throw new Refusal("ALREADY_EXISTS", field, (say) => say.emailTaken);
          throw error;
        }
        const contactIds = await contactIdsOf(unit, person.firmId, person.ownerId);
        const retired = await retireAddress(unit, {
          firmId: person.firmId,
          contactIds,
          from: person.email,
          to: token.email,
        });
        const joined = await linkAccount(unit, person.firmId, token.email, person.ownerId);
        const actor = actorAs(person, context.source);
        const ended = await endAccess(unit, person, "LOGIN_EMAIL_CHANGED", { actor });
        await voidTokens(unit, person.firmId, token.email, accountTokens);
        const data = { from: person.email, to: token.email, ...listedIfAny([...retired, ...ended]) };
        const contacts = contactIds.map((id) => ({ id }));
        const changes = changesBetween(
          accountFacts(person.email, contacts),
          accountFacts(token.email, [...contacts, ...joined]),
        );
        unit.record({ type: "LOGIN_EMAIL_CHANGED", ...about(person, actor), changes, data });
        for (const contact of joined)
          await announceRelink(
            unit,
            { contact, accountBefore: null, accountAfter: person.ownerId },
            { actor, isNotified: true },
          );
        await notify(unit, person, actor, loginEmailChanged, { newEmail: token.email });
      });
    });
  }

  /** What a mailed token is for; null if it is wrong, expired or spent. Changes nothing. */
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
      signsInAlready: found.kind === "TEAM_PASSWORD" && (await isKnownInvitee(work, found)),
    } as const;
  }
}

/** Whether an invitation to a team went to somebody who signs in to another one. */
async function isKnownInvitee({ reader }: Work, { email, accountId }: MailedToken): Promise<boolean> {
  const people = await findMembersByEmail(reader, email);
  return people.length > 0 && people.every(({ ownerId }) => ownerId !== accountId);
}
