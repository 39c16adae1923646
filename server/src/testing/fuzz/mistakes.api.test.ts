import { afterAll, beforeAll, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { describeOnDatabases } from "../databases.js";
import { createLog } from "../../platform/log.js";
import { World } from "../world.js";
import { mistakenRequests } from "./mistakes.js";

/** Stands for a password, a code or a token: no response and no line of the log may contain it. */
const SECRET = "hunter2canary";
const RUNS = 500;

const right = [
  {
    query: `mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { result { __typename } userErrors { code field message } } }`,
    variables: { input: { email: "owner@nobody.example", password: SECRET, transport: "TOKEN" } },
  },
  {
    query: `mutation { portalSignIn(input: { firmSlug: "nobody", email: "a@b.example", password: "${SECRET}" }) { result { __typename } userErrors { code message } } }`,
    variables: {},
  },
  {
    query: `mutation Prove($input: StepUpInput!) { stepUp(input: $input) { session { id } userErrors { code field message } } }`,
    variables: { input: { password: SECRET, code: SECRET } },
  },
  {
    query: `mutation($challengeToken: String!, $code: String!) { verifyTwoFactor(input: { challengeToken: $challengeToken, code: $code }) { userErrors { code message } } }`,
    variables: { challengeToken: SECRET, code: SECRET },
  },
  {
    query: `mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } userErrors { code } } }`,
    variables: {
      input: { name: "A key", scopes: ["AUDIT_READ"], expiresAt: new Date(Date.now() + 90 * 86_400_000).toISOString() },
    },
  },
  {
    query: `mutation($input: ContactInput!) { createContact(input: $input) { contact { id name email } userErrors { code field message } } }`,
    variables: { input: { name: "Maya Fields", email: "maya@client.example", externalId: "4711", language: "FR" } },
  },
  {
    query: `mutation($rows: [ContactInput!]!) { upsertContacts(input: { contacts: $rows }) { outcomes userErrors { code field message } } }`,
    variables: {
      rows: [
        { name: "A", externalId: "1" },
        { name: "B", externalId: "2", email: "b@client.example" },
      ],
    },
  },
  {
    query: `query Page($first: Int, $after: String, $filter: ContactFilter) { contacts(first: $first, after: $after, filter: $filter) { nodes { id name portalAccount { email } } pageInfo { endCursor hasNextPage } } }`,
    variables: { first: 10, after: null, filter: { search: "maya" } },
  },
  {
    query: `query($filter: AuditEventFilter) { auditEvents(first: 5, filter: $filter) { nodes { type occurredAt summary } } }`,
    variables: { filter: { types: ["CONTACT_CREATED"], since: "2026-01-31T09:30:00.000Z", contactId: "con_1" } },
  },
  { query: `query($id: ID!) { node(id: $id) { id __typename } firm { id name } }`, variables: { id: "con_1" } },
  { query: `subscription($after: String) { auditEvents(after: $after) { id type } }`, variables: { after: null } },
];

describeOnDatabases("callers' mistakes", (database) => {
  let world: World;
  const logged: string[] = [];
  const tokens: (string | undefined)[] = [undefined];
  beforeAll(async () => {
    world = await World.start(
      database.url(),
      { sourceLimitFactor: 1_000_000 },
      { log: createLog("info", { write: (line) => void logged.push(line) }) },
    );
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    tokens.push(await world.key(owner, ["CONTACTS_READ", "CONTACTS_WRITE", "AUDIT_READ"]), owner);
  });
  afterAll(() => world.stop());

  it(`in ${RUNS} requests are answered as theirs, with a code, and nothing secret is repeated or logged`, async () => {
    const codes = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(mistakenRequests(right, { tokens, secret: SECRET }), async ({ method, headers, body }) => {
        const response = await world.raw({ method, headers, body });
        const text = await response.text();
        const { errors = [] } = JSON.parse(text) as { errors?: { extensions?: { code?: string } }[] };
        const found = errors.map(({ extensions }) => extensions?.code ?? "no code");
        for (const code of found) codes.set(code, (codes.get(code) ?? 0) + 1);
        expect({
          status: response.status < 500,
          ours: found.filter((code) => code === "INTERNAL" || code === "no code"),
        }).toEqual({ status: true, ours: [] });
        expect(text).not.toContain(SECRET);
      }),
      { numRuns: RUNS, seed: 13 },
    );
    // They are mistakes of many kinds, and some are none.
    for (const code of [
      "BAD_REQUEST",
      "BAD_USER_INPUT",
      "GRAPHQL_PARSE_FAILED",
      "GRAPHQL_VALIDATION_FAILED",
      "UNAUTHENTICATED",
    ])
      expect([code, (codes.get(code) ?? 0) > 0]).toEqual([code, true]);
    const lines = logged.map((line) => JSON.parse(line) as { level: number; msg: string });
    expect(lines.filter(({ level }) => level >= 50)).toEqual([]);
    expect(logged.filter((line) => line.includes(SECRET))).toEqual([]);
    // The server still serves.
    const { data } = await world.ask("{ firm { id } }", {}, tokens[1]);
    expect(data.firm.id).toBeTruthy();
  }, 300_000);

  it("cost the caller nothing but the mistake: the right request after it is answered", async () => {
    for (const { query, variables } of right.filter(({ query: text }) => !text.startsWith("subscription"))) {
      const { errors = [] } = await world.ask(query, variables, tokens[2]);
      expect([query, errors.map(({ extensions }) => extensions.code)]).toEqual([query, []]);
    }
  });
});
