import type { SessionTransport } from "@gatehouse/shared";
import { setSessionCookie, type RequestContext } from "../callers/request-context.js";
import { viewerIdOf, type PortalCaller, type TeamCaller } from "../callers/caller.js";
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
  const viewer = await viewerOf(unit.manager, session, unit.now, known);
  const caller = callerOfSession(session, viewer);
  unit.afterCommit(() => {
    if (transport === "COOKIE") setSessionCookie(context, caller, { token, maxAgeMs: session.expiresAt - unit.now });
    // The viewer's fields are resolved as the person who has just signed in.
    context.caller = caller;
    context.nameViewer(viewerIdOf(caller));
  });
  return new SignedIn({
    viewer,
    session: SessionView.of(session, session.id),
    sessionToken: transport === "TOKEN" ? token : null,
    landingRequestId,
  });
}

function callerOfSession(session: Session, viewer: PersonViewer): TeamCaller | PortalCaller {
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
    firmSlug: viewer.firm.slug,
    assurance: session.assurance,
    accountId: session.ownerId,
    requestId: session.requestId,
  };
}
