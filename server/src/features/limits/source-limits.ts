import { attemptLimits } from "@gatehouse/shared";
import { rateLimited } from "../../platform/graphql/failures.js";
import { sourceKey } from "../../platform/http/source-address.js";
import type { RequestContext } from "../callers/request-context.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import type { Attempts, TakenAttempt } from "./attempts.service.js";

/** What is attempted from an address; each is counted separately. */
type AttemptKind = "password" | "secondFactor" | "token";

/**
 * What else is counted beside the source, in the same transaction (Work.doAndKeep) and in this order: the first refusal
 * is reported.
 */
interface OtherAttempts<A> {
  beforeSource?(unit: UnitOfWork): Promise<void>;
  afterSource(unit: UnitOfWork): Promise<A>;
}

/**
 * Limits how much may be attempted from one address, whoever it is for. An attempt is taken before anything is checked.
 */
export class SourceLimits {
  constructor(
    private readonly needs: {
      work: Work;
      attempts: Attempts;
      /** Multiplies the limits. */
      factor: number;
    },
  ) {}

  /** Takes an attempt, acts, and gives it back on success only. Throws RATE_LIMITED. */
  async guard<T>(what: AttemptKind, context: RequestContext, act: () => Promise<T>): Promise<T> {
    return this.guardWith(what, context, { afterSource: async () => undefined }, act);
  }

  /** The same if `act` needs other attempts as well; it receives those and gives them back itself. */
  async guardWith<A, T>(
    what: AttemptKind,
    context: RequestContext,
    tries: OtherAttempts<A>,
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

  /** Takes an attempt permanently, beside other ones (Work.doAndKeep): success does not give it back. */
  async spend(unit: UnitOfWork, what: AttemptKind, context: RequestContext): Promise<TakenAttempt> {
    const { attempts, factor } = this.needs;
    const key = `source:${what}:${sourceKey(context.source.ipAddress)}`;
    const attempt = await attempts.takeWithin(unit, key, attemptLimits[`${what}BySource`], factor);
    if (!attempt.ok) throw rateLimited(attempt.retryAfterMs);
    return attempt.taken;
  }
}
