import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { contactsIn } from "./column-matching.js";
import { fileOf } from "./csv-file.js";
import type { Encoding } from "./file-text.js";
import { importNotes } from "./import-notes.js";
import { matchingOf, peopleIn, rereadAs, withHeadingRow, type Matching } from "./matching.js";

const matchingIn = (content: string | Uint8Array, name = "clients.csv"): Matching =>
  matchingOf(fileOf(name, Uint8Array.from(Buffer.from(content))));
/** A file in the folder "cases", as a program wrote it. */
const ofCase = (name: string) => matchingIn(readFileSync(join(import.meta.dirname, "cases", name)));
const contacts = (matching: Matching) =>
  contactsIn(peopleIn(matching), matching.columns).map(({ contact, unknownLanguage }) => ({
    ...contact,
    ...(unknownLanguage === undefined ? {} : { unknownLanguage }),
  }));
/** Of the processor: a loaded machine takes longer, not more. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));

describe("a file as a program wrote it", () => {
  it("says its separator in its first line, which a spreadsheet does not show", () => {
    const matching = ofCase("sep-line.csv");
    expect(matching.file.separator).toBe(";");
    expect(peopleIn(matching)[0]?.number).toBe(2);
    expect(contacts(matching)).toEqual([
      { name: "Zoé Lefèvre", email: "zoe.lefevre@csv.example", organization: "Crème & Fils", externalId: "C-1" },
      { name: "Müller, Jürgen", email: "juergen@csv.example", organization: 'Müller "GmbH"', externalId: "C-2" },
      { name: "François Côté", email: "f.cote@csv.example", organization: "Côté inc.", externalId: "C-3" },
    ]);
    for (const line of ["sep=\t\r\n", '"sep=\t"\n', "SEP=\t\r"])
      expect(contacts(matchingIn(`${line}Name\tEmail\nAnn; Lee\tann@csv.example`))).toEqual([
        { name: "Ann; Lee", email: "ann@csv.example" },
      ]);
    // A heading that only begins like it.
    expect(contacts(matchingIn("Sepa,Name,Email\nx,Ann,ann@csv.example"))).toHaveLength(1);
  });

  it("has title lines above the column names, which are left out and said", () => {
    const report = ofCase("title-rows.csv");
    expect(report.headingRow).toBe(3);
    expect(contacts(report)).toEqual([
      { name: "Paula Report", email: "paula@csv.example", organization: "Report Co" },
      { name: "Rick Report", email: "rick@csv.example", organization: "Report Co" },
    ]);
    expect(importNotes(report)).toEqual([
      "The rows above the column names are left out (row 1: “Harbor & Pine LLP”; row 2: “Customer Contact List”; row 3: “November 29, 2026”).",
    ]);
    const crm = ofCase("title-line.csv");
    expect(contacts(crm)[0]).toMatchObject({ name: "Ngozi Okafor", externalId: "C-0001" });
    expect(peopleIn(crm)[0]?.number).toBe(3);
  });

  it("has the names of its columns below a row of groups", () => {
    const matching = matchingIn(
      "Client,,Contact,\nId,Company,Full name,E-mail\n7,Stone Ltd,Ida Stone,ida@csv.example\n",
    );
    expect(contacts(matching)).toEqual([
      { name: "Ida Stone", email: "ida@csv.example", organization: "Stone Ltd", externalId: "7" },
    ]);
  });

  it("has no names of columns, or another row of them than was guessed", () => {
    const none = matchingIn("Ida,ida@csv.example\nBo,bo@csv.example");
    expect([none.headingRow, peopleIn(none).length]).toEqual([null, 2]);
    const chosen = withHeadingRow(ofCase("title-rows.csv").file, 1);
    expect(peopleIn(chosen)[0]?.number).toBe(3);
  });

  it("has a first and a last name, and a client number that is no name", () => {
    const matching = ofCase("last-first-client-number.csv");
    expect(contacts(matching)[0]).toEqual({
      name: "Ngozi Okafor",
      email: "ngozi.okafor@client.example",
      organization: "Okafor & Daughters, LLC",
      externalId: "C-0001",
      language: "EN",
    });
    expect(contacts(ofCase("last-first.csv"))).toEqual([
      { name: "Luc Tremblay", email: "luc@csv.example", language: "FR" },
      { name: "Ann Smith", email: "ann@csv.example", language: "EN" },
      { name: "Eva Garcia", email: "eva@csv.example", unknownLanguage: "Spanish" },
    ]);
  });

  it("is cut at the separator that makes rows alike, whatever commas its cells contain", () => {
    const matching = ofCase("semicolon-decimal.csv");
    expect(matching.file.separator).toBe(";");
    expect(contacts(matching).map(({ name }) => name)).toEqual(["Élodie Roy", "Paul Roy"]);
    const report = matchingIn(
      "Clients, by name, as of today\nName;Email\nRoy, Élodie;elodie@csv.example\nRoy, Paul;paul@csv.example",
    );
    expect(contacts(report).map(({ name }) => name)).toEqual(["Roy, Élodie", "Roy, Paul"]);
    const chosen = rereadAs(report, { separator: "," });
    expect(chosen.file.separator).toBe(",");
  });

  it("has line ends of several kinds, as when somebody puts a heading above the rows of another program", () => {
    const matching = matchingIn(
      "Name,Email,Company\r\nAnn,ann@csv.example,Lee Co\nBo,bo@csv.example,Fox Co\rCy,cy@csv.example,Co\n",
    );
    expect(contacts(matching).map(({ name, organization }) => [name, organization])).toEqual([
      ["Ann", "Lee Co"],
      ["Bo", "Fox Co"],
      ["Cy", "Co"],
    ]);
  });

  it("is read at once, however many blanks a cell holds", () => {
    const begin = cpuMs();
    expect(contacts(matchingIn(`Name,Email\n"A${" ".repeat(200_000)}b",a@csv.example`))).toHaveLength(1);
    expect(cpuMs() - begin).toBeLessThan(2000);
  });

  it("has blanks around cells in quotation marks, whose separators are text", () => {
    expect(
      contacts(matchingIn('Id, Name , Email\n7, "Berg, ""Ann""" ,"ann@csv.example"\n8,  "Cy" , cy@csv.example')),
    ).toEqual([
      { name: 'Berg, "Ann"', email: "ann@csv.example", externalId: "7" },
      { name: "Cy", email: "cy@csv.example", externalId: "8" },
    ]);
    // Marks that are a part of the text stay.
    expect(contacts(matchingIn('Name;Email\nAnn "Annie" Lee; "a" b@csv.example\n "Bo";"bo@csv.example"'))).toEqual([
      { name: 'Ann "Annie" Lee', email: '"a" b@csv.example' },
      { name: "Bo", email: "bo@csv.example" },
    ]);
  });

  it("has addresses as they were copied from a mail or a link", () => {
    const matching = matchingIn(
      "Name,Email\nAnn,Ann Lee <ann@csv.example>\nBo,mailto:bo@csv.example\nCy,<cy@csv.example>\nDi,a < b",
    );
    expect(contacts(matching).map(({ email }) => email)).toEqual([
      "ann@csv.example",
      "bo@csv.example",
      "cy@csv.example",
      "a < b",
    ]);
  });

  it("leaves a cell with two addresses as it is, so that it is refused: none of them is chosen for the user", () => {
    const cells = [
      "Bo <bo@csv.example>; Zed <zed@csv.example>",
      "Bo <bo@csv.example>, zed@csv.example",
      "bo@csv.example; Zed <zed@csv.example>",
    ];
    const matching = matchingIn(["Name,Email", ...cells.map((cell) => `Bo,"${cell}"`)].join("\n"));
    expect(contacts(matching).map(({ email }) => email)).toEqual(cells);
    // Outlook repeats the address where it knows no name.
    expect(contacts(matchingIn("Name,Email\nBo,\"'bo@csv.example' <bo@csv.example>\""))[0]?.email).toBe(
      "bo@csv.example",
    );
  });

  it.each([
    ["Prénom;Nom de famille;Courriel;Raison sociale;Numéro de client", "Ann;Lee;ann@csv.example;Lee Co;7"],
    ["Nom;Prénom;Adresse courriel;Société;N° de client", "Lee;Ann;ann@csv.example;Lee Co;7"],
    ["Nom complet;Courriel;Entreprise;Code client", "Ann Lee;ann@csv.example;Lee Co;7"],
    ["Vorname;Nachname;E-Mail;Firma;Kundennummer", "Ann;Lee;ann@csv.example;Lee Co;7"],
    ["Nombre;Apellidos;Correo electrónico;Empresa;Código", "Ann;Lee;ann@csv.example;Lee Co;7"],
    ["Nome;Cognome;Email;Azienda;Codice", "Ann;Lee;ann@csv.example;Lee Co;7"],
    ["Voornaam;Achternaam;E-mailadres;Bedrijf;Klantnummer", "Ann;Lee;ann@csv.example;Lee Co;7"],
    ["Kunden-Nr.;Kunde;E-Mail-Adresse;Unternehmen", "7;Ann Lee;ann@csv.example;Lee Co"],
    ["Nombre;Correo;Organización;Número de cliente", "Ann Lee;ann@csv.example;Lee Co;7"],
  ])("has headings in another language: %s", (headings, row) =>
    expect(contacts(matchingIn(`${headings}\n${row}`))).toEqual([
      { name: "Ann Lee", email: "ann@csv.example", organization: "Lee Co", externalId: "7" },
    ]),
  );

  it("is none: what it is and what to do is said", () => {
    const kinds: [string | Uint8Array, string][] = [
      [Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0]), "a workbook"],
      [Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), "an old workbook (.xls)"],
      ["%PDF-1.7\n%\u00e2", "a PDF"],
      ["{\\rtf1\\ansi", "a formatted text"],
      ["\n<html xmlns:o='urn:schemas-microsoft-com:office:office'><table><tr><td>Name", "a web page or an XML file"],
      ['<?xml version="1.0"?><Workbook>', "a web page or an XML file"],
      [Uint8Array.from(Buffer.from("\uFEFF<html><table>", "utf16le")), "a web page or an XML file"],
      ["<!-- saved from url -->\n<style>td {}</style>", "a web page or an XML file"],
      ["<style>td {}</style><table>", "a web page or an XML file"],
      ["MIME-Version: 1.0\nX-Document-Type: Workbook", "a web page or an XML file"],
      ['[\n  {"name": "Ann"}]', "a JSON file"],
      ['[["Name","Email"]]', "a JSON file"],
      ["BEGIN:VCARD\r\nVERSION:3.0", "an address card"],
      [Uint8Array.from([0x1f, 0x8b, 8, 0]), "a compressed file"],
    ];
    for (const [content, kind] of kinds)
      expect(() => matchingIn(content)).toThrow(
        `This is ${kind}, not a CSV file. Open it in your spreadsheet program, choose Save as, then CSV.`,
      );
    expect(contacts(matchingIn("Name,Email\n<Ann>,ann@csv.example"))).toHaveLength(1);
  });

  it("has columns without a heading, and separators at the ends of its lines", () => {
    const matching = matchingIn("Name,,Email,,\nAnn,x,ann@csv.example,,\nBo,,bo@csv.example,,y\n,,,,\n");
    expect(contacts(matching)).toEqual([
      { name: "Ann", email: "ann@csv.example" },
      { name: "Bo", email: "bo@csv.example" },
    ]);
    expect(importNotes(matching)).toEqual([]);
  });

  it("of many columns is read, matched and judged within seconds", () => {
    const headings = ["Name", "Email", ...Array.from({ length: 200 }, (_, n) => `Property ${n}`)].join(",");
    const row = (n: number) => [`Person ${n}`, `p${n}@csv.example`, ...Array<string>(200).fill("")].join(",");
    const text = [headings, ...Array.from({ length: 20_000 }, (_, n) => row(n))].join("\n");
    const begin = cpuMs();
    const matching = matchingIn(text);
    expect(importNotes(matching)).toEqual([]);
    expect(contacts(matching)).toHaveLength(20_000);
    expect(cpuMs() - begin).toBeLessThan(5000);
  }, 60_000);

  it("has cells with line breaks, and headings twice", () => {
    expect(contacts(ofCase("quoted-newline.csv"))[0]).toEqual({
      name: "Nina Newline",
      email: "nina@csv.example",
      organization: "Line 1 Line 2",
    });
    expect(contacts(ofCase("doubled-headings.csv"))[1]).toMatchObject({ name: "Dan Double", externalId: "D-2" });
  });

  it("keeps the zeros of numbers that it wrote as formulas", () => {
    const matching = matchingIn(
      'Name,Email,Client ID\nAnn,ann@csv.example,"=""00123"""\nBo,bo@csv.example,="007"\nCy,cy@csv.example,"=""a""""b"""',
    );
    expect(contacts(matching).map(({ externalId }) => externalId)).toEqual(["00123", "007", 'a"b']);
    // Any other formula stays what it is: text.
    expect(contacts(matchingIn('Name,Id\n"=1+""1""",1'))[0]?.name).toBe('=1+"1"');
  });
});

describe("a file's encoding", () => {
  it("is UTF-8 even if one byte is not, which spoils its own cell only and is named", () => {
    const matching = ofCase("utf8-nobom-one-bad-byte.csv");
    expect(matching.file.encoding).toBe("utf-8");
    expect(contacts(matching).map(({ name }) => name)).toEqual([
      "Zoé Lefèvre",
      "Müller, Jürgen",
      "François Côté",
      "André Roy",
    ]);
    expect(importNotes(matching)).toEqual([
      "Some characters are not UTF-8, like the rest of the file, and were guessed (row 5, Client name: “André Roy”). If one looks wrong, correct it in the file.",
    ]);
  });

  it("is not UTF-8 if most of its letters beyond ASCII are not", () => {
    const matching = matchingIn(latin1("Name,Email\nZoé Lefèvre,zoe@csv.example\nCôté Ã©,cote@csv.example"));
    expect(matching.file.encoding).toBe("windows-1252");
    expect(contacts(matching).map(({ name }) => name)).toEqual(["Zoé Lefèvre", "Côté Ã©"]);
    expect(importNotes(matching)).toEqual([
      "The file does not say its encoding, and was read as Western. Look at the accents below: if they are wrong, choose another encoding.",
    ]);
    expect(importNotes(rereadAs(matching, { encoding: "macintosh" }))).toEqual([]);
  });

  it("that does not fit is said, where characters cannot be read", () => {
    const matching = matchingIn(
      Uint8Array.from([...Buffer.from("\uFEFFName,Email\nAnn,ann@csv.example\nBo", "utf16le"), 0x20]),
    );
    expect(importNotes(matching)).toEqual([
      "Some characters cannot be read, for the first time in row 3: “Bo\uFFFD”. Choose another encoding, or correct the file.",
    ]);
  });

  it("can be chosen where no byte tells it", () => {
    const encoded: [Encoding, number[], string][] = [
      ["macintosh", [0x5a, 0x6f, 0x8e], "Zoé"],
      ["windows-1250", [0xa3, 0x75, 0x6b, 0x61, 0x73, 0x7a], "Łukasz"],
      ["windows-1251", [0xc0, 0xed, 0xed, 0xe0], "Анна"],
      ["windows-1253", [0xc1, 0xed, 0xed, 0xe1], "Αννα"],
      ["windows-1255", [0xf0, 0xf2, 0xee, 0xe9], "נעמי"],
      ["shift_jis", [0x89, 0xd4, 0x8e, 0x71], "花子"],
      ["gb18030", [0xcd, 0xf5, 0xb7, 0xbc], "王芳"],
    ];
    for (const [encoding, bytes, name] of encoded) {
      const guessed = matchingIn(Uint8Array.from([...latin1("Name,Email\n"), ...bytes, ...latin1(",a@csv.example")]));
      const matching = rereadAs(guessed, { encoding });
      expect(contacts(matching)).toEqual([{ name, email: "a@csv.example" }]);
    }
  });

  it("never takes half a character, a surrogate or an overlong one for UTF-8", () => {
    for (const bytes of [
      [0xc3],
      [0xe2, 0x82],
      [0xf0, 0x9f, 0xa6],
      [0xed, 0xa0, 0x80],
      [0xc0, 0xaf],
      [0xf5, 0x80, 0x80, 0x80],
    ]) {
      const matching = matchingIn(
        Uint8Array.from([
          ...Buffer.from("Name,Email\nZoé Côté Müller,zoe@csv.example\nA"),
          ...bytes,
          ...latin1(",a@csv.example"),
        ]),
      );
      expect(contacts(matching)[0]?.name).toBe("Zoé Côté Müller");
      expect(contacts(matching)[1]?.name).not.toContain("\uFFFD");
    }
  });

  it("is UTF-16 where a spreadsheet saved “Unicode text”", () => {
    const text = "Name\tEmail\r\nZoë\tzoe@csv.example\r\n";
    const matching = matchingIn(Uint8Array.from(Buffer.from(`\uFEFF${text}`, "utf16le")), "clients.txt");
    expect([matching.file.encoding, matching.file.separator]).toEqual(["utf-16le", "\t"]);
    expect(contacts(matching)).toEqual([{ name: "Zoë", email: "zoe@csv.example" }]);
  });
});

describe("before the import, somebody is told", () => {
  it("that the first row may be a client, where nothing tells", () => {
    const matching = matchingIn("Ida Stone,K-7\nBo Fox,K-8");
    expect(importNotes(matching)).toEqual([
      "Row 1 was taken for the column names, though none of them is known. If it is a client, choose “This file has none” as column names.",
    ]);
    expect(importNotes(withHeadingRow(matching.file, null))).toEqual([]);
  });

  it("that several columns have one name", () => {
    expect(importNotes(matchingIn("Name,Email,Email,Note,Note\nAnn,ann@csv.example,lee@csv.example,a,b"))).toEqual([
      "Several columns are called “Email”. The first one is used unless you choose another.",
    ]);
  });

  it("that the names look like ids", () => {
    const matching = matchingIn("Client,Email\nC-0001,a@csv.example\nC-0002,b@csv.example\nAnn,c@csv.example");
    expect(importNotes(matching)).toEqual([
      "The names look like ids, such as “C-0001”. Check which column contains the names.",
    ]);
    expect(importNotes(matchingIn("Name,Email\nAnn 2,a@csv.example\nR2D2,b@csv.example"))).toEqual([]);
  });

  it("that a spreadsheet has rounded the ids", () => {
    const matching = matchingIn("Name,Id\nAnn,1.23457E+12\nBo,123456789012\nCy,E+5");
    expect(importNotes(matching)).toEqual([
      "A spreadsheet has rounded external ids (row 2: “1.23457E+12”). Save the file again with that column as text, or different clients may get the same id.",
    ]);
  });
});
