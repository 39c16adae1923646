import type { Log } from "../../platform/log.js";
import { connectRedis, type RedisClient } from "../../platform/redis/connect-redis.js";
import type { RedisAddress } from "../../platform/redis/redis-address.js";

const CHANNEL = "gatehouse:events";
const TIMEOUT_MS = 500;
const RETRY_MS = 2000;

/**
 * Tells the other instances which firms have new events. It only says "look again", so that anybody who can read or
 * write Redis learns and forges nothing. Best effort: without Redis the instances find the events by polling.
 */
export class WakeChannel {
  /** For other best-effort uses; fails at once while Redis does not answer. */
  readonly client: RedisClient;
  private readonly listener: RedisClient;

  constructor({
    address,
    onWake,
    log,
  }: {
    address: RedisAddress;
    onWake(this: void, firmIds: string[]): void;
    log: Log;
  }) {
    const patience = {
      connectTimeout: TIMEOUT_MS,
      // ioredis keeps the process alive for this long after the end of a connection that was never established.
      disconnectTimeout: TIMEOUT_MS,
      retryStrategy: (tries: number) => Math.min(tries * 100, RETRY_MS),
    };
    this.client = connectRedis(address, {
      ...patience,
      enableOfflineQueue: false,
      commandTimeout: TIMEOUT_MS,
      maxRetriesPerRequest: 0,
    });
    this.listener = connectRedis(address, {
      ...patience,
      enableOfflineQueue: true,
      maxRetriesPerRequest: null,
    });
    for (const redis of [this.client, this.listener])
      redis.on("error", (error: unknown) => log.debug({ err: error }, "Redis does not answer"));
    this.listener.on("message", (_channel: string, message: string) => onWake(message.split(" ")));
    // Queued by the client until Redis is reachable, and repeated by it at each reconnect.
    this.listener
      .subscribe(CHANNEL)
      .catch((error: unknown) => log.debug({ err: error }, "the subscription to wake-ups ended"));
  }

  /** Neither throws nor waits. */
  publish(firmIds: readonly string[]): void {
    if (this.client.status === "ready") this.client.publish(CHANNEL, firmIds.join(" ")).catch(() => undefined);
  }

  close(): void {
    this.client.disconnect();
    this.listener.disconnect();
  }
}
