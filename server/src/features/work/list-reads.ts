import type { DataSource } from "typeorm";
import { PrimaryReads, type Reads } from "../../platform/database/reads.js";
import type { ReadReplicas } from "../../platform/database/read-replicas.js";
import { computed, select, sql, table } from "../../platform/database/sql.js";
import { AuditEvent } from "../audit/audit-event.entity.js";

const e = table(AuditEvent);
const NEWEST = select({ seq: e.seq, id: e.id }).from`${e} WHERE ${e.firmId} = ? ORDER BY ${e.seq} DESC LIMIT 1`;
const HAS = select({ one: computed<number>(sql`1`) }).from`${e} WHERE ${e.firmId} = ? AND ${e.seq} = ? AND ${e.id} = ?`;

/**
 * Reads for lists, searches and reports, from a replica where there is one. Every change of what they show is committed
 * together with its event (a-day.api.test.ts and others watch for that), and the newest event is never deleted. So a replica that
 * has the firm's newest event has everything that was committed when the read began, whoever did it on whichever server.
 * The event's id is compared as well: a server that has gone another way may have another event with that number. What retention has deleted may be shown until the replica has deleted it too.
 *
 * Roll-outs are not read here: their mailer, and the mails' outcomes, change what they show without an event.
 *
 * What decides about access is never read here: a replica with a former state, or in somebody else's hands, must not
 * let anybody in. list-places.test.ts holds the list of who may.
 */
export class ListReads {
  private readonly primary: Reads;

  constructor(
    dataSource: DataSource,
    private readonly replicas: ReadReplicas | null,
  ) {
    this.primary = new PrimaryReads(dataSource);
  }

  /** `read` must do nothing but read, since it may run twice. */
  of<T>(firmId: string, read: (reads: Reads) => Promise<T>): Promise<T> {
    return this.replicas === null ? read(this.primary) : this.ofReplica(this.replicas, firmId, read);
  }

  private async ofReplica<T>(replicas: ReadReplicas, firmId: string, read: (reads: Reads) => Promise<T>): Promise<T> {
    const found = await replicas.read(
      async () => (await this.primary.rows(NEWEST, [firmId]))[0] ?? null,
      async (reads, newest) => newest !== null && (await reads.rows(HAS, [firmId, newest.seq, newest.id])).length === 1,
      read,
    );
    return found === null ? read(this.primary) : found.answer;
  }
}
