import type DataLoader from "dataloader";

/**
 * The dataloaders of one request: nothing that one caller loads is shared with another. Each feature supplies its own
 * factories.
 */
export class RequestLoaders {
  private readonly made = new Map<unknown, unknown>();

  /** The request's loader for this factory. Pass the same function each time, not a new closure. */
  of<K, V>(factory: () => DataLoader<K, V>): DataLoader<K, V> {
    const known = this.made.get(factory) as DataLoader<K, V> | undefined;
    if (known) return known;
    const loader = factory();
    this.made.set(factory, loader);
    return loader;
  }
}
