import { domainToUnicode } from "node:url";
import type { MigrationInterface, QueryRunner } from "typeorm";

const PAGE = 1000;
const WORD_LENGTH = 60;
type Value = { firmId: string; email: string };
type Row = Record<string, unknown>;

/**
 * The addresses of before a domain had one form (`info@xn--bcher-kva.example` beside `info@bücher.example`) get it, so that either spelling
 * finds them. Nothing is merged: an address stays as it was where the firm has the other spelling too, and the doctor names it. Where the
 * migration ended half-way, it does the rest.
 */
export class AddressSpellings1764160000000 implements MigrationInterface {
  name = "AddressSpellings1764160000000";
  async up(runner: QueryRunner): Promise<void> {
    await respellAddresses(runner, null);
  }
  /** The version before takes addresses in either form. */
  async down(): Promise<void> {}
}

/** The same for one firm, which came from a server of before; null: for all. */
export async function respellAddresses(runner: QueryRunner, firmId: string | null): Promise<void> {
  for (const table of ["portal_accounts", "contacts", "mailed_tokens", "sessions"])
    for await (const value of valuesOf(runner, table, firmId)) await respellClient(runner, value);
  for await (const value of valuesOf(runner, "team_members", firmId)) await respellMember(runner, value);
  if (firmId !== null) return;
  for (const { email } of await rows(runner, `SELECT email FROM team_mail_requests WHERE ${isUnusual(runner)}`)) {
    const to = oneForm(String(email));
    if (to !== null) await runner.query("UPDATE team_mail_requests SET email = ? WHERE email = ?", [to, email]);
  }
}

/** A firm's addresses that are not plain ASCII, each once. */
async function* valuesOf(runner: QueryRunner, table: string, firmId: string | null): AsyncGenerator<Value> {
  const ofFirm = firmId === null ? "" : " AND firmId = ?";
  const scope = firmId === null ? [] : [firmId];
  for (let last: Value = { firmId: "", email: "" }; ;) {
    const page = (await rows(
      runner,
      `SELECT DISTINCT firmId, email FROM ${table}
       WHERE ${isUnusual(runner)}${ofFirm} AND (firmId > ? OR (firmId = ? AND email > ?)) ORDER BY firmId, email LIMIT ${PAGE}`,
      [...scope, last.firmId, last.firmId, last.email],
    )) as Value[];
    yield* page;
    const end = page.at(-1);
    if (page.length < PAGE || end === undefined) return;
    last = end;
  }
}

async function respellClient(runner: QueryRunner, { firmId, email }: Value): Promise<void> {
  const to = oneForm(email);
  if (to === null) return;
  const holds = async (table: string, address: string) =>
    (await rows(runner, `SELECT 1 FROM ${table} WHERE firmId = ? AND email = ? LIMIT 1`, [firmId, address])).length > 0;
  // A login would be lost to its owner, so it gives way to another login only; a contact without one also to a contact.
  const isTaken =
    (await holds("portal_accounts", to)) || (!(await holds("portal_accounts", email)) && (await holds("contacts", to)));
  if (isTaken) return;
  const contacts = await rows(runner, "SELECT id, nameKey FROM contacts WHERE firmId = ? AND email = ?", [
    firmId,
    email,
  ]);
  for (const { id, nameKey } of contacts) {
    await runner.query("UPDATE client_requests SET sentTo = ? WHERE contactId = ? AND sentTo = ?", [to, id, email]);
    for (const word of wordsOf(to)) {
      const key = [firmId, word, nameKey, id];
      await runner.query(
        "DELETE FROM search_words WHERE firmId = ? AND word = ? AND nameKey = ? AND contactId = ?",
        key,
      );
      await runner.query("INSERT INTO search_words (firmId, word, nameKey, contactId) VALUES (?, ?, ?, ?)", key);
    }
  }
  for (const table of ["contacts", "portal_accounts", "mailed_tokens", "sessions", "portal_mail_requests"])
    await runner.query(`UPDATE ${table} SET email = ? WHERE firmId = ? AND email = ?`, [to, firmId, email]);
}

async function respellMember(runner: QueryRunner, { firmId, email }: Value): Promise<void> {
  const to = oneForm(email);
  if (to === null) return;
  const taken = await rows(
    runner,
    "SELECT 1 FROM team_members WHERE (firmId = ? AND email = ?) OR signInEmail = ? LIMIT 1",
    [firmId, to, to],
  );
  if (taken.length > 0) return;
  await runner.query("UPDATE team_members SET signInEmail = ? WHERE firmId = ? AND signInEmail = ?", [
    to,
    firmId,
    email,
  ]);
  for (const table of ["team_members", "mailed_tokens", "sessions"])
    await runner.query(`UPDATE ${table} SET email = ? WHERE firmId = ? AND email = ?`, [to, firmId, email]);
}

const rows = async (runner: QueryRunner, text: string, parameters: unknown[] = []): Promise<Row[]> =>
  (await runner.query(text, parameters)) as Row[];

/** Where text has characters of several bytes, or an ASCII label. */
const isUnusual = (runner: QueryRunner): string =>
  runner.connection.options.type === "better-sqlite3"
    ? "(email LIKE '%xn--%' OR LENGTH(CAST(email AS BLOB)) <> LENGTH(email))"
    : "(email LIKE '%xn--%' OR LENGTH(email) <> CHAR_LENGTH(email))";

function wordsOf(email: string): string[] {
  const text = email.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const words = [...text.split(/[^\p{L}\p{N}]+/u), text].filter(Boolean);
  return [...new Set(words.map((word) => [...word].slice(0, WORD_LENGTH).join("")))];
}

/** The address in the form that this version compares (shared/src/emails); null if that is how it is, or if it has none. */
function oneForm(email: string): string | null {
  const [local = "", given = "", ...more] = email.split("@");
  if (local === "" || more.length > 0) return null;
  const domain = oneDomain(given);
  const form = `${local.normalize("NFC").toLowerCase().normalize("NFC")}@${domain ?? ""}`;
  return domain === null || form === email || form.length > 254 ? null : form;
}

function oneDomain(given: string): string | null {
  const ascii = asciiDomain(given);
  if (ascii === null || !ascii.includes("xn--")) return ascii;
  const labels = ascii.split(".");
  const written = labels.map((label) => (label.startsWith("xn--") ? domainToUnicode(label) : label));
  if (written.some((label) => /^-|-$/.test(label)) || asciiDomain(written.join(".")) !== ascii) return null;
  const isAsciiTop = written.at(-1) === labels.at(-1);
  return labels.map((label, n) => shownLabel(label, written[n] ?? label, isAsciiTop)).join(".");
}

function asciiDomain(text: string): string | null {
  if (/(?![A-Za-z0-9.-])\p{ASCII}|(?=\p{Default_Ignorable_Code_Point})\p{L}|\p{Cs}/u.test(text)) return null;
  try {
    const { hostname } = new URL(`http://${text.replaceAll("ẞ", "ß")}`);
    const labels = hostname.split(".");
    if (hostname.length > 253 || labels.length < 2 || /^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "")) return null;
    return labels.every((label) => label.length <= 63 && /^[a-z0-9-]+$/.test(label) && !/^-|-$/.test(label))
      ? hostname
      : null;
  } catch {
    return null;
  }
}

const OF_ALL_SCRIPTS = /[\p{sc=Zyyy}\p{sc=Zinh}]+/gu;
const SCRIPTS = [
  /^$/u,
  /^(?:\p{sc=Arab}+|\p{sc=Armn}+|\p{sc=Beng}+|\p{sc=Cyrl}+|\p{sc=Deva}+|\p{sc=Ethi}+|\p{sc=Geor}+|\p{sc=Grek}+|\p{sc=Gujr}+|\p{sc=Guru}+|\p{sc=Hebr}+|\p{sc=Khmr}+)$/u,
  /^(?:\p{sc=Knda}+|\p{sc=Laoo}+|\p{sc=Mlym}+|\p{sc=Mymr}+|\p{sc=Orya}+|\p{sc=Sinh}+|\p{sc=Taml}+|\p{sc=Telu}+|\p{sc=Thaa}+|\p{sc=Thai}+|\p{sc=Tibt}+)$/u,
  /^(?:[\p{sc=Latn}\p{sc=Hani}\p{sc=Hira}\p{sc=Kana}]+|[\p{sc=Latn}\p{sc=Hani}\p{sc=Bopo}]+|[\p{sc=Latn}\p{sc=Hani}\p{sc=Hang}]+)$/u,
];
function shownLabel(ascii: string, written: string, isAsciiTop: boolean): string {
  if (ascii === written) return ascii;
  const isPlain =
    /^(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}\p{M}\p{Extended_Pictographic}-])+$/u.test(written) &&
    SCRIPTS.some((letters) => letters.test(written.replaceAll(OF_ALL_SCRIPTS, "")));
  const looksLatin = /^(?:[асԁеһіјӏорԛѕԝхуъьҽпгѵѡ0-9-]+|[αικνρυωηοτ0-9-]+)$/u.test(written);
  return isPlain && !(isAsciiTop && looksLatin) ? written : ascii;
}
