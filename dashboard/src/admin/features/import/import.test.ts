import { describe, expect, it } from "@jest/globals";
import Papa from "papaparse";
import { counts } from "@gatehouse/shared";
import { contactsIn, guessColumns, type ImportRow } from "./column-matching.js";
import { csvText, readFile, readSheet, UnreadableFile } from "./csv-file.js";
import { decode } from "./file-text.js";
import { ImportRun, partsOf, type Answer, type RunNeeds } from "./import-run.js";

const cellsOf = (text: string) => readSheet(text).rows.map(({ cells }) => cells);
const inUtf16 = (text: string, mark: string) => Uint8Array.from(Buffer.from(mark + text, "utf16le"));

describe("a file of contacts", () => {
  it("is read with commas, semicolons, tabs or bars, quoted cells, and any line endings", () => {
    const expected = [
      ["Name", "Email"],
      ["Stone, Ida", "ida@client.example"],
    ];
    for (const text of [
      'Name,Email\r\n"Stone, Ida",ida@client.example\r\n',
      'Name;Email\n"Stone, Ida";ida@client.example',
      "Name;Email\nStone, Ida;ida@client.example\n",
      "Name\tEmail\nStone, Ida\tida@client.example",
      'Name|Email\r"Stone, Ida"|ida@client.example\r',
    ])
      expect(cellsOf(text)).toEqual(expected);
    expect(cellsOf('Name,Note\n"Ida ""Z""\n Stone",x')[1]).toEqual(['Ida "Z" Stone', "x"]);
  });

  it("numbers its rows as a spreadsheet does, even after empty ones and cells with line breaks", () => {
    const { rows } = readSheet('Name,Email\n"Two\nlines",\n,\n\nFive,\n');
    expect(rows.map(({ number, cells }) => [number, cells[0]])).toEqual([
      [1, "Name"],
      [2, "Two lines"],
      [5, "Five"],
    ]);
  });

  it("is decoded by its bytes: UTF-8, UTF-16 with and without a byte order mark, Windows-1252", () => {
    const text = "Name,Société\nZoë,Crêperie";
    const utf8 = Uint8Array.from(Buffer.from(text));
    const swapped = (bytes: Uint8Array) => Uint8Array.from(Buffer.from(bytes).swap16());
    for (const bytes of [
      utf8,
      Uint8Array.from([0xef, 0xbb, 0xbf, ...utf8]),
      inUtf16(text, "\uFEFF"),
      inUtf16(text, ""),
      swapped(inUtf16(text, "\uFEFF")),
      swapped(inUtf16(text, "")),
      Uint8Array.from(Buffer.from(text, "latin1")),
    ])
      expect(decode(bytes)).toBe(text);
  });

  it("is read without the apostrophes that keep cells from being formulas", () => {
    expect(cellsOf("Name\n'=1+1\n'Ann\nO'Brien")).toEqual([["Name"], ["=1+1"], ["'Ann"], ["O'Brien"]]);
  });

  it("X15 refused rows are saved without formulas, and read back unchanged", () => {
    const cells = [
      "=1+1",
      "Harbor;=1+1",
      "a, -2",
      "'=kept",
      "O'Brien",
      "\u00e9|@SUM(1)",
      'say "=1"',
      "+33 1; +33 2",
      "",
    ];
    const text = csvText([["Name", "Note"], ...cells.map((cell) => ["Ann", cell])]);
    for (const delimiter of [",", ";", "\t", "|"])
      for (const quoteChar of ['"', "\u0000"])
        expect(
          Papa.parse<string[]>(text, { delimiter, quoteChar })
            .data.flat()
            .filter((cell) => /^[\s"]*[=+\-@]/.test(cell)),
        ).toEqual([]);
    expect(readSheet(decode(new TextEncoder().encode(text))).rows.map((row) => row.cells[1])).toEqual([
      "Note",
      ...cells,
    ]);
  });

  it("is refused with an explanation if it is empty, broken or too long", () => {
    expect(() => readSheet("\n ,\n")).toThrow("This file is empty.");
    expect(() => readSheet('Name\nAnn\n"Ida')).toThrow("In row 3 a quotation mark is opened but never closed.");
    expect(() => readSheet('Name\n"Ann "Nan" Lee"')).toThrow(
      "In row 2 a quotation mark within a cell in quotation marks is not doubled.",
    );
    expect(() => readSheet("x\n".repeat(50_002))).toThrow(UnreadableFile);
    expect(readSheet("x\n".repeat(50_001)).rows).toHaveLength(50_001);
  });

  it("is refused with an explanation if it has too many bytes", async () => {
    const file = (bytes: number) => new File(["x".repeat(bytes)], "contacts.csv");
    await expect(readFile(file(counts.importBytes + 1))).rejects.toThrow("This file is larger than 10 MB.");
  });
});

describe("columns", () => {
  const matched = (...headings: string[]) =>
    Object.fromEntries(Object.entries(guessColumns(headings)).filter(([, column]) => column !== null));

  it("with languages are read by code, tag or name; other languages are refused, and an empty cell means nothing", () => {
    const columns = guessColumns(["Nom complet", "Courriel", "Langue"]);
    const languageOf = (cell: string) => {
      const [row] = contactsIn([{ number: 2, cells: ["Zoé", "zoe@client.example", cell] }], columns);
      return row && { language: row.contact.language, unknown: row.unknownLanguage };
    };
    for (const cell of ["FR", "fr-CA", "Français", "french"])
      expect(languageOf(cell)).toEqual({ language: "FR", unknown: undefined });
    expect(languageOf("")).toEqual({ language: undefined, unknown: undefined });
    expect(languageOf("Spanish")).toEqual({ language: undefined, unknown: "Spanish" });
  });

  it("are matched by their headings, whatever their case and accents, in English and French", () => {
    expect(matched("Client Name", "E-mail Address", "Company", "Client ID")).toEqual({
      name: 0,
      email: 1,
      organization: 2,
      externalId: 3,
    });
    expect(matched("Prénom", "Nom", "Courriel", "Société", "Numéro")).toEqual({
      firstName: 0,
      lastName: 1,
      email: 2,
      organization: 3,
      externalId: 4,
    });
    expect(matched("First Name", "Last Name", "Full name")).toEqual({ name: 2 });
    expect(matched("First Name", "Last Name", "Client #", "Contact")).toEqual({
      firstName: 0,
      lastName: 1,
      externalId: 2,
    });
    expect(matched("N° client", "Nom complet", "Courriel")).toEqual({ externalId: 0, name: 1, email: 2 });
    expect(matched("Phone", "Notes")).toEqual({});
  });

  it("that have the same meaning are matched only once", () => {
    expect(matched("Email", "Email", "Name")).toEqual({ email: 0, name: 2 });
  });

  it("make a contact; empty or missing fields are left out, and a name is put together from its parts", () => {
    const { rows } = readSheet("Ann,Lee,ann@client.example,\nBo,,,7\n,Cy");
    const columns = {
      firstName: 0,
      lastName: 1,
      email: 2,
      externalId: 3,
      name: null,
      organization: null,
      language: null,
    };
    expect(contactsIn(rows, columns)).toEqual([
      { number: 1, contact: { name: "Ann Lee", email: "ann@client.example" } },
      { number: 2, contact: { name: "Bo", externalId: "7" } },
      { number: 3, contact: { name: "Cy" } },
    ]);
  });
});

describe("sending the rows to the server", () => {
  const rowsOf = (count: number, name = "Ann"): ImportRow[] =>
    Array.from({ length: count }, (_, at) => ({ number: at + 2, contact: { name, externalId: `id-${at}` } }));
  const done = (count: number): Answer => ({
    kind: "DONE",
    outcomes: Array.from({ length: count }, () => ({ outcome: "CREATED" as const, reason: null, redirect: null })),
  });
  /** Gives the answers in order, then reports everything done; records what was sent and how long the run waited. */
  function server(...answers: Answer[]) {
    const sent: [key: string, rows: number][] = [];
    const waits: number[] = [];
    let keys = 0;
    const needs: RunNeeds = {
      send: async (contacts, key) => {
        sent.push([key, contacts.length]);
        return answers.shift() ?? done(contacts.length);
      },
      wait: async (ms) => void waits.push(ms),
      newKey: () => `key-${(keys += 1).toString()}`,
      onProgress: () => undefined,
    };
    return { needs, sent, waits };
  }
  const unheard: Answer = { kind: "AGAIN", waitMs: null, problem: "The server could not be reached." };

  it("happens in batches that fit into one request", () => {
    expect(partsOf(rowsOf(450)).map((part) => part.length)).toEqual([200, 200, 50]);
    const wide = partsOf(rowsOf(200, "中".repeat(200)));
    expect(wide.flat()).toHaveLength(200);
    for (const part of wide) expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThan(80_000);
  });

  it("repeats a batch without an answer with the same key, and waits as long as the server says", async () => {
    const { needs, sent, waits } = server(unheard, { kind: "AGAIN", waitMs: 7000, problem: "" });
    const run = new ImportRun(rowsOf(250), needs);
    expect(await run.go()).toBeNull();
    expect(sent).toEqual([
      ["key-1", 200],
      ["key-1", 200],
      ["key-1", 200],
      ["key-2", 50],
    ]);
    expect(waits).toEqual([1000, 7000]);
    expect([run.isDone, run.results.length]).toEqual([true, 250]);
  });

  it("asks the user if there is no answer for long, and then continues where it was, with the same key", async () => {
    const { needs, sent } = server(done(200), unheard, unheard, unheard, unheard, unheard);
    const run = new ImportRun(rowsOf(250), needs);
    expect(await run.go()).toBe("The server could not be reached.");
    expect([run.isDone, run.results.length]).toEqual([false, 200]);
    expect(await run.go()).toBeNull();
    expect(new Set(sent.slice(1).map(([key]) => key))).toEqual(new Set(["key-2"]));
    expect([run.isDone, run.results.length]).toEqual([true, 250]);
  });

  it("uses a new key after a failure, because the server would only repeat its answer", async () => {
    const { needs, sent } = server({ kind: "FAILED", problem: "Something went wrong." });
    const run = new ImportRun(rowsOf(1), needs);
    expect(await run.go()).toBe("Something went wrong.");
    expect(await run.go()).toBeNull();
    expect(sent.map(([key]) => key)).toEqual(["key-1", "key-2"]);
  });

  it("can be stopped after the current batch, and continued later", async () => {
    const { needs, sent } = server();
    const run: ImportRun = new ImportRun(rowsOf(450), { ...needs, onProgress: () => run.stop() });
    expect(await run.go()).toBeNull();
    expect([run.isDone, run.results.length, sent.length]).toEqual([false, 200, 1]);
    for (let tries = 0; tries < 2; tries++) await run.go();
    expect([run.isDone, run.results.length]).toEqual([true, 450]);
  });

  it("does not start for rows that may not be imported", async () => {
    const { needs, sent } = server();
    const run = new ImportRun([{ number: 2, contact: { name: "Nobody" } }, ...rowsOf(1)], needs);
    await run.go();
    expect(sent).toEqual([["key-1", 1]]);
    expect(run.results.map(({ outcome }) => outcome)).toEqual(["REFUSED", "CREATED"]);
  });
});
