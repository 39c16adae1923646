import { Overloaded, Unavailable } from "./outages.js";
import { Turns, type Party } from "./turns.js";

/** How many transactions may wait for a slot together, and of one caller. Each waits for seconds at most. */
const WAITING = { all: 5000, ofOneCaller: 1000 };

export type Writer = Party;

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
  private readonly waiting = new Turns<() => void>(WAITING);
  private readonly heldByTenant = new Map<string | null, number>();
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
    if (this.running < this.most.slots) this.waiting.next((writer) => this.isFree(writer))?.();
  }

  private isFree({ tenant, caller }: Writer): boolean {
    if (this.isTenantFull(tenant)) return false;
    const held = caller === null ? 0 : (this.heldByCaller.get(caller) ?? 0);
    return held < this.most.ofOneCaller || this.running < this.most.ofOneTenant - 1;
  }
  private isTenantFull(tenant: string | null): boolean {
    return (this.heldByTenant.get(tenant) ?? 0) >= this.most.ofOneTenant;
  }
  private count({ tenant, caller }: Writer, by: number): void {
    this.running += by;
    add(this.heldByTenant, tenant, by);
    if (caller !== null) add(this.heldByCaller, caller, by);
  }

  private wait(writer: Writer, waitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = () => {
        clearTimeout(timer);
        this.count(writer, 1);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.remove(writer, start);
        reject(new Unavailable(new Overloaded("no connection became free for this writer")));
      }, waitMs);
      if (this.waiting.add(writer, start)) return;
      clearTimeout(timer);
      reject(new Unavailable(new Overloaded("too many writers wait")));
    });
  }
}

function add<K>(held: Map<K, number>, key: K, by: number): void {
  const now = (held.get(key) ?? 0) + by;
  if (now === 0) held.delete(key);
  else held.set(key, now);
}
