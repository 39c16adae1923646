import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { World, type Data } from "../../testing/world.js";

/** Each of them is somebody else, whatever a database's collation thinks. */
const ids = [
  "straße",
  "strasse",
  "STRASSE",
  "é",
  "e",
  "E",
  "É",
  "😀",
  "😁",
  "a",
  "A",
  "ａ",
  "a b",
  "a-b",
  "ı",
  "i",
  "İ",
];

describeOnDatabases("contacts that look alike", (database) => {
  let world: World;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url(), { sourceLimitFactor: 1_000_000 });
    owner = await world.ownerToken(await world.firm());
  });
  afterAll(() => world.stop());

  it("with ids that differ only in case, accents, ß or emoji are different ones, each found by its own", async () => {
    const contacts = ids.map((externalId) => ({ externalId, name: `Id ${externalId}` }));
    for (const outcome of ["CREATED", "UNCHANGED"]) {
      const { outcomes } = await world.mutate("upsertContacts", "UpsertContactsInput", "outcomes", { contacts }, owner);
      expect(outcomes).toEqual(ids.map(() => outcome));
    }
    for (const id of ids) {
      const query = "query($id: String!) { contact(externalId: $id) { externalId } }";
      expect((await world.ask(query, { id }, owner)).data.contact.externalId).toBe(id);
    }
  });

  it.each(
    ["NAME", "CREATED_AT", "LAST_SIGN_IN_AT"].flatMap((field) =>
      ["ASC", "DESC"].flatMap((direction) => ["forward", "backward"].map((way) => [field, direction, way])),
    ),
  )("by %s %s, page by page %s, are each listed once while rows come and change", async (field, direction, way) => {
    const own = await world.ownerToken(await world.firm());
    const contacts = Array.from({ length: 24 }, (_, n) => ({ name: "Same Name", externalId: `same-${n}` }));
    await world.mutate("upsertContacts", "UpsertContactsInput", "outcomes", { contacts }, own);
    const isForward = way === "forward";
    const query = `query($cursor: String) { contacts(${isForward ? "first: 5, after" : "last: 5, before"}: $cursor,
      orderBy: { field: ${field}, direction: ${direction} })
      { nodes { externalId } pageInfo { hasNextPage endCursor hasPreviousPage startCursor } } }`;
    const found: string[] = [];
    let cursor: string | null = null;
    for (let page = 0, more = true; more; page++) {
      const { data }: Data = await world.ask(query, { cursor }, own);
      found.push(...data.contacts.nodes.map(({ externalId }: Data) => externalId));
      const { pageInfo } = data.contacts;
      more = isForward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage;
      cursor = isForward ? pageInfo.endCursor : pageInfo.startCursor;
      const changed = { name: "Same Name", externalId: `same-${page}`, organization: `Changed ${page}` };
      const added = { name: "Same Name", externalId: `new-${page}` };
      await world.mutate("upsertContacts", "UpsertContactsInput", "outcomes", { contacts: [changed, added] }, own);
      expect(page).toBeLessThan(30);
    }
    const old = found.filter((id) => id.startsWith("same-"));
    expect(old.toSorted()).toEqual(contacts.map(({ externalId }) => externalId).toSorted());
    expect(new Set(found).size).toBe(found.length);
  });
});
