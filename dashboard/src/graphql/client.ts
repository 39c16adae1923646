import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import {
  Client,
  fetchExchange,
  mapExchange,
  subscriptionExchange,
  type CombinedError,
  type Exchange,
  type Operation,
} from "@urql/core";
import { createClient as createSocket, type FormattedExecutionResult } from "graphql-ws";
import { empty, filter, merge, share } from "wonka";
import { schemaOutline } from "./schema-outline.js";
import { typesWithoutId } from "./types-without-id.js";

/** Whose page this is; one browser may hold a session of each. */
export type Audience = "team" | "portal";

/** What every request of a page carries: whose session it means, and that no other site sent it. */
const pageHeaders = (audience: Audience) => ({
  "gatehouse-audience": audience,
  // Refusals come in the language of the page, which need not be the browser's.
  "accept-language": document.documentElement.lang,
});

/** In an answer: who is signed in. In a request: whom its page was loaded for; the server does nothing for anybody else. */
const VIEWER_HEADER = "gatehouse-viewer";

export interface GatehouseClient {
  urql: Client;
  /** For what is no GraphQL operation: as the browser's, in the name of this client's viewer alone. */
  fetch: typeof fetch;
  /** Whose page it is: whom the server named, at first or when somebody signed in by it. Null: nobody's yet. */
  viewer: () => string | null;
  /** Closes the socket. What was cached goes with the client, so nothing of one session is shown in the next. */
  dispose: () => void;
}

/** In an operation's context: its answer is not kept. */
export const uncached = { isUncached: true };
/** In an operation's context: its variables carry a mailed token, which the cache would keep in the name that it gives the answer. */
export const carriesMailedToken = { ...uncached };

/** Sends past the cache what must not be kept in it. */
const pastTheCache: Exchange = (input) => {
  // Whatever it does not fetch ends here: the exchanges below are one chain, for everything else.
  const fetchAtOnce = fetchExchange({ ...input, forward: () => empty });
  return (operations) => {
    const shared = share(operations);
    const isUncached = ({ context }: Operation) => context["isUncached"] === true;
    return merge([
      fetchAtOnce(filter(isUncached)(shared)),
      input.forward(filter((operation: Operation) => !isUncached(operation))(shared)),
    ]);
  };
};

/** Whether an error says that the caller's session is over. */
export const saysSignedOut = (error: CombinedError | undefined): boolean =>
  error?.graphQLErrors.some(({ extensions }) => extensions?.code === "UNAUTHENTICATED") ?? false;

/** However long the server was away, a page is live again soon after its return. */
const LONGEST_WAIT_MS = 8000;
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Close codes by which the server refuses a socket for good: no session, or not any more. */
const refusals = new Set([4401, 4403]);
const closeCode = (event: unknown): number | null =>
  typeof event === "object" && event !== null && "code" in event && typeof event.code === "number" ? event.code : null;

/** What a page is told of its session. */
export interface SessionNews {
  /** An answer says that there is no session (any more). */
  onSignedOut: () => void;
  /** Whose page it is from now on. */
  onViewerKnown: (viewer: string) => void;
  /** By now it is somebody else, signed in in another tab: what was asked was not done, and nothing on this page may stay. */
  onViewerChanged: () => void;
}

/** One client for each session: made at sign-in, thrown away at sign-out. */
export function createGatehouseClient(audience: Audience, news: SessionNews): GatehouseClient {
  let viewer: string | null = null;
  const fetchAsViewer: typeof fetch = async (address, options) => {
    const sentFor = viewer;
    const headers = new Headers(options?.headers);
    for (const [name, value] of Object.entries(pageHeaders(audience))) headers.set(name, value);
    if (viewer !== null) headers.set(VIEWER_HEADER, viewer);
    const answer = await fetch(address, { ...options, headers, credentials: "same-origin" });
    const named = answer.headers.get(VIEWER_HEADER);
    if (named !== null && named !== sentFor && named !== viewer) {
      // Another one than was known when it was sent: the first to be named, or this very request has signed somebody in.
      if (viewer !== sentFor) news.onViewerChanged();
      else news.onViewerKnown((viewer = named));
    }
    if (answer.status === VIEWER_CHANGED_STATUS && (await codeIn(answer.clone())) === "VIEWER_CHANGED")
      news.onViewerChanged();
    return answer;
  };
  const socket = createSocket({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
    connectionParams: () => ({ audience, ...(viewer === null ? {} : { viewer }) }),
    lazy: true,
    keepAlive: 15_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: (retries) => wait(Math.min(1000 * 2 ** retries, LONGEST_WAIT_MS) * (0.5 + Math.random() / 2)),
    shouldRetry: (event) => !refusals.has(closeCode(event) ?? 0),
  });
  const urql = new Client({
    url: "/graphql",
    preferGetMethod: false,
    fetch: fetchAsViewer,
    exchanges: [
      mapExchange({
        onResult: ({ error }) => {
          if (saysSignedOut(error)) news.onSignedOut();
        },
      }),
      pastTheCache,
      cacheExchange({
        schema: schemaOutline,
        keys: Object.fromEntries(typesWithoutId.map((name) => [name, () => null])),
        resolvers: {
          Contact: { requests: relayPagination() },
          PortalViewer: { requests: relayPagination() },
          RollOut: { recipients: relayPagination() },
        },
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = "", variables = {} }) => ({
          subscribe: (sink) => {
            // graphql-ws writes the payload anew at every reconnect: `after` then is the last event that arrived, so that
            // a broken connection neither loses nor repeats one.
            let after = variables.after;
            const payload = {
              query,
              get variables() {
                return after === undefined ? variables : { ...variables, after };
              },
            };
            const unsubscribe = socket.subscribe(payload, {
              next: (result: FormattedExecutionResult<Record<string, unknown>>) => {
                after = cursorIn(result.data) ?? after;
                sink.next(result);
              },
              error: (error) => sink.error(error),
              complete: () => sink.complete(),
            });
            return { unsubscribe };
          },
        }),
      }),
    ],
  });
  return { urql, fetch: fetchAsViewer, viewer: () => viewer, dispose: () => void socket.dispose() };
}

const VIEWER_CHANGED_STATUS = 409;
/** The code of the failure that a request as a whole was refused with. */
async function codeIn(answer: Response): Promise<unknown> {
  const body = (await answer.json().catch(() => null)) as { errors?: { extensions?: { code?: unknown } }[] } | null;
  return body?.errors?.[0]?.extensions?.code;
}

/** The cursor of the one event that a feed's message carries. */
function cursorIn(data: Record<string, unknown> | null | undefined): string | undefined {
  const [event] = Object.values(data ?? {});
  return typeof event === "object" && event !== null && "cursor" in event && typeof event.cursor === "string"
    ? event.cursor
    : undefined;
}
