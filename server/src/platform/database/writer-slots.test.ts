import { describe, expect, it } from "@jest/globals";
import { Overloaded } from "./outages.js";
import { serverItself } from "./turns.js";
import { TenantFull, WriterSlots, type Slot, type Writer } from "./writer-slots.js";

const LONG_MS = 60_000;
const from = (tenant: string | null, caller: string): Writer => ({ tenant, caller });
/** Everything that can start has started. */
const settled = () => new Promise(setImmediate);

/** Writers that tell who has started, in order, and stop when they are told to. */
class Writers {
  readonly started: string[] = [];
  private readonly slots: Slot[] = [];
  constructor(readonly of: WriterSlots) {}

  async come(writer: Writer, times = 1): Promise<void> {
    for (let n = 0; n < times; n++) void this.enter(writer);
    await settled();
  }
  private async enter(writer: Writer): Promise<void> {
    this.slots.push(await this.of.enter(writer, LONG_MS));
    this.started.push(writer.caller ?? "server");
  }
  /** Those that started stop, the oldest first, until `started` are so many. */
  async stopUntil(count: number): Promise<void> {
    while (this.started.length < count) {
      this.slots.shift()?.giveBack();
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await settled();
    }
  }
  /** Those that have started turn out to write rows of this firm. */
  join(tenant: string): void {
    for (const slot of this.slots) slot.join(tenant);
  }
  countOf(name: string): number {
    return this.started.filter((caller) => caller === name).length;
  }
}
const writers = (slots: number, ofOneTenant = slots, ofOneCaller = ofOneTenant) =>
  new Writers(new WriterSlots({ slots, ofOneTenant, ofOneCaller }));

describe("writers' connections", () => {
  it("are held in part by one caller, and in part by one firm", async () => {
    const all = writers(10, 6, 3);
    await all.come(from("firm", "colleague"), 2);
    await all.come(from("firm", "flood"), 20);
    expect(all.countOf("flood")).toBe(3);
    await all.come(from("firm", "another colleague"), 2);
    expect(all.countOf("another colleague")).toBe(1);
    await all.come(from("other firm", "stranger to them"), 3);
    expect(all.countOf("stranger to them")).toBe(3);
  });

  it("are held by a caller who is alone until one of its firm's is left, and given back to its part once others come", async () => {
    const all = writers(10, 6, 3);
    await all.come(from("firm", "flood"), 20);
    expect(all.countOf("flood")).toBe(5);
    await all.come(from("firm", "colleague"), 3);
    expect(all.countOf("colleague")).toBe(1);
    await all.come(from("other firm", "stranger to them"), 3);
    expect(all.countOf("stranger to them")).toBe(3);
    await all.stopUntil(11);
    expect(all.countOf("colleague")).toBe(3);
    expect(all.countOf("flood")).toBe(5);
  });

  it("are given to sources in turns before anybody's firm is known", async () => {
    const all = writers(1);
    await all.come(from(null, "flood"), 300);
    await all.come(from(null, "person"), 2);
    await all.come(from(null, "another person"));
    await all.stopUntil(7);
    expect(all.started).toEqual(["flood", "flood", "person", "another person", "flood", "person", "flood"]);
  });

  it("are given to firms in turns, however many callers each has", async () => {
    const all = writers(1);
    for (let n = 0; n < 5; n++) await all.come(from("large firm", `member ${n}`));
    await all.come(from("small firm", "accountant"), 2);
    await all.stopUntil(5);
    expect(all.started).toEqual(["member 0", "member 1", "accountant", "member 2", "accountant"]);
  });

  it("are not kept from the server's own work by the part of a caller", async () => {
    const all = writers(10, 6, 3);
    await all.come(serverItself, 10);
    expect(all.countOf("server")).toBe(6);
  });

  it("count as the firm's from when it is known", async () => {
    const slots = new WriterSlots({ slots: 10, ofOneTenant: 2, ofOneCaller: 2 });
    const enter = (source: string) => slots.enter(from(null, source), LONG_MS);
    for (const slot of [await enter("source"), await enter("source")]) slot.join("firm");
    const third = await enter("elsewhere");
    expect(() => third.join("firm")).toThrow(new TenantFull(from("firm", "elsewhere")));
    third.join("other firm");
  });

  it("are held in part by one caller in all firms together, so that a transaction whose firm becomes known goes on", async () => {
    const all = writers(10, 6, 3);
    await all.come(from("busy firm", "somebody"), 3);
    await all.come(from(null, "source"), 8);
    expect(all.countOf("source")).toBe(3);
    all.join("firm");
    await all.come(from("other firm", "source"));
    expect(all.countOf("source")).toBe(3);
    await all.stopUntil(12);
  });

  it("X64 are refused to a caller of whom 1,000 wait, and to nobody else", async () => {
    const all = writers(1);
    await all.come(from("firm", "first"));
    await all.come(from("firm", "flood"), 1000);
    await expect(all.of.enter(from("firm", "flood"), LONG_MS)).rejects.toMatchObject({
      cause: new Overloaded("too many writers wait"),
    });
    await all.come(from("firm", "colleague"));
    await all.stopUntil(3);
    expect(all.started).toEqual(["first", "flood", "colleague"]);
    await all.stopUntil(1002);
  });

  it("are refused after the time, and then to 5,000 who wait", async () => {
    const all = writers(1);
    await all.come(from("firm", "first"));
    await expect(all.of.enter(from("firm", "late"), 1)).rejects.toMatchObject({ cause: expect.any(Overloaded) });
    for (let n = 0; n < 5; n++) await all.come(from("firm", `waiting ${n}`), 1000);
    await expect(all.of.enter(from("firm", "one more"), LONG_MS)).rejects.toMatchObject({
      message: expect.stringContaining("unavailable"),
      cause: new Overloaded("too many writers wait"),
    });
    await all.stopUntil(5001);
    await all.come(from("firm", "after them"));
    await all.stopUntil(5002);
    expect(all.started.at(-1)).toBe("after them");
  });
});
