import { EntityNotFoundError, IsNull, type EntityManager } from "typeorm";
import { twoFactorDueAt } from "@gatehouse/shared";
import { unauthenticated } from "../../platform/graphql/failures.js";
import type { Caller } from "../callers/caller.js";
import type { ApiKeyView } from "../api-keys/api-key.results.js";
import type { Work } from "../work/unit-of-work.js";
import { TeamMember } from "../firm-staff/team-member.entity.js";
import { TeamMemberView } from "../firm-staff/team-member.results.js";
import { PortalFirmView } from "../firms/firm.results.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { PortalAccountView } from "../portal-accounts/portal-account.results.js";
import { loadPolicy, type FirmPolicy } from "../firms/security-policy.reader.js";
import { Session } from "../sessions/session.entity.js";
import { SessionView } from "../sessions/session.results.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import { PortalViewerView, type PersonViewer } from "./viewer.results.js";

/** What was already read about the session's holder in the same transaction. */
export interface KnownViewerData {
  policy?: FirmPolicy;
  factor?: Pick<TwoFactorState, "enrolledAt">;
}

/** A session's holder as the API shows them. */
export async function viewerOf(
  manager: EntityManager,
  session: Session,
  now: number,
  known: KnownViewerData = {},
): Promise<PersonViewer> {
  if (session.audience === "TEAM")
    return TeamMemberView.of(await manager.findOneByOrFail(TeamMember, { id: session.ownerId ?? "" }));
  const policy = known.policy ?? (await loadPolicy(manager, session.firmId));
  const account =
    session.ownerId === null ? null : await manager.findOneByOrFail(PortalAccount, { id: session.ownerId });
  const factor = account && (known.factor ?? (await manager.findOneBy(TwoFactorState, { ownerId: account.id })));
  return Object.assign(new PortalViewerView(), {
    firmId: session.firmId,
    accountId: session.ownerId,
    requestId: session.requestId,
    firm: PortalFirmView.of(policy, now),
    email: account?.email ?? session.email,
    session: SessionView.of(session, session.id),
    account: account && PortalAccountView.of(account),
    twoFactorDueAt: account && factor?.enrolledAt == null ? twoFactorDueAt(policy, now) : null,
  });
}

/** Who is calling, for `viewer`. */
export class Viewers {
  constructor(
    private readonly work: Work,
    /** The key that a key caller uses. */
    private readonly findKey: (keyId: string) => Promise<ApiKeyView | null>,
  ) {}

  /** A colleague, for team members. */
  async findMember(caller: Caller, id: string): Promise<TeamMemberView | null> {
    if (caller.kind !== "TEAM_MEMBER") return null;
    const member = await this.work.reader.findOneBy(TeamMember, { id, firmId: caller.firmId });
    return member && TeamMemberView.of(member);
  }

  /** One of the caller's own live sessions. */
  async findSession(caller: Caller, id: string): Promise<SessionView | null> {
    if (caller.kind !== "TEAM_MEMBER" && caller.kind !== "CLIENT") return null;
    const ownerId = caller.kind === "TEAM_MEMBER" ? caller.memberId : caller.accountId;
    const session = await this.work.reader.findOneBy(Session, { id, firmId: caller.firmId, revokedAt: IsNull() });
    const isOwn =
      session !== null && (session.id === caller.sessionId || (ownerId !== null && session.ownerId === ownerId));
    return isOwn ? SessionView.of(session, caller.sessionId) : null;
  }

  async of(caller: Caller): Promise<PersonViewer | ApiKeyView | null> {
    if (caller.kind === "ANONYMOUS") return null;
    if (caller.kind === "API_KEY") return this.findKey(caller.keyId);
    const { reader, clock } = this.work;
    try {
      const session = await reader.findOneByOrFail(Session, { id: caller.sessionId });
      return await viewerOf(reader, session, clock.now());
    } catch (error) {
      // Deleted since the request arrived, and the session with them.
      throw error instanceof EntityNotFoundError ? unauthenticated() : error;
    }
  }
}
