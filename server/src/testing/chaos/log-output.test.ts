import { execFileSync, spawn } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { freshDatabaseUrl, type FreshDatabase } from "../databases.js";
import { freePort, ServerProcess } from "../server-process.js";
import { until } from "../world.js";

const KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;
/** A pipe holds 64 kB, its queue 1 MB; the log line of a refused request has some 200 bytes. */
const LINES = 9000;
const AT_ONCE = 30;
const GROWTH_BYTES = 150e6;

describe("X10 a log output that accepts nothing", () => {
  let database: FreshDatabase;
  let directory: string;
  let server: ServerProcess;
  beforeEach(async () => {
    database = await freshDatabaseUrl("sqlite");
    directory = mkdtempSync(join(tmpdir(), "gatehouse-log-"));
    server = new ServerProcess(await freePort(), {
      DATABASE_URL: database.url,
      SECRET_KEYS: KEYS,
      DEMO: "0",
      SOURCE_LIMIT_FACTOR: "1000",
    });
  });
  afterEach(async () => {
    await server.end("SIGKILL");
    await database.drop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Each is refused, which writes a log line, and each is answered within half a minute. */
  async function refusedRequests(count: number): Promise<void> {
    let left = count;
    const oneAfterAnother = async () => {
      while (left-- > 0) {
        const answer = await server.raw({
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ query: "{ firm { name } }" }),
          signal: AbortSignal.timeout(30_000),
        });
        expect(await answer.text()).toContain("UNAUTHENTICATED");
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, oneAfterAnother));
  }
  const metric = async (name: string) => {
    const answer = await server.raw({ path: "/metrics", signal: AbortSignal.timeout(30_000) });
    return Number(new RegExp(`^${name} (\\d+)`, "m").exec(await answer.text())?.[1]);
  };
  const dropped = () => metric("gatehouse_log_lines_dropped_total");
  /** It exits by itself, in order, although the log cannot be written. */
  async function endsInOrder(): Promise<void> {
    const startedAt = Date.now();
    await server.end("SIGTERM");
    expect(server.exitCode).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(30_000);
  }

  it("a full device: every request is answered, the lines are dropped and counted, and the server exits when it is asked to", async () => {
    const full = openSync("/dev/full", "w");
    server.start(full);
    closeSync(full);
    await server.waitUntilReady();
    await refusedRequests(300);
    expect(await until(async () => (await dropped()) >= 300)).toBe(true);
    await endsInOrder();
  });

  it("a pipe that nobody reads: requests are answered and memory is bounded; once somebody reads, the log continues and says what it lost", async () => {
    const path = join(directory, "pipe");
    execFileSync("mkfifo", [path]);
    // Opened for both, so that opening the server's end is not refused and its closing does not close the pipe.
    const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const writing = openSync(path, "w");
    server.start(writing);
    closeSync(writing);
    await server.waitUntilReady();
    await refusedRequests(300);
    expect(await dropped()).toBe(0);
    const before = await metric("process_resident_memory_bytes");
    await refusedRequests(LINES);
    expect(await dropped()).toBeGreaterThan(1000);
    expect((await metric("process_resident_memory_bytes")) - before).toBeLessThan(GROWTH_BYTES);

    const lost = await dropped();
    const reader = spawn("cat", [path], { stdio: ["ignore", "pipe", "ignore"] });
    let text = "";
    reader.stdout.on("data", (chunk) => (text += String(chunk)));
    const outcome = await until(() => /"dropped":(\d+)/.exec(text)?.[1]);
    expect(Number(outcome)).toBe(lost);
    const kept = text.split("\n").length;
    await refusedRequests(10);
    await until(() => text.split("\n").length >= kept + 10);
    expect(await dropped()).toBe(lost);
    for (const line of text
      .trim()
      .split("\n")
      .filter((one) => one.startsWith("{")))
      JSON.parse(line);
    await endsInOrder();
    reader.kill();
    closeSync(pipe);
  });

  it("a pipe whose reader is gone", async () => {
    server.start();
    await server.waitUntilReady();
    server.closeOutput();
    await refusedRequests(300);
    expect(await until(async () => (await dropped()) > 250)).toBe(true);
    await endsInOrder();
  });
});
