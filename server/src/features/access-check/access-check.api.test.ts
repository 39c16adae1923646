import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { until, World } from "../../testing/world.js";

const deviceKey = (n: number) => String(n).repeat(43);

describeOnDatabases("why can't this client get in?", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const findings = async (id: string, token = owner) => {
    const { data } = await world.ask(
      "query($id: ID!) { contact(id: $id) { accessFindings { code weight title message remedy requestId } } }",
      { id },
      token,
    );
    return data.contact.accessFindings as { code: string; message: string; remedy: string; requestId: string | null }[];
  };
  const codes = async (id: string) => (await findings(id)).map(({ code }) => code);
  const portal = (name: string, contactId: string) =>
    world.mutate(name, "ContactIdInput", "contact { id }", { contactId }, owner);

  it("a client who forgot the password: wrong attempts, then a wait, until the firm lifts it or the client gets in", async () => {
    const { contactId, email } = await world.client(firm, owner);
    expect(await codes(contactId)).toEqual([]);
    for (let n = 0; n < 2; n++) await world.portalSignIn(firm, email, "not the right password");
    expect(await findings(contactId)).toMatchObject([{ code: "WRONG_PASSWORDS", remedy: "SEND_PASSWORD_RESET" }]);
    await Promise.all(Array.from({ length: 8 }, () => world.portalSignIn(firm, email, "not the right password")));
    expect(await findings(contactId)).toMatchObject([
      { code: "PASSWORD_WAIT", remedy: "UNLOCK" },
      { code: "WRONG_PASSWORDS" },
    ]);
    await portal("unlockPortalAccount", contactId);
    await world.portalSignIn(firm, email);
    expect(await codes(contactId)).toEqual([]);
  });

  it("a client whose codes are wrong: locked, then unlocked by the firm", async () => {
    const { contactId, email, created } = await world.client(firm, owner);
    await world.enroll({ token: created.result.sessionToken });
    for (let challenge = 0; challenge < 2; challenge++) {
      const { challengeToken } = (await world.portalSignIn(firm, email)).result;
      for (let n = 0; n < 5; n++)
        await world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", { challengeToken, code: "000000" });
    }
    expect(await findings(contactId)).toMatchObject([
      { code: "SECOND_FACTOR_LOCKED", weight: "BLOCKS", remedy: "UNLOCK" },
      { code: "WRONG_CODES", remedy: "RESET_TWO_FACTOR" },
    ]);
    await portal("unlockPortalAccount", contactId);
    expect(await codes(contactId)).toEqual([]);
  });

  it("an attempt without an account is shown with the contact", async () => {
    const contact = await world.contact(owner);
    expect(await codes(contact.id)).toEqual(["NOT_INVITED"]);
    await world.portalSignIn(firm, contact.email, "whatever it might be");
    const found = await findings(contact.id);
    expect(found.map(({ code }) => code)).toEqual(["WRONG_PASSWORDS", "NOT_INVITED"]);
    expect(found[0]?.message).toContain("there is no account yet");
    const { data } = await world.ask(
      "query($id: ID!) { contact(id: $id) { auditEvents(first: 5) { nodes { type } } } }",
      { id: contact.id },
      owner,
    );
    expect(data.contact.auditEvents.nodes.map(({ type }: { type: string }) => type)).toContain("SIGN_IN_FAILED");
  });

  it("a link opened on another device is explained, until it is sent again", async () => {
    const { contactId, email } = await world.client(firm, owner);
    const send = { contactId, title: "Tax return", items: ["Bank statements"] };
    const { request } = await world.mutate(
      "sendClientRequest",
      "SendClientRequestInput",
      "request { id }",
      send,
      owner,
    );
    const token = await world.mailedToken(email, /Tax return/);
    const claim = (n: number, link: string) =>
      world.mutate("claimMagicLink", "ClaimMagicLinkInput", "result { __typename }", {
        token: link,
        deviceKey: deviceKey(n),
        transport: "TOKEN",
      });
    await claim(1, token);
    expect(await codes(contactId)).toEqual([]);
    await claim(2, token);
    expect(await findings(contactId)).toMatchObject([
      { code: "LINK_DECLINED", remedy: "RESEND_REQUEST", requestId: request.id },
    ]);
    world.forward({ minutes: 2 });
    const fresh = await world.ownerToken(firm);
    await world.mutate("resendClientRequest", "RequestIdInput", "request { id }", { requestId: request.id }, fresh);
    const newer = await until(async () => {
      const next = await world.mailedToken(email, /Tax return/);
      return next === token ? undefined : next;
    });
    await claim(2, newer);
    expect(await codes(contactId)).toEqual([]);
  });

  it("what a mode removes or requires is described as of now", async () => {
    const { contactId } = await world.client(firm, owner);
    const token = await world.ownerToken(firm);
    const choose = async (mode: string) => {
      const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, token);
      const expectedVersion = data.firm.securityPolicy.version;
      await world.mutate(
        "updateSecurityPolicy",
        "UpdateSecurityPolicyInput",
        "firm { id }",
        { mode, expectedVersion },
        token,
      );
    };
    await choose("MAGIC_LINK_ONLY");
    expect(await codes(contactId)).toEqual(["LOGIN_IS_OFF"]);
    await choose("MAGIC_LINK_AND_LOGIN_2FA");
    expect(await codes(contactId)).toEqual(["MUST_ENROLL"]);
    await choose("MAGIC_LINK_AND_LOGIN");
    expect(await codes(contactId)).toEqual([]);
  });

  it("a client cannot read it, nor can another firm", async () => {
    const { contactId, created } = await world.client(firm, owner);
    const asked = "query($id: ID!) { contact(id: $id) { accessFindings { code } } }";
    const asClient = await world.ask(asked, { id: contactId }, created.result.sessionToken);
    expect(asClient.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    const other = await world.ownerToken(await world.firm());
    expect((await world.ask(asked, { id: contactId }, other)).data.contact).toBeNull();
  });
});

describeOnDatabases("why can't this client get in, if mail is not accepted?", (database) => {
  it("repeats what the mail server said", async () => {
    const world = await World.start(database.url(), { smtpUrl: "smtp://127.0.0.1:9" });
    try {
      const firm = await world.firm();
      const owner = await world.ownerToken(firm);
      const { id, email } = await world.contact(owner);
      await world.mutate(
        "inviteContacts",
        "InviteContactsInput",
        "results { contact { id } }",
        { contactIds: [id] },
        owner,
      );
      const asked = "query($id: ID!) { contact(id: $id) { accessFindings { code message } } }";
      const findings = await until(async () => {
        const { data } = await world.ask(asked, { id }, owner);
        const found = data.contact.accessFindings as { code: string; message: string }[];
        return found.length > 1 ? found : undefined;
      });
      expect(findings.map(({ code }) => code)).toEqual(["MAIL_REFUSED", "INVITATION_OPEN"]);
      expect(findings[0]?.message).toContain(email);

      // X8 another firm that has the same person learns nothing of it.
      const other = await world.ownerToken(await world.firm());
      const alike = await world.contact(other, "Maya Fields", email);
      const { data } = await world.ask(asked, { id: alike.id }, other);
      expect(data.contact.accessFindings).toMatchObject([{ code: "NOT_INVITED" }]);
    } finally {
      await world.stop();
    }
  });
});
