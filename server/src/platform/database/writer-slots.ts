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

interface Tenant {
  held: number;
  /** What starts each of its waiting transactions, by who asks. */
  readonly waiting: Map<string | null, Set<() => void>>;
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
 * as one tenant. One caller gets only a part of what a tenant gets, in all tenants together, and more only while so few
 * are in use that others find some. Whoever gets no slot waits without holding a connection; tenants take turns, and so
 * do the callers within one, so that a flood of one caller's queues behind itself.
 */
export class WriterSlots {
  private running = 0;
  private waiting = 0;
  /** Those that hold slots or wait. Whose turn is next comes first. */
  private readonly tenants = new Map<string | null, Tenant>();
  private readonly heldByCaller = new Map<string, number>();

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
    if (this.isTenantFull(to.tenant)) throw new TenantFull(to);
    this.count(from, -1);
    this.count(to, 1);
    this.startNext();
  }

  private startNext(): void {
    if (this.running >= this.most.slots) return;
    for (const [tenantId, tenant] of this.tenants) {
      for (const [caller, waiting] of tenant.waiting) {
        const [start] = waiting;
        if (!start || !this.isFree({ tenant: tenantId, caller })) continue;
        // The others are next.
        this.tenants.delete(tenantId);
        this.tenants.set(tenantId, tenant);
        tenant.waiting.delete(caller);
        tenant.waiting.set(caller, waiting);
        return start();
      }
    }
  }

  private isFree({ tenant, caller }: Writer): boolean {
    if (this.isTenantFull(tenant)) return false;
    const held = caller === null ? 0 : (this.heldByCaller.get(caller) ?? 0);
    return held < this.most.ofOneCaller || this.running < this.most.ofOneTenant - 1;
  }
  private isTenantFull(tenant: string | null): boolean {
    return (this.tenants.get(tenant)?.held ?? 0) >= this.most.ofOneTenant;
  }
  private count({ tenant: tenantId, caller }: Writer, by: number): void {
    this.running += by;
    const tenant = this.tenantOf(tenantId);
    tenant.held += by;
    this.forgetIdle(tenantId, tenant);
    if (caller === null) return;
    const held = (this.heldByCaller.get(caller) ?? 0) + by;
    if (held === 0) this.heldByCaller.delete(caller);
    else this.heldByCaller.set(caller, held);
  }
  private tenantOf(id: string | null): Tenant {
    const tenant = this.tenants.get(id) ?? { held: 0, waiting: new Map<string | null, Set<() => void>>() };
    this.tenants.set(id, tenant);
    return tenant;
  }
  private forgetIdle(id: string | null, tenant: Tenant): void {
    if (tenant.held === 0 && tenant.waiting.size === 0) this.tenants.delete(id);
  }

  private wait(writer: Writer, waitMs: number): Promise<void> {
    if (this.waiting >= WAITING) return Promise.reject(new Unavailable(new Overloaded("too many writers wait")));
    const tenant = this.tenantOf(writer.tenant);
    const waiting = tenant.waiting.get(writer.caller) ?? new Set<() => void>();
    tenant.waiting.set(writer.caller, waiting);
    return new Promise((resolve, reject) => {
      const stopWaiting = () => {
        this.waiting -= 1;
        waiting.delete(start);
        if (waiting.size === 0) tenant.waiting.delete(writer.caller);
      };
      const start = () => {
        clearTimeout(timer);
        stopWaiting();
        this.count(writer, 1);
        resolve();
      };
      const timer = setTimeout(() => {
        stopWaiting();
        this.forgetIdle(writer.tenant, tenant);
        reject(new Unavailable(new Overloaded("no connection became free for this writer")));
      }, waitMs);
      this.waiting += 1;
      waiting.add(start);
    });
  }
}
