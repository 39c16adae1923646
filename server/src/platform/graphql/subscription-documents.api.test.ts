import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { WebSocket } from "ws";
import { describeOnDatabases } from "../../testing/databases.js";
import { until, World } from "../../testing/world.js";

describeOnDatabases("a subscription that cannot be served", (database) => {
  let world: World;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    owner = await world.ownerToken(await world.firm());
  });
  afterAll(() => world.stop());

  it.each([
    ["by its owner", "subscription { auditEvents { id } }", () => owner],
    ["by nobody", "subscription { auditEvents { id } }", () => undefined],
    [
      "with another operation beside it",
      "subscription S { auditEvents { id } } query Q { viewer { __typename } }",
      () => owner,
    ],
  ])("X26 is refused by POST as the caller's mistake, each time: %s", async (_who, query, token) => {
    const bearer = token();
    // A separate lane answers known operations: neither lane may run it.
    for (const once of ["application/json", "application/graphql-response+json"])
      for (const accept of [once, once]) {
        const response = await world.raw({
          method: "POST",
          headers: {
            "content-type": "application/json",
            accept,
            ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          },
          body: JSON.stringify({ query, ...(query.includes("query Q") ? { operationName: "S" } : {}) }),
        });
        expect([response.status, await response.json()]).toEqual([
          400,
          expect.objectContaining({
            errors: [
              expect.objectContaining({
                message: "Subscriptions are served over WebSocket only (graphql-transport-ws).",
                extensions: expect.objectContaining({ code: "BAD_REQUEST" }),
              }),
            ],
          }),
        ]);
      }
  });

  it.each([
    ["skipped", "subscription { auditEvents @skip(if: true) { id } }"],
    ["not included", "subscription { auditEvents @include(if: false) { id } }"],
    ["included by a variable", "subscription($no: Boolean = false) { auditEvents @include(if: $no) { id } }"],
    ["included by a literal", "subscription { auditEvents @include(if: true) { id } }"],
    ["included by a required variable", "subscription($no: Boolean!) { auditEvents @skip(if: $no) { id } }"],
    ["conditional without a condition", "subscription { auditEvents @skip { id } }"],
    ["conditional on a string", 'subscription { auditEvents @include(if: "no") { id } }'],
    ["in a selection that is skipped", "subscription { ... @skip(if: true) { auditEvents { id } } }"],
    [
      "in a fragment that is skipped",
      "subscription { ...F @skip(if: true) } fragment F on Subscription { auditEvents { id } }",
    ],
    [
      "skipped within fragments",
      "subscription { ...F } fragment F on Subscription { ...G } fragment G on Subscription { auditEvents @skip(if: true) { id } }",
    ],
  ])("X26 is refused by POST and on a socket, which stays open, if its field is %s", async (_how, query) => {
    const posted = await world.ask(query, {}, owner);
    expect([posted.status, posted.errors?.map(({ extensions }) => extensions.code)]).toEqual([
      400,
      ["GRAPHQL_VALIDATION_FAILED"],
    ]);
    const socket = new WebSocket(`${world.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
    const seen: { type: string; id?: string; payload?: { extensions: { code: string } }[] }[] = [];
    socket.on("message", (data: Buffer) => seen.push(JSON.parse(data.toString()) as (typeof seen)[number]));
    await new Promise((resolve) => socket.once("open", resolve));
    socket.send(JSON.stringify({ type: "connection_init", payload: { authorization: `Bearer ${owner}` } }));
    await until(() => seen.length > 0);
    const subscribe = (id: string, text: string) =>
      socket.send(JSON.stringify({ id, type: "subscribe", payload: { query: text } }));
    subscribe("refused", query);
    await until(() => seen.length > 1 || socket.readyState !== socket.OPEN);
    expect(seen[1]).toEqual({
      type: "error",
      id: "refused",
      payload: [
        expect.objectContaining({
          message: "A subscription's root field takes neither @skip nor @include.",
          extensions: expect.objectContaining({ code: "GRAPHQL_VALIDATION_FAILED" }),
        }),
      ],
    });
    // Conditions within an event are allowed.
    subscribe("served", "subscription { auditEvents { id type @skip(if: true) } }");
    await until(async () => {
      await world.contact(owner);
      return seen.length > 2;
    });
    expect(seen[2]).toMatchObject({ type: "next", id: "served" });
    socket.terminate();
  });
});
