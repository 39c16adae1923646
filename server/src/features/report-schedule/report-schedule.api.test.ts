import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { addMonths, DAY_MS, dayOf, dayStart, firstDayOf, monthOf } from "@gatehouse/shared";
import { createLog } from "../../platform/log.js";
import { newId } from "../../platform/crypto/ids.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { codesOf, OWNER_PASSWORD, until, World, WORLD_KEYS, type Data } from "../../testing/world.js";
import { AuditLog } from "../audit/audit-log.service.js";
import { Checkpoints } from "../checkpoints/checkpoints.service.js";
import { TeamMember } from "../firm-staff/team-member.entity.js";
import { ReportJobs } from "../reports/report-jobs.js";
import { Report } from "../reports/report.entity.js";
import { reportsModule } from "../reports/reports.module.js";
import { reportScheduleModule } from "./report-schedule.module.js";
import { ReportSchedules } from "./report-schedules.service.js";

const SCHEDULE = "schedule { members { id name email } nextAt }";

describeOnDatabases("monthly reports", (database) => {
  let world: World;
  beforeAll(async () => {
    // Every look is one of the test's own: another one could ask or mail while the test changes what is so.
    world = await World.start(database.url(), {}, { withoutWorkersOf: [reportsModule, reportScheduleModule] });
    // No test begins at a month's end.
    goTo(dayStart(firstDayOf(nextMonth("UTC")), "UTC") + 10.5 * DAY_MS);
  });
  afterAll(() => world?.stop());

  interface Firm {
    id: string;
    owner: string;
  }
  const lines: string[] = [];
  const server = (checkpoints = new Checkpoints({ work: world.app.work, keys: WORLD_KEYS })) =>
    new ReportSchedules({
      work: world.app.work,
      checkpoints,
      log: createLog("warn", { write: (line) => void lines.push(line) }),
    });
  const look = () => server().runDue(new AbortController().signal);
  const makeAll = async (firm: Firm) => {
    const { work } = world.app;
    await new ReportJobs({ work, auditLog: new AuditLog(work), log: createLog("silent") }).run();
    await until(async () => ((await reportsOf(firm)).every(({ status }) => status === "READY") ? true : null));
  };
  const reportsOf = ({ id: firmId }: Firm) => world.app.work.reader.findBy(Report, { firmId });
  const set = (memberIds: readonly string[], token: string) =>
    world.mutate("setReportSchedule", "SetReportScheduleInput", SCHEDULE, { memberIds }, token);
  const scheduleOf = async (token: string): Promise<Data> =>
    (await world.ask("{ reportSchedule { members { email } nextAt } }", {}, token)).data.reportSchedule;
  const membersOf = async (token: string): Promise<Map<string, string>> =>
    new Map(
      (await world.ask("{ teamMembers { id email } }", {}, token)).data.teamMembers.map(({ id, email }: Data) => [
        email,
        id,
      ]),
    );
  const mailsOf = async (email: string) =>
    (await world.mails(email)).filter(({ subject }) => subject.startsWith("Reports for "));
  const mailTo = (email: string) => until(async () => (await mailsOf(email))[0] ?? null);
  const changed = async (token: string): Promise<Data[]> =>
    (
      await world.ask(
        "{ auditEvents(filter: { types: [REPORT_SCHEDULE_CHANGED] }) { nodes { actorKind summary changes { field before after } } } }",
        {},
        token,
      )
    ).data.auditEvents.nodes;
  /** As if the month's reports had turned out otherwise. */
  const turn = async (firm: Firm, to: Partial<Report>, kind?: Report["kind"]) =>
    world.app.work.do(
      async ({ manager }) => void (await manager.update(Report, { firmId: firm.id, ...(kind && { kind }) }, to)),
    );
  const monthBegins = () => goTo(dayStart(firstDayOf(nextMonth("UTC")), "UTC") + 1000);
  const nextMonth = (timeZone: string) => addMonths(monthOf(dayOf(world.now(), timeZone)), 1);
  const goTo = (moment: number) => world.forward({ seconds: (moment - world.now()) / 1000 });
  /** The owner's and an administrator's ids and addresses, in a firm of that zone. */
  const firmIn = async (timeZone: string) => {
    const firm = await world.firm();
    const token = await world.ownerToken(firm);
    await world.mutate("setTimeZone", "TimeZoneInput", "firm { id }", { timeZone }, token);
    const admin = await world.member(firm.id, "ADMIN");
    const ids = await membersOf(token);
    const idOf = (email: string) => ids.get(email) ?? "";
    return { ...firm, token, admin, idOf };
  };

  it("are asked for once when a month begins in the firm's zone, and mailed once when they are ready", async () => {
    const timeZone = "America/Toronto";
    const firm = await firmIn(timeZone);
    await world.contact(firm.token, "Carla Client", "carla@client.example");
    const month = nextMonth(timeZone);
    const start = dayStart(firstDayOf(month), timeZone);
    const answer = await set([firm.idOf(firm.owner), firm.idOf(firm.admin)], firm.token);
    expect(answer.schedule.members.map(({ email }: Data) => email).toSorted()).toEqual(
      [firm.admin, firm.owner].toSorted(),
    );
    expect(Date.parse(answer.schedule.nextAt)).toBe(start);
    // It is that month already where the day begins first.
    goTo(start - 60_000);
    await look();
    expect(await reportsOf(firm)).toEqual([]);
    goTo(start + 1000);
    await Promise.all([look(), look(), look()]);
    await makeAll(firm);
    const previous = addMonths(month, -1);
    const days = { asOf: null, firstDay: firstDayOf(previous), timeZone, requestedByName: null };
    expect((await reportsOf(firm)).toSorted((one, other) => one.kind.localeCompare(other.kind))).toEqual([
      expect.objectContaining({ kind: "access", asOf: start, firstDay: null, askedByMonth: month }),
      expect.objectContaining({ kind: "adoption", ...days }),
      expect.objectContaining({ kind: "changes", ...days }),
    ]);
    await Promise.all([look(), look()]);
    await look();
    const again = await world.ownerToken(firm);
    for (const email of [firm.owner, firm.admin]) {
      const mails = await until(async () => {
        const found = await mailsOf(email);
        return found.length > 0 ? found : null;
      });
      expect(mails).toHaveLength(1);
      const [{ text, links } = { text: "", links: [] }] = mails;
      expect(text).toContain("Contacts: 1");
      const { nodes } = (
        await world.ask("{ reports(first: 3) { nodes { requestedBy checkpoint { seq digest } } } }", {}, again)
      ).data.reports;
      const { seq, digest } = nodes[0].checkpoint;
      expect(text).toContain(`up to event ${seq}, whose digest is ${digest}.`);
      expect(links).toEqual([expect.stringMatching(/\/reports$/)]);
      // Figures, and nobody.
      expect(text).not.toMatch(/Carla|carla@|client\.example/);
    }
    expect(Date.parse((await scheduleOf(again)).nextAt)).toBe(dayStart(firstDayOf(addMonths(month, 1)), timeZone));
    const events = await world.ask(
      "{ auditEvents(filter: { types: [REPORT_REQUESTED] }) { nodes { actorKind data } } }",
      {},
      again,
    );
    expect(events.data.auditEvents.nodes.map(({ actorKind }: Data) => actorKind)).toEqual([
      "SYSTEM",
      "SYSTEM",
      "SYSTEM",
    ]);
  });

  it("X81 are made anew if a client is deleted before the mail, which then tells what they say", async () => {
    const firm = await firmIn("UTC");
    await world.contact(firm.token, "Carla Client", "carla@client.example");
    const nora = await world.contact(firm.token, "Nora Named", "nora@client.example");
    await set([firm.idOf(firm.owner)], firm.token);
    monthBegins();
    await look();
    await makeAll(firm);
    const token = await world.ownerToken(firm);
    await world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD }, token);
    const input = { contactId: nora.id, reason: "Asked for it" };
    expect(codesOf(await world.mutate("deleteContact", "ContactReasonInput", "isErasing", input, token))).toEqual([]);
    await look();
    await makeAll(firm);
    await look();
    const { text } = await mailTo(firm.owner);
    expect(text).toContain("are ready: Who has access, 2FA adoption, Security changes.");
    expect(text).toContain("Contacts: 2");
    expect(text).not.toContain("Missing");
    expect(await mailsOf(firm.owner)).toHaveLength(1);
    const { nodes } = (
      await world.ask("{ reports(first: 3) { nodes { rows(first: 9) { nodes { cells } } } } }", {}, token)
    ).data.reports;
    expect(JSON.stringify(nodes)).toContain("Carla Client");
    expect(JSON.stringify(nodes)).not.toContain("Nora");
  });

  it("are not said to be ready if they failed, or are no longer kept", async () => {
    const [some, none] = [await firmIn("UTC"), await firmIn("UTC")];
    for (const firm of [some, none]) await set([firm.idOf(firm.owner)], firm.token);
    monthBegins();
    await look();
    for (const firm of [some, none]) await makeAll(firm);
    await turn(some, { status: "FAILED", head: null }, "access");
    await turn(some, { expiresAt: world.now() }, "changes");
    // Its firm was disabled for a month.
    await turn(none, { status: "PENDING", head: null, leaseUntil: Number.MAX_SAFE_INTEGER, expiresAt: world.now() });
    await look();
    const { text } = await mailTo(some.owner);
    expect(text).toMatch(/These monthly reports of .+ are ready: 2FA adoption\./);
    expect(text).toContain("Missing: Who has access, Security changes. Ask for them on the Reports page");
    const mail = await mailTo(none.owner);
    expect(mail.text).toContain("could not be made, or are no longer kept.");
    expect(mail.text).not.toMatch(/are ready|up to event/);
  });

  it("come to every other firm if one of them has an error, of which the server's log tells", async () => {
    const [broken, well] = [await firmIn("UTC"), await firmIn("UTC")];
    for (const firm of [broken, well]) await set([firm.idOf(firm.owner)], firm.token);
    monthBegins();
    class Broken extends Checkpoints {
      override async state(firmId: string) {
        if (firmId === broken.id) throw new Error("its log is not whole");
        return super.state(firmId);
      }
    }
    const told = () => lines.splice(0).map((line) => JSON.parse(line) as Data);
    const ofBroken = expect.objectContaining({
      firmId: broken.id,
      msg: "a firm's monthly reports wait for the next look",
    });
    told();
    await server(new Broken({ work: world.app.work, keys: WORLD_KEYS })).runDue(new AbortController().signal);
    expect(await reportsOf(broken)).toEqual([]);
    expect(await reportsOf(well)).toHaveLength(3);
    expect(told()).toEqual([ofBroken]);
    await look();
    for (const firm of [broken, well]) await makeAll(firm);
    await turn(broken, { head: "{" }, "access");
    await look();
    await mailTo(well.owner);
    expect(await mailsOf(broken.owner)).toEqual([]);
    expect(told()).toEqual([ofBroken]);
    // Once it is mended.
    await turn(broken, { head: null }, "access");
    await look();
    await mailTo(broken.owner);
  });

  it("X82 go to nobody who was removed or demoted meanwhile, also if they come back", async () => {
    const firm = await firmIn("UTC");
    const second = await world.member(firm.id, "ADMIN");
    const ids = await membersOf(firm.token);
    await set(
      [firm.owner, firm.admin, second].map((email) => ids.get(email) ?? ""),
      firm.token,
    );
    const input = { memberId: ids.get(firm.admin), reason: "Left" };
    expect(
      codesOf(await world.mutate("removeTeamMember", "TeamMemberReasonInput", "teamMember { id }", input, firm.token)),
    ).toEqual([]);
    for (const role of ["STAFF", "ADMIN"])
      await world.mutate(
        "changeTeamMember",
        "ChangeTeamMemberInput",
        "teamMember { id }",
        { memberId: ids.get(second), role },
        firm.token,
      );
    expect((await scheduleOf(firm.token)).members).toEqual([{ email: firm.owner }]);
    const [ownerId, adminId, secondId] = [firm.owner, firm.admin, second].map((email) => ids.get(email) ?? "");
    expect(await changed(firm.token)).toEqual([
      {
        actorKind: "SYSTEM",
        summary: "Gatehouse set the monthly reports to be mailed to 1 colleague.",
        changes: [{ field: "memberIds", before: [ownerId, secondId].toSorted(), after: [ownerId] }],
      },
      {
        actorKind: "SYSTEM",
        summary: "Gatehouse set the monthly reports to be mailed to 2 colleagues.",
        changes: [
          {
            field: "memberIds",
            before: [ownerId, adminId, secondId].toSorted(),
            after: [ownerId, secondId].toSorted(),
          },
        ],
      },
      expect.objectContaining({ actorKind: "TEAM_MEMBER" }),
    ]);
    goTo(dayStart(firstDayOf(nextMonth("UTC")), "UTC") + 1000);
    await look();
    await makeAll(firm);
    await look();
    await until(async () => ((await mailsOf(firm.owner)).length === 1 ? true : null));
    expect([...(await mailsOf(firm.admin)), ...(await mailsOf(second))]).toEqual([]);
  });

  it("are no longer made once nobody is left who may see them", async () => {
    const firm = await firmIn("UTC");
    await set([firm.idOf(firm.admin)], firm.token);
    await world.app.work.do(
      async ({ manager }) =>
        void (await manager.update(TeamMember, { firmId: firm.id, email: firm.admin }, { disabledAt: world.now() })),
    );
    expect(await scheduleOf(firm.token)).toEqual({ members: [], nextAt: null });
    monthBegins();
    await look();
    expect(await reportsOf(firm)).toEqual([]);
    const turnedOff = {
      actorKind: "SYSTEM",
      summary: "Gatehouse turned off the monthly reports.",
      changes: [{ field: "memberIds", before: [firm.idOf(firm.admin)], after: [] }],
    };
    const token = await world.ownerToken(firm);
    expect((await changed(token))[0]).toEqual(turnedOff);
    await look();
    expect(await changed(token)).toHaveLength(2);
  });

  it("X82 are turned off, and the log says so, when the only colleague who gets them is demoted", async () => {
    const firm = await firmIn("UTC");
    const memberId = firm.idOf(firm.admin);
    await set([memberId], firm.token);
    const input = { memberId, role: "STAFF" };
    await world.mutate("changeTeamMember", "ChangeTeamMemberInput", "teamMember { id }", input, firm.token);
    expect(await scheduleOf(firm.token)).toEqual({ members: [], nextAt: null });
    expect((await changed(firm.token))[0]).toEqual({
      actorKind: "SYSTEM",
      summary: "Gatehouse turned off the monthly reports.",
      changes: [{ field: "memberIds", before: [memberId], after: [] }],
    });
    monthBegins();
    await look();
    expect(await reportsOf(firm)).toEqual([]);
  });

  it("are turned on and off by an event, and once more in the same month asks for nothing twice", async () => {
    const firm = await firmIn("Pacific/Kiritimati");
    const ownerId = firm.idOf(firm.owner);
    await set([ownerId], firm.token);
    await set([ownerId], firm.token);
    expect((await set([], firm.token)).schedule).toEqual({ members: [], nextAt: null });
    await set([ownerId], firm.token);
    await look();
    expect(await reportsOf(firm)).toEqual([]);
    const { data } = await world.ask(
      "{ auditEvents(filter: { types: [REPORT_SCHEDULE_CHANGED] }) { nodes { summary changes { field before after } } } }",
      {},
      firm.token,
    );
    expect(data.auditEvents.nodes).toEqual([
      {
        summary: "Olive Owner set the monthly reports to be mailed to 1 colleague.",
        changes: [{ field: "memberIds", before: [], after: [ownerId] }],
      },
      { summary: "Olive Owner turned off the monthly reports.", changes: [expect.objectContaining({ after: [] })] },
      expect.objectContaining({ summary: "Olive Owner set the monthly reports to be mailed to 1 colleague." }),
    ]);
  });

  it("X82 go only to owners and administrators of the firm, fifty colleagues at most", async () => {
    const firm = await firmIn("UTC");
    const staff = await world.member(firm.id, "STAFF");
    const other = await world.firm();
    const stranger = (await membersOf(await world.ownerToken(other))).get(other.owner) ?? "";
    const ids = await membersOf(firm.token);
    const ownerId = firm.idOf(firm.owner);
    const codesFor = async (memberIds: string[]) => codesOf(await set(memberIds, firm.token));
    expect(await codesFor([ownerId, ids.get(staff) ?? ""])).toEqual(["INVALID_INPUT"]);
    expect(await codesFor([ownerId, stranger])).toEqual(["NOT_FOUND"]);
    expect(await codesFor(["somebody"])).toEqual(["NOT_FOUND"]);
    const many = Array.from({ length: 50 }, () => newId("teamMember", world.now()));
    expect(await codesFor(many)).toEqual(["NOT_FOUND"]);
    expect(await codesFor([...many, ownerId])).toEqual(["INVALID_INPUT"]);
    expect((await scheduleOf(firm.token)).members).toEqual([]);
    const asStaff = await world.ownerToken({ owner: staff });
    for (const query of [
      "{ reportSchedule { nextAt } }",
      `mutation { setReportSchedule(input: { memberIds: [] }) { userErrors { code } } }`,
    ])
      expect((await world.ask(query, {}, asStaff)).errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    const invited = await world.mutate(
      "inviteTeamMember",
      "InviteTeamMemberInput",
      "teamMember { id }",
      { name: "Not yet", email: "not-yet@team.example", role: "ADMIN" },
      firm.token,
    );
    expect(await codesFor([invited.teamMember.id])).toEqual(["INVALID_INPUT"]);
  });

  it("cannot be turned on where the server sends no mail", async () => {
    const mute = await World.start(database.url(), { mail: { kind: "none" } });
    try {
      const firm = await mute.firm();
      const token = await mute.ownerToken(firm);
      const { teamMembers } = (await mute.ask("{ teamMembers { id } }", {}, token)).data;
      const input = { memberIds: [teamMembers[0].id] };
      const answer = await mute.mutate("setReportSchedule", "SetReportScheduleInput", SCHEDULE, input, token);
      expect(codesOf(answer)).toEqual(["MAIL_NOT_CONFIGURED"]);
    } finally {
      await mute.stop();
    }
  });
});
