import { forceIndexSql, joinInOrderSql, isOutOfTime, type Flavour } from "../../platform/database/dialect.js";
import type { Reads } from "../../platform/database/reads.js";
import {
  computed,
  indexOf,
  join,
  NOTHING,
  select,
  selectDistinct,
  sql,
  table,
  type Column,
  type Select,
  type Sql,
} from "../../platform/database/sql.js";
import { tooComplex } from "../../platform/graphql/failures.js";
import { keyset, type PageRequest } from "../../platform/graphql/pages.js";
import { joinedFor } from "./contact-filter.js";
import { Contact, SearchWord } from "./contact.entity.js";

/** How much each way of finding a page may read. */
export const searchBounds = {
  /** The most found words that are read and sorted at once (about a microsecond each)... */
  few: 1000,
  /** ...and the most if there are too many different ones and no filter has to inspect each contact. */
  many: 10_000,
  /** The most words with one prefix that are merged, each in the order of names. */
  forms: 12,
  /**
   * How many contacts are tried in the list's order before all that a word finds are sorted; with a filter more are
   * needed.
   */
  window: 4000,
  filteredWindow: 20_000,
};
const NAME_INDEX = indexOf(SearchWord, ["firmId", "nameKey", "contactId", "word"]);
const TIME_LIMIT_MS = 10_000;

const c = table(Contact, "c");
const i = table(Contact, "i");
const wordRows = table(SearchWord);
const w = table(SearchWord, "w");
const o = table(SearchWord, "o");
const COUNT = select({ n: computed<number>(sql`COUNT(DISTINCT ${w.contactId})`) });
const FORM = select({ word: wordRows.word }).from`${wordRows} WHERE ${wordRows.firmId} = ? AND ${wordRows.word}`;
const FIRST_FORM = FORM.plus` >= ? AND ${wordRows.word} <= ? ORDER BY ${wordRows.word} LIMIT 1`;
const NEXT_FORM = FORM.plus` > ? AND ${wordRows.word} <= ? ORDER BY ${wordRows.word} LIMIT 1`;
const NAME_KEY = select({ nameKey: c.nameKey });
const BY_NAME = select({ nameKey: w.nameKey, id: w.contactId });
/** A found contact and its sort key, read from a subquery. */
const foundId = computed<string>(sql`id`);
const orderKey = computed<string | number>(sql`orderKey`);
const FOUND = select({ orderKey, id: foundId });
const idOfWindow = computed<string>(sql`k.id`);
const keyOfWindow = computed<string | number>(sql`k.orderKey`);
const OF_WINDOW = select({ orderKey: keyOfWindow, id: idOfWindow });
/** Pages of a list by a column, and by id where it is equal, in either direction. */
export const keysetsBy = (order: Sql, id: Sql) => {
  const inDirection = (isDescending: boolean) =>
    keyset([
      { by: order, isDescending },
      { by: id, isDescending },
    ]);
  return { ASC: inDirection(false), DESC: inDirection(true) };
};
const CONTACTS_BY_NAME = keysetsBy(c.nameKey, c.id);
const FOUND_KEYS = keysetsBy(orderKey, foundId);
const WINDOW_KEYS = keysetsBy(keyOfWindow, idOfWindow);
/** The same in each order of the list. */
const WORDS = {
  nameKey: keysetsBy(w.nameKey, w.contactId),
  createdAt: keysetsBy(c.createdAt, w.contactId),
  signedInAt: keysetsBy(c.signedInAt, w.contactId),
};
const WITHIN = {
  nameKey: keysetsBy(i.nameKey, i.id),
  createdAt: keysetsBy(i.createdAt, i.id),
  signedInAt: keysetsBy(i.signedInAt, i.id),
};
type Found = Select<{ id: string }>;
const OF_FIRM = sql`${w.firmId} = ?`;
const OF_START = sql`${w.word} BETWEEN ? AND ?`;
const OF_WORD = sql`${w.word} = ?`;

/** A firm's contacts in an order, by prefixes of words and other conditions on `c` and `t`; see contact-filter.ts. */
export interface SearchedList {
  firmId: string;
  /** At least one; see searchWords. */
  words: readonly string[];
  order: { column: "nameKey" | "createdAt" | "signedInAt"; index: Sql; isDescending: boolean };
  conditions: readonly Sql[];
  parameters: readonly unknown[];
}

/** SQL text with its parameters. */
interface SqlWithParameters<S extends Sql = Sql> {
  text: S;
  parameters: readonly unknown[];
}

/** All words with that prefix: U+10FFFF is not a character and sorts last in both databases. */
const from = (start: string) => [start, `${start}\u{10FFFF}`];

/**
 * The conditions that a contact has a word with each prefix. Each is one lookup, which no optimizer turns into a list
 * of all contacts with the prefix, and the lookups are adjacent if contacts come in the order of names.
 */
export const hasWords = (
  flavour: Flavour,
  contact: { firmId: string; nameKey: Sql; id: Sql },
  words: readonly string[],
): SqlWithParameters[] =>
  words.map((word) => ({
    text: sql`(SELECT 1 FROM ${o} ${forceIndexSql(flavour, NAME_INDEX)}
      WHERE ${o.firmId} = ? AND ${o.nameKey} = ${contact.nameKey} AND ${o.contactId} = ${contact.id} AND ${o.word} BETWEEN ? AND ? LIMIT 1) = 1`,
    parameters: [contact.firmId, ...from(word)],
  }));

/**
 * Finds a page of contacts by prefixes of words. No single way is good for all searches: a few matches are sorted; of
 * many matches of few words, each word's contacts are already in order; otherwise a page of the list in its own order
 * contains enough of them, unless they all come late, and then they are sorted after all. Each way returns the same
 * page.
 */
export class ContactSearch {
  constructor(
    private readonly reads: Reads,
    private readonly list: SearchedList,
    private readonly bounds = searchBounds,
  ) {}

  /** The ids of the page in order, with the extra one that `pageOf` expects. Throws QUERY_TOO_COMPLEX. */
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
    const { text, parameters } = this.withWord(word, from(word), OF_START);
    const [row] = await this.rows({ text: COUNT.from`${text}`, parameters });
    return row?.n ?? 0;
  }

  /** The prefix that finds the fewest words, and how many, counted no further than needed. */
  private async rarest(): Promise<[word: string, size: number]> {
    const { firmId, words } = this.list;
    const size = computed<number>(sql`(SELECT COUNT(*) FROM (SELECT 1 FROM ${wordRows}
      WHERE ${wordRows.firmId} = ? AND ${wordRows.word} BETWEEN ? AND ? LIMIT ${this.bounds.many + 1}) s)`);
    const [row] = await this.rows({
      text: select(Object.fromEntries(words.map((_, n) => [`n${n}`, size]))),
      parameters: words.flatMap((word) => [firmId, ...from(word)]),
    });
    const sizes = words.map((word, n): [string, number] => [word, row?.[`n${n}`] ?? 0]);
    return sizes.toSorted(([, a], [, b]) => a - b)[0] ?? ["", 0];
  }

  /** The words with a prefix, one more than can be merged: each takes one jump in the index. */
  private async forms(start: string): Promise<string[]> {
    const [first, last] = from(start);
    const found: string[] = [];
    while (found.length <= this.bounds.forms) {
      const [row] = await this.rows({
        text: found.length === 0 ? FIRST_FORM : NEXT_FORM,
        parameters: [this.list.firmId, found.at(-1) ?? first, last],
      });
      if (!row) break;
      found.push(row.word);
    }
    return found;
  }

  /** Everything that a prefix finds, sorted. */
  private sorted(page: PageRequest, start: string): SqlWithParameters<Found> {
    const keys = this.keys(page, WORDS[this.list.order.column]);
    const { text, parameters } = this.withWord(start, from(start), OF_START);
    return {
      text: selectDistinct({ orderKey: this.wordOrder, id: w.contactId })
        .from`${text} AND ${keys.where} ORDER BY ${keys.orderBy} LIMIT ${keys.rows}`,
      parameters: [...parameters, ...keys.parameters],
    };
  }

  /** The first matches of each word, which are in the order of names, and the first of all of these. */
  private merged(page: PageRequest, start: string, forms: readonly string[]): SqlWithParameters<Found> {
    const keys = this.keys(page, WORDS.nameKey);
    const { text } = this.withWord(start, [start], OF_WORD);
    const both = this.keys({ ...page, after: null, before: null }, FOUND_KEYS);
    const ofForm = FOUND.from`(SELECT ${w.nameKey} AS orderKey, ${w.contactId} AS id FROM ${text} AND ${keys.where}
      ORDER BY ${keys.orderBy} LIMIT ${keys.rows}) f`;
    const ofAll = forms.slice(1).reduce((union) => union.plus` UNION ${ofForm}`, ofForm);
    return {
      text: ofAll.plus` ORDER BY ${both.orderBy} LIMIT ${both.rows}`,
      parameters: forms.flatMap((form) => [...this.withWord(start, [form], OF_WORD).parameters, ...keys.parameters]),
    };
  }

  /** The matches among the next contacts by name: words in that order have an index of their own. */
  private async walkedByName(
    page: PageRequest,
    start: string,
    window: number,
  ): Promise<{ ids: string[]; isAll: boolean }> {
    const { firmId, order } = this.list;
    const contacts = this.keys(page, CONTACTS_BY_NAME);
    const [end] = await this.rows({
      text: NAME_KEY.from`${c} ${forceIndexSql(this.reads.flavour, order.index)} WHERE ${c.firmId} = ? AND ${contacts.where}
        ORDER BY ${contacts.orderBy} LIMIT 1 OFFSET ${window}`,
      parameters: [firmId, ...contacts.parameters],
    });
    const isUpwards = page.isForward !== order.isDescending;
    const keys = this.keys(page, WORDS.nameKey);
    const { text, parameters } = this.withWord(start, from(start), OF_START, NAME_INDEX);
    const until = isUpwards ? sql` AND ${w.nameKey} <= ?` : sql` AND ${w.nameKey} >= ?`;
    const ids = await this.run({
      text: BY_NAME.from`${text} AND ${keys.where}${end ? until : NOTHING}
        GROUP BY ${w.nameKey}, ${w.contactId} ORDER BY ${keys.orderBy} LIMIT ${keys.rows}`,
      parameters: [...parameters, ...keys.parameters, ...(end ? [end.nameKey] : [])],
    });
    return { ids, isAll: !end };
  }

  /** The matches among the next contacts in another order. */
  private async walked(page: PageRequest, window: number): Promise<{ ids: string[]; isAll: boolean }> {
    const { firmId, words, order, conditions, parameters } = this.list;
    const inner = this.keys(page, WITHIN[order.column]);
    const outer = this.keys({ ...page, after: null, before: null }, WINDOW_KEYS);
    const probes = hasWords(this.reads.flavour, { firmId, nameKey: c.nameKey, id: c.id }, words);
    const ids = await this.run({
      text: OF_WINDOW.from`(
        SELECT ${i[order.column]} AS orderKey, ${i.id} AS id FROM ${i} ${forceIndexSql(this.reads.flavour, order.index)} WHERE ${i.firmId} = ? AND ${inner.where}
        ORDER BY ${inner.orderBy} LIMIT ${window}) k ${this.joins(idOfWindow, true)}
        WHERE ${join([...probes.map(({ text }) => text), ...conditions], " AND ")} ORDER BY ${outer.orderBy} LIMIT ${outer.rows}`,
      parameters: [firmId, ...inner.parameters, ...probes.flatMap((probe) => probe.parameters), ...parameters],
    });
    return { ids, isAll: false };
  }

  /**
   * What follows FROM: the words `w` that one of the search's prefixes finds, of contacts that meet all other
   * conditions.
   */
  private withWord(start: string, found: readonly unknown[], condition: Sql, index?: Sql): SqlWithParameters {
    const { firmId, words, order, conditions, parameters } = this.list;
    const probes = hasWords(
      this.reads.flavour,
      { firmId, nameKey: w.nameKey, id: w.contactId },
      words.filter((other) => other !== start),
    );
    const joins = order.column === "nameKey" ? this.joins(w.contactId) : this.joins(w.contactId, true);
    const all = join([OF_FIRM, condition, ...probes.map(({ text }) => text), ...conditions], " AND ");
    return {
      text: sql`${w} ${index === undefined ? NOTHING : forceIndexSql(this.reads.flavour, index)} ${joins} WHERE ${all}`,
      parameters: [firmId, ...found, ...probes.flatMap((probe) => probe.parameters), ...parameters],
    };
  }

  /** The joins that the conditions need, if there are any. */
  private joins(id: Sql, isOrdered = false): Sql {
    const { conditions } = this.list;
    if (conditions.length === 0 && !isOrdered) return NOTHING;
    return sql`${joinInOrderSql(this.reads.flavour)} ${c} ON ${c.id} = ${id} ${joinedFor(conditions)}`;
  }

  private get wordOrder(): Column<string | number> {
    const { column } = this.list.order;
    return column === "nameKey" ? w.nameKey : c[column];
  }
  private keys(page: PageRequest, keysets: ReturnType<typeof keysetsBy>) {
    return keysets[this.list.order.isDescending ? "DESC" : "ASC"](page);
  }

  private async run(keys: SqlWithParameters<Found>): Promise<string[]> {
    return (await this.rows(keys)).map(({ id }) => id);
  }
  private async rows<T>({ text, parameters }: SqlWithParameters<Select<T>>): Promise<T[]> {
    try {
      return await this.reads.rowsInTime(TIME_LIMIT_MS, text, parameters);
    } catch (error) {
      if (isOutOfTime(error))
        throw tooComplex("This search takes too long. Type more of the word, or search for another one.");
      throw error;
    }
  }
}
