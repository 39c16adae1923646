import Papa from "papaparse";
import { counts, withFormulaGuard, withoutFormulaGuard } from "@gatehouse/shared";

/** A row of the file; `number` is what a spreadsheet shows beside it. */
export interface SheetRow {
  number: number;
  cells: readonly string[];
}
/** What is wrong with a file as a whole, in words for its owner. */
export class UnreadableFile extends Error {}

/** A file's text: by its byte order mark, else UTF-16 or UTF-8 where it is that, else Windows-1252, as older spreadsheets write it. */
export function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  // UTF-16 without a mark: every other byte of Latin letters is zero.
  if (bytes.length > 3 && second === 0 && bytes[3] === 0) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes.length > 3 && first === 0 && bytes[2] === 0) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** The rows that say something; commas, semicolons, tabs and bars between cells are told apart. Throws UnreadableFile. */
export function readSheet(text: string): SheetRow[] {
  // Papa counts the empty line at the end when it compares how many cells each delimiter makes.
  const { data, errors } = Papa.parse<string[]>(text.trimEnd(), { delimitersToGuess: [",", ";", "\t", "|"] });
  const torn = errors.find(({ type }) => type === "Quotes");
  if (torn)
    throw new UnreadableFile(
      `In row ${(torn.row ?? 0) + 1} a quotation mark is opened and not closed. Save the file again as CSV.`,
    );
  const rows = data
    .map((cells, at) => ({
      number: at + 1,
      // A cell of an exported list may have line breaks, which no field of a contact takes.
      cells: cells.map((cell) =>
        withoutFormulaGuard(cell)
          .trim()
          .replaceAll(/\s*[\r\n]+\s*/g, " "),
      ),
    }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""));
  if (rows.length === 0) throw new UnreadableFile("There is nothing in this file.");
  if (rows.length > counts.importRows + 1)
    throw new UnreadableFile(
      `Split the file: at most ${counts.importRows.toLocaleString()} rows are imported at once.`,
    );
  return rows;
}

/** Reads a file that was chosen. Throws UnreadableFile. */
export async function readFile(file: File): Promise<SheetRow[]> {
  if (file.size > counts.importBytes)
    throw new UnreadableFile(`Split the file: it has more than ${counts.importBytes / 1_000_000} MB.`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    throw new UnreadableFile("This is a workbook. In the spreadsheet, choose Save as, then CSV.");
  return readSheet(decode(bytes));
}

/** A file's text that spreadsheets take for UTF-8, in which no program finds a formula; readSheet gives the same cells back. */
export const csvText = (rows: readonly (readonly string[])[]): string =>
  `\uFEFF${Papa.unparse(
    rows.map((row) => row.map(withFormulaGuard)),
    { quotes: true },
  )}`;

/** The same, to download. */
export const csvBlob = (rows: readonly (readonly string[])[]): Blob => new Blob([csvText(rows)], { type: "text/csv" });
