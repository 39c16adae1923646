import type { SessionTransport } from "@gatehouse/shared";
import { sessionCookie, type RequestContext } from "../callers/request-context.js";
import { viewerIdOf, type Caller } from "../callers/caller.js";
import { TeamMemberView } from "../firm-staff/team-member.results.js";
import type { Session } from "../sessions/session.entity.js";
import { SessionView } from "../sessions/session.results.js";
import type { OpenedSession } from "../sessions/sessions.service.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { SignedIn } from "./sign-in.results.js";
import type { PersonViewer } from "../viewers/viewer.results.js";
import { viewerOf, type KnownViewerData } from "../viewers/viewers.service.js";

/** The result for somebody who has just signed in, with the cookie if the session uses one. */
export async function signedIn(
  unit: UnitOfWork,
  { session, token }: OpenedSession,
  { context, transport }: { context: RequestContext; transport: SessionTransport },
  landingRequestId: string | null,
  known: KnownViewerData,
): Promise<SignedIn> {
  if (transport === "COOKIE") {
    const maxAgeMs = session.expiresAt - unit.now;
    unit.afterCommit(() => context.setCookie(sessionCookie(session.audience), { token, maxAgeMs }));
  }
  const viewer = await viewerOf(unit.manager, session, unit.now, known);
  // The viewer's fields are resolved as the person who has just signed in.
  unit.afterCommit(() => {
    context.caller = callerOfSession(session, viewer);
    context.nameViewer(viewerIdOf(context.caller));
  });
  return new SignedIn({
    viewer,
    session: SessionView.of(session, session.id),
    sessionToken: transport === "TOKEN" ? token : null,
    landingRequestId,
  });
}

function callerOfSession(session: Session, viewer: PersonViewer): Caller {
  const common = {
    firmId: session.firmId,
    sessionId: session.id,
    authenticatedAt: session.authenticatedAt,
    email: viewer.email,
  };
  if (viewer instanceof TeamMemberView)
    return { ...common, kind: "TEAM_MEMBER", memberId: viewer.id, name: viewer.name, role: viewer.role };
  return {
    ...common,
    kind: "CLIENT",
    assurance: session.assurance,
    accountId: session.ownerId,
    requestId: session.requestId,
  };
}
