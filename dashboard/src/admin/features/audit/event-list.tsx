import { auditEvents, auditEventTypes } from "@gatehouse/shared";
import { Link } from "@tanstack/react-router";
import { readFragment } from "../../../graphql/graphql.js";
import { Ago } from "../../../ui/date-time.js";
import { EventChanges } from "./event-changes.js";
import { newestFirst } from "./event-order.js";
import { passes, type EventFilter } from "./event-filter.js";
import { EventRow_event, useLiveFeed, type EventRow } from "./live-feed.js";

/** An event's title. */
export const eventTitle = (type: string): string => {
  const known = auditEventTypes.find((name) => name === type);
  return known ? auditEvents[known].title : type;
};

/** Events, newest first: those that arrived since the page was opened, and those that were loaded. */
export function EventList(props: {
  loaded: readonly EventRow[];
  filter?: EventFilter;
  /** On a contact's page: the contact that every event is about. */
  contactId?: string;
  /** Shown if there are no events. */
  empty?: string | undefined;
}) {
  const { empty = "Nothing has happened yet." } = props;
  const { arrived } = useLiveFeed();
  const filter = props.contactId === undefined ? (props.filter ?? {}) : { contactId: props.contactId };
  const read = (rows: readonly EventRow[]) =>
    rows.map((row) => readFragment(EventRow_event, row)).filter((event) => passes(filter, event));
  const events = newestFirst(read(arrived), read(props.loaded));
  if (events.length === 0) return <p className="py-4 text-sm text-muted">{empty}</p>;
  return (
    <ol className="flex flex-col divide-y divide-line text-sm">
      {events.map((event) => (
        <li key={event.id} className="flex flex-col gap-0.5 py-3">
          <div className="flex flex-wrap items-baseline justify-between gap-x-4">
            <span className="font-medium text-ink">{eventTitle(event.type)}</span>
            <span className="text-muted">
              <Ago at={event.occurredAt} />
            </span>
          </div>
          <p className="break-words text-ink">{event.summary}</p>
          {event.reason && <p className="break-words text-muted">Reason: {event.reason}</p>}
          <EventChanges changes={event.changes} of={event.summary} />
          {event.contact && !props.contactId && (
            <p>
              <Link to="/contacts/$contactId" params={{ contactId: event.contact.id }} className="link">
                {event.contact.name}
              </Link>
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}
