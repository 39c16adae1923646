/** The same choices for the same seed (mulberry32). */
export class Chance {
  private state: number;
  constructor(seed: number) {
    this.state = seed | 0;
  }

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  /** From 0 up to, and without, n. */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }
  pick<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)];
  }
  /** One of these, of which there is one at least. */
  one<T>(first: T, ...others: T[]): T {
    return this.pick([first, ...others]) ?? first;
  }
  shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((item) => ({ item, place: this.next() }))
      .toSorted((a, b) => a.place - b.place)
      .map(({ item }) => item);
  }
}
