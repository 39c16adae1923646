import { useMemo } from "react";
import { useQuery } from "urql";
import { graphql } from "../graphql/graphql.js";
import { sayError } from "../graphql/use-act.js";
import { useBrandColor } from "../features/branding/brand-style.js";
import { StepUpProvider } from "../features/step-up/step-up-provider.js";
import { Loading } from "../ui/spinner.js";
import { ErrorState } from "../ui/states.js";
import { AccountPage } from "./account-page.js";
import { useAddress } from "./address.js";
import { ConfirmEmailPage } from "./confirm-email-page.js";
import { CreateAccountPage } from "./create-account-page.js";
import { Frame } from "./frame.js";
import { HomePage } from "./home-page.js";
import { MagicLinkPage } from "./magic-link-page.js";
import { useMailedToken } from "../features/sign-in/mailed-token.js";
import { NotMePage } from "./not-me-page.js";
import { RequestMailPage } from "./request-mail-page.js";
import { RequestPage } from "./request-page.js";
import { ResetPasswordPage } from "./reset-password-page.js";
import { PortalContext, type Portal } from "./session.js";
import { SignInPage } from "./sign-in-page.js";

const PortalGate_portal = graphql(`
  query PortalGate_portal($slug: String!) {
    portal(firmSlug: $slug) {
      name
      slug
      mode
      twoFactorDueAt
      branding {
        color
        logoUrl
        logoWidth
        logoHeight
      }
    }
    viewer {
      __typename
      ... on PortalViewer {
        firm {
          slug
        }
        session {
          id
          assurance
        }
        account {
          id
          twoFactor {
            enrolled
          }
        }
      }
    }
  }
`);

/** Address and session to page. */
export function PortalGate(props: Omit<Portal, "firm"> & { hasEnded: boolean }) {
  const { hasEnded, restart, offersNewPhone, setOffersNewPhone } = props;
  const { slug, page, requestId } = useAddress();
  const token = useMailedToken();
  const [{ data, error }, read] = useQuery({ query: PortalGate_portal, variables: { slug } });
  const firm = data?.portal;
  useBrandColor(firm?.branding.color);
  const portal = useMemo(
    () => (firm ? { firm, restart, offersNewPhone, setOffersNewPhone } : null),
    [firm, offersNewPhone, restart, setOffersNewPhone],
  );
  if (error && !data)
    return (
      <main>
        <ErrorState message={sayError(error)} onRetry={() => read({ requestPolicy: "network-only" })} />
      </main>
    );
  if (!data)
    return (
      <main>
        <Loading />
      </main>
    );
  if (!portal)
    return (
      <Frame title="We do not know this address">
        <p className="text-sm text-muted">
          There is no client portal here. Check the address, or open the link in the mail from your firm once more.
        </p>
      </Frame>
    );
  // A session of another firm's portal is none here.
  const viewer =
    data.viewer?.__typename === "PortalViewer" && data.viewer.firm.slug === portal.firm.slug ? data.viewer : null;
  const shown = () => {
    switch (page) {
      case "link":
        if (token !== null) return <MagicLinkPage key={token} token={token} />;
        break;
      case "confirm":
        if (token !== null || viewer?.session.assurance === "LINK")
          return <CreateAccountPage key={token} token={token} />;
        break;
      case "reset":
        return <ResetPasswordPage key={token} token={token} />;
      case "confirm-email":
        return <ConfirmEmailPage key={token} token={token} />;
      case "not-me":
        return <NotMePage key={token} token={token} />;
      case "request-account":
        return <RequestMailPage key={page} kind="account" />;
      case "forgot-password":
        return <RequestMailPage key={page} kind="password" />;
      case "account":
        if (viewer?.account) return <AccountPage />;
        break;
      case "request":
        if (viewer && requestId) return <RequestPage key={requestId} requestId={requestId} />;
        break;
      case null:
        return (
          <Frame firmName={portal.firm.name} title="There is no such page">
            <p className="text-sm text-muted">Open the link in the mail from {portal.firm.name} once more.</p>
          </Frame>
        );
      default:
    }
    return viewer ? <HomePage /> : <SignInPage hasEnded={hasEnded} landingRequestId={requestId} />;
  };
  return (
    <PortalContext.Provider value={portal}>
      <StepUpProvider hasTwoFactor={viewer?.account?.twoFactor.enrolled ?? false}>{shown()}</StepUpProvider>
    </PortalContext.Provider>
  );
}
