import { AsyncLocalStorage } from "node:async_hooks";

/**
 * One storage for all scoped values: each further one would make every promise of the process more expensive (five
 * microseconds for sixty promises, on Node 20).
 */
const storage = new AsyncLocalStorage<ReadonlyMap<object, unknown>>();

/** A value that everything called within `run` finds, however deep, and nobody else does. */
export class ScopedValue<T> {
  get current(): T | undefined {
    return storage.getStore()?.get(this) as T | undefined;
  }

  run<R>(value: T, work: () => R): R {
    return storage.run(new Map(storage.getStore()).set(this, value), work);
  }
}

/** Runs what continues after the request that started it, such as work that a commit wakes: no scoped value applies. */
export const outsideScopes = <R>(work: () => R): R => storage.exit(work);
