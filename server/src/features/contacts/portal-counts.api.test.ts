import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { migrations } from "../../entities.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, World } from "../../testing/world.js";
import { Contact } from "./contact.entity.js";
import { markInvited } from "./account-links.js";

const STATS =
  "{ firm { portalStats { contacts withoutEmail notInvited invited withAccount twoFactorEnrolled lockedOut } } }";

describeOnDatabases("a firm's portal statistics", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const stats = async () => (await world.ask(STATS, {}, owner)).data.firm.portalStats as Record<string, number>;
  /** The numbers from counting every contact. */
  const recount = async () => {
    const rows = (await world.app.work.reader.query(
      `SELECT c.accessState, t.enrolledAt, t.lockedUntil FROM contacts c LEFT JOIN two_factor_states t ON t.ownerId = c.portalAccountId
       WHERE c.firmId = ?`,
      [firm.id],
    )) as { accessState: string; enrolledAt: number | null; lockedUntil: number | null }[];
    const count = (is: (row: (typeof rows)[number]) => boolean) => rows.filter(is).length;
    return {
      contacts: rows.length,
      withoutEmail: count(({ accessState }) => accessState === "NO_EMAIL"),
      notInvited: count(({ accessState }) => accessState === "NOT_INVITED"),
      invited: count(({ accessState }) => accessState === "INVITED"),
      withAccount: count(({ accessState }) => accessState === "ACCOUNT_CREATED"),
      twoFactorEnrolled: count(({ enrolledAt }) => enrolledAt !== null),
      lockedOut: count(({ lockedUntil }) => lockedUntil !== null && Number(lockedUntil) > world.now()),
    };
  };
  const contactMutation = (name: string, input: string, variables: object) =>
    world.mutate(name, input, "contact { id } userErrors { code }", variables, owner);

  it("equal those of its contacts, whatever happened at the same moment", async () => {
    const clients = [];
    for (let n = 0; n < 4; n++) {
      const client = await world.client(firm, owner);
      clients.push(client);
      // With its own id, so that no other row refers to it.
      const input = { contactId: client.contactId, externalId: `own-${n}` };
      await contactMutation("updateContact", "UpdateContactInput", input);
    }
    const upsert = (rows: object[]) =>
      world.mutate(
        "upsertContacts",
        "UpsertContactsInput",
        "results { userErrors { code } }",
        { contacts: rows },
        owner,
      );
    for (let round = 0; round < 3; round++) {
      // Each client sets up 2FA, while contacts with the same mailbox come and go.
      await Promise.all(
        clients.flatMap(({ email, created }, n) => [
          world.enroll({ token: created.result.sessionToken }),
          upsert([
            { name: `Second ${n}`, externalId: `second-${n}`, email },
            { name: "No mailbox", externalId: `none-${n}-${round}` },
          ]),
          upsert([
            { name: `Third ${n}`, externalId: `third-${n}`, email: round === 1 ? "elsewhere@client.example" : email },
          ]),
        ]),
      );
      expect(await stats()).toEqual(await recount());
      expect((await stats()).twoFactorEnrolled).toBeGreaterThanOrEqual(clients.length);
      // And loses it again, while its contacts move.
      await Promise.all(
        clients.flatMap(({ contactId }, n) => [
          contactMutation("resetTwoFactor", "ContactReasonInput", { contactId, reason: "lost the phone" }),
          upsert([{ name: `Second ${n}`, externalId: `second-${n}`, email: `moved-${n}@client.example` }]),
        ]),
      );
      expect((await stats()).twoFactorEnrolled).toBe(0);
      for (const { email } of clients) {
        const { id } = await world.contact(owner, "Fresh", `fresh-${round}-${email}`);
        await Promise.all([
          contactMutation("updateContact", "UpdateContactInput", { contactId: id, email }),
          world.mutate(
            "inviteContacts",
            "InviteContactsInput",
            "results { userErrors { code } }",
            { contactIds: [id] },
            owner,
          ),
        ]);
      }
      expect(await stats()).toEqual(await recount());
      for (const client of clients)
        client.created = await world.signIn("portalSignIn", "PortalSignInInput", {
          firmSlug: firm.slug,
          email: client.email,
          password: CLIENT_PASSWORD,
        });
    }
  });

  it("keep nothing of what was rolled back", async () => {
    const before = await stats();
    const { id } = await world.contact(owner);
    const { work } = world.app;
    const one = { ...before, contacts: Number(before.contacts) + 1, notInvited: Number(before.notInvited) + 1 };
    await expect(
      work.do(async (unit) => {
        await markInvited(unit, firm.id, [id]);
        throw new Error("changed its mind");
      }),
    ).rejects.toThrow("changed its mind");
    expect(await stats()).toEqual(one);
    // Refused by the database after the first row was written.
    await contactMutation("createContact", "ContactInput", { name: "Takes an id", externalId: "taken" });
    await contactMutation("createContact", "ContactInput", { name: "Wants it too", externalId: "taken" });
    expect(await stats()).toEqual(await recount());
    expect((await stats()).withoutEmail).toBe(Number(before.withoutEmail) + 1);
  });

  it("show who is locked out now, and no longer when the time is over", async () => {
    const client = await world.client(firm, owner);
    await world.enroll({ token: client.created.result.sessionToken });
    const { portalAccountId } = await world.app.work.reader.findOneByOrFail(Contact, { id: client.contactId });
    await world.app.work.do((unit) =>
      unit.manager.query("UPDATE two_factor_states SET lockedUntil = ? WHERE ownerId = ?", [
        world.now() + 600_000,
        portalAccountId,
      ]),
    );
    expect((await stats()).lockedOut).toBe(1);
    world.forward({ minutes: 11 });
    expect((await stats()).lockedOut).toBe(0);
  });

  it("are filled in from existing rows when an older installation is updated", async () => {
    const dataSource = world.app.work.reader.connection;
    const migration = migrations.map((one) => new one()).find(({ name }) => name?.startsWith("PortalCounts"));
    const runner = dataSource.createQueryRunner();
    const before = await stats();
    try {
      await migration?.down(runner);
      await expect(runner.query("SELECT * FROM portal_counts")).rejects.toThrow(/portal_counts/);
      await migration?.up(runner);
    } finally {
      await runner.release();
    }
    expect(await stats()).toEqual(before);
    expect(await stats()).toEqual(await recount());
  });
});
