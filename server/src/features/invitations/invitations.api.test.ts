import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, codesOf, World, type Data } from "../../testing/world.js";

const INVITES = /invites you/;

describeOnDatabases("invitations", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const invite = (contactIds: string[], message?: string, token = owner): Promise<Data> =>
    world.mutate(
      "inviteContacts",
      "InviteContactsInput",
      "results { contact { id portalAccessState } userErrors { code field message } }",
      { contactIds, message },
      token,
    );
  const create = (confirmationToken: string): Promise<Data> =>
    world.signIn("createPortalAccount", "CreatePortalAccountInput", { confirmationToken, password: CLIENT_PASSWORD });

  it("returns one result per contact, in order; those who cannot be invited are skipped and reported", async () => {
    const ann = await world.contact(owner, "Ann First");
    const zoe = await world.contact(owner, "Zoe Last");
    const { contact: mute } = await world.mutate(
      "createContact",
      "ContactInput",
      "contact { id }",
      { name: "No Mail" },
      owner,
    );
    const client = await world.client(firm, owner);
    const foreign = await world.contact(await world.ownerToken(await world.firm()));
    const { results } = await invite([ann.id, mute.id, client.contactId, foreign.id, "nonsense", zoe.id]);
    expect(results.map(codesOf)).toEqual([[], ["INVALID_INPUT"], ["ALREADY_EXISTS"], ["NOT_FOUND"], ["NOT_FOUND"], []]);
    expect(results[1].userErrors[0]).toMatchObject({
      field: ["input", "contactIds", "1"],
      message: expect.stringContaining("No Mail"),
    });
    expect([results[0], results[5]].map(({ contact }) => contact)).toEqual([
      { id: ann.id, portalAccessState: "INVITED" },
      { id: zoe.id, portalAccessState: "INVITED" },
    ]);
    expect(results[1].contact).toBeNull();
    await world.mail(zoe.email, INVITES);
    const invitesTo = async (address: string) =>
      (await world.mails(address)).filter(({ subject }) => INVITES.test(subject));
    expect(await invitesTo(client.email)).toEqual([]);
    expect(await invitesTo(foreign.email)).toEqual([]);
  });

  it("the mail contains the message and its author, and its link creates the account once", async () => {
    const { id, email } = await world.contact(owner);
    await invite([id], "See you at the <b>office</b>.");
    const mail = await world.mail(email, INVITES);
    expect(mail.text).toContain("See you at the <b>office</b>.");
    expect(mail.text).toContain("Olive Owner");
    const { data } = await world.ask(
      "query($id: ID!) { contact(id: $id) { invitedAt auditEvents { nodes { type actorName occurredAt } } } }",
      { id },
      owner,
    );
    expect(data.contact.auditEvents.nodes).toContainEqual({
      type: "INVITE_SENT",
      actorName: "Olive Owner",
      occurredAt: data.contact.invitedAt,
    });
    const token = await world.mailedToken(email, INVITES);
    expect((await create(token)).result).toMatchObject({ __typename: "SignedIn", session: { assurance: "PASSWORD" } });
    expect((await create(token)).result).toBeNull();
    expect(codesOf((await invite([id])).results[0])).toEqual(["ALREADY_EXISTS"]);
  });

  it("a newer invitation voids the older one; two within a minute are refused", async () => {
    const { id, email } = await world.contact(owner);
    await invite([id]);
    const older = await world.mailedToken(email, INVITES);
    expect(codesOf((await invite([id])).results[0])).toEqual(["TOO_MANY_REQUESTS"]);
    world.forward({ minutes: 1, seconds: 1 });
    expect(codesOf((await invite([id])).results[0])).toEqual([]);
    const newer = await world.mailedToken(email, INVITES);
    expect(newer).not.toBe(older);
    expect(codesOf(await create(older))).toEqual(["TOKEN_INVALID"]);
    expect((await create(newer)).result.__typename).toBe("SignedIn");
  });

  it("two contacts with one mailbox get one account", async () => {
    const first = await world.contact(owner, "Maya Fields");
    const second = await world.contact(owner, "Fields Holding", first.email);
    await invite([first.id]);
    await create(await world.mailedToken(first.email, INVITES));
    const { data } = await world.ask(
      "query($id: ID!) { contact(id: $id) { portalAccessState portalAccount { contacts { id } } } }",
      { id: second.id },
      owner,
    );
    expect(data.contact.portalAccessState).toBe("ACCOUNT_CREATED");
    expect(data.contact.portalAccount.contacts.map(({ id }: { id: string }) => id).toSorted()).toEqual(
      [first.id, second.id].toSorted(),
    );
  });

  it("a contact chosen twice, or two that share a mailbox, get one mail; each contact is marked and recorded in the log", async () => {
    const first = await world.contact(owner, "Ann Fields");
    const second = await world.contact(owner, "Fields Trust", first.email);
    const { results } = await invite([first.id, second.id, first.id]);
    expect(results.map(codesOf)).toEqual([[], [], []]);
    expect(results.map(({ contact }: Data) => [contact.id, contact.portalAccessState])).toEqual(
      [first.id, second.id, first.id].map((id) => [id, "INVITED"]),
    );
    expect((await world.mails(first.email)).filter(({ subject }) => INVITES.test(subject))).toHaveLength(1);
    for (const { id } of [first, second]) {
      const { data } = await world.ask(
        "query($id: ID!) { contact(id: $id) { auditEvents { nodes { type } } } }",
        { id },
        owner,
      );
      expect(data.contact.auditEvents.nodes.filter(({ type }: Data) => type === "INVITE_SENT")).toHaveLength(1);
    }
    expect((await create(await world.mailedToken(first.email, INVITES))).result.__typename).toBe("SignedIn");
  });

  it("more contacts than fit into one commit: each is invited, in order", async () => {
    const rows = Array.from({ length: 120 }, (_, index) => ({
      name: `Many ${index}`,
      email: `many-${index}-${firm.slug}@client.example`,
    }));
    const { results: made } = await world.mutate(
      "upsertContacts",
      "UpsertContactsInput",
      "results { contact { id } userErrors { code } }",
      { contacts: rows },
      owner,
    );
    const ids: string[] = made.map(({ contact }: Data) => contact.id);
    const { results } = await invite(ids);
    expect(results.map(({ contact }: Data) => contact?.id)).toEqual(ids);
  });

  it("an invitation expires after 7 days", async () => {
    const own = await world.firm();
    const admin = await world.ownerToken(own);
    const { id, email } = await world.contact(admin);
    await invite([id], undefined, admin);
    const token = await world.mailedToken(email, INVITES);
    world.forward({ minutes: 7 * 24 * 60 });
    expect(codesOf(await create(token))).toEqual(["TOKEN_INVALID"]);
    owner = await world.ownerToken(firm);
  });

  it("is refused as a whole: too many, too long, MAGIC_LINK_ONLY, staff", async () => {
    const { id } = await world.contact(owner);
    expect(codesOf(await invite(Array.from({ length: 501 }, () => id)))).toEqual(["INVALID_INPUT"]);
    expect(codesOf(await invite([id], "x".repeat(2001)))).toEqual(["INVALID_INPUT"]);
    const staff = await world.ownerToken({ owner: await world.member(firm.id, "STAFF") });
    await expect(invite([id], undefined, staff)).rejects.toThrow("FORBIDDEN");

    const own = await world.firm();
    const admin = await world.ownerToken(own);
    const contact = await world.contact(admin);
    await invite([contact.id], undefined, admin);
    const token = await world.mailedToken(contact.email, INVITES);
    const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, admin);
    await world.mutate(
      "updateSecurityPolicy",
      "UpdateSecurityPolicyInput",
      "firm { id }",
      { mode: "MAGIC_LINK_ONLY", expectedVersion: data.firm.securityPolicy.version },
      admin,
    );
    expect(codesOf(await invite([contact.id], undefined, admin))).toEqual(["LOGIN_DISABLED"]);
    expect(codesOf(await create(token))).toEqual(["LOGIN_DISABLED"]);
  });
});
