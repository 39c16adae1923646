import {
  addDays,
  auditEventKinds,
  auditEventTypes,
  auditEventTypesOf,
  dayStart,
  isCalendarDate,
  type ActorKind,
  type AuditEventKind,
} from "@gatehouse/shared";
import type { ResultOf, VariablesOf } from "../../../graphql/graphql.js";
import type { ActivityPage_events } from "./activity-page.js";
import type { EventRow_event } from "./live-feed.js";

export type EventFilter = NonNullable<VariablesOf<typeof ActivityPage_events>["filter"]>;
type Event = ResultOf<typeof EventRow_event>;

/** Which events the page shows, as its address states them. */
export interface ActivitySearch {
  /** A kind of event, or one type. */
  what?: string;
  /** A contact's id. */
  client?: string;
  /** A kind of caller, or the id of one. */
  who?: string;
  /** The first and the last day, YYYY-MM-DD, in the firm's time zone. */
  from?: string;
  to?: string;
}

export const actorKindTitles: Readonly<Record<ActorKind, string>> = {
  CLIENT: "Any client",
  TEAM_MEMBER: "Anyone on the team",
  API_KEY: "Any API key",
  SYSTEM: "Gatehouse",
};
const isKind = (text: string): text is AuditEventKind => Object.hasOwn(auditEventKinds, text);
const isActorKind = (text: string): text is ActorKind => Object.hasOwn(actorKindTitles, text);

/** Reads an address, and drops what it does not understand. */
export function readActivitySearch(given: Record<string, unknown>): ActivitySearch {
  const search: ActivitySearch = {};
  const keep = (name: keyof ActivitySearch, isSound: (text: string) => boolean) => {
    const value = given[name];
    if (typeof value === "string" && isSound(value)) search[name] = value;
  };
  keep("what", (text) => isKind(text) || auditEventTypes.some((type) => type === text));
  keep("client", (text) => /^con_\w+$/.test(text));
  keep("who", (text) => isActorKind(text) || /^(mem|key)_\w+$/.test(text));
  for (const name of ["from", "to"] as const) keep(name, isCalendarDate);
  return search;
}

/** The filter of `auditEvents` for the address. `timeZone`: in whose days it is. */
export function filterOf({ what, client, who, from, to }: ActivitySearch, timeZone: string): EventFilter {
  const startOf = (day: string) => new Date(dayStart(day, timeZone)).toISOString();
  return {
    ...(what !== undefined && {
      types: isKind(what) ? auditEventTypesOf(what) : auditEventTypes.filter((type) => type === what),
    }),
    ...(client !== undefined && { contactId: client }),
    ...(who !== undefined && (isActorKind(who) ? { actorKinds: [who] } : { actorId: who })),
    ...(from !== undefined && { since: startOf(from) }),
    ...(to !== undefined && { until: startOf(addDays(to, 1)) }),
  };
}

/** Whether an event that has just arrived passes the filter: the server's rule, applied to rows that come from the feed. */
export const passes = (filter: EventFilter, { type, contact, actorKind, actorId, occurredAt }: Event): boolean =>
  (filter.types?.includes(type) ?? true) &&
  (filter.contactId == null || filter.contactId === contact?.id) &&
  (filter.actorKinds?.includes(actorKind) ?? true) &&
  (filter.actorId == null || filter.actorId === actorId) &&
  (filter.since == null || Date.parse(occurredAt) >= Date.parse(filter.since)) &&
  (filter.until == null || Date.parse(occurredAt) < Date.parse(filter.until));

/** The address of the same events as a file. */
export const exportAddress = (filter: EventFilter): string =>
  `/audit-log.csv?${new URLSearchParams(Object.entries(filter).map(([name, value]) => [name, String(value)])).toString()}`;
