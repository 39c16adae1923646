import { allowsPasswordLogin } from "@gatehouse/shared";
import { isId } from "../../platform/crypto/ids.js";
import { newToken } from "../../platform/crypto/tokens.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { about, findMembersOf, findPerson } from "../people/person.js";
import type { RequestContext } from "../callers/request-context.js";
import { listedIfAny } from "../sessions/end-sessions.js";
import { endAccess } from "../access-endings/end-access.js";
import type { Work } from "../work/unit-of-work.js";
import { mailAdmins } from "../firm-staff/mail-admins.js";
import { passwordStopped } from "../mail/account-letters.js";
import { suspicionReported } from "../mail/team-letters.js";
import { shareOfPerson } from "../passwords/hash-share.js";
import type { PasswordHasher } from "../passwords/password-hasher.js";
import { storePassword } from "../passwords/passwords.js";
import { mailPasswordReset } from "../portal-accounts/mail-password-reset.js";
import { findToken, spendToken } from "../mailed-tokens/mailed-tokens.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { actorAs } from "../sign-in/sign-in-actor.js";
import type { SourceLimits } from "../limits/source-limits.js";

const field = ["input", "token"];

/** "This wasn't me", from a mail about a change to one's own security. */
export class NotMe {
  constructor(
    private readonly needs: {
      work: Work;
      hasher: PasswordHasher;
      sourceLimits: SourceLimits;
    },
  ) {}

  /**
   * Signs everybody out and voids everything that a stranger may have begun or added; for a colleague in several teams,
   * in each of them, since they share a password. A client's password is disabled too, and a link to choose a new one
   * goes to the mailbox. The firm is notified.
   */
  async report(input: { token: string }, context: RequestContext): Promise<void> {
    const { work, hasher, sourceLimits } = this.needs;
    await sourceLimits.guard("token", context, async () => {
      const token = await findToken(work, input.token, ["NOT_ME"]);
      const ownerId = token?.accountId ?? "";
      const audience = isId("portalAccount", ownerId) ? "PORTAL" : "TEAM";
      const person = token && (await findPerson(work.reader, audience, ownerId));
      if (!token || !person) throw new Refusal("TOKEN_INVALID", field);
      const share = shareOfPerson(context, { firmId: person.firmId, who: ownerId });
      const unknownPassword = audience === "PORTAL" ? await hasher.hash(newToken("gmn"), share) : null;
      await work.do(async (unit) => {
        await spendToken(unit, token, field);
        if (unknownPassword !== null) await storePassword(unit, ownerId, unknownPassword);
        const people = audience === "TEAM" ? await findMembersOf(unit.manager, person.credentialId) : [person];
        for (const each of people) {
          const actor = actorAs(each, context.source);
          const ended = await endAccess(unit, each, "NOT_ME", { actor });
          const { firmId, firmName } = each;
          unit.record({
            type: "SUSPICION_REPORTED",
            ...about(each, actor),
            data: { email: token.email, ...listedIfAny(ended) },
          });
          await mailAdmins(unit, firmId, suspicionReported({ firmName, email: token.email, audience }), each.ownerId);
        }
        if (unknownPassword === null) return;
        const { firmId } = person;
        // A mailbox that is no longer the account's gets no way in.
        if (token.email === person.email && allowsPasswordLogin(await loadPolicy(unit.manager, firmId)))
          await mailPasswordReset(unit, person, passwordStopped, { isNotice: true });
      });
    });
  }
}
