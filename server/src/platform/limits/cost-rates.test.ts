import { describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import { OwnRedis } from "../../testing/services.js";
import { hasProgram } from "../../testing/services.js";
import { CostRates } from "./cost-rates.js";

const isRedisInstalled = hasProgram("redis-server", "budgets that several instances share");

describe("a caller's budget", () => {
  it("is charged completely or not at all, and reported with each response", async () => {
    const rates = new CostRates();
    const bucket = { key: "maya", perMinute: 100 };
    const first = await rates.take(bucket, 60);
    expect(first).toEqual({ isAllowed: true, limit: 100, remaining: 40, resetMs: expect.any(Number) });
    expect(first.resetMs).toBeGreaterThan(50_000);
    expect(first.resetMs).toBeLessThanOrEqual(60_000);
    expect(await rates.take(bucket, 40)).toMatchObject({ isAllowed: true, remaining: 0 });
    expect(await rates.take(bucket, 1)).toMatchObject({ isAllowed: false, limit: 100, remaining: 0 });
  });

  it("belongs to nobody else, and is separate for another allowance", async () => {
    const rates = new CostRates();
    expect(await rates.take({ key: "maya", perMinute: 10 }, 10)).toMatchObject({ isAllowed: true, remaining: 0 });
    expect(await rates.take({ key: "noah", perMinute: 10 }, 10)).toMatchObject({ isAllowed: true, remaining: 0 });
    expect(await rates.take({ key: "maya", perMinute: 20 }, 10)).toMatchObject({ isAllowed: true, remaining: 10 });
    expect(await rates.take({ key: "maya", perMinute: 10 }, 1)).toMatchObject({ isAllowed: false });
  });

  it("gets back as much as was not used, and no more", async () => {
    const rates = new CostRates();
    const bucket = { key: "maya", perMinute: 100 };
    await rates.take(bucket, 60);
    expect(await rates.giveBack(bucket, 20)).toMatchObject({ isAllowed: true, limit: 100, remaining: 60 });
    expect(await rates.take(bucket, 61)).toMatchObject({ isAllowed: false });
  });

  it("X32 does not grow by a refund once its minute is over", async () => {
    const rates = new CostRates();
    const bucket = { key: "maya", perMinute: 100 };
    expect(await rates.giveBack(bucket, 60)).toMatchObject({ remaining: 100 });
    expect(await rates.take(bucket, 100)).toMatchObject({ isAllowed: true, remaining: 0 });
    expect(await rates.take(bucket, 1)).toMatchObject({ isAllowed: false });
    const other = { key: "noah", perMinute: 100 };
    await rates.take(other, 30);
    expect(await rates.giveBack(other, 60)).toMatchObject({ remaining: 100 });
    expect(await rates.take(other, 101)).toMatchObject({ isAllowed: false });
  });

  it("is counted in the process while Redis does not answer", async () => {
    const redis = new Redis({ host: "127.0.0.1", port: 1, lazyConnect: true, enableOfflineQueue: false });
    try {
      const rates = new CostRates(redis);
      expect(await rates.take({ key: "maya", perMinute: 10 }, 6)).toMatchObject({ isAllowed: true, remaining: 4 });
      expect(await rates.take({ key: "maya", perMinute: 10 }, 6)).toMatchObject({ isAllowed: false });
      // Nobody waits for a connection.
      expect(redis.status).toBe("wait");
    } finally {
      redis.disconnect();
    }
  });

  (isRedisInstalled ? it : it.skip)("is shared by all instances that use the same Redis", async () => {
    const service = await OwnRedis.start();
    const clients = [new Redis(service.url), new Redis(service.url)];
    try {
      await Promise.all(clients.map((client) => client.ping()));
      const [one, other] = clients.map((client) => new CostRates(client));
      const bucket = { key: "maya", perMinute: 10 };
      expect(await one?.take(bucket, 6)).toMatchObject({ isAllowed: true, remaining: 4 });
      expect(await other?.take(bucket, 6)).toMatchObject({ isAllowed: false });
      // Budgets of different sizes are kept apart there too.
      expect(await other?.take({ ...bucket, perMinute: 20 }, 6)).toMatchObject({ isAllowed: true, remaining: 14 });
      expect(await service.everything()).toMatch(/^cost10:maya /m);
    } finally {
      for (const client of clients) client.disconnect();
      await service.stop();
    }
  });
});
