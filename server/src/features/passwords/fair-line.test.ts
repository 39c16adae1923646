import { describe, expect, it } from "@jest/globals";
import { FairLine, type Share } from "./fair-line.js";

/** Random numbers that a seed repeats (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A line whose work ends when the test says so. */
class Observed {
  readonly begun: number[] = [];
  readonly refused: number[] = [];
  readonly done: number[] = [];
  readonly shares: Share[] = [];
  mostAtOnce = 0;
  private readonly ends = new Map<number, () => void>();
  private readonly line: FairLine;
  constructor(readonly limits: { running: number; waiting: number }) {
    this.line = new FairLine(limits);
  }

  offer(firm: string, source: string, account: string, bound: Share["bound"] = null): number {
    const share = { firm, source, account, bound };
    const id = this.shares.push(share) - 1;
    void this.line
      .offer(share, async () => {
        this.begun.push(id);
        const ended = new Promise<void>((resolve) => this.ends.set(id, resolve));
        this.mostAtOnce = Math.max(this.mostAtOnce, this.ends.size);
        await ended;
        return id;
      })
      .then((answer) => (answer === null ? this.refused : this.done).push(id));
    return id;
  }
  get runningNow(): number {
    return this.begun.length - this.done.length;
  }
  get waitingNow(): number[] {
    return this.shares.map((_, id) => id).filter((id) => !this.begun.includes(id) && !this.refused.includes(id));
  }
  /** Ends the work that has run longest. */
  async endOne(): Promise<void> {
    const id = this.begun.find((begun) => this.ends.has(begun));
    if (id === undefined) return;
    this.ends.get(id)?.();
    this.ends.delete(id);
    await settled();
  }
  async endAll(): Promise<void> {
    while (this.runningNow > 0) await this.endOne();
  }
}

const one = (who: string) => ({ who, waiting: 1 });

describe("X15a the line of hashes", () => {
  it("whoever brings a hundred waits for them alone: somebody from another firm, source or account is next", async () => {
    for (const [firm, source, account] of [
      ["another firm", "address", "guest"],
      ["firm", "another address", "guest"],
      ["firm", "address", "somebody else"],
    ] as const) {
      const line = new Observed({ running: 1, waiting: 200 });
      for (let n = 0; n < 100; n++) line.offer("firm", "address", "guest");
      await settled();
      const other = line.offer(firm, source, account);
      await line.endOne();
      await line.endOne();
      // One of the guest's was already in its turn.
      expect(line.begun.indexOf(other)).toBeLessThanOrEqual(2);
      await line.endAll();
      expect(line.done).toHaveLength(101);
    }
  });

  it("firms take turns however many addresses they use, and addresses however many accounts they name", async () => {
    const line = new Observed({ running: 1, waiting: 1000 });
    for (let n = 0; n < 50; n++) line.offer("crowded", `address ${n}`, `account ${n}`);
    for (let n = 0; n < 50; n++) line.offer("quiet", "busy address", `account ${n}`);
    const quiet = line.offer("quiet", "own address", "me");
    await settled();
    for (let n = 0; n < 5; n++) await line.endOne();
    expect(line.begun).toContain(quiet);
  });

  it("one person has one waiting, whatever the address, and a second once that one runs", async () => {
    const line = new Observed({ running: 1, waiting: 200 });
    line.offer("firm", "address", "somebody");
    const first = line.offer("firm", "address", "guest", one("guest"));
    const second = line.offer("firm", "another address", "guest", one("guest"));
    await settled();
    expect(line.refused).toEqual([second]);
    await line.endOne();
    expect(line.begun).toContain(first);
    const third = line.offer("firm", "address", "guest", one("guest"));
    await line.endAll();
    expect(line.done).toContain(third);
  });

  it("when it is full, whoever has the most in it gives up a place, never somebody who has one", async () => {
    const line = new Observed({ running: 1, waiting: 10 });
    line.offer("firm", "address", "somebody");
    const flood = Array.from({ length: 30 }, () => line.offer("firm", "address", "guest"));
    await settled();
    expect(line.refused).toEqual(flood.slice(10));
    const others = Array.from({ length: 8 }, (_, n) => line.offer("firm", `address ${n}`, `account ${n}`));
    await line.endAll();
    expect(line.done).toEqual(expect.arrayContaining(others));
    // If everybody has one, the newcomer is refused: nobody loses a place to an equal.
    const full = new Observed({ running: 1, waiting: 5 });
    const came = Array.from({ length: 7 }, (_, n) => full.offer(`firm ${n}`, "address", "account"));
    await settled();
    expect(full.refused).toEqual([came[6]]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("keeps its promises for any order of arrivals and ends (seed %i)", async (seed) => {
    const random = randomFrom(seed);
    const pick = (of: string, count: number) => `${of} ${Math.floor(random() * count)}`;
    const line = new Observed({ running: 1 + Math.floor(random() * 3), waiting: 5 + Math.floor(random() * 20) });
    const broken: string[] = [];
    const promise = (what: string, isKept: boolean) => isKept || broken.push(what);
    const firmOf = (id: number) => line.shares[id]?.firm;

    async function arrive(): Promise<void> {
      // The first firm floods.
      const firm = random() < 0.6 ? "firm 0" : pick("firm", 4);
      const account = pick("account", 6);
      const before = line.waitingNow;
      const hasRoom = line.runningNow < line.limits.running;
      const isSecond = before.some((id) => line.shares[id]?.account === account);
      const most = Math.max(0, ...before.map((id) => before.filter((other) => firmOf(other) === firmOf(id)).length));
      const isAlone = !before.some((id) => firmOf(id) === firm);
      const id = line.offer(firm, pick("address", 3), account, one(account));
      await settled();
      promise("work runs at once if there is room, and only then", line.begun.includes(id) === hasRoom);
      promise("nobody waits where there is room", !hasRoom || before.length === 0);
      promise("a person has one waiting", hasRoom || !isSecond || line.refused.includes(id));
      promise(
        "a firm alone in the line is not refused while another has two",
        isSecond || !isAlone || most < 2 || !line.refused.includes(id),
      );
    }
    async function serve(): Promise<void> {
      const firms = new Set(line.waitingNow.map(firmOf));
      const from = line.begun.length;
      for (let n = 0; n < firms.size; n++) await line.endOne();
      const served = line.begun.slice(from).map(firmOf);
      promise("in as many turns as there are firms, each gets one", new Set(served).size === firms.size);
      promise("each end starts one", served.length === firms.size);
    }
    for (let step = 0; step < 400; step++) {
      await (random() < 0.6 ? arrive() : serve());
      promise("no more run than allowed", line.runningNow <= line.limits.running);
      promise("no more wait than allowed", line.waitingNow.length <= line.limits.waiting);
      promise(
        "no slot is idle while somebody waits",
        line.waitingNow.length === 0 || line.runningNow === line.limits.running,
      );
    }
    await line.endAll();
    expect(broken).toEqual([]);
    expect(line.waitingNow).toEqual([]);
    expect(line.done.length + line.refused.length).toBe(line.shares.length);
    expect(line.mostAtOnce).toBe(line.limits.running);
  });
});
