import type { DataSource } from "typeorm";
import { retentionWith } from "@gatehouse/shared";
import { FirmCommands } from "../../commands/firm.commands.js";
import { Sweep } from "../../features/retention/sweep.js";
import { createLog } from "../../platform/log.js";
import type { Api } from "../api.js";
import { World } from "../world.js";

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
  /** Kills the server if there is one to kill, in the middle of whatever it does. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** A server in this process. */
export async function worldStage(databaseUrl: string): Promise<Stage> {
  const world = await World.start(databaseUrl, { sourceLimitFactor: 1_000_000 });
  const { work, hasher } = world.app;
  const sweep = new Sweep({ work, log: createLog("silent"), retention: retentionWith() });
  return {
    api: world,
    origin: world.app.publicUrl,
    database: work.reader.connection,
    commands: new FirmCommands(work, hasher),
    forward: (seconds) => world.forward({ seconds }),
    sweep: () => sweep.run(),
    kill: () => Promise.resolve(),
    close: () => world.stop(),
  };
}
