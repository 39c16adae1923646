import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { Provider } from "urql";
import { createGatehouseClient, uncached, type GatehouseClient, type Side } from "../../graphql/client.js";
import { graphql } from "../../graphql/graphql.js";
import { forgetTexts } from "../../ui/kept-texts.js";
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

/** One session of the page, from the sign-in to its end. */
export interface SessionRun {
  /** The previous session ended by itself, and the sign-in page says so. */
  hasEnded: boolean;
  /** A session began, or was ended here: everything is reloaded. */
  restart: () => void;
}

const FetchContext = createContext<typeof fetch | null>(null);
/** `fetch` for requests other than GraphQL operations, only in the name of the page's viewer. */
export function useSessionFetch(): typeof fetch {
  const sessionFetch = useContext(FetchContext);
  if (!sessionFetch) throw new Error("useSessionFetch outside of a session's client");
  return sessionFetch;
}

/**
 * Each session has its own client and notices, so that nothing of one is shown in the next. A page belongs to the person it was loaded
 * for: if someone else has signed in meanwhile, in another tab, it reloads.
 */
export function SessionClient(props: Side & { children: (run: SessionRun) => ReactNode }) {
  const { audience, firm, children } = props;
  const side = useMemo(() => ({ audience, firm }), [audience, firm]);
  const [{ number, hasEnded }, setRun] = useState({ number: 0, hasEnded: false });
  const end = useCallback(() => {
    forgetTexts();
    // Answers that arrive together all say that the session has ended; the first one counts.
    setRun((run) => (run.number === number ? { number: number + 1, hasEnded: true } : run));
  }, [number]);
  const client = useMemo(
    () =>
      createGatehouseClient(side, {
        onSignedOut: end,
        onViewerKnown: (viewer) => tellOtherTabs(side, viewer),
        onViewerChanged: loadAnew,
      }),
    [side, end],
  );
  useEffect(() => keepToViewer({ side, client, hasEnded, onSignedOut: end }), [side, client, end, hasEnded]);
  useEffect(() => () => client.dispose(), [client]);
  const restart = useCallback(() => {
    forgetTexts();
    setRun((run) => ({ number: run.number + 1, hasEnded: false }));
  }, []);
  return (
    <Provider key={number} value={client.urql}>
      <FetchContext.Provider value={client.fetch}>
        <NoticeProvider>{children({ hasEnded, restart })}</NoticeProvider>
      </FetchContext.Provider>
    </Provider>
  );
}

/**
 * Checks whose session it is whenever that may have changed: another tab says so, or the page is shown again. A page that was opened to
 * sign in is left alone, because someone may be using it.
 */
function keepToViewer(page: {
  side: Side;
  client: GatehouseClient;
  hasEnded: boolean;
  onSignedOut: () => void;
}): () => void {
  const { side, client, hasEnded, onSignedOut } = page;
  const look = async () => {
    const isNobodys = client.viewer() === null;
    if (isNobodys && !hasEnded) return;
    // If it is another person's session, the server refuses, and the client has already handled that.
    const { data } = await client.urql.query(SessionClient_look, {}, uncached).toPromise();
    if (!data) return;
    if (isNobodys && data.viewer !== null) loadAnew();
    // Between a new password and the code that follows there is no session, and nothing of the previous one is shown.
    if (!isNobodys && data.viewer === null && !isOpenedByMail()) onSignedOut();
  };
  const lookWhenShown = () => {
    if (!document.hidden) void look();
  };
  // A browser may keep a page in its back/forward cache, and restore it without asking the server.
  const hideWhenKept = ({ persisted }: PageTransitionEvent) => {
    if (persisted && client.viewer() !== null) document.body.hidden = true;
  };
  const loadWhenBack = ({ persisted }: PageTransitionEvent) => {
    if (persisted && client.viewer() !== null) loadAnew();
  };
  const stop = listenToOtherTabs(side, (viewer) => {
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
