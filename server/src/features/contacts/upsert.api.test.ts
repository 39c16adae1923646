import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { watchListedChanges } from "../../testing/listed-changes.js";
import { codesOf, World, type Data } from "../../testing/world.js";

const newId = (): string => randomBytes(5).toString("hex");

describeOnDatabases("upsertContacts", (database) => {
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

  const upsert = (contacts: object[], token = owner): Promise<Data> =>
    world.mutate(
      "upsertContacts",
      "UpsertContactsInput",
      "results { contact { id name email organization externalId } userErrors { code field message } }",
      { contacts },
      token,
    );
  const one = async (row: object): Promise<Data> => (await upsert([row])).results[0].contact;
  const eventsOf = async (contactId: string): Promise<string[]> => {
    const { data } = await world.ask(
      "query($id: ID!) { contact(id: $id) { auditEvents { nodes { type } } } }",
      { id: contactId },
      owner,
    );
    return data.contact.auditEvents.nodes.map(({ type }: { type: string }) => type);
  };

  it("a bad row is reported with its position, and the good ones beside it are kept, in order", async () => {
    const [a, c] = [newId(), newId()];
    const { results, userErrors } = await upsert([
      { name: "Ann Good", externalId: a },
      { name: "Bad Address", email: "not an address" },
      { name: "   " },
      { name: "Cyd Good", externalId: c, email: ` Cyd-${c}@Client.Example ` },
    ]);
    expect(userErrors).toEqual([]);
    expect(results.map(({ contact }: Data) => contact?.name ?? null)).toEqual(["Ann Good", null, null, "Cyd Good"]);
    expect(results.map(codesOf)).toEqual([[], ["INVALID_EMAIL"], ["INVALID_INPUT"], []]);
    expect(results[1].userErrors[0].field).toEqual(["input", "contacts", "1", "email"]);
    expect(results[2].userErrors[0].field).toEqual(["input", "contacts", "2", "name"]);
    expect(results[3].contact.email).toBe(`cyd-${c}@client.example`);
  });

  it("a dry run reports what each row would do, even after the rows before it, and does nothing", async () => {
    const [known, fresh] = [newId(), newId()];
    await upsert([{ name: "Known", externalId: known }]);
    const rows = [
      { name: "Known", externalId: known },
      { name: "Known by another name", externalId: known },
      { name: "Fresh", externalId: fresh },
      { name: "Fresh", externalId: fresh },
      { name: "Bad", email: "not an address" },
    ];
    const run = (dryRun: boolean): Promise<Data> =>
      world.mutate("upsertContacts", "UpsertContactsInput", "outcomes", { contacts: rows, dryRun }, owner);
    const expected = ["UNCHANGED", "UPDATED", "CREATED", "UNCHANGED", null];
    expect((await run(true)).outcomes).toEqual(expected);
    const { data } = await world.ask(
      "query($known: String!, $fresh: String!) { known: contact(externalId: $known) { name auditEvents { nodes { type } } } fresh: contact(externalId: $fresh) { id } }",
      { known, fresh },
      owner,
    );
    expect(data).toEqual({
      known: { name: "Known", auditEvents: { nodes: [{ type: "CONTACT_CREATED" }] } },
      fresh: null,
    });
    expect((await run(false)).outcomes).toEqual(expected);
  });

  it("accepts 500 rows and not one more", async () => {
    const rows = Array.from({ length: 501 }, (_, index) => ({ name: `Row ${index.toString()}` }));
    const other = await world.firm();
    const token = await world.ownerToken(other);
    const refused = await upsert(rows, token);
    expect(codesOf(refused)).toEqual(["INVALID_INPUT"]);
    expect(refused.results).toBeNull();
    const counted = async () =>
      (await world.ask("{ contacts(first: 1) { totalCount } }", {}, token)).data.contacts.totalCount;
    expect(await counted()).toBe(0);
    expect((await upsert(rows.slice(1), token)).results).toHaveLength(500);
    expect(await counted()).toBe(500);
  });

  it("matches by externalId first, whatever the email; omitted fields keep their values", async () => {
    const externalId = newId();
    const first = await one({
      name: "Old Name",
      externalId,
      email: `a-${externalId}@client.example`,
      organization: "Pine",
    });
    const mailbox = await one({ name: "Holds the mailbox", email: `b-${externalId}@client.example` });
    const again = await one({ name: "New Name", externalId, email: `b-${externalId}@client.example` });
    expect(again).toEqual({ ...first, name: "New Name", email: mailbox.email });
    const ofOtherCase = await one({ name: "Other Case", externalId: `${externalId}-a` });
    expect((await one({ name: "Other Case", externalId: `${externalId}-A` })).id).not.toBe(ofOtherCase.id);
  });

  it("matches by email if no externalId matches, and gives the match its externalId", async () => {
    const externalId = newId();
    const email = `m-${externalId}@client.example`;
    const first = await one({ name: "By Mail", email });
    const found = await one({ name: "By Mail", email: email.toUpperCase(), externalId });
    expect(found).toEqual({ ...first, externalId });
    // Another externalId with the same mailbox is a separate contact; a row without one matches the existing contact.
    const second = await one({ name: "Same Mailbox", email, externalId: `${externalId}-2` });
    expect(second.id).not.toBe(first.id);
    expect((await one({ name: "By Mail", email })).id).toBe(first.id);
  });

  it("among several with the mailbox, prefers the one without an externalId", async () => {
    const externalId = newId();
    const email = `s-${externalId}@client.example`;
    await one({ name: "Has One", email, externalId });
    const { id } = await world.contact(owner, "Has None", email);
    expect((await one({ name: "Has None", email, externalId: `${externalId}-2` })).id).toBe(id);
  });

  it("repeating the same rows changes nothing, and records nothing in the log", async () => {
    const externalId = newId();
    const row = { name: "Nightly", externalId, email: `n-${externalId}@client.example` };
    const { id } = await one(row);
    expect((await one(row)).id).toBe(id);
    expect(await eventsOf(id)).toEqual(["CONTACT_CREATED"]);
    await one({ ...row, organization: "Harbor" });
    expect(await eventsOf(id)).toEqual(["CONTACT_UPDATED", "CONTACT_CREATED"]);
  });

  it("two rows of one call with the same externalId are one contact; another firm's are never touched", async () => {
    const externalId = newId();
    const { results } = await upsert([
      { name: "First", externalId },
      { name: "Second", externalId },
    ]);
    expect(results[0].contact.id).toBe(results[1].contact.id);
    const stranger = await world.ownerToken(await world.firm());
    const foreign = (await upsert([{ name: "Foreign", externalId }], stranger)).results[0].contact;
    expect(foreign.id).not.toBe(results[0].contact.id);
    expect((await one({ name: "Second", externalId })).name).toBe("Second");
  });

  it("bad rows among many spoil none of the others, and each is reported with its own position", async () => {
    const run = newId();
    const bad = [0, 1, 98, 99, 100, 101, 149];
    const rows = Array.from({ length: 150 }, (_, index) => ({
      name: `Row ${index.toString()}`,
      externalId: `${run}-${index.toString()}`,
      email: bad.includes(index) ? "nonsense" : `r${index.toString()}-${run}@client.example`,
    }));
    const { results } = await upsert(rows);
    expect(results.flatMap(({ contact }: Data, index: number) => (contact ? [] : [index]))).toEqual(bad);
    expect(bad.map((index) => results[index].userErrors[0].field)).toEqual(
      bad.map((index) => ["input", "contacts", index.toString(), "email"]),
    );
    expect(results[97].contact).toMatchObject({ name: "Row 97", externalId: `${run}-97` });
    const found = await world.ask(
      "query($search: String!) { contacts(first: 1, filter: { search: $search }) { totalCount } }",
      { search: run },
      owner,
    );
    // By the email, whose words are searched.
    expect(found.data.contacts.totalCount).toBe(rows.length - bad.length);
  });

  it("rows of one call see what the rows before them did, near or far: the later one wins, and each result is as of its row", async () => {
    const run = newId();
    const filler = Array.from({ length: 120 }, (_, index) => ({ name: `Filler ${index.toString()}` }));
    const email = `seen-${run}@client.example`;
    const { results } = await upsert([
      { name: "First", email },
      { name: "Second", email: email.toUpperCase() },
      { name: "Refused", email, externalId: "x".repeat(201) },
      { name: "Gets an id", email, externalId: run },
      ...filler,
      { name: "By the id", externalId: run, email: `moved-${run}@client.example` },
      { name: "By the new mailbox", email: `moved-${run}@client.example` },
      { name: "Somebody new at the old mailbox", email },
    ]);
    const named = results.filter(({ contact }: Data) => contact && !contact.name.startsWith("Filler"));
    expect(named.map(({ contact }: Data) => contact.name)).toEqual([
      "First",
      "Second",
      "Gets an id",
      "By the id",
      "By the new mailbox",
      "Somebody new at the old mailbox",
    ]);
    expect(new Set(named.slice(0, 5).map(({ contact }: Data) => contact.id)).size).toBe(1);
    expect(named[5].contact.id).not.toBe(named[0].contact.id);
    expect(results[2]).toMatchObject({ contact: null, userErrors: [{ code: "INVALID_INPUT" }] });
    expect(await eventsOf(named[0].contact.id)).toEqual([
      "CONTACT_UPDATED",
      "CONTACT_UPDATED",
      "CONTACT_UPDATED",
      "CONTACT_UPDATED",
      "CONTACT_CREATED",
    ]);
    const { data } = await world.ask(
      "query($externalId: String!) { contact(externalId: $externalId) { name email } }",
      { externalId: run },
      owner,
    );
    expect(data.contact).toEqual({ name: "By the new mailbox", email: `moved-${run}@client.example` });
  });

  it("a client's account serves the rows with its email from the same commit", async () => {
    const { email } = await world.client(firm, owner);
    const { results } = await upsert([
      { name: "Another firm of hers", externalId: newId(), email },
      { name: "Nobody", externalId: newId(), email: `no-${newId()}@client.example` },
    ]);
    const stateOf = async (id: string): Promise<string> =>
      (
        await world.ask(
          "query($id: ID!) { contact(id: $id) { portalAccessState portalAccount { email } } }",
          { id },
          owner,
        )
      ).data.contact;
    expect(await stateOf(results[0].contact.id)).toEqual({
      portalAccessState: "ACCOUNT_CREATED",
      portalAccount: { email },
    });
    expect(await stateOf(results[1].contact.id)).toEqual({ portalAccessState: "NOT_INVITED", portalAccount: null });
  });

  it("parallel calls with one externalId leave one contact", async () => {
    const externalId = newId();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => upsert([{ name: "Raced", externalId, email: `r-${externalId}@client.example` }])),
    );
    const ids = new Set(answers.flatMap(({ results }) => results.map(({ contact }: Data) => contact?.id)));
    expect([...ids]).toHaveLength(1);
  });

  it("X63 changes nothing that lists show without an event in the same commit", () => {
    expect(unheard.found()).toEqual([]);
  });
});
