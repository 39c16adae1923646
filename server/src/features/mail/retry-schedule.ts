import { DAY_MS, MINUTE_MS, SECOND_MS } from "@gatehouse/shared";

/** How a mail that was not accepted is retried. Durations are in milliseconds. */
export const retries = {
  first: 10 * SECOND_MS,
  longest: 15 * MINUTE_MS,
  /** RFC 5321 4.5.4.1: "at least 4-5 days". */
  giveUpAfter: 5 * DAY_MS,
} as const;

/**
 * How long to wait after the n-th failed attempt (n from 1): doubling, minus up to a fifth at random, so that mails
 * that failed together are not retried together. Null: it has been tried for long enough.
 */
export function waitAfter(attempts: number, age: number, random: () => number = Math.random): number | null {
  if (age >= retries.giveUpAfter) return null;
  const wait = Math.min(retries.first * 2 ** Math.min(Math.max(attempts, 1) - 1, 30), retries.longest);
  return Math.round(wait * (1 - 0.2 * random()));
}
