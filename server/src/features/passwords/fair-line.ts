/** Who a piece of work is for: each level takes turns within the one above. */
export interface Share {
  firm: string;
  source: string;
  account: string;
  /** Limits how many pieces somebody may have waiting at a time, over all sources; null: no limit of its own. */
  bound: { who: string; waiting: number } | null;
}

/**
 * Items by path. The parts of a level are served in turn, however many items each has; items of one path in order of
 * arrival.
 */
class Turns<T> {
  size = 0;
  /** In the order of their turns: whoever was served goes to the end. */
  private readonly parts = new Map<string, Turns<T>>();
  private readonly items: T[] = [];

  add([key, ...rest]: readonly string[], item: T): void {
    this.size++;
    if (key === undefined) return void this.items.push(item);
    const part = this.parts.get(key) ?? new Turns<T>();
    part.add(rest, item);
    this.parts.set(key, part);
  }

  take(): T | undefined {
    const [first] = this.parts;
    if (!first) return this.takenFrom(this.items.shift());
    const [key, part] = first;
    this.parts.delete(key);
    const item = part.take();
    if (part.size > 0) this.parts.set(key, part);
    return this.takenFrom(item);
  }

  /** Removes the last item of the largest part; among equal parts, of the one whose turn comes last. */
  takeFromLargest(): T | undefined {
    let largest: [string, Turns<T>] | undefined;
    for (const entry of this.parts) if (!largest || entry[1].size >= largest[1].size) largest = entry;
    if (!largest) return this.takenFrom(this.items.pop());
    const [key, part] = largest;
    const item = part.takeFromLargest();
    if (part.size === 0) this.parts.delete(key);
    return this.takenFrom(item);
  }

  private takenFrom(item: T | undefined): T | undefined {
    if (item !== undefined) this.size--;
    return item;
  }
}

interface Waiting {
  share: Share;
  /** Its turn has come, or (false) it has to leave. */
  resolve(mayWork: boolean): void;
}

/**
 * At most `running` pieces of work at once and `waiting` in line. The line is fair: firms take turns, within a firm its
 * sources, within a source its accounts, so that whoever brings much work waits for it alone. When it is full, whoever
 * has the most in it gives up a place.
 */
export class FairLine {
  private running = 0;
  private readonly line = new Turns<Waiting>();
  private readonly waitingOf = new Map<string, number>();

  constructor(private readonly limits: { running: number; waiting: number }) {}

  /** How many pieces of work run, and how many wait. */
  get load(): { running: number; waiting: number } {
    return { running: this.running, waiting: this.line.size };
  }

  /** Null: the work was refused and not started. A refusal is better than an endless wait. */
  async offer<T>(share: Share, work: () => Promise<T>): Promise<T | null> {
    if (!(await this.turnOf(share))) return null;
    try {
      return await work();
    } finally {
      this.handOn();
    }
  }

  private turnOf(share: Share): boolean | Promise<boolean> {
    if (this.running < this.limits.running) {
      this.running++;
      return true;
    }
    const { bound } = share;
    if (bound !== null && (this.waitingOf.get(bound.who) ?? 0) >= bound.waiting) return false;
    return new Promise((resolve) => {
      this.count(share, 1);
      this.line.add([share.firm, share.source, share.account], { share, resolve });
      if (this.line.size > this.limits.waiting) this.leave(this.line.takeFromLargest(), false);
    });
  }

  /** Finished work passes its place to the next in line, so that the count stays the same. */
  private handOn(): void {
    if (!this.leave(this.line.take(), true)) this.running--;
  }

  private leave(waiting: Waiting | undefined, mayWork: boolean): boolean {
    if (!waiting) return false;
    this.count(waiting.share, -1);
    waiting.resolve(mayWork);
    return true;
  }

  private count({ bound }: Share, change: 1 | -1): void {
    if (bound === null) return;
    const waiting = (this.waitingOf.get(bound.who) ?? 0) + change;
    if (waiting === 0) this.waitingOf.delete(bound.who);
    else this.waitingOf.set(bound.who, waiting);
  }
}
