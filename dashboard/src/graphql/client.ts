import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { retryExchange } from "@urql/exchange-retry";
import {
  Client,
  composeExchanges,
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

/** The side that a page belongs to: the dashboard, or a firm's portal. One browser may have a session for each. */
export interface Side {
  audience: "team" | "portal";
  /** The slug in the address of a portal's page; null: the dashboard. */
  firm: string | null;
}

/** The headers of every request of a page: which session it uses, and that no other site sent it. */
const pageHeaders = ({ audience, firm }: Side) => ({
  "gatehouse-audience": audience,
  // A header holds Latin letters only; an address may hold anything.
  ...(firm === null ? {} : { "gatehouse-firm": encodeURIComponent(firm) }),
  // Refusals are in the language of the page, which may differ from the browser's.
  "accept-language": document.documentElement.lang,
});

/** In an answer: who is signed in. In a request: whom the page was loaded for; the server does nothing if it is someone else. */
const VIEWER_HEADER = "gatehouse-viewer";

export interface GatehouseClient {
  urql: Client;
  /** For requests other than GraphQL operations: like the browser's `fetch`, but only in the name of this client's viewer. */
  fetch: typeof fetch;
  /** The person the page belongs to, as named by the server at first or after a sign-in. Null: nobody yet. */
  viewer: () => string | null;
  /** Closes the socket. The cache goes with the client, so nothing of one session is shown in the next. */
  dispose: () => void;
}

/** In an operation's context: its answer is not cached. */
export const uncached = { isUncached: true };
/** In an operation's context: its variables contain a mailed token, which the cache would keep as part of a key. */
export const carriesMailedToken = { ...uncached };

/** What the server answers if nothing was done and the same request may be sent again: in an outage, or while it starts. */
const againLater = new Set<unknown>(["UNAVAILABLE", "STARTING"]);
const isAgainLater = (errors: readonly { extensions?: Record<string, unknown> | undefined }[]): boolean =>
  errors.length > 0 && errors.every(({ extensions }) => againLater.has(extensions?.["code"]));
/** A page repeats such a request a few times before it says so. */
const retryAfterOutage = retryExchange({
  initialDelayMs: 1000,
  maxDelayMs: 8000,
  maxNumberAttempts: 4,
  retryIf: ({ graphQLErrors }) => isAgainLater(graphQLErrors),
});

/** Bypasses the cache for operations that must not be kept in it. */
const pastTheCache: Exchange = (input) => {
  // Operations that it does not fetch end here: the exchanges below are one chain, for everything else.
  const fetchAtOnce = composeExchanges([retryAfterOutage, fetchExchange])({ ...input, forward: () => empty });
  return (operations) => {
    const shared = share(operations);
    const isUncached = ({ context }: Operation) => context["isUncached"] === true;
    return merge([
      fetchAtOnce(filter(isUncached)(shared)),
      input.forward(filter((operation: Operation) => !isUncached(operation))(shared)),
    ]);
  };
};

/** Whether an error says that the viewer's session has ended. */
export const saysSignedOut = (error: CombinedError | undefined): boolean =>
  error?.graphQLErrors.some(({ extensions }) => extensions?.code === "UNAUTHENTICATED") ?? false;

/** However long the server was unreachable, a page is live again soon after it returns. */
const LONGEST_WAIT_MS = 8000;
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Close codes with which the server permanently refuses a socket: there is no session, or not any more. */
const refusals = new Set([4401, 4403]);
const closeCode = (event: unknown): number | null =>
  typeof event === "object" && event !== null && "code" in event && typeof event.code === "number" ? event.code : null;

/** How a page learns about changes of its session. */
export interface SessionNews {
  /** An answer says that there is no session (any more). */
  onSignedOut: () => void;
  /** The page belongs to this person from now on. */
  onViewerKnown: (viewer: string) => void;
  /** Someone else has signed in, in another tab: the request was not carried out, and nothing on this page may stay. */
  onViewerChanged: () => void;
}

/** One client for each session: created at sign-in, discarded at sign-out. */
export function createGatehouseClient(side: Side, news: SessionNews): GatehouseClient {
  let viewer: string | null = null;
  const fetchAsViewer: typeof fetch = async (address, options) => {
    const sentFor = viewer;
    const headers = new Headers(options?.headers);
    for (const [name, value] of Object.entries(pageHeaders(side))) headers.set(name, value);
    if (viewer !== null) headers.set(VIEWER_HEADER, viewer);
    const answer = await fetch(address, { ...options, headers, credentials: "same-origin" });
    const named = answer.headers.get(VIEWER_HEADER);
    if (named !== null && named !== sentFor && named !== viewer) {
      // Not the viewer who was known when it was sent: the first to be named, or this request has just signed someone in.
      if (viewer !== sentFor) news.onViewerChanged();
      else news.onViewerKnown((viewer = named));
    }
    if (answer.status === VIEWER_CHANGED_STATUS && (await codeIn(answer.clone())) === "VIEWER_CHANGED")
      news.onViewerChanged();
    return answer;
  };
  const socket = createSocket({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
    connectionParams: () => ({
      audience: side.audience,
      ...(side.firm === null ? {} : { firm: side.firm }),
      ...(viewer === null ? {} : { viewer }),
    }),
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
      retryAfterOutage,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = "", variables = {} }) => ({
          subscribe: (sink) => {
            // graphql-ws writes the payload again at every reconnect: `after` is then the last event that arrived, so that a
            // broken connection neither loses nor repeats an event.
            let after = variables.after;
            const payload = {
              query,
              get variables() {
                return after === undefined ? variables : { ...variables, after };
              },
            };
            let isOver = false;
            let end = () => {};
            const subscribe = () => {
              if (isOver) return;
              end = socket.subscribe(payload, {
                next: (result: FormattedExecutionResult<Record<string, unknown>>) => {
                  after = cursorIn(result.data) ?? after;
                  sink.next(result);
                },
                error: (error) => {
                  if (Array.isArray(error) && isAgainLater(error)) setTimeout(subscribe, LONGEST_WAIT_MS / 2);
                  else sink.error(error);
                },
                complete: () => sink.complete(),
              });
            };
            subscribe();
            return {
              unsubscribe: () => {
                isOver = true;
                end();
              },
            };
          },
        }),
      }),
    ],
  });
  return { urql, fetch: fetchAsViewer, viewer: () => viewer, dispose: () => void socket.dispose() };
}

const VIEWER_CHANGED_STATUS = 409;
/** The error code of a request that was refused as a whole. */
async function codeIn(answer: Response): Promise<unknown> {
  const body = (await answer.json().catch(() => null)) as { errors?: { extensions?: { code?: unknown } }[] } | null;
  return body?.errors?.[0]?.extensions?.code;
}

/** The cursor of the one event in a message of the feed. */
function cursorIn(data: Record<string, unknown> | null | undefined): string | undefined {
  const [event] = Object.values(data ?? {});
  return typeof event === "object" && event !== null && "cursor" in event && typeof event.cursor === "string"
    ? event.cursor
    : undefined;
}
