import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { withoutFormulaGuard } from "@gatehouse/shared";
import { worldText } from "../../../../../server/src/testing/fuzz/world-texts.js";
import { contactsIn } from "./column-matching.js";
import { csvText, fileOf, readAgain, type ContactFile, type Separator } from "./csv-file.js";
import { matchingOf, peopleIn } from "./matching.js";

/** `npm run fuzz` runs more of them, with another seed. */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 5);
const SEED = Number(process.env.FUZZ_SEED ?? (process.env.FUZZ_SECONDS === undefined ? 13 : Date.now() % 2 ** 30));
const TESTS = 3;
const parameters = { seed: SEED, numRuns: 1_000_000, interruptAfterTimeLimit: (SECONDS * 1000) / TESTS };

const HEADINGS = ["Name", "Email", "Organization", "External id"];
const HALF = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

const cell = fc.oneof(
  { weight: 4, arbitrary: worldText },
  fc.constantFrom('="00123"', "'=1+1", "''+1", ' "a" ', "a\r\nb"),
);
const sheet = fc.array(fc.array(cell, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 6 });
const writing = fc.record({
  rows: sheet,
  separator: fc.constantFrom<Separator>(",", ";", "\t", "|"),
  lineEnd: fc.constantFrom("\r\n", "\n", "\r"),
  namesSeparator: fc.boolean(),
  quotesAll: fc.boolean(),
  endsWithLine: fc.boolean(),
});
type Writing = typeof writing extends fc.Arbitrary<infer T> ? T : never;

/** A file as programs write it (RFC 4180, whatever separates). */
function written({ rows, separator, lineEnd, namesSeparator, quotesAll, endsWithLine }: Writing): string {
  const cellOf = (text: string) =>
    quotesAll || text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = [HEADINGS, ...rows].map((cells) => cells.map(cellOf).join(separator));
  return [...(namesSeparator ? [`sep=${separator}`] : []), ...lines, ...(endsWithLine ? [""] : [])].join(lineEnd);
}

/** Half a character cannot be written into a file. */
const whole = (text: string): string => text.replaceAll(HALF, "\uFFFD").replaceAll(/\r\n?/g, "\n");
/** A cell of a program's as docs/compatibility.md says. */
const readAs = (text: string): string => {
  const cellText = whole(text).trimStart();
  return onOneLine(
    withoutFormulaGuard(/^=\s*"((?:[^"]|"")*)"\s*$/.exec(cellText)?.[1]?.replaceAll('""', '"') ?? cellText),
  );
};
const onOneLine = (text: string): string =>
  text
    .split(/\n+/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" ");
const wantedIn = (rows: readonly (readonly string[])[], read = readAs): string[][] =>
  rows.map((cells) => cells.map((text) => read(text))).filter((cells) => cells.some((text) => text !== ""));
const rowsIn = ({ rows }: Pick<ContactFile, "rows">): string[][] =>
  rows.slice(1).map(({ cells }) => HEADINGS.map((_, at) => cells[at] ?? ""));

const inUtf16 = (text: string, isBigEndian: boolean): Uint8Array => {
  const bytes = Buffer.from(text, "utf16le");
  return Uint8Array.from(isBigEndian ? bytes.swap16() : bytes);
};
const western = new TextDecoder("windows-1252");
const ofWestern = new Map(Array.from({ length: 256 }, (_, byte) => [western.decode(Uint8Array.of(byte)), byte]));
/** Null if Windows-1252 lacks a character. */
const inWestern = (text: string): Uint8Array | null => {
  const bytes = [...text].map((character) => ofWestern.get(character));
  return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : null;
};
const inUtf8 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
/** The file, read with the separator that somebody has chosen, unless it names its own. */
const read = (bytes: Uint8Array, { separator, namesSeparator }: Writing): ContactFile => {
  const file = fileOf("clients.csv", bytes);
  return namesSeparator ? file : readAgain(file, { separator });
};

describe(`a file with texts of every kind, seed ${SEED}`, () => {
  it("in any encoding, with any separator and line end, is read as it was written", () => {
    fc.assert(
      fc.property(writing, (given) => {
        const text = written(given);
        const wanted = wantedIn(given.rows);
        const files = [
          inUtf8(`\uFEFF${text}`),
          inUtf8(text),
          inUtf16(`\uFEFF${text}`, false),
          inUtf16(`\uFEFF${text}`, true),
        ];
        for (const bytes of files) expect(rowsIn(read(bytes, given))).toEqual(wanted);
        const bytes = inWestern(text);
        if (!bytes) return;
        const chosen = readAgain(
          { name: "clients.csv", bytes, encoding: "windows-1252", isEncodingGuessed: false },
          given.namesSeparator ? {} : { separator: given.separator },
        );
        expect(rowsIn(chosen)).toEqual(wanted);
      }),
      parameters,
    );
  });

  it("with a byte that is not UTF-8 keeps every other character, and names the cell", () => {
    fc.assert(
      fc.property(writing, fc.nat(), fc.nat(3), (given, row, column) => {
        // What marks the byte's place must not be there already.
        fc.pre(!given.rows.flat().some((text) => text.includes("\u{F0000}")));
        const at = row % given.rows.length;
        const rows = given.rows.map((cells, n) =>
          cells.map((text, m) => (n === at && m === column ? `\u{F0000}${text}` : text)),
        );
        const [before = "", ...after] = written({ ...given, rows }).split("\u{F0000}");
        const bytes = Uint8Array.from([...inUtf8(before), 0xe9, ...inUtf8(after.join("\u{F0000}"))]);
        const file = readAgain(
          { name: "clients.csv", bytes, encoding: "utf-8", isEncodingGuessed: false },
          { separator: given.separator },
        );
        const wanted = given.rows.map((cells, n) =>
          cells.map((text, m) => (n === at && m === column ? `é${text}` : text)),
        );
        expect(rowsIn(file)).toEqual(wantedIn(wanted));
        expect(file.doubtful.map((doubt) => doubt.column)).toEqual([column]);
      }),
      parameters,
    );
  });

  it("that we wrote ourselves has the same people in it", () => {
    fc.assert(
      fc.property(sheet, (rows) => {
        const file = fileOf("clients.csv", inUtf8(csvText([HEADINGS, ...rows])));
        const matching = matchingOf(file);
        expect(rowsIn(file)).toEqual(wantedIn(rows, (text) => onOneLine(whole(text))));
        expect(matching.headingRow).toBe(0);
        expect(contactsIn(peopleIn(matching), matching.columns)).toHaveLength(file.rows.length - 1);
      }),
      parameters,
    );
  });
});
