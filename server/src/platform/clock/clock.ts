/**
 * The current time, in epoch milliseconds. Everything that depends on time reads it from here, so that tests can move
 * the clock instead of waiting.
 */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
