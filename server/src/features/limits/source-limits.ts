import { attemptLimits } from "@gatehouse/shared";
import { rateLimited } from "../../platform/graphql/failures.js";
import { sourceKey } from "../../platform/http/source-address.js";
import type { RequestContext } from "../callers/request-context.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import type { Attempts, TakenAttempt } from "./attempts.service.js";

/** What is tried from an address, each counted by itself. */
type Tried = "password" | "secondFactor" | "token";

/** What else is counted beside the source, in the same transaction (Work.doAndKeep) and in this order: what refuses first is what is told. */
interface OtherTries<A> {
  beforeSource?(unit: UnitOfWork): Promise<void>;
  afterSource(unit: UnitOfWork): Promise<A>;
}

/** How much may be tried from one address, whoever it is for. A try is taken before anything is looked at. */
export class SourceLimits {
  constructor(
    private readonly needs: {
      work: Work;
      attempts: Attempts;
      /** Multiplies the limits. */
      factor: number;
    },
  ) {}

  /** Takes a try, acts, and gives it back: only a success does. Throws RATE_LIMITED. */
  async guard<T>(what: Tried, context: RequestContext, act: () => Promise<T>): Promise<T> {
    return this.guardWith(what, context, { afterSource: async () => undefined }, act);
  }

  /** The same where other tries are taken too, which `act` gets, beside the source's own: those it gives back itself. */
  async guardWith<A, T>(
    what: Tried,
    context: RequestContext,
    tries: OtherTries<A>,
    act: (taken: A, bySource: TakenAttempt) => Promise<T>,
  ): Promise<T> {
    const { work, attempts } = this.needs;
    const { others, bySource } = await work.doAndKeep(async (unit) => {
      await tries.beforeSource?.(unit);
      const source = await this.spend(unit, what, context);
      return { others: await tries.afterSource(unit), bySource: source };
    });
    const done = await act(others, bySource);
    await attempts.giveBack(bySource);
    return done;
  }

  /** A try for good, beside other ones (Work.doAndKeep): no success gives it back. */
  async spend(unit: UnitOfWork, what: Tried, context: RequestContext): Promise<TakenAttempt> {
    const { attempts, factor } = this.needs;
    const key = `source:${what}:${sourceKey(context.source.ipAddress)}`;
    const attempt = await attempts.takeWithin(unit, key, attemptLimits[`${what}BySource`], factor);
    if (!attempt.ok) throw rateLimited(attempt.retryAfterMs);
    return attempt.taken;
  }
}
