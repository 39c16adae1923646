import { getMetadataArgsStorage, type ColumnType } from "typeorm";

/*
 * SQL whose tables and columns tsc checks: `const s = table(Session, "s")`, then `sql\`UPDATE ${s} SET ${s.revokedAt} =
 * ? …\`` or `select({ id: s.id }).from\`${s} WHERE ${s.ownerId} = ?\``, whose rows have the types of the entity's
 * properties. The database receives the same text as if it were written by hand. Build it when the module loads, unless
 * it depends on the request.
 */

/** Text built only from what this file exports, never from a plain string. */
class SqlText {
  /** Private, so that no other object passes for SqlText and `{ ...s }` of a table yields only its columns. */
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get sqlText(): string {
    return this.#text;
  }

  /**
   * The text of a piece. Throws for anything that only claims to be one, such as a string or an object from a request.
   */
  static of(piece: Piece): string {
    if (typeof piece === "number" && Number.isSafeInteger(piece)) return piece.toString();
    if (typeof piece !== "object" || piece === null || !(#text in piece))
      throw new Error("only SQL may be inserted into SQL");
    return piece.#text;
  }
}
export type Sql = SqlText;
/**
 * What may be inserted into SQL text. A number is one of ours, such as a LIMIT; values from a request are always
 * parameters.
 */
type Piece = Sql | number;

/** Converts a value as the database returns it. */
type Decode<T> = (value: unknown) => T;

/** What a SELECT reads: a column, or a `computed` expression. */
class ColumnText<T> extends SqlText {
  constructor(
    text: string,
    /** The value's name in the rows. */
    readonly rowName: string | null,
    /** Null: the database's value is used as it is. */
    readonly decode: Decode<T> | null,
  ) {
    super(text);
  }

  /** The same column under another name in the rows. */
  as(rowName: string): Column<T> {
    return this.rowName === rowName ? this : new ColumnText(`${this.sqlText} AS ${rowName}`, rowName, this.decode);
  }
}
export type Column<T> = ColumnText<T>;

type ColumnName<E> = { [K in keyof E]-?: E[K] extends (...given: never[]) => unknown ? never : K }[keyof E] & string;
/** An entity's table with its columns. In SQL text it becomes the table's name with its alias. */
export type Table<E> = Sql & { readonly [K in ColumnName<E>]: Column<E[K]> };
type Entity<E> = new () => E;

const orNull =
  <T>(decode: Decode<T>): Decode<T | null> =>
  (value) =>
    value === null ? null : decode(value);
const bytesOf = (value: unknown): Buffer => (Buffer.isBuffer(value) ? value : Buffer.from(value as Uint8Array));
/** Text needs no decoding, nor do numbers and points in time: see `supportBigNumbers` in database.ts. */
const decoderOf = (type: ColumnType | undefined): Decode<unknown> | null =>
  type === "boolean" ? orNull(Boolean) : type === "blob" ? orNull(bytesOf) : null;

function nameOf(entity: Entity<object>): string {
  const name = getMetadataArgsStorage().tables.find(({ target }) => target === entity)?.name;
  if (name === undefined) throw new Error(`${entity.name} has no table`);
  return name;
}

/**
 * The entity's table. Without an alias its columns are unqualified; pass the table's own name as the alias to qualify
 * them by it.
 */
export function table<E extends object>(entity: Entity<E>, alias?: string): Table<E> {
  const name = nameOf(entity);
  const prefix = alias === undefined ? "" : `${alias}.`;
  const columns = getMetadataArgsStorage()
    .filterColumns(entity)
    .map(({ propertyName, options }) => [
      propertyName,
      new ColumnText(prefix + propertyName, propertyName, decoderOf(options.type)),
    ]);
  const text = new SqlText(alias === undefined || alias === name ? name : `${name} ${alias}`);
  return Object.assign(text, Object.fromEntries(columns)) as Table<E>;
}

/** The table of an outer join: each of its columns is null where no row matches. */
export const leftJoined = <E>(joined: Table<E>) =>
  joined as Sql & { readonly [K in ColumnName<E>]: Column<E[K] | null> };

/** A column that the statement's condition guarantees not to be null. */
export const notNull = <T>(column: Column<T>) => column as Column<NonNullable<T>>;

/** The name of the entity's index over those columns. */
export function indexOf<E extends object>(entity: Entity<E>, columns: readonly ColumnName<E>[]): Sql {
  const index = getMetadataArgsStorage().indices.find(
    (one) => one.target === entity && Array.isArray(one.columns) && one.columns.join() === columns.join(),
  );
  if (index?.name === undefined) throw new Error(`${entity.name} has no index over ${columns.join(", ")}`);
  return new SqlText(index.name);
}

function filled(strings: TemplateStringsArray, pieces: readonly Piece[]): string {
  let text = strings[0] ?? "";
  let n = 0;
  for (const piece of pieces) text += SqlText.of(piece) + (strings[++n] ?? "");
  return text;
}

/** SQL text, or part of it. */
export const sql = (strings: TemplateStringsArray, ...pieces: Piece[]): Sql => new SqlText(filled(strings, pieces));

export const NOTHING = sql``;

export const join = (pieces: readonly Sql[], by: ", " | " AND " | " OR "): Sql =>
  new SqlText(pieces.map(SqlText.of).join(by));

/** `count` times `?`, for a list of parameters. */
export const placeholders = (count: number): Sql => new SqlText("?, ".repeat(count).slice(0, -2));

/**
 * An expression that the database computes. `decode` converts what it returns, such as `Boolean` for a condition and
 * `Number` for a SUM.
 */
export const computed = <T>(expression: Sql, decode: Decode<T> | null = null): Column<T> =>
  new ColumnText(SqlText.of(expression), null, decode);

/** A statement that reads rows of type `R`. */
class SelectText<R> extends SqlText {
  constructor(
    text: string,
    /** The columns that need decoding, by their key in a row. */
    private readonly decoders: readonly (readonly [key: string | number, decode: Decode<unknown>])[],
  ) {
    super(text);
  }

  from(strings: TemplateStringsArray, ...pieces: Piece[]): Select<R> {
    return new SelectText(`${this.sqlText} FROM ${filled(strings, pieces)}`, this.decoders);
  }
  /** The statement with more text at its end. */
  plus(strings: TemplateStringsArray, ...pieces: Piece[]): Select<R> {
    return new SelectText(this.sqlText + filled(strings, pieces), this.decoders);
  }

  /** Decodes rows that a driver has read by this statement, in place: the caller hands them over. */
  rowsOf(given: unknown[]): R[] {
    const rows = given as Record<string | number, unknown>[];
    if (this.decoders.length > 0)
      for (const row of rows) for (const [key, decode] of this.decoders) row[key] = decode(row[key]);
    return rows as R[];
  }
}
export type Select<R> = SelectText<R>;
export type RowOf<S> = S extends Select<infer R> ? R : never;

type ValueOf<C> = C extends Column<infer T> ? T : never;
const selected = (columns: readonly Column<unknown>[]): string => columns.map(({ sqlText }) => sqlText).join(", ");
const decodersOf = (columns: readonly [key: string | number, column: Column<unknown>][]) =>
  columns.flatMap(([key, { decode }]) => (decode === null ? [] : [[key, decode] as const]));

const selecting =
  (verb: "SELECT" | "SELECT DISTINCT") =>
  <S extends Readonly<Record<string, Column<unknown>>>>(columns: S): Select<{ [K in keyof S]: ValueOf<S[K]> }> => {
    const named = Object.entries(columns);
    return new SelectText(`${verb} ${selected(named.map(([name, column]) => column.as(name)))}`, decodersOf(named));
  };
/** Selects these columns as rows with these names. Continue with `from`. */
export const select = selecting("SELECT");
export const selectDistinct = selecting("SELECT DISTINCT");

/**
 * Selects these columns as lists of values in this order; see `preparedRowsOf`. Each needs its own name, given by `as`.
 */
export const selectValues = <const C extends readonly Column<unknown>[]>(
  columns: C,
): Select<{ -readonly [K in keyof C]: ValueOf<C[K]> }> => {
  const names = new Set(columns.map(({ rowName }) => rowName));
  // A driver that keys rows by name would drop the duplicate and shift the values after it.
  if (names.size < columns.length || names.has(null)) throw new Error("each value needs its own name");
  return new SelectText(`SELECT ${selected(columns)}`, decodersOf([...columns.entries()]));
};
