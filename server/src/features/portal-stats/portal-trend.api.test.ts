import { expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { World } from "../../testing/world.js";

describeOnDatabases("the portal's trend", (database) => {
  it("counts what happened on each day, including empty days, for one firm", async () => {
    const world = await World.start(database.url());
    try {
      // From noon to noon, so that a run across midnight counts the same.
      const minuteOfDay = Math.floor(world.now() / 60_000) % 1440;
      world.forward({ minutes: (720 - minuteOfDay + 1440) % 1440 });
      const firm = await world.firm();
      let owner = await world.ownerToken(firm);
      const other = await world.firm();
      await world.client(other, await world.ownerToken(other));
      await world.client(firm, owner);
      world.forward({ minutes: 2 * 24 * 60 });
      owner = await world.ownerToken(firm);
      const { created } = await world.client(firm, owner);
      await world.client(firm, owner);
      await world.enroll({ token: created.result.sessionToken });
      const ask = (days: number) =>
        world.ask(
          "query($days: Int!) { firm { portalTrend(days: $days) { day invitesSent accountsCreated twoFactorEnrolled } } }",
          { days },
          owner,
        );
      const { data } = await ask(3);
      const day = (ago: number) => new Date(world.now() - ago * 86_400_000).toISOString().slice(0, 10);
      expect(data.firm.portalTrend).toEqual([
        { day: day(2), invitesSent: 0, accountsCreated: 1, twoFactorEnrolled: 0 },
        { day: day(1), invitesSent: 0, accountsCreated: 0, twoFactorEnrolled: 0 },
        { day: day(0), invitesSent: 0, accountsCreated: 2, twoFactorEnrolled: 1 },
      ]);
      expect((await ask(2)).data.firm.portalTrend).toHaveLength(2);
      expect((await ask(91)).errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
    } finally {
      await world.stop();
    }
  });
});
