import { randomBytes } from "node:crypto";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { DataSource } from "typeorm";
import { retentionWith } from "@gatehouse/shared";
import { entities, migrations } from "../../entities.js";
import { Outbox } from "../../features/mail/outbox.js";
import { PasswordHasher } from "../../features/passwords/password-hasher.js";
import { portalLinks } from "../../features/work/portal-links.js";
import { Work } from "../../features/work/unit-of-work.js";
import { KeyRing } from "../../platform/crypto/key-ring.js";
import { databaseAddress } from "../../platform/database/database-address.js";
import { openDatabase } from "../../platform/database/database.js";
import { FirmCommands } from "../../commands/firm.commands.js";
import { Sweep } from "../../features/retention/sweep.js";
import { createLog } from "../../platform/log.js";
import type { Api } from "../api.js";
import { freePort, ServerProcess } from "../server-process.js";
import { World, WORLD_KEYS } from "../world.js";

/** A server that is walked on, from within this process or from outside. */
export interface Stage {
  readonly api: Api;
  /** The origin of its own pages. */
  readonly origin: string;
  readonly database: DataSource;
  readonly commands: FirmCommands;
  forward(seconds: number): void;
  /** Deletes what has expired. */
  sweep(): Promise<unknown>;
  /** Kills the server (`kill -9`) some milliseconds from now, whatever it does then, and starts another one. */
  kill(afterMs: number): Promise<void>;
  close(): Promise<void>;
}

/** A server in this process. */
export async function worldStage(databaseUrl: string): Promise<Stage> {
  const world = await World.start(databaseUrl, { sourceLimitFactor: 1_000_000 });
  const { work, hasher } = world.app;
  const sweep = new Sweep({ work, keys: WORLD_KEYS, log: createLog("silent"), retention: retentionWith() });
  return {
    api: world,
    origin: world.app.publicUrl,
    database: work.reader.connection,
    commands: new FirmCommands(work, hasher),
    forward: (seconds) => world.forward({ seconds }),
    sweep: () => sweep.run(),
    kill: () => Promise.reject(new Error("this process is the server")),
    close: () => world.stop(),
  };
}

/** The server's clock is ahead by what a file says (moved-clock.cjs). */
class AheadServer extends ServerProcess {
  private ahead = 0;
  constructor(
    port: number,
    environment: Record<string, string>,
    private readonly clockFile: string,
  ) {
    super(port, {
      ...environment,
      TEST_CLOCK_FILE: clockFile,
      NODE_OPTIONS: `--require ${join(__dirname, "../moved-clock.cjs")}`,
    });
    this.forward(0);
  }

  override now(): number {
    return Date.now() + this.ahead;
  }
  forward(seconds: number): void {
    this.ahead += seconds * 1000;
    writeFileSync(`${this.clockFile}.new`, this.ahead.toString());
    renameSync(`${this.clockFile}.new`, this.clockFile);
  }
}

/** A server that is a process of its own, as in production, and is killed now and then. */
export async function processStage(databaseUrl: string): Promise<Stage> {
  const secretKeys = `k1:${randomBytes(32).toString("base64")}`;
  const directory = mkdtempSync(join(tmpdir(), "gatehouse-clock-"));
  const server = new AheadServer(
    await freePort(),
    {
      DATABASE_URL: databaseUrl,
      SECRET_KEYS: secretKeys,
      SOURCE_LIMIT_FACTOR: "1000000",
      DEMO: "0",
      LOG_LEVEL: "error",
    },
    join(directory, "ahead"),
  );
  server.start();
  await server.waitUntilReady();
  const origin = `http://localhost:${server.port}`;
  const keys = KeyRing.parse(secretKeys);
  const database = await openDatabase({ address: databaseAddress(databaseUrl), entities, migrations });
  const work = new Work({
    dataSource: database,
    clock: { now: () => server.now() },
    enqueueMail: new Outbox(keys).enqueue,
    links: () => portalLinks(origin),
    onEvents: () => undefined,
    onMail: () => undefined,
  });
  const sweep = new Sweep({ work, keys, log: createLog("silent"), retention: retentionWith() });
  return {
    api: server,
    origin,
    database,
    commands: new FirmCommands(work, new PasswordHasher(keys, 4)),
    forward: (seconds) => server.forward(seconds),
    sweep: () => sweep.run(),
    kill: async (afterMs) => {
      await wait(afterMs);
      await server.end("SIGKILL");
      server.start();
      await server.waitUntilReady();
    },
    close: async () => {
      await server.end("SIGKILL");
      await database.destroy();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
