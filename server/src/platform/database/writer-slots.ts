import { Unavailable } from "./outages.js";

/** How many transactions may wait for a slot: of one lane, and together. */
const WAITING = { ofOneLane: 200, together: 1000 };

interface Entry {
  lane: string | null;
  start(): void;
}

/** A transaction joined a lane that is full. It must give its slot back and wait in the lane. */
export class LaneFull extends Error {
  constructor(readonly lane: string) {
    super("the lane is full");
    this.name = "LaneFull";
  }
}

/** A transaction's permission to hold a connection. */
export class Slot {
  constructor(
    private readonly slots: WriterSlots,
    private lane: string | null,
  ) {}

  /** Counts the transaction in a lane that it did not know before. Throws LaneFull. */
  join(lane: string): void {
    // One that writes to several firms is counted once.
    if (this.lane !== null) return;
    this.slots.move(lane);
    this.lane = lane;
  }
  giveBack(): void {
    this.slots.leave(this.lane);
  }
}

/**
 * How many connections writers hold at once, so that reads always find one. Writers of one lane (a firm) get only a
 * part of them: if a row of that firm is locked, the others still write. Writers whose firm is not known yet share a
 * lane. Whoever gets no slot waits without holding a connection.
 */
export class WriterSlots {
  private running = 0;
  private readonly ofLanes = new Map<string | null, number>();
  private waiting: Entry[] = [];

  constructor(
    private readonly slots: number,
    private readonly ofOneLane: number,
  ) {}

  /** Takes a slot, first come, first served within a lane. Throws Unavailable if there is none within the time. */
  async enter(lane: string | null, waitMs: number): Promise<Slot> {
    if (this.isFree(lane)) this.take(lane);
    else await this.wait(lane, waitMs);
    return new Slot(this, lane);
  }

  /** @internal */
  leave(lane: string | null): void {
    this.running -= 1;
    this.count(lane, -1);
    this.startNext();
  }
  /** @internal */
  move(lane: string): void {
    if (this.countOf(lane) >= this.ofOneLane) throw new LaneFull(lane);
    this.count(null, -1);
    this.count(lane, 1);
    this.startNext();
  }

  private startNext(): void {
    const next = this.waiting.findIndex((entry) => this.isFree(entry.lane));
    if (next !== -1) this.waiting.splice(next, 1)[0]?.start();
  }

  private isFree(lane: string | null): boolean {
    return this.running < this.slots && this.countOf(lane) < this.ofOneLane;
  }
  private take(lane: string | null): void {
    this.running += 1;
    this.count(lane, 1);
  }
  private countOf(lane: string | null): number {
    return this.ofLanes.get(lane) ?? 0;
  }
  private count(lane: string | null, by: number): void {
    const count = this.countOf(lane) + by;
    if (count === 0) this.ofLanes.delete(lane);
    else this.ofLanes.set(lane, count);
  }

  private wait(lane: string | null, waitMs: number): Promise<void> {
    const { waiting } = this;
    if (
      waiting.length >= WAITING.together ||
      waiting.filter((entry) => entry.lane === lane).length >= WAITING.ofOneLane
    )
      return Promise.reject(new Unavailable(new Error("too many writers wait")));
    return new Promise((resolve, reject) => {
      const entry: Entry = {
        lane,
        start: () => {
          clearTimeout(timer);
          this.take(lane);
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
