/** Who reads or writes. */
export interface Party {
  /** The firm whose rows are used; null: it is not known yet, or there is none. */
  tenant: string | null;
  /** Who asks for it: a person, a key, or a stranger's source; null: the server itself. */
  caller: string | null;
}
/** The server's own work. */
export const serverItself: Party = { tenant: null, caller: null };

/**
 * Those that wait. Tenants take turns, and so do the callers within one, so that a flood of one caller's queues behind
 * itself. One caller may hold only a part of the places.
 */
export class Turns<W extends object> {
  private count = 0;
  /** By tenant and caller. Whose turn is next comes first. */
  private readonly tenants = new Map<string | null, Map<string | null, Set<W>>>();

  constructor(private readonly places: { all: number; ofOneCaller: number }) {}

  get length(): number {
    return this.count;
  }

  /** False if there is no place left. The server's own work has no part of its own. */
  add({ tenant, caller }: Party, waiter: W): boolean {
    const callers = this.tenants.get(tenant) ?? new Map<string | null, Set<W>>();
    const waiting = callers.get(caller) ?? new Set<W>();
    if (this.count >= this.places.all || (caller !== null && waiting.size >= this.places.ofOneCaller)) return false;
    this.tenants.set(tenant, callers.set(caller, waiting.add(waiter)));
    this.count += 1;
    return true;
  }

  remove({ tenant, caller }: Party, waiter: W): void {
    const callers = this.tenants.get(tenant);
    const waiting = callers?.get(caller);
    if (!callers || !waiting?.delete(waiter)) return;
    this.count -= 1;
    if (waiting.size === 0) callers.delete(caller);
    if (callers.size === 0) this.tenants.delete(tenant);
  }

  /** Takes the one whose turn it is, of those that may start. */
  next(mayStart: (who: Party) => boolean = () => true): W | null {
    for (const [tenant, callers] of this.tenants) {
      for (const [caller, waiting] of callers) {
        const [waiter] = waiting;
        if (!waiter || !mayStart({ tenant, caller })) continue;
        // The others are next.
        this.tenants.delete(tenant);
        this.tenants.set(tenant, callers);
        callers.delete(caller);
        callers.set(caller, waiting);
        this.remove({ tenant, caller }, waiter);
        return waiter;
      }
    }
    return null;
  }
}
