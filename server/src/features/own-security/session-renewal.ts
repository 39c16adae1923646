import type { Proof } from "@gatehouse/shared";
import { ownerIdOf, type PersonCaller } from "../callers/caller.js";
import { setSessionCookie, type RequestContext } from "../callers/request-context.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { rememberDevice } from "../devices/known-devices.js";
import type { Session } from "../sessions/session.entity.js";
import type { ContinuedSession, Sessions } from "../sessions/sessions.service.js";
import type { SignInChallenges } from "../sign-in/sign-in-challenges.js";

/** The caller's session after the act, and what the act's event says of it. */
export interface RenewedSession {
  session: Session;
  continued: ContinuedSession;
}

/** What happens to the caller's own session after an act that proves them again, or changes what proves them. */
export class SessionRenewal {
  constructor(private readonly needs: { sessions: Sessions; challenges: SignInChallenges }) {}

  /** The session continues under another id; the response sets the new cookie. */
  async renew(
    unit: UnitOfWork,
    caller: PersonCaller,
    context: RequestContext,
    proof: Proof,
    changes: Partial<Pick<Session, "assurance" | "isSecondFactorProven">> = {},
  ): Promise<RenewedSession> {
    const { session, token } = await this.needs.sessions.renew(unit, caller.sessionId, proof, changes);
    // Later fields of the same document act with the renewed session.
    const renewed = { sessionId: session.id, authenticatedAt: Number(session.authenticatedAt) };
    unit.afterCommit(() => {
      context.caller =
        caller.kind === "CLIENT" ? { ...caller, ...renewed, assurance: session.assurance } : { ...caller, ...renewed };
    });
    if (token === null) return { session, continued: { sessionId: session.id, previousSessionId: null } };
    const ownerId = ownerIdOf(caller);
    await this.needs.challenges.follow(unit, { ownerId, sessionId: caller.sessionId }, session.id);
    await rememberDevice(unit, { ownerId, audience: session.audience }, context);
    unit.afterCommit(() => setSessionCookie(context, caller, { token, maxAgeMs: session.expiresAt - unit.now }));
    return { session, continued: { sessionId: session.id, previousSessionId: caller.sessionId } };
  }
}
