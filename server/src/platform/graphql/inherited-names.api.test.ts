import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { WebSocket } from "ws";
import { describeOnDatabases } from "../../testing/databases.js";
import { until, World } from "../../testing/world.js";

/** Names that every plain object has, or that modify it. */
const names = [
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "__defineGetter__",
  "isPrototypeOf",
];

describeOnDatabases("names that objects inherit", (database) => {
  let world: World;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    owner = await world.ownerToken(await world.firm());
  });
  afterAll(() => world.stop());

  /** The response's raw text: a parsed object would hide what it inherits. */
  async function textOf(body: string): Promise<[number, string]> {
    const response = await world.raw({
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${owner}` },
      body,
    });
    const { extensions: _cost, ...outcome } = JSON.parse(
      await response.text(),
      (_key, value: unknown) => value,
    ) as object & {
      extensions?: unknown;
    };
    return [response.status, JSON.stringify(outcome).replaceAll(/,"requestId":"[^"]+"/g, "")];
  }
  const bodyOf = (query: string, variables = "{}", operationName = "null") =>
    `{"query":${JSON.stringify(query)},"variables":${variables},"operationName":${operationName}}`;
  const twice = async (body: string) => {
    const first = await textOf(body);
    expect(await textOf(body)).toEqual(first);
    return first;
  };

  it.each(names)("X19 %s names a field, a variable, a fragment or an operation like any other name", async (name) => {
    expect(await twice(bodyOf(`{ ${name}: __typename }`))).toEqual([200, `{"data":{"${name}":"Query"}}`]);
    expect(await twice(bodyOf(`{ ${name}: viewer { ${name}: __typename } }`))).toEqual([
      200,
      `{"data":{"${name}":{"${name}":"TeamMember"}}}`,
    ]);
    expect(await twice(bodyOf(`{ contacts(first: 1) { ${name}: totalCount } }`))).toEqual([
      200,
      `{"data":{"contacts":{"${name}":0}}}`,
    ]);
    expect(
      await twice(bodyOf(`query ${name} { ...${name} } fragment ${name} on Query { __typename }`, "{}", `"${name}"`)),
    ).toEqual([200, '{"data":{"__typename":"Query"}}']);
    const page = `query($${name}: Int) { contacts(first: $${name}) { totalCount } }`;
    for (const given of ["{}", `{"${name}":1}`])
      expect(await twice(bodyOf(page, given))).toEqual([200, '{"data":{"contacts":{"totalCount":0}}}']);
    const [status, outcome] = await twice(bodyOf(page, `{"${name}":"x"}`));
    expect([status, outcome]).toEqual([400, expect.stringContaining(`Variable \\"$${name}\\" got invalid value`)]);
  });

  it.each(names)("X19 %s in a subscription's message, variables and id", async (name) => {
    const socket = new WebSocket(`${world.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
    const outcome: string[] = [];
    socket.on("message", (data: Buffer) => outcome.push(data.toString()));
    await new Promise((resolve) => socket.once("open", resolve));
    socket.send(JSON.stringify({ type: "connection_init", payload: { authorization: `Bearer ${owner}` } }));
    await until(() => outcome.length > 0);
    const query = `subscription ${name}($${name}: String) { ${name}: auditEvents(after: $${name}) { ${name}: __typename } }`;
    socket.send(
      `{"id":"1","type":"subscribe","payload":{"query":${JSON.stringify(query)},"operationName":"${name}","variables":{}}}`,
    );
    await until(async () => {
      await world.contact(owner);
      return outcome.length > 1;
    });
    socket.terminate();
    expect(outcome[1]).toContain(`"data":{"${name}":{"${name}":"AuditEvent"}}`);
  });
});
