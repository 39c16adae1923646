import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { newId } from "../../platform/crypto/ids.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, codesOf, until, World, type Data } from "../../testing/world.js";

const newDevice = () => randomBytes(16).toString("hex");
const newAddress = () => `${randomBytes(5).toString("hex")}@client.example`;

describeOnDatabases("X13 what was mailed to an address that is nobody's any more", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  let key: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
    key = await world.key(owner, ["CONTACTS_READ", "CONTACTS_WRITE", "ACCESS_RESET"]);
  });
  afterAll(() => world.stop());

  /** A contact whose address the firm mistyped. */
  const mistyped = async () => {
    const externalId = randomBytes(5).toString("hex");
    const input = { name: "Maya Fields", email: newAddress(), externalId };
    const { contact } = await world.mutate("createContact", "ContactInput", "contact { id }", input, owner);
    return { contactId: contact.id as string, ...input, right: newAddress() };
  };
  const send = async (contactId: string, to: string) => {
    const title = `Papers ${randomBytes(3).toString("hex")}`;
    const input = { contactId, title, items: ["Payroll"] };
    const { request } = await world.mutate(
      "sendClientRequest",
      "SendClientRequestInput",
      "request { id }",
      input,
      owner,
    );
    return { requestId: request.id as string, title, link: await world.mailedToken(to, new RegExp(title)) };
  };
  const claim = async (token: string, deviceKey = newDevice()): Promise<Data> =>
    (
      await world.mutate(
        "claimMagicLink",
        "ClaimMagicLinkInput",
        "result { __typename ... on SignedIn { sessionToken } ... on AccountRequired { confirmationToken } ... on MagicLinkNotUsable { state } }",
        { token, deviceKey, transport: "TOKEN" },
      )
    ).result;
  const isSignedIn = async (token: string) =>
    (await world.ask("{ viewer { __typename } }", {}, token)).data.viewer !== null;
  const isGood = async (token: string) =>
    (await world.ask("query($token: String!) { mailedToken(token: $token) { purpose } }", { token })).data
      .mailedToken !== null;
  const createAccount = (input: object, token?: string) =>
    world.ask(
      "mutation($input: CreatePortalAccountInput!) { createPortalAccount(input: $input) { result { __typename } userErrors { code } } }",
      { input: { password: CLIENT_PASSWORD, transport: "TOKEN", ...input } },
      token,
    );
  const invite = async ({ contactId, email }: { contactId: string; email: string }) => {
    await world.mutate(
      "inviteContacts",
      "InviteContactsInput",
      "results { userErrors { code } }",
      { contactIds: [contactId] },
      owner,
    );
    return world.mailedToken(email, /invite|account/i);
  };
  type Mistyped = Awaited<ReturnType<typeof mistyped>>;
  const corrections: [string, (of: Mistyped) => Promise<Data>][] = [
    [
      "updateContact",
      ({ contactId, right }) =>
        world.mutate("updateContact", "UpdateContactInput", "contact { email }", { contactId, email: right }, owner),
    ],
    [
      "upsertContacts, as an import does",
      async ({ externalId, name, right }) =>
        (
          await world.mutate(
            "upsertContacts",
            "UpsertContactsInput",
            "results { userErrors { code } }",
            { contacts: [{ externalId, name, email: right, allowRedirect: true }] },
            key,
          )
        ).results[0],
    ],
  ];

  it.each(corrections)(
    "opens nothing after %s: links, devices, sessions, invitations, new accounts",
    async (_name, correct) => {
      const contact = await mistyped();
      const unclaimed = await send(contact.contactId, contact.email);
      const claimed = await send(contact.contactId, contact.email);
      const device = newDevice();
      const { sessionToken } = await claim(claimed.link, device);
      expect(await isSignedIn(sessionToken)).toBe(true);
      await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", {
        firmSlug: firm.slug,
        email: contact.email,
      });
      const confirmation = await world.mailedToken(contact.email, /Create your account/);
      const invitation = await invite(contact);
      expect([await isGood(confirmation), await isGood(invitation)]).toEqual([true, true]);

      expect(codesOf(await correct(contact))).toEqual([]);

      expect(await claim(unclaimed.link)).toMatchObject({ __typename: "MagicLinkNotUsable", state: "REVOKED" });
      expect(await claim(claimed.link, device)).toMatchObject({ __typename: "MagicLinkNotUsable", state: "REVOKED" });
      expect(await isSignedIn(sessionToken)).toBe(false);
      for (const confirmationToken of [confirmation, invitation])
        expect(codesOf((await createAccount({ confirmationToken })).data.createPortalAccount)).toEqual([
          "TOKEN_INVALID",
        ]);
      expect((await createAccount({}, sessionToken)).data.createPortalAccount.userErrors[0].code).toBe("TOKEN_INVALID");
    },
  );

  it("new links of the same request go to the right address: requested by the holder of the old one, and by the firm", async () => {
    const contact = await mistyped();
    const { link, title, requestId } = await send(contact.contactId, contact.email);
    await corrections[0]?.[1](contact);
    const before = (await world.mails(contact.email)).length;
    world.forward({ minutes: 2 });
    await world.mutate("sendAccessLink", "SendAccessLinkInput", "accepted", { token: link });
    const asked = await world.mailedToken(contact.right, /.*/);
    world.forward({ minutes: 2 });
    await world.mutate("resendClientRequest", "RequestIdInput", "request { sentTo }", { requestId }, owner);
    const resent = await world.mailedToken(contact.right, new RegExp(title));
    expect((await claim(resent)).__typename).toBe("SignedIn");
    expect(asked).not.toBe(resent);
    expect(await world.mails(contact.email)).toHaveLength(before);
  });

  it("a contact without an address gets none, and neither does the old address", async () => {
    const contact = await mistyped();
    const { link, requestId } = await send(contact.contactId, contact.email);
    await world.mutate(
      "updateContact",
      "UpdateContactInput",
      "contact { id }",
      { contactId: contact.contactId, email: null },
      owner,
    );
    const before = (await world.mails(contact.email)).length;
    world.forward({ minutes: 2 });
    await world.mutate("sendAccessLink", "SendAccessLinkInput", "accepted", { token: link });
    world.forward({ minutes: 2 });
    const resent = await world.mutate("resendClientRequest", "RequestIdInput", "request { id }", { requestId }, owner);
    expect(codesOf(resent)).toEqual(["INVALID_INPUT"]);
    expect(await world.mails(contact.email)).toHaveLength(before);
    expect((await claim(link)).__typename).toBe("MagicLinkNotUsable");

    const right = { contactId: contact.contactId, email: contact.right };
    expect(codesOf(await world.mutate("updateContact", "UpdateContactInput", "contact { id }", right, owner))).toEqual(
      [],
    );
    world.forward({ minutes: 2 });
    await world.mutate("sendAccessLink", "SendAccessLinkInput", "accepted", { token: link });
    const asked = await world.mailedToken(contact.right, /Your new link/);
    expect((await claim(asked)).__typename).toBe("SignedIn");
    world.forward({ minutes: 2 });
    const again = await world.mutate(
      "resendClientRequest",
      "RequestIdInput",
      "request { sentTo }",
      { requestId },
      owner,
    );
    expect(again.request.sentTo).toBe(contact.right);
    expect(await world.mails(contact.email)).toHaveLength(before);
    owner = await world.ownerToken(firm);
  });

  it("the permission that a claimed link gave to create an account ends too, if the firm requires 2FA", async () => {
    const strict = await world.firm();
    const token = await world.ownerToken(strict);
    const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, token);
    await world.mutate(
      "updateSecurityPolicy",
      "UpdateSecurityPolicyInput",
      "firm { id }",
      { mode: "MAGIC_LINK_AND_LOGIN_2FA", expectedVersion: data.firm.securityPolicy.version },
      token,
    );
    const { id: contactId, email } = await world.contact(token);
    const input = { contactId, title: "Strictly", items: ["Payroll"] };
    await world.mutate("sendClientRequest", "SendClientRequestInput", "request { id }", input, token);
    const { confirmationToken } = await claim(await world.mailedToken(email, /Strictly/));
    expect(await isGood(confirmationToken)).toBe(true);
    await world.mutate(
      "updateContact",
      "UpdateContactInput",
      "contact { id }",
      { contactId, email: newAddress() },
      token,
    );
    expect(codesOf((await createAccount({ confirmationToken })).data.createPortalAccount)).toEqual(["TOKEN_INVALID"]);
  });

  it("mail that waits for a mail server is not sent there, and what was requested for there is not begun", async () => {
    const contact = await mistyped();
    await send(contact.contactId, contact.email);
    const { work } = world.app;
    await work.do((unit) =>
      unit.manager.query("UPDATE outbox_mails SET attempts = 1 WHERE recipient = ?", [contact.email]),
    );
    await work.do((unit) =>
      unit.manager.query(
        "INSERT INTO portal_mail_requests (id, firmId, kind, email, createdAt) VALUES (?, ?, 'ACCOUNT_REQUEST', ?, ?)",
        [newId("mailRequest", unit.now), firm.id, contact.email, unit.now],
      ),
    );
    expect(codesOf(await corrections[0]?.[1](contact))).toEqual([]);
    // The only mail that still goes there says that the contact's requests go elsewhere.
    const count = async (sql: string) =>
      Number(((await work.reader.query(sql, [contact.email])) as [{ n: number }])[0].n);
    expect(
      await count(
        "SELECT COUNT(*) AS n FROM outbox_mails WHERE recipient = ? AND attempts = 1 AND encryptedContent IS NOT NULL",
      ),
    ).toBe(0);
    expect(await count("SELECT COUNT(*) AS n FROM portal_mail_requests WHERE email = ?")).toBe(0);
  });

  it("whatever belongs to somebody else with that address stays", async () => {
    const contact = await mistyped();
    const sister = await world.contact(owner, "June Fields", contact.email);
    const theirs = await send(sister.id, contact.email);
    const invitation = await invite({ contactId: sister.id, email: contact.email });
    await corrections[0]?.[1](contact);
    expect(await isGood(invitation)).toBe(true);
    expect((await claim(theirs.link)).__typename).toBe("SignedIn");
  });

  it("of an account: after its login email changed, links and password links to the old one open nothing, and no account made there takes its contacts", async () => {
    const { contactId, email } = await world.client(firm, owner);
    const device = newDevice();
    const { link, requestId } = await send(contactId, email);
    const { sessionToken } = await claim(link, device);
    const to = newAddress();
    owner = await world.ownerToken(firm);
    await world.mutate("changeLoginEmail", "ChangeLoginEmailInput", "contact { id }", { contactId, email: to }, owner);
    const token = await world.mailedToken(to, /Confirm your new/);
    await world.mutate("sendPasswordReset", "ContactIdInput", "contact { id }", { contactId }, owner);
    const reset = await world.mailedToken(email, /new password/);
    await world.mutate("confirmLoginEmail", "ConfirmLoginEmailInput", "accepted", { token });

    expect((await claim(link, device)).__typename).toBe("MagicLinkNotUsable");
    expect(await isSignedIn(sessionToken)).toBe(false);
    expect(await isGood(reset)).toBe(false);
    const before = (await world.mails(email)).length;
    world.forward({ minutes: 2 });
    await world.mutate("sendAccessLink", "SendAccessLinkInput", "accepted", { token: link });
    expect((await claim(await world.mailedToken(to, /link/i), device)).__typename).toBe("SignedIn");
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    // A request for somebody else, processed afterwards, shows that this one was examined.
    const other = await world.contact(owner);
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", {
      firmSlug: firm.slug,
      email: other.email,
    });
    await world.mail(other.email, /Create your account/);
    expect(await world.mails(email)).toHaveLength(before);

    // The firm's list still has the old address: its next link opens the one request, and does not create an account
    // for the contact.
    const { link: next } = await send(contactId, email);
    const opened = await claim(next);
    await createAccount({}, opened.sessionToken);
    const { data } = await world.ask(
      "query($id: ID!) { contact(id: $id) { portalAccount { email } requests(first: 5) { nodes { id } } } }",
      { id: contactId },
      owner,
    );
    expect(data.contact.portalAccount.email).toBe(to);
    expect(data.contact.requests.nodes.map(({ id }: { id: string }) => id)).toContain(requestId);
  });

  /** A client who signs in with another email than the contact's, with a request that was sent to that login email. */
  const movedLogin = async () => {
    const { contactId, email } = await world.client(firm, owner);
    const { requestId, title } = await send(contactId, email);
    owner = await world.ownerToken(firm);
    const login = newAddress();
    await changeLoginEmail(contactId, login);
    await world.mutate("confirmLoginEmail", "ConfirmLoginEmailInput", "accepted", {
      token: await world.mailedToken(login, /Confirm your new/),
    });
    world.forward({ minutes: 2 });
    await resend(requestId);
    const claimed = await world.mailedToken(login, new RegExp(title));
    const device = newDevice();
    const { sessionToken } = await claim(claimed, device);
    expect(await isSignedIn(sessionToken)).toBe(true);
    return {
      contactId,
      email,
      login,
      requestId,
      title,
      claimed,
      device,
      sessionToken: sessionToken as string,
    };
  };
  const changeLoginEmail = (contactId: string, email: string) =>
    world.mutate("changeLoginEmail", "ChangeLoginEmailInput", "contact { id }", { contactId, email }, owner);
  const resend = (requestId: string) =>
    world.mutate("resendClientRequest", "RequestIdInput", "request { id }", { requestId }, owner);
  const update = (contactId: string, email: string | null) =>
    world.mutate(
      "updateContact",
      "UpdateContactInput",
      "contact { portalAccount { id } }",
      { contactId, email },
      owner,
    );

  it.each([
    ["another address", newAddress()],
    ["none", null],
  ])(
    "X42 of a login with another email than its contact's, opens nothing once the contact has %s",
    async (_what, to) => {
      const { contactId, login, requestId, title, claimed, device, sessionToken } = await movedLogin();
      expect(codesOf(await update(contactId, to))).toEqual([]);
      expect(await isSignedIn(sessionToken)).toBe(false);
      expect((await claim(claimed, device)).__typename).toBe("MagicLinkNotUsable");
      const before = (await world.mails(login)).length;
      world.forward({ minutes: 2 });
      await world.mutate("sendAccessLink", "SendAccessLinkInput", "accepted", { token: claimed });
      const opened = to === null ? null : await claim(await world.mailedToken(to, new RegExp(title)));
      expect(opened?.__typename).toBe(to === null ? undefined : "SignedIn");
      world.forward({ minutes: 2 });
      await resend(requestId);
      // A mail to somebody else, requested after them, shows that they were examined.
      const other = await world.contact(owner);
      await send(other.id, other.email);
      expect(await world.mails(login)).toHaveLength(before);
    },
  );

  it("X42 of a login with another email than its contact's, opens nothing once the login is deleted: requests go to the contact's own email", async () => {
    const { contactId, email, login, requestId, title, claimed, device, sessionToken } = await movedLogin();
    const input = { contactId, reason: "Left" };
    await world.mutate("deletePortalAccount", "ContactReasonInput", "contact { id }", input, owner);
    expect(await isSignedIn(sessionToken)).toBe(false);
    expect((await claim(claimed, device)).__typename).toBe("MagicLinkNotUsable");
    world.forward({ minutes: 2 });
    const before = (await world.mails(login)).length;
    await resend(requestId);
    await until(async () => (await world.mails(email)).filter(({ subject }) => subject.includes(title)).length === 2);
    expect(await world.mails(login)).toHaveLength(before);
  });

  it("X42 a pending change of the login email ends too: completing it brings the login back to no contact", async () => {
    owner = await world.ownerToken(firm);
    const { contactId } = await world.client(firm, owner);
    const [right, elsewhere] = [newAddress(), newAddress()];
    await changeLoginEmail(contactId, right);
    const token = await world.mailedToken(right, /Confirm your new/);
    // By then another contact has the address, or the same one.
    const another = await world.client(firm, owner);
    await changeLoginEmail(another.contactId, elsewhere);
    const second = await world.mailedToken(elsewhere, /Confirm your new/);
    await update(contactId, right);
    await update(another.contactId, newAddress());
    const { id: newcomer } = await world.contact(owner, "Newcomer", elsewhere);
    for (const [waiting, address, id] of [
      [token, right, contactId],
      [second, elsewhere, newcomer],
    ] as const) {
      expect(
        codesOf(await world.mutate("confirmLoginEmail", "ConfirmLoginEmailInput", "accepted", { token: waiting })),
      ).toEqual(["TOKEN_INVALID"]);
      expect(codesOf(await world.portalSignIn(firm, address, CLIENT_PASSWORD))).toEqual(["INVALID_CREDENTIALS"]);
      const { data } = await world.ask("query($id: ID!) { contact(id: $id) { portalAccount { id } } }", { id }, owner);
      expect(data.contact.portalAccount).toBeNull();
    }
  });
});
