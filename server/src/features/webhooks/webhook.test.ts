import { randomBytes } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { IsNull, Not, type DataSource } from "typeorm";
import { insertFirm } from "../firms/insert-firm.js";
import { newId } from "../../platform/crypto/ids.js";
import { KeyRing } from "../../platform/crypto/key-ring.js";
import { createLog } from "../../platform/log.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { freePort } from "../../testing/server-process.js";
import { until } from "../../testing/world.js";
import { AuditEvent } from "../audit/audit-event.entity.js";
import { Contact } from "../contacts/contact.entity.js";
import type { KeyCaller } from "../callers/caller.js";
import { systemActor, Work } from "../work/unit-of-work.js";
import { allowedAddresses, checkAddress, isPublicAddress } from "./webhook-address.js";
import { WebhookDispatcher } from "./webhook-dispatcher.js";
import { retryWaits, waitAfterFailure } from "./retry-schedule.js";
import { WebhookEndpoint } from "./webhook-endpoint.entity.js";
import { newSigningSecret, webhookSecretPlace } from "./webhook-secret.js";
import { Webhooks } from "./webhooks.service.js";
import { portalLinks } from "../work/portal-links.js";

const publicAndPrivate = async () => ["8.8.8.8", "10.0.0.1"].map((address) => ({ address, family: 4 }));

describe("addresses of webhooks", () => {
  it.each([
    "127.0.0.1",
    "10.1.2.3",
    "169.254.169.254",
    "172.31.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:db8::1",
  ])("%s is not public", (address) => expect(isPublicAddress(address)).toBe(false));
  it.each(["8.8.8.8", "2606:4700::1111"])("%s is public", (address) => expect(isPublicAddress(address)).toBe(true));
  it.each([
    "http://example.com/",
    "ftp://example.com/",
    "https://user:pass@8.8.8.8/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "nonsense",
  ])("%s is refused in production", async (url) => {
    await expect(checkAddress(url, { isProduction: true, resolve: async () => [] })).rejects.toThrow(/address/);
  });
  it("a name with one private address among public ones is refused, and so is one that turns private later", async () => {
    const answers = ["8.8.8.8", "10.0.0.1"];
    const policy = {
      isProduction: true,
      resolve: async () => [{ address: answers.shift() ?? "10.0.0.1", family: 4 }],
    };
    const url = await checkAddress("https://rebind.example/", policy);
    await expect(allowedAddresses(url, policy)).rejects.toThrow("not public");
    await expect(allowedAddresses(url, { isProduction: true, resolve: publicAndPrivate })).rejects.toThrow(
      "not public",
    );
  });
});

describe("the retry schedule", () => {
  it("waits as Standard Webhooks says and up to a fifth longer, then gives up", () => {
    for (const [index, wait] of retryWaits.entries()) {
      expect(waitAfterFailure(index + 1, 0)).toBe(wait);
      expect(waitAfterFailure(index + 1, 1)).toBe(wait * 1.2);
    }
    expect(waitAfterFailure(retryWaits.length + 1, 0)).toBeNull();
  });
});

describeOnDatabases("webhooks", (database) => {
  const keys = new KeyRing([{ id: "k1", key: randomBytes(32) }]);
  const log = createLog("silent");
  let time = Date.now();
  let dataSource: DataSource;
  let work: Work;
  let firmId: string;
  let servers: Server[] = [];

  beforeAll(async () => {
    dataSource = await database.open();
    work = new Work({
      dataSource,
      clock: { now: () => time },
      enqueueMail: async () => undefined,
      links: () => portalLinks("http://localhost"),
      onEvents: () => undefined,
      onMail: () => undefined,
    });
    firmId = (await work.do((unit) => insertFirm(unit, { slug: "oak", name: "Oak", plan: "TEAM" }))).id;
  });
  afterEach(async () => {
    for (const server of servers) server.closeAllConnections();
    for (const server of servers) server.close();
    servers = [];
    await dataSource.query("DELETE FROM webhook_endpoints");
  });
  const dispatcher = () => new WebhookDispatcher({ work, keys, log, addresses: { isProduction: false } });
  const happen = (count: number) =>
    work.do(async (unit) => {
      for (let n = 0; n < count; n++)
        unit.record({ type: "CONTACT_CREATED", firmId, actor: systemActor, data: { name: `Contact ${n}` } });
    });
  const lastSeq = async () =>
    Number(((await dataSource.query("SELECT MAX(seq) AS m FROM audit_events")) as { m: number | null }[])[0]?.m ?? 0);
  const state = (id: string) => work.reader.findOneByOrFail(WebhookEndpoint, { id });

  interface Delivery {
    headers: IncomingHttpHeaders;
    body: string;
  }
  /** An endpoint with that address, up to date with the log. */
  async function addEndpoint(url: string, firm = firmId) {
    const id = newId("webhookEndpoint", time);
    const secret = newSigningSecret();
    await work.reader.insert(WebhookEndpoint, {
      id,
      firmId: firm,
      types: "",
      attempts: 0,
      nextAttemptAt: 0,
      lastFailure: null,
      previousEncryptedSecret: null,
      previousSecretUntil: null,
      createdAt: time,
      disabledAt: null,
      url,
      encryptedSecret: keys.encrypt(secret, webhookSecretPlace(id)),
      deliveredThroughSeq: await lastSeq(),
    });
    return { id, secret };
  }
  async function listen(server: Server): Promise<string> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  }
  /** A receiver that answers with these statuses (null: never), and its endpoint. */
  async function receiver(statuses: (number | null)[]) {
    const got: Delivery[] = [];
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        got.push({ headers: request.headers, body });
        const status = statuses.length > 0 ? statuses.shift() : 200;
        if (status == null) return;
        response.writeHead(status, status === 302 ? { location: "http://127.0.0.1:1/" } : {}).end();
      });
    });
    return { ...(await addEndpoint(await listen(server))), got };
  }
  const idsOf = (got: Delivery[]) => got.map(({ headers }) => headers["webhook-id"]);

  it("are delivered in order, and the reference library verifies them", async () => {
    const { id, secret, got } = await receiver([]);
    await happen(3);
    await dispatcher().runOnce();
    const events = await work.reader.find(AuditEvent, { where: { firmId }, order: { seq: "ASC" } });
    expect(idsOf(got)).toEqual(events.slice(-3).map((event) => event.id));
    const headers = got[0]?.headers as Record<string, string>;
    expect(new Webhook(secret).verify(got[0]?.body ?? "", headers)).toMatchObject({
      type: "contact.created",
      data: { event: { type: "CONTACT_CREATED", summary: "Gatehouse created the contact Contact 0." } },
    });
    expect(() => new Webhook(newSigningSecret()).verify(got[0]?.body ?? "", headers)).toThrow("No matching signature");
    expect((await state(id)).deliveredThroughSeq).toBe(events.at(-1)?.seq);
  });

  it("have the facts of the moment, and beside them the contact as it is when the body is made", async () => {
    const { secret, got } = await receiver([500]);
    const contactId = newId("contact", time);
    const occurredAt = new Date(time).toISOString();
    const changes = [{ field: "email", before: null, after: "maya@old.example" }];
    const data = { name: "Maya Fields", from: null, to: "maya@old.example" };
    await work.do(async (unit) => {
      await unit.manager.insert(Contact, {
        id: contactId,
        firmId,
        name: "Maya Fields",
        nameKey: "maya fields",
        email: "maya@old.example",
        accessState: "NOT_INVITED",
        createdAt: time,
        signedInAt: 0,
      });
      const event = { firmId, actor: systemActor, contactId };
      unit.record({ type: "CONTACT_REDIRECTED", ...event, changes, methods: ["PASSWORD", "PASSKEY"], data });
    });
    await dispatcher().runOnce();
    await work.do(({ manager }) => manager.update(Contact, { id: contactId }, { email: "maya@new.example" }));
    time += 7000;
    await dispatcher().runOnce();
    const [first, second] = got.map(
      ({ headers, body }) =>
        (new Webhook(secret).verify(body, headers as Record<string, string>) as { data: { event: object } }).data.event,
    );
    const moment = { occurredAt, methods: ["PASSWORD", "PASSKEY"], changes, data };
    const now = { contactAsOf: new Date(time).toISOString(), contact: { id: contactId, email: "maya@new.example" } };
    expect(first).toMatchObject({ ...moment, contactAsOf: occurredAt, contact: { email: "maya@old.example" } });
    expect(second).toMatchObject({ ...moment, ...now });
    await happen(1);
    await dispatcher().runOnce();
    const plain = JSON.parse(got.at(-1)?.body ?? "{}") as { data: { event: object } };
    expect(plain.data.event).toMatchObject({
      contact: null,
      contactAsOf: null,
      methods: null,
      changes: [],
      data: { name: "Contact 0" },
    });
  });

  it("are retried after failures and redirects, none is skipped, and success clears the failure", async () => {
    const { id, got } = await receiver([500, 302]);
    await happen(2);
    await dispatcher().runOnce();
    expect(await state(id)).toMatchObject({ attempts: 1, lastFailure: "The receiver answered 500." });
    await dispatcher().runOnce();
    expect(got).toHaveLength(1);
    time += 7000;
    await dispatcher().runOnce();
    expect(await state(id)).toMatchObject({ attempts: 2, lastFailure: "The receiver answered 302." });
    time += 400_000;
    await dispatcher().runOnce();
    const [a, b, c, d] = idsOf(got);
    expect([a, b, c]).toEqual([a, a, a]);
    expect(d).not.toBe(a);
    expect(await state(id)).toMatchObject({ attempts: 0, lastFailure: null });
  });

  it("a 410 disables the endpoint and is reported to the firm", async () => {
    const { id, got } = await receiver([410]);
    await happen(2);
    await dispatcher().runOnce();
    expect((await state(id)).disabledAt).toBe(time);
    const disabled = await work.reader.findBy(AuditEvent, { firmId, type: "WEBHOOK_DISABLED" });
    expect(disabled).toHaveLength(1);
    const changes = [{ field: "disabledAt", before: null, after: new Date(time).toISOString() }];
    expect(JSON.parse(disabled[0]?.changes ?? "")).toEqual(changes);
    expect(JSON.parse(disabled[0]?.data ?? "")).toMatchObject({ webhookEndpointId: id });
    await dispatcher().runOnce();
    expect(got).toHaveLength(1);
  });

  it("a receiver that never answers holds up no other, and a delivery cut off before its response is repeated", async () => {
    const dead = await receiver([null]);
    const good = await receiver([]);
    await happen(1);
    const first = dispatcher();
    first.start();
    while (good.got.length < 1 || dead.got.length < 1) await new Promise((resolve) => setTimeout(resolve, 10));
    await first.stop(AbortSignal.abort());
    await dispatcher().runOnce();
    expect(idsOf(dead.got)).toEqual([dead.got[0]?.headers["webhook-id"], dead.got[0]?.headers["webhook-id"]]);
    expect((await state(dead.id)).deliveredThroughSeq).toBe(await lastSeq());
  });

  it("a receiver whose answer never ends has answered: its endless text is not read", async () => {
    let sent = 0;
    const endless = createServer((request, response) => {
      request.resume();
      response.writeHead(200);
      const more = () => {
        sent += 65_536;
        response.write(Buffer.alloc(65_536));
      };
      response.on("drain", more);
      more();
    });
    const { id } = await addEndpoint(await listen(endless));
    await happen(1);
    const begin = performance.now();
    await dispatcher().runOnce();
    expect(performance.now() - begin).toBeLessThan(5000);
    expect((await state(id)).deliveredThroughSeq).toBe(await lastSeq());
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = sent;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(sent).toBe(before);
  });

  it("W08 hundreds of dead receivers hold up no healthy one: those that never answer, refuse or hang up, even when they are retried", async () => {
    let held = 0;
    const silent = await listen(createServer(() => (held += 1)));
    const hangsUp = await listen(createServer((request) => request.socket.destroy()));
    const closed = `http://127.0.0.1:${await freePort()}/hook`;
    for (let n = 0; n < 210; n++) await addEndpoint(silent);
    for (let n = 0; n < 20; n++) for (const url of [hangsUp, closed]) await addEndpoint(url);
    const healthy = await receiver([]);
    for (let round = 1; round <= 2; round++) {
      await happen(1);
      const running = dispatcher();
      running.start();
      try {
        // A receiver that does not answer is given 15 s: nobody waits for one.
        await until(() => healthy.got.length >= round);
        const failing = { firmId, lastFailure: Not(IsNull()) };
        await until(async () => held > 0 && (await work.reader.countBy(WebhookEndpoint, failing)) >= 40);
      } finally {
        await running.stop(AbortSignal.abort());
      }
      // All of them fall due again at the same moment.
      await work.reader.update(WebhookEndpoint, { firmId }, { attempts: 1, nextAttemptAt: 0 });
      await work.reader.update(WebhookEndpoint, { id: healthy.id }, { attempts: 0 });
      held = 0;
    }
  });

  it("several instances at once deliver each event once", async () => {
    const { got } = await receiver([]);
    await happen(10);
    await Promise.all(Array.from({ length: 4 }, () => dispatcher().runOnce()));
    await dispatcher().runOnce();
    expect(new Set(idsOf(got)).size).toBe(10);
    expect(got).toHaveLength(10);
  });

  it("an instance that died while it held the endpoint is replaced after its lease", async () => {
    const { id, got } = await receiver([]);
    await happen(1);
    await work.reader.update(WebhookEndpoint, { id }, { nextAttemptAt: time + 30_000 });
    await dispatcher().runOnce();
    expect(got).toHaveLength(0);
    time += 30_001;
    await dispatcher().runOnce();
    expect(got).toHaveLength(1);
  });

  const service = () => new Webhooks({ work, keys, addresses: { isProduction: false }, wake: () => undefined });
  const callerOf = (firm: string): KeyCaller => ({
    kind: "API_KEY",
    firmId: firm,
    keyId: "key_1",
    name: "Sync",
    scopes: ["WEBHOOKS_WRITE"],
  });
  const us = () => callerOf(firmId);

  it("each attempt is in the delivery log, newest first and in pages, and the endpoint shows its state", async () => {
    const { id } = await receiver([500, 200]);
    await happen(2);
    await dispatcher().runOnce();
    const [failing] = await service().list(us());
    expect(failing).toMatchObject({ state: "FAILING", lastFailure: "The receiver answered 500." });
    expect(failing?.nextAttemptAt).toBeGreaterThanOrEqual(time + 5000);
    time += 7000;
    await dispatcher().runOnce();
    const { nodes } = await service().deliveries(id, {});
    expect(nodes.map(({ attempt, isDelivered, responseStatus }) => [attempt, isDelivered, responseStatus])).toEqual(
      // The two later ones were made at the same moment of this test's clock.
      expect.arrayContaining([
        [1, true, 200],
        [2, true, 200],
        [1, false, 500],
      ]),
    );
    expect(nodes.at(-1)).toMatchObject({
      eventType: "CONTACT_CREATED",
      failure: "The receiver answered 500.",
      nextAttemptAt: failing?.nextAttemptAt,
    });
    const page = await service().deliveries(id, { first: 2 });
    expect(page.pageInfo.hasNextPage).toBe(true);
    const rest = await service().deliveries(id, { first: 2, after: page.pageInfo.endCursor });
    expect([...page.nodes, ...rest.nodes]).toEqual(nodes);
    expect(await service().list(us())).toMatchObject([{ state: "ACTIVE", nextAttemptAt: null }]);
  });

  it("a receiver that did not answer is in the log without a status", async () => {
    const { id } = await receiver([]);
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
    await happen(1);
    await dispatcher().runOnce();
    const { nodes } = await service().deliveries(id, {});
    expect(nodes).toMatchObject([
      { isDelivered: false, responseStatus: null, failure: expect.stringContaining("failed") },
    ]);
  });

  it("a connection refused at every address of the name is in the log with its code", async () => {
    const { id } = await addEndpoint(`http://localhost:${await freePort()}/hook`);
    await happen(1);
    await dispatcher().runOnce();
    const { nodes } = await service().deliveries(id, {});
    expect(nodes).toMatchObject([{ failure: "The delivery failed: ECONNREFUSED" }]);
  });

  it("a replay delivers everything after its cursor again, including what a disabled endpoint missed", async () => {
    const { id, got } = await receiver([200, 200, 410]);
    await happen(4);
    await dispatcher().runOnce();
    expect((await state(id)).disabledAt).toBe(time);
    const { nodes } = await service().deliveries(id, {});
    const second = nodes.find(({ eventId }) => eventId === got[1]?.headers["webhook-id"]);
    await service().replay(us(), id, second?.replayAfter ?? "", systemActor);
    await dispatcher().runOnce();
    const events = await work.reader.find(AuditEvent, {
      where: { firmId, type: "CONTACT_CREATED" },
      order: { seq: "ASC" },
    });
    const [first, ...others] = events.slice(-4).map((event) => event.id);
    // The last two report that the endpoint was disabled, and the replay.
    expect(idsOf(got).slice(0, -2)).toEqual([first, others[0], others[1], ...others]);
    for (const wrong of [
      Buffer.from('["audit",999999]').toString("base64url"),
      Buffer.from('["audit",-1]').toString("base64url"),
    ])
      await expect(service().replay(us(), id, wrong, systemActor)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  it("a firm has at most ten endpoints, even with parallel calls, and another firm's do not exist for it", async () => {
    const create = () =>
      service().create(us(), { url: "http://127.0.0.1:9/hook", types: ["CONTACT_CREATED"] }, systemActor);
    const made = await Promise.allSettled(Array.from({ length: 12 }, create));
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
    const [endpoint] = await service().list(us());
    const theirs = callerOf(
      (await work.do((unit) => insertFirm(unit, { slug: `elm-${time}-${database.name}`, name: "Elm", plan: "TEAM" })))
        .id,
    );
    const id = endpoint?.id ?? "";
    expect(await service().list(theirs)).toEqual([]);
    expect(await service().findNode(theirs, id)).toBeNull();
    const cursor = Buffer.from('["audit",0]').toString("base64url");
    for (const attempt of [
      () => service().delete(theirs, id, systemActor),
      () => service().replay(theirs, id, cursor, systemActor),
      () => service().rotateSecret(theirs, id, systemActor),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: "NOT_FOUND" });
    await service().delete(us(), id, systemActor);
    expect(await service().list(us())).toHaveLength(9);
  });

  it("after a rotation the reference library verifies with both secrets for a day, then only with the new one", async () => {
    // The reference library compares with the real time.
    time = Date.now();
    const { id, secret, got } = await receiver([]);
    const { signingSecret } = await service().rotateSecret(us(), id, systemActor);
    const verify = (by: string) => {
      const { body, headers } = got.at(-1) as Delivery;
      return new Webhook(by).verify(body, headers as Record<string, string>);
    };
    await dispatcher().runOnce();
    expect(verify(secret)).toMatchObject({ type: "webhook_secret.rotated" });
    expect(verify(signingSecret)).toMatchObject({ type: "webhook_secret.rotated" });
    const { previousSecretUntil, encryptedSecret } = await state(id);
    expect(encryptedSecret).not.toContain(signingSecret.slice(6));
    expect(previousSecretUntil).toBe(time + 24 * 3_600_000);
    await work.reader.update(WebhookEndpoint, { id }, { previousSecretUntil: time });
    await happen(1);
    await dispatcher().runOnce();
    expect(verify(signingSecret)).toMatchObject({ type: "contact.created" });
    expect(() => verify(secret)).toThrow("No matching signature");
  });

  it("a redirect is not followed, and the checked address is the one connected to", async () => {
    const target = await receiver([]);
    const targetUrl = (await state(target.id)).url;
    const { id, got } = await receiver([]);
    const port = new URL((await state(id)).url).port;
    // A name that only this resolver knows: the system's would find nothing.
    const asked: string[] = [];
    const resolve = async (name: string) => (asked.push(name), [{ address: "127.0.0.1", family: 4 }]);
    await work.reader.update(WebhookEndpoint, { id }, { url: `http://rebind.invalid:${port}/hook` });
    await happen(1);
    await new WebhookDispatcher({ work, keys, log, addresses: { isProduction: false, resolve } }).runOnce();
    expect(got).toHaveLength(1);
    expect(got[0]?.headers.host).toBe(`rebind.invalid:${port}`);
    expect(asked).toEqual(["rebind.invalid"]);
    const redirecting = createServer((_request, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${new URL(targetUrl).port}/hook` }).end(),
    );
    servers.push(redirecting);
    await new Promise<void>((done) => redirecting.listen(0, "127.0.0.1", done));
    const before = target.got.length;
    await work.reader.update(WebhookEndpoint, { id: target.id }, { disabledAt: time });
    await work.reader.update(
      WebhookEndpoint,
      { id },
      { url: `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}/hook` },
    );
    await happen(1);
    await dispatcher().runOnce();
    expect((await state(id)).lastFailure).toBe("The receiver answered 307.");
    expect(target.got).toHaveLength(before);
  });
});
