import type { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from "rate-limiter-flexible";

/** Whose budget an operation is taken from, and how much cost that is a minute. */
export interface CostBucket {
  key: string;
  perMinute: number;
}
export interface CostRate {
  isAllowed: boolean;
  limit: number;
  remaining: number;
  /** Milliseconds until the budget is whole again. */
  resetMs: number;
}

/**
 * How much cost each caller has taken this minute: in Redis where there is one (all instances count together), else in the
 * process; also in the process while Redis does not answer. Guards capacity only: what protects credentials counts in the database.
 */
export class CostRates {
  private readonly limiters = new Map<number, RateLimiterAbstract>();

  constructor(private readonly redis: Redis | null = null) {}

  /** Takes the cost from the bucket, whole or not at all. */
  async take({ key, perMinute }: CostBucket, cost: number): Promise<CostRate> {
    try {
      return rateOf(perMinute, await this.limiterOf(perMinute).consume(key, cost), true);
    } catch (result) {
      if (result instanceof RateLimiterRes) return rateOf(perMinute, result, false);
      throw result;
    }
  }

  /**
   * Puts back what was taken a moment ago, at most what the minute has taken: when its own is over meanwhile, another's budget does not
   * grow by it.
   */
  async giveBack({ key, perMinute }: CostBucket, cost: number): Promise<CostRate> {
    const limiter = this.limiterOf(perMinute);
    const rewarded = await limiter.reward(key, cost);
    const surplus = -rewarded.consumedPoints;
    return rateOf(perMinute, surplus > 0 ? await limiter.penalty(key, surplus) : rewarded, true);
  }

  private limiterOf(perMinute: number): RateLimiterAbstract {
    const known = this.limiters.get(perMinute);
    if (known) return known;
    const options = { points: perMinute, duration: 60, keyPrefix: `cost${perMinute}` };
    const memory = new RateLimiterMemory(options);
    const limiter = this.redis
      ? new RateLimiterRedis({
          ...options,
          storeClient: this.redis,
          insuranceLimiter: memory,
          rejectIfRedisNotReady: true,
        })
      : memory;
    this.limiters.set(perMinute, limiter);
    return limiter;
  }
}

const rateOf = (limit: number, { remainingPoints, msBeforeNext }: RateLimiterRes, isAllowed: boolean): CostRate => ({
  isAllowed,
  limit,
  remaining: Math.max(0, remainingPoints),
  resetMs: Math.max(0, msBeforeNext),
});
