import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, World, type Data } from "../../testing/world.js";

describeOnDatabases("X4 a client's requests", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  let writer: string;
  let resetter: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
    writer = await world.key(owner, ["CONTACTS_READ", "CONTACTS_WRITE"]);
    resetter = await world.key(owner, ["CONTACTS_READ", "CONTACTS_WRITE", "ACCESS_RESET"]);
  });
  afterAll(() => world.stop());

  const stepUp = () => world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD }, owner);
  const newAddress = () => `${randomBytes(5).toString("hex")}@client.example`;
  const update = (contactId: string, email: string | null, token: string) =>
    world.mutate("updateContact", "UpdateContactInput", "contact { email }", { contactId, email }, token);
  const upsert = async (contacts: object[], token: string, dryRun = false): Promise<Data> =>
    world.mutate(
      "upsertContacts",
      "UpsertContactsInput",
      "outcomes results { contact { email } userErrors { code field message } }",
      { contacts, dryRun },
      token,
    );
  const stateOf = async (id: string): Promise<Data> =>
    (
      await world.ask(
        "query($id: ID!) { contact(id: $id) { email portalAccount { email } auditEvents(first: 20) { nodes { type summary } } } }",
        { id },
        owner,
      )
    ).data.contact;
  const reachedBy = async (session: string): Promise<string[]> =>
    (
      await world.ask("{ viewer { ... on PortalViewer { requests(first: 20) { nodes { title } } } } }", {}, session)
    ).data.viewer.requests.nodes.map(({ title }: { title: string }) => title);
  /** Maya, who has an account and a request; Noah, who has an account too; June, who has none. */
  const people = async () => {
    await stepUp();
    const maya = await world.client(firm, owner);
    const noah = await world.client(firm, owner);
    const externalId = randomBytes(5).toString("hex");
    await world.mutate(
      "updateContact",
      "UpdateContactInput",
      "contact { id }",
      { contactId: maya.contactId, externalId },
      owner,
    );
    const june = await world.contact(owner, "June Fields", newAddress());
    const title = `Papers ${randomBytes(3).toString("hex")}`;
    for (const contactId of [maya.contactId, june.id])
      await world.mutate(
        "sendClientRequest",
        "SendClientRequestInput",
        "request { id }",
        { contactId, title, items: ["Payroll"] },
        owner,
      );
    return { maya: { ...maya, externalId }, noah, june, title };
  };

  it("a key that may only write contacts cannot hand them to anybody, in any way", async () => {
    const { maya, noah, june, title } = await people();
    for (const email of [noah.email, newAddress(), null])
      expect(codesOf(await update(maya.contactId, email, writer))).toEqual(["ACCESS_RESET_REQUIRED"]);
    expect(codesOf(await update(june.id, noah.email, writer))).toEqual(["ACCESS_RESET_REQUIRED"]);

    const rows = [
      { name: "New One", email: newAddress() },
      { name: "Maya Fields", externalId: maya.externalId, email: noah.email, allowRedirect: true },
      { name: "New Two", email: newAddress() },
    ];
    for (const dryRun of [true, false]) {
      const { results, outcomes } = await upsert(rows, writer, dryRun);
      expect(outcomes).toEqual(["CREATED", null, "CREATED"]);
      expect(results[1].userErrors).toEqual([
        expect.objectContaining({ code: "ACCESS_RESET_REQUIRED", field: ["input", "contacts", "1", "email"] }),
      ]);
    }
    expect(await reachedBy(noah.created.result.sessionToken)).toEqual([]);
    expect(await reachedBy(maya.created.result.sessionToken)).toEqual([title]);
    const kept = await stateOf(maya.contactId);
    expect([kept.email, kept.portalAccount.email]).toEqual([maya.email, maya.email]);
    expect(kept.auditEvents.nodes.map(({ type }: Data) => type)).not.toContain("CONTACT_REDIRECTED");
  });

  it("a key that may reset access, and a person with a fresh proof, can move them; both mailboxes are notified, and the log says from where to where", async () => {
    for (const token of [resetter, owner]) {
      const { maya, noah, title } = await people();
      expect(codesOf(await update(maya.contactId, noah.email, token))).toEqual([]);
      expect(await reachedBy(noah.created.result.sessionToken)).toEqual([title]);
      for (const address of [maya.email, noah.email])
        expect((await world.mail(address, /requests/i)).text).toContain("Maya Fields");
      const { auditEvents } = await stateOf(maya.contactId);
      const recorded = auditEvents.nodes.find(({ type }: Data) => type === "CONTACT_REDIRECTED").summary;
      expect(recorded).toContain(maya.email);
      expect(recorded).toContain(noah.email);
    }
  });

  it("a person with an old proof needs a new one, for a single contact and in a file", async () => {
    const { maya, noah, june } = await people();
    world.forward({ minutes: 11 });
    expect(codesOf(await update(maya.contactId, noah.email, owner))).toEqual(["STEP_UP_REQUIRED"]);
    expect(codesOf(await update(june.id, noah.email, owner))).toEqual(["STEP_UP_REQUIRED"]);
    const row = { name: "Maya Fields", externalId: maya.externalId, email: noah.email, allowRedirect: true };
    const refused = await upsert([row, { name: "New", email: newAddress() }], owner);
    expect(refused.outcomes).toEqual([null, "CREATED"]);
    expect(codesOf(refused.results[0])).toEqual(["STEP_UP_REQUIRED"]);
    await stepUp();
    expect((await upsert([row], owner)).outcomes).toEqual(["UPDATED"]);
    expect((await stateOf(maya.contactId)).portalAccount.email).toBe(noah.email);
  });

  it("X29 a key that may only write contacts cannot move a client without a login to a thief's mailbox, where the thief would create one", async () => {
    const { june, title } = await people();
    const externalId = randomBytes(5).toString("hex");
    const name = { contactId: june.id, externalId };
    await world.mutate("updateContact", "UpdateContactInput", "contact { id }", name, writer);
    const thief = newAddress();
    const row = { name: "June Fields", externalId, email: thief, allowRedirect: true };
    const codes = [
      // First to no address, then to another one.
      ...codesOf(await update(june.id, null, writer)),
      ...codesOf(await update(june.id, thief, writer)),
      ...codesOf((await upsert([row], writer)).results[0]),
    ];
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email: thief });
    const { email: known } = await world.contact(owner, "Somebody Else", newAddress());
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email: known });
    await world.mail(known, /Create your account/);
    expect([codes, (await world.mails(thief)).map(({ subject }) => subject)]).toEqual([
      ["ACCESS_RESET_REQUIRED", "ACCESS_RESET_REQUIRED", "ACCESS_RESET_REQUIRED"],
      [],
    ]);

    world.forward({ minutes: 11 });
    expect(codesOf(await update(june.id, newAddress(), owner))).toEqual(["STEP_UP_REQUIRED"]);
    const right = newAddress();
    expect(codesOf(await update(june.id, right, resetter))).toEqual([]);
    for (const address of [june.email, right])
      expect((await world.mail(address, /Where requests .* go/)).text).toContain("June Fields");
    const { auditEvents } = await stateOf(june.id);
    const { summary } = auditEvents.nodes.find(({ type }: Data) => type === "CONTACT_REDIRECTED");
    expect(summary).toContain(`from ${june.email} to ${right}`);
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email: right });
    const confirmationToken = await world.mailedToken(right, /Create your account/);
    const { result } = await world.signIn("createPortalAccount", "CreatePortalAccountInput", {
      confirmationToken,
      password: CLIENT_PASSWORD,
    });
    expect(await reachedBy(result.sessionToken)).toEqual([title]);
  });

  it("what redirects nothing needs none of it: other fields, a contact without a request or a login, a new contact beside a login", async () => {
    const { maya, noah } = await people();
    const nina = await world.contact(owner, "Nina Fields", newAddress());
    world.forward({ minutes: 11 });
    const renamed = { contactId: maya.contactId, name: "Maya Fields-Lind" };
    for (const token of [writer, owner]) {
      expect(
        codesOf(await world.mutate("updateContact", "UpdateContactInput", "contact { id }", renamed, token)),
      ).toEqual([]);
      expect(codesOf(await update(nina.id, newAddress(), token))).toEqual([]);
    }
    // An account serves every contact with its address: a new one has no request that went to anybody else.
    const { contact } = await world.mutate(
      "createContact",
      "ContactInput",
      "contact { id portalAccount { email } }",
      { name: "Noah's company", email: noah.email },
      writer,
    );
    expect(contact.portalAccount.email).toBe(noah.email);
    expect(await reachedBy((await world.portalSignIn(firm, noah.email)).result.sessionToken)).toEqual([]);
  });
});
