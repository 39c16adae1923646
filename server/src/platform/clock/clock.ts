/** Tells the time, in epoch milliseconds. Everything that decides by time asks it, so that tests move time instead of waiting. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
