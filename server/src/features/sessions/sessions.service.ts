import { In, IsNull } from "typeorm";
import {
  MINUTE_MS,
  counts,
  lifetimes,
  methodsAfter,
  methodsProven,
  neverProven,
  provenAtAfter,
  type Assurance,
  type Audience,
  type Proof,
  type SessionTransport,
} from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import { digestOf, newToken } from "../../platform/crypto/tokens.js";
import { forUpdate } from "../../platform/database/dialect.js";
import { placeholders, select, sql, table, type RowOf } from "../../platform/database/sql.js";
import { unauthenticated } from "../../platform/graphql/failures.js";
import { anonymous, type Anonymous, type PortalCaller, type Source, type TeamCaller } from "../callers/caller.js";
import { firmMustBeOpen } from "../access/firm-open.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import {
  callerOf,
  FACTS_OF_TOKEN,
  isIdle,
  RECHECKED_AT_ONCE,
  TEAM_FACTS_OF_TOKEN,
  TEAM_RECHECK,
  type SessionFacts,
} from "./session-facts.js";
import { sessionMethods } from "./session-methods.js";
import { Session } from "./session.entity.js";

/** A session token's prefix names its audience. */
const tokenPrefix = { TEAM: "gts", PORTAL: "gps" } as const satisfies Record<Audience, string>;
export const isSessionToken = (token: string): boolean => /^g[tp]s_[\w-]{43}$/.test(token);
/** `lastUsedAt` is updated at most this often: a read must not cost a write each time. */
const TOUCH_EVERY_MS = MINUTE_MS;

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
  /** The owner's oldest sessions, which ended for it. */
  endedSessionIds: readonly string[];
}
/** A session that continues after an act in it, as the act's event states it. */
export interface ContinuedSession {
  sessionId: string;
  /** Null if the id stays. */
  previousSessionId: string | null;
}

const sessions = table(Session);
const LIVE = select({ id: sessions.id }).from`${sessions}
  WHERE ${sessions.ownerId} = ? AND ${sessions.revokedAt} IS NULL AND ${sessions.expiresAt} > ? ORDER BY ${sessions.createdAt}, ${sessions.id}`;
const SHOWN = select({
  id: sessions.id,
  ownerId: sessions.ownerId,
  audience: sessions.audience,
  assurance: sessions.assurance,
  methods: sessions.methods,
  createdAt: sessions.createdAt,
  lastUsedAt: sessions.lastUsedAt,
  expiresAt: sessions.expiresAt,
  userAgent: sessions.userAgent,
  ipAddress: sessions.ipAddress,
});
const listOf = (owners: number) => SHOWN.from`${sessions}
  WHERE ${sessions.ownerId} IN (${placeholders(owners)}) AND ${sessions.revokedAt} IS NULL AND ${sessions.expiresAt} > ?
  ORDER BY ${sessions.createdAt} DESC, ${sessions.id} DESC`;
const LIST = listOf(1);
const END = sql`UPDATE ${sessions} SET ${sessions.revokedAt} = ? WHERE ${sessions.id} = ? AND ${sessions.revokedAt} IS NULL`;
const END_OF_OWNER = sql`${END} AND ${sessions.firmId} = ? AND ${sessions.ownerId} = ?`;
const TOUCH = sql`UPDATE ${sessions} SET ${sessions.lastUsedAt} = ? WHERE ${sessions.id} = ? AND ${sessions.lastUsedAt} < ?`;

/** A session as people see it. */
export type ShownSession = RowOf<typeof LIST>;

/** Opens, finds, renews and ends sessions. */
export class Sessions {
  constructor(private readonly work: Work) {}

  /**
   * Opens a session within the unit of work that earned it. Ends the owner's oldest sessions beyond ten. Throws
   * FIRM_DISABLED.
   */
  async open(unit: UnitOfWork, given: NewSession): Promise<OpenedSession> {
    const { manager, now } = unit;
    // Every door has locked the policy, so that this holds until the commit.
    await firmMustBeOpen(manager, given.firmId);
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
      methods: JSON.stringify(methodsProven(given.proof)),
      authenticatedAt: provenAtAfter(given.proof, { before: neverProven, now }),
      createdAt: now,
      lastUsedAt: now,
      expiresAt: now + lifetimes.session,
      revokedAt: null,
      userAgent: given.source.userAgent,
      ipAddress: given.source.ipAddress,
    });
    await manager.insert(Session, session);
    const live = given.ownerId === null ? [] : await unit.rows(LIVE, [given.ownerId, now]);
    const endedSessionIds = live
      .map(({ id }) => id)
      .filter((id) => id !== session.id)
      .slice(0, Math.max(0, live.length - counts.sessionsPerOwner));
    if (endedSessionIds.length > 0) await manager.update(Session, { id: In(endedSessionIds) }, { revokedAt: now });
    return { session, token, endedSessionIds };
  }

  /**
   * For a further act of the same person. It makes the session fresh only if it proves them in full. The session keeps
   * its place in the list, but gets a new id, and the old cookie stops working (session fixation, OWASP ASVS 7.2.4). A
   * bearer token stays: no page can plant one, and its holder has no field that could return a new one. Returns the new
   * token for a cookie. Throws UNAUTHENTICATED if the session has ended meanwhile.
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
    // It was ended during the request.
    if (!old) throw unauthenticated();
    const authenticatedAt = provenAtAfter(proof, { before: old.authenticatedAt, now });
    const methods = methodsAfter(sessionMethods(old), proof);
    const proven = { ...changes, authenticatedAt, methods: methods && JSON.stringify(methods) };
    if (old.transport === "TOKEN") {
      const session = Object.assign(old, proven);
      await manager.save(session);
      return { session, token: null };
    }
    const token = newToken(tokenPrefix[old.audience]);
    const session = manager.create(Session, {
      ...old,
      ...proven,
      id: newId("session", now),
      tokenDigest: digestOf(token),
      lastUsedAt: now,
    });
    await manager.update(Session, { id: old.id }, { revokedAt: now });
    await manager.insert(Session, session);
    return { session, token };
  }

  /**
   * Who holds this token now; anonymous if it is unknown, ended, idle for too long, or no longer meets the firm's
   * policy.
   */
  async authenticate(token: string): Promise<TeamCaller | PortalCaller | Anonymous> {
    if (!isSessionToken(token)) return anonymous;
    const facts = token.startsWith(tokenPrefix.TEAM) ? TEAM_FACTS_OF_TOKEN : FACTS_OF_TOKEN;
    const [row] = await this.work.rows<SessionFacts>(facts, [digestOf(token)]);
    if (!row) return anonymous;
    const now = this.work.clock.now();
    const caller = callerOf(row, now);
    if (caller.kind !== "ANONYMOUS" && row.lastUsedAt + TOUCH_EVERY_MS <= now) await this.touch(row.id, now);
    return caller;
  }

  /** For open sockets: the team's sessions that may still act, by a few statements with one form. */
  async recheckTeam(sessionIds: readonly string[]): Promise<Map<string, TeamCaller>> {
    const parts = Array.from({ length: Math.ceil(sessionIds.length / RECHECKED_AT_ONCE) }, (_, part) =>
      sessionIds.slice(part * RECHECKED_AT_ONCE, (part + 1) * RECHECKED_AT_ONCE),
    );
    const found = await Promise.all(
      parts.map((part) =>
        this.work.rows(
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

  /** The same for display: without those that have idled out. */
  async list(ownerId: string): Promise<ShownSession[]> {
    const now = this.work.clock.now();
    const listed = await this.work.rows(LIST, [ownerId, now]);
    return listed.filter((session) => !isIdle(session, now));
  }

  /** The same for several owners, by their ids, in one statement. */
  async listOf(ownerIds: readonly string[]): Promise<ReadonlyMap<string, ShownSession[]>> {
    const [ownerId] = ownerIds;
    if (ownerId !== undefined && ownerIds.length === 1) return new Map([[ownerId, await this.list(ownerId)]]);
    const now = this.work.clock.now();
    const listed = await this.work.unpreparedRows(listOf(ownerIds.length), [...ownerIds, now]);
    const live = listed.filter((session) => !isIdle(session, now));
    return new Map(ownerIds.map((id) => [id, live.filter((session) => session.ownerId === id)]));
  }

  /** Ends a session. With `owner`, for an id that a caller named, only if it belongs to that person. */
  async end(unit: UnitOfWork, sessionId: string, owner?: { firmId: string; ownerId: string }): Promise<boolean> {
    const ended = await (owner === undefined
      ? unit.affected(END, [unit.now, sessionId])
      : unit.affected(END_OF_OWNER, [unit.now, sessionId, owner.firmId, owner.ownerId]));
    return ended === 1;
  }

  private async touch(sessionId: string, now: number): Promise<void> {
    await this.work.do((unit) => unit.affected(TOUCH, [now, sessionId, now]));
  }
}
