import { contactsIn, guessColumns } from "./column-matching.js";
import { headingsOf, peopleIn, type Matching } from "./matching.js";

/** A code without a blank and with a digit: "C-0001", "10442", "AB/12". */
const LIKE_AN_ID = /^(?=\S*\d)[\p{L}\d#./_-]+$/u;
/** A long number after a spreadsheet has rounded it. */
const ROUNDED = /^\d[\d.,]*E\+?\d+$/i;
/** How many cells a note names. */
const NAMED = 3;

const listOf = (cells: readonly string[]): string =>
  cells.length > NAMED ? `${cells.slice(0, NAMED).join("; ")}; and ${cells.length - NAMED} more` : cells.join("; ");

/** What somebody should look at before the import: what was guessed and may be wrong. Each is a sentence or two. */
export function importNotes(matching: Matching): string[] {
  const { file, headingRow, columns } = matching;
  const notes: string[] = [];
  const titles = headingRow === null ? [] : file.rows.slice(0, headingRow);
  if (titles.length > 0)
    notes.push(
      `The rows above the column names are left out (${listOf(titles.map(({ number, cells }) => `row ${number}: “${cells.find((cell) => cell !== "") ?? ""}”`))}).`,
    );
  const headings = headingsOf(matching);
  const heading = headingRow === null ? undefined : file.rows[headingRow];
  if (heading && Object.values(guessColumns(headings)).every((column) => column === null))
    notes.push(
      `Row ${heading.number} was taken for the column names, though none of them is known. If it is a client, choose “This file has none” as column names.`,
    );
  const twice = new Set(
    Object.values(columns).flatMap((column) => {
      const name = column === null ? "" : (headings[column] ?? "");
      return name !== "" && headings.filter((other) => other === name).length > 1 ? [name] : [];
    }),
  );
  for (const name of twice)
    notes.push(`Several columns are called “${name}”. The first one is used unless you choose another.`);
  if (file.doubtful.length > 0) {
    const cells = file.doubtful.map(
      ({ row, column, text }) => `row ${row}, ${headings[column] || `column ${column + 1}`}: “${text}”`,
    );
    notes.push(
      `Some characters are not UTF-8, like the rest of the file, and were guessed (${listOf(cells)}). If one looks wrong, correct it in the file.`,
    );
  }
  if (file.encoding === "windows-1252" && file.isEncodingGuessed)
    notes.push(
      "The file does not say its encoding, and was read as Western. Look at the accents below: if they are wrong, choose another encoding.",
    );
  const lost = file.rows.find(({ cells }) => cells.some((cell) => cell.includes("\uFFFD")));
  if (lost)
    notes.push(
      `Some characters cannot be read, for the first time in row ${lost.number}: “${lost.cells.find((cell) => cell.includes("\uFFFD")) ?? ""}”. Choose another encoding, or correct the file.`,
    );
  const contacts = contactsIn(peopleIn(matching), columns);
  const codes = contacts.filter(({ contact: { name } }) => LIKE_AN_ID.test(name));
  const [code] = codes;
  if (code && codes.length * 2 > contacts.length)
    notes.push(`The names look like ids, such as “${code.contact.name}”. Check which column contains the names.`);
  const rounded = contacts.filter(
    ({ contact: { externalId } }) => externalId !== undefined && ROUNDED.test(externalId),
  );
  if (rounded.length > 0)
    notes.push(
      `A spreadsheet has rounded external ids (${listOf(rounded.map(({ number, contact }) => `row ${number}: “${contact.externalId ?? ""}”`))}). Save the file again with that column as text, or different clients may get the same id.`,
    );
  return notes;
}
