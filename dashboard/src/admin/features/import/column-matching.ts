import { languageNamed, normalizeEmail, type ImportedIdentity, type Language } from "@gatehouse/shared";
import type { SheetRow } from "./csv-file.js";

/**
 * What a column can be, and its usual names in the files of other products, most likely first: in English and French,
 * then in German, Spanish, Italian, Portuguese and Dutch.
 */
export const importFields = {
  name: {
    title: "Full name",
    names:
      "name, fullname, contactname, clientname, displayname, contact, client, customer, nom, nomcomplet, vollername, anzeigename, nombrecompleto, nomecompleto, nombre, nome, naam, kunde, mandant, kontakt, cliente, contacto, klant".split(
        ", ",
      ),
  },
  firstName: {
    title: "First name",
    names: "firstname, givenname, forename, first, prenom, vorname, nombre, nombredepila, nome, voornaam".split(", "),
  },
  lastName: {
    title: "Last name",
    names:
      "lastname, surname, familyname, last, nomdefamille, nachname, familienname, apellidos, apellido, cognome, sobrenome, achternaam".split(
        ", ",
      ),
  },
  email: {
    title: "Email",
    names:
      "email, emailaddress, primaryemail, mail, courriel, adressecourriel, adresseemail, emailadresse, mailadresse, correo, correoelectronico, emailadres".split(
        ", ",
      ),
  },
  organization: {
    title: "Organization",
    names:
      "organization, organisation, organizationname, company, companyname, business, businessname, entreprise, societe, compagnie, raisonsociale, employer, firma, unternehmen, firmenname, empresa, organizacion, razonsocial, azienda, ragionesociale, organizzazione, organizacao, bedrijf, bedrijfsnaam".split(
        ", ",
      ),
  },
  language: {
    title: "Language",
    names:
      "language, preferredlanguage, locale, lang, langue, languepreferee, languedecorrespondance, sprache, idioma, lingua, taal".split(
        ", ",
      ),
  },
  externalId: {
    title: "External id",
    names:
      "externalid, clientid, contactid, customerid, id, clientnumber, clientno, contactnumber, accountnumber, number, reference, ref, code, numero, numeroclient, noclient, numerodeclient, nodeclient, codeclient, clientcode, kundennummer, kundennr, mandantennummer, mandantennr, nummer, codigo, codigocliente, numerodecliente, codice, codicecliente, klantnummer".split(
        ", ",
      ),
  },
} as const satisfies Record<string, { title: string; names: readonly string[] }>;
export type ImportField = keyof typeof importFields;
export const importFieldNames = Object.keys(importFields) as ImportField[];
/** The column of each field; null: none. */
export type Columns = Readonly<Record<ImportField, number | null>>;

/** A contact as `upsertContacts` takes it: fields that are left out stay unchanged. */
export interface ImportedContact {
  name: string;
  email?: string;
  organization?: string;
  externalId?: string;
  language?: Language;
  /** The person allows it to change who can open the contact's requests, as it was shown. */
  allowRedirect?: true;
  expectedEmailChange?: string;
}
export interface ImportRow {
  number: number;
  contact: ImportedContact;
  /** The text of the language cell, if it is not one of ours. */
  unknownLanguage?: string;
}

/** A heading reduced to its letters and digits, without case and accents; "#" and "N°" are read as words. */
const normalizeHeading = (heading: string) =>
  heading
    .replaceAll(/[#＃]/gu, "number")
    .replaceAll("°", "o")
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, "");

/** Guesses the columns from their headings. */
export function guessColumns(headings: readonly string[]): Columns {
  const found = headings.map(normalizeHeading);
  const columnOf = (field: ImportField): number | null => {
    const name = importFields[field].names.find((candidate) => found.includes(candidate));
    return name === undefined ? null : found.indexOf(name);
  };
  const columns: Columns = {
    name: columnOf("name"),
    firstName: columnOf("firstName"),
    lastName: columnOf("lastName"),
    email: columnOf("email"),
    organization: columnOf("organization"),
    language: columnOf("language"),
    externalId: columnOf("externalId"),
  };
  // "Nombre" alone is the whole name; beside "Apellidos" it is the first name.
  if (columns.name !== null && columns.name === columns.firstName)
    return columns.lastName === null ? { ...columns, firstName: null } : { ...columns, name: null };
  // "Nom, Prénom": with only a first name next to it, the name is the last name.
  if (columns.firstName !== null && columns.lastName === null && columns.name !== null)
    return { ...columns, lastName: columns.name, name: null };
  // A heading that says "full name" adds to nothing; any other one ("Client") may be a number or a company.
  const isFullName = columns.name !== null && /full|complet|display/.test(found[columns.name] ?? "");
  const hasBothParts = columns.firstName !== null && columns.lastName !== null;
  if (hasBothParts && !isFullName) return { ...columns, name: null };
  return columns.name === null ? columns : { ...columns, firstName: null, lastName: null };
}

/** How far down the names of the columns are looked for. */
const HEADINGS_WITHIN = 20;
const hasEmail = ({ cells }: SheetRow) => cells.some((cell) => normalizeEmail(addressIn(cell)) !== null);

/**
 * Which of the rows names the columns, counted from 0: of those above the first email address, the one with the most
 * headings that are known; without any, the first row if it has no email address. Null: none does.
 */
export function guessHeadingRow(rows: readonly SheetRow[]): number | null {
  const top = rows.slice(0, HEADINGS_WITHIN);
  const firstPerson = top.findIndex(hasEmail);
  const above = firstPerson === -1 ? top : top.slice(0, firstPerson);
  const known = above.map(({ cells }) => Object.values(guessColumns(cells)).filter((column) => column !== null).length);
  const most = Math.max(0, ...known);
  if (most > 0) return known.indexOf(most);
  return above.length > 0 ? 0 : null;
}

/**
 * An address as people copy it: from a mail's header (`Ann Lee <ann@mail.example>`) or from a link. A cell with a second address stays as
 * it is and is refused: nobody but the user knows which one gets the invitation.
 */
function addressIn(cell: string): string {
  const [, before = "", address] = /^([^<>]*)<([^<>\s]+)>$/.exec(cell) ?? [];
  if (address === undefined) return cell.replace(/^mailto:/i, "");
  const name = before.replaceAll(/["'\s]/g, "").toLowerCase();
  return name.includes("@") && name !== address.toLowerCase() ? cell : address.replace(/^mailto:/i, "");
}

/** The contacts in the rows; an empty cell means nothing. */
export const contactsIn = (rows: readonly SheetRow[], columns: Columns): ImportRow[] =>
  rows.map(({ number, cells }) => {
    const of = (field: ImportField) => (columns[field] === null ? "" : (cells[columns[field]] ?? ""));
    const contact: ImportedContact = { name: of("name") || `${of("firstName")} ${of("lastName")}`.trim() };
    if (of("email") !== "") contact.email = addressIn(of("email"));
    for (const field of ["organization", "externalId"] as const) if (of(field) !== "") contact[field] = of(field);
    const language = languageNamed(of("language"));
    if (language !== null) return { number, contact: { ...contact, language } };
    return of("language") === "" ? { number, contact } : { number, contact, unknownLanguage: of("language") };
  });

export const identityOf = ({ number, unknownLanguage, contact }: ImportRow): ImportedIdentity => ({
  number,
  unknownLanguage,
  externalId: contact.externalId,
  email: contact.email,
});
