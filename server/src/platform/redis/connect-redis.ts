import { Cluster, Redis, type RedisOptions } from "ioredis";
import { readTlsFiles } from "../config/address.js";
import type { RedisAddress } from "./redis-address.js";

/** Both take the same commands. */
export type RedisClient = Redis | Cluster;

/** How a client behaves while Redis does not answer. */
export interface RedisPatience extends Required<
  Pick<RedisOptions, "connectTimeout" | "disconnectTimeout" | "maxRetriesPerRequest" | "enableOfflineQueue">
> {
  /** Milliseconds until the next try to connect. */
  retryStrategy(tries: number): number;
  commandTimeout?: number;
}

type Resolved = (error: null, address: string) => void;

/** Connects in the background and never gives up. Reads the TLS files; throws SettingFault. */
export function connectRedis(address: RedisAddress, { retryStrategy, ...patience }: RedisPatience): RedisClient {
  const tls = address.tls === null ? null : readTlsFiles(address.tls);
  const login = {
    ...(address.user === "" ? {} : { username: address.user }),
    ...(address.password === "" ? {} : { password: address.password }),
  };
  const secure = tls === null ? {} : { tls };
  switch (address.kind) {
    case "single":
      return new Redis({
        ...address.hosts[0],
        ...login,
        ...secure,
        ...patience,
        db: address.database,
        retryStrategy,
      });
    case "sentinel":
      return new Redis({
        sentinels: address.hosts,
        name: address.primary,
        ...login,
        ...secure,
        ...patience,
        ...(address.sentinelUser === "" ? {} : { sentinelUsername: address.sentinelUser }),
        ...(address.sentinelPassword === "" ? {} : { sentinelPassword: address.sentinelPassword }),
        ...(tls === null ? {} : { sentinelTLS: tls, enableTLSForSentinelMode: true }),
        // What the Sentinels say about each other would replace the addresses that the operator wrote.
        updateSentinels: false,
        sentinelRetryStrategy: retryStrategy,
        retryStrategy,
      });
    case "cluster": {
      const { enableOfflineQueue, ...ofNodes } = patience;
      return new Cluster(address.hosts, {
        redisOptions: { ...login, ...secure, ...ofNodes },
        enableOfflineQueue,
        // The client would otherwise look names up itself, and compare certificates with addresses.
        ...(tls === null ? {} : { dnsLookup: (name: string, done: Resolved) => done(null, name) }),
        clusterRetryStrategy: retryStrategy,
        slotsRefreshTimeout: patience.connectTimeout,
      });
    }
  }
}
