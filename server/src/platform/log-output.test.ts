import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { LogOutput, type LogTarget } from "./log-output.js";
import { createLog } from "./log.js";

/** An output that accepts a chunk when the test says so. */
class SlowTarget implements LogTarget {
  readonly holdsThread = true;
  readonly taken: string[] = [];
  private pending: { chunk: Buffer; done: (error: Error | null) => void } | null = null;

  write(chunk: Buffer, done: (error: Error | null) => void): void {
    if (this.pending) throw new Error("a second write while one is in progress");
    this.pending = { chunk, done };
  }
  get holds(): number {
    return this.pending?.chunk.length ?? 0;
  }
  take(): void {
    const { pending } = this;
    this.pending = null;
    if (!pending) throw new Error("nothing to accept");
    this.taken.push(pending.chunk.toString());
    pending.done(null);
  }
  refuse(): void {
    const { pending } = this;
    this.pending = null;
    pending?.done(new Error("ENOSPC"));
  }
}

describe("X10 the log's output", () => {
  it("writes lines in their order, together where the output is slow", () => {
    const target = new SlowTarget();
    const output = new LogOutput(target);
    for (const line of ["1\n", "2\n", "3\n"]) output.write(line);
    target.take();
    target.take();
    expect([target.taken, output.droppedLines, output.canEnd]).toEqual([["1\n", "2\n3\n"], 0, true]);
  });

  it("keeps no more than its limit, counts the rest, and reports them before the next lines", () => {
    const target = new SlowTarget();
    const output = new LogOutput(target, 100);
    for (let n = 0; n < 1000; n++) output.write(`${n}`.padStart(9, "0") + "\n");
    // One is in progress, ten are queued.
    expect(output.droppedLines).toBe(1000 - 11);
    target.take();
    expect(target.holds).toBeLessThan(300);
    target.take();
    const [first, ...lines] = (target.taken[1] ?? "").trim().split("\n");
    expect(JSON.parse(first ?? "")).toMatchObject({ dropped: 989 });
    expect(lines).toHaveLength(10);
    output.write("later\n");
    target.take();
    expect([target.taken[2], output.droppedLines]).toEqual(["later\n", 989]);
  });

  it("counts what the output refuses, and tries the next lines again", () => {
    const target = new SlowTarget();
    const output = new LogOutput(target);
    for (const line of ["1\n", "2\n", "3\n"]) output.write(line);
    target.refuse();
    target.refuse();
    output.write("4\n");
    target.take();
    expect(target.taken[0]).toMatch(/"dropped":3.*\n4\n$/);
    expect(output.droppedLines).toBe(3);
  });

  it("a notice that is itself refused is not counted as a line, and is repeated", () => {
    const target = new SlowTarget();
    const output = new LogOutput(target);
    output.write("1\n");
    target.refuse();
    output.write("2\n");
    target.refuse();
    output.write("3\n");
    target.take();
    expect(target.taken[0]).toMatch(/"dropped":2.*\n3\n$/);
  });

  it("a flush ends in time, whether or not the output accepts the lines", async () => {
    const target = new SlowTarget();
    const output = new LogOutput(target);
    expect(await output.flush(1)).toBe(true);
    output.write("1\n");
    expect([await output.flush(20), output.canEnd]).toEqual([false, false]);
    const flushed = output.flush(30_000);
    await wait(1);
    target.take();
    expect([await flushed, output.canEnd]).toEqual([true, true]);
  });

  it("accepts what pino writes", () => {
    const target = new SlowTarget();
    const log = createLog("info", new LogOutput(target));
    log.info({ code: "X" }, "refused\nand more");
    target.take();
    expect(JSON.parse(target.taken[0] ?? "")).toMatchObject({ code: "X", msg: "refused\nand more" });
  });
});
