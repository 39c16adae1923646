import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { EntityMetadata } from "typeorm";
import { entities } from "../../entities.js";
import { createLog } from "../../platform/log.js";
import { digestOf } from "../../platform/crypto/tokens.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { personalTables } from "../../testing/personal-tables.js";
import { SoftwarePasskey } from "../../testing/software-passkey.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, World, WORLD_KEYS, type Data } from "../../testing/world.js";
import { ApiKeys } from "../api-keys/api-keys.service.js";
import { AuditEvent } from "../audit/audit-event.entity.js";
import { ExportAccess } from "../audit-export/export-access.js";
import type { RequestContext } from "../callers/request-context.js";
import { ClientRequest, ClientRequestItem } from "../client-requests/client-request.entity.js";
import { Contact, SearchWord } from "../contacts/contact.entity.js";
import { KnownDevice } from "../devices/known-device.entity.js";
import { TrustedDevice } from "../devices/trusted-device.entity.js";
import { Firm } from "../firms/firm.entity.js";
import { Attempts } from "../limits/attempts.service.js";
import { RefusedActs } from "../limits/refused-acts.service.js";
import { MagicLink } from "../magic-links/magic-link.entity.js";
import { OutboxMail } from "../mail/outbox-mail.entity.js";
import { MailedToken } from "../mailed-tokens/mailed-token.entity.js";
import { Passkey, PasskeyCeremony } from "../passkeys/passkey.entity.js";
import { PasswordCredential } from "../passwords/password-credential.entity.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { PortalMailRequest } from "../portal-mail-requests/portal-mail-request.entity.js";
import { RollOut, RollOutRecipient } from "../roll-out/roll-out.entity.js";
import { PendingTotpEnrollment, TotpCredential } from "../second-factors/authenticator.entity.js";
import { RecoveryCode } from "../second-factors/recovery-code.entity.js";
import { Session } from "../sessions/session.entity.js";
import { Sessions } from "../sessions/sessions.service.js";
import { SignInChallenge } from "../sign-in/sign-in-challenge.entity.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import { systemActor } from "../work/unit-of-work.js";
import { ContactExport } from "./contact-export.service.js";
import { ExportTickets } from "./export-tickets.js";
import { personalDataRule } from "./personal-data.access.js";
import { placesOf } from "./contact-data-sections.js";

const REASON = "Asked for a copy";
/** What no file may have: secrets, and what could help to guess or to replay one. */
const SECRET = /Digest$|Hash$|Secret$|^encryptedContent$|^challenge$|^credentialId$|^publicKey$|^pepperId$|^keyId$/;
/** What says nothing about a person, or is the id of the person, the login or the firm. */
const OURS = new Set([
  "firmId",
  "nameKey",
  "ownerId",
  "contactId",
  "accountId",
  "audience",
  "unlinkedAt",
  "lastUsedStep",
]);
OURS.add("credentialVersion");

const newAddress = () => `${randomBytes(5).toString("hex")}@client.example`;

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
/** How the owner of a firm exports a contact's data. */
const exporting = (at: () => { world: World; owner: string }) => {
  const stepUp = (token = at().owner) =>
    at().world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD }, token);
  const begin = async (contactId: string, { reason = REASON, token = at().owner } = {}): Promise<Data> => {
    if (token === at().owner) await stepUp();
    const input = { contactId, reason };
    return at().world.mutate(
      "exportContactData",
      "ContactReasonInput",
      "download { json html expiresAt }",
      input,
      token,
    );
  };
  const get = (path: string, headers: Record<string, string>) => at().world.raw({ path, headers });
  /** Each time by another key, since an export costs a third of a minute's budget. */
  const files = async (contactId: string, reason = REASON): Promise<{ json: string; html: string; data: Data }> => {
    await stepUp();
    const token = await at().world.key(at().owner, ["ACCESS_RESET"]);
    const { download, userErrors } = await begin(contactId, { reason, token });
    expect(userErrors).toEqual([]);
    const answers = [await get(download.json, bearer(token)), await get(download.html, bearer(token))];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const [json = "", html = ""] = await Promise.all(answers.map((answer) => answer.text()));
    return { json, html, data: JSON.parse(json) };
  };
  return { stepUp, begin, get, files };
};

describeOnDatabases("a file about a contact of whom every table has something", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    // No worker, or it would process a row that the test has written, as if somebody had asked for something.
    world = await World.start(database.url(), {}, { withoutWorkersOf: "ALL" });
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world?.stop());
  const { files } = exporting(() => ({ world, owner }));

  /** Each column's own value, so that it can be told from all others; those that are given have a meaning. */
  let counted = 0;
  const filled = ({ columns }: EntityMetadata, given: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(
      columns.map(({ propertyName, type, length }) => {
        if (propertyName in given) return [propertyName, given[propertyName]];
        counted += 1;
        const text = `v${counted}${randomBytes(32).toString("hex")}`;
        if (type === "bigint") return [propertyName, 1_500_000_000_123 + counted * 61_000];
        if (type === "int") return [propertyName, 600_000_000 + counted];
        if (type === "boolean") return [propertyName, true];
        return [propertyName, text.slice(0, Math.min(Number(length) || 64, 64))];
      }),
    );

  it("X85 has every column of every table that may hold something about a person, but for secrets and our own order", async () => {
    const { manager } = world.app.work.reader.connection;
    const rows: { table: string; row: Record<string, unknown>; metadata: EntityMetadata }[] = [];
    const put = async (entity: new () => object, given: Record<string, unknown>) => {
      const metadata = manager.connection.getMetadata(entity);
      const row = filled(metadata, given);
      await manager.insert(entity, row);
      rows.push({ table: metadata.tableName, row, metadata });
      return row;
    };
    const tag = randomBytes(4).toString("hex");
    const email = `known-${tag}@client.example`;
    const id = (prefix: string) => `${prefix}_${randomBytes(12).toString("hex")}`;
    const firmId = firm.id;
    const accountId = id("acc");
    await put(PortalAccount, { id: accountId, firmId, email, unlinkedAt: null });
    // An id as the API reads it.
    const contactId = (await world.contact(owner, "To be replaced", `before-${tag}@client.example`)).id;
    await manager.delete(Contact, { id: contactId });
    const { nameKey } = await put(Contact, {
      id: contactId,
      firmId,
      email,
      portalAccountId: accountId,
      accessState: "ACCOUNT_CREATED",
      language: "FR",
    });
    await put(SearchWord, { firmId, contactId, nameKey });
    const owned = { ownerId: accountId };
    const sessionOf = { firmId, audience: "PORTAL", email, transport: "COOKIE", methods: '["PASSWORD","TOTP"]' };
    for (const entity of [PasswordCredential, TotpCredential, PendingTotpEnrollment, RecoveryCode, KnownDevice])
      await put(entity, owned);
    await put(TwoFactorState, { ...owned, firmId });
    await put(Passkey, { ...owned, firmId });
    await put(PasskeyCeremony, { ...owned, purpose: "SIGN_IN" });
    await put(TrustedDevice, owned);
    await put(SignInChallenge, { ...owned, firmId, step: "SECOND_FACTOR", audience: "PORTAL", door: "PASSWORD" });
    await put(Session, { ...sessionOf, ...owned, assurance: "TWO_FACTOR" });
    const { id: requestId } = await put(ClientRequest, { firmId, contactId, sentTo: email, dueOn: "2031-07-09" });
    await put(ClientRequestItem, { requestId });
    await put(MagicLink, { firmId, requestId });
    await put(Session, { ...sessionOf, ownerId: null, assurance: "LINK", requestId });
    const { id: rollOutId } = await put(RollOut, { firmId, state: "FINISHED", nextMailAt: null });
    rows.pop();
    await put(RollOutRecipient, { rollOutId, contactId, dueAt: null, leftOutFor: "NO_ADDRESS" });
    await put(OutboxMail, { firmId, recipient: email, encryptedContent: null });
    await put(MailedToken, { firmId, kind: "INVITE", email, accountId: null });
    await put(MailedToken, { firmId, kind: "NOT_ME", email: `other-${tag}@client.example`, accountId });
    await put(PortalMailRequest, { firmId, kind: "HELD_PASSWORD_RESET", email, language: "EN" });

    // A link that was mailed to the address, to a request that another contact has by now.
    const other = await world.contact(owner, "Somebody Else");
    const otherRequest = filled(manager.connection.getMetadata(ClientRequest), { firmId, contactId: other.id });
    await manager.insert(ClientRequest, { ...otherRequest, dueOn: null });
    const { requestId: hidden, ...shown } = await put(Session, {
      ...sessionOf,
      ownerId: null,
      assurance: "LINK",
      requestId: otherRequest.id,
      magicLinkId: null,
    });
    rows.splice(-1, 1, {
      table: "sessions",
      row: { ...shown, requestId: null },
      metadata: manager.connection.getMetadata(Session),
    });

    const { json, html } = await files(contactId);
    expect(json).not.toContain(hidden);
    const wrong: string[] = [];
    for (const { table, row, metadata } of rows)
      for (const { propertyName, type } of metadata.columns) {
        const value = row[propertyName];
        if (value === null || typeof value === "boolean") continue;
        const texts =
          type === "bigint" ? [new Date(Number(value)).toISOString(), `:${String(value)},`] : [String(value)];
        if (propertyName === "methods") texts.push('"methods":["PASSWORD","TOTP"]');
        const isThere = texts.some((text) => json.includes(text));
        if (
          SECRET.test(propertyName)
            ? isThere || texts.some((text) => html.includes(text))
            : !OURS.has(propertyName) && !isThere
        )
          wrong.push(`${table}.${propertyName}`);
      }
    expect(wrong).toEqual([]);
    // The page has them too, as people read them.
    const read = new Set(["name", "title", "text", "word", "ipAddress", "userAgent", "email", "recipient"]);
    const texts = rows.flatMap(({ row }) =>
      Object.entries(row).flatMap(([name, value]) => (read.has(name) ? [value] : [])),
    );
    expect(texts.length).toBeGreaterThan(15);
    expect(texts.filter((value) => typeof value === "string" && !html.includes(value))).toEqual([]);
    const tested = new Set([...rows.map(({ table }) => table), "audit_events"]);
    const personal = Object.entries(personalTables).flatMap(([table, thing]) =>
      typeof thing === "string" && placesOf[thing].length > 0 ? [table] : [],
    );
    expect(personal.filter((table) => !tested.has(table))).toEqual([]);
  });
});

describeOnDatabases("exporting a contact's data", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world?.stop());

  const { stepUp, begin, get, files } = exporting(() => ({ world, owner }));
  const codeOf = async (answer: Response): Promise<[number, string]> => {
    const { errors } = (await answer.json()) as { errors: { extensions: { code: string } }[] };
    return [answer.status, errors[0]?.extensions.code ?? ""];
  };
  const mutate = (name: string, type: string, selection: string, input: object, token = owner) =>
    world.mutate(name, type, selection, input, token);
  const send = async (contactId: string, title: string, items = [`${title}: item`]): Promise<string> =>
    (await mutate("sendClientRequest", "SendClientRequestInput", "request { id }", { contactId, title, items })).request
      .id;
  /** Signs in as a client with a browser of that name. */
  const signIn = async (email: string, userAgent: string): Promise<Data> =>
    (
      await world.ask(
        "mutation($input: PortalSignInInput!) { portalSignIn(input: $input) { result { __typename ... on SignedIn { sessionToken } } } }",
        { input: { firmSlug: firm.slug, email, password: CLIENT_PASSWORD, transport: "TOKEN" } },
        undefined,
        { "user-agent": userAgent },
      )
    ).data.portalSignIn.result;

  it("X86 has no secret of somebody who has them all, in either file", async () => {
    const client = await world.client(firm, owner);
    const first = client.created.result.sessionToken as string;
    const { secret, recoveryCodes } = await world.enroll({ token: first });
    const passkey = new SoftwarePasskey(`http://localhost:${new URL(world.url).port}`);
    const begun = await world.ask("mutation { beginPasskeyRegistration { options } }", {}, first);
    const response = passkey.register(begun.data.beginPasskeyRegistration.options);
    await mutate("addPasskey", "AddPasskeyInput", "passkey { id }", { response, name: "Maya's phone" }, first);
    await send(client.contactId, "Tax return");
    const link = await world.mailedToken(client.email, /Request from/);
    await mutate("sendPasswordReset", "ContactIdInput", "contact { id }", { contactId: client.contactId });
    const reset = await world.mailedToken(client.email, /password/i);
    const { challengeToken } = (await world.portalSignIn(firm, client.email)).result;

    const { json, html, data } = await files(client.contactId);
    expect(data.kept.passkeys).toMatchObject([{ name: "Maya's phone" }]);
    expect(data.kept.password).toHaveLength(1);
    expect(data.kept.recoveryCodes).toHaveLength(recoveryCodes.length);
    const stored: string[] = [];
    for (const entity of entities) {
      const { columns, tableName } = world.app.work.reader.connection.getMetadata(entity);
      const secrets = columns.filter(({ propertyName }) => SECRET.test(propertyName)).map((one) => one.propertyName);
      if (secrets.length === 0 || tableName.startsWith("audit_")) continue;
      const found: object[] = await world.app.work.reader.query(`SELECT ${secrets.join(", ")} FROM ${tableName}`);
      stored.push(...found.flatMap((row) => Object.values(row)).filter((value) => typeof value === "string"));
    }
    const secrets = [CLIENT_PASSWORD, secret, first, link, reset, challengeToken, ...recoveryCodes];
    // A key's id, such as "k1", is in many words.
    const all = [...secrets, ...secrets.map(digestOf), ...stored].filter((value) => value.length > 4);
    expect(all.length).toBeGreaterThan(40);
    expect(all.filter((value) => json.includes(value) || html.includes(value))).toEqual([]);
  });

  it("tells what happened: what the client did with where from, and what the firm did without who of the team", async () => {
    const client = await world.client(firm, owner);
    await world.portalSignIn(firm, client.email, "a wrong password, surely");
    await signIn(client.email, "MayasBrowser/1.0");
    // Before the firm knew the address.
    const early = `early-${randomBytes(4).toString("hex")}@client.example`;
    await world.portalSignIn(firm, early);
    const stranger = await world.contact(owner, "No Login Yet", early);
    await stepUp();
    const update = { contactId: client.contactId, organization: "Fields & Daughters" };
    await world.ask(
      "mutation($input: UpdateContactInput!) { updateContact(input: $input) { userErrors { code } } }",
      { input: update },
      owner,
      { "user-agent": "OlivesBrowser/2.0" },
    );
    const { json, html, data } = await files(client.contactId);
    const { events } = data.kept;
    expect(data).toMatchObject({
      format: "gatehouse-contact-data/1",
      firm: { name: "Test & Sons" },
      sharedLogin: null,
    });
    expect(events.map(({ type }: Data) => type)).toEqual([
      "CONTACT_CREATED",
      "ACCOUNT_CREATED",
      "SIGN_IN_SUCCEEDED",
      "SIGN_IN_FAILED",
      "SIGN_IN_SUCCEEDED",
      "CONTACT_UPDATED",
      "CONTACT_DATA_EXPORTED",
    ]);
    expect(events[4]).toMatchObject({ by: "CLIENT", methods: ["PASSWORD"], userAgent: "MayasBrowser/1.0" });
    expect(events[5]).toMatchObject({
      by: "FIRM",
      summary: "Test & Sons changed the contact Maya Fields.",
      changes: [{ field: "organization", before: null, after: "Fields & Daughters" }],
      ipAddress: null,
      userAgent: null,
    });
    expect(events[6]).toMatchObject({
      reason: REASON,
      summary: "Test & Sons exported everything that is kept about Maya Fields.",
    });
    for (const file of [json, html]) {
      expect(file).toContain("MayasBrowser/1.0");
      expect(file).not.toMatch(/OlivesBrowser|Olive Owner|owner@firm|A key of the tests/);
    }
    expect(html).toContain("organization: none → Fields &amp; Daughters");
    const other = await files(stranger.id);
    expect(other.data.kept.signInsWithAddress).toMatchObject([{ type: "SIGN_IN_FAILED", by: "CLIENT" }]);
    expect(other.json).not.toContain(client.email);
  });

  describe("X87 of somebody who was taken for the client for a while", () => {
    const update = async (input: object) => {
      await stepUp();
      return mutate("updateContact", "UpdateContactInput", "contact { id }", input);
    };
    const tickFirst = async (token: string, title: string, userAgent: string) => {
      const { requests } = (
        await world.ask(
          "{ viewer { ... on PortalViewer { requests(first: 9) { nodes { title items { id } } } } } }",
          {},
          token,
        )
      ).data.viewer;
      const { items } = requests.nodes.find((request: Data) => request.title === title);
      const done = await world.ask(
        "mutation($input: SetRequestItemDoneInput!) { setRequestItemDone(input: $input) { userErrors { code } } }",
        { input: { itemId: items[0].id, done: true } },
        token,
        { "user-agent": userAgent },
      );
      expect(done.data.setRequestItemDone.userErrors).toEqual([]);
    };

    it("has nothing of a login that the client left to another contact, or that another one left", async () => {
      const maya = await world.client(firm, owner);
      const ben = await world.contact(owner, "Benedict Hushaby", maya.email);
      await signIn(maya.email, "BensBrowser/3.0");
      await update({ contactId: maya.contactId, email: newAddress() });
      for (const contactId of [maya.contactId, ben.id]) {
        const { json, html } = await files(contactId);
        expect(json + html).not.toContain("BensBrowser/3.0");
      }
      expect((await files(ben.id)).data.sharedLogin).toBe(maya.email);
    });

    it("has not from where another contact's login, which served by mistake, did something, nor whose it was", async () => {
      const bob = await world.client(firm, owner);
      const token = bob.created.result.sessionToken as string;
      const alice = await world.contact(owner, "Alice Wronged", newAddress());
      await update({ contactId: alice.id, email: bob.email });
      await send(alice.id, "Alices return");
      await tickFirst(token, "Alices return", "BobsBrowser/10");
      await update({ contactId: alice.id, email: newAddress() });
      const { json, html } = await files(alice.id);
      expect(json).toContain("REQUEST_ITEM_DONE");
      for (const text of ["BobsBrowser/10", bob.email, bob.contactId]) expect(json + html).not.toContain(text);
    });

    it("has nothing of a stranger who opened a link at a wrong address", async () => {
      const stranger = newAddress();
      const al = await world.contact(owner, "Al Typo", stranger);
      await send(al.id, "Als return");
      const token = await world.mailedToken(stranger, /Als return/);
      const input = { token, deviceKey: randomBytes(24).toString("base64url"), transport: "TOKEN" };
      await world.ask(
        "mutation($input: ClaimMagicLinkInput!) { claimMagicLink(input: $input) { result { __typename } } }",
        { input },
        undefined,
        { "user-agent": "StrangersBrowser/11" },
      );
      await update({ contactId: al.id, email: newAddress() });
      const { json, html } = await files(al.id);
      expect(json).toContain("MAGIC_LINK_CLAIMED");
      for (const text of ["StrangersBrowser/11", stranger]) expect(json + html).not.toContain(text);
    });

    it("has not from where somebody acted by a login that two have", async () => {
      const client = await world.client(firm, owner);
      await world.contact(owner, "Benedict Hushaby", client.email);
      await send(client.contactId, "Mayas return");
      await tickFirst(client.created.result.sessionToken as string, "Mayas return", "BensBrowser/16");
      const { json, html } = await files(client.contactId);
      expect(json).toContain("REQUEST_ITEM_DONE");
      expect(json + html).not.toContain("BensBrowser/16");
    });
  });

  it("X87 has nothing of somebody else with the same login, and says so", async () => {
    const client = await world.client(firm, owner);
    const token = client.created.result.sessionToken as string;
    const second = await world.contact(owner, "Benedict Hushaby", client.email);
    await send(client.contactId, "Mayas return");
    await send(second.id, "Hushaby divorce papers", ["Lawyers letter"]);
    await signIn(client.email, "BensBrowser/3.0");
    await world.enroll({ token });
    const passkey = new SoftwarePasskey(`http://localhost:${new URL(world.url).port}`);
    const begun = await world.ask("mutation { beginPasskeyRegistration { options } }", {}, token);
    const response = passkey.register(begun.data.beginPasskeyRegistration.options);
    await mutate("addPasskey", "AddPasskeyInput", "passkey { id }", { response, name: "Bens wristwatch" }, token);
    const item = (
      await world.ask(
        "{ viewer { ... on PortalViewer { requests(first: 9) { nodes { title items { id } } } } } }",
        {},
        token,
      )
    ).data.viewer?.requests.nodes.find(({ title }: Data) => title.startsWith("Hushaby"))?.items[0].id;
    if (item !== undefined)
      await mutate("setRequestItemDone", "SetRequestItemDoneInput", "__typename", { itemId: item, done: true }, token);

    const hers = await files(client.contactId);
    for (const file of [hers.json, hers.html]) {
      expect(file).toContain("Mayas return");
      expect(file).toContain(client.email);
      expect(file).not.toMatch(/Hushaby|Benedict|Lawyers|BensBrowser|wristwatch/);
      expect(file).not.toContain(second.id);
    }
    expect(hers.data.sharedLogin).toBe(client.email);
    const empty = ["login", "password", "twoFactor", "recoveryCodes", "passkeys", "sessions", "mails", "mailedTokens"];
    expect(empty.filter((name) => hers.data.kept[name].length > 0)).toEqual([]);
    expect(JSON.stringify(hers.data.leftOut)).toContain("Somebody else uses the same login");
    expect(hers.html).toContain(`Somebody else uses the login ${client.email} too, or used it before.`);
    const his = await files(second.id);
    expect(his.json).toContain("Hushaby divorce papers");
    expect(his.json).not.toMatch(/Mayas return|Maya Fields/);
    // Nobody can tell what is whose, also once the other one is deleted.
    await stepUp();
    await mutate("deleteContact", "ContactReasonInput", "deletedContactId", { contactId: second.id, reason: "Left" });
    const alone = await files(client.contactId);
    expect(alone.data.sharedLogin).toBe(client.email);
    for (const file of [alone.json, alone.html])
      expect(file).not.toMatch(/Hushaby|Benedict|Lawyers|BensBrowser|wristwatch/);
  });

  it("X106 has nothing of somebody who had the same login and was deleted, before events said whose it was too", async () => {
    const client = await world.client(firm, owner);
    const second = await world.contact(owner, "Benedict Hushaby", client.email);
    await send(second.id, "Hushaby divorce papers", ["Lawyers letter"]);
    const token = (await signIn(client.email, "BensBrowser/3.0")).sessionToken as string;
    const { requests } = (
      await world.ask("{ viewer { ... on PortalViewer { requests(first: 9) { nodes { items { id } } } } } }", {}, token)
    ).data.viewer;
    const done = { itemId: requests.nodes[0].items[0].id, done: true };
    const ticked = await mutate("setRequestItemDone", "SetRequestItemDoneInput", "request { id }", done, token);
    expect(codesOf(ticked)).toEqual([]);
    await stepUp();
    await mutate("deleteContact", "ContactReasonInput", "deletedContactId", { contactId: second.id, reason: "Left" });
    // As the version before recorded it.
    const { work } = world.app;
    const deletions = { firmId: firm.id, contactId: second.id, type: "CONTACT_DELETED" } as const;
    const { seq, data } = await work.reader.findOneByOrFail(AuditEvent, deletions);
    const { sharedPortalAccountId, ...rest } = JSON.parse(data) as Record<string, unknown>;
    expect(sharedPortalAccountId).toMatch(/^acc_/);
    await work.do(
      async ({ manager }) =>
        void (await manager.update(AuditEvent, { firmId: firm.id, seq }, { data: JSON.stringify(rest) })),
    );
    const { json, html, data: exported } = await files(client.contactId);
    expect(exported.sharedLogin).toBe(client.email);
    expect(json + html).not.toContain("BensBrowser");
  });

  it("X88 is downloaded by the session or key that asked for it, for ten minutes, and by nobody else", async () => {
    const contact = await world.contact(owner, "Tick Et");
    const other = await world.firm();
    const theirs = await world.ownerToken(other);
    const member = async (role: "ADMIN" | "STAFF") =>
      (
        await world.signIn("teamSignIn", "TeamSignInInput", {
          email: await world.member(firm.id, role),
          password: OWNER_PASSWORD,
        })
      ).result.sessionToken as string;
    const admin = await member("ADMIN");
    const client = (await world.client(firm, owner)).created.result.sessionToken as string;
    const { download } = await begin(contact.id, { token: admin });
    const code = async (path: string, token?: string) =>
      codeOf(await get(path, token === undefined ? {} : bearer(token)));
    const NONE = [404, "NOT_FOUND"];
    expect(await code(download.json)).toEqual([401, "UNAUTHENTICATED"]);
    expect(await code(download.json, await world.ownerToken(firm))).toEqual(NONE);
    expect(await code(download.html, theirs)).toEqual(NONE);
    expect(await code(download.json, await world.key(owner, ["ACCESS_RESET"]))).toEqual(NONE);
    expect(await code(download.json, await world.key(owner, ["AUDIT_READ"]))).toEqual([403, "FORBIDDEN"]);
    expect(await code(download.json, await member("STAFF"))).toEqual([403, "FORBIDDEN"]);
    expect(await code(download.json, client)).toEqual([403, "FORBIDDEN"]);
    world.forward({ minutes: 9 });
    expect((await get(download.json, bearer(admin))).status).toBe(200);
    world.forward({ minutes: 2 });
    expect(await code(download.json, admin)).toEqual(NONE);

    // Without a fresh proof nobody gets a new one; after signing out nobody uses the last.
    const stale = await mutate(
      "exportContactData",
      "ContactReasonInput",
      "download { json }",
      { contactId: contact.id, reason: REASON },
      admin,
    );
    expect([codesOf(stale), stale.download]).toEqual([["STEP_UP_REQUIRED"], null]);
    await stepUp(admin).catch(() => undefined);
    const again = await begin(contact.id);
    await mutate("deleteContact", "ContactReasonInput", "deletedContactId", { contactId: contact.id, reason: "Left" });
    expect(await code(again.download.json, owner)).toEqual(NONE);
    expect(codesOf(await begin(contact.id))).toEqual(["NOT_FOUND"]);
    const last = await world.contact(owner, "Signed Out");
    const session = await world.ownerToken(firm);
    const { download: unused } = await begin(last.id, { token: session });
    await world.ask("mutation { signOut { userErrors { code } } }", {}, session);
    expect(await code(unused.json, session)).toEqual([401, "UNAUTHENTICATED"]);
  });

  it("breaks off once the right has ended or the contact is deleted, so that no half of a file looks complete", async () => {
    const { work } = world.app;
    const log = createLog("silent");
    const sessions = new Sessions(work);
    const refusedActs = new RefusedActs({ work, attempts: new Attempts(work), log });
    const needs = { sessions, apiKeys: new ApiKeys({ work, log }), refusedActs };
    const exportAccess = new ExportAccess(needs, personalDataRule);
    const contactExport = new ContactExport({ work, tickets: new ExportTickets(WORLD_KEYS), exportAccess });
    const email = await world.member(firm.id, "ADMIN");
    const { result } = await world.signIn("teamSignIn", "TeamSignInInput", { email, password: OWNER_PASSWORD });
    const context = {
      caller: await sessions.authenticate(result.sessionToken),
      source: { ipAddress: null, userAgent: null },
    } as RequestContext;
    const begun = async (): Promise<[string, AsyncIterator<string | Uint8Array>]> => {
      const { id } = await world.contact(owner, "Broken Off");
      const { json } = await contactExport.begin({ contactId: id, reason: REASON }, context);
      const file = (await contactExport.file(json, context)).content[Symbol.asyncIterator]();
      expect((await file.next()).value).toContain("gatehouse-contact-data/1");
      return [id, file];
    };
    const rest = async ([, file]: Awaited<ReturnType<typeof begun>>) => {
      for (;;) if ((await file.next()).done) return "complete";
    };
    expect(await rest(await begun())).toBe("complete");
    const [whole, deleted, demoted] = [await begun(), await begun(), await begun()];
    await stepUp();
    const input = { contactId: deleted[0], reason: "Left" };
    await mutate("deleteContact", "ContactReasonInput", "deletedContactId", input);
    await expect(rest(deleted)).rejects.toThrow("no such download");
    await work.reader.query("UPDATE team_members SET role = 'STAFF' WHERE email = ?", [email]);
    await expect(rest(demoted)).rejects.toThrow("the role OWNER or ADMIN");
    await world.ask("mutation { signOut { userErrors { code } } }", {}, result.sessionToken);
    await expect(rest(whole)).rejects.toThrow("Sign in first.");
  });

  it("is refused without a reason, and is an event that names who asked for whose data, and why", async () => {
    const contact = await world.contact(owner, "Ev Ent");
    expect(codesOf(await begin(contact.id, { reason: " " }))).toEqual(["INVALID_INPUT"]);
    await begin(contact.id, { reason: "By letter" });
    const { data } = await world.ask(
      "query($id: ID!) { auditEvents(first: 9, filter: { contactId: $id, types: [CONTACT_DATA_EXPORTED] }) { nodes { summary reason actorName } } }",
      { id: contact.id },
      owner,
    );
    expect(data.auditEvents.nodes).toEqual([
      {
        summary: "Olive Owner exported everything that is kept about Ev Ent.",
        reason: "By letter",
        actorName: "Olive Owner",
      },
    ]);
  });

  it("X89 runs nothing, whatever somebody wrote into a name, a title, a reason or a browser's name", async () => {
    const attack = `"><script>alert(1)</script><img src=x onerror='alert(1)'>`;
    const { contact } = await mutate("createContact", "ContactInput", "contact { id }", {
      name: `${attack} N`,
      organization: `${attack} O`,
      externalId: `${attack} E`,
      email: `xss-${randomBytes(4).toString("hex")}@client.example`,
    });
    await world.ask(
      "mutation($input: SendClientRequestInput!) { sendClientRequest(input: $input) { userErrors { code } } }",
      { input: { contactId: contact.id, title: `${attack} T`, items: [`${attack} I`] } },
      owner,
      { "user-agent": attack },
    );
    await world.app.work.reader.update(Firm, { id: firm.id }, { name: `Firm ${attack}` });
    await stepUp();
    const token = await world.key(owner, ["ACCESS_RESET"]);
    const { download } = await begin(contact.id, { token, reason: attack });
    const answer = await get(download.html, bearer(token));
    const html = await answer.text();
    await world.app.work.reader.update(Firm, { id: firm.id }, { name: "Test & Sons" });
    const headers = [
      "content-type",
      "content-security-policy",
      "content-disposition",
      "x-content-type-options",
      "cache-control",
    ];
    expect(headers.map((name) => answer.headers.get(name))).toEqual([
      "text/html; charset=utf-8",
      "default-src 'none'; style-src 'unsafe-inline'",
      expect.stringMatching(/^attachment; filename="script-alert-1-script-[a-z0-9-]+-\d{4}-\d\d-\d\d\.html"$/),
      "nosniff",
      "no-store",
    ]);
    for (const letter of ["N", "O", "E", "T", "I"]) expect(html).toContain(`&#39;alert(1)&#39;&gt; ${letter}`);
    // What is left of each tag without its attributes, and the attributes' names.
    const tags = html.match(/<[^>]*>/g) ?? [];
    const kinds = tags.map((tag) => tag.replaceAll(/ [a-z-]+="[^"<>]*"/g, "").replace("/", ""));
    const names =
      "html head meta title style body header nav main section p bdi h1 h2 ul li a table thead tbody tr th td dl dt dd time div";
    const allowed = new Set(["<!doctype html>", ...names.split(" ").map((name) => `<${name}>`)]);
    expect(kinds.filter((kind) => !allowed.has(kind))).toEqual([]);
    const attributes = new Set(tags.flatMap((tag) => tag.match(/ [a-z-]+="/g) ?? []));
    expect([...attributes].filter((one) => /^ (?:on|src|style|srcdoc|action)/.test(one))).toEqual([]);
  });

  it("is in the client's language, with times in the firm's time zone", async () => {
    const contact = await world.contact(owner, "Zoé Français");
    await stepUp();
    await mutate("updateContact", "UpdateContactInput", "contact { id }", { contactId: contact.id, language: "FR" });
    await mutate("setTimeZone", "SetTimeZoneInput", "firm { id }", { timeZone: "America/Toronto" }).catch(
      () => undefined,
    );
    await world.app.work.reader.update(Firm, { id: firm.id }, { timeZone: "America/Toronto" });
    const { html, data } = await files(contact.id);
    expect(html).toContain('<html lang="fr-CA">');
    expect(html).toContain("Ce que nous conservons sur Zoé Français");
    expect(html).toContain('<span lang="en">Test &amp; Sons created the contact Zoé Français.</span>');
    expect(html).toContain('<li id="passkeys">Clés d’accès</li>');
    const created = data.kept.contact[0].createdAt as string;
    const there = new Intl.DateTimeFormat("sv-SE", {
      timeZone: "America/Toronto",
      dateStyle: "short",
      timeStyle: "medium",
    });
    expect(html).toContain(`<time datetime="${created}">${there.format(Date.parse(created))}</time>`);
  });

  it("says that older sign-ins have lost who it was, only if the firm keeps that for some days", async () => {
    const contact = await world.contact(owner, "Olga Longago");
    const said = async () => {
      const { html, data } = await files(contact.id);
      const all = data.leftOut.map(({ because }: Data) => [because.en, because.fr]) as string[][];
      const found = all.filter(([english]) => english?.includes("Older sign-ins have lost it"));
      expect(html.includes("Older sign-ins have lost it")).toBe(found.length > 0);
      return found.map(([, french]) => french);
    };
    expect(await said()).toEqual([]);
    await stepUp();
    await mutate("setSignInEventDays", "SignInEventDaysInput", "firm { id }", { days: 365, reason: "Our policy" });
    expect(await said()).toEqual([expect.stringContaining("Les connexions plus anciennes ne le disent plus")]);
    await stepUp();
    await mutate("setSignInEventDays", "SignInEventDaysInput", "firm { id }", { days: null, reason: "Our policy" });
    expect(await said()).toEqual([]);
  });

  it("streams twenty thousand events, a page at a time", async () => {
    const { id: contactId, email } = await world.contact(owner, "Minnie Events");
    for (let page = 0; page < 20; page++)
      await world.app.work.do(async (unit) => {
        for (let n = 0; n < 1000; n++)
          unit.record({ type: "INVITE_SENT", firmId: firm.id, actor: systemActor, contactId, data: { email } });
      });
    const { data, html } = await files(contactId);
    const ids = data.kept.events.map(({ id }: Data) => id);
    expect(new Set(ids).size).toBe(20_002);
    expect(html.match(/<tr>/g)?.length).toBeGreaterThan(20_000);
  }, 240_000);
});
