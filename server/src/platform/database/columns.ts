import { Column, PrimaryColumn, type ColumnOptions } from "typeorm";

/** An opaque, prefixed id (`con_…`); see platform/crypto/ids.ts. */
const ID_LENGTH = 30;

const epochMilliseconds = {
  to: (value: unknown) => value,
  // MySQL's driver returns BIGINT as text.
  from: (value: string | number | null) => (value === null ? null : Number(value)),
};

/** The row's own id. */
export const IdColumn = () => PrimaryColumn({ type: "varchar", length: ID_LENGTH });
/** A reference to another row's id. */
export const RefColumn = (options: ColumnOptions = {}) => Column({ ...options, type: "varchar", length: ID_LENGTH });
/** A point in time as milliseconds since 1970 UTC, so that both databases compare, sort and read it the same way. */
export const AtColumn = (options: ColumnOptions = {}) =>
  Column({ ...options, type: "bigint", transformer: epochMilliseconds });
export const TextColumn = (length: number, options: ColumnOptions = {}) =>
  Column({ ...options, type: "varchar", length: length.toString() });
/** A digest as 64 hexadecimal digits; see platform/crypto/tokens.ts. */
export const DigestColumn = (options: ColumnOptions = {}) => Column({ ...options, type: "varchar", length: 64 });
export const CountColumn = (options: ColumnOptions = {}) => Column({ ...options, type: "int" });
export const FlagColumn = (options: ColumnOptions = {}) => Column({ ...options, type: "boolean" });
/** Text with no length limit in the database; the services limit it. */
export const LongTextColumn = (options: ColumnOptions = {}) => Column({ ...options, type: "text" });
