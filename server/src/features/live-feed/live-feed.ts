import { setTimeout as wait } from "node:timers/promises";
import type { AuditEventType } from "@gatehouse/shared";
import { outageOf } from "../../platform/database/outages.js";
import { badInput } from "../../platform/graphql/failures.js";
import type { Log } from "../../platform/log.js";
import { SharedEvents, type Subscriber } from "../../platform/websocket/shared-events.js";
import type { SharedOperation } from "../../platform/websocket/shared-operation.js";
import { asFirmCaller, credentialIdOf, rightsOf, type FirmCaller } from "../callers/caller.js";
import { checkAccess, may } from "../access/access-rule.js";
import type { RequestContext } from "../callers/request-context.js";
import type { AuditEvent } from "../audit/audit-event.entity.js";
import { AuditEventView } from "../audit/audit-event.results.js";
import { seqOfCursor, type AuditLog } from "../audit/audit-log.service.js";
import { callersNow, type CallersNowNeeds } from "../request-contexts/callers-now.js";
import { eventsRule } from "../audit/audit-event.access.js";

/** How often the log is read even without a wake-up (another instance wrote, a message was lost). */
const POLL_MS = 1000;
const BATCH = 100;
/** In RFC 6455's registry. After 1011, graphql-ws's client would give up for good. */
const TRY_AGAIN_LATER = 1013;

export interface LiveFeedNeeds extends CallersNowNeeds {
  auditLog: AuditLog;
  /** The context of an answer for everybody with the caller's rights. */
  contextOf(caller: FirmCaller): RequestContext;
  now(): number;
  /** An event was sent this many seconds after it happened. Not called for what a follower catches up on. */
  observeDelay?(seconds: number): void;
  log: Log;
}

/** One subscription, and the number of the last event sent to it. */
interface Follower {
  caller: FirmCaller;
  types: AuditEventType[] | null;
  seq: number;
  subscriber: Subscriber<RequestContext>;
  isGone: boolean;
  close(code: number, reason: string): void;
}
/** The end of a firm's log, which up-to-date followers read together. */
interface Tail {
  firmId: string;
  seq: number;
  followers: Set<Follower>;
  wake(): void;
}

/**
 * The firm's events as they commit. The log is the truth and wake-ups only say "look again", so that nothing is lost or
 * sent twice: numbers have no gaps, and each follower knows the last one it received. A follower reads from its cursor
 * by itself until it has caught up with the firm's tail, from where the log is read once for all of them.
 */
export class LiveFeed {
  private readonly tails = new Map<string, Tail>();
  private readonly followers = new Set<Follower>();

  constructor(private readonly needs: LiveFeedNeeds) {}

  /** How many subscriptions are open. */
  get subscriptions(): number {
    return this.followers.size;
  }

  wake(firmIds: readonly string[]): void {
    for (const firmId of firmIds) this.tails.get(firmId)?.wake();
  }

  /** Starts a subscription. Throws FORBIDDEN, or BAD_USER_INPUT for a cursor that the firm's log never issued. */
  async subscribe(
    given: { after?: string | null; types?: AuditEventType[] | null },
    context: RequestContext,
  ): Promise<SharedEvents<RequestContext>> {
    checkAccess(eventsRule, context.caller);
    const caller = asFirmCaller(context.caller);
    const after = given.after == null ? null : seqOfCursor(given.after);
    const last = await this.needs.auditLog.lastSeq(caller.firmId);
    if (after !== null && after > last) throw badInput("This cursor lies beyond the last event.");
    if (after !== null && after + 1 < (await this.needs.auditLog.firstSeq(caller.firmId)))
      throw badInput("Events after this cursor have been deleted: subscribe without it, or with a later one.");
    return new SharedEvents((subscriber) => {
      const follower: Follower = {
        caller,
        types: given.types ?? null,
        seq: after ?? last,
        subscriber,
        isGone: false,
        close: (code, reason) => context.closeSocket?.(code, reason),
      };
      this.followers.add(follower);
      void this.follow(follower, last);
      return () => this.leave(follower);
    });
  }

  /**
   * Reads until the follower has caught up with its firm's tail (or with the last event when it started, if nobody
   * follows yet).
   */
  private async follow(follower: Follower, last: number): Promise<void> {
    const { firmId } = follower.caller;
    const level = () => this.tails.get(firmId)?.seq ?? last;
    try {
      while (!follower.isGone && follower.seq < level()) {
        const through = level();
        const events = await this.needs.auditLog.after(firmId, follower.seq, BATCH, follower.types);
        // Old events may be deleted meanwhile. The follower comes again with its cursor, and is told.
        if ((await this.needs.auditLog.firstSeq(firmId)) > follower.seq + 1)
          return this.end(follower, TRY_AGAIN_LATER, "Try again later");
        await this.send(events, [follower], true);
        // Events of other types count as sent, so that they are not read again and again.
        follower.seq = Math.max(follower.seq, events.length < BATCH ? through : (events.at(-1)?.seq ?? 0));
      }
    } catch (error) {
      if (outageOf(error)) {
        // It goes on from where it is once the database is back.
        this.needs.log.warn({ err: error }, "a follower will retry");
        await wait(POLL_MS);
        return follower.isGone ? undefined : this.follow(follower, last);
      }
      this.needs.log.error({ err: error }, "a follower could not read the log");
      this.end(follower, TRY_AGAIN_LATER, "Try again later");
    }
    // Nothing is awaited between reading the tail and joining it, so that nothing slips through.
    if (!follower.isGone) this.join(follower);
    return undefined;
  }

  private join(follower: Follower): void {
    const { firmId } = follower.caller;
    const tail = this.tails.get(firmId);
    if (tail) tail.followers.add(follower);
    else {
      const first: Tail = { firmId, seq: follower.seq, followers: new Set([follower]), wake: () => undefined };
      this.tails.set(firmId, first);
      void this.run(first);
    }
  }

  private leave(follower: Follower): void {
    follower.isGone = true;
    this.followers.delete(follower);
    const tail = this.tails.get(follower.caller.firmId);
    if (!tail?.followers.delete(follower) || tail.followers.size > 0) return;
    this.tails.delete(tail.firmId);
    tail.wake();
  }

  /** Reads the log once for all followers, at each wake-up or poll, for as long as there are any. */
  private async run(tail: Tail): Promise<void> {
    while (tail.followers.size > 0) {
      // Created before reading, so that no wake-up is missed.
      const nudged = nudge(tail);
      const { seq } = tail;
      try {
        const events = await this.needs.auditLog.after(tail.firmId, seq, BATCH, null);
        // Followers that join from here on have received these events, or read them by themselves.
        const followers = [...tail.followers];
        tail.seq = events.at(-1)?.seq ?? seq;
        await this.send(events, followers);
        if (events.length === BATCH) tail.wake();
      } catch (error) {
        // The database does not answer: nothing was sent, and the same events are read again. Nobody receives one
        // twice.
        tail.seq = seq;
        if (tail.followers.size > 0) this.needs.log.warn({ err: error }, "the live feed will retry");
      }
      await nudged;
    }
  }

  /**
   * Sends followers what is new to them, after checking in one statement who may still read: a session that ended
   * before an event was committed counts as ended here, since this check follows the read. Followers with the same
   * operation and rights receive the same bytes.
   */
  private async send(events: readonly AuditEvent[], followers: readonly Follower[], isPaced = false): Promise<void> {
    const callers = await this.recheck(followers);
    const groups = new Map<string, Map<SharedOperation<RequestContext>, Follower[]>>();
    for (const follower of followers) {
      const current = callers.get(credentialIdOf(follower.caller));
      if (!current) {
        this.end(follower, 4403, "Forbidden");
        continue;
      }
      const { caller, rights } = current;
      follower.caller = caller;
      const alike = groups.get(rights) ?? new Map<SharedOperation<RequestContext>, Follower[]>();
      groups.set(rights, alike);
      const { operation } = follower.subscriber;
      const group = alike.get(operation);
      if (group) group.push(follower);
      else alike.set(operation, [follower]);
    }
    if (events.length === 0) return;
    await Promise.all(
      [...groups.values()]
        .flatMap((alike) => [...alike])
        .map(([operation, group]) => this.sendToAlike(events, operation, group, isPaced)),
    );
  }

  /** For followers with the same operation and rights: one execution per event. */
  private async sendToAlike(
    events: readonly AuditEvent[],
    operation: SharedOperation<RequestContext>,
    group: readonly Follower[],
    isPaced: boolean,
  ): Promise<void> {
    const [one] = group;
    if (!one) return;
    try {
      for (const event of events) {
        const recipients = group.filter(
          ({ seq, types, isGone }) => !isGone && seq < event.seq && (types?.includes(event.type) ?? true),
        );
        if (recipients.length === 0) continue;
        const answer = await operation.answer(AuditEventView.of(event), this.needs.contextOf(one.caller));
        for (const follower of recipients) {
          follower.seq = event.seq;
          follower.subscriber.send(answer);
        }
        if (!isPaced) this.needs.observeDelay?.(Math.max(0, (this.needs.now() - event.occurredAt) / 1000));
        if (isPaced) await one.subscriber.caughtUp();
      }
    } catch (error) {
      // Read again later. Nobody receives an event twice: each follower knows its last one.
      if (outageOf(error)) throw error;
      this.needs.log.error({ err: error }, "an event could not be sent");
      for (const follower of group) this.end(follower, TRY_AGAIN_LATER, "Try again later");
    }
  }

  /** Who may still read, by session or key. */
  private async recheck(followers: readonly Follower[]): Promise<Map<string, { caller: FirmCaller; rights: string }>> {
    const now = await callersNow(
      this.needs,
      followers.map(({ caller }) => caller),
    );
    return new Map(
      [...now].flatMap(([id, caller]) => (may(eventsRule, caller) ? [[id, { caller, rights: rightsOf(caller) }]] : [])),
    );
  }

  /** Closes a follower's socket, which then receives nothing more. */
  private end(follower: Follower, code: number, reason: string): void {
    this.leave(follower);
    follower.close(code, reason);
  }
}

/** Resolves at the next wake-up, or after the poll interval. */
function nudge(tail: Tail): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, POLL_MS);
    tail.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}
