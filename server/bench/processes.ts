import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Where compiled files lie: server/bench/dist. */
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
export const root = here("../../../");

/** One way to do what is measured: a program that is started afresh for each round. */
export interface Variant {
  name: string;
  role: "floor" | "ceiling" | "gatehouse" | "peer";
  /** A path, or relative to server/bench/dist. */
  script: string;
  env?: Record<string, string>;
  /** Run instead of the script: a command in the root of the repository. */
  command?: [string, ...string[]];
}

/** The environment of every variant: a production process. */
const production = { PATH: process.env.PATH ?? "", NODE_ENV: "production", HOST: "127.0.0.1" };
export const SECRET_KEYS = `bench:${Buffer.alloc(32, 7).toString("base64")}`;

const NO_GENERATED_CODE = "--disallow-code-generation-from-strings";
/**
 * Gatehouse as it ships. SOURCE_LIMIT_FACTOR is its documented setting for load from one address; limits per session
 * stay.
 */
export const gatehouse = (databaseUrl: string): Variant => ({
  name: "Gatehouse",
  role: "gatehouse",
  script: "../../dist/main.js",
  env: {
    DATABASE_URL: databaseUrl,
    SECRET_KEYS,
    PUBLIC_URL: "https://gatehouse.example",
    SMTP_URL: "none",
    SOURCE_LIMIT_FACTOR: "1000000",
    NODE_OPTIONS: NO_GENERATED_CODE,
  },
});

/**
 * The same from another built source tree of Gatehouse, started its own way: the state before a change, on a database
 * that this tree migrated.
 */
export function gatehouseOf(folder: string, databaseUrl: string): Variant {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: folder, encoding: "utf8" }).trim();
  const { env, ...ours } = gatehouse(databaseUrl);
  const isWithoutCode = readFileSync(`${folder}/server/scripts/run.mjs`, "utf8").includes(NO_GENERATED_CODE);
  return {
    ...ours,
    name: `Gatehouse at ${commit}`,
    script: `${resolve(folder)}/server/dist/main.js`,
    env: {
      ...env,
      NODE_OPTIONS: isWithoutCode ? NO_GENERATED_CODE : "",
      // Trees of before these settings take an empty variable as "no mail server".
      SMTP_URL: existsSync(`${folder}/server/src/platform/config/mail-settings.ts`) ? "none" : "",
    },
  };
}

export interface Running {
  port: number;
  pid: number;
  /** From the start of the process to its first response. */
  readyMs: number;
  /** User and system time that the process has used so far. */
  cpuMs(): number;
  residentBytes(): number;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
/** Signals a program and everything that it started. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, name);
  } catch (error) {
    // It has ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
process.on("exit", () => {
  for (const child of running) signal(child, "SIGKILL");
});
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => process.exit(130));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

let kept: Map<string, Running> | null = null;
/** From now on reuses a program that is already running: for the quick mode, which measures nothing. */
export function keepRunning(): void {
  kept = new Map();
}

export async function start(variant: Variant): Promise<Running> {
  const key = JSON.stringify([variant.script, variant.env]);
  const known = kept?.get(key);
  if (known) return known;
  const started = await startAfresh(variant);
  kept?.set(key, { ...started, stop: async () => undefined });
  return kept?.get(key) ?? started;
}

/** Starts a variant and waits until it is ready: Gatehouse says so itself; for the others any response is a sign. */
async function startAfresh({ name, role, script, env = {}, command }: Variant): Promise<Running> {
  const port = await freePort();
  const startedAt = performance.now();
  const [file, ...args] = command ?? [process.execPath, here(script)];
  const child = spawn(file, args, {
    cwd: root,
    // A process group of its own: npm does not forward the signal that stops it.
    detached: true,
    env: { ...production, PORT: port.toString(), ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  running.add(child);
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4000)));
  const ended = new Promise<void>((done) => {
    child.once("exit", () => {
      running.delete(child);
      done();
    });
  });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${errors}`);
    if (performance.now() - startedAt > 60_000) throw new Error(`${name} is not ready after a minute: ${errors}`);
    const status = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => null,
    );
    if (status === 200 || (status !== null && role !== "gatehouse")) break;
    await new Promise((done) => setTimeout(done, 5));
  }
  const readyMs = performance.now() - startedAt;
  const pid = child.pid ?? 0;
  return {
    port,
    pid,
    readyMs,
    cpuMs: () => cpuMsOf(pid),
    residentBytes: () => residentBytesOf(pid),
    stop: async () => {
      signal(child, "SIGTERM");
      const force = setTimeout(() => signal(child, "SIGKILL"), 5000);
      await ended;
      clearTimeout(force);
    },
  };
}

/** Linux counts in hundredths of a second. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
function residentBytesOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
}
