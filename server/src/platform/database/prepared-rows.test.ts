import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { DataSource } from "typeorm";
import { describeOnDatabaseServers } from "../../testing/databases.js";
import { openDatabase } from "./database.js";
import { databaseAddress } from "./database-address.js";
import { preparedRows } from "./prepared-rows.js";
import { computed, select, sql } from "./sql.js";

const POOL = 3;
const NUMBER = select({ n: computed<number>(sql`?`) });
const SLOW = select({ n: computed<number>(sql`SLEEP(2) + ?`) });

describeOnDatabaseServers("prepared reads", (database) => {
  let dataSource: DataSource;
  let proxy: Server;
  const sockets = new Set<Socket>();
  beforeAll(async () => {
    const url = new URL(database.url());
    const { hostname, port } = url;
    // Lets the test cut connections as a network would.
    proxy = createServer((socket) => {
      const upstream = connect(Number(port || "3306"), hostname);
      sockets.add(socket);
      socket.pipe(upstream).on("error", () => socket.destroy());
      upstream.pipe(socket).on("error", () => upstream.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        upstream.destroy();
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    url.port = (proxy.address() as AddressInfo).port.toString();
    url.hostname = "127.0.0.1";
    dataSource = await openDatabase({
      address: databaseAddress(url.toString()),
      entities: [],
      migrations: [],
      poolSize: POOL,
    });
  });
  afterAll(async () => {
    await dataSource.destroy();
    proxy.close();
  });
  const read = (n: unknown) => preparedRows(dataSource, NUMBER, [n]);

  it("are refused if a parameter is not a valid value, and leak no connection", async () => {
    for (let time = 0; time <= POOL; time++) await expect(read(undefined)).rejects.toThrow("undefined");
    expect(await read(1)).toHaveLength(1);
  });

  it("fail if their connection is lost, without affecting others", async () => {
    const slow = Array.from({ length: POOL }, (_, n) => preparedRows(dataSource, SLOW, [n]));
    const outcomes = Promise.allSettled(slow);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const waiting = Promise.allSettled(Array.from({ length: 20 }, (_, n) => read(n)));
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const socket of sockets) socket.resetAndDestroy();
    expect((await outcomes).map(({ status }) => status)).toEqual(slow.map(() => "rejected"));
    expect((await waiting).filter(({ status }) => status === "rejected")).toEqual([]);
  });
});
