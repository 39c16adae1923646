import type { DataSource, EntityManager } from "typeorm";
import type {
  ActorKind,
  AuditChange,
  AuditEventData,
  AuditEventSubject,
  AuditEventType,
  SignInMethod,
} from "@gatehouse/shared";
import type { Clock } from "../../platform/clock/clock.js";
import { newId } from "../../platform/crypto/ids.js";
import { affectedRows } from "../../platform/database/dialect.js";
import { preparedRows, preparedRowsOf, rowsOf, unpreparedRows } from "../../platform/database/prepared-rows.js";
import type { ReadReplicas } from "../../platform/database/read-replicas.js";
import type { Reads } from "../../platform/database/reads.js";
import { placeholders, select, table, type Select, type Sql } from "../../platform/database/sql.js";
import { inTransaction, writeAlone } from "../../platform/database/transaction.js";
import type { Writer } from "../../platform/database/writer-slots.js";
import { isExpected, Refusal } from "../../platform/graphql/failures.js";
import { outsideScopes, ScopedValue } from "../../platform/scoped-value.js";
import { FirmGone } from "./firm-gone.js";
import { ListReads } from "./list-reads.js";
import type { MailToSend } from "./mail-to-send.js";
import type { PortalLinks } from "./portal-links.js";
import { AuditEvent } from "../audit/audit-event.entity.js";
import { chainNew, lockChain, saveChain, sealFew } from "../audit-chain/audit-chain.js";
import { Contact } from "../contacts/contact.entity.js";

/** Who acts and from where; part of every event of a unit of work. */
export interface Actor {
  kind: ActorKind;
  id: string | null;
  /** A team member's or key's name, a client's login email; "Gatehouse" for the system. */
  name: string;
  ipAddress: string | null;
  userAgent: string | null;
}
export const systemActor: Actor = { kind: "SYSTEM", id: null, name: "Gatehouse", ipAddress: null, userAgent: null };

/** One event to write; `data` is what its sentence needs. */
export type RecordedEvent = {
  [T in AuditEventType]: {
    type: T;
    firmId: string;
    actor: Actor;
    /** Whom it is about. If only an account is given, the account's oldest contact is filled in. */
    contactId?: string | null;
    accountId?: string | null;
    teamMemberId?: string | null;
    reason?: string | null;
    /** How somebody proved who they are, for events that prove somebody. */
    methods?: readonly SignInMethod[];
    /** What changed, for events that change something. */
    changes?: readonly AuditChange[];
    data: AuditEventData[T];
  };
}[AuditEventType];

/** What the unit of work needs from its surroundings. */
export interface WorkEnvironment {
  dataSource: DataSource;
  replicas?: ReadReplicas | null;
  clock: Clock;
  /** Writes the outbox row of a mail. */
  enqueueMail(manager: EntityManager, mail: MailToSend, now: number): Promise<void>;
  /** The operator has said that there is no mail server. */
  isMailOff?: boolean;
  /** The addresses in mails; known once the server listens. */
  links(): PortalLinks;
  /** Called after a commit with its events and the firms that have them. It only says "look again". */
  onEvents(firmIds: string[], events: readonly RecordedEvent[]): void;
  /** Called after a commit with new mail. */
  onMail(): void;
}

/** The login that an event is about, so that a reader of the log alone knows which one it was. */
const subjectOf = ({ accountId, teamMemberId }: RecordedEvent): AuditEventSubject => ({
  ...(accountId == null ? {} : { portalAccountId: accountId }),
  ...(teamMemberId == null ? {} : { teamMemberId }),
});

const contacts = table(Contact);
const CONTACTS = select({ id: contacts.id, portalAccountId: contacts.portalAccountId });
const OLDEST_CONTACT = CONTACTS.from`${contacts} WHERE ${contacts.firmId} = ? AND ${contacts.portalAccountId} = ? ORDER BY ${contacts.createdAt}, ${contacts.id} LIMIT 1`;
const contactsOldestLast = (accounts: number) =>
  CONTACTS.from`${contacts} WHERE ${contacts.firmId} = ? AND ${contacts.portalAccountId} IN (${placeholders(accounts)})
    ORDER BY ${contacts.createdAt} DESC, ${contacts.id} DESC`;

/** SQLite takes 32,766 parameters. */
const INSERTED_AT_ONCE = 1000;

function mustSendMail({ isMailOff }: Pick<WorkEnvironment, "isMailOff">): void {
  if (isMailOff) throw new Refusal("MAIL_NOT_CONFIGURED");
}

/**
 * The only way to write. One transaction: the changes, their events and their mails are kept together or not at all.
 * Events are numbered and chained last, under the firm's counter row, so that their numbers follow the order of commits
 * without gaps, and each digest covers the one before it.
 */
export class UnitOfWork {
  private readonly events: RecordedEvent[] = [];
  private readonly mails: MailToSend[] = [];
  private readonly afterwards: (() => void)[] = [];

  constructor(
    readonly manager: EntityManager,
    /** The same time for everything in this unit of work. */
    readonly now: number,
    private readonly environment: Pick<WorkEnvironment, "links" | "isMailOff">,
    /** It takes attempts or gives them back: nothing of what its request asked for is done by it. */
    readonly onlyCounts = false,
  ) {}

  record(event: RecordedEvent): void {
    this.events.push(event);
  }
  /**
   * Where the server sends no mail, a notice is left out, and any other mail refuses the act (MAIL_NOT_CONFIGURED): it
   * would wait for somebody who never hears of it.
   */
  mail(mail: MailToSend): void {
    if (mail.isNotice && this.environment.isMailOff) return;
    mustSendMail(this.environment);
    this.mails.push(mail);
  }
  /** The addresses for its mails. */
  get links(): PortalLinks {
    return this.environment.links();
  }
  /** Runs after the commit, and only then. */
  afterCommit(then: () => void): void {
    this.afterwards.push(then);
  }

  /** Reads by a prepared statement; see rowsOf. */
  rows<T>(statement: Select<T>, parameters: readonly unknown[]): Promise<T[]> {
    return rowsOf(this.manager, statement, parameters);
  }
  /** Reads by a statement that no connection keeps; see unpreparedRows. */
  unpreparedRows<T>(statement: Select<T>, parameters: readonly unknown[]): Promise<T[]> {
    return unpreparedRows(this.manager, statement, parameters);
  }
  /** The number of rows that one UPDATE, DELETE or INSERT matched, by which callers decide "spend once". */
  affected(statement: Sql, parameters: unknown[]): Promise<number> {
    return affectedRows(this.manager, statement, parameters);
  }

  /** @internal */
  async flush(environment: WorkEnvironment): Promise<void> {
    for (const mail of this.mails) await environment.enqueueMail(this.manager, mail, this.now);
    const firmIds = [...new Set(this.events.map(({ firmId }) => firmId))].toSorted();
    for (const firmId of firmIds) await this.writeEvents(firmId);
    this.afterwards.push(() => {
      if (firmIds.length > 0) environment.onEvents(firmIds, this.events);
      if (this.mails.length > 0) environment.onMail();
    });
  }
  /** @internal */
  settle(): void {
    for (const then of this.afterwards) then();
  }

  private async writeEvents(firmId: string): Promise<void> {
    const events = this.events.filter((event) => event.firmId === firmId);
    const { manager } = this;
    const withoutContact = events.flatMap(({ contactId, accountId }) => (!contactId && accountId ? [accountId] : []));
    const oldest = await this.oldestContactsOf(firmId, [...new Set(withoutContact)]);
    const contactIds = events.map(({ contactId, accountId }) => contactId ?? oldest.get(accountId ?? "") ?? null);
    const rows = events.map((event, index) => this.rowOf(event, contactIds[index] ?? null));
    const found = await lockChain(manager, firmId);
    if (found === null) throw new FirmGone();
    const { state, sealed } = await sealFew(manager, firmId, found);
    if (sealed) rows.unshift(this.rowOf({ type: "AUDIT_LOG_SEALED", firmId, actor: systemActor, data: sealed }, null));
    for (const [index, row] of rows.entries()) row.seq = state.lastSeq + 1 + index;
    const next = chainNew(rows, state);
    for (let at = 0; at < rows.length; at += INSERTED_AT_ONCE)
      await manager.insert(AuditEvent, rows.slice(at, at + INSERTED_AT_ONCE));
    await saveChain(manager, firmId, next);
  }

  private rowOf(event: RecordedEvent, contactId: string | null): AuditEvent {
    const { actor, methods, changes } = event;
    return {
      id: newId("auditEvent", this.now),
      firmId: event.firmId,
      seq: 0,
      type: event.type,
      occurredAt: this.now,
      actorKind: actor.kind,
      actorId: actor.id,
      actorName: actor.name,
      contactId,
      accountId: event.accountId ?? null,
      reason: event.reason ?? null,
      ipAddress: actor.ipAddress,
      userAgent: actor.userAgent,
      data: JSON.stringify({ ...event.data, ...subjectOf(event) }),
      methods: methods ? JSON.stringify(methods) : null,
      changes: changes?.length ? JSON.stringify(changes) : null,
      actorSeal: null,
      subjectSeal: null,
      digest: null,
    };
  }

  private async oldestContactsOf(firmId: string, accountIds: readonly string[]): Promise<Map<string | null, string>> {
    if (accountIds.length === 0) return new Map();
    const [accountId] = accountIds;
    const found =
      accountIds.length === 1
        ? await this.rows(OLDEST_CONTACT, [firmId, accountId])
        : await this.unpreparedRows(contactsOldestLast(accountIds.length), [firmId, ...accountIds]);
    return new Map(found.map(({ id, portalAccountId }) => [portalAccountId, id]));
  }
}

/** Checks that every unit of work within a run passes; an error they throw rolls the unit back. */
export interface Guard {
  /** Who writes, since everybody may hold only a part of the connections. */
  writer?: Writer;
  /** Runs before the unit's own work. */
  begins?(unit: UnitOfWork): Promise<void>;
  /** Runs after it, before the commit. */
  ends?(unit: UnitOfWork): Promise<void>;
}

/** Runs units of work. */
export class Work {
  private readonly guards = new ScopedValue<readonly Guard[]>();

  private readonly lists: ListReads;

  constructor(private readonly environment: WorkEnvironment) {
    this.lists = new ListReads(environment.dataSource, environment.replicas ?? null);
  }

  get clock(): Clock {
    return this.environment.clock;
  }
  get isMailOff(): boolean {
    return this.environment.isMailOff ?? false;
  }
  /** Throws MAIL_NOT_CONFIGURED where the server sends no mail: for what is accepted now and mailed later. */
  mustSendMail(): void {
    mustSendMail(this.environment);
  }
  private get writer(): Writer | undefined {
    return this.guards.current?.find(({ writer }) => writer)?.writer;
  }
  /** For reads outside a transaction. */
  get reader(): EntityManager {
    return this.environment.dataSource.manager;
  }
  /** For reads on every request; see preparedRows. */
  rows<T>(statement: Select<T>, parameters: readonly unknown[]): Promise<T[]> {
    return preparedRows(this.environment.dataSource, statement, parameters);
  }
  /** For lists, searches and reports, never for what decides about access: a replica may answer; see ListReads. */
  readList<T>(firmId: string, read: (reads: Reads) => Promise<T>): Promise<T> {
    return this.lists.of(firmId, read);
  }
  /** For rare reads, or statements with many variants; see unpreparedRows. */
  unpreparedRows<T>(statement: Select<T>, parameters: readonly unknown[]): Promise<T[]> {
    return unpreparedRows(this.reader, statement, parameters);
  }
  /** For pages of wide rows; see preparedRowsOf. */
  rowsOf<V extends readonly unknown[], T>(
    rowOf: (values: V) => T,
    statement: Select<V>,
    parameters: readonly unknown[],
  ): Promise<T[]> {
    return preparedRowsOf(this.environment.dataSource, rowOf, statement, parameters);
  }

  /**
   * Does `work` in one transaction. A thrown refusal rolls everything back; what must survive it (a counted failure) is
   * written in a separate unit of work. `work` may run twice if the transaction loses to another one or the database
   * goes away, so its only outside effect may be `afterCommit`. Throws Unavailable or OutcomeUnknown in an outage.
   */
  async do<T>(work: (unit: UnitOfWork) => Promise<T>, { onlyCounts = false } = {}): Promise<T> {
    const now = this.environment.clock.now();
    const guards = this.guards.current ?? [];
    const run = async (manager: EntityManager) => {
      const attempt = new UnitOfWork(manager, now, this.environment, onlyCounts);
      for (const guard of guards) await guard.begins?.(attempt);
      const result = await work(attempt);
      for (const guard of guards) await guard.ends?.(attempt);
      await attempt.flush(this.environment);
      return [result, attempt] as const;
    };
    const [answer, unit] = await inTransaction(this.environment.dataSource, run, this.writer);
    this.outsideGuards(() => unit.settle());
    return answer;
  }

  /**
   * Runs what continues after the request that started it, such as work that a commit wakes: the request's guards do
   * not apply to it.
   */
  outsideGuards<T>(run: () => T): T {
    return outsideScopes(run);
  }

  /**
   * One UPDATE or DELETE as a separate unit of work, without a transaction around it; returns the number of rows it
   * matched. For counting attempts, whoever makes them: guards are skipped.
   */
  once(statement: Sql, parameters: unknown[]): Promise<number> {
    return writeAlone(this.environment.dataSource, statement, parameters, this.writer);
  }

  /**
   * Like `do`, but keeps what was written if it ends in a refusal: for attempts, which are taken before anything is
   * checked. Nothing else is done in it (UnitOfWork.onlyCounts).
   */
  async doAndKeep<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T> {
    const outcome = await this.do(
      async (unit) => {
        try {
          return { answer: await work(unit) };
        } catch (error) {
          if (!isExpected(error)) throw error;
          return { error };
        }
      },
      { onlyCounts: true },
    );
    if ("error" in outcome) throw outcome.error;
    return outcome.answer;
  }

  /** Runs something whose units of work, however deep, all pass `guard`, in addition to the existing guards. */
  guarded<T>(guard: Guard, run: () => T): T {
    return this.guards.run([...(this.guards.current ?? []), guard], run);
  }
}
