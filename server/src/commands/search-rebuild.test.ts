import { mkdtempSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { contactWords, nameKeyOf } from "../features/contacts/contact-index.js";
import { SearchForms1764170000000 } from "../migrations/1764170000000-search-forms.js";
import { KeyRing } from "../platform/crypto/key-ring.js";
import { describeOnDatabases, freshDatabaseUrl, type FreshDatabase } from "../testing/databases.js";
import { gatehouse } from "../testing/server-process.js";
import { codesOf, OWNER_PASSWORD, World, type Data } from "../testing/world.js";

/** The words and the sort key as the version before made them. */
const formOfBefore = (text: string) => text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
function wordsOfBefore({ name, organization, email }: Data): string[] {
  const text = formOfBefore([name, organization, email].filter(Boolean).join(" "));
  const words = [...text.split(/[^\p{L}\p{N}]+/u), ...text.split(/\s+/u)].filter(Boolean);
  return [...new Set(words.map((word) => [...word].slice(0, 60).join("")))];
}
const special = [
  "Maura O’Connor",
  "Anne Lecœur",
  "Łukasz Żółć",
  "Smith‑Jones",
  "Guðrún Þórðardóttir",
  "İpek Işık",
  "ΓΙΏΡΓΟΣ",
  "مُحَمَّد علی‌رضا",
  "شركة ٢٠٢٤",
  "कि फ़ातिमा",
  "ガジ",
  "J.R.R. Tolkien",
  "'",
  "Ann 🦊 & Söhne (100 %)",
  "ß".repeat(200),
  "🦊 ".repeat(90),
  "Plain Name",
];
const names = [
  ...special,
  ...Array.from({ length: 470 }, (_, n) => `${special[n % special.length]?.slice(0, 60)} ${n}`),
];

describeOnDatabases("contacts that the version before has written", (database) => {
  const keys = `k1:${randomBytes(32).toString("base64")}`;
  const environment = { SECRET_KEYS: keys };
  const directory = mkdtempSync(join(tmpdir(), "gatehouse-search-"));
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  let other: FreshDatabase;
  let oldCursor: string;
  let wordsBefore: string[];

  const query = async (text: string, parameters: unknown[] = []): Promise<Data[]> =>
    (await world.app.work.reader.query(text, parameters)) as Data[];
  const page = async (args: object, of = world, token = owner) =>
    (
      await of.ask(
        "query($first: Int, $after: String, $filter: ContactFilter) { contacts(first: $first, after: $after, filter: $filter) { nodes { name } pageInfo { hasNextPage endCursor } } }",
        args,
        token,
      )
    ).data.contacts as { nodes: { name: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
  const found = async (search: string, of = world, token = owner) =>
    (await page({ first: 100, filter: { search } }, of, token)).nodes.map(({ name }) => name);
  const contacts = () => query("SELECT id, name, nameKey, organization, email FROM contacts");
  const wordRows = async () =>
    (await query("SELECT word, nameKey, contactId FROM search_words"))
      .map(({ word, nameKey, contactId }) => [contactId, word, nameKey].join(" | "))
      .toSorted();
  /** Writes the contacts' words and keys as the version before does. */
  const writeAsBefore = async (written: Data[]) => {
    for (const contact of written) {
      const nameKey = formOfBefore(contact.name).slice(0, 200);
      await query("DELETE FROM search_words WHERE contactId = ?", [contact.id]);
      await query("UPDATE contacts SET nameKey = ? WHERE id = ?", [nameKey, contact.id]);
      await query("UPDATE roll_out_recipients SET nameKey = ? WHERE contactId = ?", [nameKey, contact.id]);
      const words = wordsOfBefore(contact);
      await query(
        `INSERT INTO search_words (firmId, word, nameKey, contactId) VALUES ${words.map(() => "(?, ?, ?, ?)").join(", ")}`,
        words.flatMap((word) => [firm.id, word, nameKey, contact.id]),
      );
    }
  };
  const migrate = async (endAt?: number) => {
    const runner = world.app.work.reader.connection.createQueryRunner();
    const send = runner.query.bind(runner);
    let inserts = 0;
    // As if the process had been killed in the middle of a page.
    runner.query = ((text: string, parameters?: unknown[]) => {
      if (text.startsWith("INSERT INTO search_words") && ++inserts === endAt) throw new Error("killed");
      return send(text, parameters);
    }) as typeof runner.query;
    try {
      await new SearchForms1764170000000().up(runner);
    } finally {
      await runner.release();
    }
  };
  const mustBeRebuilt = async () => {
    const all = await contacts();
    const rows = new Set(await wordRows());
    const missing = all.flatMap((contact) =>
      contactWords({ name: contact.name, organization: contact.organization, email: contact.email })
        .map((word) => [contact.id, word, contact.nameKey].join(" | "))
        .filter((row) => !rows.has(row)),
    );
    expect(missing).toEqual([]);
    expect(all.map(({ nameKey }) => nameKey)).toEqual(all.map(({ name }) => nameKeyOf(name)));
  };

  beforeAll(async () => {
    world = await World.start(database.url(), { keys: KeyRing.parse(keys) });
    firm = await world.firm();
    owner = await world.ownerToken(firm);
    const rows = names.map((name, n) => ({
      name,
      externalId: `c${n}`,
      organization: n % 3 === 0 ? "Müller‑Söhne" : null,
      email: n % 2 === 0 ? `person.${n}@bücher.example` : null,
    }));
    const saved = await world.mutate("upsertContacts", "UpsertContactsInput", "outcomes", { contacts: rows }, owner);
    expect(codesOf(saved)).toEqual([]);
    await world.client(firm, owner);
    await world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD }, owner);
    const { version } = (await world.ask("{ firm { securityPolicy { version } } }", {}, owner)).data.firm
      .securityPolicy;
    const rollOut = {
      enforcedFrom: new Date(world.now() + 30 * 86_400_000).toISOString(),
      message: "Please set it up.",
      mailsPerMinute: 1,
      expectedVersion: version,
    };
    expect(codesOf(await world.mutate("startRollOut", "StartRollOutInput", "rollOut { id }", rollOut, owner))).toEqual(
      [],
    );
    await writeAsBefore(await contacts());
    oldCursor = (await page({ first: 40 })).pageInfo.endCursor;
    wordsBefore = (await wordRows()).map((row) => row.split(" | ").slice(0, 2).join(" | "));
    // What it is about: they are not found.
    expect([await found("O'Connor"), await found("bücher.example")]).toEqual([[], []]);
    await gatehouse(["firm", "export", "--slug", firm.slug, "--to", join(directory, "firm.ndjson")], {
      ...environment,
      DATABASE_URL: database.url(),
    });
    other = await freshDatabaseUrl(database.name);
  }, 240_000);
  afterAll(async () => {
    await world.stop();
    await other.drop();
    rmSync(directory, { recursive: true });
  });

  it("are found and sorted by this version's rules after the migration, also if it was killed half-way and began again", async () => {
    await expect(migrate(2)).rejects.toThrow("killed");
    await migrate();
    await mustBeRebuilt();
    expect(await found("maura o'connor")).toContain("Maura O’Connor");
    expect(await found("lecoeur")).toContain("Anne Lecœur");
    expect((await found("bücher.example")).length).toBe(100);
    const rows = await wordRows();
    await migrate();
    expect(await wordRows()).toEqual(rows);
  }, 240_000);

  it("are still found by a server of the version before, which looks for their former words", async () => {
    const now = new Set((await wordRows()).map((row) => row.split(" | ").slice(0, 2).join(" | ")));
    expect(wordsBefore.filter((row) => !now.has(row))).toEqual([]);
  });

  it("leave no word in the place of their former key", async () => {
    expect(
      await query(
        "SELECT w.word FROM search_words w JOIN contacts c ON c.id = w.contactId WHERE w.nameKey <> c.nameKey",
      ),
    ).toEqual([]);
  });

  it("are in the same order in the list of a roll-out", async () => {
    const differing = await query(
      "SELECT c.name FROM roll_out_recipients r JOIN contacts c ON c.id = r.contactId WHERE r.nameKey <> c.nameKey",
    );
    expect(differing).toEqual([]);
    expect((await query("SELECT contactId FROM roll_out_recipients")).length).toBeGreaterThan(200);
  });

  it("are paged on with a cursor from before", async () => {
    const all: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { nodes, pageInfo }: Awaited<ReturnType<typeof page>> = await page({ first: 100, after });
      all.push(...nodes.map(({ name }) => name));
      ({ hasNextPage: more, endCursor: after } = pageInfo);
    }
    expect(all).toHaveLength(names.length + 1);
    const { nodes } = await page({ first: 100, after: oldCursor });
    const at = all.indexOf(nodes[0]?.name ?? "");
    expect(at).toBeGreaterThan(0);
    expect(nodes.map(({ name }) => name)).toEqual(all.slice(at, at + 100));
  });

  it("keep no former word once they are saved", async () => {
    const [contact] = await query("SELECT id, name, organization, email FROM contacts WHERE name = ?", ["Smith‑Jones"]);
    const change = { contactId: contact?.id, organization: "Jones & Co" };
    await world.mutate("updateContact", "UpdateContactInput", "contact { id }", change, owner);
    const words = await query("SELECT word FROM search_words WHERE contactId = ?", [contact?.id]);
    expect(words.map(({ word }) => word).toSorted()).toEqual(
      contactWords({ ...contact, organization: "Jones & Co" } as Parameters<typeof contactWords>[0]).toSorted(),
    );
  });

  it("are found after an operator's `search rebuild`, if such a server wrote them after the migration", async () => {
    await writeAsBefore(await query("SELECT id, name, organization, email FROM contacts WHERE name LIKE ?", ["%Lec%"]));
    expect(await found("lecoeur")).toEqual([]);
    const said = await gatehouse(["search", "rebuild"], { ...environment, DATABASE_URL: database.url() });
    expect(said).toContain("Every contact");
    expect(await found("lecoeur")).toContain("Anne Lecœur");
    await mustBeRebuilt();
  });

  it("are found where their firm is imported", async () => {
    const there = { DATABASE_URL: other.url, SECRET_KEYS: keys };
    await gatehouse(["firm", "import", "--from", join(directory, "firm.ndjson")], there);
    const another = await World.start(other.url, { keys: KeyRing.parse(keys) });
    try {
      const token = await another.ownerToken(firm);
      expect(await found("maura o'connor", another, token)).toContain("Maura O’Connor");
    } finally {
      await another.stop();
    }
  });
});
