import type { SessionTransport } from "@gatehouse/shared";
import { sql, table } from "../../platform/database/sql.js";
import { isUniqueViolation } from "../../platform/database/dialect.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { findPerson, type Person } from "../people/person.js";
import type { RequestContext } from "../callers/request-context.js";
import { endAccess } from "../access-endings/end-access.js";
import { TeamMember } from "../firm-staff/team-member.entity.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { notify } from "../mail/security-notices.js";
import { passwordChanged } from "../mail/security-letters.js";
import { shareOfPerson } from "../passwords/hash-share.js";
import type { PasswordHasher } from "../passwords/password-hasher.js";
import { mustBeGoodPassword, storePassword } from "../passwords/passwords.js";
import { findToken, spendToken, voidTokens } from "../mailed-tokens/mailed-tokens.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { enterOrWait, outcomeOf } from "../sign-in/new-password-entry.js";
import type { SignInOutcome } from "../sign-in/sign-in.results.js";
import type { AccountDoor } from "../sign-in/account-door.js";
import { actorAs } from "../sign-in/sign-in-actor.js";
import type { SourceLimits } from "../limits/source-limits.js";
import { transportOf } from "../sign-in/transport.js";

const field = ["input", "token"];

const members = table(TeamMember);
const JOIN = sql`UPDATE ${members} SET ${members.joinedAt} = ?, ${members.signInEmail} = ?
  WHERE ${members.id} = ? AND ${members.joinedAt} IS NULL AND ${members.disabledAt} IS NULL`;

/** Sets a colleague's password by a mailed link: to join the team, or after forgetting the old one. */
export class TeamPassword {
  constructor(
    private readonly needs: {
      work: Work;
      hasher: PasswordHasher;
      sourceLimits: SourceLimits;
      door: AccountDoor;
    },
  ) {}

  /**
   * Ends every session and continues the sign-in as usual: a second factor is still required. Throws ACCOUNT_LOCKED
   * once the password is set, if the second factor is locked.
   */
  async choose(
    input: { token: string; password: string; transport?: SessionTransport | null },
    context: RequestContext,
  ): Promise<SignInOutcome> {
    const { work, hasher, sourceLimits } = this.needs;
    const transport = transportOf(input.transport, context);
    const entered = await sourceLimits.guard("token", context, async () => {
      const token = await findToken(work, input.token, ["TEAM_PASSWORD"]);
      const person = token && (await findPerson(work.reader, "TEAM", token.accountId ?? ""));
      if (!token || !person) throw new Refusal("TOKEN_INVALID", field);
      mustBeGoodPassword(input.password, person, ["input", "password"]);
      const share = shareOfPerson(context, { firmId: person.firmId, who: person.ownerId });
      const stored = await hasher.hash(input.password, share);
      return work.do(async (unit) => {
        await loadPolicy(unit.manager, person.firmId, { lock: "share" });
        await spendToken(unit, token, field);
        await voidTokens(unit, person.firmId, token.email, ["TEAM_PASSWORD"]);
        await storePassword(unit, person.ownerId, stored);
        await endAccess(unit, person, "PASSWORD_RESET");
        const { firmId, email } = person;
        const actor = actorAs(person, context.source);
        const joined = await join(unit, person);
        if (joined === 1) unit.record({ type: "TEAM_MEMBER_JOINED", firmId, actor, data: { email } });
        else {
          unit.record({ type: "PASSWORD_CHANGED", firmId, actor, data: { email, by: "reset" } });
          await notify(unit, person, actor, passwordChanged);
        }
        const door = joined === 1 ? "TEAM_INVITATION" : "PASSWORD_RESET";
        return enterOrWait(this.needs.door, unit, { person, door, transport, context });
      });
    });
    return outcomeOf(entered);
  }
}

/**
 * Makes an invited colleague join; returns how many did. The mailbox is proven: only now may the response say that the
 * address signs in elsewhere. If two firms' invitations race, exactly one wins.
 */
async function join(unit: UnitOfWork, { ownerId, email }: Person): Promise<number> {
  try {
    return await unit.affected(JOIN, [unit.now, email, ownerId]);
  } catch (error) {
    if (isUniqueViolation(error))
      throw new Refusal(
        "ALREADY_EXISTS",
        field,
        "You sign in with this email at another firm. Ask to be invited with another one.",
      );
    throw error;
  }
}
