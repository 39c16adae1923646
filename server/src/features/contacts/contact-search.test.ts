import { beforeAll, expect, it } from "@jest/globals";
import type { DataSource } from "typeorm";
import { migrations } from "../../entities.js";
import { isOutOfTime, withTimeLimit } from "../../platform/database/dialect.js";
import { PrimaryReads } from "../../platform/database/reads.js";
import { indexOf, sql, table } from "../../platform/database/sql.js";
import type { PageRequest } from "../../platform/graphql/pages.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { contactWords, nameKeyOf, searchWords } from "./contact-index.js";
import { ContactSearch, searchBounds, type SearchedList } from "./contact-search.js";
import { Contact, SearchWord } from "./contact.entity.js";

const FIRM = "frm_search";
const c = table(Contact, "c");
const first = ["Ada", "Zoë", "Yara", "Yan", "Noah", "Noa", "%", "_"];
const last = ["Zimmer", "Zimmermann", "Yarrow", "Meyer", "Nakamura", "Noahson"];
const people = Array.from({ length: 240 }, (_, n) => {
  const name = `${first[(n * 7) % 8]} ${last[(n * 5) % 6]}${n % 3 === 0 ? "" : ` ${n % 40}`}`;
  const organization = n % 4 === 0 ? `${last[n % 6]} Labs` : null;
  const email = n % 5 === 0 ? null : `client${n}@client.example`;
  return {
    id: `con_${((n * 37) % 240).toString().padStart(4, "0")}`,
    firmId: n % 10 === 9 ? "frm_other" : FIRM,
    externalId: null,
    name,
    nameKey: nameKeyOf(name),
    organization,
    email,
    portalAccountId: null,
    accessState: email === null ? ("NO_EMAIL" as const) : ("NOT_INVITED" as const),
    invitedAt: null,
    createdAt: 1000 + ((n * 11) % 50),
    signedInAt: 0,
  };
});

/** Each way by itself: the bounds rule out all others. */
const ways = {
  "sorted, as few are": searchBounds,
  "merged by words": { few: 0, many: 0, forms: 30, window: 10, filteredWindow: 20 },
  "walked in order": { few: 0, many: 0, forms: 0, window: 1000, filteredWindow: 1000 },
  "walked without success, then sorted": { few: 0, many: 0, forms: 0, window: 2, filteredWindow: 3 },
};
const searches = [
  "z",
  "zimmer",
  "ya",
  "noa",
  "noah n",
  "cl",
  "client1",
  "zimmer labs",
  "zoe",
  "%",
  "_ m",
  "nobody",
  "meyer z 1",
];

describeOnDatabases("a search by the starts of words", (database) => {
  let source: DataSource;
  beforeAll(async () => {
    source = await database.open();
    const firm = (id: string) => ({ id, slug: id.replace("_", "-"), name: id, plan: "TEAM", createdAt: 0 });
    await source.getRepository("firms").insert([firm(FIRM), firm("frm_other")]);
    await source.manager.insert(Contact, people);
    await source.manager.insert(
      SearchWord,
      people.flatMap(({ id, firmId, nameKey, ...contact }) =>
        contactWords(contact).map((word) => ({ firmId, word, nameKey, contactId: id })),
      ),
    );
  });

  const listOf = (
    search: string,
    column: SearchedList["order"]["column"],
    isDescending: boolean,
    state: string | null,
  ): SearchedList => ({
    firmId: FIRM,
    words: searchWords(search),
    order: { column, index: indexOf(Contact, ["firmId", column, "id", "accessState"]), isDescending },
    conditions: state === null ? [] : [sql`${c.accessState} = ?`],
    parameters: state === null ? [] : [state],
  });
  /** Computed by examining every contact. */
  const expected = ({ words, order: { column, isDescending } }: SearchedList, state: string | null): string[] =>
    people
      .filter((person) => person.firmId === FIRM && (state === null || person.accessState === state))
      .filter((person) => words.every((start) => contactWords(person).some((word) => word.startsWith(start))))
      .toSorted((a, b) => {
        const [x, y] = a[column] === b[column] ? [a.id, b.id] : [a[column], b[column]];
        return (x < y ? -1 : 1) * (isDescending ? -1 : 1);
      })
      .map(({ id }) => id);

  for (const [way, bounds] of Object.entries(ways))
    it(`finds each contact once and in order, page by page, forwards and backwards: ${way}`, async () => {
      const keysOf = (id: string, column: SearchedList["order"]["column"]) => {
        const person = people.find((one) => one.id === id);
        return [person?.[column] ?? "", id];
      };
      for (const search of searches)
        for (const column of ["nameKey", "createdAt"] as const)
          for (const isDescending of [false, true])
            for (const state of [null, "NO_EMAIL"]) {
              const list = listOf(search, column, isDescending, state);
              const all = expected(list, state);
              const find = new ContactSearch(new PrimaryReads(source), list, bounds);
              expect(await find.count()).toBe(all.length);
              for (const isForward of [true, false]) {
                const found: string[] = [];
                for (let at: string | null = null, more = true; more;) {
                  const cursor = at === null ? null : keysOf(at, column);
                  const page: PageRequest = {
                    limit: 20,
                    isForward,
                    after: isForward ? cursor : null,
                    before: isForward ? null : cursor,
                  };
                  const ids = await find.page(page);
                  more = ids.length > page.limit;
                  found.push(...ids.slice(0, page.limit));
                  at = found.at(-1) ?? null;
                }
                const context = `${search} by ${column} ${isDescending} ${state} ${isForward}`;
                expect([context, ...found]).toEqual([context, ...(isForward ? all : all.toReversed())]);
              }
            }
    });

  it("finds the same after an older installation is updated", async () => {
    const words = () => source.query("SELECT * FROM search_words ORDER BY firmId, word, nameKey, contactId");
    const before: unknown = await words();
    const migration = migrations.map((one) => new one()).find(({ name }) => name?.startsWith("SearchWords"));
    const runner = source.createQueryRunner();
    try {
      await migration?.down(runner);
      await expect(words()).rejects.toThrow(/search_words/);
      await migration?.up(runner);
      // Again, as if the process had ended before the migration was recorded.
      await migration?.up(runner);
    } finally {
      await runner.release();
    }
    expect(await words()).toEqual(before);
    expect(before).not.toEqual([]);
  });

  if (database.isServer)
    it("is ended by the database if it takes too long", async () => {
      const tables = Array.from({ length: 60 }, (_, n) => `search_words t${n}`).join(", ");
      const answerTo = (text: string, limitMs: number): Promise<unknown> =>
        source.query(withTimeLimit(source, text, limitMs)).catch((reason: unknown) => reason);
      expect(isOutOfTime(await answerTo(`SELECT MAX(CONCAT(t0.word, t1.word)) FROM ${tables}`, 50))).toBe(true);
      // MySQL multiplies the tables' own counts. It may finish in time, and reports another error if it does not.
      const counts: unknown[] = [];
      for (let limitMs = 1; limitMs <= 20; limitMs++)
        counts.push(await answerTo(`SELECT COUNT(*) FROM ${tables}`, limitMs));
      expect(counts.filter((answer) => answer instanceof Error && !isOutOfTime(answer))).toEqual([]);
      expect(await source.query(withTimeLimit(source, "SELECT 1 AS one", 5000))).toEqual([{ one: 1 }]);
    });
});
