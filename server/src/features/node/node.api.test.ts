import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { apiScopes } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { insertTrustedDevice } from "../../testing/trusted-device.js";
import { OWNER_PASSWORD, World } from "../../testing/world.js";

const keys = apiScopes.join(" ");
const team = "staff admin owner";

/**
 * Who can read each of a firm's objects through `node`: written by hand from the product's rules. Everybody else gets
 * null, as for an absent one. The account, its trusted device, the request and the login's session are the client's own; only the session
 * is the owner's.
 */
const answered: Record<string, string> = {
  Firm: `${team} ${keys}`,
  Contact: `${team} CONTACTS_READ`,
  PortalAccount: `${team} CONTACTS_READ client`,
  TeamMember: team,
  Session: "owner",
  "Session of the client": "client",
  "Session of the link": "link",
  TrustedDevice: `${team} CONTACTS_READ client`,
  ApiKey: team,
  WebhookEndpoint: `${team} WEBHOOKS_WRITE`,
  RollOut: team,
  ClientRequest: `${team} CONTACTS_READ client`,
  "ClientRequest of the link": `${team} CONTACTS_READ link`,
  AuditEvent: `${team} AUDIT_READ`,
  Report: "owner admin AUDIT_READ",
};
const typeOf = (thing: string) => thing.split(" ")[0];

describeOnDatabases("node", (database) => {
  let world: World;
  const tokens: Record<string, string | undefined> = { anonymous: undefined };
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    world = await World.start(database.url());
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    tokens.owner = owner;
    for (const [name, role] of [
      ["admin", "ADMIN"],
      ["staff", "STAFF"],
    ] as const) {
      const email = await world.member(firm.id, role);
      const signedIn = await world.signIn("teamSignIn", "TeamSignInInput", { email, password: OWNER_PASSWORD });
      tokens[name] = signedIn.result.sessionToken;
    }
    for (const scope of apiScopes) tokens[scope] = await world.key(owner, [scope]);

    const send = async (contactId: string): Promise<string> => {
      const input = { contactId, title: "Papers", items: ["One"] };
      return (await world.mutate("sendClientRequest", "SendClientRequestInput", "request { id }", input, owner)).request
        .id;
    };
    const client = await world.client(firm, owner);
    tokens.client = client.created.result.sessionToken;
    const reader = await world.contact(owner);
    Object.assign(ids, {
      Contact: client.contactId,
      ClientRequest: await send(client.contactId),
      "ClientRequest of the link": await send(reader.id),
    });
    const claim = {
      token: await world.mailedToken(reader.email, /Papers/),
      deviceKey: randomBytes(24).toString("hex"),
      transport: "TOKEN",
    };
    const claimed = await world.mutate(
      "claimMagicLink",
      "ClaimMagicLinkInput",
      "result { ... on SignedIn { sessionToken session { id } } }",
      claim,
    );
    tokens.link = claimed.result.sessionToken;
    const announced = { enforcedFrom: new Date(world.now() + 300 * 86_400_000).toISOString(), message: "Soon." };
    const started = { ...announced, expectedVersion: 1 };
    const { rollOut } = await world.mutate("startRollOut", "StartRollOutInput", "rollOut { id }", started, owner);
    const { webhookEndpoint } = await world.mutate(
      "createWebhookEndpoint",
      "CreateWebhookEndpointInput",
      "webhookEndpoint { id }",
      { url: "http://127.0.0.1:9/" },
      owner,
    );
    const asked = { kind: "ADOPTION" };
    const { report } = await world.mutate("requestReport", "RequestReportInput", "report { id }", asked, owner);
    const { data } = await world.ask(
      `query($id: ID!) { firm { id } viewer { ... on TeamMember { id } } apiKeys { id } auditEvents(first: 1) { nodes { id } }
        contact(id: $id) { portalAccount { id sessions { id } } } }`,
      { id: client.contactId },
      owner,
    );
    const own = await world.signIn("teamSignIn", "TeamSignInInput", { email: firm.owner, password: OWNER_PASSWORD });
    Object.assign(ids, {
      Firm: firm.id,
      PortalAccount: data.contact.portalAccount.id,
      TeamMember: data.viewer.id,
      Session: own.result.session.id,
      "Session of the client": data.contact.portalAccount.sessions[0].id,
      "Session of the link": claimed.result.session.id,
      TrustedDevice: await insertTrustedDevice(world, firm.id, data.contact.portalAccount.id),
      ApiKey: data.apiKeys[0].id,
      WebhookEndpoint: webhookEndpoint.id,
      RollOut: rollOut.id,
      AuditEvent: data.auditEvents.nodes[0].id,
      Report: report.id,
    });
  });
  afterAll(() => world.stop());

  it("Z01 the table has each type that is a Node", async () => {
    const { data } = await world.ask('{ node: __type(name: "Node") { possibleTypes { name } } }');
    const types = data.node.possibleTypes.map(({ name }: { name: string }) => name);
    expect([...new Set(Object.keys(answered).map(typeOf))].toSorted()).toEqual(types.toSorted());
    expect(Object.keys(ids).toSorted()).toEqual(Object.keys(answered).toSorted());
  });

  it.each(Object.entries(answered))("Z01 %s is returned to: %s", async (thing, allowed) => {
    const found: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const [caller, token] of Object.entries(tokens)) {
      const { data, errors } = await world.ask(
        "query($id: ID!) { node(id: $id) { id __typename } }",
        { id: ids[thing] },
        token,
      );
      const node = data?.node;
      found[caller] = errors?.[0]?.extensions.code ?? (node && `${node.__typename} ${node.id}`) ?? "null";
      const isAllowed = allowed.split(" ").includes(caller);
      expected[caller] =
        caller === "anonymous" ? "UNAUTHENTICATED" : isAllowed ? `${typeOf(thing)} ${ids[thing]}` : "null";
    }
    expect(found).toEqual(expected);
  });
});
