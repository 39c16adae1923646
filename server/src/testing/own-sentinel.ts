import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./server-process.js";
import { OwnRedis } from "./services.js";

/** A Sentinel that alone decides which of the Redis servers is the primary called `portal`. */
export class OwnSentinel extends OwnRedis {
  static async watch(primary: OwnRedis): Promise<OwnSentinel> {
    const sentinel = new OwnSentinel(await freePort());
    const file = [
      `port ${sentinel.port}`,
      "bind 127.0.0.1",
      `sentinel monitor portal 127.0.0.1 ${primary.port} 1`,
      "sentinel down-after-milliseconds portal 500",
      "sentinel failover-timeout portal 2000",
    ];
    writeFileSync(join(sentinel.directory, "sentinel.conf"), file.join("\n"));
    await sentinel.start();
    return sentinel;
  }
  protected override command(): [string, string[]] {
    return ["redis-server", ["sentinel.conf", "--sentinel"]];
  }
}
