import { languageNamed, normalizeEmail, type ImportedIdentity, type Language } from "@gatehouse/shared";
import type { SheetRow } from "./csv-file.js";

/** What a column can be, and its usual names in the files of other products (English and French), most likely first. */
export const importFields = {
  name: {
    title: "Full name",
    names: "name, fullname, contactname, clientname, displayname, contact, client, customer, nom, nomcomplet".split(
      ", ",
    ),
  },
  firstName: { title: "First name", names: "firstname, givenname, forename, first, prenom".split(", ") },
  lastName: { title: "Last name", names: "lastname, surname, familyname, last, nomdefamille".split(", ") },
  email: {
    title: "Email",
    names: "email, emailaddress, primaryemail, mail, courriel, adressecourriel, adresseemail".split(", "),
  },
  organization: {
    title: "Organization",
    names:
      "organization, organisation, organizationname, company, companyname, business, businessname, entreprise, societe, compagnie, employer".split(
        ", ",
      ),
  },
  language: {
    title: "Language",
    names: "language, preferredlanguage, locale, lang, langue, languepreferee, languedecorrespondance".split(", "),
  },
  externalId: {
    title: "External id",
    names:
      "externalid, clientid, contactid, customerid, id, clientnumber, clientno, contactnumber, accountnumber, number, reference, ref, code, numero, numeroclient, noclient, clientcode".split(
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
}
export interface ImportRow {
  number: number;
  contact: ImportedContact;
  /** The text of the language cell, if it is not one of ours. */
  unknownLanguage?: string;
}

/** A heading reduced to its letters and digits, without case and accents. */
const normalizeHeading = (heading: string) =>
  heading
    .normalize("NFD")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, "");

/** Whether the first row names the columns: then it contains no email address. */
export const looksLikeHeadings = ({ cells }: SheetRow): boolean => cells.every((cell) => normalizeEmail(cell) === null);

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
  // "Nom, Prénom": with only a first name next to it, the name is the last name. With a full name, its parts add nothing.
  if (columns.firstName !== null && columns.lastName === null && columns.name !== null)
    return { ...columns, lastName: columns.name, name: null };
  return columns.name === null ? columns : { ...columns, firstName: null, lastName: null };
}

/** The contacts in the rows; an empty cell means nothing. */
export const contactsIn = (rows: readonly SheetRow[], columns: Columns): ImportRow[] =>
  rows.map(({ number, cells }) => {
    const of = (field: ImportField) => (columns[field] === null ? "" : (cells[columns[field]] ?? ""));
    const contact: ImportedContact = { name: of("name") || `${of("firstName")} ${of("lastName")}`.trim() };
    for (const field of ["email", "organization", "externalId"] as const)
      if (of(field) !== "") contact[field] = of(field);
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
