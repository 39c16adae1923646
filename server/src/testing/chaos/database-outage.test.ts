import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createConnection } from "mysql2/promise";
import { entities, migrations } from "../../entities.js";
import { databaseAddress } from "../../platform/database/database-address.js";
import { openDatabase } from "../../platform/database/database.js";
import { freePort, ServerProcess } from "../server-process.js";
import { hasProgram, OwnMariadb } from "../services.js";
import { until, World } from "../world.js";
import { follow, logOf, untilListening, type Follower } from "./followers.js";

const KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;

describe("C05 a database that fails under load", () => {
  if (!hasProgram("mariadbd", "a database that fails")) return;
  let mariadb: OwnMariadb;
  let server: ServerProcess;
  let owner: string;
  let follower: Follower;

  beforeAll(async () => {
    mariadb = await OwnMariadb.start();
    const world = await World.start(mariadb.url);
    owner = await world.ownerToken(await world.firm());
    await world.stop();
    server = new ServerProcess(await freePort(), {
      DATABASE_URL: mariadb.url,
      SECRET_KEYS: KEYS,
      DEMO: "0",
      LOG_LEVEL: "silent",
    });
    server.start();
    await server.waitUntilReady();
    follower = follow(server, owner);
    await untilListening(server, owner, [follower]);
  }, 300_000);
  afterAll(async () => {
    await follower?.client.dispose();
    await server?.end("SIGKILL");
    await mariadb?.stop();
  });

  /** Ten people create contacts at once until stopped; returns each response by the contact's name. */
  const load = () => {
    const over = new AbortController();
    const answers = new Map<string, { status: number; code: string }>();
    const person = async (n: number) => {
      for (let turn = 0; !over.signal.aborted; turn++) {
        const name = `Outage ${Math.random()} ${n} ${turn}`;
        const { status, data, errors } = await server.ask(
          "mutation($input: ContactInput!) { createContact(input: $input) { contact { id } userErrors { code } } }",
          { input: { name } },
          owner,
        );
        const isDone = data?.createContact?.contact != null;
        answers.set(name, { status, code: isDone ? "done" : (errors?.[0]?.extensions.code ?? "none") });
        const text = JSON.stringify(errors ?? []);
        expect(text).not.toMatch(/SELECT|INSERT|ECONN|mysql|mariadb|\bat /i);
        await wait(20);
      }
    };
    const people = Array.from({ length: 10 }, (_, n) => person(n));
    return async () => {
      over.abort();
      await Promise.all(people);
      return answers;
    };
  };
  /** After the outage: it works again, what was acknowledged exists once, and whatever exists has its event. */
  const mustBeWhole = async (answers: Map<string, { status: number; code: string }>) => {
    await until(() =>
      server.contact(owner, "Well again").then(
        () => true,
        () => false,
      ),
    );
    const codes = new Set([...answers.values()].map(({ code }) => code));
    expect([...codes].filter((code) => !["done", "UNAVAILABLE", "OUTCOME_UNKNOWN"].includes(code))).toEqual([]);
    for (const { status, code } of answers.values()) expect(status).toBe(code === "done" ? 200 : 503);
    const rows = (await mariadb.asRoot(
      "SELECT c.name, COUNT(e.id) AS events FROM gatehouse.contacts c LEFT JOIN gatehouse.audit_events e ON e.contactId = c.id AND e.type = 'CONTACT_CREATED' GROUP BY c.id, c.name",
    )) as { name: string; events: number }[];
    expect(rows.filter(({ events }) => Number(events) !== 1)).toEqual([]);
    const names = rows.map(({ name }) => name).filter((name) => name.startsWith("Outage"));
    expect(new Set(names).size).toBe(names.length);
    const answeredWith = (code: string) =>
      [...answers].filter(([, given]) => given.code === code).map(([name]) => name);
    const done = answeredWith("done");
    expect(done.filter((name) => !names.includes(name))).toEqual([]);
    expect(answeredWith("UNAVAILABLE").filter((name) => names.includes(name))).toEqual([]);
    const log = await logOf(server, owner);
    await until(() => follower.seen.includes(log.at(-1) ?? ""));
    expect(follower.seen).toEqual(log.slice(log.indexOf(follower.seen[0] ?? "")));
    return { done: done.length, failed: answers.size - done.length };
  };
  const isReady = async () => (await fetch(`${server.url}/readyz`)).status;

  it("killed connections: most of it is done all the same, nothing twice or by half, and no error has a word of SQL", async () => {
    const stop = load();
    for (let n = 0; n < 5; n++) {
      await wait(300);
      const connections = (await mariadb.asRoot(
        "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = 'gatehouse'",
      )) as { id: number }[];
      for (const { id } of connections) await mariadb.asRoot(`KILL CONNECTION ${id}`).catch(() => undefined);
    }
    const { done, failed } = await mustBeWhole(await stop());
    expect(done).toBeGreaterThan(failed);
  }, 120_000);

  it("a writer that was refused while the server was read-only goes on by itself once it is the primary again", async () => {
    await mariadb.asRoot("SET GLOBAL read_only = 1");
    const name = "Outage that was short";
    const waiting = server.contact(owner, name);
    await wait(1000);
    await mariadb.asRoot("SET GLOBAL read_only = 0");
    await waiting;
    const rows = (await mariadb.asRoot(`SELECT id FROM gatehouse.contacts WHERE name = '${name}'`)) as object[];
    expect(rows).toHaveLength(1);
  }, 120_000);

  it("killed and restarted: not ready meanwhile, then well without help, and a subscriber misses nothing", async () => {
    const stop = load();
    await wait(500);
    await mariadb.end("SIGKILL");
    await until(async () => (await isReady()) === 503);
    await mariadb.start();
    const { failed } = await mustBeWhole(await stop());
    expect(failed).toBeGreaterThan(0);
    await until(async () => (await isReady()) === 200);
  }, 180_000);

  it("read-only: writes are refused and change nothing, reads are answered", async () => {
    await mariadb.asRoot("SET GLOBAL read_only = 1");
    const stop = load();
    await until(async () => (await isReady()) === 503);
    const readiness = (await (await fetch(`${server.url}/readyz`)).json()) as object;
    expect(readiness).toEqual({ status: "not ready", reason: "READ_ONLY" });
    expect((await server.ask("{ firm { name } }", {}, owner)).data?.firm.name).toBe("Test & Sons");
    const answers = await stop();
    await mariadb.asRoot("SET GLOBAL read_only = 0");
    await until(async () => (await isReady()) === 200);
    expect([...answers.values()].filter(({ code }) => code === "done")).toEqual([]);
    await mustBeWhole(answers);
  }, 120_000);

  it("migrations refuse a server that is not the primary, and say so", async () => {
    await mariadb.asRoot(
      "CREATE DATABASE empty_one",
      "GRANT ALL ON empty_one.* TO gatehouse@'127.0.0.1'",
      "SET GLOBAL read_only = 1",
    );
    const url = mariadb.url.replace(/gatehouse$/, "empty_one");
    try {
      await expect(openDatabase({ address: databaseAddress(url), entities, migrations })).rejects.toThrow(
        /not the primary/,
      );
    } finally {
      await mariadb.asRoot("SET GLOBAL read_only = 0");
    }
    expect(await mariadb.asRoot("SHOW TABLES FROM empty_one")).toEqual([]);
  }, 120_000);

  it("every connection taken by waiting writers: they wait their turn, and nothing is lost", async () => {
    const blocker = await createConnection({ uri: mariadb.url, disableEval: true });
    await blocker.query("BEGIN");
    await blocker.query("SELECT * FROM audit_counters FOR UPDATE");
    const stop = load();
    await wait(2000);
    await blocker.query("COMMIT");
    await blocker.end();
    await wait(500);
    const { done, failed } = await mustBeWhole(await stop());
    expect([done > 0, failed]).toEqual([true, 0]);
  }, 120_000);
});
