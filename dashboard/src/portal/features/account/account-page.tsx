import { useQuery } from "urql";
import { ChangePasswordForm } from "../../../features/passwords/change-password-form.js";
import { TrustedDeviceList, TrustedDeviceList_device } from "../../../features/devices/trusted-device-list.js";
import { SignOutEverywhere } from "../../../features/sessions/sign-out-everywhere.js";
import { SessionList, SessionList_session } from "../../../features/sessions/session-list.js";
import { TwoFactorSettings, TwoFactorSettings_twoFactor } from "../../../features/two-factor/two-factor-settings.js";
import { graphql } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { useWords } from "../../../language/language-context.js";
import { Banner } from "../../../ui/banner.js";
import { Card } from "../../../ui/card.js";
import { Day } from "../../../ui/date-time.js";
import { Loading } from "../../../ui/spinner.js";
import { ErrorState } from "../../../ui/states.js";
import { usePortalWords } from "../../portal-language.js";
import { usePortal } from "../../session.js";
import { Shell } from "../../shell.js";

const AccountPage_viewer = graphql(
  `
    query AccountPage_viewer {
      viewer {
        __typename
        ... on PortalViewer {
          email
          twoFactorDueAt
          session {
            id
          }
          account {
            id
            twoFactor {
              enrolled
              ...TwoFactorSettings_twoFactor
            }
            sessions {
              id
              ...SessionList_session
            }
            trustedDevices {
              id
              ...TrustedDeviceList_device
            }
          }
        }
      }
    }
  `,
  [TwoFactorSettings_twoFactor, SessionList_session, TrustedDeviceList_device],
);

/** The client's own credentials and sessions. */
export function AccountPage() {
  const { firm, restart } = usePortal();
  const words = useWords();
  const { accountPage: say } = usePortalWords();
  const [{ data, error }, read] = useQuery({ query: AccountPage_viewer, requestPolicy: "cache-and-network" });
  const readAgain = () => read({ requestPolicy: "network-only" });
  if (error && !data)
    return (
      <main>
        <ErrorState message={sayError(error, words)} onRetry={readAgain} />
      </main>
    );
  const viewer = data?.viewer?.__typename === "PortalViewer" ? data.viewer : null;
  if (!viewer?.account)
    return (
      <main>
        <Loading />
      </main>
    );
  const { account, email, session, twoFactorDueAt } = viewer;
  return (
    <Shell title={say.title} email={email} hasAccount>
      {twoFactorDueAt && <Banner tone="warning">{say.twoFactorSoon(<Day on={twoFactorDueAt} />, firm.name)}</Banner>}
      <Card title={say.twoFactor}>
        <TwoFactorSettings twoFactor={account.twoFactor} email={email} onChanged={readAgain} />
      </Card>
      <Card title={say.password}>
        <ChangePasswordForm context={{ email, firmName: firm.name }} />
      </Card>
      {account.twoFactor.enrolled && (
        <Card title={say.trustedDevices}>
          <TrustedDeviceList devices={account.trustedDevices} onRevoked={readAgain} />
        </Card>
      )}
      <Card
        title={say.sessions}
        actions={<SignOutEverywhere hasDevices={account.trustedDevices.length > 0} onDone={readAgain} />}
      >
        <SessionList
          sessions={account.sessions}
          onRevoked={(sessionId) => (sessionId === session.id ? restart() : readAgain())}
        />
      </Card>
    </Shell>
  );
}
