import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { MoreThan } from "typeorm";
import { describeOnDatabases } from "../../testing/databases.js";
import { gatehouse } from "../../testing/server-process.js";
import { WebhookReceiver, type Arrival } from "../../testing/services.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, until, World } from "../../testing/world.js";
import { AuditEvent } from "../audit/audit-event.entity.js";
import { disableFirm } from "./disabled-firms.js";
import { Session } from "../sessions/session.entity.js";

const KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;

describeOnDatabases("a firm that the operator disables", (database) => {
  let world: World;
  let firm: { id: string; slug: string; owner: string };
  let owner: string;
  let key: string;
  const arrivals: Arrival[] = [];
  let receiver: WebhookReceiver;

  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
    key = await world.key(owner, ["CONTACTS_READ", "CONTACTS_WRITE", "WEBHOOKS_WRITE", "AUDIT_READ"]);
    receiver = await WebhookReceiver.start((arrival) => {
      arrivals.push(arrival);
      return 204;
    });
    const url = `${receiver.url}/hook`;
    const input = { url, types: ["CONTACT_CREATED", "FIRM_DISABLED", "FIRM_ENABLED"] };
    await world.mutate("createWebhookEndpoint", "CreateWebhookEndpointInput", "webhookEndpoint { id }", input, key);
  });
  afterAll(async () => {
    await world.stop();
    await receiver.stop();
  });

  const operator = (command: "disable" | "enable") =>
    gatehouse(["firm", command, "--slug", firm.slug], { DATABASE_URL: database.url(), SECRET_KEYS: KEYS });
  const viewerOf = async (token: string) => (await world.ask("{ viewer { __typename } }", {}, token)).data.viewer;
  const portal = async () =>
    (await world.ask("query($slug: String!) { portal(firmSlug: $slug) { isDisabled } }", { slug: firm.slug })).data
      .portal;
  const teamSignIn = (password = OWNER_PASSWORD) =>
    world.signIn("teamSignIn", "TeamSignInInput", { email: firm.owner, password });
  const request = async (contactId: string) => {
    const input = { contactId, title: "Documents for 2026", items: ["Bank statements"] };
    const sent = await world.mutate("sendClientRequest", "SendClientRequestInput", "request { id }", input, owner);
    expect(codesOf(sent)).toEqual([]);
  };
  const claim = (token: string, deviceKey: string) =>
    world.mutate("claimMagicLink", "ClaimMagicLinkInput", "result { __typename }", {
      token,
      deviceKey,
      transport: "TOKEN",
    });

  it("lets nobody in from that moment on, and everyone when it is enabled again", async () => {
    const { email, contactId, created } = await world.client(firm, owner);
    const client = created.result.sessionToken;
    await request(contactId);
    const link = await world.mailedToken(email, /Documents for 2026/);
    const resetInput = { firmSlug: firm.slug, email };
    await world.mutate("requestPasswordReset", "PortalEmailInput", "accepted", resetInput);
    const resetToken = await world.mailedToken(email, /password/i);
    const closed = new Promise<number>((resolve) => {
      const socket = world.socket(key, {}, { on: { closed: (event) => resolve((event as { code: number }).code) } });
      socket.subscribe(
        { query: "subscription { auditEvents { id } }" },
        { next: () => undefined, error: () => undefined, complete: () => undefined },
      );
    });
    await until(async () => arrivals.length > 0);
    const other = await world.firm();
    const otherOwner = await world.ownerToken(other);

    expect(await operator("disable")).toContain("is disabled");
    expect(await operator("disable")).toContain("was disabled before");
    expect(await portal()).toEqual({ isDisabled: true });
    for (const token of [owner, client, key]) expect(await viewerOf(token)).toBeNull();
    expect(await closed).toBe(4403);
    const refusals = [
      await teamSignIn(),
      await world.portalSignIn(firm, email),
      await world.portalSignIn(firm, email, "a wrong password"),
      await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", resetInput),
      await world.mutate("requestPasswordReset", "PortalEmailInput", "accepted", resetInput),
      await claim(link, randomBytes(32).toString("base64url")),
      await world.signIn("resetPassword", "ResetPasswordInput", { resetToken, newPassword: `${CLIENT_PASSWORD} too` }),
    ];
    expect(refusals.map(codesOf)).toEqual(refusals.map(() => ["FIRM_DISABLED"]));
    expect(refusals[0].userErrors[0].message).toContain("Nobody can sign in");
    // Only somebody with the password learns that the firm is disabled.
    expect(codesOf(await teamSignIn("a wrong password"))).toEqual(["INVALID_CREDENTIALS"]);
    expect(await viewerOf(otherOwner)).not.toBeNull();
    expect(await gatehouse(["firm", "list"], { DATABASE_URL: database.url(), SECRET_KEYS: KEYS })).toMatch(
      new RegExp(`^${firm.slug}\\t.*\\tdisabled$`, "m"),
    );
    const delivered = arrivals.length;

    expect(await operator("enable")).toContain("is enabled");
    expect(await portal()).toEqual({ isDisabled: false });
    for (const token of [owner, client]) expect(await viewerOf(token)).toBeNull();
    expect(await viewerOf(key)).toEqual({ __typename: "ApiKey" });
    owner = (await teamSignIn()).result.sessionToken;
    expect((await world.portalSignIn(firm, email)).result.__typename).toBe("SignedIn");
    expect((await claim(link, randomBytes(32).toString("base64url"))).result.__typename).toBe("SignedIn");
    const { data } = await world.ask(
      "{ auditEvents(first: 10, filter: { types: [FIRM_DISABLED, FIRM_ENABLED] }) { nodes { type } } }",
      {},
      owner,
    );
    expect(data.auditEvents.nodes.map(({ type }: { type: string }) => type)).toEqual(["FIRM_ENABLED", "FIRM_DISABLED"]);
    // Webhooks waited, and lost nothing.
    await until(() => arrivals.length >= delivered + 2);
    expect(arrivals.slice(delivered).map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual([
      "firm.disabled",
      "firm.enabled",
    ]);
  });

  it("drops mails that wait: their links would lead nowhere", async () => {
    const { email } = await world.contact(owner);
    const input = { firmSlug: firm.slug, email };
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", input);
    await world.mail(email, /Create your account/);
    await operator("disable");
    expect(await world.mails(email)).toEqual([]);
    await operator("enable");
    expect(await world.mails(email)).toEqual([]);
    owner = (await teamSignIn()).result.sessionToken;
  });

  it("does nothing after the moment in which it was disabled, whatever was under way", async () => {
    const { email } = await world.client(firm, owner);
    const acts = Array.from({ length: 40 }, (_, n) =>
      [
        () => world.contact(key, `By a key ${n}`),
        () => world.contact(owner, `By a person ${n}`),
        () => world.portalSignIn(firm, email),
        () => teamSignIn(),
      ][n % 4]?.(),
    );
    await Promise.race(acts);
    expect(await world.app.work.do((unit) => disableFirm(unit, firm.id))).toBe(true);
    await Promise.allSettled(acts);
    const { reader } = world.app.work;
    const order = { seq: "DESC" } as const;
    const { seq } = await reader.findOneOrFail(AuditEvent, {
      where: { firmId: firm.id, type: "FIRM_DISABLED" },
      order,
    });
    expect(await reader.findBy(AuditEvent, { firmId: firm.id, seq: MoreThan(seq) })).toEqual([]);
    const open = await reader.findBy(Session, { firmId: firm.id });
    expect(open.filter(({ revokedAt }) => revokedAt === null)).toEqual([]);
    await operator("enable");
    owner = (await teamSignIn()).result.sessionToken;
  });
});
