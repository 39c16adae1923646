import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { watchListedChanges } from "../../testing/listed-changes.js";
import { CLIENT_PASSWORD, World } from "../../testing/world.js";

describeOnDatabases("contacts and accounts that are created at the same moment", (database) => {
  const unheard = watchListedChanges(database);
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  it("a second contact with the email is linked to the account, whichever commits first", async () => {
    for (let round = 0; round < 5; round++) {
      const { email } = await world.contact(owner);
      await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
      const confirmationToken = await world.mailedToken(email, /Create your account/);
      const [second] = await Promise.all([
        world.contact(owner, "The Same Mailbox", email),
        world.signIn("createPortalAccount", "CreatePortalAccountInput", {
          confirmationToken,
          password: CLIENT_PASSWORD,
        }),
      ]);
      const { data } = await world.ask(
        "query($id: ID!) { contact(id: $id) { portalAccessState portalAccount { email } } }",
        { id: second.id },
        owner,
      );
      expect(data.contact).toEqual({ portalAccessState: "ACCOUNT_CREATED", portalAccount: { email } });
    }
  });

  it("the same new row sent twice at once becomes one contact", async () => {
    const rows = { contacts: [{ name: "Twice", email: "twice@client.example" }] };
    const upsert = () =>
      world.mutate(
        "upsertContacts",
        "UpsertContactsInput",
        "results { contact { id } userErrors { code } }",
        rows,
        owner,
      );
    const answers = await Promise.all([upsert(), upsert(), upsert()]);
    expect(new Set(answers.map(({ results }) => results[0].contact.id)).size).toBe(1);
  });

  it("a new email was never invited, and the counts still add up", async () => {
    const { id } = await world.contact(owner);
    await world.mutate(
      "inviteContacts",
      "InviteContactsInput",
      "results { contact { id } userErrors { code } }",
      { contactIds: [id] },
      owner,
    );
    const state = async () =>
      (await world.ask("query($id: ID!) { contact(id: $id) { portalAccessState } }", { id }, owner)).data.contact
        .portalAccessState;
    expect(await state()).toBe("INVITED");
    await world.mutate(
      "updateContact",
      "UpdateContactInput",
      "contact { id }",
      { contactId: id, email: `other-${id}@client.example` },
      owner,
    );
    expect(await state()).toBe("NOT_INVITED");
    await world.mutate("updateContact", "UpdateContactInput", "contact { id }", { contactId: id, email: null }, owner);
    expect(await state()).toBe("NO_EMAIL");
    const { data } = await world.ask(
      "{ firm { portalStats { contacts withoutEmail notInvited invited withAccount } } }",
      {},
      owner,
    );
    const { contacts, ...parts } = data.firm.portalStats as Record<string, number>;
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(contacts);
  });

  it("X63 changes nothing that lists show without an event in the same commit", () => {
    expect(unheard.found()).toEqual([]);
  });
});
