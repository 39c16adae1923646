import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./server-process.js";
import { OwnRedis } from "./services.js";

/** A Sentinel that alone decides which of the Redis servers is the primary called `portal`. */
export class OwnSentinel extends OwnRedis {
  /** Where it speaks TLS; 0: nowhere. */
  tlsPort = 0;

  /** `tls`: how clients reach it, and how it reaches the servers, by their TLS ports. */
  static async watch(
    primary: OwnRedis,
    tls: { primaryPort: number; ca: string; cert: string; key: string } | null = null,
  ): Promise<OwnSentinel> {
    const sentinel = new OwnSentinel(await freePort());
    sentinel.tlsPort = tls === null ? 0 : await freePort();
    const secure = tls && [
      `tls-port ${sentinel.tlsPort}`,
      `tls-ca-cert-file ${tls.ca}`,
      `tls-cert-file ${tls.cert}`,
      `tls-key-file ${tls.key}`,
      "tls-auth-clients no",
      "tls-replication yes",
      "sentinel resolve-hostnames yes",
      "sentinel announce-hostnames yes",
    ];
    const file = [
      `port ${sentinel.port}`,
      ...(secure ?? []),
      "bind 127.0.0.1",
      `sentinel monitor portal ${tls ? `localhost ${tls.primaryPort}` : `127.0.0.1 ${primary.port}`} 1`,
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
