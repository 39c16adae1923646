import { describe, expect, it } from "@jest/globals";
import { countAttempt, leewayOf, mostAttempts, paceOf, waitEndsAt, type AttemptCount } from "./attempt-policy.js";
import { CLOCK_MARGIN_MS } from "./clock-ahead.js";
import { attemptLimits, eventLimits, type AttemptLimit } from "./limits.js";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const untouched: AttemptCount = { attempts: 0, windowEndsAt: 0, blockedUntil: null, blockCount: 0, owedUntil: 0 };

describe("how many attempts anyone gets", () => {
  it.each([
    ["password", 31, 60],
    ["passwordOnKnownDevice", 31, 60],
    ["proofsAgain", 100, 200],
    ["passwordBySource", 250, 1000],
    ["secondFactorBySource", 250, 1000],
    ["tokenBySource", 500, 1000],
    ["mailsByAddress", 12, 24],
    ["mailsBySource", 40, 200],
    ["requestMailsByMinute", 52, 100],
    ["requestMailsByHour", 10, 40],
    ["emailCodesByAccount", 10, 20],
    ["suppressedMailEvents", 2, 25],
  ] as const)("X24 %s: %d in any hour, %d in any day", (name, inAnHour, inADay) =>
    expect(mostAttempts(attemptLimits[name])).toEqual({ inAnHour, inADay }),
  );

  it("X24 no limit allows more than its number per day", () => {
    for (const limit of Object.values({ ...attemptLimits, ...eventLimits }))
      expect(mostAttempts(limit).inADay).toBeLessThanOrEqual(limit.perDay);
  });
});

describe("the wait after the last attempt", () => {
  const limit = attemptLimits.password;
  /** Tries `times` times at that time; returns the answer to each: a wait, none, or refused. */
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

  it("X24 allows one attempt, not a window, before the next wait, which is twice as long", () => {
    let now = 1_800_000_000_000;
    let { count, answers } = tries(untouched, now, 12);
    expect(answers).toEqual([...Array<string>(9).fill("counted"), 30, "refused", "refused"]);
    for (const wait of [60, 120, 240, 480, 960, 1920, 3600, 3600]) {
      now = count.blockedUntil ?? 0;
      ({ count, answers } = tries(count, now, 3));
      expect(answers).toEqual([wait, "refused", "refused"]);
    }
  });

  it("X24 is followed by a whole window once there was no attempt for the longest wait", () => {
    const { count } = tries(untouched, 1_800_000_000_000, 10);
    const later = (count.blockedUntil ?? 0) + limit.longestWait;
    expect(tries(count, later, 2).answers).toEqual(["counted", "counted"]);
    expect(tries(count, later - 1, 2).answers).toEqual([60, "refused"]);
  });

  it("X24 comes early once the day's share is used up, and allows one attempt at a time", () => {
    const { count, answers } = tries({ ...untouched, owedUntil: 1_800_000_000_000 + day }, 1_800_000_000_000, 2);
    expect(answers).toEqual([expect.any(Number), "refused"]);
    expect(count.blockCount).toBe(1);
  });

  describe("for a source address", () => {
    const { passwordBySource } = attemptLimits;
    const now = 1_800_000_000_000;
    /** How many attempts are counted at that time until one is refused. */
    const takenFrom = (from: AttemptCount, at: number, factor = 1) => {
      let count = from;
      for (let taken = 0; taken < 1000; taken++) {
        const judged = countAttempt(count, passwordBySource, at, factor);
        if (judged.isRefused) return { taken, count };
        count = judged.count;
      }
      throw new Error("never refused");
    };

    it("leaves its other users a tenth of a window", () => {
      let { taken, count } = takenFrom(untouched, now);
      expect(taken).toBe(50);
      for (const seconds of [30, 90]) {
        ({ taken, count } = takenFrom(count, now + seconds * second));
        expect(taken).toBe(5);
      }
    });

    it("X24 cannot be avoided by staying one attempt below the limit in each window", () => {
      let { count } = takenFrom(untouched, now);
      const after = now + 30 * second;
      for (const at of [after, after, after, after, after + passwordBySource.window]) {
        const judged = countAttempt(count, passwordBySource, at);
        if (judged.isRefused) throw new Error("refused");
        expect(judged.waitMs).toBe(at === after ? null : minute);
        count = judged.count;
      }
    });

    it("comes later, by the factor that multiplies the source's limits", () => {
      expect([0.5, 1, 3].map((factor) => takenFrom(untouched, now, factor).taken)).toEqual([25, 50, 150]);
      // At the end of the day's share the next attempt begins a wait; with twice the share, the one after it does.
      const used = { ...untouched, windowEndsAt: now - 1, owedUntil: now + leewayOf(passwordBySource) };
      expect([1, 2].map((factor) => takenFrom(used, now, factor).taken)).toEqual([1, 2]);
    });
  });
});

describe("X34 a clock that was ahead, and was corrected", () => {
  const now = 1_800_000_000_000;
  const year = 365 * day;
  /** Uses up a window, which begins a wait, then makes one attempt after each wait, as many times as given. */
  const exhausted = (limit: AttemptLimit, at: number, waits: number): AttemptCount => {
    let count = untouched;
    for (let moment = at, begun = 0, taken = 0; begun < waits; moment = Math.max(moment, count.blockedUntil ?? 0)) {
      if (++taken > 1000) throw new Error("no wait begins");
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
  )("locks nobody out: %s, %s, by %d days, after %d waits", (_name, limit, days, waits) => {
    const count = exhausted(limit, now + days * day, waits);
    // If the clock was ahead by less than the length of a wait, it is a wait like any other.
    if (waitEndsAt(count, limit, now) !== null) throw new Error("the wait is plausible");
    const judged = countAttempt(count, limit, now);
    if (judged.isRefused) throw new Error("refused");
    const longest = Math.max(limit.longestWait, paceOf(limit));
    expect((judged.count.blockedUntil ?? now) - now).toBeLessThanOrEqual(longest);
    expect(judged.count.owedUntil - now).toBeLessThanOrEqual(leewayOf(limit) + paceOf(limit));
    expect(judged.count.windowEndsAt - now).toBeLessThanOrEqual(limit.window);
    // Nothing is forgiven: the next wait is no shorter than it would have been.
    expect(judged.count.blockCount).toBeGreaterThanOrEqual(waits);
  });

  it.each(Object.entries(attemptLimits))("keeps a wait that can be correct: %s", (_name, limit) => {
    const longest = Math.max(limit.longestWait, paceOf(limit));
    const until = (blockedUntil: number): AttemptCount => ({ ...untouched, blockedUntil, blockCount: 3, attempts: 0 });
    const last = now + longest + CLOCK_MARGIN_MS;
    expect(countAttempt(until(last), limit, now)).toEqual({ isRefused: true, retryAfterMs: last - now });
    expect([waitEndsAt(until(last), limit, now), waitEndsAt(until(last + 1), limit, now)]).toEqual([last, null]);
    expect(countAttempt(until(last + 1), limit, now).isRefused).toBe(false);
    expect([waitEndsAt(until(now), limit, now), waitEndsAt(untouched, limit, now)]).toEqual([null, null]);
  });

  it("begins a new window if the old one ends later than possible", () => {
    const limit = attemptLimits.password;
    const begun = { ...untouched, attempts: 9, windowEndsAt: now + limit.window + CLOCK_MARGIN_MS };
    expect(countAttempt(begun, limit, now)).toMatchObject({ waitMs: 30 * second });
    expect(countAttempt({ ...begun, windowEndsAt: begun.windowEndsAt + 1 }, limit, now)).toMatchObject({
      waitMs: null,
      count: { attempts: 1, windowEndsAt: now + limit.window },
    });
  });

  it("uses up no more than a day's share: the next attempt counts, and then one for each pace", () => {
    const limit = attemptLimits.password;
    const judged = countAttempt({ ...untouched, owedUntil: now + year }, limit, now);
    expect(judged).toMatchObject({ isRefused: false, waitMs: paceOf(limit) });
  });
});
