import { In, MoreThan } from "typeorm";
import type { AuditEventType } from "@gatehouse/shared";
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
import { AUDIT_CURSOR, AuditEventConnection, AuditEventView, type AuditEventFilter } from "./audit-event.results.js";
import type { Work } from "../work/unit-of-work.js";

/** The number that a cursor of the log stands for. Throws BAD_USER_INPUT. */
export const seqOfCursor = (cursor: string): number => seqOf(decodeCursor(AUDIT_CURSOR, 1, cursor));

function seqOf([seq]: CursorKeys): number {
  if (typeof seq === "number" && seq >= 0) return seq;
  throw badInput("This cursor is not one of the log.");
}

/** So many events are read at once where all are wanted. */
const ALL_AT_ONCE = 1000;

/** Reads the log. */
export class AuditLog {
  constructor(private readonly work: Work) {}

  async page(firmId: string, args: PageArgs, filter: AuditEventFilter): Promise<AuditEventConnection> {
    const page = readPage(args, AUDIT_CURSOR, 1);
    for (const keys of [page.after, page.before]) if (keys) seqOf(keys);
    return Object.assign(new AuditEventConnection(), await this.read(firmId, page, filter));
  }

  /** All of them, newest first, as many at a time as fit into memory well. */
  async *all(firmId: string, filter: AuditEventFilter): AsyncGenerator<AuditEventView[]> {
    let after: CursorKeys | null = null;
    for (let hasMore = true; hasMore;) {
      const page: PageRequest = { limit: ALL_AT_ONCE, isForward: true, after, before: null };
      const { nodes, pageInfo } = await this.read(firmId, page, filter);
      yield nodes;
      hasMore = pageInfo.hasNextPage;
      after = [Number(nodes.at(-1)?.stored.seq ?? 0)];
    }
  }

  private async read(firmId: string, page: PageRequest, filter: AuditEventFilter): Promise<Connection<AuditEventView>> {
    const keys = keyset([{ sql: "e.seq", isDescending: true }], page);
    const conditions = ["e.firmId = ?", keys.where];
    const parameters: unknown[] = [firmId, ...keys.parameters];
    const add = (condition: string, ...values: unknown[]) => {
      conditions.push(condition);
      parameters.push(...values);
    };
    const addOneOf = (column: string, values: readonly string[]) =>
      add(values.length === 0 ? "1 = 0" : `${column} IN (${values.map(() => "?").join(", ")})`, ...values);
    if (filter.types) addOneOf("e.type", filter.types);
    if (filter.actorKinds) addOneOf("e.actorKind", filter.actorKinds);
    if (filter.actorId != null) add("e.actorId = ?", filter.actorId);
    if (filter.since != null) add("e.occurredAt >= ?", filter.since);
    if (filter.until != null) add("e.occurredAt < ?", filter.until);
    const pageWhere = (...more: string[]) =>
      `FROM audit_events e WHERE ${[...conditions, ...more].join(" AND ")} ORDER BY ${keys.orderBy} LIMIT ${keys.rows}`;
    let source = `(SELECT e.seq ${pageWhere()}) k`;
    if (filter.contactId != null) {
      // About the contact or about its account, each from its own index: with OR, the whole log is read for a few events.
      const account = "(SELECT o.portalAccountId FROM contacts o WHERE o.firmId = ? AND o.id = ?)";
      source = `(SELECT seq FROM (SELECT e.seq ${pageWhere("e.contactId = ?")}) own
        UNION SELECT seq FROM (SELECT e.seq ${pageWhere(`e.accountId = ${account}`)}) shared) k`;
      parameters.push(filter.contactId, ...parameters, firmId, filter.contactId);
    }
    const rows = await this.work.rows<AuditEvent & { contactName: string | null }>(
      `SELECT e.*, c.name AS contactName FROM ${source} JOIN audit_events e ON e.firmId = ? AND e.seq = k.seq LEFT JOIN contacts c ON c.id = e.contactId
       ORDER BY ${keys.orderBy} LIMIT ${keys.rows}`,
      [...parameters, firmId],
    );
    return pageOf(
      rows,
      page,
      AUDIT_CURSOR,
      (row) => [Number(row.seq)],
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

  async lastSeq(firmId: string): Promise<number> {
    return (await this.work.reader.findOneByOrFail(AuditCounter, { firmId })).lastSeq;
  }
}
