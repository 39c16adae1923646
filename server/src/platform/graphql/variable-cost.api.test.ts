import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { leastCpuMs } from "../../testing/cpu-time.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { World } from "../../testing/world.js";

/** Close to the limit of a body. */
const CHARACTERS = 90_000;
/** How much CPU one request may take, whatever it contains. */
const BOUND = { boundMs: 250, runs: 5 };
const unknownFields = Object.fromEntries(Array.from({ length: 9000 }, (_, n) => [n.toString(36), 0]));
const hints = " Did you mean the enum value".repeat(CHARACTERS / 28);
const contacts = "query($v: ContactFilter) { contacts(filter: $v) { nodes { id } } ";
const events = "query($v: [AuditEventType!]) { auditEvents(filter: { types: $v }) { nodes { id } } ";
/** Queries the schema, which production refuses before anything runs. */
const asking = '__type(name: "Nope") { name } ';

describeOnDatabases("wrong variables", (database) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url(), { isProduction: true });
    await world.ask("{ __typename }");
  });
  afterAll(() => world.stop());

  it.each([
    ["thousands of values that no enum has", `${events} }`, Array.from({ length: CHARACTERS / 4 }, () => "C")],
    ["the same beside an introspection query", `${events} ${asking} }`, Array(CHARACTERS / 20).fill("C")],
    ["thousands of fields that no input has", `${contacts} }`, unknownFields],
    ["the same fields beside an introspection query", `${contacts} ${asking} }`, unknownFields],
    ["a text that reads like graphql-js' own suggestion", `${events} }`, [hints]],
    ["the same for a scalar", "query($v: String) { contacts(after: $v) { nodes { id } } }", [hints]],
  ])("X26 cost little: %s", async (_what, query, v) => {
    const cost = await leastCpuMs(BOUND, async () => {
      const { errors } = await world.ask(query, { v });
      expect(errors?.[0]?.extensions?.code).toBe("BAD_USER_INPUT");
      expect(errors?.length).toBeLessThanOrEqual(10);
    });
    expect(cost).toBeLessThan(BOUND.boundMs);
  });

  it("X26 cost little as a literal that reads like graphql-js' own suggestion", async () => {
    const cost = await leastCpuMs(BOUND, async () => {
      const { errors } = await world.ask(`{ auditEvents(filter: { types: ["${hints}"] }) { nodes { id } } }`);
      expect(errors?.[0]?.message).toBe('Expected value of type "AuditEventType!".');
    });
    expect(cost).toBeLessThan(BOUND.boundMs);
  });
});
