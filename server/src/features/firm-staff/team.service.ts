import { In, IsNull, Not } from "typeorm";
import {
  HOUR_MS,
  inWords,
  attemptLimits,
  changesBetween,
  lifetimes,
  mayManage,
  normalizeEmail,
  roleMay,
  type TeamRole,
} from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import { forUpdate, isUniqueViolation } from "../../platform/database/dialect.js";
import { Refusal, RightMissing, unauthenticated } from "../../platform/graphql/failures.js";
import { asTeamCaller, type TeamCaller } from "../callers/caller.js";
import { mustBeFresh } from "../access/fresh-proof.js";
import { checkAccess } from "../access/access-rule.js";
import { lockSessionsOf } from "../callers/caller-now.js";
import { about, findPerson, type Person } from "../people/person.js";
import { leaveIdentity } from "../people/team-identities.js";
import { readName, readReason } from "../../platform/graphql/input-texts.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { listedIfAny } from "../sessions/end-sessions.js";
import { endAccess } from "../access-endings/end-access.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { Firm } from "../firms/firm.entity.js";
import { notify } from "../mail/security-notices.js";
import { teamInvitation, teamPasswordReset } from "../mail/team-letters.js";
import { twoFactorReset } from "../mail/security-letters.js";
import { issueToken, voidTokensOf } from "../mailed-tokens/mailed-tokens.js";
import type { Attempts } from "../limits/attempts.service.js";
import { dropRecipients } from "../report-schedule/drop-recipients.js";
import { createState, type SecondFactor } from "../two-factor/second-factor.service.js";
import { memberFacts } from "./member-facts.js";
import { TeamMember } from "./team-member.entity.js";

/** The people of a firm who use the dashboard. shared/roles decides who may invite, change and remove whom. */
export class Team {
  constructor(
    private readonly needs: {
      work: Work;
      attempts: Attempts;
      secondFactor: SecondFactor;
    },
  ) {}

  /** Everybody who was not removed, by name. */
  list({ firmId }: TeamCaller): Promise<TeamMember[]> {
    return this.needs.work.reader.find(TeamMember, {
      where: { firmId, disabledAt: IsNull() },
      order: { name: "ASC", id: "ASC" },
    });
  }

  /**
   * Mails a link to join. Until then the colleague cannot sign in here and the address is reserved for nobody: only the
   * owner of its mailbox learns, when joining, whether it signs in already.
   */
  async invite(given: { name: string; email: string; role: TeamRole }, context: RequestContext): Promise<TeamMember> {
    const asked = this.mustBeFreshMember(context);
    const name = readName(given.name);
    const email = normalizeEmail(given.email);
    if (email === null) throw new Refusal("INVALID_EMAIL", ["input", "email"]);
    await this.mustHaveMailsLeft(`${asked.firmId}:${email}`);
    return this.needs.work.do(async (unit) => {
      const { caller } = await lockMembers(unit, asked);
      mustManage(caller, given.role, ["input", "role"]);
      const member = unit.manager.create(TeamMember, {
        id: newId("teamMember", unit.now),
        firmId: caller.firmId,
        name,
        email,
        identityId: null,
        signInEmail: null,
        role: given.role,
        createdAt: unit.now,
        joinedAt: null,
        lastSignInAt: null,
        disabledAt: null,
      });
      try {
        await unit.manager.insert(TeamMember, member);
      } catch (error) {
        if (isUniqueViolation(error))
          throw new Refusal("ALREADY_EXISTS", ["input", "email"], "A colleague already has this email.");
        throw error;
      }
      await createState(unit, { ownerId: member.id, firmId: member.firmId });
      unit.record({
        type: "TEAM_MEMBER_INVITED",
        firmId: caller.firmId,
        teamMemberId: member.id,
        actor: actorIn(context),
        changes: changesBetween({}, memberFacts(member)),
        data: { email, role: given.role },
      });
      await this.mailPasswordLink(unit, member, caller);
      return member;
    });
  }

  /** Mails the invitation again, or a way back in for a colleague who forgot the password. Older links stop working. */
  async sendPasswordLink(input: { memberId: string }, context: RequestContext): Promise<TeamMember> {
    this.needs.work.mustSendMail();
    await this.mustHaveMailsLeft(input.memberId);
    return this.act(input.memberId, context, async (unit, member, caller) => {
      await this.mailPasswordLink(unit, member, caller);
      const { email } = member;
      unit.record({
        type: "PASSWORD_RESET_REQUESTED",
        firmId: member.firmId,
        teamMemberId: member.id,
        actor: actorIn(context),
        data: { email },
      });
    });
  }

  /** Changes the name or role. The firm must keep an owner. What changes nothing is not recorded. */
  async change(
    input: { memberId: string; name?: string | null; role?: TeamRole | null },
    context: RequestContext,
  ): Promise<TeamMember> {
    return this.act(input.memberId, context, async (unit, member, caller) => {
      const role = input.role ?? member.role;
      mustManage(caller, role, ["input", "role"]);
      if (member.role === "OWNER" && role !== "OWNER") await mustKeepOwner(unit, member);
      const before = memberFacts(member);
      Object.assign(member, { role, name: input.name == null ? member.name : readName(input.name) });
      const changes = changesBetween(before, memberFacts(member));
      if (changes.length === 0) return;
      await unit.manager.update(TeamMember, { id: member.id }, { role, name: member.name });
      unit.record({
        type: "TEAM_MEMBER_CHANGED",
        firmId: member.firmId,
        teamMemberId: member.id,
        actor: actorIn(context),
        changes,
        data: { email: member.email, role },
      });
      if (!roleMay(role, "export")) await dropRecipients(unit, member.firmId, [member.id]);
    });
  }

  /** From the commit on the colleague is out, but their actions stay in the log. The email may be invited again. */
  async remove(input: { memberId: string; reason: string }, context: RequestContext): Promise<TeamMember> {
    const reason = readReason(input.reason);
    return this.act(input.memberId, context, async (unit, member, caller) => {
      if (member.id === caller.memberId)
        throw new Refusal("INVALID_INPUT", ["input", "memberId"], "Ask a colleague to remove you.");
      if (member.role === "OWNER") await mustKeepOwner(unit, member);
      const actor = actorIn(context);
      const ended = await endAccess(unit, await personOfMember(unit, member), "PERSON_REMOVED", { actor });
      unit.record({
        type: "TEAM_MEMBER_REMOVED",
        firmId: member.firmId,
        teamMemberId: member.id,
        actor,
        reason,
        changes: changesBetween(memberFacts(member), {}),
        data: { email: member.email, ...listedIfAny(ended) },
      });
      await this.needs.secondFactor.forget(unit, { ownerId: member.id, firmId: member.firmId });
      await leaveIdentity(unit, member);
      await dropRecipients(unit, member.firmId, [member.id]);
      // The row is kept for the log's sake, under an address with which nobody signs in.
      await unit.manager.update(TeamMember, { id: member.id }, { disabledAt: unit.now, email: `${member.id}@removed` });
    });
  }

  /** For a colleague who lost their phone: removes authenticator and recovery codes; the password stays. */
  async resetTwoFactor(input: { memberId: string; reason: string }, context: RequestContext): Promise<TeamMember> {
    const reason = readReason(input.reason);
    return this.act(input.memberId, context, async (unit, member, caller) => {
      if (member.id === caller.memberId)
        throw new Refusal("INVALID_INPUT", ["input", "memberId"], "Ask a colleague, or use a recovery code.");
      const person = await personOfMember(unit, member);
      const { enrolledAt } = await this.needs.secondFactor.stateOf(unit.manager, person, true);
      if (enrolledAt === null) throw new Refusal("TWO_FACTOR_NOT_ENROLLED", ["input", "memberId"]);
      await this.needs.secondFactor.remove(unit, person);
      const actor = actorIn(context);
      const ended = await endAccess(unit, person, "TWO_FACTOR_RESET", { actor });
      const data = { email: person.email, ...listedIfAny(ended) };
      unit.record({ type: "TWO_FACTOR_RESET", ...about(person, actor), reason, data });
      await notify(unit, person, actor, twoFactorReset);
    });
  }

  private async act(
    memberId: string,
    context: RequestContext,
    work: (unit: UnitOfWork, member: TeamMember, caller: TeamCaller) => Promise<void>,
  ): Promise<TeamMember> {
    const asked = this.mustBeFreshMember(context);
    const field = ["input", "memberId"];
    return this.needs.work.do(async (unit) => {
      const { caller, member } = await lockMembers(unit, asked, memberId);
      if (!member) throw new Refusal("NOT_FOUND", field);
      mustManage(caller, member.role, field);
      await work(unit, member, caller);
      return member;
    });
  }

  private mustBeFreshMember(context: RequestContext): TeamCaller {
    const caller = asTeamCaller(context.caller);
    mustBeFresh(caller, this.needs.work.clock.now());
    return caller;
  }

  private async mustHaveMailsLeft(colleague: string): Promise<void> {
    const attempt = await this.needs.attempts.take(`team-mail:${colleague}`, attemptLimits.mailsByAddress);
    if (!attempt.ok)
      throw new Refusal(
        "TOO_MANY_REQUESTS",
        ["input"],
        `Enough mails were sent to this colleague. Try again ${inWords(attempt.retryAfterMs)}.`,
      );
  }

  private async mailPasswordLink(unit: UnitOfWork, member: TeamMember, caller: TeamCaller): Promise<void> {
    const { id, firmId, name, email, joinedAt } = member;
    await voidTokensOf(unit, id, ["TEAM_PASSWORD"]);
    const lifetimeMs = joinedAt === null ? lifetimes.invite : lifetimes.teamPassword;
    const link = unit.links.teamPassword(
      await issueToken(unit, { kind: "TEAM_PASSWORD", firmId, email, accountId: id, lifetimeMs }),
    );
    const { name: firmName } = await unit.manager.findOneByOrFail(Firm, { id: firmId });
    const given = { firmName, name, invitedBy: caller.name, link, expiresInHours: lifetimeMs / HOUR_MS };
    unit.mail({ firmId, to: email, content: joinedAt === null ? teamInvitation(given) : teamPasswordReset(given) });
  }
}

/**
 * The current state of the caller and the colleague, neither of whom can change until the commit. The state read at the
 * start of the request may be outdated: somebody who is being demoted or removed at this moment must neither undo that
 * nor act with their old role. Throws UNAUTHENTICATED for a caller who was removed.
 */
async function lockMembers(
  unit: UnitOfWork,
  caller: TeamCaller,
  memberId = "",
): Promise<{ caller: TeamCaller; member: TeamMember | null }> {
  const { manager } = unit;
  if (memberId !== "") await lockSessionsOf(unit, { firmId: caller.firmId, ownerId: memberId });
  const members = await manager.find(TeamMember, {
    where: { id: In([caller.memberId, memberId]), firmId: caller.firmId, disabledAt: IsNull() },
    order: { id: "ASC" },
    ...forUpdate(manager),
  });
  const now = members.find(({ id }) => id === caller.memberId);
  if (!now) throw unauthenticated();
  return { caller: { ...caller, role: now.role }, member: members.find(({ id }) => id === memberId) ?? null };
}

function mustManage(caller: TeamCaller, role: TeamRole, field: readonly string[]): void {
  checkAccess({ team: "write" }, caller);
  if (!mayManage(caller.role, role)) throw new RightMissing("the role OWNER", field, "Only an owner may do this.");
}

/** If two owners step down at the same moment, both need the owners' rows: one of them stays. */
async function mustKeepOwner(unit: UnitOfWork, member: TeamMember): Promise<void> {
  const owners = await unit.manager.find(TeamMember, {
    where: { firmId: member.firmId, role: "OWNER", disabledAt: IsNull(), joinedAt: Not(IsNull()) },
    order: { id: "ASC" },
    ...forUpdate(unit.manager),
  });
  if (!owners.some(({ id }) => id !== member.id))
    throw new Refusal("INVALID_INPUT", ["input", "memberId"], "The firm needs an owner: make somebody else one first.");
}

async function personOfMember(unit: UnitOfWork, { id }: TeamMember): Promise<Person> {
  const person = await findPerson(unit.manager, "TEAM", id);
  if (!person) throw new Refusal("NOT_FOUND", ["input", "memberId"]);
  return person;
}
