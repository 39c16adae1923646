import { HOUR_MS, MINUTE_MS, SECOND_MS } from "@gatehouse/shared";

/** The waits after each failed attempt (from Standard Webhooks 1.0, including its last ones). */
export const retryWaits = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/**
 * How long to wait after the n-th failure in a row (from 1), in milliseconds; null if the receiver is given up.
 * `random`: 0 to 1; adds up to a fifth, so that receivers that failed together are not retried together.
 */
export function waitAfterFailure(failures: number, random: number): number | null {
  const wait = retryWaits[failures - 1];
  return wait === undefined ? null : Math.round(wait * (1 + random / 5));
}
