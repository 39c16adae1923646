import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { Worker, type WorkerNeeds } from "./worker.js";

const EVERY_MS = 1000;

/** A worker whose looks last until the test ends them. */
function workerWithHeldLooks(more: Partial<WorkerNeeds> = {}) {
  const looks: { end: () => void; fail: (error: Error) => void }[] = [];
  const errors: unknown[] = [];
  const worker = new Worker({
    look: () => new Promise<void>((end, fail) => void looks.push({ end, fail })),
    onError: (error) => errors.push(error),
    everyMs: EVERY_MS,
    ...more,
  });
  const finish = async (index: number, error?: Error) => {
    if (error) looks[index]?.fail(error);
    else looks[index]?.end();
    await jest.advanceTimersByTimeAsync(0);
  };
  return { worker, looks, errors, finish };
}
const tick = () => jest.advanceTimersByTimeAsync(EVERY_MS);

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe("A worker", () => {
  it("looks when it starts, and at each interval", async () => {
    const { worker, looks, finish } = workerWithHeldLooks();
    worker.start();
    expect(looks).toHaveLength(1);
    await finish(0);
    await tick();
    expect(looks).toHaveLength(2);
  });

  it("can leave the first look to the first interval", async () => {
    const { worker, looks } = workerWithHeldLooks({ looksAtStart: false });
    worker.start();
    expect(looks).toHaveLength(0);
    await tick();
    expect(looks).toHaveLength(1);
  });

  it("looks when it is woken, and never twice at once", async () => {
    const { worker, looks, finish } = workerWithHeldLooks();
    worker.start();
    worker.wake();
    worker.wake();
    expect(looks).toHaveLength(1);
    await finish(0);
    expect(looks).toHaveLength(2);
    await finish(1);
    expect(looks).toHaveLength(2);
    worker.wake();
    expect(looks).toHaveLength(3);
  });

  it("skips the timer's turn while it looks", async () => {
    const { worker, looks, finish } = workerWithHeldLooks();
    worker.start();
    await tick();
    await finish(0);
    expect(looks).toHaveLength(1);
    await tick();
    expect(looks).toHaveLength(2);
  });

  it("loses no wake-up that arrives just as a look ends", async () => {
    let looks = 0;
    const worker = new Worker({
      look: async () => {
        looks += 1;
        // Just after the worker has checked whether it was woken.
        if (looks === 1) void Promise.resolve().then(async () => worker.wake());
      },
      onError: () => undefined,
      everyMs: EVERY_MS,
    });
    worker.start();
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    expect(looks).toBe(2);
  });

  it("reports the error of a failed look, even a synchronous one, and continues", async () => {
    const { worker, looks, errors, finish } = workerWithHeldLooks();
    worker.start();
    worker.wake();
    const [first, second] = [new Error("the first"), new Error("the second")];
    await finish(0, first);
    expect(looks).toHaveLength(2);
    await finish(1, second);
    expect(errors).toEqual([first, second]);
    await tick();
    expect(looks).toHaveLength(3);

    const atOnce = workerWithHeldLooks({
      look: () => {
        throw first;
      },
    });
    atOnce.worker.start();
    await tick();
    expect(atOnce.errors).toEqual([first, first]);
  });

  it("stops after the current look, which can see it, and starts no more", async () => {
    const { worker, looks, finish } = workerWithHeldLooks();
    worker.start();
    worker.wake();
    expect(worker.stopping.aborted).toBe(false);
    let isStopped = false;
    const stopped = worker.stop().then(() => (isStopped = true));
    expect(worker.stopping.aborted).toBe(true);
    await tick();
    expect(isStopped).toBe(false);
    await finish(0);
    await stopped;
    worker.wake();
    await tick();
    expect(looks).toHaveLength(1);
  });

  it("does nothing before it starts, and can be stopped without having started", async () => {
    const { worker, looks } = workerWithHeldLooks();
    worker.wake();
    await worker.stop();
    worker.start();
    expect(looks).toHaveLength(0);
  });
});
