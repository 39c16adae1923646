import { useMemo, type ReactNode } from "react";
import { useQuery } from "urql";
import { roleMay, usableTimeZone } from "@gatehouse/shared";
import { RouterProvider } from "@tanstack/react-router";
import { StepUpProvider } from "../features/step-up/step-up-provider.js";
import { graphql } from "../graphql/graphql.js";
import { sayError } from "../graphql/use-act.js";
import { Loading } from "../ui/spinner.js";
import { PageTimeZoneContext } from "../ui/page-time-zone.js";
import { ErrorState } from "../ui/states.js";
import { LiveFeedProvider } from "./features/audit/live-feed.js";
import { createDashboardRouter } from "./routes.js";
import { TeamSessionContext, type TeamSession } from "./session.js";

const SignedInGate_viewer = graphql(`
  query SignedInGate_viewer {
    viewer {
      __typename
      ... on TeamMember {
        id
        name
        email
        role
        twoFactor {
          enrolled
        }
      }
    }
  }
`);
const SignedInGate_firm = graphql(`
  query SignedInGate_firm {
    firm {
      id
      name
      slug
      timeZone
    }
  }
`);

/** Shows the dashboard to a team member, and `signIn` to everyone else. */
export function SignedInGate({ signIn, onSignedOut }: { signIn: ReactNode; onSignedOut: () => void }) {
  const [viewer, readViewer] = useQuery({ query: SignedInGate_viewer });
  const member = viewer.data?.viewer && "role" in viewer.data.viewer ? viewer.data.viewer : null;
  const [firm, readFirm] = useQuery({ query: SignedInGate_firm, pause: !member });
  const router = useMemo(() => createDashboardRouter(), []);
  const session = useMemo<TeamSession | null>(
    () =>
      member && firm.data
        ? {
            memberId: member.id,
            name: member.name,
            role: member.role,
            mayWrite: roleMay(member.role, "write"),
            firm: {
              name: firm.data.firm.name,
              slug: firm.data.firm.slug,
              timeZone: usableTimeZone(firm.data.firm.timeZone),
            },
          }
        : null,
    [firm.data, member],
  );
  const error = viewer.error ?? firm.error;
  if (session && member)
    return (
      <TeamSessionContext.Provider value={session}>
        <PageTimeZoneContext.Provider value={session.firm.timeZone}>
          <StepUpProvider email={member.email} hasTwoFactor={member.twoFactor.enrolled}>
            <LiveFeedProvider onEnded={onSignedOut}>
              <RouterProvider router={router} />
            </LiveFeedProvider>
          </StepUpProvider>
        </PageTimeZoneContext.Provider>
      </TeamSessionContext.Provider>
    );
  if (error)
    return (
      <ErrorState
        message={sayError(error)}
        onRetry={() => {
          readViewer({ requestPolicy: "network-only" });
          if (member) readFirm({ requestPolicy: "network-only" });
        }}
      />
    );
  return viewer.data && !member ? signIn : <Loading />;
}
