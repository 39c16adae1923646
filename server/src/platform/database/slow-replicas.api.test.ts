import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { canReplicate, listReadsDuring, Replication } from "../../testing/replication.js";
import { until, World } from "../../testing/world.js";
import { serverAddress } from "./database-address.js";

const LIST = "{ contacts(first: 20) { nodes { name } totalCount } }";
const SEARCH = '{ contacts(first: 20, filter: { search: "zim" }) { nodes { name } } }';
/** Answers that are shorter arrive at once. */
const SHORT = 400;

/** A network in front of a server. While it crawls, long answers arrive byte by byte. */
class Network {
  isCrawling = false;
  private readonly listener: Server;

  constructor(private readonly to: number) {
    this.listener = createServer((client) => {
      const server = connect(this.to, "127.0.0.1");
      for (const [one, other] of [
        [client, server],
        [server, client],
      ] as const)
        one.on("error", () => undefined).on("close", () => other.destroy());
      client.pipe(server);
      let sent = Promise.resolve();
      server.on("data", (data: Buffer) => {
        sent = sent.then(() => this.pass(data, client));
      });
    });
  }
  private async pass(data: Buffer, to: Socket): Promise<void> {
    if (!this.isCrawling || data.length < SHORT) {
      to.write(data);
      return;
    }
    for (let at = 0; at < data.length && !to.destroyed; at++) {
      to.write(data.subarray(at, at + 1));
      await wait(200);
    }
  }
  async open(): Promise<number> {
    await new Promise<void>((resolve) => this.listener.listen(0, "127.0.0.1", resolve));
    return (this.listener.address() as AddressInfo).port;
  }
  close(): void {
    this.listener.close();
  }
}

(canReplicate("mariadb") ? describe : describe.skip)("a read replica that is not well", () => {
  let pair: Replication;
  let network: Network;
  let world: World;
  let owner: string;
  beforeAll(async () => {
    pair = await Replication.start("mariadb");
    network = new Network(pair.replica.port);
    const url = pair.replicaUrl.replace(`:${pair.replica.port}/`, `:${await network.open()}/`);
    world = await World.start(pair.url, { databaseReplica: serverAddress(url) });
    owner = await world.ownerToken(await world.firm());
    for (let n = 0; n < 20; n++) await world.contact(owner, `Ada Zimmer ${n}`);
  }, 300_000);
  afterAll(async () => {
    network?.close();
    await world?.stop();
    await pair?.stop();
  }, 60_000);

  const ask = async (query: string): Promise<number> => {
    const startedAt = performance.now();
    const { errors, data } = await world.ask(query, {}, owner);
    expect([errors, data?.contacts.nodes.length]).toEqual([undefined, 20]);
    return performance.now() - startedAt;
  };
  const untilUsed = async () => {
    await pair.untilCaughtUp();
    await until(async () => "replica current" in (await listReadsDuring(world, () => ask(LIST))));
  };

  it("and sends its answer without end makes nobody wait longer than four seconds for the primary's", async () => {
    await untilUsed();
    network.isCrawling = true;
    const took = await ask(LIST);
    network.isCrawling = false;
    expect(took).toBeLessThan(8000);
  }, 60_000);

  it("and refuses one statement still answers the others", async () => {
    await untilUsed();
    await pair.tamper("DROP TABLE gatehouse.search_words");
    expect(await listReadsDuring(world, () => ask(SEARCH))).toEqual({ "primary failed": 1 });
    expect(await listReadsDuring(world, () => ask(LIST))).toEqual({ "replica current": 2 });
  }, 60_000);
});
