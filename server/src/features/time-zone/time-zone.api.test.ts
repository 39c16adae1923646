import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { onStatement } from "../../testing/statements.js";
import { codesOf, World, type Data } from "../../testing/world.js";
import { Firm } from "../firms/firm.entity.js";
import { systemActor } from "../work/unit-of-work.js";

describeOnDatabases("a firm's time zone", (database) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url());
  });
  afterAll(() => world.stop());

  const set = (timeZone: string, token: string): Promise<Data> =>
    world.mutate(
      "setTimeZone",
      "TimeZoneInput",
      "firm { timeZone } userErrors { code field message }",
      { timeZone },
      token,
    );
  const changesOf = async (token: string): Promise<string[]> => {
    const { data } = await world.ask(
      "{ auditEvents(filter: { types: [TIME_ZONE_CHANGED] }) { nodes { summary } } }",
      {},
      token,
    );
    return data.auditEvents.nodes.map(({ summary }: { summary: string }) => summary);
  };

  it("is UTC until it is set; the change is in the log with both zones, and the same zone again is none", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const zones = async () =>
      (
        await world.ask(
          "query($slug: String!) { firm { timeZone } portal(firmSlug: $slug) { timeZone } }",
          { slug: firm.slug },
          owner,
        )
      ).data;
    expect(await zones()).toEqual({ firm: { timeZone: "UTC" }, portal: { timeZone: "UTC" } });
    expect((await set("US/Pacific", owner)).firm).toEqual({ timeZone: "America/Los_Angeles" });
    expect((await set("Asia/Calcutta", owner)).firm).toEqual({ timeZone: "Asia/Kolkata" });
    expect((await set("asia/kolkata", owner)).firm).toEqual({ timeZone: "Asia/Kolkata" });
    expect(await zones()).toEqual({ firm: { timeZone: "Asia/Kolkata" }, portal: { timeZone: "Asia/Kolkata" } });
    expect(await changesOf(owner)).toEqual([
      "Olive Owner changed the firm's time zone from America/Los_Angeles to Asia/Kolkata.",
      "Olive Owner changed the firm's time zone from UTC to America/Los_Angeles.",
    ]);
    const other = await world.ownerToken(await world.firm());
    expect((await world.ask("{ firm { timeZone } }", {}, other)).data.firm).toEqual({ timeZone: "UTC" });
  });

  it("is refused, with its field and without a change, if it names no place or several", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    for (const wrong of ["", "Mars/Base", "+05:30", "GMT+3", "Etc/GMT-3", "EST", "EST5EDT", "x".repeat(200)]) {
      const { firm: none, userErrors } = await set(wrong, owner);
      expect([wrong, none, userErrors]).toEqual([
        wrong,
        null,
        [
          {
            code: "INVALID_INPUT",
            field: ["input", "timeZone"],
            message: expect.stringContaining("There is no such time zone."),
          },
        ],
      ]);
    }
    expect(await changesOf(owner)).toEqual([]);
  });

  it("moves no deadline when it changes, and is the one whose days a roll-out's mails state", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    await set("Europe/Paris", owner);
    const enforcedFrom = "2027-11-30T23:00:00.000Z";
    const { data } = await world.ask(
      "query($input: RollOutPreviewInput!) { rollOutPreview(input: $input) { text } }",
      { input: { enforcedFrom, message: "Our words." } },
      owner,
    );
    expect(data.rollOutPreview[0].text).toContain("1 December 2027");
    const soon = new Date(Math.floor(world.now() / 1000) * 1000 + 20 * 86_400_000).toISOString();
    const started = await world.mutate(
      "startRollOut",
      "StartRollOutInput",
      "rollOut { timeZone enforcedFrom } userErrors { code }",
      { enforcedFrom: soon, message: "Our words.", expectedVersion: 1 },
      owner,
    );
    expect([codesOf(started), started.rollOut]).toEqual([[], { timeZone: "Europe/Paris", enforcedFrom: soon }]);
    await set("America/Toronto", owner);
    const after = await world.ask("{ firm { securityPolicy { enforcedFrom } } rollOut { timeZone } }", {}, owner);
    expect(after.data).toEqual({
      firm: { securityPolicy: { enforcedFrom: soon } },
      rollOut: { timeZone: "Europe/Paris" },
    });
  });

  it("is UTC where this server's data does not know the stored one", async () => {
    const firm = await world.firm();
    await world.app.work.do((unit) => unit.manager.update(Firm, { id: firm.id }, { timeZone: "Mars/Base" }));
    const owner = await world.ownerToken(firm);
    const { data } = await world.ask("{ firm { timeZone portalTrend(days: 1) { invitesSent } } }", {}, owner);
    expect(data.firm).toEqual({ timeZone: "UTC", portalTrend: [{ invitesSent: 0 }] });
  });

  it("decides on which day the trend counts what happened, also where clocks skip or repeat an hour at midnight", async () => {
    const firms = new Map<string, Awaited<ReturnType<World["firm"]>>>();
    const goTo = (moment: string) => world.forward({ seconds: (Date.parse(moment) - world.now()) / 1000 });
    goTo("2027-04-28T00:00:00Z");
    for (const zone of ["UTC", "Africa/Cairo", "America/Los_Angeles", "Pacific/Kiritimati"]) {
      const firm = await world.firm();
      firms.set(zone, firm);
      if (zone !== "UTC") await set(zone, await world.ownerToken(firm));
    }
    const happensAt = async (moment: string) => {
      goTo(moment);
      for (const firm of firms.values())
        await world.app.work.do(async (unit) =>
          unit.record({ type: "INVITE_SENT", firmId: firm.id, actor: systemActor, data: { email: "a@b.example" } }),
        );
    };
    const trend = async (zone: string, days: number): Promise<string[]> => {
      const firm = firms.get(zone) ?? { owner: "" };
      const { data } = await world.ask(
        "query($days: Int!) { firm { portalTrend(days: $days) { day invitesSent } } }",
        { days },
        await world.ownerToken(firm),
      );
      return data.firm.portalTrend.map(({ day, invitesSent }: Data) => `${day} ${invitesSent}`);
    };
    // Cairo's 30 April begins at one o'clock, at 22:00 UTC, and has 23 hours.
    for (const moment of [
      "2027-04-29T21:50:00Z",
      "2027-04-29T22:00:01Z",
      "2027-04-30T06:50:00Z",
      "2027-04-30T07:00:01Z",
      "2027-04-30T10:00:01Z",
      "2027-04-30T20:50:00Z",
      "2027-04-30T21:00:01Z",
    ])
      await happensAt(moment);
    expect(await trend("UTC", 3)).toEqual(["2027-04-28 0", "2027-04-29 2", "2027-04-30 5"]);
    expect(await trend("Africa/Cairo", 3)).toEqual(["2027-04-29 1", "2027-04-30 5", "2027-05-01 1"]);
    expect(await trend("America/Los_Angeles", 3)).toEqual(["2027-04-28 0", "2027-04-29 3", "2027-04-30 4"]);
    expect(await trend("Pacific/Kiritimati", 3)).toEqual(["2027-04-29 0", "2027-04-30 4", "2027-05-01 3"]);

    // On 28 October 23 o'clock comes twice: the day ends at 22:00 UTC, after 25 hours.
    for (const moment of ["2027-10-28T20:50:00Z", "2027-10-28T21:30:00Z", "2027-10-28T22:00:01Z"])
      await happensAt(moment);
    expect(await trend("Africa/Cairo", 2)).toEqual(["2027-10-28 2", "2027-10-29 1"]);
    const statements: string[] = [];
    const stop = onStatement(({ sql }) => void statements.push(sql));
    goTo("2027-11-20T12:00:00Z");
    const days = await trend("Africa/Cairo", 90);
    stop();
    expect([days.length, days.filter((day) => !day.endsWith(" 0"))]).toEqual([90, ["2027-10-28 2", "2027-10-29 1"]]);
    // One range before the change of clocks, and one after it.
    expect(statements.filter((sql) => sql.includes("sinceFirst"))).toHaveLength(2);
  });
});
