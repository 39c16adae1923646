import type { Connection, FieldPacket, Query, QueryError } from "mysql2";

/**
 * Decodes the rows of prepared statements. mysql2 generates a JavaScript parser for each row shape, which
 * `--disallow-code-generation-from-strings` forbids. Its alternative (`disableEval`) creates a closure per value and
 * takes twice as long. Here a result's columns are inspected once and its rows are read by a table of kinds: as fast as
 * the generated parser, with the same values as the driver's (planned-rows.test.ts). Column types missing from the
 * table are left to the driver.
 *
 * It depends on three things of the pinned driver that its types omit: `buildParserFromFields`, a command's `options`
 * and a packet's readers.
 */

/** A protocol packet, read from left to right (MySQL's "Binary Protocol Resultset Row"). */
interface Packet {
  readInt8(): number;
  readSInt8(): number;
  readInt16(): number;
  readSInt16(): number;
  readInt32(): number;
  readSInt32(): number;
  readInt64(): number | string;
  readSInt64(): number | string;
  readFloat(): number;
  readDouble(): number;
  readLengthCodedString(encoding: string): string;
  readLengthCodedBuffer(): Buffer;
}
type Field = Pick<FieldPacket, "name"> & {
  columnType: number;
  flags: number;
  characterSet: number;
  encoding: string;
  /** MariaDB's name for what a text holds, such as "json". */
  extendedFormat?: string;
};
interface Parser {
  next(packet: Packet): object;
}
interface ExecuteCommand {
  /** The same for all executions of a prepared statement. */
  statement: object;
  /** Created at the start of each execution. */
  options: { rowsAsArray?: boolean };
  /** Ours, set by executeRows. */
  isOfArrays?: boolean;
  buildParserFromFields(fields: readonly Field[], connection: unknown): new () => Parser;
}

const UNSIGNED_FLAG = 32;
const BINARY_CHARSET = 63;
/** The protocol's column types. */
const TYPE = { DECIMAL: 0, TINY: 1, SHORT: 2, LONG: 3, FLOAT: 4, DOUBLE: 5, NULL: 6, LONGLONG: 8, INT24: 9 } as const;
const NEW_DECIMAL = 246;
/** VARCHAR, TINY_BLOB to BLOB, VAR_STRING and STRING: text, or bytes where the character set is binary. */
const TEXTS: ReadonlySet<number> = new Set([15, 249, 250, 251, 252, 253, 254]);

const enum Kind {
  Int8,
  Uint8,
  Int16,
  Uint16,
  Int32,
  Uint32,
  Int64,
  Uint64,
  Float,
  Double,
  Ascii,
  Text,
  Bytes,
}

function kindOf({ columnType, flags, characterSet, extendedFormat }: Field): Kind | null {
  const isUnsigned = (flags & UNSIGNED_FLAG) !== 0;
  if (extendedFormat === "json") return null;
  if (TEXTS.has(columnType)) return characterSet === BINARY_CHARSET ? Kind.Bytes : Kind.Text;
  switch (columnType) {
    case TYPE.TINY:
      return isUnsigned ? Kind.Uint8 : Kind.Int8;
    case TYPE.SHORT:
      return isUnsigned ? Kind.Uint16 : Kind.Int16;
    case TYPE.LONG:
    case TYPE.INT24:
      return isUnsigned ? Kind.Uint32 : Kind.Int32;
    case TYPE.LONGLONG:
      return isUnsigned ? Kind.Uint64 : Kind.Int64;
    case TYPE.FLOAT:
      return Kind.Float;
    case TYPE.DOUBLE:
      return Kind.Double;
    case TYPE.DECIMAL:
    case NEW_DECIMAL:
    // `NULL AS x`, which is null in every row.
    case TYPE.NULL:
      return Kind.Ascii;
    default:
      return null;
  }
}

const isSame = (field: Field, known: Field | undefined): boolean =>
  known !== undefined &&
  field.name === known.name &&
  field.columnType === known.columnType &&
  field.flags === known.flags &&
  field.characterSet === known.characterSet &&
  field.extendedFormat === known.extendedFormat;

/**
 * Makes objects like `{}`. V8 tracks the shapes of objects per constructor: with a plain `{}`, columns set by name are
 * looked up among the shapes of every object literal, which takes three times as long.
 */
function rowClass(): new () => Record<string, unknown> {
  const Row = function () {} as unknown as new () => Record<string, unknown>;
  Object.defineProperty(Row, "prototype", { value: Object.prototype });
  return Row;
}

/** How a statement's rows are read, worked out once. */
class RowPlan {
  /**
   * What the driver instantiates for each execution. The class is reused: a new class each time would keep its rows
   * alive until the next full collection.
   */
  readonly Parser: new () => Parser;
  private readonly Row = rowClass();
  private readonly fields: readonly Field[];
  private readonly names: readonly string[];
  private readonly nulls: Uint8Array;

  private constructor(
    fields: readonly Field[],
    private readonly kinds: readonly Kind[],
    isOfArrays: boolean,
  ) {
    // The driver's field objects hold on to the chunk of the socket's stream that they arrived in.
    this.fields = fields.map(({ name, columnType, flags, characterSet, encoding, extendedFormat }) => ({
      name,
      columnType,
      flags,
      characterSet,
      encoding,
      extendedFormat,
    }));
    this.names = fields.map(({ name }) => name);
    // The first two bits are reserved.
    this.nulls = new Uint8Array((fields.length + 2 + 7) >> 3);
    const next = isOfArrays ? (packet: Packet) => this.values(packet) : (packet: Packet) => this.row(packet);
    this.Parser = class {
      readonly next = next;
    };
  }

  /** null if the driver has to decode one of the columns. */
  static of(fields: readonly Field[], isOfArrays: boolean): RowPlan | null {
    const kinds = fields.map(kindOf).filter((kind) => kind !== null);
    return kinds.length < fields.length ? null : new RowPlan(fields, kinds, isOfArrays);
  }

  /** Whether the plan still applies: a table may be altered under a prepared statement. */
  fits(fields: readonly Field[]): boolean {
    if (fields.length !== this.fields.length) return false;
    return fields.every((field, n) => isSame(field, this.fields[n]));
  }

  private row(packet: Packet): object {
    const row = new this.Row();
    this.readNulls(packet);
    const { names } = this;
    for (let n = 0; n < names.length; n++) row[names[n] ?? ""] = this.value(packet, n);
    return row;
  }

  private values(packet: Packet): unknown[] {
    this.readNulls(packet);
    const values: unknown[] = [];
    for (let n = 0; n < this.names.length; n++) values.push(this.value(packet, n));
    return values;
  }

  /** After one unused byte comes one bit per column: whether it is null and thus has no bytes of its own. */
  private readNulls(packet: Packet): void {
    packet.readInt8();
    for (let n = 0; n < this.nulls.length; n++) this.nulls[n] = packet.readInt8();
  }

  private value(packet: Packet, n: number): unknown {
    const bit = n + 2;
    if (((this.nulls[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0) return null;
    switch (this.kinds[n]) {
      case Kind.Int8:
        return packet.readSInt8();
      case Kind.Uint8:
        return packet.readInt8();
      case Kind.Int16:
        return packet.readSInt16();
      case Kind.Uint16:
        return packet.readInt16();
      case Kind.Int32:
        return packet.readSInt32();
      case Kind.Uint32:
        return packet.readInt32();
      case Kind.Int64:
        return packet.readSInt64();
      case Kind.Uint64:
        return packet.readInt64();
      case Kind.Float:
        return packet.readFloat();
      case Kind.Double:
        return packet.readDouble();
      case Kind.Ascii:
        return packet.readLengthCodedString("ascii");
      case Kind.Bytes:
        return packet.readLengthCodedBuffer();
      default:
        return packet.readLengthCodedString(this.fields[n]?.encoding ?? "utf8");
    }
  }
}

/**
 * Makes the connection decode rows of prepared statements by plans. It needs `disableEval`, and `supportBigNumbers`
 * without `bigNumberStrings`.
 */
export function planRows(connection: Connection): void {
  const plans = { ofObjects: new WeakMap<object, RowPlan>(), ofArrays: new WeakMap<object, RowPlan>() };
  function buildParser(this: ExecuteCommand, fields: readonly Field[], of: unknown): new () => Parser {
    if (this.isOfArrays) this.options.rowsAsArray = true;
    const isOfArrays = this.options.rowsAsArray === true;
    const known = isOfArrays ? plans.ofArrays : plans.ofObjects;
    const kept = known.get(this.statement);
    if (kept?.fits(fields)) return kept.Parser;
    const plan = RowPlan.of(fields, isOfArrays);
    if (!plan) return (Object.getPrototypeOf(this) as ExecuteCommand).buildParserFromFields.call(this, fields, of);
    known.set(this.statement, plan);
    return plan.Parser;
  }
  const execute = connection.execute.bind(connection) as (...given: unknown[]) => Query;
  connection.execute = (...given: unknown[]): Query => {
    const command = execute(...given);
    (command as unknown as ExecuteCommand).buildParserFromFields = buildParser;
    return command;
  };
}

/**
 * Runs a prepared statement whose rows are objects or arrays. The driver accepts `rowsAsArray` only in an options
 * object, which it copies for each run: that would cost a fiftieth of a whole request for a page of contacts. Throws if
 * a parameter is not a valid value.
 */
export function executeRows(
  connection: Connection,
  sql: string,
  parameters: readonly unknown[],
  isOfArrays: boolean,
  done: (error: QueryError | null, rows: unknown) => void,
): void {
  const command: unknown = connection.execute(sql, [...parameters] as string[], done);
  if (isOfArrays) (command as ExecuteCommand).isOfArrays = true;
}
