import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { dayOf } from "@gatehouse/shared";
import { createLog } from "../../platform/log.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { codesOf, OWNER_PASSWORD, until, World, WORLD_KEYS } from "../../testing/world.js";
import { Checkpoints } from "../checkpoints/checkpoints.service.js";
import { PersonErasures } from "../personal-data/person-erasures.js";
import { accessReport, type AccessReport } from "./access-report.js";
import { adoptionReport } from "./adoption-report.js";

describeOnDatabases("reports of a firm that deletes clients", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => (world = await World.start(database.url())));
  beforeEach(async () => {
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world?.stop());

  const mutate = (name: string, type: string, selection: string, input: object) =>
    world.mutate(name, type, selection, input, owner);
  const through = async () => (await new Checkpoints({ work: world.app.work, keys: WORLD_KEYS }).state(firm.id)).seq;
  const accessAsOf = async (asOf: number, throughSeq?: number): Promise<AccessReport> =>
    accessReport(world.app.work, firm.id, { asOf, throughSeq: throughSeq ?? (await through()) });
  /** The logins, and those with 2FA, at the end of today. */
  const adoptionToday = async (throughSeq?: number) => {
    const part = { first: dayOf(world.now(), "UTC"), days: 1, throughSeq: throughSeq ?? (await through()) };
    const [day] = await adoptionReport(world.app.work, { firmId: firm.id, timeZone: "UTC" }, part);
    return [day?.logins, day?.enrolled];
  };
  const enrolledClient = async () => {
    const client = await world.client(firm, owner);
    await world.enroll({ token: client.created.result.sessionToken });
    return client;
  };
  const remove = async (contactId: string) => {
    await mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD });
    const deleted = await mutate("deleteContact", "ContactReasonInput", "deletedContactId", {
      contactId,
      reason: "Asked for it",
    });
    expect(codesOf(deleted)).toEqual([]);
    await new PersonErasures({ work: world.app.work, log: createLog("silent") }).run();
  };

  it("no longer count them or list their login and links; one of before counts them and names them nowhere", async () => {
    const [gone, kept] = [await enrolledClient(), await enrolledClient()];
    const namesake = await world.contact(owner, "Harbor Ltd", kept.email);
    await mutate("sendClientRequest", "SendClientRequestInput", "request { id }", {
      contactId: gone.contactId,
      title: "Papers",
      items: ["Payroll"],
    });
    const before = world.now();
    const whileThere = await accessAsOf(before);
    expect(whileThere.counts).toMatchObject({ contacts: 3, logins: 2, enrolled: 2, openLinks: 1, erased: 0 });
    expect(await adoptionToday()).toEqual([2, 2]);
    world.forward({ minutes: 1 });
    await remove(gone.contactId);

    const after = await accessAsOf(world.now());
    expect(after.counts).toMatchObject({ contacts: 2, logins: 1, enrolled: 1, openLinks: 0, erased: 0, fromTables: 0 });
    expect(after.rows.map(({ contactId }) => contactId).toSorted()).toEqual([kept.contactId, namesake.id].toSorted());
    expect(await adoptionToday()).toEqual([1, 1]);

    const ofBefore = await accessAsOf(before);
    expect(ofBefore.counts).toEqual({ ...whileThere.counts, openLinks: 0, erased: 1 });
    const row = ofBefore.rows.find(({ contactId }) => contactId === gone.contactId);
    expect(row).toMatchObject({ name: null, email: null, openLinks: null, exceptions: [], isErased: true });
    expect(row?.login).toMatchObject({ email: "", enrolledAt: expect.any(Number) });
    expect(JSON.stringify(ofBefore)).not.toContain(gone.email);
    // The others are as they were.
    const others = (report: AccessReport) => report.rows.filter(({ contactId }) => contactId !== gone.contactId);
    expect(others(ofBefore)).toEqual(others(whileThere));

    // Whoever shared a login with somebody who is deleted has it alone.
    expect(after.rows.map(({ exceptions }) => exceptions)).toEqual([["SHARED_LOGIN"], ["SHARED_LOGIN"]]);
    await remove(namesake.id);
    const alone = await accessAsOf(world.now());
    expect(alone.counts).toMatchObject({ contacts: 1, logins: 1, exceptions: 0 });
    expect(alone.rows.map(({ contactId, exceptions }) => [contactId, exceptions])).toEqual([[kept.contactId, []]]);
  });

  it("X108 say what they said before, about a login that two had and one that was deleted, once a client is deleted", async () => {
    const kept = await enrolledClient();
    const sharer = await world.contact(owner, "Harbor Ltd", kept.email);
    const again = await enrolledClient();
    const before = world.now();
    const whileThere = await accessAsOf(before);
    const exceptionsOf = (report: AccessReport, id: string) =>
      report.rows.find(({ contactId }) => contactId === id)?.exceptions;
    expect(exceptionsOf(whileThere, kept.contactId)).toEqual(["SHARED_LOGIN"]);
    expect(whileThere.counts).toMatchObject({ contacts: 3, logins: 2, enrolled: 2, exceptions: 2 });
    world.forward({ minutes: 1 });
    await mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD });
    const gone = { contactId: again.contactId, reason: "Lost it" };
    expect(codesOf(await mutate("deletePortalAccount", "ContactReasonInput", "contact { id }", gone))).toEqual([]);
    expect((await accessAsOf(before)).counts).toEqual(whileThere.counts);
    await remove(sharer.id);
    await remove(again.contactId);

    const after = await accessAsOf(before);
    expect(after.counts).toEqual({ ...whileThere.counts, erased: 2 });
    expect(exceptionsOf(after, kept.contactId)).toEqual(["SHARED_LOGIN"]);
    expect(exceptionsOf(after, sharer.id)).toEqual(["SHARED_LOGIN"]);
    const erased = after.rows.filter(({ isErased }) => isErased);
    expect(erased.map(({ name, email, login }) => [name, email, login?.email])).toEqual([
      [null, null, ""],
      [null, null, ""],
    ]);
    const todays = await accessAsOf(world.now());
    expect(todays.counts).toMatchObject({ contacts: 1, logins: 1, exceptions: 0, erased: 0 });
  });

  it("know nothing of what came behind the event that they stand on, also where another server's clock is behind", async () => {
    const client = await world.client(firm, owner);
    const [seq, then] = [await through(), await accessAsOf(world.now())];
    await world.client(firm, owner);
    world.forward({ minutes: 1 });
    const { rows, counts } = await accessAsOf(world.now(), seq);
    expect(rows.map(({ contactId, isFromTables }) => [contactId, isFromTables])).toEqual([[client.contactId, false]]);
    expect(counts).toEqual(then.counts);
  });

  it("say of each deletion who did it and why", async () => {
    const { id } = await world.contact(owner, "June Fields");
    await remove(id);
    const { report } = await mutate("requestReport", "RequestReportInput", "report { id }", { kind: "CHANGES" });
    world.forward({ minutes: 20 });
    await new PersonErasures({ work: world.app.work, log: createLog("silent") }).run();
    const rows = async () =>
      (
        await world.ask(
          "query($id: ID!) { report(id: $id) { status rows(first: 50) { nodes { cells } } } }",
          { id: report.id },
          owner,
        )
      ).data.report;
    const made = await until(async () => {
      const now = await rows();
      return now.status === "READY" && now;
    });
    const deletion = made.rows.nodes
      .map(({ cells }: { cells: string[] }) => cells)
      .find((c: string[]) => c.includes("Asked for it"));
    expect(deletion).toEqual(expect.arrayContaining(["Contact deleted", "Olive Owner"]));
  });

  it("stand on the log as it was when they were asked for, also if they are made later", async () => {
    const { contactId } = await world.client(firm, owner);
    const { id: untold } = await world.contact(owner, "June Fields", "june@client.example");
    // As after an update: the log does not tell how the contact began.
    await world.app.work.do((unit) =>
      unit.manager.query("UPDATE audit_events SET changes = NULL WHERE firmId = ? AND contactId = ?", [
        firm.id,
        untold,
      ]),
    );
    const [asOf, seq] = [world.now(), await through()];
    const then = await accessAsOf(asOf, seq);
    expect(await adoptionToday(seq)).toEqual([1, 0]);
    await mutate("updateContact", "UpdateContactInput", "contact { id }", {
      contactId: untold,
      name: "June Marsh",
      organization: "Marsh LLP",
    });
    await enrolledClient();
    await mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", {
      expectedVersion: 1,
      mode: "MAGIC_LINK_AND_LOGIN",
      trustedDeviceDays: 7,
    });
    expect(await adoptionToday(seq)).toEqual([1, 0]);
    const later = await accessAsOf(asOf, seq);
    expect(later.policy).toEqual(then.policy);
    const names = ({ rows }: AccessReport) => rows.map((row) => [row.contactId, row.name, row.organization]);
    expect(names(later).filter(([id]) => id === untold || id === contactId)).toEqual(names(then));
  });

  it("join a login to its contact where the events of before do not say what changed", async () => {
    const { contactId, email } = await world.client(firm, owner);
    const created = world.now();
    await world.app.work.do((unit) =>
      unit.manager.query("UPDATE audit_events SET changes = NULL WHERE firmId = ?", [firm.id]),
    );
    const { rows } = await accessAsOf(created);
    expect(rows).toEqual([
      expect.objectContaining({ contactId, email, login: expect.objectContaining({ email }), isFromTables: true }),
    ]);
  });
});
