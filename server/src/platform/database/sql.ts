import { getMetadataArgsStorage, type ColumnType } from "typeorm";

/*
 * SQL whose tables and columns tsc knows: `const s = table(Session, "s")`, and then `sql\`UPDATE ${s} SET ${s.revokedAt} = ? …\``, or
 * `select({ id: s.id }).from\`${s} WHERE ${s.ownerId} = ?\``, whose rows have the types of the entity's properties. What the database sees
 * is the text as it would be written by hand; make it where a module is loaded, unless it depends on the request.
 */

/** Text that is made of what this file exports, never of a plain string. */
class SqlText {
  /** Private, so that no other object is taken for one, and that `{ ...s }` of a table has its columns alone. */
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get sqlText(): string {
    return this.#text;
  }

  /** Of a piece of a text. Throws for what tsc was told that it is one: a string, or an object of a request's. */
  static of(piece: Piece): string {
    if (typeof piece === "number" && Number.isSafeInteger(piece)) return piece.toString();
    if (typeof piece !== "object" || piece === null || !(#text in piece)) throw new Error("only SQL may stand in SQL");
    return piece.#text;
  }
}
export type Sql = SqlText;
/** What may stand in a text of SQL. A number is one of ours, such as a LIMIT; whatever a request gives is a parameter. */
type Piece = Sql | number;

/** Reads a value as the database gives it. */
type Decode<T> = (value: unknown) => T;

/** What a SELECT reads: a column, or `computed`. */
class ColumnText<T> extends SqlText {
  constructor(
    text: string,
    /** The value's name in the rows. */
    readonly rowName: string | null,
    /** Null: the database gives it as it is. */
    readonly decode: Decode<T> | null,
  ) {
    super(text);
  }

  /** The same by another name in the rows. */
  as(rowName: string): Column<T> {
    return this.rowName === rowName ? this : new ColumnText(`${this.sqlText} AS ${rowName}`, rowName, this.decode);
  }
}
export type Column<T> = ColumnText<T>;

type ColumnName<E> = { [K in keyof E]-?: E[K] extends (...given: never[]) => unknown ? never : K }[keyof E] & string;
/** An entity's table with its columns. In a text it is the table's name with its alias. */
export type Table<E> = Sql & { readonly [K in ColumnName<E>]: Column<E[K]> };
type Entity<E> = new () => E;

const orNull =
  <T>(decode: Decode<T>): Decode<T | null> =>
  (value) =>
    value === null ? null : decode(value);
const bytesOf = (value: unknown): Buffer => (Buffer.isBuffer(value) ? value : Buffer.from(value as Uint8Array));
/** Texts come as they are, and so do numbers and moments: see `supportBigNumbers` in database.ts. */
const decoderOf = (type: ColumnType | undefined): Decode<unknown> | null =>
  type === "boolean" ? orNull(Boolean) : type === "blob" ? orNull(bytesOf) : null;

function nameOf(entity: Entity<object>): string {
  const name = getMetadataArgsStorage().tables.find(({ target }) => target === entity)?.name;
  if (name === undefined) throw new Error(`${entity.name} has no table`);
  return name;
}

/** The entity's table. Without an alias its columns stand alone; with its own name as alias they are qualified by it. */
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

/** A table of an outer join: where it has no row, each of its columns is null. */
export const leftJoined = <E>(joined: Table<E>) =>
  joined as Sql & { readonly [K in ColumnName<E>]: Column<E[K] | null> };

/** A column that the statement's condition says is not null. */
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

/** A text, or a part of one. */
export const sql = (strings: TemplateStringsArray, ...pieces: Piece[]): Sql => new SqlText(filled(strings, pieces));

export const NOTHING = sql``;

export const join = (pieces: readonly Sql[], by: ", " | " AND " | " OR "): Sql =>
  new SqlText(pieces.map(SqlText.of).join(by));

/** So many `?`, for a list of parameters. */
export const placeholders = (count: number): Sql => new SqlText("?, ".repeat(count).slice(0, -2));

/** What the database computes. `decode`: for what it gives in another form, such as `Boolean` for a condition and `Number` for a SUM. */
export const computed = <T>(expression: Sql, decode: Decode<T> | null = null): Column<T> =>
  new ColumnText(SqlText.of(expression), null, decode);

/** A statement that reads rows of type `R`. */
class SelectText<R> extends SqlText {
  constructor(
    text: string,
    /** What is not as the database gives it, by its key in a row. */
    private readonly decoders: readonly (readonly [key: string | number, decode: Decode<unknown>])[],
  ) {
    super(text);
  }

  from(strings: TemplateStringsArray, ...pieces: Piece[]): Select<R> {
    return new SelectText(`${this.sqlText} FROM ${filled(strings, pieces)}`, this.decoders);
  }
  /** The statement with more at its end. */
  plus(strings: TemplateStringsArray, ...pieces: Piece[]): Select<R> {
    return new SelectText(this.sqlText + filled(strings, pieces), this.decoders);
  }

  /** The rows that a driver has read by it: it is their owner, and decodes them where they are. */
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
/** Reads those columns as rows with those names. `from` comes next. */
export const select = selecting("SELECT");
export const selectDistinct = selecting("SELECT DISTINCT");

/** Reads those columns as a list of values in their order, see `preparedRowsOf`. Each needs a name of its own, by `as`. */
export const selectValues = <const C extends readonly Column<unknown>[]>(
  columns: C,
): Select<{ -readonly [K in keyof C]: ValueOf<C[K]> }> => {
  const names = new Set(columns.map(({ rowName }) => rowName));
  // A driver that gives rows by their names alone would leave the second one out, and move those after it.
  if (names.size < columns.length || names.has(null)) throw new Error("each value needs a name of its own");
  return new SelectText(`SELECT ${selected(columns)}`, decodersOf([...columns.entries()]));
};
