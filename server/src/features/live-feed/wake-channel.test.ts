import { afterEach, expect, it } from "@jest/globals";
import { CostRates } from "../../platform/limits/cost-rates.js";
import { createLog } from "../../platform/log.js";
import { redisAddress } from "../../platform/redis/redis-address.js";
import { Certificates } from "../../testing/certificates.js";
import { freePort } from "../../testing/server-process.js";
import { OwnSentinel } from "../../testing/own-sentinel.js";
import { hasProgram, OwnRedis } from "../../testing/services.js";
import { until } from "../../testing/world.js";
import { WakeChannel } from "./wake-channel.js";

const test = hasProgram("redis-server", "Redis with TLS, Sentinel and Cluster") ? it : it.skip;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});
const stopLater = <T extends { stop(): Promise<void> }>(service: T): T => {
  ends.push(() => service.stop());
  return service;
};

/** What two instances use Redis for. */
class Instance {
  readonly woken: string[] = [];
  readonly channel: WakeChannel;
  private readonly rates: CostRates;

  constructor(url: string) {
    this.channel = new WakeChannel({
      address: redisAddress(url),
      onWake: (firmIds) => void this.woken.push(...firmIds),
      log: createLog("silent"),
    });
    this.rates = new CostRates(this.channel.client);
    ends.push(() => this.channel.close());
  }
  /** Publishes until the other one has woken: before both are connected, nothing arrives. */
  async wakes(other: Instance, firmId: string): Promise<void> {
    await until(() => {
      this.channel.publish([firmId]);
      return other.woken.includes(firmId);
    });
  }
  async spends(key: string, cost: number): Promise<boolean> {
    return (await this.rates.take({ key, perMinute: 10 }, cost)).isAllowed;
  }
}

async function shareEverything(url: string): Promise<[Instance, Instance]> {
  const [one, two] = [new Instance(url), new Instance(url)];
  await one.wakes(two, "first");
  await two.wakes(one, "second");
  // Several keys, so that in a cluster each node holds one.
  for (const key of ["maya", "noah", "zoe", "ann"]) {
    expect(await one.spends(key, 6)).toBe(true);
    expect(await two.spends(key, 6)).toBe(false);
  }
  return [one, two];
}

/** Each one goes on alone, at once. */
async function losesNothing(instances: Instance[]): Promise<void> {
  for (const instance of instances) {
    await until(() => instance.spends("alone", 1));
    instance.channel.publish(["nobody"]);
  }
}

test("TLS: two instances share wake-ups and budgets, as a user with a password, and only with the known authority", async () => {
  const certificates = new Certificates();
  ends.push(() => certificates.remove());
  const { cert, key } = certificates.issue("localhost");
  const port = await freePort();
  const tls = ["--tls-port", port.toString(), "--tls-cert-file", cert, "--tls-key-file", key];
  const user = ["--user", "maya", "on", ">p/w", "~*", "&*", "+@all", "--user", "default", "off"];
  const redis = stopLater(
    await OwnRedis.start(...tls, "--tls-ca-cert-file", certificates.ca, "--tls-auth-clients", "no", ...user),
  );
  const url = (host: string, ca: string) => `rediss://maya:p%2Fw@${host}:${port}?tls-ca=${ca}`;
  const instances = await shareEverything(url("localhost", certificates.ca));

  const stranger = new Certificates();
  ends.push(() => stranger.remove());
  for (const refused of [url("localhost", stranger.ca), url("127.0.0.1", certificates.ca)]) {
    const { client } = new Instance(refused).channel;
    const reason = await new Promise<Error>((resolve) => client.once("error", resolve));
    expect(reason.message).toMatch(/certificate|altnames/);
    expect(client.status).not.toBe("ready");
  }
  await redis.end("SIGKILL");
  await losesNothing(instances);
});

test("Sentinel: the primary that it names is used, also after another one was made primary", async () => {
  const primary = stopLater(await OwnRedis.start("--repl-diskless-sync-delay", "0"));
  const replica = stopLater(await OwnRedis.start("--replicaof", "127.0.0.1", `${primary.port}`));
  const sentinel = stopLater(await OwnSentinel.watch(primary));
  // Only a replica that has everything can be made primary, and only if the Sentinel knows it.
  await until(async () => {
    const known = await sentinel.ask((redis) => redis.call("SENTINEL", "REPLICAS", "portal"));
    return String(known).includes(`${replica.port}`);
  });
  await until(async () => {
    const state = await replica.ask((redis) => redis.info("replication"));
    return state.includes("master_link_status:up");
  });
  const [one, two] = await shareEverything(`redis-sentinel://127.0.0.1:${sentinel.port}/portal`);
  await primary.end("SIGKILL");
  await losesNothing([one, two]);
  await one.wakes(two, "third");
});

test("Sentinel with TLS: the Sentinel and the primary that it names are reached encrypted, by names in their certificates", async () => {
  const certificates = new Certificates();
  ends.push(() => certificates.remove());
  const files = { ...certificates.issue("localhost"), ca: certificates.ca };
  const [primaryPort, replicaPort] = [await freePort(), await freePort()];
  const start = (tlsPort: number, ...more: string[]) => {
    const tls = ["--tls-cert-file", files.cert, "--tls-key-file", files.key, "--tls-ca-cert-file", files.ca];
    const both = ["--tls-port", `${tlsPort}`, ...tls, "--tls-auth-clients", "no", "--tls-replication", "yes"];
    return OwnRedis.start(...both, "--repl-diskless-sync-delay", "0", "--replica-announce-ip", "localhost", ...more);
  };
  const primary = stopLater(await start(primaryPort));
  const replica = stopLater(await start(replicaPort, "--replicaof", "localhost", `${primaryPort}`));
  const sentinel = stopLater(await OwnSentinel.watch(primary, { primaryPort, ...files }));
  await until(async () => {
    const known = await sentinel.ask((redis) => redis.call("SENTINEL", "REPLICAS", "portal"));
    return String(known).includes(`${replicaPort}`);
  });
  await until(async () => (await replica.ask((redis) => redis.info("replication"))).includes("master_link_status:up"));
  const address = `rediss-sentinel://localhost:${sentinel.tlsPort}/portal?tls-ca=${certificates.ca}`;
  const [one, two] = await shareEverything(address);
  await primary.end("SIGKILL");
  await losesNothing([one, two]);
  await one.wakes(two, "third");
});

test.each([
  ["in plain text", "redis-cluster://127.0.0.1", false],
  ["with TLS", "rediss-cluster://localhost", true],
])("Cluster %s: two instances share wake-ups and budgets over all nodes", async (_how, address, isSecure) => {
  const certificates = new Certificates();
  ends.push(() => certificates.remove());
  const { cert, key } = certificates.issue("localhost");
  const names = ["--cluster-announce-hostname", "localhost", "--cluster-preferred-endpoint-type", "hostname"];
  const files = ["--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", certificates.ca];
  const start = async () => {
    const [bus, tlsPort] = [await freePort(), await freePort()];
    const tls = ["--tls-port", `${tlsPort}`, ...files, "--tls-auth-clients", "no", "--tls-cluster", "yes", ...names];
    const options = ["--cluster-enabled", "yes", "--cluster-port", `${bus}`, ...(isSecure ? tls : [])];
    const node = stopLater(await OwnRedis.start(...options));
    return { node, bus, port: isSecure ? tlsPort : node.port };
  };
  const [one, two] = [await start(), await start()];
  await one.node.ask((redis) => redis.call("CLUSTER", "ADDSLOTSRANGE", 0, 8191));
  await two.node.ask((redis) => redis.call("CLUSTER", "ADDSLOTSRANGE", 8192, 16_383));
  await one.node.ask((redis) => redis.call("CLUSTER", "MEET", "127.0.0.1", two.port, two.bus));
  for (const { node } of [one, two])
    await until(async () => String(await node.ask((redis) => redis.cluster("INFO"))).includes("cluster_state:ok"));
  const instances = await shareEverything(`${address}:${one.port}${isSecure ? `?tls-ca=${certificates.ca}` : ""}`);
  for (const { node } of [one, two]) expect(Number(await node.ask((redis) => redis.dbsize()))).toBeGreaterThan(0);
  for (const { node } of [one, two]) await node.end("SIGKILL");
  await losesNothing(instances);
});
