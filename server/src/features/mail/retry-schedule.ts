const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;

/** How a mail that was not accepted is retried. Durations are in milliseconds. */
export const retries = {
  first: 10 * second,
  longest: 15 * minute,
  /** RFC 5321 4.5.4.1: "at least 4-5 days". */
  giveUpAfter: 5 * day,
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
