import { describe, expect, it } from "@jest/globals";
import { countAttempt, mostAttempts, type AttemptCount } from "./attempt-policy.js";
import { attemptLimits, type AttemptLimit } from "./limits.js";

const hour = 3_600_000;
const day = 24 * hour;
const untouched: AttemptCount = { attempts: 0, windowEndsAt: 0, blockedUntil: null, blockCount: 0, owedUntil: 0 };

/** A reproducible random generator (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** When to try next, as decided by an attacker who can read the counter. */
type Attacker = (known: { count: AttemptCount; limit: AttemptLimit; now: number; random: () => number }) => number;

const attackers: Record<string, Attacker> = {
  "tries as soon as it may": ({ count, now }) => Math.max(now, count.blockedUntil ?? 0),
  "stops one short of each wait": ({ count, limit, now }) => {
    if (count.blockedUntil !== null) return Math.max(now, count.blockedUntil + limit.longestWait);
    return count.attempts + 1 >= limit.attempts ? Math.max(now, count.windowEndsAt) : now;
  },
  "waits for whole windows": ({ count, limit, now }) =>
    count.blockedUntil === null ? now : Math.max(now, count.blockedUntil + limit.longestWait),
  "comes evenly": ({ count, limit, now }) => Math.max(now + day / limit.perDay, count.blockedUntil ?? 0),
  "comes at random": ({ count, limit, now, random }) =>
    Math.max(count.blockedUntil ?? 0, now + Math.floor(random() ** 4 * 2 * limit.longestWait)),
  "changes between them": (known) => {
    const ways = Object.values(attackers).slice(0, 5);
    return ways[Math.floor(known.random() * ways.length)]?.(known) ?? known.now;
  },
};

/** The times of all attempts that were counted within three days. */
function attack(limit: AttemptLimit, attacker: Attacker, random: () => number): number[] {
  const begin = 1_800_000_000_000;
  const taken: number[] = [];
  let count = untouched;
  for (let now = begin; now < begin + 3 * day;) {
    const judged = countAttempt(count, limit, now);
    if (!judged.isRefused) {
      taken.push(now);
      count = judged.count;
    }
    now = Math.max(attacker({ count, limit, now, random }), judged.isRefused ? now + 1 : now);
  }
  return taken;
}

/** The most of them within any period of that length. */
const mostWithin = (moments: number[], ms: number): number => {
  let from = 0;
  return moments.reduce((most, at, index) => {
    while ((moments[from] ?? at) <= at - ms) from++;
    return Math.max(most, index - from + 1);
  }, 0);
};

describe("how many attempts an attacker gets", () => {
  it.each(
    Object.entries(attackers).flatMap(([how, attacker]) =>
      Object.entries(attemptLimits).map(([name, limit]) => [name, how, limit, attacker] as const),
    ),
  )(
    "X24 %s, by an attacker who %s: at most the documented number, in every hour and every day",
    (_name, _how, limit, attacker) => {
      const most = mostAttempts(limit);
      for (let seed = 1; seed <= 20; seed++) {
        const taken = attack(limit, attacker, chance(seed));
        expect(mostWithin(taken, day)).toBeLessThanOrEqual(most.inADay);
        expect(mostWithin(taken, hour)).toBeLessThanOrEqual(most.inAnHour);
      }
    },
  );
});
