import type { RowDataPacket } from "mysql2";
import { alternate, rangeIn, within, type Bench, type Result, type Row } from "../bench.js";
import { cursorOf, documents } from "../floor/reads.js";
import { ask, closedLoop, mustBeGood, type Request } from "../load.js";
import { gatehouse, type Variant } from "../processes.js";
import { connectTo, freshen, teamToken, type Firm } from "../seed.js";
import type { Metric } from "../statistics.js";
import { CONTACTS, mustAgree } from "./reads.js";

const MILLION = 1_000_000;
const DEPTH = 90_000;
const p50: Metric = { key: "p50", title: "p50 ms", better: "less" };
const p99: Metric = { key: "p99", title: "p99 ms", better: "less" };
const count = (contacts: number) => contacts.toLocaleString("en");

/** One caller who waits for each response: what the operation takes when nothing else is running. */
async function alone(bench: Bench, port: number, request: (n: number) => Request) {
  const load = { port, connections: 1, request };
  if (!bench.isQuick) await closedLoop(load, 1);
  return closedLoop(load, bench.isQuick ? 0.2 : 3);
}

const statsRequest = (n: number): Request => ({
  token: teamToken(n),
  body: { operationName: "Stats", query: documents.Stats, variables: {} },
});

export const portalStats: Row = {
  name: "portal-stats",
  title: "Portal statistics of a firm",
  async measure(bench) {
    const firms = await inTurn([CONTACTS, ...(bench.isQuick ? [] : [MILLION])], (size) => bench.firm(size));
    const variantsOf = ({ databaseUrl, contacts }: Firm): Variant[] => [
      {
        name: `one indexed read, ${count(contacts)} contacts`,
        role: "floor",
        script: "floor/http.js",
        env: { DATABASE_URL: databaseUrl },
      },
      { ...gatehouse(databaseUrl), name: `Gatehouse, ${count(contacts)} contacts` },
    ];
    const variants: Variant[] = [];
    const firmOfVariant = new Map<string, Firm>();
    for (const firm of firms) {
      const [floor, ours] = variantsOf(firm) as [Variant, Variant];
      await mustAgree(firm, [floor, ours], [statsRequest(0)], bench);
      variants.push(floor, ours);
      for (const { name } of [floor, ours]) firmOfVariant.set(name, firm);
    }
    if (bench.isQuick) return { tables: [], goals: [], notes: [] };
    const rows = await alternate(bench, variants, async ({ name }, { port }) => {
      await freshen(firmOfVariant.get(name) as Firm);
      const measured = await alone(bench, port, statsRequest);
      return { p50: measured.p50, p99: measured.p99 };
    });
    const [small, large] = firms.map(({ contacts }) => rangeIn(rows, `Gatehouse, ${count(contacts)} contacts`, "p50"));
    return {
      tables: [{ metrics: [p50, p99], rows }],
      goals: small
        ? [
            within(small, "less", 5, "under 5 ms, HTTP included", " ms"),
            ...(large ? [within(large, "less", 5, "under 5 ms with ten times the contacts", " ms")] : []),
          ]
        : [],
      notes: ["One caller, from the request to the whole answer, session check included."],
    };
  },
};

/** How words of some contacts begin: in names, organizations and addresses. */
const searches = ["nak", "kowal", "fisch", "yara", "robot", "pharm", "zim", "lindq", "bea", "opt", "ueda", "client12"];

export const depthAndSearch: Row = {
  name: "depth-and-search",
  title: "Page at depth 90,000, and search by a word's start",
  async measure(bench) {
    const results: Result[] = await inTurn(bench.isQuick ? [CONTACTS] : [CONTACTS, MILLION], async (size) =>
      measureLists(bench, await bench.firm(size)),
    );
    return {
      tables: results.flatMap(({ tables }) => tables),
      goals: results.flatMap(({ goals }) => goals),
      notes: [
        "One caller, over HTTP with its session check. The OFFSET and LIKE statements run alone on a connection with the right index forced, which flatters them.",
        `Searches: ${searches.map((word) => `\`${word}\``).join(", ")}; each returns the first 50 by name.`,
      ],
    };
  },
};

async function measureLists(bench: Bench, firm: Firm): Promise<Result> {
  const depth = Math.min(DEPTH, Math.floor(firm.contacts * 0.9));
  const db = await connectTo(firm.databaseUrl);
  const rowsOf = async (sql: string, parameters: (string | number)[]) =>
    (await db.execute<RowDataPacket[]>(sql, parameters))[0] as { nameKey: string; id: string }[];
  const byName = "FROM contacts c FORCE INDEX (ix_contacts_name) WHERE c.firmId = ?";
  const page = (variables: object): Request => ({
    body: { operationName: "Contacts", query: documents.Contacts, variables: { first: 50, ...variables } },
  });
  try {
    const [before] = await rowsOf(
      `SELECT c.nameKey, c.id ${byName} ORDER BY c.nameKey, c.id LIMIT 1 OFFSET ${depth - 1}`,
      [firm.firmId],
    );
    if (!before) throw new Error("the firm has fewer contacts than the depth");
    const deep = { after: cursorOf(before) };
    const rows = await alternate(bench, [gatehouse(firm.databaseUrl)], async (_variant, { port }) => {
      await freshen(firm);
      const with50 = async (variables: object) => {
        const answer = await ask(port, { ...page(variables), token: teamToken(0) });
        mustBeGood(answer);
        return (JSON.parse(answer.body.toString()) as { data: { contacts: { nodes: { id: string }[] } } }).data.contacts
          .nodes;
      };
      const expected = await rowsOf(
        `SELECT c.nameKey, c.id ${byName} ORDER BY c.nameKey, c.id LIMIT 50 OFFSET ${depth}`,
        [firm.firmId],
      );
      if ((await with50(deep)).map(({ id }) => id).join() !== expected.map(({ id }) => id).join())
        throw new Error("the deep page differs from the contacts that OFFSET returns");
      for (const search of searches)
        if ((await with50({ filter: { search } })).length === 0 && !bench.isQuick)
          throw new Error(`no contact matches ${search}`);

      const over = async (variablesOf: (n: number) => object) =>
        alone(bench, port, (n) => ({ ...page(variablesOf(n)), token: teamToken(n) }));
      const first = await over(() => ({}));
      const deepPage = await over(() => deep);
      const search = await over((n) => ({ filter: { search: searches[n % searches.length] } }));
      return {
        first: first.p50,
        deep: deepPage.p50,
        deepRatio: deepPage.p50 / first.p50,
        search: search.p50,
        searchP99: search.p99,
        offset: await timed(bench, () =>
          rowsOf(`SELECT c.* ${byName} ORDER BY c.nameKey, c.id LIMIT 51 OFFSET ${depth}`, [firm.firmId]),
        ),
        like: await timed(bench, (n) => {
          const word = `%${searches[n % searches.length]}%`;
          return rowsOf(
            `SELECT c.* ${byName} AND (c.nameKey LIKE ? OR LOWER(c.organization) LIKE ? OR c.email LIKE ?) ORDER BY c.nameKey, c.id LIMIT 51`,
            [firm.firmId, word, word, word],
          );
        }),
      };
    });
    const size = count(firm.contacts);
    const timings: [string, string, string][] = [
      ["page one", "gatehouse", "first"],
      [`page at depth ${count(depth)}`, "gatehouse", "deep"],
      [`SQL with OFFSET ${count(depth)}`, "peer", "offset"],
      ["search by a word's start", "gatehouse", "search"],
      ["the same search, p99", "gatehouse", "searchP99"],
      ["SQL with LIKE '%x%'", "peer", "like"],
    ];
    const samples = rows[0]?.samples ?? [];
    return {
      tables: [
        {
          title: `${size} contacts`,
          metrics: [{ key: "ms", title: "p50 ms", better: "less" }],
          rows: timings.map(([name, role, key]) => ({
            name,
            role,
            samples: samples.map((sample) => ({ ms: sample[key] ?? Number.NaN })),
          })),
        },
      ],
      goals: [
        within(
          rangeIn(rows, "Gatehouse", "deepRatio"),
          "less",
          1.2,
          `${size} contacts: a deep page within 1.2x of page one`,
          "x",
        ),
        within(rangeIn(rows, "Gatehouse", "search"), "less", 20, `${size} contacts: a search under 20 ms`, " ms"),
      ],
      notes: [],
    };
  } finally {
    await db.end();
  }
}

/** The median of a statement that runs alone. */
async function timed(bench: Bench, query: (n: number) => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  const startedAt = performance.now();
  for (let n = 0; n < 12 || performance.now() - startedAt < (bench.isQuick ? 100 : 2000); n++) {
    const sentAt = performance.now();
    await query(n);
    taken.push(performance.now() - sentAt);
  }
  return taken.toSorted((a, b) => a - b)[taken.length >> 1] ?? Number.NaN;
}

/** One after another: creating a firm takes the whole machine. */
async function inTurn<A, B>(list: A[], make: (item: A) => Promise<B>): Promise<B[]> {
  const made: B[] = [];
  for (const item of list) made.push(await make(item));
  return made;
}
