import {
  allowsPasswordLogin,
  counts,
  lifetimes,
  loosens,
  planOffersMode,
  requiresTwoFactor,
  securityModes,
  sessionMeetsPolicy,
  teamRoleNeedsTwoFactor,
  type Assurance,
  type ModePolicy,
  type SecurityMode,
  type TeamRole,
} from "@gatehouse/shared";
import type { EntityManager } from "typeorm";
import { Refusal } from "../../platform/graphql/failures.js";
import { asFirmCaller, mustBeFresh } from "../access/caller.js";
import { actorIn, type RequestContext } from "../access/request-context.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { SecurityModeImpactView } from "../firms/firm.results.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import { loadPolicy, type FirmPolicy } from "../firms/security-policy.reader.js";

export interface PolicyChange {
  mode?: SecurityMode | null;
  enforcedFrom?: number | null;
  magicLinkRequiresTwoFactor?: boolean | null;
  trustedDeviceDays?: number | null;
  teamRequiresTwoFactor?: boolean | null;
  expectedVersion: number;
}

interface LiveSession {
  id: string;
  assurance: Assurance;
  isSecondFactorProven: number;
  accountId: string | null;
  enrolledAt: number | null;
}

/** Changes how a firm's clients get in, in force from the commit. */
export class SecurityPolicyService {
  constructor(private readonly work: Work) {}

  async update(change: PolicyChange, context: RequestContext): Promise<string> {
    await this.work.do((unit) => changePolicy(unit, change, context));
    return asFirmCaller(context.caller).firmId;
  }

  async impact(firmId: string, mode: SecurityMode): Promise<SecurityModeImpactView> {
    const { reader, clock } = this.work;
    const now = clock.now();
    const current = await loadPolicy(reader, firmId);
    const policy = {
      mode,
      enforcedFrom: mode === current.mode ? current.enforcedFrom : null,
      magicLinkRequiresTwoFactor: current.magicLinkRequiresTwoFactor,
    };
    const count = async (sql: string) => Number(((await reader.query(sql, [firmId])) as { n: number }[])[0]?.n ?? 0);
    const accounts = await count("SELECT COUNT(*) AS n FROM portal_accounts WHERE firmId = ?");
    const enrolled = await count(
      "SELECT COUNT(*) AS n FROM portal_accounts a JOIN two_factor_states t ON t.ownerId = a.id WHERE a.firmId = ? AND t.enrolledAt IS NOT NULL",
    );
    return Object.assign(new SecurityModeImpactView(), {
      mode,
      allowedByPlan: planOffersMode(current.plan, mode),
      accounts,
      accountsToEnroll: requiresTwoFactor(policy, now) ? accounts - enrolled : 0,
      sessionsToEnd: (await losers(reader, firmId, policy, now)).length,
      contactsWithoutAccount: await count(
        "SELECT COUNT(*) AS n FROM contacts WHERE firmId = ? AND portalAccountId IS NULL",
      ),
    });
  }
}

/** Changes the policy of the caller's firm, in the caller's transaction; answers the one that was in force. */
export async function changePolicy(
  unit: UnitOfWork,
  change: PolicyChange,
  context: RequestContext,
): Promise<FirmPolicy> {
  const caller = asFirmCaller(context.caller);
  const { firmId } = caller;
  const before = await loadPolicy(unit.manager, firmId, { lock: "update" });
  if (before.version !== change.expectedVersion) throw new Refusal("VERSION_CONFLICT", ["input", "expectedVersion"]);
  const mode = change.mode ?? before.mode;
  // A plan that lost the mode keeps it while it is in force, but it cannot be chosen again.
  if (mode !== before.mode && !planOffersMode(before.plan, mode))
    throw new Refusal("PLAN_UPGRADE_REQUIRED", ["input", "mode"]);
  const demands = securityModes[mode].secondFactor === "required";
  const after = {
    mode,
    enforcedFrom: demands ? enforcedFromOf(change, before, mode) : null,
    magicLinkRequiresTwoFactor: change.magicLinkRequiresTwoFactor ?? before.magicLinkRequiresTwoFactor,
    trustedDeviceDays: change.trustedDeviceDays ?? before.trustedDeviceDays,
    teamRequiresTwoFactor: change.teamRequiresTwoFactor ?? before.teamRequiresTwoFactor,
  };
  if (after.enforcedFrom !== null && after.enforcedFrom !== before.enforcedFrom && after.enforcedFrom <= unit.now)
    throw new Refusal(
      "INVALID_INPUT",
      ["input", "enforcedFrom"],
      "Choose a date in the future, or none to start at once.",
    );
  if (after.trustedDeviceDays < 0 || after.trustedDeviceDays > counts.trustedDeviceDaysMax)
    throw new Refusal(
      "INVALID_INPUT",
      ["input", "trustedDeviceDays"],
      `Choose 0 to ${counts.trustedDeviceDaysMax} days.`,
    );
  if (loosens(before, after)) mustBeFresh(caller, unit.now);
  const isAskedOfTeam = after.teamRequiresTwoFactor && !before.teamRequiresTwoFactor;
  if (isAskedOfTeam && caller.kind === "TEAM_MEMBER") await mustBeEnrolled(unit.manager, caller.memberId);

  const changed = await unit.affected(
    `UPDATE security_policies SET mode = ?, enforcedFrom = ?, magicLinkRequiresTwoFactor = ?, trustedDeviceDays = ?, teamRequiresTwoFactor = ?, version = version + 1, updatedAt = ?, updatedBy = ?
       WHERE firmId = ? AND version = ?`,
    [
      after.mode,
      after.enforcedFrom,
      after.magicLinkRequiresTwoFactor ? 1 : 0,
      after.trustedDeviceDays,
      after.teamRequiresTwoFactor ? 1 : 0,
      unit.now,
      caller.name,
      firmId,
      before.version,
    ],
  );
  if (changed !== 1) throw new Refusal("VERSION_CONFLICT", ["input", "expectedVersion"]);
  const ended = [
    ...(await losers(unit.manager, firmId, after, unit.now)),
    ...(isAskedOfTeam ? await unprovenOfTeam(unit, firmId, after) : []),
  ];
  for (const { id } of ended)
    await unit.affected("UPDATE sessions SET revokedAt = ? WHERE id = ? AND revokedAt IS NULL", [unit.now, id]);
  if (!allowsPasswordLogin(after))
    await unit.affected(
      "UPDATE sign_in_challenges SET spentAt = ? WHERE firmId = ? AND audience = 'PORTAL' AND spentAt IS NULL",
      [unit.now, firmId],
    );
  unit.record({
    type: "SECURITY_POLICY_CHANGED",
    firmId,
    actor: actorIn(context),
    data: { from: before.mode, to: after.mode },
  });
  return before;
}

/**
 * The sessions of the team's members who are asked for an authenticator from now on and have not proven one. They would be refused at their
 * next request; once ended, what they have under way is refused too, or was done before (caller-now.ts).
 */
async function unprovenOfTeam(
  unit: UnitOfWork,
  firmId: string,
  policy: { teamRequiresTwoFactor: boolean },
): Promise<{ id: string }[]> {
  const sessions = await unit.rows<{ id: string; role: TeamRole }>(
    `SELECT s.id, m.role FROM sessions s JOIN team_members m ON m.id = s.ownerId
     WHERE s.firmId = ? AND s.audience = 'TEAM' AND s.revokedAt IS NULL AND s.isSecondFactorProven = 0`,
    [firmId],
  );
  return sessions.filter(({ role }) => teamRoleNeedsTwoFactor(policy, role));
}

/** Whoever demands an authenticator of the team has one: nobody locks out themselves. */
async function mustBeEnrolled(manager: EntityManager, memberId: string): Promise<void> {
  const state = await manager.findOneBy(TwoFactorState, { ownerId: memberId });
  if (state?.enrolledAt == null)
    throw new Refusal(
      "TWO_FACTOR_NOT_ENROLLED",
      ["input", "teamRequiresTwoFactor"],
      "Set up two-factor authentication for yourself first.",
    );
}

function enforcedFromOf(
  change: PolicyChange,
  before: { mode: SecurityMode; enforcedFrom: number | null },
  mode: SecurityMode,
): number | null {
  if (change.enforcedFrom !== undefined) return change.enforcedFrom;
  return mode === before.mode ? before.enforcedFrom : null;
}

/** The firm's live portal sessions that a policy would end. */
async function losers(manager: EntityManager, firmId: string, policy: ModePolicy, now: number): Promise<LiveSession[]> {
  const sessions = (await manager.query(
    `SELECT s.id, s.assurance, s.isSecondFactorProven, COALESCE(s.ownerId, c.portalAccountId) AS accountId, t.enrolledAt
     FROM sessions s
     LEFT JOIN client_requests r ON r.id = s.requestId
     LEFT JOIN contacts c ON c.id = r.contactId
     LEFT JOIN two_factor_states t ON t.ownerId = COALESCE(s.ownerId, c.portalAccountId)
     WHERE s.firmId = ? AND s.audience = 'PORTAL' AND s.revokedAt IS NULL AND s.expiresAt > ? AND s.lastUsedAt > ?`,
    [firmId, now, now - lifetimes.portalIdle],
  )) as LiveSession[];
  return sessions.filter(
    (session) =>
      !sessionMeetsPolicy({
        assurance: session.assurance,
        policy,
        now,
        hasAccount: session.accountId !== null,
        isEnrolled: session.enrolledAt !== null,
        isSecondFactorProven: Boolean(session.isSecondFactorProven),
      }),
  );
}
