import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { Provider } from "urql";
import { createGatehouseClient, uncached, type Audience, type GatehouseClient } from "../../graphql/client.js";
import { graphql } from "../../graphql/graphql.js";
import { NoticeProvider } from "../../ui/notices.js";
import { isOpenedByMail, loadAnew } from "../mailed-tokens/mailed-token.js";
import { listenToOtherTabs, tellOtherTabs } from "./other-tabs.js";

const SessionClient_look = graphql(`
  query SessionClient_look {
    viewer {
      __typename
    }
  }
`);

/** One session of the page, from a sign-in to its end. */
export interface SessionRun {
  /** The one before ended by itself: then the sign-in page says so. */
  hasEnded: boolean;
  /** A session began, or was ended here: everything is read anew. */
  restart: () => void;
}

const FetchContext = createContext<typeof fetch | null>(null);
/** `fetch` for what is no GraphQL operation, in the name of the page's viewer alone. */
export function useSessionFetch(): typeof fetch {
  const sessionFetch = useContext(FetchContext);
  if (!sessionFetch) throw new Error("useSessionFetch outside of a session's client");
  return sessionFetch;
}

/**
 * Each session has a client and notices of its own, so that nothing of one is shown in the next. A page stays the one of whom it was
 * loaded for: where somebody else has signed in meanwhile, in another tab, it is loaded anew.
 */
export function SessionClient(props: { audience: Audience; children: (run: SessionRun) => ReactNode }) {
  const { audience, children } = props;
  const [{ number, hasEnded }, setRun] = useState({ number: 0, hasEnded: false });
  const end = useCallback(
    // Answers that come in together each say that the session is over; the first one counts.
    () => setRun((run) => (run.number === number ? { number: number + 1, hasEnded: true } : run)),
    [number],
  );
  const client = useMemo(
    () =>
      createGatehouseClient(audience, {
        onSignedOut: end,
        onViewerKnown: (viewer) => tellOtherTabs(audience, viewer),
        onViewerChanged: loadAnew,
      }),
    [audience, end],
  );
  useEffect(() => keepToViewer({ audience, client, hasEnded, onSignedOut: end }), [audience, client, end, hasEnded]);
  useEffect(() => () => client.dispose(), [client]);
  const restart = useCallback(() => setRun((run) => ({ number: run.number + 1, hasEnded: false })), []);
  return (
    <Provider key={number} value={client.urql}>
      <FetchContext.Provider value={client.fetch}>
        <NoticeProvider>{children({ hasEnded, restart })}</NoticeProvider>
      </FetchContext.Provider>
    </Provider>
  );
}

/**
 * Looks whose session it is whenever that may have changed: another tab tells so, or the page is looked at again. One that was opened to
 * sign in is left alone, as somebody may be at it.
 */
function keepToViewer(page: {
  audience: Audience;
  client: GatehouseClient;
  hasEnded: boolean;
  onSignedOut: () => void;
}): () => void {
  const { audience, client, hasEnded, onSignedOut } = page;
  const look = async () => {
    const isNobodys = client.viewer() === null;
    if (isNobodys && !hasEnded) return;
    // That it is another person's is said by a refusal, which the client has heard of by then.
    const { data } = await client.urql.query(SessionClient_look, {}, uncached).toPromise();
    if (!data) return;
    if (isNobodys && data.viewer !== null) loadAnew();
    // Between a new password and the code that is asked next there is no session, and nothing of the one before is shown.
    if (!isNobodys && data.viewer === null && !isOpenedByMail()) onSignedOut();
  };
  const lookWhenShown = () => {
    if (!document.hidden) void look();
  };
  // A browser may keep a page as it is while it shows another one, and bring it back without asking.
  const hideWhenKept = ({ persisted }: PageTransitionEvent) => {
    if (persisted && client.viewer() !== null) document.body.hidden = true;
  };
  const loadWhenBack = ({ persisted }: PageTransitionEvent) => {
    if (persisted && client.viewer() !== null) loadAnew();
  };
  const stop = listenToOtherTabs(audience, (viewer) => {
    if (viewer !== client.viewer()) void look();
  });
  document.addEventListener("visibilitychange", lookWhenShown);
  addEventListener("pagehide", hideWhenKept);
  addEventListener("pageshow", loadWhenBack);
  return () => {
    stop();
    document.removeEventListener("visibilitychange", lookWhenShown);
    removeEventListener("pagehide", hideWhenKept);
    removeEventListener("pageshow", loadWhenBack);
  };
}
