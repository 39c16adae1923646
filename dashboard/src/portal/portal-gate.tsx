import { useEffect, useEffectEvent, useMemo, useState } from "react";
import { useQuery } from "urql";
import { usableTimeZone, type Language } from "@gatehouse/shared";
import { graphql } from "../graphql/graphql.js";
import { sayError } from "../graphql/use-act.js";
import { useBrandColor } from "../features/branding/brand-style.js";
import { StepUpProvider } from "../features/step-up/step-up-provider.js";
import { Loading } from "../ui/spinner.js";
import { PageTimeZoneContext } from "../ui/page-time-zone.js";
import { ErrorState } from "../ui/states.js";
import { usePageLanguage, useWords } from "../language/language-context.js";
import { AccountPage } from "./features/account/account-page.js";
import { useAddress } from "./address.js";
import { ConfirmEmailPage } from "./features/portal-accounts/confirm-email-page.js";
import { CreateAccountPage } from "./features/portal-accounts/create-account-page.js";
import { Frame } from "./frame.js";
import { HomePage } from "./features/client-requests/home-page.js";
import { languageOfPage, rememberLanguage, unsavedChoice } from "./language-choice.js";
import { useSaveLanguage } from "./language-switch.js";
import { MagicLinkPage } from "./features/magic-links/magic-link-page.js";
import { useMailedToken } from "../features/mailed-tokens/mailed-token.js";
import { NotMePage } from "./features/not-me/not-me-page.js";
import { usePortalWords, useSpeak } from "./portal-language.js";
import { RequestMailPage } from "./features/portal-accounts/request-mail-page.js";
import { RequestPage } from "./features/client-requests/request-page.js";
import { ResetPasswordPage } from "./features/portal-accounts/reset-password-page.js";
import { PortalContext, type Portal } from "./session.js";
import { SignInPage } from "./features/sign-in/sign-in-page.js";

const PortalGate_portal = graphql(`
  query PortalGate_portal($slug: String!) {
    portal(firmSlug: $slug) {
      name
      slug
      mode
      twoFactorDueAt
      clientLanguage
      timeZone
      isDisabled
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
        language
        session {
          id
          assurance
        }
        account {
          id
          email
          twoFactor {
            enrolled
          }
        }
      }
    }
  }
`);

/** Chooses the page by address and session. */
export function PortalGate(props: Omit<Portal, "firm" | "isSignedIn"> & { hasEnded: boolean }) {
  const { hasEnded, restart, offersNewPhone, setOffersNewPhone } = props;
  const { slug, page, requestId } = useAddress();
  const token = useMailedToken();
  const [{ data, error }, read] = useQuery({ query: PortalGate_portal, variables: { slug } });
  const firm = data?.portal;
  useBrandColor(firm?.branding.color);
  // A session of another firm's portal does not count here.
  const viewer =
    data?.viewer?.__typename === "PortalViewer" && data.viewer.firm.slug === firm?.slug ? data.viewer : null;
  const isSignedIn = viewer !== null;
  const portal = useMemo(
    () =>
      firm
        ? {
            firm: { ...firm, timeZone: usableTimeZone(firm.timeZone) },
            isSignedIn,
            restart,
            offersNewPhone,
            setOffersNewPhone,
          }
        : null,
    [firm, isSignedIn, offersNewPhone, restart, setOffersNewPhone],
  );
  const isSpoken = useLanguageOf(
    data ? { own: viewer?.language ?? null, firm: firm?.clientLanguage ?? null } : null,
    isSignedIn,
  );
  const words = useWords();
  const say = usePortalWords();
  if (error && !data)
    return (
      <main>
        <ErrorState message={sayError(error, words)} onRetry={() => read({ requestPolicy: "network-only" })} />
      </main>
    );
  if (!data || !isSpoken)
    return (
      <main>
        <Loading />
      </main>
    );
  if (!portal)
    return (
      <Frame title={say.unknownAddress}>
        <p className="text-sm text-muted">{say.unknownAddressWhy}</p>
      </Frame>
    );
  if (portal.firm.isDisabled)
    return (
      <Frame firmName={portal.firm.name} title={say.closed}>
        <p className="text-sm text-muted">{say.closedWhy(portal.firm.name)}</p>
      </Frame>
    );
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
          <Frame firmName={portal.firm.name} title={say.noPage}>
            <p className="text-sm text-muted">{say.noPageWhy(portal.firm.name)}</p>
          </Frame>
        );
      default:
    }
    return viewer ? <HomePage /> : <SignInPage hasEnded={hasEnded} landingRequestId={requestId} />;
  };
  return (
    <PortalContext.Provider value={portal}>
      <PageTimeZoneContext.Provider value={portal.firm.timeZone}>
        <StepUpProvider
          email={viewer?.account?.email ?? null}
          hasTwoFactor={viewer?.account?.twoFactor.enrolled ?? false}
        >
          {shown()}
        </StepUpProvider>
      </PageTimeZoneContext.Provider>
    </PortalContext.Provider>
  );
}

/**
 * Switches to the right language once the firm and the client are known, and returns whether the page is in it. Later switches are up to
 * the client.
 */
function useLanguageOf(known: { own: Language | null; firm: Language | null } | null, isSignedIn: boolean): boolean {
  const { language } = usePageLanguage();
  const speak = useSpeak();
  const save = useSaveLanguage();
  const [isSettled, setSettled] = useState(false);
  const wanted = known && !isSettled ? languageOfPage(known) : null;
  const begin = useEffectEvent(async (found: Language) => {
    // A language that cannot be loaded is no reason to show nothing.
    if (found !== language) await speak(found).catch(() => undefined);
    if (isSignedIn && known?.own) rememberLanguage(found);
    if (isSignedIn && unsavedChoice() !== null) await save(found);
  });
  useEffect(() => {
    if (wanted !== null) void begin(wanted).then(() => setSettled(true));
  }, [wanted]);
  return isSettled || wanted === language;
}
