import { describe, expect, it } from "@jest/globals";
import {
  attemptLimits,
  CLOCK_MARGIN_MS,
  countAttempt,
  leewayOf,
  mostAttempts,
  paceOf,
  waitEndsAt,
  type AttemptCount,
  type AttemptLimit,
} from "../index.js";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const untouched: AttemptCount = { attempts: 0, windowEndsAt: 0, blockedUntil: null, blockCount: 0, owedUntil: 0 };

/** Reproducible chance (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** When to try next, as an attacker who reads the counter decides it. */
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

/** The moments of every try that was taken within three days. */
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

/** The most of them that lie within any stretch of time. */
const mostWithin = (moments: number[], ms: number): number => {
  let from = 0;
  return moments.reduce((most, at, index) => {
    while ((moments[from] ?? at) <= at - ms) from++;
    return Math.max(most, index - from + 1);
  }, 0);
};

describe("how many tries an attacker gets", () => {
  it.each(
    Object.entries(attackers).flatMap(([how, attacker]) =>
      Object.entries(attemptLimits).map(([name, limit]) => [name, how, limit, attacker] as const),
    ),
  )(
    "X24 %s, by one who %s: at most the number that is documented, in every hour and every day",
    (_name, _how, limit, attacker) => {
      const most = mostAttempts(limit);
      for (let seed = 1; seed <= 20; seed++) {
        const taken = attack(limit, attacker, chance(seed));
        expect(mostWithin(taken, day)).toBeLessThanOrEqual(most.inADay);
        expect(mostWithin(taken, hour)).toBeLessThanOrEqual(most.inAnHour);
      }
    },
  );

  it("X24 no limit lets more than its number of a day through", () => {
    for (const limit of Object.values(attemptLimits))
      expect(mostAttempts(limit).inADay).toBeLessThanOrEqual(limit.perDay);
  });
});

describe("the wait after the last try", () => {
  const limit = attemptLimits.password;
  /** Tries `times` times at that moment; what was answered to each: a wait, none, or refused. */
  const tries = (from: AttemptCount, now: number, times: number) => {
    let count = from;
    const answers = Array.from({ length: times }, () => {
      const judged = countAttempt(count, limit, now);
      if (judged.isRefused) return "refused";
      count = judged.count;
      return judged.waitMs === null ? "counted" : judged.waitMs / second;
    });
    return { count, answers };
  };

  it("X24 opens one try, not a window, before the next wait, which is twice as long", () => {
    let now = 1_800_000_000_000;
    let { count, answers } = tries(untouched, now, 12);
    expect(answers).toEqual([...Array<string>(9).fill("counted"), 30, "refused", "refused"]);
    for (const wait of [60, 120, 240, 480, 960, 1920, 3600, 3600]) {
      now = count.blockedUntil ?? 0;
      ({ count, answers } = tries(count, now, 3));
      expect(answers).toEqual([wait, "refused", "refused"]);
    }
  });

  it("X24 is followed by a whole window once nothing was tried for the longest wait", () => {
    const { count } = tries(untouched, 1_800_000_000_000, 10);
    const later = (count.blockedUntil ?? 0) + limit.longestWait;
    expect(tries(count, later, 2).answers).toEqual(["counted", "counted"]);
    expect(tries(count, later - 1, 2).answers).toEqual([60, "refused"]);
  });

  it("X24 comes early for one who has used up the day's share, and opens one try at a time", () => {
    const { count, answers } = tries({ ...untouched, owedUntil: 1_800_000_000_000 + day }, 1_800_000_000_000, 2);
    expect(answers).toEqual([expect.any(Number), "refused"]);
    expect(count.blockCount).toBe(1);
  });

  it("leaves a source's others a tenth of a window", () => {
    const { passwordBySource } = attemptLimits;
    let count = untouched;
    const now = 1_800_000_000_000;
    const taken = (at: number) => {
      for (let n = 0; ; n++) {
        const judged = countAttempt(count, passwordBySource, at);
        if (judged.isRefused) return n;
        count = judged.count;
      }
    };
    expect(taken(now)).toBe(50);
    expect(taken(now + 30 * second)).toBe(5);
    expect(taken(now + 90 * second)).toBe(5);
  });
});

describe("X34 a clock that was ahead, and was set right", () => {
  const now = 1_800_000_000_000;
  const year = 365 * day;
  /** The wait that the last of a window's tries begins, and one try after each wait for as long as told. */
  const exhausted = (limit: AttemptLimit, at: number, waits: number): AttemptCount => {
    let count = untouched;
    for (let moment = at, begun = 0; begun < waits; moment = Math.max(moment, count.blockedUntil ?? 0)) {
      const judged = countAttempt(count, limit, moment);
      if (judged.isRefused) throw new Error("refused at the end of its wait");
      count = judged.count;
      if (judged.waitMs !== null) begun++;
    }
    return count;
  };

  it.each(
    Object.entries(attemptLimits).flatMap(([name, limit]) =>
      [day, 30 * day, year].flatMap((ahead) => [1, 3, 12].map((waits) => [name, limit, ahead / day, waits] as const)),
    ),
  )("keeps nobody out: %s, %s, by %d days, after %d waits", (_name, limit, days, waits) => {
    const count = exhausted(limit, now + days * day, waits);
    // Where the clock was ahead by less than a wait lasts, the wait is as any other.
    if (waitEndsAt(count, limit, now) !== null) throw new Error("the wait is plausible");
    const judged = countAttempt(count, limit, now);
    if (judged.isRefused) throw new Error("refused");
    const longest = Math.max(limit.longestWait, paceOf(limit));
    expect((judged.count.blockedUntil ?? now) - now).toBeLessThanOrEqual(longest);
    expect(judged.count.owedUntil - now).toBeLessThanOrEqual(leewayOf(limit) + paceOf(limit));
    expect(judged.count.windowEndsAt - now).toBeLessThanOrEqual(limit.window);
    // It is no amnesty: the next wait is no shorter than it would have been.
    expect(judged.count.blockCount).toBeGreaterThanOrEqual(waits);
  });

  it.each(Object.entries(attemptLimits))("leaves a wait alone that can be right: %s", (_name, limit) => {
    const longest = Math.max(limit.longestWait, paceOf(limit));
    const until = (blockedUntil: number): AttemptCount => ({ ...untouched, blockedUntil, blockCount: 3, attempts: 0 });
    const last = now + longest + CLOCK_MARGIN_MS;
    expect(countAttempt(until(last), limit, now)).toEqual({ isRefused: true, retryAfterMs: last - now });
    expect([waitEndsAt(until(last), limit, now), waitEndsAt(until(last + 1), limit, now)]).toEqual([last, null]);
    expect(countAttempt(until(last + 1), limit, now).isRefused).toBe(false);
    expect([waitEndsAt(until(now), limit, now), waitEndsAt(untouched, limit, now)]).toEqual([null, null]);
  });

  it("begins a new window where the old one ends later than any can", () => {
    const limit = attemptLimits.password;
    const begun = { ...untouched, attempts: 9, windowEndsAt: now + limit.window + CLOCK_MARGIN_MS };
    expect(countAttempt(begun, limit, now)).toMatchObject({ waitMs: 30 * second });
    expect(countAttempt({ ...begun, windowEndsAt: begun.windowEndsAt + 1 }, limit, now)).toMatchObject({
      waitMs: null,
      count: { attempts: 1, windowEndsAt: now + limit.window },
    });
  });

  it("owes no more than a day's share: the next try counts, and then one for each pace", () => {
    const limit = attemptLimits.password;
    const judged = countAttempt({ ...untouched, owedUntil: now + year }, limit, now);
    expect(judged).toMatchObject({ isRefused: false, waitMs: paceOf(limit) });
  });
});
