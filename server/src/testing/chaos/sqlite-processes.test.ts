import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Contact } from "../../features/contacts/contact.entity.js";
import { Firm } from "../../features/firms/firm.entity.js";
import { AuditEvent } from "../../features/audit/audit-event.entity.js";
import { demoSignIns } from "../../demo/demo-firm.js";
import { entities, migrations } from "../../entities.js";
import { freshDatabaseUrl, type FreshDatabase } from "../databases.js";
import { freePort, gatehouse, ServerProcess } from "../server-process.js";
import { World } from "../world.js";
import { databaseAddress } from "../../platform/database/database-address.js";
import { openDatabase } from "../../platform/database/database.js";

const KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;
const WRITES = 40;

describe("several processes on one SQLite file", () => {
  let database: FreshDatabase;
  let servers: ServerProcess[] = [];
  beforeEach(async () => {
    database = await freshDatabaseUrl("sqlite");
  });
  afterEach(async () => {
    for (const server of servers) await server.end("SIGKILL");
    servers = [];
    await database.drop();
  });
  const started = async (count: number, environment: Record<string, string> = {}) => {
    for (let n = 0; n < count; n++)
      servers.push(
        new ServerProcess(await freePort(), {
          DATABASE_URL: database.url,
          SECRET_KEYS: KEYS,
          SOURCE_LIMIT_FACTOR: "1000",
          ...environment,
        }),
      );
    for (const server of servers) server.start();
    for (const server of servers) await server.waitUntilReady();
  };
  const counts = async () => {
    const source = await openDatabase({ address: databaseAddress(database.url), entities, migrations });
    try {
      const [firms, contacts, events] = await Promise.all(
        [Firm, Contact, AuditEvent].map((entity) => source.manager.count(entity)),
      );
      return { firms, contacts, events };
    } finally {
      await source.destroy();
    }
  };

  it("no write is refused or lost, whoever else writes: another server, the operator's commands", async () => {
    const world = await World.start(database.url);
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    await world.stop();
    await started(2, { DEMO: "0" });
    const commands = ["TEAM", "BUSINESS", "TEAM"].map((plan) =>
      gatehouse(["firm", "set-plan", "--slug", firm.slug, "--plan", plan], {
        DATABASE_URL: database.url,
        SECRET_KEYS: KEYS,
      }),
    );
    const writes = servers.flatMap((server, s) =>
      Array.from({ length: WRITES }, (_, n) => server.contact(owner, `Written by ${s} as ${n}`)),
    );
    await Promise.all([...commands, ...writes]);
    expect((await counts()).contacts).toBe(2 * WRITES);
  });

  it("two servers that start together on a new file load one demo", async () => {
    await started(1);
    const alone = await counts();
    for (const server of servers.splice(0)) await server.end();
    await database.drop();
    database = await freshDatabaseUrl("sqlite");
    await started(2);
    const { email, password } = demoSignIns[0];
    for (const server of servers) {
      const { result } = await server.signIn("teamSignIn", "TeamSignInInput", { email, password });
      expect(result.__typename).toBe("SignedIn");
    }
    for (const server of servers) await server.end();
    expect(await counts()).toMatchObject({ firms: alone.firms, contacts: alone.contacts });
  });
});
