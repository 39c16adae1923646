import { useQuery } from "urql";
import { roleTitles } from "@gatehouse/shared";
import { ChangePasswordForm } from "../../../features/passwords/change-password-form.js";
import { SignOutEverywhere } from "../../../features/sessions/sign-out-everywhere.js";
import { SessionList, SessionList_session } from "../../../features/sessions/session-list.js";
import { TwoFactorSettings, TwoFactorSettings_twoFactor } from "../../../features/two-factor/two-factor-settings.js";
import { graphql } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { Card, Facts } from "../../../ui/card.js";
import { PageHeader } from "../../../ui/page-header.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { ErrorState } from "../../../ui/states.js";
import { useTeamSession } from "../../session.js";

const AccountPage_viewer = graphql(
  `
    query AccountPage_viewer {
      viewer {
        __typename
        ... on TeamMember {
          id
          name
          email
          role
          twoFactor {
            ...TwoFactorSettings_twoFactor
          }
          sessions {
            id
            current
            ...SessionList_session
          }
        }
      }
    }
  `,
  [TwoFactorSettings_twoFactor, SessionList_session],
);

/** The viewer's own account: second factor, password and sessions. */
export function AccountPage() {
  const { firm } = useTeamSession();
  const [{ data, error }, again] = useQuery({ query: AccountPage_viewer, requestPolicy: "cache-and-network" });
  const refresh = () => again({ requestPolicy: "network-only" });
  const member = data?.viewer && "role" in data.viewer ? data.viewer : null;
  if (!member) return error ? <ErrorState message={sayError(error)} onRetry={refresh} /> : <Skeleton lines={6} />;
  const sessions = member.sessions ?? [];
  return (
    <>
      <PageHeader title="Your account" />
      <div className="flex max-w-3xl flex-col gap-6">
        <Card title="You">
          <Facts
            facts={[
              ["Name", member.name],
              ["Email", member.email],
              ["Role", `${roleTitles[member.role]} at ${firm.name}`],
            ]}
          />
        </Card>
        <Card title="Two-factor authentication">
          <TwoFactorSettings twoFactor={member.twoFactor} email={member.email} onChanged={refresh} />
        </Card>
        <Card title="Password">
          <ChangePasswordForm context={{ email: member.email, firmName: firm.name }} />
        </Card>
        <Card title="Where you are signed in" actions={<SignOutEverywhere onDone={refresh} />}>
          <SessionList
            sessions={sessions}
            onRevoked={(id) =>
              sessions.some(({ id: own, current }) => current && own === id) ? location.reload() : refresh()
            }
          />
        </Card>
      </div>
    </>
  );
}
