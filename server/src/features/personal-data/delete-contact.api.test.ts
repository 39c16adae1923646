import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { verifyLogs } from "../../commands/log-verification.js";
import { entities } from "../../entities.js";
import { copySqlite } from "../../platform/database/sqlite-copy.js";
import { createLog } from "../../platform/log.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { SoftwarePasskey } from "../../testing/software-passkey.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, until, World, WORLD_KEYS, type Data } from "../../testing/world.js";
import { AuditEvent } from "../audit/audit-event.entity.js";
import { systemActor } from "../work/unit-of-work.js";
import { eraseSome } from "./erase-person.js";
import { PersonErasures } from "./person-erasures.js";

const REASON = "Asked for it under the law";

/** A text as it might lie somewhere: as it is, in JSON, in an address, in hexadecimal, and in base64 at each offset. */
const formsOf = (text: string): string[] => {
  const bytes = Buffer.from(text, "utf8");
  const inBase64 = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .slice(offset === 0 ? 0 : offset + 1, -4),
  );
  const inJson = JSON.stringify(text).slice(1, -1);
  return [text, inJson, encodeURIComponent(text), bytes.toString("hex"), ...inBase64].map((form) => form.toLowerCase());
};

describeOnDatabases("deleting a contact", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  let receiver: Server;
  const received: string[] = [];
  let isReceiving = false;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
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

  const mutate = (name: string, type: string, selection: string, input: object, token = owner) =>
    world.mutate(name, type, selection, input, token);
  const ask = (query: string, variables: object = {}, token = owner) => world.ask(query, variables, token);
  const stepUp = () => mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD });
  const remove = async (contactId: string, reason = REASON): Promise<Data> => {
    await stepUp();
    return mutate("deleteContact", "ContactReasonInput", "deletedContactId isErasing", { contactId, reason });
  };
  const told = async (contactId: string): Promise<Data> =>
    (
      await ask(
        "query($id: ID!) { contactDeletion(contactId: $id) { loginEmail deletesLogin otherContacts requests openLinks events } }",
        { id: contactId },
      )
    ).data.contactDeletion;
  const send = async (contactId: string, title: string): Promise<string> =>
    (
      await mutate("sendClientRequest", "SendClientRequestInput", "request { id }", {
        contactId,
        title,
        items: [`${title}: item`],
      })
    ).request.id;
  const eventsAbout = async (contactId: string): Promise<Data[]> =>
    (
      await ask(
        `query($id: ID!) { auditEvents(first: 100, filter: { contactId: $id }) {
          nodes { type summary actorKind actorName reason ipAddress userAgent changes { field } data isErased } } }`,
        { id: contactId },
      )
    ).data.auditEvents.nodes;
  /** Every table as text, a row in each line. */
  const rows = async (): Promise<string[]> => {
    const { reader } = world.app.work;
    const all = await Promise.all(
      entities.map(async (entity) => {
        const { tableName } = reader.connection.getMetadata(entity);
        const found = (await reader.query(`SELECT * FROM ${tableName}`)) as object[];
        return found.map((row) => `${tableName} ${Object.values(row).map(String).join("\n")}`);
      }),
    );
    return all.flat();
  };
  const linesWith = (lines: readonly string[], texts: readonly string[]): string[] => {
    const forms = texts.flatMap(formsOf);
    return lines.filter((line) => forms.some((form) => line.toLowerCase().includes(form)));
  };
  const mustBeAsRecorded = async () => {
    const said: string[] = [];
    await verifyLogs(
      { work: world.app.work, keys: WORLD_KEYS, print: (line) => said.push(line) },
      { slug: firm.slug, checkpoints: null },
    );
    expect(said.join("\n")).toMatch(/, as recorded\.$/m);
  };

  /** Somebody of whom Gatehouse keeps as much as it can, and the words by which they would be found. */
  const wellKnown = async () => {
    const tag = randomBytes(4).toString("hex");
    const texts = {
      email: `zephyrine-${tag}@quillfeather.example`,
      formerEmail: `before-${tag}@quillfeather.example`,
      name: `Zéphyrine Quillfeather${tag}`,
      organization: `Wobblegong${tag} & Cie`,
      externalId: `crm-${tag}-zq`,
      title: `Dossier Snorkelwhite${tag}`,
      browser: `Frobnicator${tag}/9.9`,
      passkey: `Phone of Zéph${tag}`,
      told: `said on the telephone ${tag}`,
    };
    const { contact } = await mutate("createContact", "ContactInput", "contact { id }", {
      name: texts.name,
      email: texts.formerEmail,
      organization: texts.organization,
      externalId: texts.externalId,
    });
    const contactId = contact.id as string;
    await mutate("inviteContacts", "InviteContactsInput", "results { contact { id } }", { contactIds: [contactId] });
    await world.mail(texts.formerEmail, /invites you/);
    await stepUp();
    await mutate("updateContact", "UpdateContactInput", "contact { id }", { contactId, email: texts.email });
    // A stranger to the log, which names no contact.
    await world.portalSignIn(firm, texts.formerEmail, "no account here");
    const requestId = await send(contactId, texts.title);
    const link = await world.mailedToken(texts.email, /Request from/);
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", {
      firmSlug: firm.slug,
      email: texts.email,
    });
    const confirmationToken = await world.mailedToken(texts.email, /Create your account/);
    await world.signIn("createPortalAccount", "CreatePortalAccountInput", {
      confirmationToken,
      password: CLIENT_PASSWORD,
    });
    await world.portalSignIn(firm, texts.email, "a wrong password, surely");
    const signIn = async (): Promise<string> =>
      (
        await world.ask(
          "mutation($input: PortalSignInInput!) { portalSignIn(input: $input) { result { ... on SignedIn { sessionToken } } } }",
          { input: { firmSlug: firm.slug, email: texts.email, password: CLIENT_PASSWORD, transport: "TOKEN" } },
          undefined,
          { "user-agent": texts.browser },
        )
      ).data.portalSignIn.result.sessionToken;
    const first = await signIn();
    await world.enroll({ token: first });
    const passkey = new SoftwarePasskey(`http://localhost:${new URL(world.url).port}`);
    const begun = await ask("mutation { beginPasskeyRegistration { options } }", {}, first);
    const response = passkey.register(begun.data.beginPasskeyRegistration.options);
    await mutate("addPasskey", "AddPasskeyInput", "passkey { id }", { response, name: texts.passkey }, first);
    await stepUp();
    await mutate("resetTwoFactor", "ContactReasonInput", "contact { id }", { contactId, reason: texts.told });
    const session = await signIn();
    await mutate("unlockPortalAccount", "ContactIdInput", "contact { id }", { contactId });
    await mutate("sendPasswordReset", "ContactIdInput", "contact { id }", { contactId });
    return { contactId, requestId, link, session, texts };
  };

  it("X77 tells what it means, ends every way in at once, and leaves nothing of the person anywhere", async () => {
    await stepUp();
    const hook = await mutate("createWebhookEndpoint", "CreateWebhookEndpointInput", "webhookEndpoint { id }", {
      url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
    });
    expect(codesOf(hook)).toEqual([]);
    const { data } = await ask("{ auditEvents(first: 1) { nodes { cursor } } }");
    const after = data.auditEvents.nodes[0].cursor as string;
    const { contactId, link, session, texts } = await wellKnown();
    const all = Object.values(texts);
    // Each of them is found as long as the contact is there, so that the search is not blind.
    const before = await rows();
    expect(Object.values(texts).filter((text) => linesWith(before, [text]).length === 0)).toEqual([]);
    const what = await told(contactId);
    expect(what).toMatchObject({
      loginEmail: texts.email,
      deletesLogin: true,
      otherContacts: 0,
      requests: 1,
      openLinks: 1,
    });

    expect(await remove(contactId)).toEqual({ deletedContactId: contactId, isErasing: false, userErrors: [] });
    expect((await world.ask("{ viewer { __typename } }", {}, session)).data?.viewer ?? null).toBeNull();
    const claim = await world.mutate("claimMagicLink", "ClaimMagicLinkInput", "__typename", {
      token: link,
      deviceKey: "d".repeat(22),
      transport: "TOKEN",
    });
    expect(codesOf(claim)).toEqual(["TOKEN_INVALID"]);
    expect(await told(contactId)).toBeNull();
    expect(await world.mail(texts.email, /account/i)).toMatchObject({ to: texts.email });

    // The notice of the deletion has to arrive; nothing else holds anything of them.
    const found = async () => linesWith(await rows(), all);
    const notices = (line: string) => line.startsWith("outbox_mails ");
    expect((await found()).filter((line) => !notices(line) && !line.includes("SIGN_IN_FAILED"))).toEqual([]);
    // The address of before was found in the contact's own events: where else it is, it goes once they were all read.
    world.forward({ minutes: 11 });
    await new PersonErasures({ work: world.app.work, log: createLog("silent") }).run();
    expect((await found()).filter((line) => !notices(line))).toEqual([]);
    expect(await found()).toHaveLength(1);
    await stepUp();

    const events = await eventsAbout(contactId);
    const [deletion, ...others] = events;
    expect(deletion).toMatchObject({
      type: "CONTACT_DELETED",
      actorName: "Olive Owner",
      reason: REASON,
      isErased: false,
      data: { requests: 1, links: 1, events: what.events },
    });
    expect(deletion.summary).toBe(
      `Olive Owner deleted a contact and its portal account with 1 request; what ${what.events} events said about the person was erased.`,
    );
    expect(others).toHaveLength(what.events);
    for (const event of others.filter(({ actorKind }) => actorKind === "CLIENT"))
      expect(event).toMatchObject({ actorName: null, ipAddress: null, userAgent: null });
    for (const event of others) {
      expect(event).toMatchObject({ isErased: true, reason: null, changes: [] });
      expect(event.summary).toMatch(/\(erased\)/);
      expect(event.summary).not.toMatch(/undefined|null/);
    }
    await mustBeAsRecorded();
    for (const name of ["audit-log.csv", "audit-log.jsonl"]) {
      const file = await (await world.raw({ path: `/${name}`, headers: { authorization: `Bearer ${owner}` } })).text();
      expect(linesWith(file.split("\n"), all)).toEqual([]);
    }

    expect((await world.portalSignIn(firm, texts.email)).userErrors.map(({ code }: Data) => code)).toEqual([
      "INVALID_CREDENTIALS",
    ]);

    // The receiver was away since before the contact was created: it gets every event, without the person.
    isReceiving = true;
    await mutate("replayWebhookEvents", "ReplayWebhookEventsInput", "webhookEndpoint { id }", {
      webhookEndpointId: hook.webhookEndpoint.id,
      after,
    });
    await until(() => received.some((body) => body.includes('"CONTACT_DELETED"')));
    // One may come twice: as it was due, and as it is replayed.
    const erased = received.filter((body) => body.includes('"isErased":true')).map((body) => /evt_\w+/.exec(body)?.[0]);
    expect(new Set(erased).size).toBe(what.events + 1);
    // That sign-in is a stranger's, after the deletion.
    expect(linesWith(received, all).filter((body) => !body.includes('"SIGN_IN_FAILED"'))).toEqual([]);
  });

  it("leaves no copy in a file either, once SQLite has rewritten it", async () => {
    if (database.name !== "sqlite") return;
    const { contactId, texts } = await wellKnown();
    const folder = mkdtempSync(join(tmpdir(), "gatehouse-erased-"));
    const copyOf = (name: string) => {
      const to = join(folder, name);
      copySqlite(database.url().replace("sqlite:", ""), to);
      expect(existsSync(to)).toBe(true);
      return [readFileSync(to, "latin1"), readFileSync(to, "utf8")];
    };
    const searched = [texts.name, texts.organization, texts.externalId, texts.title, texts.browser, texts.formerEmail];
    try {
      for (const text of searched) expect(linesWith(copyOf(`before-${text.length}`), [text])).not.toEqual([]);
      await remove(contactId);
      world.forward({ minutes: 11 });
      await new PersonErasures({ work: world.app.work, log: createLog("silent") }).run();
      expect(linesWith(copyOf("after"), searched).length).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("leaves a login that another contact has, with its sessions, and what the log says about that contact", async () => {
    const client = await world.client(firm, owner);
    const token = client.created.result.sessionToken as string;
    const second = await world.contact(owner, "Her company", client.email);
    await send(client.contactId, "Personal return");
    await send(second.id, "Company return");
    expect(await told(client.contactId)).toMatchObject({
      loginEmail: client.email,
      deletesLogin: false,
      otherContacts: 1,
      requests: 1,
    });
    expect(codesOf(await remove(client.contactId))).toEqual([]);
    const { data } = await world.ask("{ viewer { ... on PortalViewer { account { email } } } }", {}, token);
    expect(data.viewer.account.email).toBe(client.email);
    const kept = await eventsAbout(second.id);
    expect(kept.map(({ isErased }) => isErased)).not.toContain(true);
    expect(kept.map(({ summary }) => summary).join()).toContain("Her company");
    // The login's own history tells who opened the other contact's requests.
    const left = await eventsAbout(client.contactId);
    const ofLogin = ["ACCOUNT_CREATED", "SIGN_IN_SUCCEEDED"];
    expect(left.filter(({ isErased }) => !isErased).map(({ type }) => type)).toEqual([
      "CONTACT_DELETED",
      ...ofLogin.toReversed(),
    ]);
    expect(left.filter(({ isErased }) => isErased).map(({ type }) => type)).toEqual([
      "REQUEST_SENT",
      "CONTACT_CREATED",
    ]);
    // Nobody else has it any more.
    expect(await told(second.id)).toMatchObject({ deletesLogin: true, otherContacts: 0 });
    expect(codesOf(await remove(second.id))).toEqual([]);
    expect((await world.ask("{ viewer { __typename } }", {}, token)).data?.viewer ?? null).toBeNull();
    expect(linesWith(await rows(), [client.email]).filter((line) => !line.startsWith("outbox_mails "))).toEqual([]);
    await mustBeAsRecorded();
  });

  it("leaves the history of a login that the contact left to another one long before", async () => {
    const client = await world.client(firm, owner);
    await world.contact(owner, "Her company", client.email);
    const changed = { contactId: client.contactId, email: `${randomBytes(4).toString("hex")}@client.example` };
    await stepUp();
    expect(codesOf(await mutate("updateContact", "UpdateContactInput", "contact { id }", changed))).toEqual([]);
    expect(codesOf(await remove(client.contactId))).toEqual([]);
    const ofLogin = (await eventsAbout(client.contactId)).filter(({ type }) =>
      ["ACCOUNT_CREATED", "SIGN_IN_SUCCEEDED"].includes(type),
    );
    expect(ofLogin.map(({ isErased }) => isErased)).toEqual([false, false]);
    await mustBeAsRecorded();
  });

  it("erases many events page by page, goes on where a server ended, and finds those that were under way", async () => {
    const { id: contactId, email } = await world.contact(owner, "Minnie Events");
    const { work } = world.app;
    const happen = (events: number) =>
      work.do(async (unit) => {
        for (let n = 0; n < events; n++)
          unit.record({ type: "INVITE_SENT", firmId: firm.id, actor: systemActor, contactId, data: { email } });
      });
    const readable = async (): Promise<number> => {
      const events = await work.reader.findBy(AuditEvent, { firmId: firm.id, contactId });
      return events.filter(({ data }) => data.includes(email)).length;
    };
    await happen(700);
    expect(await told(contactId)).toMatchObject({ events: 701, deletesLogin: false });
    expect(await remove(contactId)).toMatchObject({ isErasing: true });
    const [event] = await eventsAbout(contactId);
    expect(event).toMatchObject({ data: { events: 701, isErasing: true } });
    expect(event.summary).toContain("what 701 events said about the person is being erased");
    await until(async () => (await readable()) === 0);
    await mustBeAsRecorded();

    // Somebody's request had found the contact before it was deleted, and commits only now.
    await happen(3);
    expect(await readable()).toBe(3);
    // The clock stays, or the world's own server could find them first. A server that ends in the middle of a page has erased nothing of it.
    const page = (fails: boolean, most: number) =>
      work.do(async (unit) => {
        const more = await eraseSome(unit, firm.id, contactId, most);
        if (fails) throw new Error("the server ended");
        return more;
      });
    await expect(page(true, 2000)).rejects.toThrow("the server ended");
    expect(await readable()).toBe(3);
    // It reads everything again: in three pages, the last of which has the three.
    const left: number[] = [];
    for (let more = true; more; left.push(await readable())) more = await page(false, 300);
    expect(left).toEqual([3, 3, 0]);
    expect(await work.reader.query("SELECT * FROM person_erasures WHERE contactId = ?", [contactId])).toEqual([]);
    await mustBeAsRecorded();
  });

  it("leaves what was mailed to an address that a colleague or another contact has too", async () => {
    const first = await world.contact(owner, "Ann Shared");
    await world.contact(owner, "Bob Shared", first.email);
    await send(first.id, "Shared mailbox");
    await world.mail(first.email, /Request from/);
    expect(codesOf(await remove(first.id))).toEqual([]);
    expect(await world.mails(first.email)).not.toEqual([]);
    expect(linesWith(await rows(), ["Ann Shared"])).toEqual([]);
  });

  it("is refused without a reason, for an unknown contact, and twice; the firm's counts stay right", async () => {
    const { id } = await world.contact(owner, "Twice Removed");
    const counts = async () =>
      (await ask("{ firm { portalStats { contacts } } }")).data.firm.portalStats.contacts as number;
    const before = await counts();
    expect(codesOf(await remove(id, " "))).toEqual(["INVALID_INPUT"]);
    expect(codesOf(await remove("con_01m625dgsrfdref8yrhtsvjgg"))).toEqual(["NOT_FOUND"]);
    const both = await Promise.all([remove(id), remove(id)]);
    expect(both.flatMap(codesOf)).toEqual(["NOT_FOUND"]);
    expect(await counts()).toBe(before - 1);
  });
});
