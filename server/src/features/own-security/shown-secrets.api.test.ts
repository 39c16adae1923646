import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { eventLimits } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { codesOf, World, type Data } from "../../testing/world.js";

describeOnDatabases("secrets that are shown, and first codes that are wrong", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  /** Newest first. */
  const eventsOf = async (filter: object, token = owner): Promise<Data[]> => {
    const { data } = await world.ask(
      "query($filter: AuditEventFilter) { auditEvents(first: 100, filter: $filter) { nodes { type summary data } } }",
      { filter },
      token,
    );
    return data.auditEvents.nodes;
  };
  const confirm = (code: string, token: string | undefined, enrollmentToken?: string): Promise<Data> =>
    world.mutate(
      "confirmTwoFactorEnrollment",
      "ConfirmTwoFactorEnrollmentInput",
      "recoveryCodes",
      { code, ...(enrollmentToken === undefined ? {} : { enrollmentToken, transport: "TOKEN" }) },
      token,
    );

  it("an authenticator's secret is shown by an event of its own, and its recovery codes by the set-up's", async () => {
    const { contactId, email, created } = await world.client(firm, owner);
    const token = created.result.sessionToken;
    const { secret } = await world.enroll({ token });
    const who = `Maya Fields (${email})`;
    expect((await eventsOf({ contactId })).slice(0, 2)).toMatchObject([
      {
        type: "TWO_FACTOR_ENROLLED",
        summary: `${who} set up two-factor authentication; 10 recovery codes were shown once.`,
        data: { email, recoveryCodes: 10 },
      },
      {
        type: "AUTHENTICATOR_SECRET_SHOWN",
        summary: `A new authenticator secret was shown to ${who}.`,
        data: { email, replaces: false },
      },
    ]);
    const begin = { currentCode: world.freshCode(secret) };
    const replacing = ["beginTwoFactorEnrollment", "BeginTwoFactorEnrollmentInput", "enrollment { secret }"] as const;
    expect(codesOf(await world.mutate(...replacing, begin, token))).toEqual([]);
    const [event] = await eventsOf({ contactId });
    expect(event).toMatchObject({
      summary: `A new authenticator secret was shown to ${who}, to replace the current one.`,
      data: { replaces: true },
    });
    expect(JSON.stringify(await eventsOf({ contactId }))).not.toContain(secret);
  });

  it("a wrong first code is in the log, in a session and at a sign-in, with the clock that was off", async () => {
    const { contactId, email, created } = await world.client(firm, owner);
    const token = created.result.sessionToken;
    const { secret } = await world.beginEnrollment(token);
    expect(codesOf(await confirm("000000", token))).toEqual(["INVALID_CODE"]);
    expect(codesOf(await confirm(world.code(secret, 6), token))).toEqual(["INVALID_CODE"]);
    const [late, wrong] = await eventsOf({ contactId, types: ["TWO_FACTOR_ENROLLMENT_FAILED"] });
    expect(wrong).toMatchObject({
      summary: `Maya Fields (${email}) entered a wrong first code of a new authenticator.`,
      data: { email, clockDriftSeconds: null },
    });
    expect(Math.abs(late.data.clockDriftSeconds)).toBeGreaterThan(60);
    expect(late.summary).toMatch(/: the clock of its device is off by \d+ seconds\.$/);

    const required = await world.firm();
    const admin = await world.ownerToken(required);
    const client = await world.client(required, admin);
    const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, admin);
    await world.mutate(
      "updateSecurityPolicy",
      "UpdateSecurityPolicyInput",
      "firm { id }",
      { mode: "MAGIC_LINK_AND_LOGIN_2FA", expectedVersion: data.firm.securityPolicy.version },
      admin,
    );
    const { enrollmentToken } = (await world.portalSignIn(required, client.email)).result;
    const emailCode = await world.mailedCodeAfter(client.email, 0);
    await world.beginEnrollment(undefined, { enrollmentToken, emailCode });
    expect(codesOf(await confirm("000000", undefined, enrollmentToken))).toEqual(["INVALID_CODE"]);
    const atSignIn = await eventsOf({ contactId: client.contactId, types: ["TWO_FACTOR_ENROLLMENT_FAILED"] }, admin);
    expect(atSignIn).toHaveLength(1);
  });

  it("X79 whoever begins again and again fills no log: ten events an hour of each kind", async () => {
    const { contactId, created } = await world.client(firm, owner);
    const token = created.result.sessionToken;
    for (let n = 0; n < 15; n++) {
      await world.beginEnrollment(token);
      expect(codesOf(await confirm("000000", token))).toEqual(["INVALID_CODE"]);
    }
    for (const type of ["AUTHENTICATOR_SECRET_SHOWN", "TWO_FACTOR_ENROLLMENT_FAILED"])
      expect(await eventsOf({ contactId, types: [type] })).toHaveLength(eventLimits.enrollment.attempts);
  });

  it("keys and the secrets of webhooks are shown once, and the events that create them say so", async () => {
    await world.key(owner, ["AUDIT_READ"]);
    const input = { url: "http://127.0.0.1:9/a" };
    const { webhookEndpoint } = await world.mutate(
      "createWebhookEndpoint",
      "CreateWebhookEndpointInput",
      "webhookEndpoint { id } signingSecret",
      input,
      owner,
    );
    await world.mutate(
      "rotateWebhookSecret",
      "WebhookEndpointIdInput",
      "signingSecret",
      { webhookEndpointId: webhookEndpoint.id },
      owner,
    );
    const types = ["API_KEY_CREATED", "WEBHOOK_CREATED", "WEBHOOK_SECRET_ROTATED"];
    const events = await eventsOf({ types });
    expect(events.map(({ type }) => type)).toEqual(types.toReversed());
    for (const { summary, data } of events)
      expect([summary, data.isShownOnce]).toEqual([expect.stringContaining("shown once"), true]);
  });
});
