import type { EntityManager } from "typeorm";
import { byIndex, inOrder, isOutOfTime, limited } from "../../platform/database/dialect.js";
import { tooComplex } from "../../platform/graphql/failures.js";
import { keyset, type PageRequest } from "../../platform/graphql/pages.js";

/** How much is read in each way of finding a page. */
export const searchBounds = {
  /** So many words found are read and sorted at once (about a microsecond each)... */
  few: 1000,
  /** ...and so many where they are too many different ones, and no filter looks at each contact. */
  many: 10_000,
  /** So many words with one start are read beside each other, each in the order of names. */
  forms: 12,
  /** So many contacts are looked at in the list's order, before all that a word finds are sorted; a filter needs more of them. */
  window: 4000,
  filteredWindow: 20_000,
};
const NAME_INDEX = "ix_search_words_name";
const TIME_LIMIT_MS = 10_000;

/** A firm's contacts in an order, by the starts of words and other conditions on `c` and `t`, see contact-filter.ts. */
export interface SearchedList {
  firmId: string;
  /** At least one, see searchWords. */
  words: readonly string[];
  order: { column: "nameKey" | "createdAt" | "signedInAt"; index: string; isDescending: boolean };
  conditions: readonly string[];
  parameters: readonly unknown[];
}

interface Sql {
  sql: string;
  parameters: readonly unknown[];
}

/** All words with that start: U+10FFFF is no character, and comes last in both databases. */
const from = (start: string) => [start, `${start}\u{10FFFF}`];

/**
 * The conditions that a contact has a word with each start: a look-up a start, which no optimiser turns into a list of all that have
 * it, and which are neighbours where contacts come in the order of names.
 */
export const hasWords = (
  reader: EntityManager,
  contact: { firmId: string; nameKey: string; id: string },
  words: readonly string[],
): Sql[] =>
  words.map((word) => ({
    sql: `(SELECT 1 FROM search_words o ${byIndex(reader, NAME_INDEX)}
      WHERE o.firmId = ? AND o.nameKey = ${contact.nameKey} AND o.contactId = ${contact.id} AND o.word BETWEEN ? AND ? LIMIT 1) = 1`,
    parameters: [contact.firmId, ...from(word)],
  }));

/**
 * Finds a page of contacts by the starts of words. There is no one good way: few are sorted; of many with the same few words each
 * word's contacts are in order already; else a page of the list in its own order holds enough of them, unless they all come late,
 * and then they are sorted after all. Each way gives the same page.
 */
export class ContactSearch {
  constructor(
    private readonly reader: EntityManager,
    private readonly list: SearchedList,
    private readonly bounds = searchBounds,
  ) {}

  /** The ids of the page in their order, with the surplus one that `pageOf` looks for. Throws QUERY_TOO_COMPLEX. */
  async page(page: PageRequest): Promise<string[]> {
    const { words, order, conditions } = this.list;
    const { few, many, forms: formsAtOnce, window, filteredWindow } = this.bounds;
    const [first, size] = await this.rarest();
    if (size <= few) return this.run(this.sorted(page, first));
    if (order.column === "nameKey")
      for (const word of words) {
        const forms = await this.forms(word);
        if (forms.length <= formsAtOnce) return this.run(this.merged(page, word, forms));
      }
    if (size <= many && conditions.length === 0) return this.run(this.sorted(page, first));
    for (const looked of conditions.length === 0 ? [window] : [window, filteredWindow]) {
      const { ids, isAll } = await (order.column === "nameKey"
        ? this.walkedByName(page, first, looked)
        : this.walked(page, looked));
      if (isAll || ids.length > page.limit) return ids;
    }
    return this.run(this.sorted(page, first));
  }

  async count(): Promise<number> {
    const [word] = await this.rarest();
    const { sql, parameters } = this.withWord(word, from(word), "w.word BETWEEN ? AND ?");
    const [row] = await this.rows<{ n: number }>({ sql: `SELECT COUNT(DISTINCT w.contactId) AS n ${sql}`, parameters });
    return Number(row?.n ?? 0);
  }

  /** The start that finds fewest, and how many words it finds, counted no further than needed. */
  private async rarest(): Promise<[word: string, size: number]> {
    const { firmId, words } = this.list;
    const [row] = await this.rows<Record<string, number>>({
      sql: `SELECT ${words
        .map(
          (_, n) =>
            `(SELECT COUNT(*) FROM (SELECT 1 FROM search_words WHERE firmId = ? AND word BETWEEN ? AND ? LIMIT ${this.bounds.many + 1}) s${n}) AS n${n}`,
        )
        .join(", ")}`,
      parameters: words.flatMap((word) => [firmId, ...from(word)]),
    });
    const sizes = words.map((word, n): [string, number] => [word, Number(row?.[`n${n}`] ?? 0)]);
    return sizes.toSorted(([, a], [, b]) => a - b)[0] ?? ["", 0];
  }

  /** The words with a start, one more than are read beside each other at most: each a jump in the index. */
  private async forms(start: string): Promise<string[]> {
    const [first, last] = from(start);
    const found: string[] = [];
    while (found.length <= this.bounds.forms) {
      const [row] = await this.rows<{ word: string }>({
        sql: `SELECT word FROM search_words WHERE firmId = ? AND word ${found.length === 0 ? ">=" : ">"} ? AND word <= ? ORDER BY word LIMIT 1`,
        parameters: [this.list.firmId, found.at(-1) ?? first, last],
      });
      if (!row) break;
      found.push(row.word);
    }
    return found;
  }

  /** All that a start finds, sorted. */
  private sorted(page: PageRequest, start: string): Sql {
    const keys = this.keys(page, this.wordOrder, "w.contactId");
    const { sql, parameters } = this.withWord(start, from(start), "w.word BETWEEN ? AND ?");
    return {
      sql: `SELECT DISTINCT ${this.wordOrder} AS orderKey, w.contactId AS id ${sql} AND ${keys.where} ORDER BY ${keys.orderBy} LIMIT ${keys.rows}`,
      parameters: [...parameters, ...keys.parameters],
    };
  }

  /** The first of each word, which are in the order of names, and of these the first. */
  private merged(page: PageRequest, start: string, forms: readonly string[]): Sql {
    const keys = this.keys(page, "w.nameKey", "w.contactId");
    const { sql } = this.withWord(start, [start], "w.word = ?");
    const both = this.keys({ ...page, after: null, before: null }, "orderKey", "id");
    return {
      sql: `${forms
        .map(
          (_, n) =>
            `SELECT orderKey, id FROM (SELECT w.nameKey AS orderKey, w.contactId AS id ${sql} AND ${keys.where} ORDER BY ${keys.orderBy} LIMIT ${keys.rows}) f${n}`,
        )
        .join(" UNION ")} ORDER BY ${both.orderBy} LIMIT ${both.rows}`,
      parameters: forms.flatMap((form) => [
        ...this.withWord(start, [form], "w.word = ?").parameters,
        ...keys.parameters,
      ]),
    };
  }

  /** Those of the next so many contacts by name: words in that order are an index of their own. */
  private async walkedByName(
    page: PageRequest,
    start: string,
    window: number,
  ): Promise<{ ids: string[]; isAll: boolean }> {
    const { firmId, order } = this.list;
    const contacts = this.keys(page, "c.nameKey", "c.id");
    const [end] = await this.rows<{ nameKey: string }>({
      sql: `SELECT c.nameKey FROM contacts c ${byIndex(this.reader, order.index)} WHERE c.firmId = ? AND ${contacts.where}
        ORDER BY ${contacts.orderBy} LIMIT 1 OFFSET ${window}`,
      parameters: [firmId, ...contacts.parameters],
    });
    const isUpwards = page.isForward !== order.isDescending;
    const keys = this.keys(page, "w.nameKey", "w.contactId");
    const { sql, parameters } = this.withWord(start, from(start), "w.word BETWEEN ? AND ?", NAME_INDEX);
    const ids = await this.run({
      sql: `SELECT w.nameKey, w.contactId AS id ${sql} AND ${keys.where}${end ? ` AND w.nameKey ${isUpwards ? "<=" : ">="} ?` : ""}
        GROUP BY w.nameKey, w.contactId ORDER BY ${keys.orderBy} LIMIT ${keys.rows}`,
      parameters: [...parameters, ...keys.parameters, ...(end ? [end.nameKey] : [])],
    });
    return { ids, isAll: !end };
  }

  /** Those of the next so many contacts in another order. */
  private async walked(page: PageRequest, window: number): Promise<{ ids: string[]; isAll: boolean }> {
    const { firmId, words, order, conditions, parameters } = this.list;
    const inner = this.keys(page, `i.${order.column}`, "i.id");
    const outer = this.keys({ ...page, after: null, before: null }, "k.orderKey", "k.id");
    const probes = hasWords(this.reader, { firmId, nameKey: "c.nameKey", id: "c.id" }, words);
    const ids = await this.run({
      sql: `SELECT k.orderKey, k.id FROM (
        SELECT i.${order.column} AS orderKey, i.id FROM contacts i ${byIndex(this.reader, order.index)} WHERE i.firmId = ? AND ${inner.where}
        ORDER BY ${inner.orderBy} LIMIT ${window}) k ${this.joins("k.id", true)}
        WHERE ${[...probes.map(({ sql }) => sql), ...conditions].join(" AND ")} ORDER BY ${outer.orderBy} LIMIT ${outer.rows}`,
      parameters: [firmId, ...inner.parameters, ...probes.flatMap((probe) => probe.parameters), ...parameters],
    });
    return { ids, isAll: false };
  }

  /** FROM and WHERE of the words `w` that one of the search's starts finds, of contacts to whom all the rest applies. */
  private withWord(start: string, found: readonly unknown[], condition: string, index?: string): Sql {
    const { firmId, words, order, conditions, parameters } = this.list;
    const probes = hasWords(
      this.reader,
      { firmId, nameKey: "w.nameKey", id: "w.contactId" },
      words.filter((word) => word !== start),
    );
    const joins = order.column === "nameKey" ? this.joins("w.contactId") : this.joins("w.contactId", true);
    return {
      sql: `FROM search_words w ${index === undefined ? "" : byIndex(this.reader, index)} ${joins} WHERE ${["w.firmId = ?", condition, ...probes.map(({ sql }) => sql), ...conditions].join(" AND ")}`,
      parameters: [firmId, ...found, ...probes.flatMap((probe) => probe.parameters), ...parameters],
    };
  }

  /** What the conditions are about, where there are any. */
  private joins(id: string, isOrdered = false): string {
    const { conditions } = this.list;
    if (conditions.length === 0 && !isOrdered) return "";
    const states = conditions.some((condition) => condition.includes("t."))
      ? "LEFT JOIN two_factor_states t ON t.ownerId = c.portalAccountId"
      : "";
    return `${inOrder(this.reader)} contacts c ON c.id = ${id} ${states}`;
  }

  private get wordOrder(): string {
    const { column } = this.list.order;
    return column === "nameKey" ? "w.nameKey" : `c.${column}`;
  }
  private keys(page: PageRequest, order: string, id: string) {
    const { isDescending } = this.list.order;
    return keyset(
      [
        { sql: order, isDescending },
        { sql: id, isDescending },
      ],
      page,
    );
  }

  private async run(keys: Sql): Promise<string[]> {
    return (await this.rows<{ id: string }>(keys)).map(({ id }) => id);
  }
  private async rows<T>({ sql, parameters }: Sql): Promise<T[]> {
    try {
      return (await this.reader.query(limited(this.reader, sql, TIME_LIMIT_MS), [...parameters])) as T[];
    } catch (error) {
      if (isOutOfTime(error))
        throw tooComplex("This search takes too long. Search for more of the word, or for another.");
      throw error;
    }
  }
}
