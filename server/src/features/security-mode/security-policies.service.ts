import {
  allowsPasswordLogin,
  availableModes,
  changesBetween,
  counts,
  lifetimes,
  loosens,
  planOffersMode,
  requiresTwoFactor,
  securityModes,
  sessionMeetsPolicy,
  teamRoleNeedsTwoFactor,
  type ModePolicy,
  type SecurityMode,
} from "@gatehouse/shared";
import type { EntityManager } from "typeorm";
import { unpreparedRows } from "../../platform/database/prepared-rows.js";
import { computed, leftJoined, select, sql, table, type Select } from "../../platform/database/sql.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { asFirmCaller } from "../callers/caller.js";
import { mustBeFresh } from "../access/fresh-proof.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import { Contact } from "../contacts/contact.entity.js";
import { TeamMember } from "../firm-staff/team-member.entity.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { listedIfAny } from "../sessions/end-sessions.js";
import { Session } from "../sessions/session.entity.js";
import { SignInChallenge } from "../sign-in/sign-in-challenge.entity.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { SecurityModeImpactView } from "./security-mode.results.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import { policyFacts } from "./policy-facts.js";
import { SecurityPolicy } from "./security-policy.entity.js";
import { SecurityPolicyView } from "./security-policy.results.js";
import { loadPolicy, type FirmPolicy } from "../firms/security-policy.reader.js";

export interface PolicyChange {
  mode?: SecurityMode | null;
  enforcedFrom?: number | null;
  magicLinkRequiresTwoFactor?: boolean | null;
  trustedDeviceDays?: number | null;
  teamRequiresTwoFactor?: boolean | null;
  expectedVersion: number;
}

const n = computed<number>(sql`COUNT(*)`);
const accounts = table(PortalAccount);
const contacts = table(Contact);
const a = table(PortalAccount, "a");
const t = leftJoined(table(TwoFactorState, "t"));
const ACCOUNTS = select({ n }).from`${accounts} WHERE ${accounts.firmId} = ?`;
const ENROLLED = select({ n })
  .from`${a} JOIN ${t} ON ${t.ownerId} = ${a.id} WHERE ${a.firmId} = ? AND ${t.enrolledAt} IS NOT NULL`;
const WITHOUT_ACCOUNT = select({ n })
  .from`${contacts} WHERE ${contacts.firmId} = ? AND ${contacts.portalAccountId} IS NULL`;

const policies = table(SecurityPolicy);
const CHANGE = sql`UPDATE ${policies} SET ${policies.mode} = ?, ${policies.enforcedFrom} = ?, ${policies.magicLinkRequiresTwoFactor} = ?,
    ${policies.trustedDeviceDays} = ?, ${policies.teamRequiresTwoFactor} = ?, ${policies.version} = ${policies.version} + 1,
    ${policies.updatedAt} = ?, ${policies.updatedBy} = ?
  WHERE ${policies.firmId} = ? AND ${policies.version} = ?`;
const sessions = table(Session);
const END_SESSION = sql`UPDATE ${sessions} SET ${sessions.revokedAt} = ? WHERE ${sessions.id} = ? AND ${sessions.revokedAt} IS NULL`;
const challenges = table(SignInChallenge);
const SPEND_CHALLENGES = sql`UPDATE ${challenges} SET ${challenges.spentAt} = ?
  WHERE ${challenges.firmId} = ? AND ${challenges.audience} = 'PORTAL' AND ${challenges.spentAt} IS NULL`;

const s = table(Session, "s");
const m = table(TeamMember, "m");
const UNPROVEN = select({ id: s.id, role: m.role }).from`${s} JOIN ${m} ON ${m.id} = ${s.ownerId}
  WHERE ${s.firmId} = ? AND ${s.audience} = 'TEAM' AND ${s.revokedAt} IS NULL AND ${s.isSecondFactorProven} = 0`;
const r = table(ClientRequest, "r");
const c = table(Contact, "c");
const ownAccount = sql`COALESCE(${s.ownerId}, ${c.portalAccountId})`;
const LIVE = select({
  id: s.id,
  assurance: s.assurance,
  isSecondFactorProven: s.isSecondFactorProven,
  accountId: computed<string | null>(ownAccount),
  enrolledAt: t.enrolledAt,
}).from`${s}
  LEFT JOIN ${r} ON ${r.id} = ${s.requestId}
  LEFT JOIN ${c} ON ${c.id} = ${r.contactId}
  LEFT JOIN ${t} ON ${t.ownerId} = ${ownAccount}
  WHERE ${s.firmId} = ? AND ${s.audience} = 'PORTAL' AND ${s.revokedAt} IS NULL AND ${s.expiresAt} > ? AND ${s.lastUsedAt} > ?`;

/** Changes how a firm's clients get in, effective from the commit. */
export class SecurityPolicies {
  constructor(private readonly work: Work) {}

  async of(firmId: string): Promise<SecurityPolicyView> {
    const policy = await loadPolicy(this.work.reader, firmId);
    return Object.assign(new SecurityPolicyView(), { ...policy, availableModes: availableModes(policy.plan) });
  }

  async update(change: PolicyChange, context: RequestContext): Promise<string> {
    await this.work.do((unit) => changePolicy(unit, change, context));
    return asFirmCaller(context.caller).firmId;
  }

  /** What a change would do. What is left out stays as it is; a mode that is not in force yet would be enforced at once. */
  async impact(
    firmId: string,
    change: Pick<PolicyChange, "enforcedFrom" | "magicLinkRequiresTwoFactor"> & { mode: SecurityMode },
  ): Promise<SecurityModeImpactView> {
    const { mode } = change;
    const { reader, clock } = this.work;
    const now = clock.now();
    const current = await loadPolicy(reader, firmId);
    const policy = {
      mode,
      enforcedFrom: enforcedFromOf(change, current, mode),
      magicLinkRequiresTwoFactor: change.magicLinkRequiresTwoFactor ?? current.magicLinkRequiresTwoFactor,
    };
    const count = async (counting: Select<{ n: number }>) =>
      (await this.work.unpreparedRows(counting, [firmId]))[0]?.n ?? 0;
    const ofFirm = await count(ACCOUNTS);
    const enrolled = await count(ENROLLED);
    return Object.assign(new SecurityModeImpactView(), {
      mode,
      allowedByPlan: planOffersMode(current.plan, mode),
      accounts: ofFirm,
      accountsToEnroll: requiresTwoFactor(policy, now) ? ofFirm - enrolled : 0,
      sessionsToEnd: (await sessionsToEnd(reader, firmId, policy, now)).length,
      contactsWithoutAccount: await count(WITHOUT_ACCOUNT),
    });
  }
}

/** Changes the policy of the caller's firm in the caller's transaction; returns the previous one. */
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
  // A plan that no longer includes the mode keeps it while it is in force, but it cannot be chosen again.
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

  const changed = await unit.affected(CHANGE, [
    after.mode,
    after.enforcedFrom,
    after.magicLinkRequiresTwoFactor ? 1 : 0,
    after.trustedDeviceDays,
    after.teamRequiresTwoFactor ? 1 : 0,
    unit.now,
    caller.name,
    firmId,
    before.version,
  ]);
  if (changed !== 1) throw new Refusal("VERSION_CONFLICT", ["input", "expectedVersion"]);
  const ended = [
    ...(await sessionsToEnd(unit.manager, firmId, after, unit.now)),
    ...(isAskedOfTeam ? await unprovenOfTeam(unit, firmId, after) : []),
  ];
  for (const { id } of ended) await unit.affected(END_SESSION, [unit.now, id]);
  if (!allowsPasswordLogin(after)) await unit.affected(SPEND_CHALLENGES, [unit.now, firmId]);
  unit.record({
    type: "SECURITY_POLICY_CHANGED",
    firmId,
    actor: actorIn(context),
    changes: changesBetween(policyFacts(before), policyFacts(after)),
    data: {
      from: before.mode,
      to: after.mode,
      version: before.version + 1,
      ...listedIfAny(ended.map(({ id }) => id)),
    },
  });
  return before;
}

/**
 * The sessions of team members who now need an authenticator and have not proven one. Their next request would be
 * refused anyway; ending them makes sure that work in progress is refused too, or was done before (caller-now.ts).
 */
async function unprovenOfTeam(
  unit: UnitOfWork,
  firmId: string,
  policy: { teamRequiresTwoFactor: boolean },
): Promise<{ id: string }[]> {
  const unproven = await unit.rows(UNPROVEN, [firmId]);
  return unproven.filter(({ role }) => teamRoleNeedsTwoFactor(policy, role));
}

/** Somebody who requires an authenticator of the team must have one, so that they do not lock themselves out. */
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
  change: Pick<PolicyChange, "enforcedFrom">,
  before: { mode: SecurityMode; enforcedFrom: number | null },
  mode: SecurityMode,
): number | null {
  if (change.enforcedFrom !== undefined) return change.enforcedFrom;
  return mode === before.mode ? before.enforcedFrom : null;
}

/** The firm's live portal sessions that a policy would end. */
async function sessionsToEnd(
  manager: EntityManager,
  firmId: string,
  policy: ModePolicy,
  now: number,
): Promise<{ id: string }[]> {
  const live = await unpreparedRows(manager, LIVE, [firmId, now, now - lifetimes.portalIdle]);
  return live.filter(
    (session) =>
      !sessionMeetsPolicy({
        assurance: session.assurance,
        policy,
        now,
        hasAccount: session.accountId !== null,
        isEnrolled: session.enrolledAt !== null,
        isSecondFactorProven: session.isSecondFactorProven,
      }),
  );
}
