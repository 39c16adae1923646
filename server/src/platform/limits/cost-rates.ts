import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from "rate-limiter-flexible";
import type { RedisClient } from "../redis/connect-redis.js";

/** The budget that an operation is charged to, and its cost per minute. */
export interface CostBucket {
  key: string;
  perMinute: number;
}
export interface CostRate {
  isAllowed: boolean;
  limit: number;
  remaining: number;
  /** Milliseconds until the budget is full again. */
  resetMs: number;
}

/**
 * How much cost each caller has used this minute: in Redis if there is one (all instances count together), otherwise in
 * the process; also in the process while Redis does not answer. It protects capacity only: limits that protect
 * credentials are counted in the database.
 */
export class CostRates {
  private readonly limiters = new Map<number, RateLimiterAbstract>();

  constructor(private readonly redis: RedisClient | null = null) {}

  /** Charges the whole cost to the bucket, or nothing. */
  async take({ key, perMinute }: CostBucket, cost: number): Promise<CostRate> {
    try {
      return rateOf(perMinute, await this.limiterOf(perMinute).consume(key, cost), true);
    } catch (result) {
      if (result instanceof RateLimiterRes) return rateOf(perMinute, result, false);
      throw result;
    }
  }

  /**
   * Refunds a recent charge, at most what this minute has used: if the charge's minute is over, the next one's budget
   * does not grow.
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
