import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, it, jest } from "@jest/globals";
import { migrations } from "../../entities.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { watchListedChanges } from "../../testing/listed-changes.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, World, type Data } from "../../testing/world.js";
import { SecondFactor } from "../two-factor/second-factor.service.js";

const ACCOUNT_ID = "acc_01m625dgsrfdref8yrhtsvjgg";

describeOnDatabases("accounts that no contact has", (database) => {
  const unheard = watchListedChanges(database);
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => world.stop());

  const newAddress = () => `${randomBytes(5).toString("hex")}@client.example`;
  const stepUp = () => world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD }, owner);
  const update = async (contactId: string, change: object) => {
    await stepUp();
    const input = { contactId, ...change };
    const changed = await world.mutate("updateContact", "UpdateContactInput", "contact { id }", input, owner);
    expect(codesOf(changed)).toEqual([]);
  };
  const upsert = (contacts: object[], token = owner) =>
    world.mutate(
      "upsertContacts",
      "UpsertContactsInput",
      "outcomes results { userErrors { code } }",
      { contacts: contacts.map((row) => ({ ...row, allowRedirect: true })) },
      token,
    );
  const unlinked = async (token = owner, args = "first: 100"): Promise<Data> =>
    (
      await world.ask(
        `{ unlinkedPortalAccounts(${args}) { totalCount nodes { id email createdAt lastSignInAt unlinkedAt contacts { id } }
           pageInfo { endCursor startCursor hasNextPage } } }`,
        {},
        token,
      )
    ).data.unlinkedPortalAccounts;
  const isListed = async (email: string): Promise<boolean> =>
    (await unlinked()).nodes.some((account: Data) => account.email === email);
  const idOf = async (email: string): Promise<string> => {
    const [row] = (await world.app.work.reader.query("SELECT id FROM portal_accounts WHERE firmId = ? AND email = ?", [
      firm.id,
      email,
    ])) as { id: string }[];
    return row?.id ?? "";
  };
  /** A client whose contact has moved to another address. */
  const orphan = async () => {
    const client = await world.client(firm, owner);
    await update(client.contactId, { email: newAddress() });
    return { ...client, token: client.created.result.sessionToken as string, id: await idOf(client.email) };
  };
  const signOut = (portalAccountId: string, token = owner) =>
    world.mutate(
      "revokeUnlinkedPortalSessions",
      "PortalAccountIdInput",
      "portalAccount { id sessions { id } }",
      { portalAccountId },
      token,
    );
  const remove = (portalAccountId: string, token = owner) =>
    world.mutate(
      "deleteUnlinkedPortalAccount",
      "PortalAccountReasonInput",
      "deletedPortalAccountId",
      { portalAccountId, reason: "Left the client" },
      token,
    );
  const lastEvent = async (type: string): Promise<Data> =>
    (
      await world.ask(
        "query($types: [AuditEventType!]) { auditEvents(first: 1, filter: { types: $types }) { nodes { type reason summary contact { id } } } }",
        { types: [type] },
        owner,
      )
    ).data.auditEvents.nodes[0];
  const mayAct = async (token: string): Promise<boolean> =>
    (await world.ask("{ viewer { __typename } }", {}, token)).data?.viewer != null;
  /** The list from examining every contact. */
  const recount = async (): Promise<string[]> =>
    (
      (await world.app.work.reader.query(
        "SELECT a.id FROM portal_accounts a WHERE a.firmId = ? AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.portalAccountId = a.id)",
        [firm.id],
      )) as { id: string }[]
    )
      .map(({ id }) => id)
      .toSorted();
  const listedIds = async (): Promise<string[]> =>
    (await unlinked()).nodes.map(({ id }: { id: string }) => id).toSorted();

  it("are those whose contact was given another address, another client's, or none, by hand or by an import", async () => {
    const [moved, cleared, merged, imported] = [
      await world.client(firm, owner),
      await world.client(firm, owner),
      await world.client(firm, owner),
      await world.client(firm, owner),
    ];
    const kept = await world.client(firm, owner);
    await update(imported.contactId, { externalId: "imported" });
    expect((await unlinked()).nodes.map(({ email }: Data) => email)).toEqual([]);

    await update(moved.contactId, { email: newAddress() });
    world.forward({ seconds: 1 });
    await update(cleared.contactId, { email: null });
    world.forward({ seconds: 1 });
    await update(merged.contactId, { email: kept.email });
    world.forward({ seconds: 1 });
    const { outcomes } = await upsert([{ name: "Imported", externalId: "imported", email: newAddress() }]);
    expect(outcomes).toEqual(["UPDATED"]);

    const { nodes, totalCount } = await unlinked();
    expect(nodes.map(({ email }: Data) => email)).toEqual([imported, merged, cleared, moved].map(({ email }) => email));
    expect(totalCount).toBe(4);
    for (const { contacts, unlinkedAt, createdAt, lastSignInAt } of nodes) {
      expect(contacts).toEqual([]);
      expect(Date.parse(unlinkedAt)).toBeGreaterThan(Date.parse(createdAt));
      expect(Date.parse(lastSignInAt)).toBeGreaterThanOrEqual(Date.parse(createdAt));
    }
  });

  it("do not include those that another contact has, nor those with another login email than their contact's", async () => {
    const shared = await world.client(firm, owner);
    const second = await world.contact(owner, "Her company", shared.email);
    await update(shared.contactId, { email: newAddress() });
    expect(await isListed(shared.email)).toBe(false);
    await update(second.id, { email: null });
    expect(await isListed(shared.email)).toBe(true);

    const renamed = await world.client(firm, owner);
    const loginEmail = newAddress();
    const change = { contactId: renamed.contactId, email: loginEmail };
    await world.mutate("changeLoginEmail", "ChangeLoginEmailInput", "contact { id }", change, owner);
    const token = await world.mailedToken(loginEmail, /Confirm/i);
    await world.mutate("confirmLoginEmail", "ConfirmLoginEmailInput", "accepted", { token });
    expect(await idOf(loginEmail)).not.toBe("");
    expect(await isListed(loginEmail)).toBe(false);
  });

  it("leave the list when a contact has the address again, by a change, a new contact or an import", async () => {
    const [changed, created, imported] = [await orphan(), await orphan(), await orphan()];
    for (const { email } of [changed, created, imported]) expect(await isListed(email)).toBe(true);
    await update(changed.contactId, { email: changed.email });
    await world.contact(owner, "The same mailbox", created.email);
    await upsert([{ name: "From a file", externalId: randomBytes(4).toString("hex"), email: imported.email }]);
    for (const { email } of [changed, created, imported]) expect(await isListed(email)).toBe(false);
  });

  /**
   * A client with another login email than the contact's; a second contact's account was created at the contact's
   * address and left behind.
   */
  const leftBehind = async () => {
    // The address is still a contact's, whose login has another email, so what was mailed to it stays valid.
    const first = await world.client(firm, owner);
    const loginEmail = newAddress();
    const change = { contactId: first.contactId, email: loginEmail };
    await stepUp();
    await world.mutate("changeLoginEmail", "ChangeLoginEmailInput", "contact { id }", change, owner);
    const token = await world.mailedToken(loginEmail, /Confirm/i);
    await world.mutate("confirmLoginEmail", "ConfirmLoginEmailInput", "accepted", { token });
    const second = await world.contact(owner, "Invited", first.email);
    const contactIds = [second.id];
    await world.mutate(
      "inviteContacts",
      "InviteContactsInput",
      "results { userErrors { code } }",
      { contactIds },
      owner,
    );
    const confirmationToken = await world.mailedToken(first.email, /invites you/);
    await update(second.id, { email: newAddress() });
    const created = await world.signIn("createPortalAccount", "CreatePortalAccountInput", {
      confirmationToken,
      password: CLIENT_PASSWORD,
    });
    expect(codesOf(created)).toEqual([]);
    return first;
  };

  it("include those created for an address whose contact has moved since it was invited", async () => {
    const { email } = await leftBehind();
    expect(await isListed(email)).toBe(true);
  });

  it("leave the list when the account is deleted that served a contact with their address", async () => {
    const { contactId, email } = await leftBehind();
    expect(await isListed(email)).toBe(true);
    await stepUp();
    const { contact } = await world.mutate(
      "deletePortalAccount",
      "ContactReasonInput",
      "contact { portalAccount { email } }",
      { contactId, reason: "Left" },
      owner,
    );
    expect(contact.portalAccount).toEqual({ email: email });
    expect(await isListed(email)).toBe(false);
  });

  it("X41 open nothing of the firm's or of a contact's: not from the open session, by a new sign-in, an old link or any id", async () => {
    const client = await world.client(firm, owner);
    const colleague = await world.client(firm, owner);
    const send = async (contactId: string): Promise<Data> =>
      (
        await world.mutate(
          "sendClientRequest",
          "SendClientRequestInput",
          "request { id items { id } }",
          { contactId, title: "Payroll of the company", items: ["Salaries"] },
          owner,
        )
      ).request;
    const [own, other] = [await send(client.contactId), await send(colleague.contactId)];
    const oldLink = await world.mailedToken(client.email, /Payroll of the company/);
    const token = client.created.result.sessionToken as string;
    const read = async (by: string) =>
      (
        await world.ask(
          `query($own: ID!, $other: ID!, $contact: ID!) {
             viewer { ... on PortalViewer { email requests(first: 10) { nodes { title } } account { email contacts { name } } } }
             own: node(id: $own) { id } other: node(id: $other) { id } contact: node(id: $contact) { id } }`,
          { own: own.id, other: other.id, contact: client.contactId },
          by,
        )
      ).data;
    // Before, the session reaches the client's own request, so the reads below are able to find it.
    expect(await read(token)).toMatchObject({
      viewer: {
        requests: { nodes: [{ title: "Payroll of the company" }] },
        account: { contacts: [expect.anything()] },
      },
      own: { id: own.id },
      other: null,
    });

    const newHome = newAddress();
    await update(client.contactId, { email: newHome });
    const mailsBefore = (await world.mails(client.email)).length;
    const nothing = {
      viewer: { email: client.email, requests: { nodes: [] }, account: { email: client.email, contacts: [] } },
      own: null,
      other: null,
      contact: null,
    };
    expect(await read(token)).toEqual(nothing);
    const signedIn = await world.signIn("portalSignIn", "PortalSignInInput", {
      firmSlug: firm.slug,
      email: client.email,
      password: CLIENT_PASSWORD,
      landingRequestId: own.id,
    });
    expect(await read(signedIn.result.sessionToken)).toEqual(nothing);

    for (const by of [token, signedIn.result.sessionToken as string]) {
      for (const itemId of [own.items[0].id, other.items[0].id])
        expect(
          codesOf(
            await world.mutate(
              "setRequestItemDone",
              "SetRequestItemDoneInput",
              "request { id }",
              { itemId, done: true },
              by,
            ),
          ),
        ).toEqual(["NOT_FOUND"]);
      for (const query of [
        "{ firm { name } }",
        "{ contacts { totalCount } }",
        "{ auditEvents { nodes { id } } }",
        "{ unlinkedPortalAccounts { totalCount } }",
      ])
        expect((await world.ask(query, {}, by)).errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    }

    const claim = await world.mutate(
      "claimMagicLink",
      "ClaimMagicLinkInput",
      "result { __typename }",
      { token: oldLink, deviceKey: randomBytes(24).toString("hex"), transport: "TOKEN" },
      token,
    );
    expect(claim.result).toEqual({ __typename: "MagicLinkNotUsable" });
    // The next mail about a request comes a minute after the previous one.
    world.forward({ minutes: 2 });
    await world.mutate("sendAccessLink", "SendAccessLinkInput", "accepted", { token: oldLink });
    await world.mail(newHome, /Payroll of the company/);
    expect(await world.mails(client.email)).toHaveLength(mailsBefore);
  });

  it("are signed out everywhere at once; the password stays, and the log says whose account it was", async () => {
    const { id, email, token } = await orphan();
    const second = (await world.portalSignIn(firm, email)).result.sessionToken as string;
    expect([await mayAct(token), await mayAct(second)]).toEqual([true, true]);
    const { portalAccount } = await signOut(id);
    expect(portalAccount).toEqual({ id, sessions: [] });
    expect([await mayAct(token), await mayAct(second)]).toEqual([false, false]);
    const event = await lastEvent("SESSIONS_REVOKED");
    expect(event.summary).toContain(email);
    expect(event.contact).toBeNull();
    expect(codesOf(await world.portalSignIn(firm, email))).toEqual([]);
    expect(await isListed(email)).toBe(true);
  });

  it("are deleted permanently with a reason, which the log keeps; the mailbox is notified, and may be invited again", async () => {
    const { id, email, token } = await orphan();
    await stepUp();
    expect(await remove(id)).toEqual({ deletedPortalAccountId: id, userErrors: [] });
    expect(await mayAct(token)).toBe(false);
    expect(codesOf(await world.portalSignIn(firm, email))).toEqual(["INVALID_CREDENTIALS"]);
    expect(await isListed(email)).toBe(false);
    const event = await lastEvent("ACCOUNT_DELETED");
    expect(event).toMatchObject({ reason: "Left the client", contact: null });
    expect(event.summary).toContain(email);
    await world.mail(email, /deleted/i);
    expect(codesOf(await remove(id))).toEqual(["NOT_FOUND"]);
    const contact = await world.contact(owner, "Back again", email);
    const invited = await world.mutate(
      "inviteContacts",
      "InviteContactsInput",
      "results { contact { portalAccessState } userErrors { code } }",
      { contactIds: [contact.id] },
      owner,
    );
    expect(invited.results).toEqual([{ contact: { portalAccessState: "INVITED" }, userErrors: [] }]);
  });

  it("are deleted by people only after a fresh proof, and by keys only with the scope; signing out needs neither", async () => {
    const { id, email } = await orphan();
    const writer = await world.key(owner, ["CONTACTS_READ", "CONTACTS_WRITE", "ACCESS_WRITE"]);
    const resetter = await world.key(owner, ["ACCESS_RESET"]);
    world.forward({ minutes: 11 });
    expect(codesOf(await remove(id))).toEqual(["STEP_UP_REQUIRED"]);
    expect(codesOf(await signOut(id))).toEqual([]);
    expect(codesOf(await signOut(id, writer))).toEqual([]);
    const { errors } = await world.ask(
      'mutation($id: ID!) { deleteUnlinkedPortalAccount(input: { portalAccountId: $id, reason: "x" }) { userErrors { code } } }',
      { id },
      writer,
    );
    expect(errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    expect(await isListed(email)).toBe(true);
    const again = () =>
      world.ask(
        'mutation($id: ID!) { deleteUnlinkedPortalAccount(input: { portalAccountId: $id, reason: "x" }) { deletedPortalAccountId userErrors { code } } }',
        { id },
        resetter,
        { "idempotency-key": `delete-${id}` },
      );
    const first = (await again()).data.deleteUnlinkedPortalAccount;
    expect(first).toEqual({ deletedPortalAccountId: id, userErrors: [] });
    expect(await isListed(email)).toBe(false);
    // A lost response is repeated once more.
    expect((await again()).data.deleteUnlinkedPortalAccount).toEqual(first);
  });

  it("do not include an account that a contact has: that one is not ended unnoticed", async () => {
    const client = await world.client(firm, owner);
    const id = await idOf(client.email);
    await stepUp();
    for (const refused of [await signOut(id), await remove(id)]) {
      expect(codesOf(refused)).toEqual(["INVALID_INPUT"]);
      expect(refused.userErrors[0].field).toEqual(["input", "portalAccountId"]);
    }
    expect(await mayAct(client.created.result.sessionToken)).toBe(true);
  });

  it("are linked again or deleted, never both, if a contact gets the address at the moment of the deletion", async () => {
    await stepUp();
    const writer = await world.key(owner, ["CONTACTS_READ", "CONTACTS_WRITE"]);
    for (let round = 0; round < 4; round++) {
      const { id, email } = await orphan();
      await stepUp();
      const [deleted, { contact }] = await Promise.all([
        remove(id),
        world.mutate("createContact", "ContactInput", "contact { id }", { name: "Comes back", email }, writer),
      ]);
      const [row] = (await world.app.work.reader.query(
        "SELECT c.portalAccountId, a.id FROM contacts c LEFT JOIN portal_accounts a ON a.id = c.portalAccountId WHERE c.firmId = ? AND c.id = ?",
        [firm.id, contact.id],
      )) as { portalAccountId: string | null; id: string | null }[];
      expect(row).toEqual(
        deleted.deletedPortalAccountId === id ? { portalAccountId: null, id: null } : { portalAccountId: id, id },
      );
    }
  });

  it("go to no contact while they are being deleted: it waits, and ends up without an account", async () => {
    const { id, email } = await orphan();
    await stepUp();
    // Not through the owner's session, which does one thing after another.
    const writer = await world.key(owner, ["CONTACTS_READ", "CONTACTS_WRITE"]);
    const { forget } = SecondFactor.prototype;
    let creating: Promise<Data> | null = null;
    jest.spyOn(SecondFactor.prototype, "forget").mockImplementationOnce(async function (this: SecondFactor, ...given) {
      const input = { name: "Comes back", email };
      creating = world.mutate("createContact", "ContactInput", "contact { portalAccount { id } }", input, writer);
      await Promise.race([creating, new Promise((resolve) => setTimeout(resolve, 1000))]);
      return forget.apply(this, given);
    });
    expect(codesOf(await remove(id))).toEqual([]);
    expect(await creating).toMatchObject({ contact: { portalAccount: null } });
    const { data } = await world.ask("{ auditEvents(first: 2) { nodes { type } } }", {}, owner);
    expect(data.auditEvents.nodes).toEqual([{ type: "CONTACT_CREATED" }, { type: "ACCOUNT_DELETED" }]);
  });

  it("stay consistent whatever changes at the same moment", async () => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => world.client(firm, owner)));
    await stepUp();
    // A key's requests run in parallel, a session's one after another.
    const key = await world.key(owner, ["CONTACTS_READ", "CONTACTS_WRITE", "ACCESS_RESET"]);
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        clients.flatMap(({ email }, n) => [
          upsert([{ name: "Guest", externalId: `guest-${n}`, email }], key),
          upsert([{ name: "Guest", externalId: `guest-${(n + 1) % 4}`, email: newAddress() }], key),
          upsert([{ name: "Second guest", externalId: `second-${n}`, email: round % 2 ? email : null }], key),
        ]),
      );
      await Promise.all(
        clients.map(({ contactId, email }, n) =>
          world.mutate(
            "updateContact",
            "UpdateContactInput",
            "contact { id }",
            { contactId, email: (n + round) % 2 ? email : null },
            key,
          ),
        ),
      );
      expect(await listedIds()).toEqual(await recount());
    }
    expect((await unlinked()).totalCount).toBe((await recount()).length);
  });

  it("Z02 another firm can neither list nor end ours, and does not even learn that they exist", async () => {
    const theirs = await world.firm();
    const them = await world.ownerToken(theirs);
    const { id, email, token } = await orphan();
    expect(await unlinked(them)).toMatchObject({ totalCount: 0, nodes: [] });
    for (const act of [signOut, remove])
      expect(JSON.stringify(await act(id, them))).toBe(JSON.stringify(await act(ACCOUNT_ID, them)));
    expect(codesOf(await remove(id, them))).toEqual(["NOT_FOUND"]);
    expect(await mayAct(token)).toBe(true);
    expect(await isListed(email)).toBe(true);
    // A cursor of ours takes them no further.
    const { pageInfo } = await unlinked(owner, "first: 1");
    for (const args of [`after: "${pageInfo.endCursor}"`, `before: "${pageInfo.endCursor}"`])
      expect((await unlinked(them, args)).nodes).toEqual([]);
  });

  it("come in pages in both directions, including those of one moment", async () => {
    const own = await world.firm();
    const token = await world.ownerToken(own);
    for (let n = 0; n < 5; n++) {
      const client = await world.client(own, token);
      await world.mutate(
        "updateContact",
        "UpdateContactInput",
        "contact { id }",
        { contactId: client.contactId, externalId: `${n}` },
        token,
      );
    }
    await world.mutate(
      "upsertContacts",
      "UpsertContactsInput",
      "outcomes",
      {
        contacts: Array.from({ length: 5 }, (_, n) => ({
          name: "All at once",
          externalId: `${n}`,
          email: null,
          allowRedirect: true,
        })),
      },
      token,
    );
    const all: string[] = (await unlinked(token)).nodes.map(({ id }: Data) => id);
    expect(new Set(all).size).toBe(5);
    const page = async (args: string) => {
      const { nodes, pageInfo } = await unlinked(token, args);
      return { ids: nodes.map(({ id }: Data) => id), ...pageInfo };
    };
    const first = await page("first: 2");
    const second = await page(`first: 2, after: "${first.endCursor}"`);
    const third = await page(`first: 2, after: "${second.endCursor}"`);
    expect([...first.ids, ...second.ids, ...third.ids]).toEqual(all);
    expect([first.hasNextPage, third.hasNextPage]).toEqual([true, false]);
    expect((await page(`last: 2, before: "${third.startCursor}"`)).ids).toEqual(second.ids);
    const { errors } = await world.ask(`{ contacts(after: "${first.endCursor}") { totalCount } }`, {}, token);
    expect(errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  });

  it("X63 changes nothing that lists show without an event in the same commit", () => {
    expect(unheard.found()).toEqual([]);
  });

  it("are found among those of an older installation", async () => {
    await orphan();
    const before = await listedIds();
    expect(before.length).toBeGreaterThan(0);
    const migration = migrations.map((one) => new one()).find(({ name }) => name?.startsWith("UnlinkedAccounts"));
    const runner = world.app.work.reader.connection.createQueryRunner();
    try {
      await migration?.down(runner);
      await expect(runner.query("SELECT unlinkedAt FROM portal_accounts")).rejects.toThrow(/unlinkedAt/);
      await migration?.up(runner);
      // If it ended half-way, it does the rest and leaves the finished part alone.
      await migration?.up(runner);
    } finally {
      await runner.release();
    }
    expect(await listedIds()).toEqual(before);
    expect(await listedIds()).toEqual(await recount());
  });
});
