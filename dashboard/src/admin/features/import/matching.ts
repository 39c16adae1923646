import { guessColumns, guessHeadingRow, type Columns } from "./column-matching.js";
import { readAgain, type ContactFile, type Separator, type SheetRow } from "./csv-file.js";
import type { Encoding } from "./file-text.js";

/** A file and the meaning of its columns. */
export interface Matching {
  file: ContactFile;
  /** Which of the file's rows names the columns, counted from 0; null: none does. */
  headingRow: number | null;
  columns: Columns;
}

const headingsIn = (file: ContactFile, headingRow: number | null): readonly string[] =>
  headingRow === null ? [] : (file.rows[headingRow]?.cells ?? []);
/** The names of the columns in the file; empty if it has none. */
export const headingsOf = ({ file, headingRow }: Matching): readonly string[] => headingsIn(file, headingRow);

/** The same file with the columns' names in another row. */
export const withHeadingRow = (file: ContactFile, headingRow: number | null): Matching => ({
  file,
  headingRow,
  columns: guessColumns(headingsIn(file, headingRow)),
});
/** The most likely matching for a file. */
export const matchingOf = (file: ContactFile): Matching => withHeadingRow(file, guessHeadingRow(file.rows));

/** The same file, read another way. Throws UnreadableFile. */
export const rereadAs = ({ file }: Matching, how: { encoding?: Encoding; separator?: Separator }): Matching =>
  matchingOf(readAgain(file, how));

/** The rows below the headings. */
export const peopleIn = ({ file, headingRow }: Matching): readonly SheetRow[] =>
  headingRow === null ? file.rows : file.rows.slice(headingRow + 1);
