import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { World, type Data } from "../../testing/world.js";

/** Pairs that look the same: as a Mac's files and some phones write them, and composed, as everybody else does. */
const pairs: [what: string, decomposed: string, composed: string][] = [
  ["an umlaut", "Zoe\u0308 Mu\u0308ller", "Zoë Müller"],
  ["an accent", "Andre\u0301 Gide", "André Gide"],
  ["Vietnamese", "Nguye\u0302\u0303n Thi\u0323", "Nguyễn Thị"],
  ["Korean", "\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"],
  ["Japanese", "カ\u3099シ\u3099", "ガジ"],
  ["a ring", "\u212Bngstro\u0308m", "Ångström"],
  ["Cyrillic", "и\u0306од", "йод"],
];

describeOnDatabases("names, titles and ids that are written in two ways", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const CONTACT = "contact { id name organization externalId }";
  const create = (input: object): Promise<Data> => world.mutate("createContact", "ContactInput", CONTACT, input, owner);
  const upsert = async (contacts: object[]): Promise<Data> =>
    world.mutate(
      "upsertContacts",
      "UpsertContactsInput",
      `outcomes results { ${CONTACT} userErrors { code field } }`,
      { contacts },
      owner,
    );
  const find = async (externalId: string): Promise<Data> => {
    const query = "query($externalId: String) { contact(externalId: $externalId) { id externalId } }";
    return (await world.ask(query, { externalId }, owner)).data.contact;
  };

  it.each(pairs)("are stored composed and found by both: %s", async (what, decomposed, composed) => {
    const id = `${decomposed} ${what}`;
    const { contact } = await create({ name: decomposed, organization: decomposed, externalId: ` ${id} ` });
    expect([contact.name, contact.organization, contact.externalId]).toEqual([
      composed,
      composed,
      `${composed} ${what}`,
    ]);
    for (const wanted of [id, `${composed} ${what}`, ` ${id}`]) expect((await find(wanted)).id).toBe(contact.id);

    const { outcomes, results } = await upsert([
      { name: composed, externalId: id },
      { name: decomposed, externalId: `${composed} ${what}` },
    ]);
    expect([outcomes, results.map((result: Data) => result.contact.id)]).toEqual([
      ["UNCHANGED", "UNCHANGED"],
      [contact.id, contact.id],
    ]);
    const again = await world.ask(
      `mutation($input: ContactInput!) { createContact(input: $input) { userErrors { code } } }`,
      { input: { name: "Another", externalId: id } },
      owner,
    );
    expect(again.data.createContact.userErrors).toEqual([{ code: "ALREADY_EXISTS" }]);
  });

  it("in one upload are one contact", async () => {
    const { outcomes } = await upsert([
      { name: "One", externalId: "Rene\u0301e" },
      { name: "One", externalId: "Renée" },
    ]);
    expect(outcomes).toEqual(["CREATED", "UNCHANGED"]);
  });

  it("are at most 200 characters long once they are composed", async () => {
    const { contact } = await create({ name: "e\u0301".repeat(200) });
    expect(contact.name).toBe("é".repeat(200));
  });

  it("of requests are composed", async () => {
    const { id } = await world.contact(owner);
    const sent = await world.mutate(
      "sendClientRequest",
      "SendClientRequestInput",
      "request { title items { text } }",
      { contactId: id, title: "De\u0301claration", items: ["Rele\u0300ve\u0301s"] },
      owner,
    );
    expect(JSON.stringify(sent)).toContain("Déclaration");
    expect(JSON.stringify(sent)).toContain("Relèvés");
  });

  it("from before they were composed stay as they are, and are found as they were sent", async () => {
    const { contact } = await create({ name: "Old", externalId: "old" });
    const old = "Ame\u0301lie-17";
    await world.app.work.do((unit) =>
      unit.manager.query("UPDATE contacts SET externalId = ? WHERE id = ?", [old, contact.id]),
    );
    expect((await find(old)).id).toBe(contact.id);
    const { outcomes, results } = await upsert([{ name: "Old", externalId: old }]);
    expect([outcomes, results[0].contact.externalId]).toEqual([["UNCHANGED"], old]);
    // Beside one that is composed, each keeps its own.
    const { contact: composed } = await create({ name: "New", externalId: "Amélie-17" });
    const both = await upsert([
      { name: "Old again", externalId: old },
      { name: "New again", externalId: "Amélie-17" },
    ]);
    expect(both.results.map((result: Data) => [result.contact.id, result.contact.name])).toEqual([
      [contact.id, "Old again"],
      [composed.id, "New again"],
    ]);
  });
});
