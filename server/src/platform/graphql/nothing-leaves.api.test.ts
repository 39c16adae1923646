import { afterEach, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { World } from "../../testing/world.js";

/** Variables that make Apollo Server report to its vendor, if the environment sets them for some other program. */
const forApollo = {
  APOLLO_KEY: "service:somebody:1234567890123456789012",
  APOLLO_GRAPH_REF: "somebody@current",
  APOLLO_SCHEMA_REPORTING: "true",
};

describeOnDatabases("what leaves the server", (database) => {
  const { fetch } = globalThis;
  afterEach(() => {
    globalThis.fetch = fetch;
    for (const name of Object.keys(forApollo)) delete process.env[name];
  });

  it("contains neither operations nor the schema for Apollo's studio, whatever the environment says (X25b)", async () => {
    Object.assign(process.env, forApollo);
    const asked: string[] = [];
    globalThis.fetch = async (input, options) => {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.hostname === "127.0.0.1") return fetch(input, options);
      asked.push(url.href);
      throw new Error("there is no way out of a test");
    };
    const world = await World.start(database.url());
    try {
      expect((await world.ask("{ __typename }")).data).toEqual({ __typename: "Query" });
    } finally {
      // Reports are sent at shutdown.
      await world.stop();
    }
    expect(asked).toEqual([]);
  });
});
