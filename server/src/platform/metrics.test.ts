import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { SlowReading } from "./metrics.js";

describe("a reading for a scrape", () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it("is read once in five seconds, however many scrapes ask", async () => {
    let reads = 0;
    const reading = new SlowReading(async () => ++reads);
    expect(await Promise.all([reading.get(), reading.get()])).toEqual([1, 1]);
    jest.advanceTimersByTime(4999);
    expect(await reading.get()).toBe(1);
    jest.advanceTimersByTime(1);
    expect(await reading.get()).toBe(2);
  });

  it("keeps a scrape waiting for a second at most, and no longer counts after half a minute", async () => {
    let isHung = false;
    const reading = new SlowReading(() => (isHung ? new Promise<string>(() => undefined) : Promise.resolve("known")));
    expect(await reading.get()).toBe("known");
    isHung = true;
    jest.advanceTimersByTime(5000);
    const second = reading.get();
    await jest.advanceTimersByTimeAsync(1000);
    expect(await second).toBe("known");
    jest.advanceTimersByTime(24_000);
    const later = reading.get();
    await jest.advanceTimersByTimeAsync(1000);
    expect(await later).toBeNull();
  });

  it("that fails has no value, and the next scrape tries again", async () => {
    let fails = true;
    const reading = new SlowReading(async () => {
      if (fails) throw new Error("the database is away");
      return 7;
    });
    expect(await reading.get()).toBeNull();
    fails = false;
    expect(await reading.get()).toBe(7);
  });
});
