import { parseAddress, tlsFilesIn, tlsParameters, type HostAndPort, type TlsFiles } from "../config/address.js";
import { SettingFault } from "../config/faults.js";

interface RedisServers {
  hosts: [HostAndPort, ...HostAndPort[]];
  user: string;
  password: string;
  /** Null: plain text. */
  tls: TlsFiles | null;
}
/** One Redis or Valkey. */
interface SingleRedis extends RedisServers {
  kind: "single";
  /** The number of its database. */
  database: number;
}
/** The primary that Sentinels name. `hosts` are the Sentinels; `user` and `password` those of the primary. */
interface SentinelRedis extends RedisServers {
  kind: "sentinel";
  primary: string;
  sentinelUser: string;
  sentinelPassword: string;
}
/** A cluster; `hosts` are some of its nodes. */
interface ClusterRedis extends RedisServers {
  kind: "cluster";
}
export type RedisAddress = SingleRedis | SentinelRedis | ClusterRedis;

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26_379;
const SENTINEL_PARAMETERS = ["sentinel-user", "sentinel-password"];

/**
 * Parses `redis://user:password@host:6379/0`, `redis-sentinel://user:password@host:26379,host:26379/primary` or
 * `redis-cluster://user:password@host:6379,host:6379`; with TLS as `rediss`, `rediss-sentinel` and `rediss-cluster`.
 * Reads no file. Throws SettingFault.
 */
export function redisAddress(url: string): RedisAddress {
  const [, isSecure, kind] = /^redis(s?)(?:-(sentinel|cluster))?:/.exec(url) ?? [];
  const address = parseAddress(url, {
    schemes: ["redis", "redis-sentinel", "redis-cluster"].flatMap((name) => [name, name.replace("redis", "rediss")]),
    port: kind === "sentinel" ? SENTINEL_PORT : REDIS_PORT,
    parameters: [...(isSecure ? tlsParameters("tls") : []), ...(kind === "sentinel" ? SENTINEL_PARAMETERS : [])],
  });
  const { hosts, user, password, path, parameters } = address;
  const servers = { hosts, user, password, tls: isSecure ? tlsFilesIn(address, "tls") : null };
  switch (kind) {
    case "sentinel": {
      if (path === "") throw new SettingFault("does not say which primary the Sentinels watch: end it with /name");
      const [sentinelUser = "", sentinelPassword = ""] = SENTINEL_PARAMETERS.map((name) => parameters.get(name));
      return { kind, ...servers, primary: path, sentinelUser, sentinelPassword };
    }
    case "cluster":
      if (path !== "") throw new SettingFault("has a path; a cluster has only one database");
      return { kind, ...servers };
    default:
      if (hosts.length > 1)
        throw new SettingFault("names several hosts: begin it with redis-sentinel:// or redis-cluster://");
      if (!/^\d{0,5}$/.test(path)) throw new SettingFault("must end with a database's number, or after the host");
      return { kind: "single", ...servers, database: Number(path) };
  }
}
