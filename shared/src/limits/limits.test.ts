import { describe, expect, it } from "@jest/globals";
import {
  attemptLimits,
  counts,
  doublingWait,
  lengths,
  lifetimes,
  secondFactorLock,
  secondFactorLockEndsAt,
  secondFactorLockMs,
} from "./limits.js";
import { CLOCK_MARGIN_MS, endOfWait, isAheadOf } from "./clock-ahead.js";

const minute = 60_000;
const hour = 3_600_000;
const day = 86_400_000;

describe("how long things last", () => {
  it.each([
    ["a client's session without use", lifetimes.portalIdle, 30 * minute],
    ["a team member's session without use", lifetimes.teamIdle, 2 * hour],
    ["any session", lifetimes.session, 12 * hour],
    ["a fresh proof for dangerous acts", lifetimes.stepUp, 10 * minute],
    ["a magic link that nobody claimed", lifetimes.magicLink, 30 * day],
    ["a magic link that the client asked for", lifetimes.accessLink, day],
    ["the device that claimed a magic link", lifetimes.magicLinkDevice, 30 * day],
  ])("%s: as the product promises", (_what, ms, promised) => expect(ms).toBe(promised));

  it("and how many of them there are", () => {
    expect([lengths.passwordMin, lengths.passwordMax]).toEqual([15, 128]);
    expect([counts.recoveryCodes, counts.challengeFailures, secondFactorLock.failures]).toEqual([10, 5, 10]);
  });
});

describe("the wait after too many attempts", () => {
  const waits = (limit: Parameters<typeof doublingWait>[0], blocks: number[]) =>
    blocks.map((n) => doublingWait(limit, n));

  it("for passwords begins after ten in fifteen minutes and doubles to an hour", () => {
    expect(attemptLimits.password).toMatchObject({ attempts: 10, window: 15 * minute });
    expect(waits(attemptLimits.password, [0, 1, 2, 3, 4, 5, 6, 7, 8])).toEqual(
      [0.5, 1, 2, 4, 8, 16, 32, 60, 60].map((minutes) => minutes * minute),
    );
  });

  it("never exceeds the longest wait, however many blocks there were", () => {
    for (const n of [29, 30, 31, 100, 5000]) expect(doublingWait(attemptLimits.password, n)).toBe(hour);
    // It stops doubling at the thirtieth block, so that no count makes it infinite.
    const endless = { firstWait: 1, longestWait: Number.POSITIVE_INFINITY };
    expect(waits(endless, [0, 1, 29, 30, 31, 5000])).toEqual([1, 2, 2 ** 29, 2 ** 30, 2 ** 30, 2 ** 30]);
  });

  it("for mails to one address does not double", () =>
    expect(waits(attemptLimits.mailsByAddress, [0, 1, 9])).toEqual([15 * minute, 15 * minute, 15 * minute]));

  it("X27 of a second factor is fifteen minutes, doubles to a day, and after a hundred failures only the firm can end it", () => {
    const locks = Array.from({ length: 12 }, (_, n) => secondFactorLockMs(n));
    expect(locks.slice(0, 9)).toEqual([0.25, 0.5, 1, 2, 4, 8, 16, 24, 24].map((hours) => hours * hour));
    for (const ms of locks.slice(9)) expect(ms).toBe(36_500 * day);
  });

  it.each([
    ["none", null, 0, null],
    ["over", 0, 1, null],
    ["the first, at its longest", 15 * minute + CLOCK_MARGIN_MS, 1, 15 * minute + CLOCK_MARGIN_MS],
    ["the first, longer than it can be", 15 * minute + CLOCK_MARGIN_MS + 1, 1, null],
    ["the eighth", 24 * hour, 8, 24 * hour],
    ["the first, by a clock that was two days ahead", 2 * day, 1, null],
    ["after a hundred failures", 36_500 * day, 10, 36_500 * day],
    ["without a count", 15 * minute, 0, 15 * minute],
  ])("X34 of a second factor counts only if a correct clock can have begun it: %s", (_what, ms, lockCount, left) => {
    const now = 1_800_000_000_000;
    const ends = secondFactorLockEndsAt({ lockedUntil: ms === null ? null : now + ms, lockCount }, now);
    expect(ends).toBe(left === null ? null : now + left);
  });

  it("X34 leaves five minutes for the clocks of several servers", () => expect(CLOCK_MARGIN_MS).toBe(5 * minute));

  it("X34 is over at its end, and is ignored if it ends later than possible", () => {
    expect([endOfWait(10, 5, 9), endOfWait(10, 5, 10), endOfWait(null, 5, 0)]).toEqual([10, null, null]);
    expect([isAheadOf(10, 10 + CLOCK_MARGIN_MS), isAheadOf(10, 11 + CLOCK_MARGIN_MS)]).toEqual([false, true]);
  });
});
