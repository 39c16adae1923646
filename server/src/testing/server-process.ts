import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { NO_GENERATED_CODE } from "../platform/config/generated-code.js";
import { Api } from "./api.js";

const dist = join(process.cwd(), "server/dist");
const READY_MS = 120_000;
const KEPT_LINES = 2000;

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const mainFile = (name: "main.js" | "cli.js") => {
  const file = join(dist, name);
  if (!existsSync(file)) throw new Error(`${file} is missing: run "npm run build" first`);
  return file;
};

/** One `node server/dist/main.js`, as it runs in production, with the signals that a machine may send it. */
export class ServerProcess extends Api {
  private child: ChildProcess | null = null;
  /** Its exit code; null while it runs, and if a signal ended it. */
  exitCode: number | null = null;
  /** Its output, newest last. */
  readonly lines: string[] = [];

  constructor(
    readonly port: number,
    private readonly environment: Record<string, string>,
  ) {
    super();
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }
  get isRunning(): boolean {
    return this.child !== null;
  }
  get pid(): number {
    if (this.child?.pid === undefined) throw new Error("the server is not running");
    return this.child.pid;
  }

  /**
   * Starts it; `waitUntilReady` resolves when it serves. `output`: a file that receives its standard output instead of
   * `lines`.
   */
  start(output: number | "pipe" = "pipe"): void {
    const child = spawn(process.execPath, [NO_GENERATED_CODE, mainFile("main.js")], {
      env: { PATH: process.env.PATH, ...this.environment, PORT: this.port.toString() },
      stdio: ["ignore", output, "pipe"],
    });
    const keep = (chunk: Buffer) => {
      this.lines.push(...chunk.toString().split("\n").filter(Boolean));
      this.lines.splice(0, Math.max(0, this.lines.length - KEPT_LINES));
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    child.once("exit", (code) => {
      this.child = null;
      this.exitCode = code;
    });
    this.child = child;
  }
  async waitUntilReady(): Promise<this> {
    for (const startedAt = Date.now(); Date.now() - startedAt < READY_MS; await wait(25)) {
      if (!this.child) throw new Error(`the server exited during startup:\n${this.lines.slice(-10).join("\n")}`);
      const isReady = await fetch(`${this.url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) return this;
    }
    throw new Error(`the server was not ready in time:\n${this.lines.slice(-10).join("\n")}`);
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }
  /** Stops reading its output. */
  closeOutput(): void {
    this.child?.stdout?.destroy();
  }
  /** Sends the signal and waits until the process is gone. */
  async end(signal: "SIGKILL" | "SIGTERM" = "SIGTERM"): Promise<void> {
    const { child } = this;
    if (!child) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await gone;
  }
}

/** Runs the operator's command line on the database and keys of that environment. */
export async function gatehouse(args: string[], environment: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [NO_GENERATED_CODE, mainFile("cli.js"), ...args], {
    env: { PATH: process.env.PATH, ...environment },
  });
  return stdout;
}
