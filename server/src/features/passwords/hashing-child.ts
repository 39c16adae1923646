import { fork, type ChildProcess } from "node:child_process";
import { availableParallelism } from "node:os";
import { MINUTE_MS } from "@gatehouse/shared";
import { NO_GENERATED_CODE } from "../../platform/config/generated-code.js";
import type { Log } from "../../platform/log.js";
import { doBcrypt, type BcryptResult, type BcryptTask } from "./bcrypt-task.js";

export interface ToHashing {
  id: number;
  task: BcryptTask;
}
export type FromHashing = { isReady: true } | { id: number; result: BcryptResult } | { id: number; error: string };

/** After a child failed to start, hashes run in this process for this long. */
const START_AGAIN_MS = MINUTE_MS;

/** A running child, and the tasks that it has not answered. */
class Running {
  private readonly tasks = new Map<
    number,
    { resolve(result: BcryptResult | null): void; reject(error: Error): void }
  >();
  private lastId = 0;
  private isGone = false;

  constructor(private readonly child: ChildProcess) {
    child.on("message", (message: FromHashing) => {
      if ("isReady" in message) return;
      const task = this.tasks.get(message.id);
      this.tasks.delete(message.id);
      if ("error" in message) task?.reject(new Error(message.error));
      else task?.resolve(message.result);
    });
  }

  /** Null if the child exited before it answered. */
  do(task: BcryptTask): Promise<BcryptResult | null> {
    if (this.isGone) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      const id = ++this.lastId;
      this.tasks.set(id, { resolve, reject });
      // If the channel breaks here, the child's exit reports it.
      this.child.send({ id, task } satisfies ToHashing, () => undefined);
    });
  }

  end(): void {
    this.isGone = true;
    for (const { resolve } of this.tasks.values()) resolve(null);
    this.tasks.clear();
  }
}

/**
 * Runs bcrypt in a low-priority child process, so that a rush of sign-ins leaves the cores to people who are signed in.
 * It starts with the first hash, restarts if it is killed, and stops with the server. It receives only pre-hashed
 * passwords over its channel: no key, no environment, no argument. If no child can be started, this process does the
 * hashing.
 */
export class HashingChild {
  private starting: Promise<Running | null> | null = null;
  private child: ChildProcess | null = null;
  private stayHereUntil = 0;
  private isStopped = false;

  /** `file`: the built hashing-process.js; null to hash in this process. */
  constructor(
    private readonly file: string | null,
    private readonly log: Log | null = null,
  ) {}

  /** Null if two children were killed during the task: nothing is known about the password then. */
  async do(task: BcryptTask): Promise<BcryptResult | null> {
    for (let tries = 0; tries < 2; tries++) {
      const running = await this.running();
      if (running === null) return doBcrypt(task);
      const result = await running.do(task);
      if (result !== null) return result;
    }
    return null;
  }

  /** Stops the child and waits until it is gone. */
  async stop(): Promise<void> {
    this.isStopped = true;
    const { child } = this;
    if (!child) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  private running(): Promise<Running | null> {
    if (this.file === null || this.isStopped || performance.now() < this.stayHereUntil) return Promise.resolve(null);
    return this.starting ?? this.start(this.file);
  }

  private start(file: string): Promise<Running | null> {
    const stayHere = () => (this.stayHereUntil = performance.now() + START_AGAIN_MS);
    const reportEnd = (reason: unknown) =>
      this.log?.warn({ reason: String(reason) }, "the process that hashes passwords exited");
    let child: ChildProcess;
    try {
      child = fork(file, [], {
        // A session of its own: signals from a terminal reach only the server, and a Linux that shares cores among
        // sessions (sched_autogroup_enabled) gives the hashes one share of their own, whatever their priority.
        detached: true,
        env: { UV_THREADPOOL_SIZE: availableParallelism().toString() },
        execArgv: [NO_GENERATED_CODE],
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      });
    } catch (error) {
      stayHere();
      reportEnd(error);
      return Promise.resolve(null);
    }
    this.child = child;
    this.starting = new Promise((resolve) => {
      let running: Running | null = null;
      const ended = (reason: unknown) => {
        if (this.child !== child) return;
        this.child = null;
        this.starting = null;
        if (running === null) stayHere();
        if (!this.isStopped) reportEnd(reason);
        running?.end();
        resolve(null);
      };
      // Emitted instead of the exit if the child could not start.
      child.once("error", ended);
      child.once("exit", (code, signal) => ended(signal ?? code));
      child.once("message", () => {
        running = new Running(child);
        resolve(running);
      });
    });
    return this.starting;
  }
}
