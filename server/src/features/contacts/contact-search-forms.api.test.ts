import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { World } from "../../testing/world.js";

/** What people type, and whom it finds. */
const searches: [typed: string, found: string[]][] = [
  ["O'Connor", ["Maura O’Connor", "OConnor & Sons"]],
  ["O’Connor", ["Maura O’Connor", "OConnor & Sons"]],
  ["oconnor", ["Maura O’Connor", "OConnor & Sons"]],
  ["Connor", ["Maura O’Connor"]],
  ["Lecoeur", ["Anne Lecœur"]],
  ["LECŒUR", ["Anne Lecœur"]],
  ["client.example", ["Anne Lecœur", "Maura O’Connor"]],
  ["anne@client.example", ["Anne Lecœur"]],
  ["@client.example", ["Anne Lecœur", "Maura O’Connor"]],
  ["bucher.example", ["Łukasz Żółć"]],
  ["xn--bcher-kva.example", ["Łukasz Żółć"]],
  ["lukasz zolc", ["Łukasz Żółć"]],
  ["smith jones", ["Smith-Jones"]],
  ["smith‑jones", ["Smith-Jones"]],
  ["smithjones", ["Smith-Jones"]],
  ["ørsted", ["Orsted"]],
  ["γιωργος", ["ΓΙΩΡΓΟΣ"]],
  ["isik", ["İpek Işık"]],
  ["محمد", ["مُحَمَّد"]],
  ["2024", ["شركة ٢٠٢٤"]],
  ["ハハ", []],
  ["パパ", ["パパ"]],
];
const people: [name: string, email?: string][] = [
  ["Zoë"],
  ["Smith-Jones"],
  ["パパ"],
  ["Maura O’Connor", "maura@client.example"],
  ["OConnor & Sons"],
  ["Anne Lecœur", "anne@client.example"],
  ["Łukasz Żółć", "info@bücher.example"],
  ["Luisa"],
  ["Lukas"],
  ["Orsted"],
  ["Œuvre"],
  ["Ofer"],
  ["ΓΙΩΡΓΟΣ"],
  ["İpek Işık"],
  ["مُحَمَّد"],
  ["شركة ٢٠٢٤"],
  ["3M"],
];
const inOrder = [
  "3M",
  "Anne Lecœur",
  "İpek Işık",
  "Luisa",
  "Lukas",
  "Łukasz Żółć",
  "Maura O’Connor",
  "OConnor & Sons",
  "Œuvre",
  "Ofer",
  "Orsted",
  "Smith-Jones",
  "Zoë",
  "ΓΙΩΡΓΟΣ",
  "شركة ٢٠٢٤",
  "مُحَمَّد",
  "パパ",
];

describeOnDatabases("contacts whose names are typed in another way than they are stored", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
    for (const [at, [name, email = `nobody${at}@elsewhere.example`]] of people.entries())
      await world.contact(owner, name, email);
  });
  afterAll(() => world.stop());

  const page = async (args: Record<string, unknown>, token = owner) => {
    const query = `query($first: Int, $last: Int, $after: String, $before: String, $filter: ContactFilter) {
      contacts(first: $first, last: $last, after: $after, before: $before, filter: $filter) {
        nodes { id name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }`;
    const { data } = await world.ask(query, args, token);
    return data.contacts as {
      nodes: { id: string; name: string }[];
      pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
      totalCount: number;
    };
  };
  const names = async (args: Record<string, unknown>, token = owner) =>
    (await page(args, token)).nodes.map(({ name }) => name);

  it.each(searches)("are found by %j", async (search, found) =>
    expect((await names({ filter: { search } })).toSorted()).toEqual(found.toSorted()),
  );

  it("are listed in the order of their base letters, the same on every database", async () =>
    expect(await names({})).toEqual(inOrder));

  it("are paged in both directions where their keys are equal, each once", async () => {
    const other = await world.ownerToken(await world.firm());
    const contacts = Array.from({ length: 12 }, (_, n) => ({
      name: ["Smith-Jones", "Smith Jones", "SMITH‑JONES", "Smith–Jones"][n % 4],
      externalId: `${n}`,
    }));
    await world.mutate("upsertContacts", "UpsertContactsInput", "results { contact { id } }", { contacts }, other);
    for (const filter of [{}, { search: "smith-jones" }]) {
      const all = (await page({ filter }, other)).nodes.map(({ id }) => id);
      expect(new Set(all).size).toBe(12);
      const found: string[] = [];
      for (let after: string | null = null, more = true; more;) {
        const { nodes, pageInfo } = await page({ filter, first: 5, after }, other);
        found.push(...nodes.map(({ id }) => id));
        ({ hasNextPage: more, endCursor: after } = pageInfo);
      }
      expect(found).toEqual(all);
      const backwards: string[] = [];
      for (let before: string | null = null, more = true; more;) {
        const { nodes, pageInfo } = await page({ filter, last: 5, before }, other);
        backwards.unshift(...nodes.map(({ id }) => id));
        ({ hasPreviousPage: more, startCursor: before } = pageInfo);
      }
      expect(backwards).toEqual(all);
    }
  });

  it("are still found after they are renamed, and no longer by the old name", async () => {
    const { id } = await world.contact(owner, "Siobhán O’Neill");
    await world.mutate(
      "updateContact",
      "UpdateContactInput",
      "contact { id }",
      { contactId: id, name: "D’Arcy" },
      owner,
    );
    expect(await names({ filter: { search: "oneill" } })).toEqual([]);
    expect(await names({ filter: { search: "d'arcy" } })).toEqual(["D’Arcy"]);
  });
});
