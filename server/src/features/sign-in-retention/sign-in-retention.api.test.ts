import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { dayOf, DAY_MS, isSignInEvent, type AuditEventType } from "@gatehouse/shared";
import { CommandError } from "../../commands/command-error.js";
import { verifyLogs } from "../../commands/log-verification.js";
import { createLog } from "../../platform/log.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, until, World, WORLD_KEYS, type Data } from "../../testing/world.js";
import { AuditCounter, AuditEvent } from "../audit/audit-event.entity.js";
import { PersonErasures } from "../personal-data/person-erasures.js";
import { accessReport } from "../reports/access-report.js";
import { adoptionReport } from "../reports/adoption-report.js";
import { systemActor, type Actor } from "../work/unit-of-work.js";
import { eraseSome, OldSignIns } from "./old-sign-ins.js";

const BROWSER = "Frobnicator/9.9";
const REASON = "Our privacy policy says a month";

describeOnDatabases("sign-in events that a firm keeps for some days", (database) => {
  let world: World;
  let receiver: Server;
  let isReceiving = false;
  const received: string[] = [];
  beforeAll(async () => {
    world = await World.start(database.url());
    receiver = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        if (isReceiving) received.push(body);
        response.writeHead(isReceiving ? 200 : 503).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    receiver.closeAllConnections();
    receiver.close();
    await world?.stop();
  });

  type TestFirm = Awaited<ReturnType<World["firm"]>>;
  const forwardHours = (hours: number) => world.forward({ minutes: hours * 60 });
  const forwardDays = (days: number) => forwardHours(days * 24);
  const set = (token: string, days: number | null, reason = REASON): Promise<Data> =>
    world.mutate(
      "setSignInEventDays",
      "SignInEventDaysInput",
      "firm { signInEventDays signInErasureFrom }",
      { days, reason },
      token,
    );
  const preview = async (token: string, days: number): Promise<Data> =>
    world.ask("query($days: Int!) { signInRetentionPreview(days: $days) { days events from } }", { days }, token);
  const sweep = () => new OldSignIns({ work: world.app.work, keys: WORLD_KEYS, log: createLog("silent") }).run();
  /** One run states what is old, and the next one, an hour later, erases it. */
  const sweepTwice = async () => {
    await sweep();
    forwardHours(1);
    await sweep();
  };
  const rows = (firm: TestFirm): Promise<AuditEvent[]> =>
    world.app.work.reader.find(AuditEvent, { where: { firmId: firm.id }, order: { seq: "ASC" } });
  const isWithoutFacts = ({ actorName, ipAddress, userAgent, data, reason }: AuditEvent) =>
    actorName === null && ipAddress === null && userAgent === null && reason === null && !data.includes('"email"');
  const erasedIn = async (firm: TestFirm): Promise<number[]> =>
    (await rows(firm)).filter(isWithoutFacts).map(({ seq }) => seq);
  const statements = async (firm: TestFirm): Promise<Data[]> =>
    (await rows(firm))
      .filter(({ type }) => type === "SIGN_IN_EVENTS_ERASED")
      .map(({ data }) => JSON.parse(data) as Data);
  const verify = async (firm: TestFirm): Promise<string> => {
    const said: string[] = [];
    try {
      await verifyLogs(
        { work: world.app.work, keys: WORLD_KEYS, print: (line) => said.push(line) },
        { slug: firm.slug, checkpoints: null },
      );
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      said.push(error.message);
    }
    return said.join("\n");
  };
  const mustBeAsRecorded = async (firm: TestFirm) => expect(await verify(firm)).toMatch(/, as recorded\.$/m);
  const signInAs = async (firm: TestFirm, email: string): Promise<string> =>
    (
      await world.ask(
        "mutation($input: PortalSignInInput!) { portalSignIn(input: $input) { result { ... on SignedIn { sessionToken } } } }",
        { input: { firmSlug: firm.slug, email, password: CLIENT_PASSWORD, transport: "TOKEN" } },
        undefined,
        { "user-agent": BROWSER },
      )
    ).data.portalSignIn.result.sessionToken;

  /** A firm whose client and owner signed in 31 days ago, and a session of its owner of now. */
  const firmWithHistory = async () => {
    const firm = await world.firm();
    const before = await world.ownerToken(firm);
    const client = await world.client(firm, before);
    await world.portalSignIn(firm, client.email, "a wrong password, surely");
    await world.portalSignIn(firm, "stranger@nowhere.example", "no account here");
    const token = await signInAs(firm, client.email);
    expect((await world.ask("mutation { signOut { __typename } }", {}, token)).errors).toBeUndefined();
    const old = (await rows(firm)).at(-1)?.seq ?? 0;
    forwardDays(31);
    const owner = await world.ownerToken(firm);
    return { firm, owner, old, client };
  };
  /** The same, where the setting of thirty days is in force. */
  const firmThatErases = async () => {
    const given = await firmWithHistory();
    expect(codesOf(await set(given.owner, 30))).toEqual([]);
    forwardHours(25);
    return given;
  };
  /** Events as a server of now writes them. */
  const happen = (firm: TestFirm, type: "SIGN_IN_FAILED" | "INVITE_SENT", events: number, actor: Actor = systemActor) =>
    world.app.work.do(async (unit) => {
      for (let n = 0; n < events; n++)
        unit.record(
          type === "INVITE_SENT"
            ? { type, firmId: firm.id, actor, data: { email: "many@client.example" } }
            : { type, firmId: firm.id, actor, data: { email: "many@client.example", what: "password" } },
        );
    });

  it("X90 lose names, addresses and devices, and keep type, time, methods and ids; nothing else does", async () => {
    const { firm, owner, old, client } = await firmWithHistory();
    const before = await rows(firm);
    const throughSeq = before.at(-1)?.seq ?? 0;
    const then = world.now();
    const reports = async () => ({
      access: await accessReport(world.app.work, firm.id, { asOf: then - 30 * DAY_MS, throughSeq }),
      adoption: await adoptionReport(
        world.app.work,
        { firmId: firm.id, timeZone: "UTC" },
        { first: dayOf(then - 40 * DAY_MS, "UTC"), days: 20, throughSeq },
      ),
    });
    const reportsBefore = await reports();
    expect(reportsBefore.adoption.reduce((all, { signIns }) => all + signIns, 0)).toBeGreaterThan(1);
    expect(before.filter(({ userAgent }) => userAgent === BROWSER)).not.toEqual([]);
    const signIns = before.filter(({ seq, type }) => seq <= old && isSignInEvent(type));
    expect(new Set(signIns.map(({ type }) => type))).toEqual(
      new Set<AuditEventType>(["SIGN_IN_SUCCEEDED", "SIGN_IN_FAILED", "SIGNED_OUT"]),
    );
    expect((await preview(owner, 30)).data.signInRetentionPreview).toMatchObject({
      days: 30,
      events: signIns.length,
    });
    await sweepTwice();
    expect(await rows(firm)).toEqual(before);

    const at = world.now();
    const { firm: setting } = await set(await world.ownerToken(firm), 30);
    expect(setting.signInEventDays).toBe(30);
    expect(Math.abs(Date.parse(setting.signInErasureFrom) - at - DAY_MS)).toBeLessThan(60_000);
    forwardHours(25);
    await sweepTwice();

    const after = await rows(firm);
    const gone = new Set(signIns.map(({ seq }) => seq));
    const there = after.slice(0, before.length);
    expect(there.filter(({ seq }) => !gone.has(seq))).toEqual(before.filter(({ seq }) => !gone.has(seq)));
    const erasedNow = there.filter(({ seq }) => gone.has(seq));
    expect(erasedNow.every(isWithoutFacts)).toBe(true);
    const kept = ({
      seq,
      id,
      type,
      occurredAt,
      actorKind,
      actorId,
      contactId,
      accountId,
      methods,
      digest,
    }: AuditEvent) => {
      return { seq, id, type, occurredAt, actorKind, actorId, contactId, accountId, methods, digest };
    };
    expect(erasedNow.map(kept)).toEqual(signIns.map(kept));
    expect(JSON.stringify(after)).not.toContain(BROWSER);
    expect(await statements(firm)).toEqual([
      expect.objectContaining({ signIns: signIns.length, throughSeq: expect.any(Number) }),
    ]);
    expect(await reports()).toEqual(reportsBefore);
    expect(await verify(firm)).toContain(
      `what ${signIns.length} of the events said about who signed in was erased as old`,
    );
    await mustBeAsRecorded(firm);

    const again = await world.ownerToken(firm);
    const { data } = await world.ask(
      "query($id: ID!) { auditEvents(first: 50, filter: { contactId: $id }) { nodes { type isErased actorName ipAddress userAgent data methods summary } } }",
      { id: client.contactId },
      again,
    );
    const erased = (data.auditEvents.nodes as Data[]).filter(({ isErased }) => isErased);
    expect(erased.length).toBeGreaterThan(1);
    for (const event of erased) {
      expect(event).toMatchObject({ actorName: null, ipAddress: null, userAgent: null });
      expect(event["summary"]).toContain("(erased)");
      expect(event["summary"]).not.toMatch(/undefined|null/);
    }
    const succeeded = erased.find(({ type }) => type === "SIGN_IN_SUCCEEDED");
    expect(succeeded?.["methods"]).not.toEqual([]);
    // Whatever is old is erased: the next run has nothing to say.
    const length = (await rows(firm)).length;
    forwardHours(1);
    await sweepTwice();
    expect(await rows(firm)).toHaveLength(length);
    expect((await preview(await world.ownerToken(firm), 30)).data.signInRetentionPreview.events).toBe(0);
  });

  it("are kept for ever at first; 30 to 3650 days may be chosen, with a reason, and the log says who chose them", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const { data } = await world.ask("{ firm { signInEventDays signInErasureFrom } }", {}, owner);
    expect(data.firm).toEqual({ signInEventDays: null, signInErasureFrom: null });
    for (const days of [29, 0, -1, 3651]) {
      expect((await set(owner, days)).userErrors).toMatchObject([{ code: "INVALID_INPUT", field: ["input", "days"] }]);
      expect((await preview(owner, days)).errors?.[0]?.extensions?.code).toBe("BAD_USER_INPUT");
    }
    expect(codesOf(await set(owner, 30, " "))).toEqual(["INVALID_INPUT"]);
    expect(codesOf(await set(owner, null))).toEqual([]);
    expect(codesOf(await set(owner, 365))).toEqual([]);
    expect(codesOf(await set(owner, 365))).toEqual([]);
    const changes = (await rows(firm)).filter(({ type }) => type === "SIGN_IN_RETENTION_CHANGED");
    expect(changes.map(({ actorName, reason, changes: changed }) => [actorName, reason, changed])).toEqual([
      ["Olive Owner", REASON, JSON.stringify([{ field: "signInEventDays", before: null, after: 365 }])],
    ]);
  });

  it("X91 are not erased at once by whoever has stolen a session: not without a fresh proof, not by staff or a key, not within a day, and the owners hear of it in time", async () => {
    const { firm, owner, old } = await firmWithHistory();
    const admin = await world.member(firm.id, "ADMIN");
    const staff = await world.member(firm.id, "STAFF");
    const tokenOf = async (email: string): Promise<string> =>
      (await world.signIn("teamSignIn", "TeamSignInInput", { email, password: OWNER_PASSWORD })).result.sessionToken;
    const key = await world.key(owner, ["POLICY_WRITE", "ACCESS_RESET", "AUDIT_READ"]);
    for (const token of [await tokenOf(staff), key]) {
      const { errors } = await world.ask(
        "mutation($input: SignInEventDaysInput!) { setSignInEventDays(input: $input) { firm { id } } }",
        { input: { days: 30, reason: REASON } },
        token,
      );
      expect(errors?.[0]?.extensions?.code).toBe("FORBIDDEN");
    }
    const stolen = await tokenOf(admin);
    forwardHours(0.25);
    expect(codesOf(await set(stolen, 30))).toEqual(["STEP_UP_REQUIRED"]);
    // The thief knows the password as well.
    await world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD }, stolen);
    expect(codesOf(await set(stolen, 3650))).toEqual([]);
    forwardHours(0.1);
    expect(codesOf(await set(stolen, 30))).toEqual([]);
    const written = async (email: string) =>
      (await world.mails(email)).filter(({ subject }) => subject.startsWith("Sign-ins in the audit log now keep"));
    for (const email of [firm.owner, admin]) {
      const mails = await until(async () => {
        const found = await written(email);
        return found.length === 2 ? found : null;
      });
      const text = mails.map((mail) => mail.text).join("\n");
      expect(text).toMatch(/A ADMIN.* changed for how long/);
      expect(text).toContain("before for 10 years, now for 30 days");
    }
    expect(await written(staff)).toEqual([]);
    const before = (await rows(firm)).filter(({ seq }) => seq <= old);
    // A change that waits is not hurried by another one.
    for (const hours of [0, 10, 10.5]) {
      forwardHours(hours);
      await sweepTwice();
      expect((await rows(firm)).filter(({ seq }) => seq <= old)).toEqual(before);
    }
    expect(await statements(firm)).toEqual([]);
    // The owner has read the mail.
    const back = await world.ownerToken(firm);
    expect((await set(back, null)).firm).toEqual({ signInEventDays: null, signInErasureFrom: null });
    forwardDays(10);
    await sweepTwice();
    expect((await rows(firm)).filter(({ seq }) => seq <= old)).toEqual(before);
    expect(await statements(firm)).toEqual([]);
    await mustBeAsRecorded(firm);
  });

  it("X91 are not erased by what was stated, once the firm keeps them longer again", async () => {
    const { firm, old } = await firmThatErases();
    await sweep();
    expect(await statements(firm)).toHaveLength(1);
    const before = (await rows(firm)).filter(({ seq }) => seq <= old);
    expect(codesOf(await set(await world.ownerToken(firm), 365))).toEqual([]);
    forwardHours(26);
    await sweepTwice();
    expect((await rows(firm)).filter(({ seq }) => seq <= old)).toEqual(before);
    await mustBeAsRecorded(firm);
    // And are, once they are that old.
    forwardDays(366);
    await sweepTwice();
    await sweepTwice();
    expect((await rows(firm)).filter(({ seq, type }) => seq <= old && isSignInEvent(type)).every(isWithoutFacts)).toBe(
      true,
    );
    await mustBeAsRecorded(firm);
  });

  it("X93 are erased only once every webhook has received them, also where one is replayed meanwhile", async () => {
    const firm = await world.firm();
    const first = await world.ownerToken(firm);
    isReceiving = false;
    const { webhookEndpoint } = await world.mutate(
      "createWebhookEndpoint",
      "CreateWebhookEndpointInput",
      "webhookEndpoint { id }",
      { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`, types: [] },
      first,
    );
    const cursor = (await world.ask("{ auditEvents(first: 1) { nodes { cursor } } }", {}, first)).data.auditEvents
      .nodes[0].cursor as string;
    await world.portalSignIn(firm, "waits-for-it@nowhere.example", "no account here");
    const failed = (await rows(firm)).find(({ type }) => type === "SIGN_IN_FAILED")?.seq ?? 0;
    forwardDays(31);
    expect(codesOf(await set(await world.ownerToken(firm), 30))).toEqual([]);
    forwardHours(25);
    await sweepTwice();
    expect(await erasedIn(firm)).not.toContain(failed);
    expect((await statements(firm)).filter(({ throughSeq }) => throughSeq >= failed)).toEqual([]);

    isReceiving = true;
    const replay = async () =>
      world.mutate(
        "replayWebhookEvents",
        "ReplayWebhookEventsInput",
        "webhookEndpoint { id }",
        { webhookEndpointId: webhookEndpoint.id, after: cursor },
        await world.ownerToken(firm),
      );
    expect(codesOf(await replay())).toEqual([]);
    await until(() => received.some((body) => body.includes("waits-for-it@nowhere.example")));
    await until(async () => {
      const [{ seq }] = (await world.app.work.reader.query(
        "SELECT deliveredThroughSeq AS seq FROM webhook_endpoints WHERE id = ?",
        [webhookEndpoint.id],
      )) as [{ seq: number }];
      return seq > failed;
    });
    await sweep();
    expect((await statements(firm)).at(-1)?.throughSeq).toBeGreaterThanOrEqual(failed);
    // It is to be delivered again, and the receiver is away.
    isReceiving = false;
    expect(codesOf(await replay())).toEqual([]);
    forwardHours(1);
    await sweep();
    expect(await erasedIn(firm)).not.toContain(failed);
    isReceiving = true;
    received.length = 0;
    expect(codesOf(await replay())).toEqual([]);
    await until(() => received.some((body) => body.includes("waits-for-it@nowhere.example")));
    await until(async () => {
      await sweep();
      return (await erasedIn(firm)).includes(failed);
    });
    await mustBeAsRecorded(firm);
  });

  it("are erased page by page, and the next run goes on where a server ended", async () => {
    const firm = await world.firm();
    await happen(firm, "SIGN_IN_FAILED", 450);
    await happen(firm, "INVITE_SENT", 5);
    forwardDays(31);
    const owner = await world.ownerToken(firm);
    expect((await preview(owner, 30)).data.signInRetentionPreview.events).toBe(450);
    expect(codesOf(await set(owner, 30))).toEqual([]);
    forwardHours(25);
    await sweep();
    expect((await statements(firm)).map(({ signIns }) => signIns)).toEqual([450]);
    const erased = async () => (await rows(firm)).filter(({ data }) => !data.includes("many@client.example")).length;
    const none = await erased();
    // A reader that began before the statement sees none of it erased.
    expect(await world.app.work.do((unit) => eraseSome(unit, firm.id, 200))).toBe(false);
    expect(await erased()).toBe(none);
    forwardHours(1);
    const page = (fails: boolean) =>
      world.app.work.do(async (unit) => {
        const isMore = await eraseSome(unit, firm.id, 200);
        if (fails) throw new Error("the server ended");
        return isMore;
      });
    await expect(page(true)).rejects.toThrow("the server ended");
    expect(await erased()).toBe(none);
    expect(await page(false)).toBe(true);
    expect(await erased()).toBe(none + 200);
    // As it is in the middle, it is as recorded.
    await mustBeAsRecorded(firm);
    await sweep();
    expect(await erased()).toBe(none + 450);
    expect(await statements(firm)).toHaveLength(1);
    await mustBeAsRecorded(firm);
  });

  it("are stated once, and erased once, by two servers at the same time", async () => {
    const { firm } = await firmThatErases();
    await Promise.all([sweep(), sweep()]);
    expect(await statements(firm)).toHaveLength(1);
    forwardHours(1);
    await Promise.all([sweep(), sweep(), happen(firm, "INVITE_SENT", 3)]);
    expect(await statements(firm)).toHaveLength(1);
    await mustBeAsRecorded(firm);
  });

  it("X94 agree with a contact's deletion, before it, after it and at the same time", async () => {
    const erasures = () => new PersonErasures({ work: world.app.work, log: createLog("silent") }).run();
    const remove = async (firm: TestFirm, contactId: string) => {
      const owner = await world.ownerToken(firm);
      return codesOf(
        await world.mutate(
          "deleteContact",
          "ContactReasonInput",
          "isErasing",
          { contactId, reason: "Asked to" },
          owner,
        ),
      );
    };
    const orders: ((firm: TestFirm, contactId: string) => Promise<unknown>)[] = [
      async (firm, contactId) => {
        await sweepTwice();
        expect(await remove(firm, contactId)).toEqual([]);
      },
      async (firm, contactId) => {
        expect(await remove(firm, contactId)).toEqual([]);
        await sweepTwice();
      },
      async (firm, contactId) => {
        await sweep();
        forwardHours(1);
        const [codes] = await Promise.all([remove(firm, contactId), sweep(), sweep()]);
        expect(codes).toEqual([]);
      },
    ];
    for (const act of orders) {
      const { firm, client, old } = await firmThatErases();
      await act(firm, client.contactId);
      forwardHours(1);
      await erasures();
      const after = await rows(firm);
      expect(JSON.stringify(after)).not.toContain(client.email);
      const signIns = after.filter(({ seq, type }) => seq <= old && isSignInEvent(type));
      expect(signIns.every(isWithoutFacts)).toBe(true);
      await mustBeAsRecorded(firm);
      const counter = await world.app.work.reader.findOneByOrFail(AuditCounter, { firmId: firm.id });
      expect(counter.signInsErasedSeq).toBe(counter.signInsStatedSeq);
    }
  });
});
