/** What the people of the load saw: the counts that are printed, and each promise that was broken in front of them. */
export class Ledger {
  private readonly counts = new Map<string, number>();
  readonly broken: string[] = [];
  /** Facts that the server acknowledged: by their event and whom it is about. */
  readonly acknowledged = new Map<string, number>();

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }
  of(what: string): number {
    return this.counts.get(what) ?? 0;
  }
  /** Keeps the largest value of a kind. */
  max(what: string, value: number): void {
    this.counts.set(what, Math.max(this.of(what), value));
  }
  breach(what: string): void {
    this.broken.push(what);
  }
  acknowledge(type: string, contactId: string): void {
    const key = `${type} ${contactId}`;
    this.acknowledged.set(key, (this.acknowledged.get(key) ?? 0) + 1);
  }
  report(): [what: string, count: number][] {
    return [...this.counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
}
