import type { MigrationInterface, QueryRunner } from "typeorm";

/** How many contacts one transaction looks at, during which nobody else changes the firm's contacts. */
const PAGE = 200;
const ROWS_AT_ONCE = 1000;
const TRIES = 10;
/** A deadlock, a wait for a lock that took too long, a row that changed meanwhile (MariaDB). */
const LOST = new Set([1213, 1205, 1020]);

type Contact = { id: string; name: string; nameKey: string; organization: string | null; email: string | null };
type Word = { contactId: string; word: string };

/**
 * Contacts get the words and the sort key of the one form of text that both sides of a search have from here on: "O’Connor" is found by
 * "oconnor", "Lecœur" by "lecoeur", an address by its domain, and "Łuczak" is beside "Luczak". Words are only added, because the version
 * before, which may run beside, searches for the old ones; they go when a contact is saved. Each page of contacts is a transaction, so
 * that the firms' writers wait for a moment only. Where the migration ended half-way, it finds most of its work done.
 */
export class SearchForms1764170000000 implements MigrationInterface {
  name = "SearchForms1764170000000";
  transaction = false;
  async up(runner: QueryRunner): Promise<void> {
    await rebuildSearchForms(runner, null);
  }
  /** The version before reads these words and keys as well. */
  async down(): Promise<void> {}
}

/**
 * The same again for what a server of the version before has written since: for one firm, which may have come from such a server, also
 * within a transaction; null: for all.
 */
export async function rebuildSearchForms(runner: QueryRunner, firmId: string | null): Promise<void> {
  const isChosen = firmId === null ? "" : " AND id = ?";
  for (let lastFirm: string | undefined = ""; lastFirm !== undefined;) {
    const firms = (await runner.query(`SELECT id FROM firms WHERE id > ?${isChosen} ORDER BY id LIMIT 1000`, [
      lastFirm,
      ...(firmId === null ? [] : [firmId]),
    ])) as { id: string }[];
    for (const { id } of firms)
      for (let last: Contact | undefined, isFirst = true; isFirst || last !== undefined; isFirst = false)
        last = await asOne(runner, () => rebuildPage(runner, id, last));
    lastFirm = firms.at(-1)?.id;
  }
}

async function asOne<T>(runner: QueryRunner, work: () => Promise<T>): Promise<T> {
  if (runner.isTransactionActive) return work();
  for (let tries = 1; ; tries++)
    try {
      await runner.startTransaction();
      const result = await work();
      await runner.commitTransaction();
      return result;
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      if (tries === TRIES || !LOST.has((error as { errno?: number }).errno ?? 0)) throw error;
    }
}

/** Returns the last contact of the page; undefined if there are no more. */
async function rebuildPage(runner: QueryRunner, firmId: string, last?: Contact): Promise<Contact | undefined> {
  const lock = runner.connection.options.type === "better-sqlite3" ? "" : " FOR UPDATE";
  // Whoever changes a firm's contacts locks this row first (contacts-lock.ts).
  await runner.query(`SELECT firmId FROM audit_counters WHERE firmId = ?${lock}`, [firmId]);
  // By name, as the words are; a contact whose key grows comes again, with nothing left to do.
  const contacts = (await runner.query(
    `SELECT id, name, nameKey, organization, email FROM contacts
     WHERE firmId = ?${last ? " AND nameKey >= ? AND (nameKey > ? OR id > ?)" : ""} ORDER BY nameKey, id LIMIT ${PAGE}`,
    last ? [firmId, last.nameKey, last.nameKey, last.id] : [firmId],
  )) as Contact[];
  const [first, end] = [contacts[0], contacts.at(-1)];
  if (!first || !end) return;
  const words = await wordsBetween(runner, firmId, first, end);
  await moveInOrder(
    runner,
    firmId,
    contacts.filter(({ name, nameKey }) => sortKeyOf(name) !== nameKey),
  );
  const known = new Set(words.map(({ contactId, word }) => `${contactId} ${word}`));
  const added = contacts.flatMap(({ id, name, organization, email }) =>
    storedWords([name, organization, email].filter(Boolean).join(" "))
      .filter((word) => !known.has(`${id} ${word}`))
      .map((word) => [firmId, word, sortKeyOf(name), id]),
  );
  for (let from = 0; from < added.length; from += ROWS_AT_ONCE) {
    const part = added.slice(from, from + ROWS_AT_ONCE);
    await runner.query(
      `INSERT INTO search_words (firmId, word, nameKey, contactId) VALUES ${part.map(() => "(?, ?, ?, ?)").join(", ")}`,
      part.flat(),
    );
  }
  return contacts.length < PAGE ? undefined : contacts.at(-1);
}

/** The words of these two contacts and of all between them by name: ranges of the index, however many contacts have one name. */
async function wordsBetween(runner: QueryRunner, firmId: string, first: Contact, end: Contact): Promise<Word[]> {
  const select = "SELECT contactId, word FROM search_words WHERE firmId = ? AND";
  if (first.nameKey === end.nameKey)
    return (await runner.query(`${select} nameKey = ? AND contactId >= ? AND contactId <= ?`, [
      firmId,
      first.nameKey,
      first.id,
      end.id,
    ])) as Word[];
  return (await runner.query(
    `${select} nameKey = ? AND contactId >= ? UNION ALL ${select} nameKey > ? AND nameKey < ?
     UNION ALL ${select} nameKey = ? AND contactId <= ?`,
    [firmId, first.nameKey, first.id, firmId, first.nameKey, end.nameKey, firmId, end.nameKey, end.id],
  )) as Word[];
}

/** Gives the contacts their new sort key everywhere. */
async function moveInOrder(runner: QueryRunner, firmId: string, contacts: readonly Contact[]): Promise<void> {
  if (contacts.length === 0) return;
  const ids = contacts.map(({ id }) => id);
  const newKeys = contacts.flatMap(({ id, name }) => [id, sortKeyOf(name)]);
  const keyBy = (column: string) => `CASE ${column} ${ids.map(() => "WHEN ? THEN ?").join(" ")} ELSE nameKey END`;
  const among = ids.map(() => "?").join(", ");
  await runner.query(`UPDATE contacts SET nameKey = ${keyBy("id")} WHERE firmId = ? AND id IN (${among})`, [
    ...newKeys,
    firmId,
    ...ids,
  ]);
  await runner.query(`UPDATE roll_out_recipients SET nameKey = ${keyBy("contactId")} WHERE contactId IN (${among})`, [
    ...newKeys,
    ...ids,
  ]);
  await runner.query(
    `UPDATE search_words SET nameKey = ${keyBy("contactId")} WHERE ${ids.map(() => "(firmId = ? AND nameKey = ? AND contactId = ?)").join(" OR ")}`,
    [...newKeys, ...contacts.flatMap(({ id, nameKey }) => [firmId, nameKey, id])],
  );
}

// What follows is the rule as it was when this migration was written (features/contacts/search-form.ts).

function foldDigits(text: string): string {
  return text.replaceAll(/\p{Nd}/gu, (digit) => {
    const point = digit.codePointAt(0) ?? 0;
    let zero = point;
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
    return ((point - zero) % 10).toString();
  });
}

const APOSTROPHE =
  /['`´‘’‛′‵\u02B9\u02BB-\u02BF\u02C8\u02CA\u02CB\u0384\u055A\u05F3\u1FBD\u1FBF\u1FEF\u1FFD\u1FFE\uA78B\uA78C\uFF07\uFF40]/gu;
const NON_JOINER = /\u200C/gu;
const DASH = /\p{Dash}/gu;
const MARK =
  /(?![\u3099\u309A])(?=\p{M})[\p{sc=Zinh}\p{sc=Zyyy}\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}]|[\u093C\u09BC\u0A3C\u0ABC\u0B3C\u0CBC]/gu;
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\u0640]/gu;

const LETTERS = new Map(
  [
    "æ ae, œ oe, ø o, ß ss, þ th, ð d, đ d, ħ h, ı i, ĸ q, ł l, ŋ n, ŧ t, ə e, ǝ e, ɔ o, ɣ g, ɩ i, ʊ u, ς σ",
    "ⱥ a, ƀ b, ɓ b, ƃ b, ƈ c, ȼ c, ɖ d, ɗ d, ƌ d, ɇ e, ɛ e, ƒ f, ǥ g, ɠ g, ɨ i, ȷ j, ɉ j, ƙ k, ƚ l, ɲ n, ƞ n",
    "ƥ p, ɍ r, ƭ t, ʈ t, ⱦ t, ʉ u, ʋ v, ƴ y, ɏ y, ƶ z, ȥ z",
  ]
    .join(", ")
    .split(", ")
    .map((pair): [string, string] => [pair.split(" ")[0] ?? "", pair.split(" ")[1] ?? ""]),
);

const IS_ASCII = /^\p{ASCII}*$/u;

function baseForm(text: string): string {
  if (IS_ASCII.test(text)) return text.toLowerCase().replaceAll("`", "'");
  // An acute accent that stands alone would decompose into a blank and a mark.
  const composed = text.replaceAll(APOSTROPHE, "'").replaceAll(NON_JOINER, "'").normalize("NFKD");
  const base = composed.replaceAll(APOSTROPHE, "'").replaceAll(DASH, "-").replaceAll(UNSEEN, "").replaceAll(MARK, "");
  const folded = base.toLowerCase().replaceAll(/\P{ASCII}/gu, (letter) => LETTERS.get(letter) ?? letter);
  return IS_ASCII.test(folded) ? folded : foldDigits(folded);
}

const WORD_LENGTH = 60;
const KEY_LENGTH = 200;
const startOf = (text: string, length: number): string =>
  text.length <= length ? text : [...text].slice(0, length).join("");

const SEPARATORS = /[-"&(),/:;!?|\u00B7\u0589\u05BE\u05F4\u060C\u061B\u061F\u0964\u30FB\p{Ps}\p{Pe}\p{Pi}\p{Pf}]+/gu;
const AROUND = /^[^\p{L}\p{N}\p{M}]+|[^\p{L}\p{N}\p{M}]+$/gu;
const IS_ADDRESS = /[\p{L}\p{N}\p{M}]@[\p{L}\p{N}\p{M}]/u;
const BEGINNINGS = /(?<![\p{L}\p{N}\p{M}])[\p{L}\p{N}\p{M}]|\p{So}/gu;
const INITIALS = /^(?:\p{L}\.)+\p{L}?$/u;

function wordOf(part: string): string {
  const letters = part.replaceAll("'", "");
  if (IS_ADDRESS.test(letters)) return startOf(letters.replaceAll(AROUND, ""), WORD_LENGTH);
  const joined = letters.replaceAll(SEPARATORS, "");
  const word = INITIALS.test(joined) ? joined.replaceAll(".", "") : joined.replaceAll(/^[.@]+|\.+$/g, "");
  return startOf(word, WORD_LENGTH);
}

function withoutBeginnings(words: readonly string[]): string[] {
  const sorted = [...new Set(words)].filter(Boolean).toSorted();
  return sorted.filter((word, at) => !sorted[at + 1]?.startsWith(word));
}

const partsOf = (text: string): string[] => baseForm(text).split(/\s+/u).filter(Boolean);

function storedWords(text: string): string[] {
  return withoutBeginnings(
    partsOf(text).flatMap((part) => {
      // Most are, and need no further look.
      if (/^[a-z0-9]+$/.test(part)) return startOf(part, WORD_LENGTH);
      const beginnings = [0, ...Array.from(part.matchAll(BEGINNINGS), ({ index }) => index)];
      const words = beginnings.map((at) => wordOf(part.slice(at))).filter(Boolean);
      return words.length > 0 ? words : startOf(part, WORD_LENGTH);
    }),
  );
}

function sortKeyOf(name: string): string {
  const base = baseForm(name);
  const key =
    base
      .replaceAll("'", "")
      .replaceAll(/[\s-]+/gu, " ")
      .trim() || base.trim();
  return startOf(key, KEY_LENGTH).trimEnd();
}
