import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { createConnection } from "mysql2/promise";
import { describeOnDatabases, describeOnDatabaseServers } from "../../testing/databases.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, until, World, type Data } from "../../testing/world.js";

const newAddress = () => `${randomBytes(5).toString("hex")}@client.example`;
const newDevice = () => randomBytes(16).toString("hex");

/** What the firm and its clients do, at one server. */
async function office(url: string) {
  const world = await World.start(url);
  const firm = await world.firm();
  const owner = await world.ownerToken(firm);
  const send = async (contactId: string, token = owner): Promise<string> => {
    const title = `Papers ${randomBytes(3).toString("hex")}`;
    const input = { contactId, title, items: ["Payroll"] };
    const sent: Data = await world.mutate(
      "sendClientRequest",
      "SendClientRequestInput",
      "request { id }",
      input,
      token,
    );
    expect(codesOf(sent)).toEqual([]);
    return title;
  };
  const change = async (contactId: string, email: string | null, token = owner): Promise<Data> =>
    (
      await world.ask(
        `query($input: ContactEmailChangeInput!) { contactEmailChange(input: $input) {
          from to redirects needsFreshProof version requests openLinks openInvitations
          loginBefore { email } loginAfter { email contacts { name } } } }`,
        { input: { contactId, email } },
        token,
      )
    ).data.contactEmailChange;
  const update = (input: object, token = owner): Promise<Data> =>
    world.mutate("updateContact", "UpdateContactInput", "contact { email portalAccount { email } }", input, token);
  const upsert = (contacts: object[], token = owner, dryRun = false): Promise<Data> =>
    world.mutate(
      "upsertContacts",
      "UpsertContactsInput",
      `outcomes results { userErrors { code field } }
      emailChanges { from to redirects version requests loginBefore { email } loginAfter { email } }`,
      { contacts, dryRun },
      token,
    );
  const redirectsOf = async (contactId: string): Promise<Data[]> =>
    (
      await world.ask(
        `query($contactId: ID!) { auditEvents(first: 20, filter: { contactId: $contactId, types: [CONTACT_REDIRECTED] }) {
          nodes { actorName summary changes { field before after } data } } }`,
        { contactId },
        owner,
      )
    ).data.auditEvents.nodes;
  const reachedBy = async (session: string): Promise<string[]> =>
    (
      await world.ask("{ viewer { ... on PortalViewer { requests(first: 20) { nodes { title } } } } }", {}, session)
    ).data.viewer.requests.nodes.map(({ title }: { title: string }) => title);
  const claim = async (token: string, deviceKey = newDevice()): Promise<Data> =>
    (
      await world.mutate(
        "claimMagicLink",
        "ClaimMagicLinkInput",
        "result { __typename ... on SignedIn { sessionToken } }",
        { token, deviceKey, transport: "TOKEN" },
      )
    ).result;
  const stepUp = () => world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD }, owner);
  const changeLoginEmail = async (contactId: string, email: string) => {
    await world.mutate("changeLoginEmail", "ChangeLoginEmailInput", "contact { id }", { contactId, email }, owner);
    const token = await world.mailedToken(email, /Confirm your new/);
    await world.mutate("confirmLoginEmail", "ConfirmLoginEmailInput", "accepted", { token });
  };
  return { world, firm, owner, send, change, update, upsert, redirectsOf, reachedBy, claim, stepUp, changeLoginEmail };
}
type Office = Awaited<ReturnType<typeof office>>;

describeOnDatabases("a contact's new email", (database) => {
  let at: Office;
  beforeAll(async () => {
    at = await office(database.url());
  });
  beforeEach(() => at.stepUp());
  afterAll(() => at.world.stop());
  const client = () => at.world.client(at.firm, at.owner);

  it("X73 is told before it is saved: whose login opens the requests, whom it serves too, what becomes void, and whether a proof is needed", async () => {
    const [maya, noah] = [await client(), await client()];
    await at.world.contact(at.owner, "Harbor Ltd", noah.email);
    for (let n = 0; n < 3; n++) await at.send(maya.contactId);
    const told = await at.change(maya.contactId, noah.email.toUpperCase());
    expect(told).toEqual({
      from: maya.email,
      to: noah.email,
      redirects: true,
      needsFreshProof: false,
      version: expect.any(String),
      requests: 3,
      openLinks: 3,
      openInvitations: 0,
      loginBefore: { email: maya.email },
      loginAfter: { email: noah.email, contacts: [{ name: expect.any(String) }, { name: "Harbor Ltd" }] },
    });
    at.world.forward({ minutes: 11 });
    expect((await at.change(maya.contactId, noah.email)).needsFreshProof).toBe(true);
    expect(await at.change(maya.contactId, maya.email)).toMatchObject({
      redirects: false,
      needsFreshProof: false,
      openLinks: 0,
    });
  });

  it("X73 what is told to be void is void, and what is not told stays: links, devices, invitations, seen from the old mailbox", async () => {
    const { world } = at;
    const email = newAddress();
    const { id: contactId } = await world.contact(at.owner, "June Fields", email);
    const unclaimed = await world.mailedToken(email, new RegExp(await at.send(contactId)));
    const claimed = await world.mailedToken(email, new RegExp(await at.send(contactId)));
    const device = newDevice();
    const { sessionToken } = await at.claim(claimed, device);
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: at.firm.slug, email });
    const confirmationToken = await world.mailedToken(email, /Create your account/);
    const to = newAddress();
    expect(await at.change(contactId, to)).toMatchObject({
      redirects: true,
      requests: 2,
      openLinks: 2,
      openInvitations: 1,
      loginBefore: null,
      loginAfter: null,
    });
    // With somebody else at the mailbox, what invites that mailbox is theirs too.
    const { id: sister } = await world.contact(at.owner, "Sister", email);
    expect((await at.change(contactId, to)).openInvitations).toBe(0);
    await at.update({ contactId: sister, email: newAddress() });

    expect(codesOf(await at.update({ contactId, email: to }))).toEqual([]);
    expect((await at.claim(unclaimed)).__typename).toBe("MagicLinkNotUsable");
    expect((await at.claim(claimed, device)).__typename).toBe("MagicLinkNotUsable");
    expect((await world.ask("{ viewer { __typename } }", {}, sessionToken)).data.viewer).toBeNull();
    const created: Data = await world.mutate(
      "createPortalAccount",
      "CreatePortalAccountInput",
      "result { __typename }",
      { confirmationToken, password: CLIENT_PASSWORD, transport: "TOKEN" },
    );
    expect(codesOf(created)).toEqual(["TOKEN_INVALID"]);
    expect(await at.change(contactId, null)).toMatchObject({ openLinks: 0, openInvitations: 0 });
  });

  it("X73 is saved as it was shown, or not at all: a login that was created or moved since, or a first request, refuses it", async () => {
    const { world } = at;
    const { id: contactId } = await world.contact(at.owner, "June Fields", newAddress());
    const noah = newAddress();
    const shown = await at.change(contactId, noah);
    expect(shown).toMatchObject({ redirects: false, loginAfter: null });
    const save = (expectedEmailChange: string) => at.update({ contactId, email: noah, expectedEmailChange });

    const title = await at.send(contactId);
    expect(codesOf(await save(shown.version))).toEqual(["VERSION_CONFLICT"]);
    const again = await at.change(contactId, noah);
    expect(again).toMatchObject({ redirects: true, loginAfter: null });
    await world.contact(at.owner, "Noah", noah);
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", {
      firmSlug: at.firm.slug,
      email: noah,
    });
    const { result } = await world.signIn("createPortalAccount", "CreatePortalAccountInput", {
      confirmationToken: await world.mailedToken(noah, /Create your account/),
      password: CLIENT_PASSWORD,
    });
    expect(codesOf(await save(again.version))).toEqual(["VERSION_CONFLICT"]);
    expect(await at.reachedBy(result.sessionToken)).toEqual([]);
    expect(await at.redirectsOf(contactId)).toEqual([]);

    const last = await at.change(contactId, noah);
    expect(last.loginAfter.email).toBe(noah);
    expect(codesOf(await save(last.version))).toEqual([]);
    expect(await at.reachedBy(result.sessionToken)).toEqual([title]);
  });

  it("X73 the log keeps it whole: before and after, both logins, how many requests", async () => {
    const [maya, noah] = [await client(), await client()];
    for (let n = 0; n < 2; n++) await at.send(maya.contactId);
    await at.update({ contactId: maya.contactId, email: noah.email });
    await at.update({ contactId: maya.contactId, email: null });
    const [cleared, moved] = await at.redirectsOf(maya.contactId);
    const [before, after] = (moved?.data.accountIds ?? []) as string[];
    expect(moved).toMatchObject({
      changes: [
        { field: "email", before: maya.email, after: noah.email },
        { field: "portalAccount", before, after },
      ],
      data: { from: maya.email, to: noah.email, loginBefore: maya.email, loginAfter: noah.email, requests: 2 },
    });
    expect(before).not.toBe(after);
    expect(moved?.summary).toContain(
      `2 requests; the login ${noah.email} can open them now, and ${maya.email} no longer.`,
    );
    expect(cleared).toMatchObject({
      changes: [
        { field: "email", before: noah.email, after: null },
        { field: "portalAccount", before: after, after: null },
      ],
      data: { loginBefore: noah.email, loginAfter: null, accountIds: [after] },
    });
  });

  it("X74 in bulk and from a file, a row is refused unless it is allowed by name, and its neighbours are not", async () => {
    const { world } = at;
    const [maya, noah] = [await client(), await client()];
    const [first, second] = [newAddress(), newAddress()];
    const june = await world.contact(at.owner, "June Fields", newAddress());
    for (const [contactId, externalId] of [
      [maya.contactId, first],
      [june.id, second],
    ])
      await at.update({ contactId, externalId });
    const title = await at.send(maya.contactId);
    await at.send(june.id);
    const resetter = await world.key(at.owner, ["CONTACTS_READ", "CONTACTS_WRITE", "ACCESS_RESET"]);
    const writer = await world.key(at.owner, ["CONTACTS_READ", "CONTACTS_WRITE"]);
    const rows = [
      { name: "Maya Fields", externalId: first, email: noah.email },
      { name: "June Fields", externalId: second, email: newAddress() },
      { name: "New One", email: newAddress() },
    ];
    for (const [token, dryRun] of [
      [resetter, true],
      [resetter, false],
      [at.owner, true],
      [at.owner, false],
      [writer, true],
    ] as const) {
      const { outcomes, results, emailChanges } = await at.upsert(rows, token, dryRun);
      expect(outcomes.slice(0, 2)).toEqual([null, null]);
      expect(results.flatMap(codesOf)).toEqual(["CONTACT_REDIRECT_REFUSED", "CONTACT_REDIRECT_REFUSED"]);
      expect(results[1].userErrors[0].field).toEqual(["input", "contacts", "1", "email"]);
      expect(emailChanges).toEqual([
        {
          from: maya.email,
          to: noah.email,
          redirects: true,
          requests: 1,
          version: expect.any(String),
          loginBefore: { email: maya.email },
          loginAfter: { email: noah.email },
        },
        expect.objectContaining({ from: june.email, redirects: true, loginBefore: null, loginAfter: null }),
        null,
      ]);
    }
    const allowed = rows.map((row, n) => (n === 0 ? { ...row, allowRedirect: true } : row));
    // To allow it is no right to do it.
    expect((await at.upsert(allowed, writer)).results.flatMap(codesOf)).toEqual([
      "ACCESS_RESET_REQUIRED",
      "CONTACT_REDIRECT_REFUSED",
    ]);
    world.forward({ minutes: 11 });
    expect((await at.upsert(allowed)).results.flatMap(codesOf)).toEqual([
      "STEP_UP_REQUIRED",
      "CONTACT_REDIRECT_REFUSED",
    ]);
    await at.stepUp();
    const session = (await world.portalSignIn(at.firm, noah.email)).result.sessionToken;
    expect(await at.reachedBy(session)).toEqual([]);
    expect((await at.upsert(allowed)).outcomes).toEqual(["UPDATED", null, "UNCHANGED"]);
    expect(await at.reachedBy(session)).toEqual([title]);
    expect(await at.redirectsOf(june.id)).toEqual([]);
  });

  it("X74 an allowed row that would do something else by now is refused", async () => {
    const maya = await client();
    const externalId = newAddress();
    await at.update({ contactId: maya.contactId, externalId });
    const email = newAddress();
    const row = { name: "Maya Fields", externalId, email, allowRedirect: true };
    const { version } = (await at.upsert([row], at.owner, true)).emailChanges[0];
    const { id: otherId } = await at.world.contact(at.owner, "Thief", newAddress());
    await at.world.mutate(
      "updateContact",
      "UpdateContactInput",
      "contact { id }",
      { contactId: otherId, email },
      at.owner,
    );
    await at.world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: at.firm.slug, email });
    await at.world.signIn("createPortalAccount", "CreatePortalAccountInput", {
      confirmationToken: await at.world.mailedToken(email, /Create your account/),
      password: CLIENT_PASSWORD,
    });
    const rows = [{ ...row, expectedEmailChange: version }];
    expect((await at.upsert(rows)).results.flatMap(codesOf)).toEqual(["VERSION_CONFLICT"]);
    expect(await at.redirectsOf(maya.contactId)).toEqual([]);
  });

  it("X75 of two changes at once, only the one that was shown happens; without an expectation each says from where it moved", async () => {
    for (let round = 0; round < 4; round++) {
      const maya = await client();
      const { contactId } = maya;
      await at.send(contactId);
      const [left, right] = [newAddress(), newAddress()];
      const shown = await Promise.all([left, right].map((email) => at.change(contactId, email)));
      const saved = await Promise.all(
        shown.map(({ to, version }) => at.update({ contactId, email: to, expectedEmailChange: version })),
      );
      expect(saved.flatMap(codesOf)).toEqual(["VERSION_CONFLICT"]);
      expect(await at.redirectsOf(contactId)).toHaveLength(1);

      await Promise.all([newAddress(), newAddress()].map((email) => at.update({ contactId, email })));
      const [third, second, first] = (await at.redirectsOf(contactId)).map(({ data }) => data);
      expect([second.from, third.from]).toEqual([first.to, second.to]);
    }
  });

  it("X75 a change to an address whose owner creates a login at that moment is served by that login, and the log names where it went", async () => {
    const { world } = at;
    for (let round = 0; round < 4; round++) {
      const { id: contactId } = await world.contact(at.owner, "June Fields", newAddress());
      const title = await at.send(contactId);
      const { email } = await world.contact(at.owner, "Noah", newAddress());
      await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: at.firm.slug, email });
      const confirmationToken = await world.mailedToken(email, /Create your account/);
      const [created, saved] = await Promise.all([
        world.signIn("createPortalAccount", "CreatePortalAccountInput", {
          confirmationToken,
          password: CLIENT_PASSWORD,
        }),
        at.update({ contactId, email }),
      ]);
      expect(codesOf(saved)).toEqual([]);
      expect(await at.reachedBy(created.result.sessionToken)).toEqual([title]);
      const [{ data }] = (await at.redirectsOf(contactId)) as [Data];
      expect([null, email]).toContain(data.loginAfter);
      expect(data.to).toBe(email);
    }
  });

  it("X75 no other way gives a login another contact's requests without a word: a login that takes another contact's address, and one that gets the contacts of a deleted one", async () => {
    const { world } = at;
    const maya = await client();
    const june = await world.contact(at.owner, "June Fields", newAddress());
    const title = await at.send(june.id);
    await at.changeLoginEmail(maya.contactId, june.email);
    const session = (await world.portalSignIn(at.firm, june.email)).result.sessionToken;
    expect(await at.reachedBy(session)).toEqual([title]);
    expect(await at.redirectsOf(june.id)).toEqual([
      expect.objectContaining({
        actorName: maya.email,
        changes: [{ field: "portalAccount", before: null, after: expect.any(String) }],
        data: expect.objectContaining({ loginBefore: null, loginAfter: june.email, requests: 1 }),
      }),
    ]);

    // A login moves away, another one is created with the contact's email, and the first is deleted.
    const nina = await client();
    const papers = await at.send(nina.contactId);
    await at.changeLoginEmail(nina.contactId, newAddress());
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", {
      firmSlug: at.firm.slug,
      email: nina.email,
    });
    const { id: second } = await world.contact(at.owner, "Second", nina.email);
    await world.mutate(
      "inviteContacts",
      "InviteContactsInput",
      "results { userErrors { code } }",
      { contactIds: [second] },
      at.owner,
    );
    const { result } = await world.signIn("createPortalAccount", "CreatePortalAccountInput", {
      confirmationToken: await world.mailedToken(nina.email, /invite|account/i),
      password: CLIENT_PASSWORD,
    });
    expect(await at.reachedBy(result.sessionToken)).toEqual([]);
    const input = { contactId: nina.contactId, reason: "A duplicate" };
    expect(
      codesOf(await world.mutate("deletePortalAccount", "ContactReasonInput", "contact { id }", input, at.owner)),
    ).toEqual([]);
    expect(await at.reachedBy(result.sessionToken)).toEqual([papers]);
    expect(await at.redirectsOf(nina.contactId)).toEqual([
      expect.objectContaining({
        actorName: "Olive Owner",
        data: expect.objectContaining({ loginAfter: nina.email, requests: 1 }),
      }),
    ]);
    expect((await world.mail(nina.email, /Where requests .* go/)).text).toContain("Your login");
  });

  it("a login says which contacts it serves, in one statement for a page of contacts", async () => {
    const noah = await client();
    await at.world.contact(at.owner, "Harbor Ltd", noah.email);
    await at.world.contact(at.owner, "Quay Street LLP", noah.email);
    const { data } = await at.world.ask(
      "query($id: ID!) { contact(id: $id) { portalAccount { contacts { name } } } }",
      { id: noah.contactId },
      at.owner,
    );
    expect(data.contact.portalAccount.contacts.map(({ name }: Data) => name).slice(1)).toEqual([
      "Harbor Ltd",
      "Quay Street LLP",
    ]);
  });
});

describeOnDatabaseServers("a request that is sent while its contact's email changes", (database) => {
  let at: Office;
  beforeAll(async () => {
    at = await office(database.url());
  });
  afterAll(() => at.world.stop());

  it.each(["send", "resend"] as const)("X75 %s: leaves nothing at the old mailbox that opens it", async (way) => {
    const { world } = at;
    await at.stepUp();
    const email = newAddress();
    const { id: contactId } = await world.contact(at.owner, "June Fields", email);
    const sent = await at.send(contactId);
    world.forward({ minutes: 2 });
    await at.stepUp();
    // By two members, since the change also holds the session of whoever asks for it.
    const colleague = await world.ownerToken({ owner: await world.member(at.firm.id, "ADMIN") });
    const blocker = await createConnection({ uri: database.url(), disableEval: true });
    try {
      // The change waits for a row that the request also needs, and has read everything else by then.
      const [table, id] = way === "send" ? ["contacts", contactId] : ["client_requests", await idOf(sent)];
      await blocker.query("BEGIN");
      await blocker.query(`SELECT id FROM ${table} WHERE id = ? FOR UPDATE`, [id]);
      const isWaiting = async (statement: RegExp) => {
        const [rows] = await blocker.query("SHOW FULL PROCESSLIST");
        return (rows as { Info: string | null }[]).some(({ Info }) => statement.test(Info ?? ""));
      };
      const changing = at.update({ contactId, email: newAddress() });
      await until(() => isWaiting(way === "send" ? /^UPDATE \W?contacts/ : /FROM client_requests .* FOR UPDATE/s));
      const sending =
        way === "send"
          ? at.send(contactId, colleague)
          : world.mutate("resendClientRequest", "RequestIdInput", "request { id }", { requestId: id }, colleague);
      await until(() => isWaiting(/audit_counters .* FOR UPDATE|^INSERT INTO \W?(client_requests|magic_links)/s));
      await blocker.query("COMMIT");
      expect(codesOf(await changing)).toEqual([]);
      await sending;
    } finally {
      await blocker.end();
    }
    // What was mailed to another client afterwards shows that these mails are out.
    const other = await world.contact(at.owner);
    await world.mail(other.email, new RegExp(await at.send(other.id)));
    const opened: string[] = [];
    for (const { links, subject } of await world.mails(email))
      for (const link of links) {
        const token = decodeURIComponent(/#token=([^&]+)/.exec(link)?.[1] ?? "");
        const claimed = token.startsWith("gml_") ? await at.claim(token) : null;
        if (claimed?.__typename === "SignedIn") opened.push(subject);
      }
    expect(opened).toEqual([]);
  });

  const idOf = async (title: string): Promise<string> => {
    const [{ id }] = (await at.world.app.work.reader.query("SELECT id FROM client_requests WHERE title = ?", [
      title,
    ])) as [{ id: string }];
    return id;
  };
});
