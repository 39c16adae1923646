import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { array, assert, maxSafeInteger, oneof, property, string, uint16Array } from "fast-check";
import {
  buildSchema as readSchema,
  lexicographicSortSchema,
  printType,
  type GraphQLField,
  type GraphQLSchema,
} from "graphql";
import { Args, buildSchemaSync, Query, Resolver } from "type-graphql";
import { sql } from "../database/sql.js";
import { decodeCursor, encodeCursor, keyset, PageArgs, PageInfo, pageOf, readPage, type PageRequest } from "./pages.js";

const KIND = "contacts";
const FOREIGN = "This cursor does not belong to this list; take it from pageInfo or an edge of the same query.";
const page = (more: Partial<PageRequest> = {}): PageRequest => ({
  limit: 2,
  isForward: true,
  after: null,
  before: null,
  ...more,
});

describe("a cursor", () => {
  it("is its kind and keys in JSON, whatever they are: quotes, control characters, lone surrogates, long ones", () => {
    const anyUnits = uint16Array().map((units) => String.fromCharCode(...units));
    const key = oneof(
      string(),
      anyUnits,
      string({ minLength: 1300, maxLength: 1400, unit: "grapheme" }),
      maxSafeInteger(),
    );
    const isAsJson = property(array(key), (keys) => {
      const text = Buffer.from(encodeCursor(KIND, keys), "base64url").toString();
      expect(text).toBe(Buffer.from(JSON.stringify([KIND, ...keys])).toString());
    });
    assert(isAsJson, { numRuns: 500 });
  });
  it.each([[["Maya", "con_1"]], [[1_700_000_000_000, "con_1"]], [['名前 \u0000"', -1]]])(
    "is decoded to what was encoded: %j",
    (keys) => {
      const cursor = encodeCursor(KIND, keys);
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(decodeCursor(KIND, 2, cursor)).toEqual(keys);
    },
  );

  const raw = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  it.each([
    ["nothing", ""],
    ["nonsense", "nonsense!"],
    ["a cursor of another list", encodeCursor("audit", ["Maya", "con_1"])],
    ["one with a key too few", encodeCursor(KIND, ["Maya"])],
    ["one with a key too many", encodeCursor(KIND, ["Maya", "con_1", 1])],
    ["one with a fraction", raw([KIND, 1.5, "con_1"])],
    ["one with too large a number", raw([KIND, 2 ** 53, "con_1"])],
    ["one with an object among its keys", raw([KIND, { sql: "1" }, "con_1"])],
    ["one with a list among its keys", raw([KIND, ["Maya"], "con_1"])],
    ["one with null among its keys", raw([KIND, null, "con_1"])],
    ["one with true among its keys", raw([KIND, true, "con_1"])],
    ["an object", raw({ 0: KIND })],
    ["nothing at all", raw(null)],
    ["an endless one", encodeCursor(KIND, ["x".repeat(3000), "con_1"])],
  ])("is not %s", (_what, cursor) => expect(() => decodeCursor(KIND, 2, cursor)).toThrow(FOREIGN));

  it("may be two thousand characters long", () => {
    // 1500 bytes of JSON are 2000 characters of base64.
    const long = (bytes: number) => encodeCursor(KIND, ["x".repeat(bytes - JSON.stringify([KIND, "", 1]).length), 1]);
    expect(long(1500)).toHaveLength(2000);
    expect(decodeCursor(KIND, 2, long(1500))).toHaveLength(2);
    expect(() => decodeCursor(KIND, 2, long(1501))).toThrow(FOREIGN);
  });
});

describe("the arguments of a page", () => {
  const read = (args: PageArgs) => readPage(args, KIND, 1);
  const cursor = encodeCursor(KIND, ["con_1"]);

  it.each<[PageArgs, PageRequest]>([
    [{}, page({ limit: 50 })],
    [{ first: null, last: null, after: null, before: null }, page({ limit: 50 })],
    [{ first: 1 }, page({ limit: 1 })],
    [{ first: 100 }, page({ limit: 100 })],
    [{ last: 20 }, page({ limit: 20, isForward: false })],
    [{ first: 10, after: cursor }, page({ limit: 10, after: ["con_1"] })],
    [{ last: 10, before: cursor }, page({ limit: 10, isForward: false, before: ["con_1"] })],
    [{ before: cursor }, page({ limit: 50, before: ["con_1"] })],
  ])("%j are accepted", (args, request) => expect(read(args)).toEqual(request));

  it.each<[PageArgs, string]>([
    [{ first: 1, last: 1 }, "Give first or last, not both."],
    [{ first: 0 }, "first and last must be 1 to 100."],
    [{ first: -1 }, "first and last must be 1 to 100."],
    [{ first: 101 }, "first and last must be 1 to 100."],
    [{ last: 0 }, "first and last must be 1 to 100."],
    [{ last: 101 }, "first and last must be 1 to 100."],
    [{ after: "nonsense" }, FOREIGN],
    [{ before: encodeCursor("audit", ["con_1"]) }, FOREIGN],
  ])("%j are refused", (args, message) => expect(() => read(args)).toThrow(message));
});

describe("the statement of a page", () => {
  const columns = [{ by: sql`name` }, { by: sql`at`, isDescending: true }, { by: sql`id` }];
  const read = (order: Parameters<typeof keyset>[0], request: PageRequest) => {
    const { where, orderBy, ...rest } = keyset(order)(request);
    return { where: where.sqlText, orderBy: orderBy.sqlText, ...rest };
  };

  it("without cursors takes the list from its beginning, and one extra row to know whether there are more", () =>
    expect(read(columns, page())).toEqual({
      where: "1 = 1",
      parameters: [],
      orderBy: "name ASC, at DESC, id ASC",
      rows: 3,
    }));

  it("backwards takes it from its end", () =>
    expect(read(columns, page({ isForward: false })).orderBy).toBe("name DESC, at ASC, id DESC"));

  it("after a row takes what follows it in the order of all columns, starting in the index of the first", () =>
    expect(read(columns, page({ after: ["Maya", 5, "con_1"] }))).toEqual({
      where: "name >= ? AND ((name > ?) OR (name = ? AND at < ?) OR (name = ? AND at = ? AND id > ?))",
      parameters: ["Maya", "Maya", "Maya", 5, "Maya", 5, "con_1"],
      orderBy: "name ASC, at DESC, id ASC",
      rows: 3,
    }));

  it("before a row takes what precedes it", () =>
    expect(read([{ by: sql`at`, isDescending: true }, { by: sql`id` }], page({ before: [5, "con_1"] }))).toMatchObject({
      where: "at >= ? AND ((at > ?) OR (at = ? AND id < ?))",
      parameters: [5, 5, 5, "con_1"],
    }));

  it("between two rows takes what lies between them", () =>
    expect(read([{ by: sql`id` }], page({ after: ["a"], before: ["c"] }))).toMatchObject({
      where: "id >= ? AND ((id > ?)) AND id <= ? AND ((id < ?))",
      parameters: ["a", "a", "c", "c"],
    }));
});

describe("a page of rows", () => {
  const connection = (ids: string[], request: PageRequest) =>
    pageOf(
      ids,
      request,
      KIND,
      (id) => [id],
      (id) => ({ id }),
    );
  const cursor = (id: string) => encodeCursor(KIND, [id]);

  it("holds no more than was requested, in the list's order, each row with its cursor", () => {
    const { edges, nodes, pageInfo } = connection(["a", "b", "c"], page());
    expect(nodes).toEqual([{ id: "a" }, { id: "b" }]);
    expect(edges.map((edge) => [edge.cursor, edge.node])).toEqual([
      [cursor("a"), { id: "a" }],
      [cursor("b"), { id: "b" }],
    ]);
    expect(pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: cursor("a"),
      endCursor: cursor("b"),
    });
  });

  it("backwards is reversed, with its extra row before it", () => {
    const { nodes, pageInfo } = connection(["c", "b", "a"], page({ isForward: false }));
    expect(nodes).toEqual([{ id: "b" }, { id: "c" }]);
    expect(pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: true,
      startCursor: cursor("b"),
      endCursor: cursor("c"),
    });
  });

  it("knows by its cursor whether there is something on its other side", () => {
    const sides = (request: PageRequest) => {
      const { hasNextPage, hasPreviousPage } = connection(["a", "b"], request).pageInfo;
      return { hasPreviousPage, hasNextPage };
    };
    expect(sides(page())).toEqual({ hasPreviousPage: false, hasNextPage: false });
    expect(sides(page({ after: ["0"] }))).toEqual({ hasPreviousPage: true, hasNextPage: false });
    expect(sides(page({ before: ["z"] }))).toEqual({ hasPreviousPage: false, hasNextPage: false });
    expect(sides(page({ isForward: false, before: ["z"] }))).toEqual({ hasPreviousPage: false, hasNextPage: true });
    expect(sides(page({ isForward: false, after: ["0"] }))).toEqual({ hasPreviousPage: false, hasNextPage: false });
  });

  it("begins with its first row and ends with its last, however many there are", () => {
    const ends = (ids: string[]) => {
      const { startCursor, endCursor } = connection(ids, page({ limit: 5 })).pageInfo;
      return [startCursor, endCursor];
    };
    expect(ends(["a"])).toEqual([cursor("a"), cursor("a")]);
    expect(ends(["a", "b", "c"])).toEqual([cursor("a"), cursor("c")]);
  });

  it("has no cursors if it is empty", () =>
    expect(connection([], page())).toEqual({
      edges: [],
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    }));
});

describe("what integrators read about pages", () => {
  @Resolver()
  class Lists {
    @Query(() => PageInfo)
    list(@Args(() => PageArgs) _args: PageArgs): PageInfo {
      return { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
    }
  }
  const published = readSchema(readFileSync(join(__dirname, "../../../schema.graphql"), "utf8"));
  const made = buildSchemaSync({ resolvers: [Lists], validate: false });
  const printed = (schema: GraphQLSchema) => {
    const type = lexicographicSortSchema(schema).getType("PageInfo");
    return type ? printType(type) : null;
  };
  const PAGING = ["first", "after", "last", "before"];
  const argumentsOf = (field: GraphQLField<unknown, unknown> | undefined) =>
    (field?.args ?? [])
      .filter(({ name }) => PAGING.includes(name))
      .map(({ name, type, description }) => [name, String(type), description])
      .toSorted(([one = ""], [other = ""]) => (String(one) < String(other) ? -1 : 1));

  it("matches the published schema", () => {
    expect(printed(made)).toContain("type PageInfo");
    expect(printed(made)).toBe(printed(published));
    expect(argumentsOf(made.getQueryType()?.getFields()["list"])).toHaveLength(PAGING.length);
    expect(argumentsOf(made.getQueryType()?.getFields()["list"])).toEqual(
      argumentsOf(published.getQueryType()?.getFields()["contacts"]),
    );
  });
});
