import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { World } from "../../testing/world.js";

/** What `Date.parse` takes for another moment, or for one at all. */
const none = [
  "2027-02-30T00:00:00Z",
  "2027-02-29T00:00:00.000Z",
  "2026-04-31T09:30:00+02:00",
  "2026-01-31T24:00:00Z",
  "2026-12-31T23:59:60Z",
  "2026-01-31T09:30:00+24:00",
  "2026-01-31T09:30:00-00:00",
  "2026-01-31T09:30:00.1234567Z",
  "2026-02-28T09:30:00",
  "2026-02-28",
  "+010000-01-01T00:00:00Z",
];

describeOnDatabases("a moment that does not exist", (database) => {
  let world: World;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    owner = await world.ownerToken(await world.firm());
  });
  afterAll(() => world.stop());

  const csv = async (since: string) => {
    const path = `/audit-log.csv?since=${encodeURIComponent(since)}`;
    return (await world.raw({ path, headers: { authorization: `Bearer ${owner}` } })).status;
  };

  it.each(none)("is refused as a variable, as a literal and within an input: %s", async (at) => {
    const byVariable = "query($at: DateTime) { auditEvents(first: 1, filter: { since: $at }) { nodes { id } } }";
    const answers = [
      await world.ask(byVariable, { at }, owner),
      // The second time in the fast lane.
      await world.ask(byVariable, { at }, owner),
      await world.ask(`{ auditEvents(first: 1, filter: { since: "${at}" }) { nodes { id } } }`, {}, owner),
      await world.ask(
        "query($filter: AuditEventFilter) { auditEvents(first: 1, filter: $filter) { nodes { id } } }",
        { filter: { until: at } },
        owner,
      ),
    ];
    for (const { errors, data } of answers) {
      expect(["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"]).toContain(errors?.[0]?.extensions.code);
      expect(errors?.[0]?.message).toMatch(/DateTime must be an existing date and time/);
      expect([data?.auditEvents, JSON.stringify(errors).includes(at)]).toEqual([undefined, false]);
    }
  });

  it("is refused in the query string of a file, whose export takes one that exists", async () => {
    // A minute's budget is spent by three.
    expect([await csv("2027-02-30T00:00:00Z"), await csv("2026-01-31T10:30:00+01:00")]).toEqual([400, 200]);
  });

  it("and one that exists is taken in every form of it", async () => {
    for (const at of ["2026-01-31T09:30:00Z", "2026-01-31t10:30:00.000+01:00", "2028-02-29T23:59:59.999z"]) {
      const { errors } = await world.ask(
        "query($at: DateTime) { auditEvents(first: 1, filter: { since: $at }) { nodes { id } } }",
        { at },
        owner,
      );
      expect([at, errors]).toEqual([at, undefined]);
    }
  });
});
