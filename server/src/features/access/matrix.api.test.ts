import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { buildSchema, getNamedType, isObjectType, isScalarType, type GraphQLField } from "graphql";
import { describeOnDatabases } from "../../testing/databases.js";
import { plainSql } from "../../testing/firm-statements.js";
import { idPlaces } from "../../testing/id-places.js";
import { statementsDuring, type SentStatement } from "../../testing/statements.js";
import { insertTrustedDevice } from "../../testing/trusted-device.js";
import { OWNER_PASSWORD, World, type Data } from "../../testing/world.js";

const schema = buildSchema(readFileSync(join(__dirname, "../../../schema.graphql"), "utf8"));
const scopes = "CONTACTS_READ CONTACTS_WRITE ACCESS_WRITE ACCESS_RESET POLICY_WRITE AUDIT_READ WEBHOOKS_WRITE".split(
  " ",
);
const people = ["link", "password", "twoFactor", "staff", "admin", "owner"];
const callers = ["anonymous", ...people, ...scopes];

/** A well-formed id that nothing has. */
const absent = (prefix: string) => `${prefix}_01m625dgsrfdref8yrhtsvjgg`;
const nobody = absent("con");

const everybody = callers.join(" ");
const keys = scopes.join(" ");
const team = "staff admin owner";
const clients = "link password twoFactor";
const accounts = `password twoFactor ${team}`;

/**
 * Who may use which operation: written by hand from the product's rules, not from the code. The name is followed by a
 * call that changes nothing: it is allowed, and then returns an expected failure or nothing.
 */
const operations: [operation: string, allowed: string][] = [
  ["query apiKeys", team],
  ["query auditEvents(first: 1)", `${team} AUDIT_READ`],
  [`query contact(id: "${nobody}")`, `${team} CONTACTS_READ`],
  [`query contactDeletion(contactId: "${nobody}")`, "admin owner ACCESS_RESET"],
  [`query contactEmailChange(input: { contactId: "${nobody}" })`, "admin owner CONTACTS_WRITE"],
  ["query contacts(first: 1)", `${team} CONTACTS_READ`],
  ["query firm", `${team} ${keys}`],
  ['query magicLink(token: "x")', everybody],
  ['query mailedToken(token: "x")', everybody],
  [`query node(id: "${nobody}")`, `${clients} ${team} ${keys}`],
  ["query passkeys", accounts],
  ['query portal(firmSlug: "nowhere")', everybody],
  [`query report(id: "${nobody}")`, "admin owner AUDIT_READ"],
  ["query reports(first: 1)", "admin owner AUDIT_READ"],
  ["query reportSchedule", "admin owner AUDIT_READ"],
  ["query rollOut", team],
  ['query rollOutPreview(input: { enforcedFrom: "2030-01-01T00:00:00.000Z", message: "x" })', team],
  ["query securityModeImpact(mode: MAGIC_LINK_ONLY)", `${team} ${keys}`],
  ["query signInRetentionPreview(days: 30)", "admin owner"],
  ["query teamMembers", team],
  ["query unlinkedPortalAccounts(first: 1)", `${team} CONTACTS_READ`],
  ["query viewer", everybody],
  ["query webhookEndpoints", `${team} WEBHOOKS_WRITE`],
  ['mutation addPasskey(input: { response: "x", name: "x" })', accounts],
  ["mutation beginPasskeyRegistration", accounts],
  ['mutation beginPasskeyVerification(input: { challengeToken: "x" })', everybody],
  ['mutation beginTwoFactorEnrollment(input: { enrollmentToken: "x" })', everybody],
  [`mutation changeLoginEmail(input: { contactId: "${nobody}", email: "a@b.example" })`, "admin owner ACCESS_RESET"],
  ['mutation changePassword(input: { currentPassword: "wrong", newPassword: "a long new password 1" })', accounts],
  [`mutation changeTeamMember(input: { memberId: "${nobody}", name: "x" })`, "admin owner"],
  ["mutation chooseLanguage(input: { language: EN })", clients],
  [`mutation chooseFirm(input: { challengeToken: "x", firmId: "${nobody}" })`, everybody],
  ['mutation chooseTeamPassword(input: { token: "x", password: "x" })', everybody],
  [`mutation claimMagicLink(input: { token: "x", deviceKey: "${"d".repeat(22)}" })`, everybody],
  ['mutation confirmLoginEmail(input: { token: "x" })', everybody],
  ['mutation confirmTwoFactorEnrollment(input: { enrollmentToken: "x", code: "000000" })', everybody],
  ['mutation createApiKey(input: { name: "", scopes: [] })', "admin owner"],
  ['mutation createContact(input: { name: "" })', "admin owner CONTACTS_WRITE"],
  ['mutation createPortalAccount(input: { confirmationToken: "x", password: "x" })', everybody],
  ['mutation createWebhookEndpoint(input: { url: "nonsense" })', "admin owner WEBHOOKS_WRITE"],
  [`mutation deleteContact(input: { contactId: "${nobody}", reason: "x" })`, "admin owner ACCESS_RESET"],
  [`mutation exportContactData(input: { contactId: "${nobody}", reason: "x" })`, "admin owner ACCESS_RESET"],
  [`mutation deletePortalAccount(input: { contactId: "${nobody}", reason: "x" })`, "admin owner ACCESS_RESET"],
  [
    `mutation deleteUnlinkedPortalAccount(input: { portalAccountId: "${nobody}", reason: "x" })`,
    "admin owner ACCESS_RESET",
  ],
  [`mutation deleteWebhookEndpoint(input: { webhookEndpointId: "${nobody}" })`, "admin owner WEBHOOKS_WRITE"],
  [`mutation rotateWebhookSecret(input: { webhookEndpointId: "${nobody}" })`, "admin owner WEBHOOKS_WRITE"],
  ['mutation disableTwoFactor(input: { code: "000000" })', accounts],
  ["mutation inviteContacts(input: { contactIds: [] })", "admin owner ACCESS_WRITE"],
  ['mutation inviteTeamMember(input: { email: "nonsense", name: "x", role: STAFF })', "admin owner"],
  [`mutation pauseRollOut(input: { rollOutId: "${nobody}" })`, "admin owner"],
  ['mutation portalSignIn(input: { firmSlug: "nowhere", email: "a@b.example", password: "x" })', everybody],
  ['mutation regenerateRecoveryCodes(input: { code: "000000" })', accounts],
  [
    `mutation replayWebhookEvents(input: { webhookEndpointId: "${nobody}", after: "CURSOR" })`,
    "admin owner WEBHOOKS_WRITE",
  ],
  [`mutation removeTeamMember(input: { memberId: "${nobody}", reason: "x" })`, "admin owner"],
  [`mutation removePasskey(input: { passkeyId: "${nobody}" })`, accounts],
  ['mutation reportNotMe(input: { token: "x" })', everybody],
  ['mutation requestPasswordReset(input: { firmSlug: "nowhere", email: "a@b.example" })', everybody],
  ['mutation requestPortalAccount(input: { firmSlug: "nowhere", email: "a@b.example" })', everybody],
  ['mutation requestTeamPasswordReset(input: { email: "nobody@b.example" })', everybody],
  ['mutation requestReport(input: { kind: ACCESS, since: "x" })', "admin owner AUDIT_READ"],
  [`mutation resendClientRequest(input: { requestId: "${nobody}" })`, "admin owner ACCESS_WRITE"],
  [`mutation resumeRollOut(input: { rollOutId: "${nobody}" })`, "admin owner"],
  ['mutation resetPassword(input: { resetToken: "x", newPassword: "x" })', everybody],
  [`mutation resetTeamMemberTwoFactor(input: { memberId: "${nobody}", reason: "x" })`, "admin owner"],
  [`mutation resetTwoFactor(input: { contactId: "${nobody}", reason: "x" })`, "admin owner ACCESS_RESET"],
  [`mutation revokeApiKey(input: { apiKeyId: "${nobody}" })`, "admin owner"],
  [`mutation revokePortalSessions(input: { contactId: "${nobody}" })`, "admin owner ACCESS_WRITE"],
  [`mutation revokeUnlinkedPortalSessions(input: { portalAccountId: "${nobody}" })`, "admin owner ACCESS_WRITE"],
  [`mutation revokeSession(input: { sessionId: "${nobody}" })`, accounts],
  [
    `mutation revokeTrustedDevice(input: { trustedDeviceId: "${absent("dev")}" })`,
    "password twoFactor admin owner ACCESS_WRITE",
  ],
  ['mutation sendAccessLink(input: { token: "x" })', everybody],
  [
    `mutation sendClientRequest(input: { contactId: "${nobody}", title: "x", items: ["x"] })`,
    "admin owner ACCESS_WRITE",
  ],
  [`mutation sendPasswordReset(input: { contactId: "${nobody}" })`, "admin owner ACCESS_WRITE"],
  [`mutation sendTeamPasswordLink(input: { memberId: "${nobody}" })`, "admin owner"],
  [`mutation setRequestItemDone(input: { itemId: "${nobody}", done: true })`, clients],
  [
    'mutation startRollOut(input: { enforcedFrom: "2020-01-01T00:00:00.000Z", message: "x", expectedVersion: 999 })',
    "admin owner",
  ],
  ['mutation stepUp(input: { password: "wrong" })', accounts],
  ['mutation teamSignIn(input: { email: "a@b.example", password: "x" })', everybody],
  [`mutation undoRollOut(input: { rollOutId: "${nobody}", expectedVersion: 999 })`, "admin owner"],
  [`mutation unlockPortalAccount(input: { contactId: "${nobody}" })`, "admin owner ACCESS_WRITE"],
  ['mutation updateBranding(input: { color: "nonsense" })', "admin owner POLICY_WRITE"],
  [`mutation updateContact(input: { contactId: "${nobody}" })`, "admin owner CONTACTS_WRITE"],
  ["mutation setClientLanguage(input: { language: EN })", "admin owner POLICY_WRITE"],
  ["mutation setCheckpointMail(input: { isOn: false })", "admin owner POLICY_WRITE"],
  ['mutation setSignInEventDays(input: { days: 1, reason: "x" })', "admin owner"],
  [`mutation setReportSchedule(input: { memberIds: ["${nobody}"] })`, "admin owner POLICY_WRITE"],
  ['mutation setTimeZone(input: { timeZone: "Mars/Base" })', "admin owner POLICY_WRITE"],
  ["mutation updateSecurityPolicy(input: { expectedVersion: 999 })", "admin owner POLICY_WRITE"],
  ["mutation upsertContacts(input: { contacts: [] })", "admin owner CONTACTS_WRITE"],
  ['mutation useRecoveryCode(input: { challengeToken: "x", code: "x" })', everybody],
  ['mutation verifyPasskey(input: { challengeToken: "x", response: "x" })', everybody],
  ['mutation verifyTwoFactor(input: { challengeToken: "x", code: "000000" })', everybody],
  ["mutation signOutEverywhere", accounts],
  // Last, since it ends the caller's session.
  ["mutation signOut", everybody],
];
/** Fields below a root that require another permission than the root's own. CONTACT is one of the firm's. */
const nested: [query: string, allowed: string][] = [
  [
    '{ contact(id: "CONTACT") { requests { nodes { title } } portalAccount { twoFactor { enrolled } sessions { id } trustedDevices { id } } } }',
    `${team} CONTACTS_READ`,
  ],
  ['{ contact(id: "CONTACT") { auditEvents(first: 1) { nodes { id } } } }', team],
  [
    "{ unlinkedPortalAccounts(first: 1) { totalCount nodes { twoFactor { enrolled } trustedDevices { id } contacts { id } } } }",
    `${team} CONTACTS_READ`,
  ],
  ["{ auditEvents(first: 1) { nodes { id contact { id name } } } }", `${team} AUDIT_READ`],
  ["{ auditEvents(first: 100) { nodes { contact { portalAccount { email } } } } }", team],
  ["{ firm { securityPolicy { mode } portalStats { contacts } branding { color } } }", `${team} ${keys}`],
];

/**
 * Whether a statement finds the id without the caller's firm. Recording the id that a request named does not count as a
 * read.
 */
const isOpen = ({ sql, parameters }: SentStatement, id: string, firmId: string): boolean =>
  parameters.includes(id) && !parameters.includes(firmId) && !/^insert/i.test(plainSql(sql));

const fieldsOf = (kind: "Query" | "Mutation" | "Subscription") =>
  Object.values(((type) => (isObjectType(type) ? type.getFields() : {}))(schema.getType(kind)));
const nameIn = (operation: string) => /^\w+ (\w+)/.exec(operation)?.[1] ?? "";
/** Everything that can be selected of a result without further permissions. */
function selectionOf(field: GraphQLField<unknown, unknown>): string {
  const type = getNamedType(field.type);
  if (isScalarType(type)) return "";
  return isObjectType(type) && type.getFields().userErrors ? "{ userErrors { code field } }" : "{ __typename }";
}

interface Ids {
  contact: string;
  request: string;
  item: string;
  account: string;
  member: string;
  colleague: string;
  session: string;
  device: string;
  apiKey: string;
  webhook: string;
  rollOut: string;
  report: string;
  event: string;
  firm: string;
}
type IdKind = keyof Ids;
const prefixes: Record<IdKind, string> = {
  contact: "con",
  request: "req",
  item: "itm",
  account: "acc",
  member: "mem",
  colleague: "mem",
  session: "ses",
  device: "dev",
  apiKey: "key",
  webhook: "whk",
  rollOut: "rol",
  report: "rpt",
  event: "evt",
  firm: "frm",
};
type Asker = "owner" | "key" | "client";
/** Every path that takes an id: the call with `$id`, the kinds of id, the callers. Destructive ones come last. */
const idRows: [place: string, kinds: IdKind[], askers: Asker[], call: string][] = [
  ["Query.contact(id)", ["contact"], ["owner", "key"], "contact(id: $id) { id name email }"],
  ["Query.report(id)", ["report"], ["owner", "key"], "report(id: $id) { kind rows(first: 1) { nodes { cells } } }"],
  [
    "Query.contactDeletion(contactId)",
    ["contact"],
    ["owner", "key"],
    "contactDeletion(contactId: $id) { loginEmail requests openLinks events }",
  ],
  [
    "Query.contactEmailChange(input.contactId)",
    ["contact"],
    ["owner", "key"],
    "contactEmailChange(input: { contactId: $id }) { from requests openLinks openInvitations loginBefore { email } }",
  ],
  [
    "Query.node(id)",
    [
      "firm",
      "contact",
      "request",
      "account",
      "member",
      "session",
      "device",
      "apiKey",
      "webhook",
      "rollOut",
      "report",
      "event",
    ],
    ["owner"],
    "node(id: $id) { id __typename }",
  ],
  [
    "Query.node(id)",
    ["contact", "request", "account", "device", "webhook", "event"],
    ["key"],
    "node(id: $id) { id __typename }",
  ],
  ["Query.node(id)", ["request", "account", "device"], ["client"], "node(id: $id) { id __typename }"],
  [
    "Query.auditEvents(filter.contactId)",
    ["contact"],
    ["owner", "key"],
    "auditEvents(filter: { contactId: $id }) { nodes { id } }",
  ],
  [
    "Query.auditEvents(filter.actorId)",
    ["member", "account"],
    ["owner", "key"],
    "auditEvents(filter: { actorId: $id }) { nodes { id } }",
  ],
  [
    "Mutation.updateContact(input.contactId)",
    ["contact"],
    ["owner", "key"],
    'updateContact(input: { contactId: $id, name: "Renamed" })',
  ],
  [
    "Mutation.inviteContacts(input.contactIds)",
    ["contact"],
    ["owner", "key"],
    "inviteContacts(input: { contactIds: [$id] }) { results { userErrors { code } } }",
  ],
  [
    "Mutation.sendClientRequest(input.contactId)",
    ["contact"],
    ["owner", "key"],
    'sendClientRequest(input: { contactId: $id, title: "Papers", items: ["One"] })',
  ],
  [
    "Mutation.resendClientRequest(input.requestId)",
    ["request"],
    ["owner", "key"],
    "resendClientRequest(input: { requestId: $id })",
  ],
  [
    "Mutation.setRequestItemDone(input.itemId)",
    ["item"],
    ["client"],
    "setRequestItemDone(input: { itemId: $id, done: true })",
  ],
  [
    "Mutation.sendPasswordReset(input.contactId)",
    ["contact"],
    ["owner", "key"],
    "sendPasswordReset(input: { contactId: $id })",
  ],
  [
    "Mutation.unlockPortalAccount(input.contactId)",
    ["contact"],
    ["owner", "key"],
    "unlockPortalAccount(input: { contactId: $id })",
  ],
  [
    "Mutation.revokeTrustedDevice(input.trustedDeviceId)",
    ["device"],
    ["owner", "key", "client"],
    "revokeTrustedDevice(input: { trustedDeviceId: $id })",
  ],
  [
    "Mutation.changeLoginEmail(input.contactId)",
    ["contact"],
    ["owner", "key"],
    'changeLoginEmail(input: { contactId: $id, email: "new@client.example" })',
  ],
  [
    "Mutation.resetTwoFactor(input.contactId)",
    ["contact"],
    ["owner", "key"],
    'resetTwoFactor(input: { contactId: $id, reason: "lost phone" })',
  ],
  [
    "Mutation.rotateWebhookSecret(input.webhookEndpointId)",
    ["webhook"],
    ["owner"],
    "rotateWebhookSecret(input: { webhookEndpointId: $id })",
  ],
  [
    "Mutation.replayWebhookEvents(input.webhookEndpointId)",
    ["webhook"],
    ["owner", "key"],
    'replayWebhookEvents(input: { webhookEndpointId: $id, after: "CURSOR" })',
  ],
  [
    "Mutation.revokePortalSessions(input.contactId)",
    ["contact"],
    ["owner", "key"],
    "revokePortalSessions(input: { contactId: $id })",
  ],
  [
    "Mutation.revokeUnlinkedPortalSessions(input.portalAccountId)",
    ["account"],
    ["owner", "key"],
    "revokeUnlinkedPortalSessions(input: { portalAccountId: $id })",
  ],
  [
    "Mutation.deleteUnlinkedPortalAccount(input.portalAccountId)",
    ["account"],
    ["owner", "key"],
    'deleteUnlinkedPortalAccount(input: { portalAccountId: $id, reason: "asked to" })',
  ],
  ["Mutation.pauseRollOut(input.rollOutId)", ["rollOut"], ["owner"], "pauseRollOut(input: { rollOutId: $id })"],
  ["Mutation.resumeRollOut(input.rollOutId)", ["rollOut"], ["owner"], "resumeRollOut(input: { rollOutId: $id })"],
  [
    "Mutation.undoRollOut(input.rollOutId)",
    ["rollOut"],
    ["owner"],
    "undoRollOut(input: { rollOutId: $id, expectedVersion: 2 })",
  ],
  [
    "Mutation.deleteWebhookEndpoint(input.webhookEndpointId)",
    ["webhook"],
    ["owner"],
    "deleteWebhookEndpoint(input: { webhookEndpointId: $id })",
  ],
  [
    "Mutation.deleteContact(input.contactId)",
    ["contact"],
    ["owner", "key"],
    'deleteContact(input: { contactId: $id, reason: "asked to" })',
  ],
  [
    "Mutation.exportContactData(input.contactId)",
    ["contact"],
    ["owner", "key"],
    'exportContactData(input: { contactId: $id, reason: "asked to" })',
  ],
  [
    "Mutation.deletePortalAccount(input.contactId)",
    ["contact"],
    ["owner"],
    'deletePortalAccount(input: { contactId: $id, reason: "asked to" })',
  ],
  [
    "Mutation.setReportSchedule(input.memberIds)",
    ["colleague"],
    ["owner", "key"],
    "setReportSchedule(input: { memberIds: [$id] })",
  ],
  [
    "Mutation.changeTeamMember(input.memberId)",
    ["colleague"],
    ["owner"],
    'changeTeamMember(input: { memberId: $id, name: "Renamed" })',
  ],
  [
    "Mutation.sendTeamPasswordLink(input.memberId)",
    ["colleague"],
    ["owner"],
    "sendTeamPasswordLink(input: { memberId: $id })",
  ],
  [
    "Mutation.resetTeamMemberTwoFactor(input.memberId)",
    ["colleague"],
    ["owner"],
    'resetTeamMemberTwoFactor(input: { memberId: $id, reason: "lost phone" })',
  ],
  [
    "Mutation.removeTeamMember(input.memberId)",
    ["colleague"],
    ["owner"],
    'removeTeamMember(input: { memberId: $id, reason: "has left" })',
  ],
  ["Mutation.revokeApiKey(input.apiKeyId)", ["apiKey"], ["owner"], "revokeApiKey(input: { apiKeyId: $id })"],
  ["Mutation.revokeSession(input.sessionId)", ["session"], ["owner"], "revokeSession(input: { sessionId: $id })"],
];
/**
 * The id only says what to open next, which the tests of magic links cover; a passkey's, which the tests of passkeys
 * cover; and one of several firms whose password was right, which team-addresses.api.test.ts covers.
 */
const idsElsewhere = [
  "Mutation.portalSignIn(input.landingRequestId)",
  "Mutation.removePasskey(input.passkeyId)",
  "Mutation.chooseFirm(input.firmId)",
];

it("Z01 the tables have every operation and every path that takes an id", () => {
  const roots = [...fieldsOf("Query"), ...fieldsOf("Mutation")].map(({ name }) => name);
  expect(operations.map(([operation]) => nameIn(operation)).toSorted()).toEqual(roots.toSorted());
  expect(fieldsOf("Subscription").map(({ name }) => name)).toEqual(["auditEvents"]);
  expect([...new Set(idRows.map(([place]) => place)), ...idsElsewhere].toSorted()).toEqual(idPlaces(schema).toSorted());
});

describeOnDatabases("who may do what", (database) => {
  let world: World;
  /** A firm with everything that has an id, and every kind of caller. */
  interface Firm {
    tokens: Record<string, string | undefined>;
    key: string;
    ids: Ids;
    cursor: string;
  }
  let ours: Firm;
  let theirs: Firm;

  async function furnish(): Promise<Firm> {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const member = async (role: "ADMIN" | "STAFF") =>
      (
        await world.signIn("teamSignIn", "TeamSignInInput", {
          email: await world.member(firm.id, role),
          password: OWNER_PASSWORD,
        })
      ).result.sessionToken;
    const tokens: Firm["tokens"] = { owner, admin: await member("ADMIN"), staff: await member("STAFF") };
    for (const scope of scopes) tokens[scope] = await world.key(owner, [scope]);

    const colleague = await world.member(firm.id, "STAFF");
    const client = await world.client(firm, owner);
    tokens.client = client.created.result.sessionToken;
    tokens.password = (await world.client(firm, owner)).created.result.sessionToken;
    const send = (contactId: string) =>
      world.mutate(
        "sendClientRequest",
        "SendClientRequestInput",
        "request { id items { id } }",
        { contactId, title: "Papers", items: ["One", "Two"] },
        owner,
      );
    const { request } = await send(client.contactId);
    const enrolled = await world.client(firm, owner);
    tokens.twoFactor =
      (await world.enroll({ token: enrolled.created.result.sessionToken })).sessionToken ??
      enrolled.created.result.sessionToken;
    const reader = await world.contact(owner);
    await send(reader.id);
    const claimed = await world.mutate(
      "claimMagicLink",
      "ClaimMagicLinkInput",
      "result { ... on SignedIn { sessionToken } }",
      {
        token: await world.mailedToken(reader.email, /Papers/),
        deviceKey: randomBytes(24).toString("hex"),
        transport: "TOKEN",
      },
    );
    tokens.link = claimed.result.sessionToken;

    await world.mutate(
      "createWebhookEndpoint",
      "CreateWebhookEndpointInput",
      "webhookEndpoint { id }",
      { url: "http://127.0.0.1:9/" },
      owner,
    );
    const announced = { enforcedFrom: new Date(world.now() + 300 * 86_400_000).toISOString(), message: "Soon." };
    const { rollOut } = await world.mutate(
      "startRollOut",
      "StartRollOutInput",
      "rollOut { id }",
      { ...announced, expectedVersion: 1 },
      owner,
    );
    await world.mutate("pauseRollOut", "RollOutIdInput", "rollOut { id }", { rollOutId: rollOut.id }, owner);
    const { report } = await world.mutate(
      "requestReport",
      "RequestReportInput",
      "report { id }",
      { kind: "ADOPTION" },
      owner,
    );
    // The newest key, which no test here uses.
    const key = await world.key(owner, scopes);
    await world.key(owner, scopes);
    const { data } = await world.ask(
      `query($contact: ID!) { firm { id } viewer { ... on TeamMember { id } } teamMembers { id email } webhookEndpoints { id } apiKeys { id } auditEvents(first: 1) { nodes { id cursor } }
        contact(id: $contact) { portalAccount { id sessions { id } } } }`,
      { contact: client.contactId },
      owner,
    );
    // A separate session of the owner, so that ending it does not end the tests.
    const spare = await world.signIn("teamSignIn", "TeamSignInInput", { email: firm.owner, password: OWNER_PASSWORD });
    return {
      tokens,
      key,
      cursor: data.auditEvents.nodes[0].cursor,
      ids: {
        contact: client.contactId,
        request: request.id,
        item: request.items[0].id,
        account: data.contact.portalAccount.id,
        member: data.viewer.id,
        colleague: data.teamMembers.find(({ email }: { email: string }) => email === colleague).id,
        session: spare.result.session.id,
        device: await insertTrustedDevice(world, firm.id, data.contact.portalAccount.id),
        apiKey: data.apiKeys[0].id,
        webhook: data.webhookEndpoints[0].id,
        report: report.id,
        rollOut: rollOut.id,
        event: data.auditEvents.nodes[0].id,
        firm: data.firm.id,
      },
    };
  }

  beforeAll(async () => {
    world = await World.start(database.url());
    [ours, theirs] = await Promise.all([furnish(), furnish()]);
  }, 120_000);
  afterAll(() => world.stop());

  /** The outcome of a call: allowed, or why not; an unexpected failure is named. */
  async function outcome(query: string, caller: string): Promise<string> {
    const { errors } = await world.ask(query, {}, ours.tokens[caller]);
    return errors?.[0]?.extensions.code ?? "let in";
  }
  const expected = (allowed: string) =>
    Object.fromEntries(
      callers.map((caller) => [
        caller,
        allowed.split(" ").includes(caller) ? "let in" : caller === "anonymous" ? "UNAUTHENTICATED" : "FORBIDDEN",
      ]),
    );
  const outcomes = async (query: string): Promise<Record<string, string>> =>
    Object.fromEntries(
      await Promise.all(callers.map(async (caller) => [caller, await outcome(query, caller)] as const)),
    );

  it("Z01 fields below a root require their own permission", async () => {
    for (const [query, allowed] of nested)
      expect([query, await outcomes(query.replace("CONTACT", ours.ids.contact))]).toEqual([query, expected(allowed)]);
  });

  it("Z01 and Z02 another firm's ids behave like absent ones, for each caller and at each path that takes one", async () => {
    const ask = async (firm: Firm, asker: Asker, call: string, id: string): Promise<string> => {
      const name = /^\w+/.exec(call)?.[0] ?? "";
      const isMutation = fieldsOf("Mutation").some((field) => field.name === name);
      const selected = call.endsWith("}") ? call : `${call} { userErrors { code field message } }`;
      const query = `${isMutation ? "mutation" : "query"}($id: ID!) { ${selected.replace("CURSOR", firm.cursor)} }`;
      const token = asker === "owner" ? firm.tokens.owner : asker === "key" ? firm.key : firm.tokens.client;
      const { status, data, errors } = await world.ask(query, { id }, token);
      return JSON.stringify([status, data, errors]);
    };
    const before = await Promise.all([ours, theirs].map((firm) => lastEvent(firm)));
    for (const [place, kinds, askers, call] of idRows)
      for (const kind of kinds)
        for (const asker of askers)
          for (const [firm, other] of [
            [ours, theirs],
            [theirs, ours],
          ] as const) {
            const none = await ask(firm, asker, call, absent(prefixes[kind]));
            let answered = "";
            const openStatements = async () =>
              (
                await statementsDuring(async () => {
                  answered = await ask(firm, asker, call, other.ids[kind]);
                })
              ).filter((statement) => isOpen(statement, other.ids[kind], firm.ids.firm));
            let open = await openStatements();
            // A worker may have sent one of its own meanwhile; what the call sends, it sends each time.
            for (let again = 0; again < 3 && open.length > 0; again++) open = await openStatements();
            expect([place, kind, asker, answered]).toEqual([place, kind, asker, none]);
            // X8 and no statement is sent that could find it: each one also restricts by the caller's firm.
            expect([place, kind, open]).toEqual([place, kind, []]);
            expect([place, kind, asker, await ask(firm, asker, call, "1 OR 1=1")]).toEqual([place, kind, asker, none]);
            expect(none).not.toContain("INTERNAL");
          }
    // All those calls concerned nothing, so nothing happened.
    expect(await Promise.all([ours, theirs].map((firm) => lastEvent(firm)))).toEqual(before);
    // With an own id each of them gives another result, so the comparison above is meaningful.
    // The one that deletes a contact comes last: the others need it.
    const deletesContact = ([place]: (typeof idRows)[number]) => place.startsWith("Mutation.deleteContact(");
    for (const [place, kinds, askers, call] of [
      ...idRows.filter((row) => !deletesContact(row)),
      ...idRows.filter(deletesContact),
    ])
      for (const kind of kinds) {
        const asker = askers[0] ?? "owner";
        const none = await ask(ours, asker, call, absent(prefixes[kind]));
        expect([place, kind, await ask(ours, asker, call, ours.ids[kind])]).not.toEqual([place, kind, none]);
      }
  });

  it("Z01 the live feed is for the team and keys that may read the audit log", async () => {
    const subscribe = (caller: string) =>
      new Promise<string>((resolve) => {
        const client = world.socket(ours.tokens[caller]);
        client.subscribe(
          {
            query: "subscription($after: String) { auditEvents(after: $after) { id } }",
            variables: { after: ours.cursor },
          },
          {
            next: ({ data, errors }) => resolve(data ? "let in" : String(errors?.[0]?.extensions?.code)),
            error: (error) =>
              resolve(
                Array.isArray(error)
                  ? String((error[0] as Data).extensions.code)
                  : (error as { code?: number }).code === 4403
                    ? "UNAUTHENTICATED"
                    : String(error),
              ),
            complete: () => resolve("nothing"),
          },
        );
        client.on("message", () => undefined);
      });
    await world.contact(ours.tokens.owner ?? "");
    const found: Record<string, string> = {};
    for (const caller of callers) found[caller] = await subscribe(caller);
    expect(found).toEqual(expected(`${team} AUDIT_READ`));
  });

  it("Z01 each operation is open to everybody whom the table names, and to nobody else", async () => {
    const differences: unknown[] = [];
    for (const [operation, allowed] of operations) {
      const name = nameIn(operation);
      const kind = operation.startsWith("query") ? "Query" : "Mutation";
      const field = fieldsOf(kind).find((candidate) => candidate.name === name);
      if (!field) throw new Error(`no ${name}`);
      const [type = "", ...call] = operation.replace("CURSOR", ours.cursor).split(" ");
      const found = await outcomes(`${type} { ${call.join(" ")} ${selectionOf(field)} }`);
      for (const [caller, wanted] of Object.entries(expected(allowed)))
        if (found[caller] !== wanted) differences.push([name, caller, wanted, found[caller]]);
    }
    expect(differences).toEqual([]);
  }, 180_000);

  async function lastEvent(firm: Firm): Promise<string> {
    const { data } = await world.ask("{ auditEvents(first: 1) { nodes { cursor } } }", {}, firm.tokens.owner);
    return data.auditEvents.nodes[0].cursor as string;
  }
});
