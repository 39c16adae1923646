import { randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { DataSource } from "typeorm";
import { describeOnBothDatabases } from "../databases.js";
import { freePort, ServerProcess } from "../server-process.js";
import { until, World, type Answer } from "../world.js";

const KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;
const KILLS = 4;
const CREATE = `mutation($input: ContactInput!) { createContact(input: $input) { contact { id } userErrors { code } } }`;

describeOnBothDatabases("Idempotency-Key when the server is killed", (database) => {
  let server: ServerProcess;
  let beside: DataSource;
  let key: string;
  beforeAll(async () => {
    const world = await World.start(database.url());
    key = await world.key(await world.ownerToken(await world.firm()), ["CONTACTS_READ", "CONTACTS_WRITE"]);
    await world.stop();
    beside = await database.open();
    server = new ServerProcess(await freePort(), {
      DATABASE_URL: database.url(),
      SECRET_KEYS: KEYS,
      DEMO: "0",
      LOG_LEVEL: "error",
    });
    server.start();
    await server.waitUntilReady();
  }, 180_000);
  afterAll(async () => {
    await server?.end("SIGKILL");
  });

  /** Creates a contact with this name, which is also the Idempotency-Key. */
  const create = (name: string): Promise<Answer> =>
    server.ask(CREATE, { input: { name } }, key, { "idempotency-key": name.replaceAll(" ", "-") });
  const codeOf = ({ errors }: Answer) => errors?.[0]?.extensions.code;
  const idsOf = async (name: string) =>
    ((await beside.query("SELECT id FROM contacts WHERE name = ?", [name])) as { id: string }[]).map(({ id }) => id);
  const restart = async () => {
    await server.end("SIGKILL");
    server.start();
    await server.waitUntilReady();
  };
  /** Moves past the time for which an operation counts as running. */
  const claimsRunOut = () =>
    beside.query("UPDATE idempotency_records SET claimedUntil = claimedUntil - 61000, expiresAt = expiresAt - 61000");

  it("after a kill at a random moment, the repeated request is answered like the first, done now, or refused; never done twice", async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      const name = `Killed ${kill}`;
      const first = create(name).catch(() => null);
      await wait(randomInt(0, 40));
      await restart();
      const answered = await first;
      let again = await create(name);
      if (codeOf(again) === "IDEMPOTENCY_KEY_IN_USE") {
        await claimsRunOut();
        again = await create(name);
      }
      const ids = await idsOf(name);
      expect([name, ids]).toEqual([name, [expect.any(String)]]);
      const outcome = again.errors ? codeOf(again) : again.data.createContact.contact.id;
      expect(["IDEMPOTENCY_OUTCOME_UNKNOWN", ids[0]]).toContain(outcome);
      // A response that was received is repeated.
      expect(again.data).toEqual(answered?.data ?? again.data);
    }
  }, 300_000);

  if (database.name === "mysql")
    it("after a kill between the commit and storing the response, the repeated request is refused and not done again", async () => {
      const name = "Killed between";
      // The response is never stored: the server dies while the database is storing it.
      await beside.query(
        "CREATE TRIGGER hold_answers BEFORE UPDATE ON idempotency_records FOR EACH ROW BEGIN IF NEW.state = 'KEPT' THEN DO SLEEP(60); END IF; END",
      );
      const first = create(name).catch(() => null);
      await until(async () => (await idsOf(name)).length === 1);
      await server.end("SIGKILL");
      expect(await first).toBeNull();
      const others = (await beside.query(
        "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID() AND info LIKE 'UPDATE idempotency%'",
      )) as { id: number }[];
      for (const { id } of others) await beside.query(`KILL ${id}`);
      await beside.query("DROP TRIGGER hold_answers");
      await restart();
      expect(codeOf(await create(name))).toBe("IDEMPOTENCY_KEY_IN_USE");
      await claimsRunOut();
      expect(await create(name)).toMatchObject({
        status: 409,
        errors: [{ extensions: { code: "IDEMPOTENCY_OUTCOME_UNKNOWN" } }],
      });
      expect(await idsOf(name)).toHaveLength(1);
    }, 120_000);
});
