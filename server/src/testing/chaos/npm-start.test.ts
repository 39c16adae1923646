import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { freshDatabaseUrl, type FreshDatabase } from "../databases.js";
import { until } from "../world.js";

const isLinux = process.platform === "linux";
const childrenOf = (pid: number): number[] => {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, "utf8").split(" ").filter(Boolean).map(Number) : [];
};
const commandOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
/** The process and everything below it. */
const familyOf = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(familyOf)];
const isThere = (pid: number) => existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

// How an operator or a supervisor ends it, and which of its processes gets the signal: npm runs a shell, that runs run.mjs, and that the
// server.
describe("npm start", () => {
  if (!isLinux) return it.todo("is only tested on Linux");
  let database: FreshDatabase;
  let npm: ChildProcess;
  let family: number[] = [];
  beforeAll(async () => {
    database = await freshDatabaseUrl("sqlite");
  });
  beforeEach(() => {
    family = [];
  });
  afterEach(() => {
    for (const pid of family) if (isThere(pid)) process.kill(pid, "SIGKILL");
  });
  afterAll(() => database.drop());

  it.each<[name: string, signal: NodeJS.Signals, which: (of: { npm: number; runner: number }) => number]>([
    ["SIGTERM to npm", "SIGTERM", (of) => of.npm],
    // A terminal sends it to all of them.
    ["Ctrl+C", "SIGINT", (of) => -of.npm],
    ["SIGHUP to npm", "SIGHUP", (of) => of.npm],
    ["SIGKILL to npm", "SIGKILL", (of) => of.npm],
    ["SIGTERM to what npm runs", "SIGTERM", (of) => of.runner],
    ["SIGHUP to what npm runs", "SIGHUP", (of) => of.runner],
    ["SIGKILL to what npm runs", "SIGKILL", (of) => of.runner],
  ])("leaves no server behind after %s", async (_name, signal, which) => {
    let output = "";
    npm = spawn("npm", ["start"], {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PORT: "0",
        DATABASE_URL: database.url,
        SECRET_KEYS: `k1:${Buffer.alloc(32, 7).toString("base64")}`,
        DEMO: "0",
      },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const keep = (chunk: Buffer) => (output += chunk.toString());
    npm.stdout?.on("data", keep);
    npm.stderr?.on("data", keep);
    const url = await until(() => {
      if (npm.exitCode !== null) throw new Error(output);
      return /serves (http:\/\/localhost:\d+)/.exec(output)?.[1];
    });
    const npmPid = npm.pid ?? 0;
    family = familyOf(npmPid);
    const server = family.find((pid) => commandOf(pid).includes("dist/main.js")) ?? 0;
    const runner = family.find((pid) => childrenOf(pid).includes(server)) ?? 0;
    expect([server > 0, runner > 0]).toEqual([true, true]);

    process.kill(which({ npm: npmPid, runner }), signal);
    await until(() => !isThere(server));
    await expect(fetch(`${url}/healthz`)).rejects.toThrow("fetch failed");
    await until(() => !family.some(isThere));
    // It was stopped, not cut off.
    expect(output).toContain('"msg":"stopping"');
  });
});
