import { GraphQLError } from "graphql";
import { LRUCache } from "lru-cache";
import { eventLimits, type RefusedActCode } from "@gatehouse/shared";
import type { Payload } from "../../platform/graphql/payloads.js";
import type { Log } from "../../platform/log.js";
import { Worker } from "../../platform/worker.js";
import { writerOf, type Anonymous, type Caller } from "../callers/caller.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import type { RecordedEvent, Work } from "../work/unit-of-work.js";
import type { Attempts } from "./attempts.service.js";

/** Why an act was refused to somebody who is known. */
export interface ActRefusal {
  code: RefusedActCode;
  /** What the caller lacks; null: a fresh proof. */
  missing: string | null;
}
type KnownCaller = Exclude<Caller, Anonymous>;
type RefusedEvent = RecordedEvent & { type: "ACT_REFUSED" };

/** An act that is refused to a caller, in the ten minutes since the first time. */
interface Ongoing {
  /** The last refusal, as the log would have it. */
  event: RefusedEvent;
  until: number;
  /** The first refusal has an event. */
  hasEvent: boolean;
  /** How many others have none. */
  repeats: number;
}

const MOST_ONGOING = 10_000;
const LOOK_EVERY_MS = 2000;

/**
 * Records what the firm's people, programs and clients try without the right or the fresh proof for it. The first
 * refusal has an event at once. Equal ones of the next ten minutes are counted in memory and have one event together,
 * so that nobody can flood the log, or make refusals cost the database anything.
 *
 * Where a page sends first and asks for the proof then, a refusal for lack of one is normal. It is recorded all the
 * same: whoever holds a stolen session would not use a page that asks first.
 */
export class RefusedActs {
  /** Records the repeats once their ten minutes are over, or the server stops. */
  readonly worker: { start(): void; stop(): Promise<void> };
  private readonly ongoing = new LRUCache<string, Ongoing>({ max: MOST_ONGOING });

  constructor(private readonly needs: { work: Work; attempts: Attempts; log: Log }) {
    const worker = new Worker({
      look: () => this.recordRepeats(({ until }) => until <= needs.work.clock.now()),
      onError: (error) => needs.log.warn({ err: error }, "the repeats of a refused act wait for their event"),
      everyMs: LOOK_EVERY_MS,
      looksAtStart: false,
    });
    this.worker = {
      start: () => worker.start(),
      stop: async () => {
        await worker.stop();
        await this.recordRepeats(() => true).catch((error: unknown) => this.logMissing(error));
      },
    };
  }

  /**
   * Records that an act was refused to the request's caller, in a unit of work of its own, because the act's is rolled
   * back. Strangers' refusals are nobody's. Never throws: the refusal stands even if it cannot be recorded.
   */
  async record(act: string, refusal: ActRefusal, context: RequestContext): Promise<void> {
    const { caller, source } = context;
    if (caller.kind === "ANONYMOUS") return;
    const { work } = this.needs;
    const event = eventOf(act, refusal, caller, context);
    const key = JSON.stringify([act, refusal.code, refusal.missing === null ? sessionIdOf(caller) : whoOf(caller)]);
    const before = this.ongoing.get(key);
    const now = work.clock.now();
    if (before && before.until > now) {
      before.event = event;
      before.repeats++;
      return;
    }
    const ongoing = { event, until: now + eventLimits.refusedAct.window, hasEvent: false, repeats: 0 };
    this.ongoing.set(key, ongoing);
    try {
      // The request's guards would refuse this too: its caller may not do the act.
      await work.outsideGuards(() =>
        work.guarded({ writer: writerOf(caller, source) }, async () => {
          if (before) await this.recordRepeatsOf(before);
          if (!(await this.mayHaveEvent(key, caller))) return;
          await this.write(event);
          ongoing.hasEvent = true;
        }),
      );
    } catch (error) {
      this.ongoing.delete(key);
      this.logMissing(error);
    }
  }

  /** Asks the counters in the database, which other instances share. */
  private async mayHaveEvent(key: string, caller: KnownCaller): Promise<boolean> {
    const { attempts } = this.needs;
    const ofCaller = `refused-acts:${whoOf(caller)}`;
    // Only a read, so that a caller who tries everything does not fill the counters either.
    if ((await attempts.waitsUntil(ofCaller, eventLimits.refusedActsOfCaller)) !== null) return false;
    if (!(await attempts.take(`refused-act:${key}`, eventLimits.refusedAct)).ok) return false;
    return (await attempts.take(ofCaller, eventLimits.refusedActsOfCaller)).ok;
  }

  private async recordRepeats(isDue: (ongoing: Ongoing) => boolean): Promise<void> {
    const due = [...this.ongoing.entries()].filter(([, ongoing]) => isDue(ongoing));
    for (const [key, ongoing] of due) {
      await this.recordRepeatsOf(ongoing);
      if (this.ongoing.get(key) === ongoing) this.ongoing.delete(key);
    }
  }

  private async recordRepeatsOf(ongoing: Ongoing): Promise<void> {
    const { event, repeats, hasEvent } = ongoing;
    if (!hasEvent || repeats === 0) return;
    ongoing.repeats = 0;
    try {
      await this.write({ ...event, data: { ...event.data, repeats } });
    } catch (error) {
      // The log of a deleted firm is gone too.
      if (error instanceof GraphQLError) return;
      ongoing.repeats += repeats;
      throw error;
    }
  }

  private async write(event: RefusedEvent): Promise<void> {
    await this.needs.work.do((unit) => Promise.resolve(unit.record(event)));
  }

  private logMissing(error: unknown): void {
    this.needs.log.error({ err: error }, "a refused act is missing in the firm's log");
  }
}

/** The refusal in a mutation's payload, if it says what the caller may not do. */
export function refusalIn({ userErrors }: Pick<Payload, "userErrors">): ActRefusal | null {
  for (const { code, missing } of userErrors) {
    if (code === "STEP_UP_REQUIRED") return { code, missing: null };
    if (code === "ACCESS_RESET_REQUIRED") return { code, missing: "the scope ACCESS_RESET" };
    if (missing !== null) return { code: "FORBIDDEN", missing };
  }
  return null;
}
/** The refusal in a top-level error. */
export function refusalOf(error: unknown): ActRefusal | null {
  if (!(error instanceof GraphQLError) || error.extensions.code !== "FORBIDDEN") return null;
  return { code: "FORBIDDEN", missing: String(error.extensions.missing) };
}

const sessionIdOf = (caller: KnownCaller): string | null => (caller.kind === "API_KEY" ? null : caller.sessionId);
/** A person with all of their sessions, a key, or a session that a magic link opened. */
function whoOf(caller: KnownCaller): string {
  switch (caller.kind) {
    case "TEAM_MEMBER":
      return caller.memberId;
    case "API_KEY":
      return caller.keyId;
    case "CLIENT":
      return caller.accountId ?? caller.sessionId;
  }
}
const eventOf = (act: string, refusal: ActRefusal, caller: KnownCaller, context: RequestContext): RefusedEvent => ({
  type: "ACT_REFUSED",
  firmId: caller.firmId,
  actor: actorIn(context),
  accountId: caller.kind === "CLIENT" ? caller.accountId : null,
  data: { act, ...refusal, sessionId: sessionIdOf(caller), repeats: 0 },
});
