import type { Connection, FieldPacket, Query } from "mysql2";

/**
 * How rows of prepared statements are decoded. mysql2 generates a parser as JavaScript for each form of a row, which
 * `--disallow-code-generation-from-strings` forbids; its own way without (`disableEval`) makes a closure for each value and takes
 * twice the time. Here the columns of an answer are looked at once, and its rows are read by a table of kinds: as fast as the
 * generated parser, and equal to the driver's own (planned-rows.test.ts). What is not in the table is the driver's to decode.
 *
 * It leans on two methods of the pinned driver that its types leave out: `buildParserFromFields` and a packet's readers.
 */

/** A packet of the protocol that is read from the left (MySQL's "Binary Protocol Resultset Row"). */
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
  /** MariaDB's word for what a text holds, such as "json". */
  extendedFormat?: string;
};
type Row = Record<string, unknown>;
interface Parser {
  next(packet: Packet): Row;
}
interface ExecuteCommand {
  buildParserFromFields(fields: readonly Field[], connection: unknown): new () => Parser;
}

const UNSIGNED_FLAG = 32;
const BINARY_CHARSET = 63;
/** Column types of the protocol. */
const TYPE = { DECIMAL: 0, TINY: 1, SHORT: 2, LONG: 3, FLOAT: 4, DOUBLE: 5, LONGLONG: 8, INT24: 9 } as const;
const NEW_DECIMAL = 246;
/** VARCHAR, TINY_BLOB to BLOB, VAR_STRING, STRING: texts, and bytes where the character set is binary. */
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
      return Kind.Ascii;
    default:
      return null;
  }
}

class PlannedParser implements Parser {
  private readonly names: readonly string[];
  private readonly encodings: readonly string[];
  private readonly nulls: Uint8Array;

  constructor(
    fields: readonly Field[],
    private readonly kinds: readonly Kind[],
  ) {
    this.names = fields.map(({ name }) => name);
    this.encodings = fields.map(({ encoding }) => encoding);
    // Two bits are reserved.
    this.nulls = new Uint8Array((fields.length + 2 + 7) >> 3);
  }

  next(packet: Packet): Row {
    const { names, nulls } = this;
    packet.readInt8();
    for (let n = 0; n < nulls.length; n++) nulls[n] = packet.readInt8();
    const row: Row = {};
    for (let n = 0; n < names.length; n++) {
      const bit = n + 2;
      const isNull = ((nulls[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
      row[names[n] ?? ""] = isNull ? null : this.read(packet, n);
    }
    return row;
  }

  private read(packet: Packet, n: number): unknown {
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
        return packet.readLengthCodedString(this.encodings[n] ?? "utf8");
    }
  }
}

/**
 * Lets the connection decode rows of prepared statements by plans. It must have `disableEval`, and `supportBigNumbers` without
 * `bigNumberStrings`.
 */
export function planRows(connection: Connection): void {
  const execute = connection.execute.bind(connection) as (...given: unknown[]) => Query;
  connection.execute = (...given: unknown[]): Query => {
    const command = execute(...given);
    const driver = command as unknown as ExecuteCommand;
    const build = driver.buildParserFromFields.bind(driver);
    driver.buildParserFromFields = (fields, of) => {
      const kinds = fields.map(kindOf).filter((kind) => kind !== null);
      if (kinds.length < fields.length) return build(fields, of);
      const parser = new PlannedParser(fields, kinds);
      return function (this: unknown) {
        return parser;
      } as unknown as new () => Parser;
    };
    return command;
  };
}
