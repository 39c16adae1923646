import { afterAll, beforeAll, expect, it } from "@jest/globals";
import Papa from "papaparse";
import { dayOf } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { WORLD_KEYS, World } from "../../testing/world.js";
import { Checkpoints } from "../checkpoints/checkpoints.service.js";

describeOnDatabases("a firm's reports as files", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  let client: Awaited<ReturnType<World["client"]>>;
  let beforeReset: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    // No test crosses midnight.
    world.forward({ minutes: (36 - new Date().getUTCHours()) * 60 });
    firm = await world.firm();
    owner = await world.ownerToken(firm);
    await world.contact(owner, "=HYPERLINK(1)", "link-only@client.example");
    client = await world.client(firm, owner);
    await world.enroll({ token: client.created.result.sessionToken });
    beforeReset = new Date(world.now()).toISOString();
    world.forward({ seconds: 2 });
    const input = { contactId: client.contactId, reason: "Lost phone; called back" };
    await world.mutate("resetTwoFactor", "ContactReasonInput", "contact { id }", input, owner);
  });
  afterAll(() => world?.stop());

  /** By default with a new key, since a caller gets three files a minute. */
  const ask = async (path: string, token?: string): Promise<Response> => {
    const bearer = token ?? (await world.key(owner, ["AUDIT_READ"]));
    return world.raw({ path: `/reports/${path}`, headers: { authorization: `Bearer ${bearer}` } });
  };
  const rowsOf = async (path: string, token?: string): Promise<Record<string, string>[]> => {
    const response = await ask(path, token);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
    return Papa.parse<Record<string, string>>((await response.text()).replace(/^\uFEFF/, ""), {
      header: true,
      skipEmptyLines: true,
    }).data;
  };
  const eventsOf = async (type: string) =>
    (
      await world.ask(
        "query($filter: AuditEventFilter) { auditEvents(first: 5, filter: $filter) { nodes { summary data } } }",
        { filter: { types: [type] } },
        owner,
      )
    ).data.auditEvents.nodes;

  it("say who has access now, and who had it before, for spreadsheets that must not run what a client is called", async () => {
    const now = await rowsOf("access.csv");
    expect(now.map(({ Name, Email }) => [Name, Email])).toEqual([
      ["'=HYPERLINK(1)", "link-only@client.example"],
      ["Maya Fields", client.email],
    ]);
    expect(now[1]).toMatchObject({
      Login: client.email,
      "2FA since": "",
      "Proven by": "a mailed invitation or confirmation",
      "Open links": "0",
      Source: "log",
      "Contact id": client.contactId,
    });
    const [, then] = await rowsOf(`access.csv?asOf=${beforeReset}`);
    expect(then?.["2FA since"]).toMatch(/^\d{4}-/);
    const [event] = await eventsOf("REPORT_EXPORTED");
    expect(event.data).toMatchObject({ report: "access", file: "csv", asOf: beforeReset });
    expect(event.summary).toMatch(/^A key of the tests exported the report "Who has access" as of /);
  });

  it("say what changed the firm's security, with the reason", async () => {
    const rows = await rowsOf("changes.csv");
    expect(rows.find(({ Event }) => Event === "2FA reset")).toMatchObject({
      Who: "Olive Owner",
      Reason: "Lost phone; called back",
    });
    expect(await rowsOf("changes.csv?since=2020-01-01&until=2020-01-31")).toEqual([]);
  });

  it("count by day how many logins had 2FA, and by what people signed in", async () => {
    const today = dayOf(world.now(), "UTC");
    const rows = await rowsOf(`adoption.csv?since=${today}&until=${today}`);
    // Set up and removed on the same day.
    expect(rows).toEqual([
      {
        Day: today,
        Logins: "1",
        "With 2FA": "0",
        "Sign-ins": "1",
        "With a second factor": "0",
        "On a trusted device": "0",
      },
    ]);
    const other = await world.client(firm, owner);
    const phone = await world.enroll({ token: other.created.result.sessionToken });
    const { challengeToken } = (await world.portalSignIn(firm, other.email)).result;
    const code = world.freshCode(phone.secret);
    await world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", { challengeToken, code });
    const days = await rowsOf(`adoption.csv?until=${dayOf(world.now(), "UTC")}`);
    expect(days).toHaveLength(30);
    expect(days[0]).toMatchObject({ Logins: "0", "With 2FA": "0" });
    expect(days.at(-1)).toMatchObject({ Logins: "2", "With 2FA": "1" });
    expect(days.reduce((sum, day) => sum + Number(day["With a second factor"]), 0)).toBe(1);
  });

  it.each([
    ["A4", "841.89 595.28"],
    ["LETTER", "792 612"],
  ])("are a PDF on %s", async (paper, size) => {
    for (const path of ["access", "adoption", "changes"]) {
      const response = await ask(`${path}.pdf?paper=${paper}&language=FR`);
      expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/pdf"]);
      const text = Buffer.from(await response.arrayBuffer()).toString("latin1");
      expect(text.slice(0, 5)).toBe("%PDF-");
      expect(text.trimEnd().endsWith("%%EOF")).toBe(true);
      expect(text).toContain(`/MediaBox [0 0 ${size}]`);
    }
  });

  it("stand on the log up to an event that the checkpoint signs", async () => {
    const key = await world.key(owner, ["AUDIT_READ"]);
    const { seq } = await new Checkpoints({ work: world.app.work, keys: WORLD_KEYS }).state(firm.id);
    await (await ask("access.pdf", key)).arrayBuffer();
    expect((await eventsOf("REPORT_EXPORTED"))[0].data.seq).toBe(seq);
  });

  it("are for owners, administrators and keys that may read the log; a refusal is an event", async () => {
    const staff = await world.member(firm.id, "STAFF");
    const token = await world.ownerToken({ owner: staff });
    expect((await ask("access.csv", token)).status).toBe(403);
    expect((await eventsOf("ACT_REFUSED"))[0].data).toMatchObject({ act: "exportReport", code: "FORBIDDEN" });
    expect((await ask("access.pdf", "not a token")).status).toBe(401);
    const key = await world.key(owner, ["AUDIT_READ"]);
    expect((await ask("access.csv", key)).status).toBe(200);
    expect((await ask("access.csv", await world.key(owner, ["CONTACTS_READ"]))).status).toBe(403);
  });

  it.each([
    "access.csv?asOf=2999-01-01T00:00:00Z",
    "access.csv?since=2026-01-01",
    "access.csv?asof=2026-01-01T00:00:00Z",
    "adoption.csv?asOf=2026-01-01T00:00:00Z",
    "adoption.csv?since=2026-02-30&until=2026-03-01",
    "adoption.csv?since=2026-03-02&until=2026-03-01",
    "changes.csv?since=2020-01-01&until=2026-01-01",
    "access.pdf?paper=A3",
  ])("are refused if they are asked for in another way: %s", async (path) => {
    expect((await ask(path)).status).toBe(400);
  });
});
