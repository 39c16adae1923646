import DataLoader from "dataloader";
import { LRUCache } from "lru-cache";
import { SESSIONS_VIEWED_EVERY } from "@gatehouse/shared";
import { placeholders, select, table } from "../../platform/database/sql.js";
import { AuditEvent } from "../audit/audit-event.entity.js";
import { asFirmCaller, writerOf } from "../callers/caller.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import type { Actor, UnitOfWork, Work } from "../work/unit-of-work.js";
import type { Sessions, ShownSession } from "./sessions.service.js";

/** An account whose sessions the firm wants to see. */
interface ViewedAccount {
  id: string;
  firmId: string;
  email: string;
}
interface View {
  account: ViewedAccount;
  context: RequestContext;
}
/** What is read at once: a page of accounts at most. */
const AT_ONCE = 100;
const MOST_VIEWED = 50_000;

const e = table(AuditEvent);
const viewedLately = (accounts: number) => select({ accountId: e.accountId, actorId: e.actorId }).from`${e}
  WHERE ${e.firmId} = ? AND ${e.type} = 'SESSIONS_VIEWED' AND ${e.occurredAt} > ? AND ${e.accountId} IN (${placeholders(accounts)})`;

/**
 * Clients' open sessions for the firm, whose looking at them is an event: once in ten minutes for each viewer and
 * account. It is recorded once the sessions are read and before they are shown, for a page of accounts in one unit of
 * work.
 */
export class ViewedSessions {
  /** When each viewer's last look at an account was recorded. */
  private readonly recorded = new LRUCache<string, number>({ max: MOST_VIEWED });

  constructor(private readonly needs: { work: Work; sessions: Sessions }) {}

  private readonly loader = () =>
    new DataLoader<View, ShownSession[], string>((views) => this.view(views), {
      cacheKeyFn: ({ account }) => account.id,
      maxBatchSize: AT_ONCE,
    });

  of(account: ViewedAccount, context: RequestContext): Promise<ShownSession[]> {
    return context.loaders.of(this.loader).load({ account, context });
  }

  private async view(views: readonly View[]): Promise<ShownSession[][]> {
    const { sessions } = this.needs;
    const found = await sessions.listOf(views.map(({ account }) => account.id));
    const listed = views.map(({ account }) => found.get(account.id) ?? []);
    const [first] = views;
    if (first)
      await this.record(
        views.map(({ account }, at) => ({ account, sessions: listed[at]?.length ?? 0 })),
        first.context,
      );
    return listed;
  }

  private async record(
    seen: readonly { account: ViewedAccount; sessions: number }[],
    context: RequestContext,
  ): Promise<void> {
    const { work } = this.needs;
    const actor = viewerIn(context);
    const keyOf = (account: ViewedAccount) => `${account.firmId} ${actor.id} ${account.id}`;
    const now = work.clock.now();
    const unrecorded = seen.filter(
      ({ account }) => (this.recorded.get(keyOf(account)) ?? -Infinity) + SESSIONS_VIEWED_EVERY <= now,
    );
    if (unrecorded.length === 0) return;
    // Noted before the log is written, so that two requests at once do not both write it.
    for (const { account } of unrecorded) this.recorded.set(keyOf(account), now);
    try {
      const write = () =>
        work.do(async (unit) => {
          const known = await recordedByOthers(unit, actor, unrecorded);
          for (const { account, sessions } of unrecorded)
            if (!known.has(account.id))
              unit.record({
                type: "SESSIONS_VIEWED",
                firmId: account.firmId,
                accountId: account.id,
                actor,
                data: { email: account.email, sessions },
              });
        });
      const { caller, source, isShared } = context;
      await work.outsideGuards(() => (isShared ? write() : work.guarded({ writer: writerOf(caller, source) }, write)));
    } catch (error) {
      for (const { account } of unrecorded) this.recorded.delete(keyOf(account));
      throw error;
    }
  }
}

/** Looks that another instance recorded, or this one before it was restarted. */
async function recordedByOthers(
  unit: UnitOfWork,
  actor: Actor,
  seen: readonly { account: ViewedAccount }[],
): Promise<Set<string | null>> {
  const firmId = seen[0]?.account.firmId ?? "";
  const ids = seen.map(({ account }) => account.id);
  const since = unit.now - SESSIONS_VIEWED_EVERY;
  const rows = await unit.unpreparedRows(viewedLately(ids.length), [firmId, since, ...ids]);
  return new Set(rows.filter(({ actorId }) => actorId === actor.id).map(({ accountId }) => accountId));
}

/** An answer about an event is shared by all subscribers with the same rights: none of them can be named. */
function viewerIn(context: RequestContext): Actor {
  const { kind } = asFirmCaller(context.caller);
  return context.isShared
    ? { kind, id: null, name: "Somebody who follows the log live", ipAddress: null, userAgent: null }
    : actorIn(context);
}
