import { setTimeout as wait } from "node:timers/promises";
import type { Client } from "graphql-ws";
import type { Api } from "../api.js";
import { until } from "../world.js";

export interface Follower {
  /** Ids of the events, in the order in which they arrived. */
  seen: string[];
  client: Client;
}

/**
 * A subscriber with graphql-ws's own client that follows a firm's events through every crash: each time it connects, it
 * asks for what comes after the last cursor it saw.
 */
export function follow(api: Api, token: string): Follower {
  const seen: string[] = [];
  let after: string | undefined;
  const client = api.socket(
    token,
    {},
    { retryAttempts: Number.POSITIVE_INFINITY, shouldRetry: () => true, retryWait: () => wait(100) },
  );
  client.subscribe<{ auditEvents: { id: string; cursor: string } }>(
    {
      query: "subscription($after: String) { auditEvents(after: $after) { id cursor } }",
      // Evaluated at each connection.
      get variables() {
        return { after };
      },
    },
    {
      next: ({ data, errors }) => {
        if (errors) seen.push(`errors: ${JSON.stringify(errors)}`);
        if (!data) return;
        seen.push(data.auditEvents.id);
        after = data.auditEvents.cursor;
      },
      error: (error) => seen.push(`the feed ended: ${JSON.stringify(error)}`),
      complete: () => seen.push("the feed completed"),
    },
  );
  return { seen, client };
}

/** Resolves once all of them listen: each has seen an event by then, so none may be missing from there on. */
export async function untilListening(api: Api, token: string, followers: readonly Follower[]): Promise<void> {
  await until(async () => {
    await api.contact(token, "Here?");
    await wait(200);
    return followers.every(({ seen }) => seen.length > 0);
  });
}

/** The firm's whole log, oldest first. */
export async function logOf(api: Api, token: string): Promise<string[]> {
  const ids: string[] = [];
  for (let before: string | null = null; ;) {
    const { data } = await api.ask(
      "query($after: String) { auditEvents(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }",
      { after: before },
      token,
    );
    ids.push(...data.auditEvents.nodes.map(({ id }: { id: string }) => id));
    if (!data.auditEvents.pageInfo.hasNextPage) return ids.toReversed();
    before = data.auditEvents.pageInfo.endCursor;
  }
}
