import { createContext, useContext, useEffect, useRef, useState, type ReactNode } from "react";
import { useClient } from "urql";
import { graphql, readFragment, type FragmentOf } from "../../../graphql/graphql.js";
import { saysSignedOut, uncached } from "../../../graphql/client.js";
import { useNotify } from "../../../ui/notices.js";
import { ContactRow_contact } from "../contacts/contact-row.fragment.js";

export const EventRow_event = graphql(`
  fragment EventRow_event on AuditEvent {
    id
    cursor
    type
    occurredAt
    summary
    reason
    actorKind
    actorId
    actorName
    ipAddress
    changes {
      field
      before
      after
    }
    contact {
      id
      name
    }
  }
`);
const LiveFeed_latest = graphql(`
  query LiveFeed_latest {
    auditEvents(first: 1) {
      nodes {
        id
        cursor
      }
    }
  }
`);
const LiveFeed_events = graphql(
  `
    subscription LiveFeed_events($after: String) {
      auditEvents(after: $after) {
        ...EventRow_event
        contact {
          id
          ...ContactRow_contact
        }
      }
    }
  `,
  [EventRow_event, ContactRow_contact],
);

export type EventRow = FragmentOf<typeof EventRow_event>;
/** The events since the page was opened: the newest ones, newest first, and how many there were in all. */
interface Feed {
  arrived: readonly EventRow[];
  count: number;
}
const FeedContext = createContext<Feed>({ arrived: [], count: 0 });
export const useLiveFeed = (): Feed => useContext(FeedContext);

const settleMs = 300;
/** Reloads from the server once new events have settled: any of the firm's, or one contact's. */
export function useLiveRefresh(again: (options: { requestPolicy: "network-only" }) => void, contactId?: string): void {
  const { arrived } = useLiveFeed();
  const concerns = (row: EventRow) =>
    contactId === undefined || readFragment(EventRow_event, row).contact?.id === contactId;
  const found = arrived.find(concerns);
  const newest = found && readFragment(EventRow_event, found).id;
  useEffect(() => {
    if (newest === undefined) return undefined;
    const timer = setTimeout(() => again({ requestPolicy: "network-only" }), settleMs);
    return () => clearTimeout(timer);
  }, [newest, again]);
}

const keptEvents = 200;
/** Changes before the oldest events are dropped; a list then reloads its newest page, or it would have a gap. */
export const useKeptRound = (): number => Math.floor((2 * useLiveFeed().count) / keptEvents);

const retryMs = 3000;
/** The events that are worth a toast. */
const toastTypes = new Set([
  "ACCOUNT_CREATED",
  "TWO_FACTOR_ENROLLED",
  "TWO_FACTOR_DISABLED",
  "ACCOUNT_LOCKED",
  "RECOVERY_CODE_USED",
  "REQUEST_COMPLETED",
  "WEBHOOK_DISABLED",
]);

/** Follows the firm's events from the moment the page is opened. Their contacts go to the cache, which updates every row. */
export function LiveFeedProvider({ children, onEnded }: { children: ReactNode; onEnded: () => void }) {
  const client = useClient();
  const notify = useNotify();
  const [feed, setFeed] = useState<Feed>({ arrived: [], count: 0 });
  const ended = useRef(onEnded);
  useEffect(() => {
    ended.current = onEnded;
  }, [onEnded]);
  useEffect(() => {
    // Each attempt is a turn of its own: an older turn ignores whatever it was still waiting for.
    let turn = 0;
    let stop: () => void = () => undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let after: string | null = null;
    const rest = () => {
      turn += 1;
      clearTimeout(timer);
      stop();
      stop = () => undefined;
    };
    const follow = async () => {
      rest();
      const mine = turn;
      const again = () => {
        timer = setTimeout(() => void follow(), retryMs);
      };
      // Asked before every attempt: if the feed broke off because the session has ended, this answer says so.
      // Not cached, because the event would otherwise appear in every list that is read later, with a gap before it.
      const latest = await client.query(LiveFeed_latest, {}, uncached).toPromise();
      if (mine !== turn) return;
      if (!latest.data) return again();
      after ??= latest.data.auditEvents.nodes[0]?.cursor ?? null;
      const { unsubscribe } = client.subscription(LiveFeed_events, { after }).subscribe((result) => {
        if (mine !== turn) return;
        if (result.error) {
          rest();
          return saysSignedOut(result.error) ? ended.current() : again();
        }
        if (!result.data) return;
        const row = result.data.auditEvents;
        const event = readFragment(EventRow_event, row);
        after = event.cursor;
        setFeed(({ arrived, count }) => ({ arrived: [row, ...arrived].slice(0, keptEvents), count: count + 1 }));
        if (toastTypes.has(event.type)) notify({ text: event.summary });
      });
      stop = unsubscribe;
    };
    // A session may have only a few sockets, and a browser many tabs: a hidden tab gives up its socket, and catches up on what it
    // missed when it is shown again.
    const followWhileShown = () => (document.hidden ? rest() : void follow());
    followWhileShown();
    document.addEventListener("visibilitychange", followWhileShown);
    return () => {
      document.removeEventListener("visibilitychange", followWhileShown);
      rest();
    };
  }, [client, notify]);
  return <FeedContext.Provider value={feed}>{children}</FeedContext.Provider>;
}
