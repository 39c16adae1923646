import { In, MoreThan } from "typeorm";
import type { AuditEventType } from "@gatehouse/shared";
import {
  join,
  leftJoined,
  placeholders,
  select,
  sql,
  table,
  type Column,
  type Sql,
} from "../../platform/database/sql.js";
import { badInput } from "../../platform/graphql/failures.js";
import {
  decodeCursor,
  keyset,
  pageOf,
  readPage,
  type Connection,
  type CursorKeys,
  type PageArgs,
  type PageRequest,
} from "../../platform/graphql/pages.js";
import { AuditCounter, AuditEvent } from "./audit-event.entity.js";
import { firstSeqOf } from "../work/first-event.js";
import { AUDIT_CURSOR, AuditEventConnection, AuditEventView, type AuditEventFilter } from "./audit-event.results.js";
import { Contact } from "../contacts/contact.entity.js";
import type { Work } from "../work/unit-of-work.js";

/** The number that a cursor of the log encodes. Throws BAD_USER_INPUT. */
export const seqOfCursor = (cursor: string): number => seqOf(decodeCursor(AUDIT_CURSOR, 1, cursor));

function seqOf([seq]: CursorKeys): number {
  if (typeof seq === "number" && seq >= 0) return seq;
  throw badInput("This cursor does not belong to the log.");
}

const e = table(AuditEvent, "e");
const c = leftJoined(table(Contact, "c"));
const o = table(Contact, "o");
const EVENTS = select({ ...e, contactName: c.name });
const newestFirst = keyset([{ by: e.seq, isDescending: true }]);
const OF_FIRM = sql`${e.firmId} = ?`;
const OF_CONTACT = sql`${e.contactId} = ?`;
const OF_ITS_ACCOUNT = sql`${e.accountId} = (SELECT ${o.portalAccountId} FROM ${o} WHERE ${o.firmId} = ? AND ${o.id} = ?)`;

/** How many events are read at once if all are requested. */
const ALL_AT_ONCE = 1000;

/** Reads the log. */
export class AuditLog {
  constructor(private readonly work: Work) {}

  async page(firmId: string, args: PageArgs, filter: AuditEventFilter): Promise<AuditEventConnection> {
    const page = readPage(args, AUDIT_CURSOR, 1);
    for (const keys of [page.after, page.before]) if (keys) seqOf(keys);
    return Object.assign(new AuditEventConnection(), await this.read(firmId, page, filter));
  }

  /** All events, newest first, in chunks that fit into memory. */
  async *all(firmId: string, filter: AuditEventFilter): AsyncGenerator<AuditEventView[]> {
    let after: CursorKeys | null = null;
    for (let hasMore = true; hasMore;) {
      const page: PageRequest = { limit: ALL_AT_ONCE, isForward: true, after, before: null };
      const { nodes, pageInfo } = await this.read(firmId, page, filter);
      yield nodes;
      hasMore = pageInfo.hasNextPage;
      after = [nodes.at(-1)?.stored.seq ?? 0];
    }
  }

  private async read(firmId: string, page: PageRequest, filter: AuditEventFilter): Promise<Connection<AuditEventView>> {
    const keys = newestFirst(page);
    const conditions = [OF_FIRM, keys.where];
    const parameters: unknown[] = [firmId, ...keys.parameters];
    const add = (condition: Sql, ...values: unknown[]) => {
      conditions.push(condition);
      parameters.push(...values);
    };
    const addOneOf = (column: Column<string>, values: readonly string[]) =>
      add(values.length === 0 ? sql`1 = 0` : sql`${column} IN (${placeholders(values.length)})`, ...values);
    if (filter.types) addOneOf(e.type, filter.types);
    if (filter.actorKinds) addOneOf(e.actorKind, filter.actorKinds);
    if (filter.actorId != null) add(sql`${e.actorId} = ?`, filter.actorId);
    if (filter.since != null) add(sql`${e.occurredAt} >= ?`, filter.since);
    if (filter.until != null) add(sql`${e.occurredAt} < ?`, filter.until);
    const pageWhere = (...more: Sql[]) =>
      sql`SELECT ${e.seq} AS seq FROM ${e} WHERE ${join([...conditions, ...more], " AND ")} ORDER BY ${keys.orderBy} LIMIT ${keys.rows}`;
    let source = sql`(${pageWhere()}) k`;
    if (filter.contactId != null) {
      // Events about the contact and about its account, each from its own index: with OR, the whole log would be read
      // for a few events.
      source = sql`(SELECT seq FROM (${pageWhere(OF_CONTACT)}) own UNION SELECT seq FROM (${pageWhere(OF_ITS_ACCOUNT)}) shared) k`;
      parameters.push(filter.contactId, ...parameters, firmId, filter.contactId);
    }
    const text = EVENTS.from`${source} JOIN ${e} ON ${e.firmId} = ? AND ${e.seq} = k.seq LEFT JOIN ${c} ON ${c.id} = ${e.contactId}
        ORDER BY ${keys.orderBy} LIMIT ${keys.rows}`;
    const rows = await this.work.readList(firmId, (reads) => reads.rows(text, [...parameters, firmId]));
    return pageOf(
      rows,
      page,
      AUDIT_CURSOR,
      ({ seq }) => [seq],
      (row) => AuditEventView.of(row, row.contactName),
    );
  }

  async find(firmId: string, id: string): Promise<AuditEventView | null> {
    const event = await this.work.reader.findOneBy(AuditEvent, { firmId, id });
    return event && AuditEventView.of(event);
  }

  /** The events after `seq`, oldest first, at most `limit`. */
  after(firmId: string, seq: number, limit: number, types: AuditEventType[] | null): Promise<AuditEvent[]> {
    return this.work.reader.find(AuditEvent, {
      where: { firmId, seq: MoreThan(seq), ...(types ? { type: In(types) } : {}) },
      order: { seq: "ASC" },
      take: limit,
    });
  }

  /** The number of the first event that is still kept. */
  firstSeq(firmId: string): Promise<number> {
    return firstSeqOf(this.work, firmId);
  }

  async lastSeq(firmId: string): Promise<number> {
    return (await this.work.reader.findOneByOrFail(AuditCounter, { firmId })).lastSeq;
  }
}
