import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { attemptLimits, mostAttempts } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { World } from "../../testing/world.js";
import { Attempts } from "./attempts.service.js";

const day = 24 * 3_600_000;

describeOnDatabases("attempts that are counted in the database", (database) => {
  let world: World;
  let attempts: Attempts;
  let firm: Awaited<ReturnType<World["firm"]>>;
  beforeAll(async () => {
    world = await World.start(database.url());
    attempts = new Attempts(world.app.work);
    firm = await world.firm();
  }, 60_000);
  afterAll(() => world.stop());

  /** How many of these passwords, sent at the same moment, were checked. */
  const checkedOf = async (email: string, times: number): Promise<number> => {
    const guesses = Array.from({ length: times }, () => world.portalSignIn(firm, email, "a wrong password, surely"));
    const codes = (await Promise.all(guesses)).map(({ userErrors }) => userErrors[0].code as string);
    expect(new Set([...codes, "INVALID_CREDENTIALS", "ACCOUNT_LOCKED"]).size).toBe(2);
    return codes.filter((code) => code === "INVALID_CREDENTIALS").length;
  };

  it("X24 after a wait one password is checked before the next wait, however many come at once", async () => {
    const email = "nobody@client.example";
    expect(await checkedOf(email, 14)).toBe(10);
    for (const seconds of [31, 61, 121, 241]) {
      world.forward({ seconds });
      expect(await checkedOf(email, 5)).toBe(1);
    }
  });

  it.each(Object.entries(attemptLimits))(
    "X24 %s: trying whenever it is allowed yields at most the documented number in 24 hours",
    async (name, limit) => {
      const key = `all day long: ${name}`;
      const end = world.now() + day;
      let taken = 0;
      while (world.now() < end) {
        const attempt = await attempts.take(key, limit);
        if (attempt.ok) taken++;
        else world.forward({ seconds: attempt.retryAfterMs / 1000 });
      }
      expect(taken).toBeGreaterThanOrEqual(limit.attempts);
      expect(taken).toBeLessThanOrEqual(mostAttempts(limit).inADay);
    },
  );

  it("X24 a hundred at the same moment get no more than one after another", async () => {
    const limit = attemptLimits.passwordBySource;
    const key = "a hundred at once";
    const taken = async () =>
      (await Promise.all(Array.from({ length: 100 }, () => attempts.take(key, limit)))).filter(({ ok }) => ok).length;
    expect(await taken()).toBe(limit.attempts);
    world.forward({ seconds: 31 });
    expect(await taken()).toBe(limit.attempts / 10);
  }, 60_000);

  it("gives a right one back as if it had not been, and lifts a wait that was begun by one too many", async () => {
    const limit = attemptLimits.passwordBySource;
    const key = "an office behind one address";
    const take = async () => {
      const attempt = await attempts.take(key, limit);
      if (!attempt.ok) throw new Error("refused");
      return attempt.taken;
    };
    // Two hundred colleagues who know their passwords, and one who forgot it.
    for (let n = 0; n < 200; n++) await attempts.giveBack(await take());
    const early = await take();
    for (let n = 0; n < 48; n++) await take();
    const last = await take();
    expect(await attempts.take(key, limit)).toMatchObject({ ok: false });
    await attempts.giveBack(last);
    await attempts.giveBack(early);
    await take();
    await take();
    expect(await attempts.take(key, limit)).toMatchObject({ ok: false });
    // After the wait, right ones run in parallel; the fifth wrong one starts the next.
    world.forward({ seconds: 31 });
    for (let n = 0; n < 50; n++) await attempts.giveBack(await take());
    for (let n = 0; n < 5; n++) await take();
    const refused = await attempts.take(key, limit);
    expect(refused).toMatchObject({ ok: false });
    expect(refused.ok ? 0 : refused.retryAfterMs).toBeGreaterThan(30_000);
  });
});
