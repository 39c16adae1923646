import Papa from "papaparse";
import { counts, withFormulaGuard, withoutFormulaGuard } from "@gatehouse/shared";

/** A row of the file; `number` is the row number that a spreadsheet shows. */
export interface SheetRow {
  number: number;
  cells: readonly string[];
}
/** Why a whole file cannot be read, in words for the user. */
export class UnreadableFile extends Error {}

/** A file's text. The encoding is that of the byte order mark, else UTF-16 or UTF-8 if valid, else Windows-1252, as older spreadsheets write. */
export function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  // UTF-16 without a byte order mark: every other byte of Latin letters is zero.
  if (bytes.length > 3 && second === 0 && bytes[3] === 0) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes.length > 3 && first === 0 && bytes[2] === 0) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** The rows that are not empty; the separator may be a comma, semicolon, tab or bar. Throws UnreadableFile. */
export function readSheet(text: string): SheetRow[] {
  // Papa would count the empty line at the end when it compares the delimiters.
  const { data, errors } = Papa.parse<string[]>(text.trimEnd(), { delimitersToGuess: [",", ";", "\t", "|"] });
  const quoteError = errors.find(({ type }) => type === "Quotes");
  if (quoteError)
    throw new UnreadableFile(
      `In row ${(quoteError.row ?? 0) + 1} a quotation mark is opened but never closed. Save the file again as CSV.`,
    );
  const rows = data
    .map((cells, at) => ({
      number: at + 1,
      // A cell may contain line breaks, which no field of a contact accepts.
      cells: cells.map((cell) =>
        withoutFormulaGuard(cell)
          .trim()
          .replaceAll(/\s*[\r\n]+\s*/g, " "),
      ),
    }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""));
  if (rows.length === 0) throw new UnreadableFile("This file is empty.");
  if (rows.length > counts.importRows + 1)
    throw new UnreadableFile(
      `This file is too long. Split it into files of at most ${counts.importRows.toLocaleString()} rows.`,
    );
  return rows;
}

/** Reads the chosen file. Throws UnreadableFile. */
export async function readFile(file: File): Promise<SheetRow[]> {
  if (file.size > counts.importBytes)
    throw new UnreadableFile(
      `This file is larger than ${counts.importBytes / 1_000_000} MB. Split it into smaller files.`,
    );
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    throw new UnreadableFile(
      "This is a workbook, not a CSV file. In your spreadsheet program, choose Save as, then CSV.",
    );
  return readSheet(decode(bytes));
}

/** A CSV text that spreadsheets recognize as UTF-8 and in which none of them finds a formula; readSheet returns the same cells. */
export const csvText = (rows: readonly (readonly string[])[]): string =>
  `\uFEFF${Papa.unparse(
    rows.map((row) => row.map(withFormulaGuard)),
    { quotes: true },
  )}`;

/** The same as a file to download. */
export const csvBlob = (rows: readonly (readonly string[])[]): Blob => new Blob([csvText(rows)], { type: "text/csv" });
