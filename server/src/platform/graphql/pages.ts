import { ArgsType, Field, Int, ObjectType } from "type-graphql";
import { counts } from "@gatehouse/shared";
import { join, sql, type Sql } from "../database/sql.js";
import { badInput } from "./failures.js";

@ObjectType({ description: "Where a page lies within a connection." })
export class PageInfo {
  @Field(() => Boolean, { description: "Whether there are items after this page." }) hasNextPage: boolean;
  @Field(() => Boolean, { description: "Whether there are items before this page." }) hasPreviousPage: boolean;
  @Field(() => String, { nullable: true, description: "Pass it as `before` to page backwards." }) startCursor:
    string | null;
  @Field(() => String, { nullable: true, description: "Pass it as `after` to page forwards." }) endCursor:
    string | null;
}

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: "Return the first n items, 1 to 100. Defaults to 50 if neither `first` nor `last` is given.",
  })
  first?: number | null;
  @Field(() => String, { nullable: true, description: "Return only items after this cursor." })
  after?: string | null;
  @Field(() => Int, { nullable: true, description: "Return the last n items, 1 to 100." })
  last?: number | null;
  @Field(() => String, { nullable: true, description: "Return only items before this cursor." })
  before?: string | null;
}

/** The values of the ordering columns for one item, in order. */
export type CursorKeys = (string | number)[];

export interface PageRequest {
  limit: number;
  /** Forward: the first items after `after`. Backward: the last ones before `before`. */
  isForward: boolean;
  after: CursorKeys | null;
  before: CursorKeys | null;
}

/**
 * Text that JSON leaves unchanged between quotation marks: it escapes control characters, `"`, `\` and lone surrogates.
 */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;
/** A page has a cursor for each row: a buffer and a JSON.stringify for each would account for half of their cost. */
const scratch = Buffer.alloc(4096);
const SCRATCH_CHARACTERS = scratch.length / 3;

/**
 * A keyset cursor, opaque to callers. `kind` names the list and its order, so that a cursor of another list is refused.
 */
export function encodeCursor(kind: string, keys: CursorKeys): string {
  let text = `["${kind}"`;
  for (const key of keys) text += typeof key === "string" && PLAIN.test(key) ? `,"${key}"` : `,${JSON.stringify(key)}`;
  text += "]";
  if (text.length > SCRATCH_CHARACTERS) return Buffer.from(text).toString("base64url");
  return scratch.toString("base64url", 0, scratch.write(text));
}

export function decodeCursor(kind: string, keyCount: number, cursor: string): CursorKeys {
  try {
    if (cursor.length > 2000) throw new Error("too long");
    const [named, ...keys] = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")) as unknown[];
    if (named !== kind || keys.length !== keyCount) throw new Error("of another list");
    if (!keys.every((key) => typeof key === "string" || Number.isSafeInteger(key))) throw new Error("not keys");
    return keys as CursorKeys;
  } catch {
    throw badInput("This cursor does not belong to this list; take it from pageInfo or an edge of the same query.");
  }
}

/** Checks paging arguments; throws BAD_USER_INPUT. */
export function readPage(args: PageArgs, kind: string, keyCount: number): PageRequest {
  const { first, last } = args;
  if (first != null && last != null) throw badInput("Give first or last, not both.");
  const limit = first ?? last ?? counts.page;
  if (limit < 1 || limit > counts.pageMax) throw badInput(`first and last must be 1 to ${counts.pageMax}.`);
  return {
    limit,
    isForward: last == null,
    after: args.after == null ? null : decodeCursor(kind, keyCount, args.after),
    before: args.before == null ? null : decodeCursor(kind, keyCount, args.before),
  };
}

export interface OrderColumn {
  /** A column or expression that is never null. */
  by: Sql;
  isDescending?: boolean;
}

const ANY = sql`1 = 1`;

/** The WHERE, ORDER BY and LIMIT of one page, with the parameters of the condition. */
export interface KeysetPage {
  where: Sql;
  parameters: CursorKeys;
  orderBy: Sql;
  rows: number;
}
export type Keyset = (page: PageRequest) => KeysetPage;

/**
 * Selects pages of a list in this order, whose last column is unique. Create it when the module loads, since it builds
 * its texts once. Select `limit + 1` rows: `pageOf` infers from the extra row whether there are more. Without cursors
 * the condition is `1 = 1`.
 */
export function keyset(columns: readonly OrderColumn[]): Keyset {
  const after = beyond(columns, true);
  const before = beyond(columns, false);
  const between = sql`${after} AND ${before}`;
  const forward = orderOf(columns, true);
  const backward = orderOf(columns, false);
  return (page) => {
    const parameters: CursorKeys = [];
    if (page.after) addParameters(parameters, page.after);
    if (page.before) addParameters(parameters, page.before);
    return {
      where: page.after ? (page.before ? between : after) : page.before ? before : ANY,
      parameters,
      orderBy: page.isForward ? forward : backward,
      rows: page.limit + 1,
    };
  };
}

/** The condition that an item comes after another one, or before it. */
function beyond(columns: readonly OrderColumn[], isAfter: boolean): Sql {
  const compare = ({ by, isDescending = false }: OrderColumn) =>
    isAfter === !isDescending ? sql`${by} >` : sql`${by} <`;
  const alternatives = columns.map((column, index) => {
    const equal = columns.slice(0, index).map(({ by }) => sql`${by} = ?`);
    return sql`(${join([...equal, sql`${compare(column)} ?`], " AND ")})`;
  });
  // The bound on the first column alone is redundant, but lets the database start in the index where the page starts.
  const bounds = columns.slice(0, 1).map((column) => sql`${compare(column)}= ?`);
  return join([...bounds, sql`(${join(alternatives, " OR ")})`], " AND ");
}
/** Adds the parameters of a condition that `beyond` built: the first key, and then the keys up to each one. */
function addParameters(parameters: CursorKeys, keys: CursorKeys): void {
  parameters.push(...keys.slice(0, 1));
  for (let count = 1; count <= keys.length; count++) parameters.push(...keys.slice(0, count));
}
const orderOf = (columns: readonly OrderColumn[], isForward: boolean): Sql =>
  join(
    columns.map(({ by, isDescending = false }) => (isDescending === isForward ? sql`${by} DESC` : sql`${by} ASC`)),
    ", ",
  );

interface Edge<T> {
  cursor: string;
  node: T;
}
export interface Connection<T> {
  edges: Edge<T>[];
  nodes: T[];
  pageInfo: PageInfo;
}

/**
 * Its cursor is encoded on demand, by a getter of the class. A getter on each object would give each edge its own
 * hidden class, which would keep the row alive until the next full collection.
 */
class PageEdge<R, T> implements Edge<T> {
  constructor(
    readonly node: T,
    private readonly row: R,
    private readonly cursorOf: (row: R) => string,
  ) {}
  get cursor(): string {
    return this.cursorOf(this.row);
  }
}

/** Turns the rows that `keyset` selected (one more than the limit, if there are more) into a connection. */
export function pageOf<R, T>(
  rows: R[],
  page: PageRequest,
  kind: string,
  keysOf: (row: R) => CursorKeys,
  nodeOf: (row: R) => T,
): Connection<T> {
  const hasMore = rows.length > page.limit;
  const kept = rows.slice(0, page.limit);
  if (!page.isForward) kept.reverse();
  const cursorOf = (row: R) => encodeCursor(kind, keysOf(row));
  const first = kept[0];
  const last = kept.at(-1);
  const edges = kept.map((row) => new PageEdge(nodeOf(row), row, cursorOf));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: page.isForward ? hasMore : page.before !== null,
      hasPreviousPage: page.isForward ? page.after !== null : hasMore,
      startCursor: first === undefined ? null : cursorOf(first),
      endCursor: last === undefined ? null : cursorOf(last),
    },
  };
}
