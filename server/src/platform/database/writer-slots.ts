import { Overloaded, Unavailable } from "./outages.js";

/** How many transactions may wait for a slot together. Each waits for seconds at most. */
const WAITING = 5000;

/** Who writes. */
export interface Writer {
  /** The firm whose rows are written; null: it is not known yet, or there is none. */
  tenant: string | null;
  /** Who asks for it: a person, a key, or a stranger's source; null: the server itself. */
  caller: string | null;
}
/** The server's own work. */
export const serverItself: Writer = { tenant: null, caller: null };

interface Caller {
  held: number;
  readonly waiting: Set<() => void>;
}
interface Tenant {
  held: number;
  readonly callers: Map<string | null, Caller>;
}

/** The writer has all its slots in this tenant. The transaction must give its own back and wait for one of them. */
export class TenantFull extends Error {
  constructor(readonly writer: Writer) {
    super("this tenant has no slot left");
    this.name = "TenantFull";
  }
}

/** A transaction's permission to hold a connection. */
export class Slot {
  constructor(
    private readonly slots: WriterSlots,
    private writer: Writer,
  ) {}

  /** Counts the transaction as the tenant's, which was not known before. Throws TenantFull. */
  join(tenant: string): void {
    // One that writes to several firms is counted once.
    if (this.writer.tenant !== null) return;
    const joined = { ...this.writer, tenant };
    this.slots.move(this.writer, joined);
    this.writer = joined;
  }
  giveBack(): void {
    this.slots.leave(this.writer);
  }
}

/**
 * How many connections writers hold at once, so that reads always find one. Writers of one tenant (a firm) get only a
 * part of them: if a row of that firm is locked, the others still write. Writers whose firm is not known yet count
 * as one tenant. One caller gets only a part of its tenant's. Whoever gets no slot waits without holding a connection;
 * tenants take turns, and so do the callers within one, so that a flood of one caller's queues behind itself.
 */
export class WriterSlots {
  private running = 0;
  private waiting = 0;
  /** Those that hold slots or wait. Whose turn is next comes first. */
  private readonly tenants = new Map<string | null, Tenant>();

  constructor(private readonly most: { slots: number; ofOneTenant: number; ofOneCaller: number }) {}

  /** Takes a slot, first come, first served for one caller. Throws Unavailable if there is none within the time. */
  async enter(writer: Writer, waitMs: number): Promise<Slot> {
    if (this.running < this.most.slots && this.isFree(writer)) this.count(writer, 1);
    else await this.wait(writer, waitMs);
    return new Slot(this, writer);
  }

  /** @internal */
  leave(writer: Writer): void {
    this.count(writer, -1);
    this.startNext();
  }
  /** @internal */
  move(from: Writer, to: Writer): void {
    if (!this.isFree(to)) throw new TenantFull(to);
    this.count(from, -1);
    this.count(to, 1);
    this.startNext();
  }

  private startNext(): void {
    if (this.running >= this.most.slots) return;
    for (const [tenantId, tenant] of this.tenants) {
      for (const [callerId, caller] of tenant.callers) {
        const [start] = caller.waiting;
        if (!start || !this.isFree({ tenant: tenantId, caller: callerId })) continue;
        // The others are next.
        this.tenants.delete(tenantId);
        this.tenants.set(tenantId, tenant);
        tenant.callers.delete(callerId);
        tenant.callers.set(callerId, caller);
        return start();
      }
    }
  }

  private isFree({ tenant: tenantId, caller }: Writer): boolean {
    const tenant = this.tenants.get(tenantId);
    const held = tenant?.callers.get(caller)?.held ?? 0;
    return (tenant?.held ?? 0) < this.most.ofOneTenant && (caller === null || held < this.most.ofOneCaller);
  }
  private count(writer: Writer, by: number): void {
    const [tenant, caller] = this.placeOf(writer);
    this.running += by;
    tenant.held += by;
    caller.held += by;
    this.forgetIdle(writer, tenant, caller);
  }
  private placeOf(writer: Writer): [Tenant, Caller] {
    const tenant = this.tenants.get(writer.tenant) ?? { held: 0, callers: new Map<string | null, Caller>() };
    this.tenants.set(writer.tenant, tenant);
    const caller = tenant.callers.get(writer.caller) ?? { held: 0, waiting: new Set<() => void>() };
    tenant.callers.set(writer.caller, caller);
    return [tenant, caller];
  }
  private forgetIdle(writer: Writer, tenant: Tenant, caller: Caller): void {
    if (caller.held === 0 && caller.waiting.size === 0) tenant.callers.delete(writer.caller);
    if (tenant.callers.size === 0) this.tenants.delete(writer.tenant);
  }

  private wait(writer: Writer, waitMs: number): Promise<void> {
    if (this.waiting >= WAITING) return Promise.reject(new Unavailable(new Overloaded("too many writers wait")));
    const [tenant, caller] = this.placeOf(writer);
    return new Promise((resolve, reject) => {
      const stopWaiting = () => {
        this.waiting -= 1;
        caller.waiting.delete(start);
      };
      const start = () => {
        clearTimeout(timer);
        stopWaiting();
        this.count(writer, 1);
        resolve();
      };
      const timer = setTimeout(() => {
        stopWaiting();
        this.forgetIdle(writer, tenant, caller);
        reject(new Unavailable(new Overloaded("no connection became free for this writer")));
      }, waitMs);
      this.waiting += 1;
      caller.waiting.add(start);
    });
  }
}
