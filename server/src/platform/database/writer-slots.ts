import { Unavailable } from "./outages.js";

/** How many transactions may wait for a slot: of one tenant, and together. */
const WAITING = { ofOneTenant: 200, together: 1000 };

interface Entry {
  tenant: string | null;
  start(): void;
}

/** A tenant has all the slots that it may have. The transaction must give its own back and wait for one of the tenant's. */
export class TenantFull extends Error {
  constructor(readonly tenant: string) {
    super("this tenant has no slot left");
    this.name = "TenantFull";
  }
}

/** A transaction's permission to hold a connection. */
export class Slot {
  constructor(
    private readonly slots: WriterSlots,
    private tenant: string | null,
  ) {}

  /** Counts the transaction as the tenant's, which was not known before. Throws TenantFull. */
  join(tenant: string): void {
    // One that writes to several firms is counted once.
    if (this.tenant !== null) return;
    this.slots.move(tenant);
    this.tenant = tenant;
  }
  giveBack(): void {
    this.slots.leave(this.tenant);
  }
}

/**
 * How many connections writers hold at once, so that reads always find one. Writers of one tenant (a firm) get only a
 * part of them: if a row of that firm is locked, the others still write. Writers whose firm is not known yet count
 * as one tenant. Whoever gets no slot waits without holding a connection.
 */
export class WriterSlots {
  private running = 0;
  private readonly ofTenants = new Map<string | null, number>();
  private waiting: Entry[] = [];

  constructor(
    private readonly slots: number,
    private readonly ofOneTenant: number,
  ) {}

  /** Takes a slot, first come, first served within a tenant. Throws Unavailable if there is none within the time. */
  async enter(tenant: string | null, waitMs: number): Promise<Slot> {
    if (this.isFree(tenant)) this.take(tenant);
    else await this.wait(tenant, waitMs);
    return new Slot(this, tenant);
  }

  /** @internal */
  leave(tenant: string | null): void {
    this.running -= 1;
    this.count(tenant, -1);
    this.startNext();
  }
  /** @internal */
  move(tenant: string): void {
    if (this.countOf(tenant) >= this.ofOneTenant) throw new TenantFull(tenant);
    this.count(null, -1);
    this.count(tenant, 1);
    this.startNext();
  }

  private startNext(): void {
    const next = this.waiting.findIndex((entry) => this.isFree(entry.tenant));
    if (next !== -1) this.waiting.splice(next, 1)[0]?.start();
  }

  private isFree(tenant: string | null): boolean {
    return this.running < this.slots && this.countOf(tenant) < this.ofOneTenant;
  }
  private take(tenant: string | null): void {
    this.running += 1;
    this.count(tenant, 1);
  }
  private countOf(tenant: string | null): number {
    return this.ofTenants.get(tenant) ?? 0;
  }
  private count(tenant: string | null, by: number): void {
    const count = this.countOf(tenant) + by;
    if (count === 0) this.ofTenants.delete(tenant);
    else this.ofTenants.set(tenant, count);
  }

  private wait(tenant: string | null, waitMs: number): Promise<void> {
    const { waiting } = this;
    if (
      waiting.length >= WAITING.together ||
      waiting.filter((entry) => entry.tenant === tenant).length >= WAITING.ofOneTenant
    )
      return Promise.reject(new Unavailable(new Error("too many writers wait")));
    return new Promise((resolve, reject) => {
      const entry: Entry = {
        tenant,
        start: () => {
          clearTimeout(timer);
          this.take(tenant);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((other) => other !== entry);
        reject(new Unavailable(new Error("no connection became free for this writer")));
      }, waitMs);
      waiting.push(entry);
    });
  }
}
