import type { Language } from "@gatehouse/shared";
import type { Sql, Table } from "../../platform/database/sql.js";

/** A text for the client, in each language. */
export type Words = Readonly<Record<Language, string>>;

/** A value in the file of a client's data. */
export type Cell = string | number | boolean | null | readonly Cell[] | { readonly [name: string]: Cell };

/** A column that the file has. */
export interface Shown {
  title: Words;
  as: "text" | "at" | "day" | "count" | "flag" | "methods" | "changes" | "word";
  /** The words for the values of a "word"; any other value is written as it is. */
  words?: Readonly<Record<string, Words>>;
}
/** A column that the file lacks. */
interface LeftOut {
  /** For whoever reads the code: it is a secret, ours alone, or elsewhere in the file. */
  leftOutBecause: string;
}
/** What becomes of each column of an entity: one that is not decided does not compile. */
export type ColumnsOf<E> = { readonly [K in keyof E]-?: Shown | LeftOut };

export const isShown = (column: Shown | LeftOut): column is Shown => "as" in column;

const shown =
  (as: Shown["as"]) =>
  (EN: string, FR: string): Shown => ({ title: { EN, FR }, as });
export const text = shown("text");
/** Milliseconds since 1970; 0, and what no date can be, stand for never. */
export const at = shown("at");
export const day = shown("day");
export const count = shown("count");
export const flag = shown("flag");
export const methods = shown("methods");
export const changes = shown("changes");
export const word = (EN: string, FR: string, words: Readonly<Record<string, Words>>): Shown => ({
  title: { EN, FR },
  as: "word",
  words,
});
const leftOut = (leftOutBecause: string): LeftOut => ({ leftOutBecause });
export const SECRET = leftOut("It is a secret, or made of one: who has it could get in, or try to.");
export const OURS = leftOut("It orders or counts, and says nothing about the person.");
export const ELSEWHERE = leftOut("It is the person's, the login's or the firm's id, which the file has once.");

/** Whose data the file has. */
export interface ExportedPerson {
  firmId: string;
  contactId: string;
  nameKey: string;
  /** The login that only this person has; null: there is none. */
  accountId: string | null;
  /** The addresses that only this person has. */
  addresses: readonly string[];
}

/** Which rows are the person's; null: none can be. */
export type Condition = { where: Sql; parameters: readonly unknown[] } | null;

interface SectionOf<E extends object> {
  title: Words;
  entity: new () => E;
  columns: ColumnsOf<E>;
  /** Orders the rows, and no two of the person's have the same. */
  key: keyof E & string;
  of(table: Table<E>, person: ExportedPerson): Condition;
}
/** A part of the file that a table's rows make. */
export interface Section {
  title: Words;
  entity: new () => object;
  columns: Readonly<Record<string, Shown | LeftOut>>;
  key: string;
  of(table: Sql, person: ExportedPerson): Condition;
}
/** Checks the columns and the condition against the entity. */
export const section = <E extends object>(given: SectionOf<E>): Section => given as unknown as Section;
