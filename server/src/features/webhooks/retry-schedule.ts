const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
/** The waits after each failed attempt (from Standard Webhooks 1.0, including its last ones). */
export const retryWaits = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];

/**
 * How long to wait after the n-th failure in a row (from 1), in milliseconds; null if the receiver is given up.
 * `random`: 0 to 1; adds up to a fifth, so that receivers that failed together are not retried together.
 */
export function waitAfterFailure(failures: number, random: number): number | null {
  const wait = retryWaits[failures - 1];
  return wait === undefined ? null : Math.round(wait * (1 + random / 5));
}
