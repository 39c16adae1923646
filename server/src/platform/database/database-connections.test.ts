import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { DataSource } from "typeorm";
import { entities, migrations } from "../../entities.js";
import { Certificates } from "../../testing/certificates.js";
import { freshDatabaseUrl } from "../../testing/databases.js";
import { freePort, gatehouse } from "../../testing/server-process.js";
import { hasProgram, OwnMariadb } from "../../testing/services.js";
import { openDatabase } from "./database.js";
import { databaseAddress, type ServerAddress } from "./database-address.js";
import { connectToPrimary } from "./database-hosts.js";

const opened: DataSource[] = [];
afterAll(async () => {
  for (const source of opened) if (source.isInitialized) await source.destroy();
});
async function open(
  url: string,
  schema = { entities: [], migrations: [] } as { entities: never[]; migrations: never[] },
) {
  const source = await openDatabase({ address: databaseAddress(url), ...schema });
  opened.push(source);
  return source;
}
/** The cipher of a connection of the pool; empty in plain text. */
async function cipherOf(source: DataSource): Promise<string> {
  const [row] = (await source.query("SHOW STATUS LIKE 'Ssl_cipher'")) as { Value: string }[];
  return row?.Value ?? "";
}
const portOf = async (source: { query(sql: string): Promise<unknown> }): Promise<number> => {
  const [row] = (await source.query("SELECT @@port AS port")) as { port: number }[];
  return Number(row?.port);
};

const hasMariadb = hasProgram("mariadbd", "TLS and several hosts of a database");
(hasMariadb ? describe : describe.skip)("connections to MariaDB", () => {
  let certificates: Certificates;
  const started: OwnMariadb[] = [];
  const start = async (...options: string[]) => {
    const server = await OwnMariadb.start(...options);
    started.push(server);
    return server;
  };
  let mariadb: OwnMariadb;
  let other: OwnMariadb;
  let url: (parameters: string, host?: string) => string;
  beforeAll(async () => {
    certificates = new Certificates();
    const { cert, key } = certificates.issue("elsewhere.example", "server");
    const tls = [`--ssl-ca=${certificates.ca}`, `--ssl-cert=${cert}`, `--ssl-key=${key}`];
    [mariadb, other] = await Promise.all([start(...tls), start()]);
    await mariadb.asRoot(
      "CREATE USER encrypted@'127.0.0.1' IDENTIFIED BY 'se/cr@t:?' REQUIRE SSL",
      "CREATE USER known@'127.0.0.1' IDENTIFIED BY 'secret' REQUIRE X509",
      "GRANT ALL ON gatehouse.* TO encrypted@'127.0.0.1'",
      "GRANT ALL ON gatehouse.* TO known@'127.0.0.1'",
    );
    url = (parameters, host = "localhost") =>
      `mysql://encrypted:se%2Fcr%40t%3A%3F@${host}:${mariadb.port}/gatehouse?${parameters}`;
  });
  afterAll(async () => {
    await Promise.all(started.map((server) => server.stop()));
    certificates.remove();
  });

  it("X60 the server, its migrations and every command connect as a user that requires TLS", async () => {
    const source = await open(url("ssl-mode=REQUIRED"), { entities, migrations } as never);
    expect(await cipherOf(source)).toMatch(/^TLS_/);
    const environment = {
      DATABASE_URL: url(`ssl-mode=VERIFY_CA&ssl-ca=${certificates.ca}`),
      SECRET_KEYS: `k1:${Buffer.alloc(32, 7).toString("base64")}`,
    };
    const firm = [
      "--slug=harbor",
      "--name=Harbor",
      "--plan=BUSINESS",
      "--owner-name=Olive",
      "--owner-email=o@a.example",
    ];
    await gatehouse(["firm", "create", ...firm], { ...environment, GATEHOUSE_OWNER_PASSWORD: "a long owner password" });
    expect(await gatehouse(["firm", "list"], environment)).toContain("harbor");
    await expect(open(url("ssl-mode=DISABLED"))).rejects.toThrow(/cannot be used: ER_ACCESS_DENIED_ERROR/);
  });

  it("X60 VERIFY_CA accepts the authority's certificate for another host, VERIFY_IDENTITY only one for this host", async () => {
    const trusted = `ssl-ca=${certificates.ca}`;
    expect(await cipherOf(await open(url(`ssl-mode=VERIFY_CA&${trusted}`)))).not.toBe("");
    await expect(open(url(`ssl-mode=VERIFY_IDENTITY&${trusted}`))).rejects.toThrow(
      /does not match certificate's altnames/,
    );
    certificates.issue("localhost", "server");
    await mariadb.asRoot("FLUSH SSL");
    expect(await cipherOf(await open(url(`ssl-mode=VERIFY_IDENTITY&${trusted}`)))).not.toBe("");
  });

  it("X60 an unknown authority is refused by VERIFY_CA, and whatever the server shows is accepted by REQUIRED", async () => {
    const stranger = new Certificates();
    try {
      await expect(open(url(`ssl-mode=VERIFY_CA&ssl-ca=${stranger.ca}`))).rejects.toThrow(/certificate/);
      await expect(open(url("ssl-mode=VERIFY_CA"))).rejects.toThrow(/certificate/);
      expect(await cipherOf(await open(url("ssl-mode=REQUIRED")))).not.toBe("");
    } finally {
      stranger.remove();
    }
  });

  it("a user that requires a client's certificate gets it", async () => {
    const { cert, key } = certificates.issue("client.example");
    const known = `mysql://known:secret@127.0.0.1:${mariadb.port}/gatehouse?ssl-mode=VERIFY_CA&ssl-ca=${certificates.ca}`;
    await expect(open(known)).rejects.toThrow(/ER_ACCESS_DENIED_ERROR/);
    expect(await cipherOf(await open(`${known}&ssl-cert=${cert}&ssl-key=${key}`))).not.toBe("");
  });

  it("a server without TLS gets no password where TLS is required", async () => {
    const plain = other.url.replace("127.0.0.1", "localhost");
    expect(await cipherOf(await open(`${plain}?ssl-mode=DISABLED`))).toBe("");
    await expect(open(`${plain}?ssl-mode=REQUIRED`)).rejects.toThrow(/HANDSHAKE_NO_SSL_SUPPORT/);
  });

  it("of several hosts the first that can be written is used, also after the primary has moved", async () => {
    const gone = await freePort();
    const hosts = [gone, other.port, mariadb.port].map((port) => `127.0.0.1:${port}`).join(",");
    const several = `mysql://gatehouse:secret@${hosts}/gatehouse`;
    await other.asRoot("SET GLOBAL read_only = 1");
    const source = await open(several);
    expect(await portOf(source)).toBe(mariadb.port);

    await mariadb.asRoot("SET GLOBAL read_only = 1");
    await other.asRoot("SET GLOBAL read_only = 0");
    // While these are held, the pool has to open new connections.
    const held = Array.from({ length: 8 }, () => source.createQueryRunner());
    try {
      const ports = await Promise.all(held.map((runner) => portOf(runner)));
      expect(ports[0]).toBe(mariadb.port);
      expect(ports.slice(-4)).toEqual(Array.from({ length: 4 }, () => other.port));
    } finally {
      for (const runner of held) await runner.release();
    }

    await other.asRoot("SET GLOBAL read_only = 1");
    await expect(open(several)).rejects.toThrow(`127.0.0.1:${mariadb.port} is read-only`);
    await expect(connectToPrimary(databaseAddress(several) as ServerAddress)).rejects.toMatchObject({ errno: 1836 });
    // One host is the operator's word: a read-only server can be read.
    expect(await portOf(await open(other.url))).toBe(other.port);
    for (const server of [mariadb, other]) await server.asRoot("SET GLOBAL read_only = 0");
  });
});

(process.env.TEST_MYSQL_URL ? describe : describe.skip)("connections to MySQL", () => {
  it("X60 are encrypted for a user that requires TLS, and refused if the authority is another", async () => {
    const fresh = await freshDatabaseUrl("mysql");
    const stranger = new Certificates();
    try {
      await fresh.administer(`ALTER USER ${new URL(fresh.url).username} REQUIRE SSL`);
      const source = await open(`${fresh.url}?ssl-mode=REQUIRED`, { entities, migrations } as never);
      expect(await cipherOf(source)).toMatch(/^TLS_/);
      await source.destroy();
      await expect(open(`${fresh.url}?ssl-mode=DISABLED`)).rejects.toThrow(/ER_ACCESS_DENIED_ERROR/);
      await expect(open(`${fresh.url}?ssl-mode=VERIFY_CA&ssl-ca=${stranger.ca}`)).rejects.toThrow(/certificate/);
    } finally {
      stranger.remove();
      await fresh.drop();
    }
  });
});
