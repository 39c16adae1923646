import { In, IsNull } from "typeorm";
import {
  counts,
  lifetimes,
  neverProven,
  nextTeamStep,
  provenAtAfter,
  sessionMeetsPolicy,
  teamRoleNeedsTwoFactor,
  type Assurance,
  type Audience,
  type Proof,
  type SecurityMode,
  type SessionTransport,
  type TeamRole,
} from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import { digestOf, newToken } from "../../platform/crypto/tokens.js";
import { forUpdate } from "../../platform/database/dialect.js";
import { unauthenticated } from "../../platform/graphql/failures.js";
import {
  anonymous,
  type Anonymous,
  type Caller,
  type PortalCaller,
  type Source,
  type TeamCaller,
} from "../access/caller.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { Session } from "./session.entity.js";

/** Session tokens say which audience they are of. */
const tokenPrefix = { TEAM: "gts", PORTAL: "gps" } as const satisfies Record<Audience, string>;
export const isSessionToken = (token: string): boolean => /^g[tp]s_[\w-]{43}$/.test(token);
/** `lastUsedAt` is written this often at most: a read must not cost a write each time. */
const TOUCH_EVERY_MS = 60_000;

export interface NewSession {
  firmId: string;
  audience: Audience;
  ownerId: string | null;
  email: string;
  assurance: Assurance;
  isSecondFactorProven: boolean;
  /** What opened it. */
  proof: Proof;
  transport: SessionTransport;
  source: Source;
  requestId?: string | null;
  magicLinkId?: string | null;
}
export interface OpenedSession {
  session: Session;
  /** Shown to its owner once. */
  token: string;
}

/** A session as people see it. */
export type ShownSession = Pick<
  Session,
  "id" | "audience" | "assurance" | "createdAt" | "lastUsedAt" | "expiresAt" | "userAgent" | "ipAddress"
>;

/** What a session's right to act is decided by, read in one statement. */
interface SessionFactsRow {
  id: string;
  firmId: string;
  audience: Audience;
  ownerId: string | null;
  requestId: string | null;
  email: string;
  assurance: Assurance;
  isSecondFactorProven: number;
  authenticatedAt: number;
  lastUsedAt: number;
  expiresAt: number;
  mode: SecurityMode;
  enforcedFrom: number | null;
  magicLinkRequiresTwoFactor: number;
  teamRequiresTwoFactor: number;
  memberName: string | null;
  memberEmail: string | null;
  memberRole: TeamRole | null;
  memberDisabledAt: number | null;
  accountId: string | null;
  accountEmail: string | null;
  enrolledAt: number | null;
}

const OWN_FACTS = `s.id, s.firmId, s.audience, s.ownerId, s.requestId, s.email, s.assurance, s.isSecondFactorProven, s.authenticatedAt,
  s.lastUsedAt, s.expiresAt, p.mode, p.enforcedFrom, p.magicLinkRequiresTwoFactor, p.teamRequiresTwoFactor,
  m.name AS memberName, m.email AS memberEmail, m.role AS memberRole, m.disabledAt AS memberDisabledAt, t.enrolledAt`;
const OWN_TABLES =
  "sessions s JOIN security_policies p ON p.firmId = s.firmId LEFT JOIN team_members m ON m.id = s.ownerId";
/*
 * A session by a magic link has no account of its own; whose code it would need is the account of the request's contact, or
 * else the one with the address that the link was sent to.
 */
const FACTS = `
  SELECT ${OWN_FACTS}, COALESCE(a.id, b.id, e.id) AS accountId, COALESCE(a.email, b.email, e.email) AS accountEmail
  FROM ${OWN_TABLES}
  LEFT JOIN portal_accounts a ON a.id = s.ownerId
  LEFT JOIN client_requests r ON r.id = s.requestId
  LEFT JOIN contacts c ON c.id = r.contactId
  LEFT JOIN portal_accounts b ON b.id = c.portalAccountId
  LEFT JOIN portal_accounts e ON s.ownerId IS NULL AND e.firmId = s.firmId AND e.email = s.email
  LEFT JOIN two_factor_states t ON t.ownerId = COALESCE(s.ownerId, b.id, e.id)
  WHERE s.revokedAt IS NULL AND `;
/** The same of a team member, who has neither account nor request. */
const TEAM_FACTS = `
  SELECT ${OWN_FACTS}, NULL AS accountId, NULL AS accountEmail
  FROM ${OWN_TABLES}
  LEFT JOIN two_factor_states t ON t.ownerId = s.ownerId
  WHERE s.audience = 'TEAM' AND s.revokedAt IS NULL AND `;

const RECHECKED_AT_ONCE = 100;
const TEAM_RECHECK = `${TEAM_FACTS} s.id IN (${Array.from({ length: RECHECKED_AT_ONCE }, () => "?").join(", ")})`;

/** Opens, finds, renews and ends sessions. */
export class SessionService {
  constructor(private readonly work: Work) {}

  /** Opens a session within the unit of work that earned it. The oldest beyond ten of its owner end. */
  async open(unit: UnitOfWork, given: NewSession): Promise<OpenedSession> {
    const { manager, now } = unit;
    const token = newToken(tokenPrefix[given.audience]);
    const session = manager.create(Session, {
      id: newId("session", now),
      firmId: given.firmId,
      audience: given.audience,
      ownerId: given.ownerId,
      requestId: given.requestId ?? null,
      magicLinkId: given.magicLinkId ?? null,
      email: given.email,
      assurance: given.assurance,
      transport: given.transport,
      tokenDigest: digestOf(token),
      isSecondFactorProven: given.isSecondFactorProven,
      authenticatedAt: provenAtAfter(given.proof, { before: neverProven, now }),
      createdAt: now,
      lastUsedAt: now,
      expiresAt: now + lifetimes.session,
      revokedAt: null,
      userAgent: given.source.userAgent,
      ipAddress: given.source.ipAddress,
    });
    await manager.insert(Session, session);
    if (given.ownerId !== null) {
      const live = await unit.rows<Pick<Session, "id">>(
        "SELECT id FROM sessions WHERE ownerId = ? AND revokedAt IS NULL AND expiresAt > ? ORDER BY createdAt, id",
        [given.ownerId, now],
      );
      const surplus = live
        .filter(({ id }) => id !== session.id)
        .slice(0, Math.max(0, live.length - counts.sessionsPerOwner));
      if (surplus.length > 0)
        await manager.update(Session, { id: In(surplus.map(({ id }) => id)) }, { revokedAt: now });
    }
    return { session, token };
  }

  /**
   * A further act of the same person, which makes the session fresh only where it proves them in full: the session keeps its place in the list, but its id is new and the old cookie dead (session
   * fixation, OWASP ASVS 7.2.4). A bearer token cannot be planted by a page, and its holder has no field to receive another one
   * in, so it stays. Answers the new token for a cookie. Throws UNAUTHENTICATED for a session that has ended meanwhile.
   */
  async renew(
    unit: UnitOfWork,
    sessionId: string,
    proof: Proof,
    changes: Partial<Pick<Session, "assurance" | "isSecondFactorProven">> = {},
  ): Promise<{ session: Session; token: string | null }> {
    const { manager, now } = unit;
    const old = await manager.findOne(Session, {
      where: { id: sessionId, revokedAt: IsNull() },
      ...forUpdate(manager),
    });
    // It was ended while its request was under way.
    if (!old) throw unauthenticated();
    const authenticatedAt = provenAtAfter(proof, { before: Number(old.authenticatedAt), now });
    if (old.transport === "TOKEN") {
      const session = Object.assign(old, changes, { authenticatedAt });
      await manager.save(session);
      return { session, token: null };
    }
    const token = newToken(tokenPrefix[old.audience]);
    const session = manager.create(Session, {
      ...old,
      ...changes,
      authenticatedAt,
      id: newId("session", now),
      tokenDigest: digestOf(token),
      lastUsedAt: now,
    });
    await manager.update(Session, { id: old.id }, { revokedAt: now });
    await manager.insert(Session, session);
    return { session, token };
  }

  /** Who holds this token now; anonymous when it is unknown, ended, idle too long, or no longer meets the firm's policy. */
  async authenticate(token: string): Promise<TeamCaller | PortalCaller | Anonymous> {
    if (!isSessionToken(token)) return anonymous;
    const facts = token.startsWith(tokenPrefix.TEAM) ? TEAM_FACTS : FACTS;
    const [row] = await this.work.rows<SessionFactsRow>(`${facts} s.tokenDigest = ?`, [digestOf(token)]);
    if (!row) return anonymous;
    const now = this.work.clock.now();
    const caller = callerOf(row, now);
    if (caller.kind !== "ANONYMOUS" && Number(row.lastUsedAt) + TOUCH_EVERY_MS <= now) await this.touch(row.id, now);
    return caller;
  }

  /** For open sockets: the team's sessions that may still act, by a few statements of one form. */
  async recheckTeam(sessionIds: readonly string[]): Promise<Map<string, TeamCaller>> {
    const parts = Array.from({ length: Math.ceil(sessionIds.length / RECHECKED_AT_ONCE) }, (_, part) =>
      sessionIds.slice(part * RECHECKED_AT_ONCE, (part + 1) * RECHECKED_AT_ONCE),
    );
    const found = await Promise.all(
      parts.map((part) =>
        this.work.rows<SessionFactsRow>(
          TEAM_RECHECK,
          Array.from({ length: RECHECKED_AT_ONCE }, (_, place) => part[place] ?? ""),
        ),
      ),
    );
    const now = this.work.clock.now();
    return new Map(
      found.flat().flatMap((row): [string, TeamCaller][] => {
        const caller = callerOf(row, now);
        return caller.kind === "TEAM_MEMBER" ? [[row.id, caller]] : [];
      }),
    );
  }

  /** The same for people to look at: without those that idled out. */
  async list(ownerId: string): Promise<ShownSession[]> {
    const now = this.work.clock.now();
    const sessions = await this.work.rows<ShownSession>(
      `SELECT id, audience, assurance, createdAt, lastUsedAt, expiresAt, userAgent, ipAddress FROM sessions
       WHERE ownerId = ? AND revokedAt IS NULL AND expiresAt > ? ORDER BY createdAt DESC, id DESC`,
      [ownerId, now],
    );
    return sessions.filter((session) => !isIdle(session, now));
  }

  /** Ends a session; with `owner`, for an id that a caller named, only one of that person's. */
  async end(unit: UnitOfWork, sessionId: string, owner?: { firmId: string; ownerId: string }): Promise<boolean> {
    const scope = owner === undefined ? "" : " AND firmId = ? AND ownerId = ?";
    const ended = await unit.affected(`UPDATE sessions SET revokedAt = ? WHERE id = ? AND revokedAt IS NULL${scope}`, [
      unit.now,
      sessionId,
      ...(owner === undefined ? [] : [owner.firmId, owner.ownerId]),
    ]);
    return ended === 1;
  }

  private async touch(sessionId: string, now: number): Promise<void> {
    await this.work.do((unit) =>
      unit.affected("UPDATE sessions SET lastUsedAt = ? WHERE id = ? AND lastUsedAt < ?", [now, sessionId, now]),
    );
  }
}

const isIdle = (session: { audience: Audience; lastUsedAt: number }, now: number) =>
  Number(session.lastUsedAt) + (session.audience === "TEAM" ? lifetimes.teamIdle : lifetimes.portalIdle) <= now;

/** Decides what a session's row is worth now: the only place that does. */
function callerOf(row: SessionFactsRow, now: number): TeamCaller | PortalCaller | Anonymous {
  if (Number(row.expiresAt) <= now || isIdle(row, now)) return anonymous;
  const isEnrolled = row.enrolledAt !== null;
  const isSecondFactorProven = Boolean(row.isSecondFactorProven);
  if (row.audience === "TEAM") {
    if (row.ownerId === null || row.memberName === null || row.memberRole === null || row.memberDisabledAt !== null)
      return anonymous;
    const isTwoFactorDemanded = teamRoleNeedsTwoFactor(
      { teamRequiresTwoFactor: Boolean(row.teamRequiresTwoFactor) },
      row.memberRole,
    );
    const { step } = nextTeamStep({ isEnrolled, isSecondFactorProven, isDeviceTrusted: false, isTwoFactorDemanded });
    if (step !== "OPEN_SESSION") return anonymous;
    return {
      kind: "TEAM_MEMBER",
      firmId: row.firmId,
      sessionId: row.id,
      authenticatedAt: Number(row.authenticatedAt),
      memberId: row.ownerId,
      name: row.memberName,
      email: row.memberEmail ?? row.email,
      role: row.memberRole,
    };
  }

  const isAccountGone = row.ownerId !== null && row.accountId !== row.ownerId;
  const policy = {
    mode: row.mode,
    enforcedFrom: row.enforcedFrom === null ? null : Number(row.enforcedFrom),
    magicLinkRequiresTwoFactor: Boolean(row.magicLinkRequiresTwoFactor),
  };
  const facts = {
    assurance: row.assurance,
    policy,
    now,
    hasAccount: row.accountId !== null,
    isEnrolled,
    isSecondFactorProven,
  };
  if (isAccountGone || !sessionMeetsPolicy(facts)) return anonymous;
  return {
    kind: "CLIENT",
    firmId: row.firmId,
    sessionId: row.id,
    authenticatedAt: Number(row.authenticatedAt),
    email: (row.ownerId === null ? null : row.accountEmail) ?? row.email,
    assurance: row.assurance,
    accountId: row.ownerId,
    requestId: row.requestId,
  };
}

/** The session a caller acts with, if any. */
export const sessionIdOf = (caller: Caller): string | null =>
  caller.kind === "TEAM_MEMBER" || caller.kind === "CLIENT" ? caller.sessionId : null;
