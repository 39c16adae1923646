import Papa from "papaparse";
import { counts, withFormulaGuard, withoutFormulaGuard } from "@gatehouse/shared";
import { decode, DOUBTS, guessEncoding, type Encoding } from "./file-text.js";

/** A row of the file; `number` is the row number that a spreadsheet shows. */
export interface SheetRow {
  number: number;
  cells: readonly string[];
}
/** What separates the cells, and how it is called for users. */
export const separators = { ",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Bar" } as const;
export type Separator = keyof typeof separators;
const separatorList = Object.keys(separators) as Separator[];

/** The rows of a text, and how it was cut into them. */
export interface Sheet {
  rows: SheetRow[];
  separator: Separator;
  /** The cells with a byte that was not UTF-8 in a UTF-8 file: the column counts from 0. */
  doubtful: { row: number; column: number; text: string }[];
}
/** A file as it was read. */
export interface ContactFile extends Sheet {
  name: string;
  bytes: Uint8Array;
  encoding: Encoding;
  isEncodingGuessed: boolean;
}
/** Why a whole file cannot be read, in words for the user. */
export class UnreadableFile extends Error {}

/** Excel writes or obeys this line, and does not show it. */
const SEPARATOR_LINE = /^"?sep=([,;\t|])"?[ \t]*(?:\r\n|\n|\r|$)/i;
/** How many rows are looked at to find the separator. */
const SAMPLE = 100;
const MAX_DOUBTFUL = 20;

const parse = (text: string, separator: Separator, preview = 0) =>
  Papa.parse<string[]>(text, { delimiter: separator, newline: "\n", preview });

/** The separator with which most rows have the same number of cells, above one; of two such, the one with more cells. */
function guessSeparator(text: string): Separator {
  const fitOf = (separator: Separator): [rows: number, cells: number] => {
    const widths = new Map<number, number>();
    for (const { length } of parse(text, separator, SAMPLE).data) widths.set(length, (widths.get(length) ?? 0) + 1);
    widths.delete(1);
    const [cells, rows] = [...widths].reduce((most, one) => (one[1] > most[1] ? one : most), [0, 0]);
    return [rows, cells];
  };
  const fits = separatorList.map((separator) => ({ separator, fit: fitOf(separator) }));
  return fits.reduce((best, one) =>
    one.fit[0] > best.fit[0] || (one.fit[0] === best.fit[0] && one.fit[1] > best.fit[1]) ? one : best,
  ).separator;
}

/** A cell in quotation marks with blanks around them, by what ends it. */
const quotedCells: Readonly<Record<Separator, RegExp>> = {
  ",": / *("(?:[^"]|"")*") *(?=[,\n]|$)/y,
  ";": / *("(?:[^"]|"")*") *(?=[;\n]|$)/y,
  "\t": / *("(?:[^"]|"")*") *(?=[\t\n]|$)/y,
  "|": / *("(?:[^"]|"")*") *(?=[|\n]|$)/y,
};
/**
 * The text without blanks around cells in quotation marks (`7, "Berg, Ann"`): the parser would take the marks for a part
 * of the text, and end the cell at a separator within them.
 */
function withoutBlanksAtQuotes(text: string, separator: Separator): string {
  if (!/[,;\t|\n] +"/.test(text)) return text;
  const quoted = quotedCells[separator];
  const cells: string[] = [];
  const next = (mark: string, from: number) => (text.indexOf(mark, from) + 1 || text.length + 1) - 1;
  for (let at = 0; at < text.length;) {
    quoted.lastIndex = at;
    const cell = quoted.exec(text)?.[1];
    const from = cell === undefined ? at : quoted.lastIndex;
    const end = Math.min(next(separator, from), next("\n", from));
    cells.push(cell ?? text.slice(at, end), text.charAt(end));
    at = end + 1;
  }
  return cells.join("");
}

/** A number or code that a program wrote as a formula, so that a spreadsheet keeps its zeros: `="00123"`. */
const QUOTED_AS_FORMULA = /^=\s*"((?:[^"]|"")*)"\s*$/;
const withoutQuotedFormula = (cell: string): string => QUOTED_AS_FORMULA.exec(cell)?.[1]?.replaceAll('""', '"') ?? cell;

/** A cell's text on one line: it may contain line breaks, which no field of a contact accepts. */
const cellText = (cell: string): string =>
  cell === ""
    ? cell
    : // What ends a cell may be what its apostrophe stands for.
      withoutFormulaGuard(withoutQuotedFormula(cell.trimStart()))
        .split(/\n+/)
        .map((line) => line.trim())
        .filter((line) => line !== "")
        .join(" ");

/** The rows that are not empty, cut at `separator` or at what the text itself suggests. Throws UnreadableFile. */
export function readSheet(text: string, separator?: Separator): Sheet {
  const [line, named] = SEPARATOR_LINE.exec(text) ?? ["", undefined];
  // The parser would take the line ends of a file for those of its first line, and count the empty line at the end.
  const lines = text.slice(line.length).trimEnd().replaceAll(/\r\n?/g, "\n");
  const used = separator ?? (named as Separator | undefined) ?? guessSeparator(lines);
  const { data, errors } = parse(withoutBlanksAtQuotes(lines, used), used);
  const quoteError = errors.find(({ type }) => type === "Quotes");
  if (quoteError)
    throw new UnreadableFile(
      `In row ${(quoteError.row ?? 0) + 1} ${quoteError.code === "MissingQuotes" ? "a quotation mark is opened but never closed" : "a quotation mark within a cell in quotation marks is not doubled"}. Save the file again as CSV.`,
    );
  const doubtful: Sheet["doubtful"] = [];
  const sure = (cell: string, row: number, column: number): string => {
    const known = cell.replaceAll(DOUBTS, "");
    if (known === cell) return cell;
    if (doubtful.length < MAX_DOUBTFUL) doubtful.push({ row, column, text: known });
    return known;
  };
  const rows = data
    .map((cells, at) => ({ number: at + 1, cells: cells.map((cell, n) => sure(cellText(cell), at + 1, n)) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""));
  if (rows.length === 0) throw new UnreadableFile("This file is empty.");
  if (rows.length > counts.importRows + 1)
    throw new UnreadableFile(
      `This file is too long. Split it into files of at most ${counts.importRows.toLocaleString()} rows.`,
    );
  return { rows, separator: used, doubtful };
}

const SAVE_AS_CSV = "Open it in your spreadsheet program, choose Save as, then CSV.";
/** How files begin, without blanks, that people or programs take for CSV. */
const otherKinds: Readonly<Record<string, readonly string[]>> = {
  "a workbook": ["pk\u0003\u0004"],
  "an old workbook (.xls)": ["\u00D0\u00CF\u0011\u00E0"],
  "a compressed file": ["\u001F\u008B"],
  "a PDF": ["%pdf-"],
  "a formatted text": ["{\\rtf"],
  "a web page or an XML file":
    "<!|<?xml|<html|<head|<meta|<style|<body|<table|<div|<center|<font|mime-version:|from:<savedby".split("|"),
  "a JSON file": ['{"', '[{"', '[["'],
  "an address card": ["begin:vcard"],
};
/** What the file is instead of CSV, in words; null: perhaps CSV. */
function otherKindOf(bytes: Uint8Array): string | null {
  const start = bytes.subarray(0, 200);
  const readings = [String.fromCharCode(...start), decode(start)].map((text) => text.replaceAll(/\s/g, ""));
  const isThis = (prefix: string) =>
    readings.some((text) => text.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase());
  return Object.entries(otherKinds).find(([, prefixes]) => prefixes.some(isThis))?.[0] ?? null;
}

/** Reads the same file another way. Throws UnreadableFile. */
export function readAgain(
  { name, bytes, ...before }: Pick<ContactFile, "name" | "bytes" | "encoding" | "isEncodingGuessed">,
  { encoding = before.encoding, separator }: { encoding?: Encoding; separator?: Separator },
): ContactFile {
  const isEncodingGuessed = before.isEncodingGuessed && encoding === before.encoding;
  return { name, bytes, encoding, isEncodingGuessed, ...readSheet(decode(bytes, encoding), separator) };
}

/** Reads a file the way its bytes suggest. Throws UnreadableFile. */
export function fileOf(name: string, bytes: Uint8Array): ContactFile {
  const kind = otherKindOf(bytes);
  if (kind !== null) throw new UnreadableFile(`This is ${kind}, not a CSV file. ${SAVE_AS_CSV}`);
  return readAgain({ name, bytes, encoding: guessEncoding(bytes), isEncodingGuessed: true }, {});
}

/** Reads the chosen file. Throws UnreadableFile. */
export async function readFile(file: File): Promise<ContactFile> {
  if (file.size > counts.importBytes)
    throw new UnreadableFile(
      `This file is larger than ${counts.importBytes / 1_000_000} MB. Split it into smaller files.`,
    );
  const bytes = new Uint8Array(await file.arrayBuffer());
  return fileOf(file.name, bytes);
}

/** A CSV text that spreadsheets recognize as UTF-8 and in which none of them finds a formula; readSheet returns the same cells. */
export const csvText = (rows: readonly (readonly string[])[]): string =>
  `\uFEFF${Papa.unparse(
    rows.map((row) => row.map(withFormulaGuard)),
    { quotes: true },
  )}`;

/** The same as a file to download. */
export const csvBlob = (rows: readonly (readonly string[])[]): Blob => new Blob([csvText(rows)], { type: "text/csv" });
