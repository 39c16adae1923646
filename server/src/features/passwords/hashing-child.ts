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

/** After a child that would not start, hashes stay in this process for so long. */
const START_AGAIN_MS = MINUTE_MS;

/** A child that is ready, and what it was given and has not answered. */
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

  /** Null where the child ended before it answered. */
  do(task: BcryptTask): Promise<BcryptResult | null> {
    if (this.isGone) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      const id = ++this.lastId;
      this.tasks.set(id, { resolve, reject });
      // A channel that breaks here is told of by the child's end.
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
 * bcrypt in a child process that steps back for everything else, so that a run on the sign-in leaves the cores to those who are in.
 * Started with the first hash, again after it was killed, and ended with the server. It is sent pre-hashed passwords over its
 * channel and nothing else: no key, no environment, no argument. Where no child can be started, this process hashes itself.
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

  /** Null where two children were killed over it: nothing is known of the password then. */
  async do(task: BcryptTask): Promise<BcryptResult | null> {
    for (let tries = 0; tries < 2; tries++) {
      const running = await this.running();
      if (running === null) return doBcrypt(task);
      const result = await running.do(task);
      if (result !== null) return result;
    }
    return null;
  }

  /** Ends the child, and waits until it is gone. */
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
    const tell = (reason: unknown) =>
      this.log?.warn({ reason: String(reason) }, "the process that hashes passwords ended");
    let child: ChildProcess;
    try {
      child = fork(file, [], {
        // A session of its own: what a terminal sends is for the server alone, and a Linux that shares the cores out among sessions
        // (sched_autogroup_enabled) gives the hashes one share of their own, whatever their priority.
        detached: true,
        env: { UV_THREADPOOL_SIZE: availableParallelism().toString() },
        execArgv: [NO_GENERATED_CODE],
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      });
    } catch (error) {
      stayHere();
      tell(error);
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
        if (!this.isStopped) tell(reason);
        running?.end();
        resolve(null);
      };
      // Told instead of the end where there was no beginning.
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
