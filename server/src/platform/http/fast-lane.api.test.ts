import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { OWNER_PASSWORD, World } from "../../testing/world.js";

type Body = Record<string, unknown>;
interface Case {
  body: Body;
  /** The owner's if left out. */
  token?: string | null;
  headers?: Record<string, string>;
  /** Variables with which the operation can run, for a case in which it is refused before it runs. */
  teach?: object;
}

describeOnDatabases(
  "a known operation is answered exactly like one that the server sees for the first time",
  (database) => {
    let world: World;
    let owner: string;
    let staff: string;
    let contactId: string;
    beforeAll(async () => {
      world = await World.start(database.url());
      const firm = await world.firm();
      owner = await world.ownerToken(firm);
      contactId = (await world.contact(owner)).id;
      const email = await world.member(firm.id, "STAFF");
      const input = { email, password: OWNER_PASSWORD };
      staff = (await world.signIn("teamSignIn", "TeamSignInInput", input)).result.sessionToken;
    });
    afterAll(() => world.stop());

    let operations = 0;
    /** The response, without what differs between any two requests. */
    async function send(body: Body, token: string | null, headers: Record<string, string> = {}) {
      const response = await world.raw({
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
        body: JSON.stringify(body),
      });
      const fields = Object.fromEntries(response.headers);
      for (const varying of ["date", "x-request-id", "ratelimit-remaining", "ratelimit-reset", "retry-after"])
        if (varying in fields) fields[varying] = "(varies)";
      const text = (await response.text()).replace(/"requestId":"[^"]+"/, '"requestId":"(varies)"');
      return { status: response.status, fields, text: text.replace(/"retryAfter":\d+/, '"retryAfter":0') };
    }
    /** The same operation in Apollo's lane and in the fast one; a comment makes the text new to the server. */
    async function bothLanes({ body: given, token = owner, headers, teach }: Case) {
      const body = { ...given, query: `${String(given.query)} # ${operations++}` };
      const before = await fastOperations();
      const first = await send(body, token, headers);
      // An operation refused before it runs is not remembered, but another caller's valid request is.
      if (teach) await send({ ...body, variables: teach }, owner, headers?.accept ? { accept: headers.accept } : {});
      expect(await fastOperations()).toBe(before);
      const again = await send(body, token, headers);
      expect(await fastOperations()).toBe(before + 1);
      expect(again).toEqual(first);
      return again;
    }
    async function fastOperations(): Promise<number> {
      const text = await (await world.raw({ path: "/metrics" })).text();
      return Number(/gatehouse_graphql_operations_total\{lane="fast"\} (\d+)/.exec(text)?.[1] ?? 0);
    }

    const PAGE =
      "query Page($first: Int) { contacts(first: $first) { nodes { id name portalAccount { email } } totalCount } }";
    const CREATE =
      "mutation($name: String!) { createContact(input: { name: $name }) { contact { name } userErrors { code field message } } }";
    const SECRET = 'mutation { createApiKey(input: { name: "k", scopes: [CONTACTS_READ] }) { userErrors { code } } }';
    const browser = () => ({
      accept: "application/graphql-response+json, application/json;q=0.5, */*;q=0.1",
      origin: world.app.publicUrl,
    });

    it.each<[string, number, () => Case]>([
      ["a page", 200, () => ({ body: { query: PAGE, variables: { first: 2 } } })],
      [
        "one of several operations",
        200,
        () => ({ body: { query: `${PAGE} query Other { viewer { __typename } }`, operationName: "Other" } }),
      ],
      [
        "nulls for everything optional",
        200,
        () => ({
          body: { query: "{ viewer { __typename } }", variables: null, operationName: null, extensions: null },
        }),
      ],
      [
        "extensions of a client library",
        200,
        () => ({ body: { query: "{ viewer { __typename } }", extensions: { clientLibrary: { name: "x" } } } }),
      ],
      ["an anonymous caller", 200, () => ({ body: { query: PAGE }, token: null })],
      ["an unknown token", 200, () => ({ body: { query: PAGE }, token: `gts_${"x".repeat(43)}` })],
      ["a role without permission", 200, () => ({ body: { query: CREATE, variables: { name: "x" } }, token: staff })],
      ["a refusal in the payload", 200, () => ({ body: { query: CREATE, variables: { name: "" } } })],
      [
        "an error in a nullable field beside others",
        200,
        () => ({
          body: {
            query: 'query($id: ID) { contact(id: $id, externalId: "x") { name } viewer { __typename } }',
            variables: { id: contactId },
          },
        }),
      ],
      [
        "an error where nothing may be null",
        200,
        () => ({ body: { query: "{ viewer { __typename } contacts(first: 0) { totalCount } }" } }),
      ],
      ["a variable of the wrong type", 400, () => ({ body: { query: PAGE, variables: { first: "many" } } })],
      [
        "the same for a client that names the old media type",
        200,
        () => ({ body: { query: PAGE, variables: { first: "many" } }, headers: { accept: "application/json" } }),
      ],
      ["a missing variable", 400, () => ({ body: { query: "query($id: ID!) { contact(id: $id) { name } }" } })],
      [
        "a timestamp that is not one",
        400,
        () => ({
          body: {
            query: "query($at: DateTime) { auditEvents(filter: { since: $at }) { nodes { id } } }",
            variables: { at: "yesterday" },
          },
        }),
      ],
      [
        "exceeding the cost limit, by a variable",
        400,
        () => ({ body: { query: PAGE, variables: { first: 1_000_000 } }, teach: { first: 1 } }),
      ],
      [
        "the newer media type",
        200,
        () => ({ body: { query: PAGE }, headers: { accept: "application/graphql-response+json" } }),
      ],
      ["a browser", 200, () => ({ body: { query: PAGE }, headers: browser() })],
      [
        "an invalid Idempotency-Key",
        400,
        () => ({
          body: { query: CREATE, variables: { name: "x" } },
          headers: { "idempotency-key": "k".repeat(300) },
          teach: { name: "" },
        }),
      ],
      [
        "an Idempotency-Key for a secret",
        400,
        () => ({ body: { query: SECRET }, headers: { "idempotency-key": "k" }, teach: {} }),
      ],
    ])("%s", async (_what, status, given) => {
      const { headers, ...sent } = given();
      // The content type for an Accept header is known from an earlier request.
      await send({ query: "{ viewer { __typename } }" }, null, headers?.accept ? { accept: headers.accept } : {});
      expect(await bothLanes({ ...sent, headers })).toMatchObject({ status });
    });

    it("a caller with no budget left this minute", async () => {
      const draining = { query: PAGE, variables: { first: 1_000_000 } };
      for (let times = 0; times < 13; times++) await send(draining, staff);
      const { status, fields } = await bothLanes({ body: { query: PAGE }, token: staff, teach: {} });
      expect(status).toBe(429);
      expect(fields).toHaveProperty("retry-after");
    });

    it("a mutation that was already executed", async () => {
      const body = { query: CREATE, variables: { name: "Once" } };
      const headers = { "idempotency-key": "once" };
      const first = await send(body, owner, headers);
      // A new Accept header takes Apollo's lane.
      const byApollo = await send(body, owner, { ...headers, accept: "application/json, new/one" });
      const before = await fastOperations();
      expect(await send(body, owner, headers)).toEqual(byApollo);
      expect(await fastOperations()).toBe(before + 1);
      expect(byApollo).toEqual({ ...first, fields: { ...first.fields, "idempotent-replayed": "true" } });
    });
  },
);
