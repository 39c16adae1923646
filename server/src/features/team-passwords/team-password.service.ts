import { afterPassword, attemptLimits, changesBetween, methodsProven, type SessionTransport } from "@gatehouse/shared";
import { isUniqueViolation } from "../../platform/database/dialect.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { about, findMembersByEmail, findPerson, type Person } from "../people/person.js";
import { identityOf, insertIdentity, joinAs } from "../people/team-identities.js";
import type { RequestContext } from "../callers/request-context.js";
import { endAccess } from "../access-endings/end-access.js";
import { setPassword } from "../access-endings/set-password.js";
import { TeamMember } from "../firm-staff/team-member.entity.js";
import { momentFact } from "../work/moment-fact.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { shareOfPerson } from "../passwords/hash-share.js";
import { PasswordCredential } from "../passwords/password-credential.entity.js";
import type { PasswordHasher } from "../passwords/password-hasher.js";
import { couldBePassword, lockedCredential, mustBeGoodPassword, storePassword } from "../passwords/passwords.js";
import type { MailedToken } from "../mailed-tokens/mailed-token.entity.js";
import { findToken, spendToken, voidTokens } from "../mailed-tokens/mailed-tokens.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { askForFirm } from "../sign-in/firm-choices.service.js";
import { enterOrWait, outcomeOf, type SignInWaits } from "../sign-in/new-password-entry.js";
import type { SignInChallenges } from "../sign-in/sign-in-challenges.js";
import type { SignInOutcome } from "../sign-in/sign-in.results.js";
import { listedIfAny } from "../sessions/end-sessions.js";
import type { AccountDoor, AccountDoors } from "../sign-in/account-door.js";
import { actorAs } from "../sign-in/sign-in-actor.js";
import { recordWrongTeamPassword } from "../sign-in/wrong-password.js";
import { passwordAttemptsKey, type Attempts } from "../limits/attempts.service.js";
import type { SourceLimits } from "../limits/source-limits.js";
import { transportOf } from "../sign-in/transport.js";

const field = ["input", "token"];
const passwordField = ["input", "password"];

/** A mailed link that somebody follows, with the password that they typed. */
interface Following {
  token: MailedToken;
  person: Person;
  password: string;
  transport: SessionTransport;
  context: RequestContext;
}
type Entered = SignInOutcome | SignInWaits;

/** The email got a password in another firm's team at the same moment. */
class SignsInByNow extends Error {}

/** What somebody does by a mailed link: joins a team, or chooses another password after forgetting the old one. */
export class TeamPassword {
  constructor(
    private readonly needs: {
      work: Work;
      hasher: PasswordHasher;
      attempts: Attempts;
      challenges: SignInChallenges;
      sourceLimits: SourceLimits;
      door: AccountDoor;
    },
  ) {}

  /**
   * Whoever signs in to no team yet joins with the new password; whoever does, with the password that they have: a
   * mailbox alone does not replace what opens other firms. A reset ends every session. A second factor is still
   * required. Throws INVALID_CREDENTIALS for another password than theirs, and ACCOUNT_LOCKED after many, or once the
   * password is set if the second factor is locked.
   */
  async choose(
    input: { token: string; password: string; transport?: SessionTransport | null },
    context: RequestContext,
  ): Promise<SignInOutcome> {
    const { work, sourceLimits } = this.needs;
    const transport = transportOf(input.transport, context);
    const entered = await sourceLimits.guard("token", context, async () => {
      const token = await findToken(work, input.token, ["TEAM_PASSWORD"]);
      const person = token && (await findPerson(work.reader, "TEAM", token.accountId ?? ""));
      if (!token || !person) throw new Refusal("TOKEN_INVALID", field);
      const following = { token, person, password: input.password, transport, context };
      const { joinedAt } = await work.reader.findOneByOrFail(TeamMember, { id: person.ownerId, firmId: person.firmId });
      return joinedAt === null ? this.join(following) : this.reset(following);
    });
    return outcomeOf(entered);
  }

  private async join(following: Following): Promise<Entered> {
    const known = () => findMembersByEmail(this.needs.work.reader, following.person.email);
    const people = await known();
    if (people.length > 0) return this.joinWithTheirs(following, people);
    try {
      return await this.joinWithNew(following);
    } catch (error) {
      if (error instanceof SignsInByNow) return this.joinWithTheirs(following, await known());
      throw error;
    }
  }

  private async joinWithNew(following: Following): Promise<Entered> {
    const { work } = this.needs;
    const { person, password } = following;
    const stored = await this.hashed(following, password);
    const member = { id: person.ownerId, email: person.email };
    return work.do(async (unit) => {
      await this.followLink(unit, following);
      if (await identityOf(unit, person.email)) throw new SignsInByNow();
      try {
        await insertIdentity(unit, member);
        await mustJoin(joinAs(unit, member, member.id));
      } catch (error) {
        throw isUniqueViolation(error) ? new SignsInByNow() : error;
      }
      await storePassword(unit, member.id, stored);
      return this.enterAsColleague(unit, following, "TEAM_INVITATION");
    });
  }

  private async joinWithTheirs(following: Following, people: readonly Person[]): Promise<Entered> {
    const { work, hasher, attempts, sourceLimits } = this.needs;
    const { person, password, context } = following;
    const key = passwordAttemptsKey("TEAM", null, person.email);
    const afterSource = async (unit: UnitOfWork) => {
      const taken = await attempts.takeWithin(unit, key, attemptLimits.password);
      if (!taken.ok)
        throw new Refusal("ACCOUNT_LOCKED", passwordField, (say) => say.tooManyWrongPasswords(taken.retryAfterMs));
      return taken;
    };
    return sourceLimits.guardWith("password", context, { afterSource }, async (attempt, bySource) => {
      const ownerId = people[0]?.credentialId ?? "";
      const credential = await work.reader.findOneBy(PasswordCredential, { ownerId });
      const share = shareOfPerson(context, { firmId: person.firmId, who: person.ownerId });
      const isRight =
        couldBePassword(password) &&
        (await attempts.judging([attempt.taken, bySource], () => hasher.matches(password, credential, share)));
      if (!isRight || !credential) {
        // In the logs of the firms that it would have opened: the one that invites learns nothing.
        await recordWrongTeamPassword(work, people, context, attempt.isLast ? attempt.waitMs : null);
        throw notTheirs();
      }
      return work.do(async (unit) => {
        await this.followLink(unit, following);
        const current = await lockedCredential(unit, ownerId);
        const identityId = await identityOf(unit, person.email);
        if (current?.version !== credential.version || identityId !== ownerId) throw notTheirs();
        await mustJoin(joinAs(unit, { id: person.ownerId, email: person.email }, identityId));
        await attempts.clearWithin(unit, key);
        return this.enterAsColleague(unit, following, "TEAM_BY_PASSWORD");
      });
    });
  }

  private async reset(following: Following): Promise<Entered> {
    const { work, challenges } = this.needs;
    const { person, password, context } = following;
    const stored = await this.hashed(following, password);
    return work.do(async (unit) => {
      await this.followLink(unit, following);
      const actor = (each: Person) => actorAs(each, context.source);
      const renew = () => Promise.resolve(null);
      const { people } = await setPassword(unit, person, stored, { act: "PASSWORD_RESET", actor, isOwn: true, renew });
      const next = afterPassword(people, null);
      if (next.step === "CHOOSE_FIRM") return askForFirm(unit, challenges, next.people, "PASSWORD_RESET");
      return this.enter(unit, following, "PASSWORD_RESET");
    });
  }

  private hashed({ person, context }: Following, password: string) {
    mustBeGoodPassword(password, person, passwordField);
    const share = shareOfPerson(context, { firmId: person.firmId, who: person.ownerId });
    return this.needs.hasher.hash(password, share);
  }

  private async followLink(unit: UnitOfWork, { token, person }: Following): Promise<void> {
    await loadPolicy(unit.manager, person.firmId, { lock: "share" });
    await spendToken(unit, token, field);
    await voidTokens(unit, person.firmId, token.email, ["TEAM_PASSWORD"]);
  }

  private async enterAsColleague(unit: UnitOfWork, following: Following, door: AccountDoors): Promise<Entered> {
    const { person, context } = following;
    const actor = actorAs(person, context.source);
    const ended = await endAccess(unit, person, "PASSWORD_RESET", { actor });
    unit.record({
      type: "TEAM_MEMBER_JOINED",
      ...about(person, actor),
      methods: methodsProven({ act: door, second: "NONE" }),
      changes: changesBetween({ joinedAt: null }, { joinedAt: momentFact(unit.now) }),
      data: { email: person.email, ...listedIfAny(ended) },
    });
    return this.enter(unit, following, door);
  }

  private async enter(
    unit: UnitOfWork,
    { person, transport, context }: Following,
    door: AccountDoors,
  ): Promise<Entered> {
    // As it is now: whose password it is was decided by joining.
    const found = await findPerson(unit.manager, "TEAM", person.ownerId);
    if (!found) throw new Refusal("TOKEN_INVALID", field);
    return enterOrWait(this.needs.door, unit, { person: found, door, transport, context });
  }
}

const notTheirs = () => new Refusal("INVALID_CREDENTIALS", passwordField, (say) => say.passwordOfTeam);

/** The invitation may have been accepted or withdrawn meanwhile. */
async function mustJoin(joining: Promise<number>): Promise<void> {
  if ((await joining) !== 1) throw new Refusal("TOKEN_INVALID", field);
}
