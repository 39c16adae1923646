import { lifetimes, nextTeamStep, sessionMeetsPolicy, teamRoleNeedsTwoFactor, type Audience } from "@gatehouse/shared";
import { computed, leftJoined, placeholders, select, sql, table, type RowOf } from "../../platform/database/sql.js";
import { anonymous, type Anonymous, type PortalCaller, type TeamCaller } from "../callers/caller.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import { Contact } from "../contacts/contact.entity.js";
import { Firm } from "../firms/firm.entity.js";
import { TeamMember } from "../firm-staff/team-member.entity.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { SecurityPolicy } from "../security-mode/security-policy.entity.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import { Session } from "./session.entity.js";

const s = table(Session, "s");
const p = table(SecurityPolicy, "p");
const m = leftJoined(table(TeamMember, "m"));
const t = leftJoined(table(TwoFactorState, "t"));
const a = table(PortalAccount, "a");
const r = table(ClientRequest, "r");
const c = table(Contact, "c");
const b = table(PortalAccount, "b");
const e = table(PortalAccount, "e");
const f = leftJoined(table(Firm, "f"));

/** What decides whether a session may act, read in one statement. */
const ownFacts = {
  id: s.id,
  firmId: s.firmId,
  audience: s.audience,
  ownerId: s.ownerId,
  requestId: s.requestId,
  email: s.email,
  assurance: s.assurance,
  isSecondFactorProven: s.isSecondFactorProven,
  authenticatedAt: s.authenticatedAt,
  lastUsedAt: s.lastUsedAt,
  expiresAt: s.expiresAt,
  mode: p.mode,
  enforcedFrom: p.enforcedFrom,
  magicLinkRequiresTwoFactor: p.magicLinkRequiresTwoFactor,
  teamRequiresTwoFactor: p.teamRequiresTwoFactor,
  firmDisabledAt: p.firmDisabledAt,
  memberName: m.name,
  memberEmail: m.email,
  memberRole: m.role,
  memberDisabledAt: m.disabledAt,
  enrolledAt: t.enrolledAt,
};
const ownTables = sql`${s} JOIN ${p} ON ${p.firmId} = ${s.firmId} LEFT JOIN ${m} ON ${m.id} = ${s.ownerId}`;
/*
 * A session by a magic link has no account of its own. The code that it would need is that of the account of the
 * request's contact, or else of the account with the address to which the link was sent.
 */
export const FACTS_OF_TOKEN = select({
  ...ownFacts,
  firmSlug: f.slug,
  accountId: computed<string | null>(sql`COALESCE(${a.id}, ${b.id}, ${e.id})`),
  accountEmail: computed<string | null>(sql`COALESCE(${a.email}, ${b.email}, ${e.email})`),
}).from`${ownTables}
  LEFT JOIN ${f} ON ${f.id} = ${s.firmId}
  LEFT JOIN ${a} ON ${a.id} = ${s.ownerId}
  LEFT JOIN ${r} ON ${r.id} = ${s.requestId}
  LEFT JOIN ${c} ON ${c.id} = ${r.contactId}
  LEFT JOIN ${b} ON ${b.id} = ${c.portalAccountId}
  LEFT JOIN ${e} ON ${s.ownerId} IS NULL AND ${e.firmId} = ${s.firmId} AND ${e.email} = ${s.email}
  LEFT JOIN ${t} ON ${t.ownerId} = COALESCE(${s.ownerId}, ${b.id}, ${e.id})
  WHERE ${s.revokedAt} IS NULL AND ${s.tokenDigest} = ?`;
/** The same for a team member, who has neither account nor request. */
const TEAM_FACTS = select({
  ...ownFacts,
  firmSlug: computed<null>(sql`NULL`),
  accountId: computed<null>(sql`NULL`),
  accountEmail: computed<null>(sql`NULL`),
}).from`${ownTables}
  LEFT JOIN ${t} ON ${t.ownerId} = ${s.ownerId}
  WHERE ${s.audience} = 'TEAM' AND ${s.revokedAt} IS NULL AND `;
export const TEAM_FACTS_OF_TOKEN = TEAM_FACTS.plus`${s.tokenDigest} = ?`;
/** How many team sessions are read at once; unused places are filled with text that is not an id. */
export const RECHECKED_AT_ONCE = 100;
export const TEAM_RECHECK = TEAM_FACTS.plus`${s.id} IN (${placeholders(RECHECKED_AT_ONCE)})`;
export type SessionFacts = RowOf<typeof FACTS_OF_TOKEN>;

/** Whether it has not been used for too long. */
export const isIdle = (session: { audience: Audience; lastUsedAt: number }, now: number) =>
  session.lastUsedAt + (session.audience === "TEAM" ? lifetimes.teamIdle : lifetimes.portalIdle) <= now;

/** Decides what a session's row is worth now; nothing else does. */
export function callerOf(row: SessionFacts, now: number): TeamCaller | PortalCaller | Anonymous {
  if (row.firmDisabledAt !== null || row.expiresAt <= now || isIdle(row, now)) return anonymous;
  const { isSecondFactorProven } = row;
  const isEnrolled = row.enrolledAt !== null;
  if (row.audience === "TEAM") {
    if (row.ownerId === null || row.memberName === null || row.memberRole === null || row.memberDisabledAt !== null)
      return anonymous;
    const isTwoFactorRequired = teamRoleNeedsTwoFactor(row, row.memberRole);
    const { step } = nextTeamStep({ isEnrolled, isSecondFactorProven, isDeviceTrusted: false, isTwoFactorRequired });
    if (step !== "OPEN_SESSION") return anonymous;
    return {
      kind: "TEAM_MEMBER",
      firmId: row.firmId,
      sessionId: row.id,
      authenticatedAt: row.authenticatedAt,
      memberId: row.ownerId,
      name: row.memberName,
      email: row.memberEmail ?? row.email,
      role: row.memberRole,
    };
  }

  const isAccountGone = row.ownerId !== null && row.accountId !== row.ownerId;
  const facts = {
    assurance: row.assurance,
    policy: row,
    now,
    hasAccount: row.accountId !== null,
    isEnrolled,
    isSecondFactorProven,
  };
  if (isAccountGone || row.firmSlug === null || !sessionMeetsPolicy(facts)) return anonymous;
  return {
    kind: "CLIENT",
    firmId: row.firmId,
    firmSlug: row.firmSlug,
    sessionId: row.id,
    authenticatedAt: row.authenticatedAt,
    email: (row.ownerId === null ? null : row.accountEmail) ?? row.email,
    assurance: row.assurance,
    accountId: row.ownerId,
    requestId: row.requestId,
  };
}
