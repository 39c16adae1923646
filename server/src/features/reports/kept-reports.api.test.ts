import { afterAll, beforeAll, expect, it } from "@jest/globals";
import Papa from "papaparse";
import { dayOf, MINUTE_MS, retentionWith, type ReportKind } from "@gatehouse/shared";
import { createLog } from "../../platform/log.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { codesOf, OWNER_PASSWORD, until, World, WORLD_KEYS, type Data } from "../../testing/world.js";
import { AuditLog } from "../audit/audit-log.service.js";
import { Contact } from "../contacts/contact.entity.js";
import { Checkpoints } from "../checkpoints/checkpoints.service.js";
import { beginErasure } from "../personal-data/erase-person.js";
import { personalDataModule } from "../personal-data/personal-data.module.js";
import { PersonErasure } from "../personal-data/person-erasure.entity.js";
import { PersonErasures } from "../personal-data/person-erasures.js";
import { Sweep } from "../retention/sweep.js";
import { systemActor, type Work } from "../work/unit-of-work.js";
import { insertReport } from "./insert-report.js";
import { ReportJobs } from "./report-jobs.js";
import { partOf } from "./kept-table.js";
import type { ReportPeriod } from "./report-question.js";
import { Report, ReportPart } from "./report.entity.js";
import { reportsModule } from "./reports.module.js";

const DAYS_30 = 30 * 24 * 60;
const FIELDS = `id kind status progress asOf since until language requestedAt requestedBy readyAt expiresAt title subtitle note
  facts { label value } columns rowCount picture { shares { label count } lines { label counts } } checkpoint { seq digest keyId signature }`;
const silent = createLog("silent");

describeOnDatabases("reports that are kept", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  const keys: string[] = [];
  let poorKey: string;
  let client: Awaited<ReturnType<World["client"]>>;
  beforeAll(async () => {
    // No server but the test's own makes reports, and none erases a client from the log meanwhile.
    world = await World.start(database.url(), {}, { withoutWorkersOf: [reportsModule, personalDataModule] });
    // No test crosses midnight.
    world.forward({ minutes: (36 - new Date().getUTCHours()) * 60 });
    firm = await world.firm();
    owner = await world.ownerToken(firm);
    await world.contact(owner, "=HYPERLINK(1)", "link-only@client.example");
    client = await world.client(firm, owner);
    // While the sign-in is fresh.
    for (let n = 0; n < 30; n++) keys.push(await world.key(owner, ["AUDIT_READ"]));
    poorKey = await world.key(owner, ["CONTACTS_READ"]);
  });
  afterAll(() => world?.stop());

  const request = (input: object, token = owner): Promise<Data> =>
    world.mutate("requestReport", "RequestReportInput", `report { ${FIELDS} }`, input, token);
  const find = async (id: string, token = owner): Promise<Data> =>
    (await world.ask(`query($id: ID!) { report(id: $id) { ${FIELDS} } }`, { id }, token)).data.report;
  /** A report, once a server has made it. */
  const made = async (input: object, token = owner): Promise<Data> => {
    const { report } = await request(input, token);
    return until(async () => {
      await jobs().run();
      const now = await find(report.id, token);
      return now.status === "READY" ? now : null;
    });
  };
  const rowsOf = (id: string, first: number, after: string | null = null, token = owner) =>
    world.ask(
      `query($id: ID!, $first: Int!, $after: String) { report(id: $id) {
        rows(first: $first, after: $after) { nodes { cells } pageInfo { hasNextPage hasPreviousPage endCursor } } } }`,
      { id, first, after },
      token,
    );
  const newKey = (): string => keys.pop() ?? "no key is left";
  /** By default with a new key, since a caller gets three files a minute. */
  const fetchFile = async (path: string, token?: string): Promise<Response> => {
    const bearer = token ?? newKey();
    return world.raw({ path: `/reports/${path}`, headers: { authorization: `Bearer ${bearer}` } });
  };
  const textOf = async (path: string) => (await fetchFile(path)).text();
  const eventsOf = async (type: string, token = owner): Promise<Data[]> =>
    (
      await world.ask(
        "query($filter: AuditEventFilter) { auditEvents(first: 20, filter: $filter) { nodes { summary data actorName } } }",
        { filter: { types: [type] } },
        token,
      )
    ).data.auditEvents.nodes;
  const rowOf = (id: string, firmId = firm.id) => world.app.work.reader.findOneBy(Report, { id, firmId });
  const change = (id: string, to: Partial<Report>) =>
    world.app.work.do(async ({ manager }) => void (await manager.update(Report, { id, firmId: firm.id }, to)));
  const erasePersons = () => new PersonErasures({ work: world.app.work, log: silent }).run();
  const jobs = (auditLog = new AuditLog(world.app.work), renewMs?: number) =>
    new ReportJobs({ work: world.app.work, auditLog, log: silent, ...(renewMs === undefined ? {} : { renewMs }) });
  /** A log that is read only once it is let go. */
  const slowLog = () => {
    let go = () => {};
    const gate = new Promise<void>((resolve) => (go = resolve));
    let begin = () => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    class SlowLog extends AuditLog {
      override async *all(...given: Parameters<AuditLog["all"]>) {
        let isFirst = true;
        for await (const chunk of super.all(...given)) {
          yield chunk;
          if (isFirst) {
            begin();
            await gate;
          }
          isFirst = false;
        }
      }
    }
    return { log: new SlowLog(world.app.work), go: () => go(), begun };
  };
  const far = Date.parse("2999-01-01T00:00:00Z");
  /** Nobody makes the firm's reports until they are let go: somebody is being erased from its log. */
  const hold = async (firmId: string) => {
    const erasure = { contactId: "con_nobody", firmId, accountId: null, keptAccountId: null, addressDigests: "" };
    const times = { afterSeq: 0, deletedAt: far, dueAt: far };
    await world.app.work.do(
      async ({ manager }) => void (await manager.insert(PersonErasure, { ...erasure, ...times })),
    );
    return () =>
      world.app.work.do(
        async ({ manager }) => void (await manager.delete(PersonErasure, { contactId: "con_nobody", firmId })),
      );
  };
  /** A report that is asked for by nobody's request; no server makes it before that moment. */
  const ask = async (
    kind: ReportKind,
    { leaseUntil = 0, firmId = firm.id, askedByMonth = null as string | null } = {},
  ): Promise<string> => {
    const checkpoint = await new Checkpoints({ work: world.app.work, keys: WORLD_KEYS }).state(firmId);
    const day = dayOf(world.now(), "UTC");
    return world.app.work.do(async (unit) => {
      const period: ReportPeriod =
        kind === "access" ? { asOf: unit.now, days: null } : { asOf: null, days: { first: day, last: day } };
      const common = { firmId, kind, period, language: "EN", timeZone: "UTC", checkpoint } as const;
      const { id } = await insertReport(unit, { ...common, actor: systemActor, askedByMonth });
      await unit.manager.update(Report, { id, firmId }, { leaseUntil });
      return id;
    });
  };
  /** One whose making has stopped in the middle, in the hands of a server of the test's own. */
  const halfMade = async (firmId = firm.id, renewMs?: number) => {
    // What was asked for before comes first.
    await jobs().run();
    const { log, go, begun } = slowLog();
    const id = await ask("changes", { firmId });
    const run = jobs(log, renewMs).run();
    await begun;
    return { id, go, run };
  };

  it("are made in the background, and are what a file of today says", async () => {
    const asOf = new Date(world.now()).toISOString();
    const direct = await textOf(`access.csv?asOf=${asOf}`);
    const { report } = await request({ kind: "ACCESS", asOf });
    expect(report).toMatchObject({
      kind: "ACCESS",
      status: expect.stringMatching(/^(PENDING|RUNNING|READY)$/),
      language: "EN",
      requestedBy: "Olive Owner",
      title: "Who has access",
      subtitle: `As of ${asOf.slice(0, 16).replace("T", " ")} UTC`,
      since: null,
    });
    const ready = await made({ kind: "ACCESS", asOf });
    expect(ready).toMatchObject({ status: "READY", progress: 100, rowCount: 2, picture: { lines: [] } });
    expect(Date.parse(ready.expiresAt) - Date.parse(ready.requestedAt)).toBe(DAYS_30 * MINUTE_MS);
    expect(ready.facts).toContainEqual({ label: "Contacts", value: "2" });
    expect(ready.checkpoint.digest).toMatch(/^[0-9a-f]{64}$/);
    const file = await fetchFile(`${ready.id}.csv`);
    expect([file.status, file.headers.get("content-type"), file.headers.get("content-disposition")]).toEqual([
      200,
      "text/csv; charset=utf-8",
      `attachment; filename="${ready.id}.csv"`,
    ]);
    expect(await file.text()).toBe(direct);
    expect(ready.columns).toEqual(Papa.parse<string[]>(direct.replace(/^\uFEFF/, "")).data[0]);
    const { nodes } = (await rowsOf(ready.id, 100)).data.report.rows;
    expect(nodes.map(({ cells }: Data) => cells.slice(0, 3))).toEqual([
      ["=HYPERLINK(1)", null, "link-only@client.example"],
      ["Maya Fields", null, client.email],
    ]);
    const since = ready.columns.indexOf("Login since");
    expect(nodes[1].cells[since]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
    const pdf = Buffer.from(await (await fetchFile(`${ready.id}.pdf?paper=LETTER`)).arrayBuffer()).toString("latin1");
    expect([pdf.slice(0, 5), pdf.includes("/MediaBox [0 0 792 612]")]).toEqual(["%PDF-", true]);
  });

  it.each(["ADOPTION", "CHANGES"])("say the same of days: %s", async (kind) => {
    const day = dayOf(world.now(), "UTC");
    const direct = await textOf(`${kind.toLowerCase()}.csv?since=${day}&until=${day}&language=FR`);
    const ready = await made({ kind, since: day, until: day, language: "FR" });
    const kept = await textOf(`${ready.id}.csv`);
    // The file's own event came between.
    const withoutFiles = (csv: string) => csv.split("\r\n").filter((line) => !line.includes("exported the report"));
    expect(withoutFiles(kept)).toEqual(withoutFiles(direct));
    expect(ready.rowCount).toBeGreaterThan(0);
    expect(ready).toMatchObject({ since: day, until: day, asOf: null });
    expect(ready.subtitle).toBe(`Du ${day} au ${day}`);
  });

  it("say what was so when they were asked for, whoever makes them and when", async () => {
    const id = await ask("access", { leaseUntil: far });
    const changes = await ask("changes", { leaseUntil: far });
    await world.contact(owner, "Came later");
    const name = "A key that came later";
    await world.mutate("createApiKey", "CreateApiKeyInput", "token", { name, scopes: ["AUDIT_READ"] }, owner);
    for (const one of [id, changes]) {
      await change(one, { leaseUntil: 0 });
      await jobs().run();
      expect((await rowOf(one))?.status).toBe("READY");
    }
    expect(await textOf(`${changes}.csv`)).not.toContain(name);
    expect(await textOf("changes.csv")).toContain(name);
    expect(await textOf(`${id}.csv`)).not.toContain("Came later");
    expect(await textOf("access.csv")).toContain("Came later");
  });

  it("are asked for, fetched and looked at by events; a look is one in ten minutes", async () => {
    const { id } = await made({ kind: "ADOPTION" });
    expect((await eventsOf("REPORT_REQUESTED"))[0].data).toMatchObject({ report: "adoption", reportId: id });
    await textOf(`${id}.csv`);
    expect((await eventsOf("REPORT_EXPORTED"))[0].data).toMatchObject({
      report: "adoption",
      file: "csv",
      reportId: id,
    });
    const looks = async () =>
      (await eventsOf("REPORT_EXPORTED")).filter(({ data }) => data.reportId === id && data.file === "page");
    await find(id);
    expect(await looks()).toHaveLength(0);
    await Promise.all([rowsOf(id, 10), rowsOf(id, 10)]);
    await rowsOf(id, 100);
    expect((await looks()).map(({ summary }) => summary)).toEqual([
      expect.stringMatching(/^Olive Owner looked at the report "2FA adoption" from /),
    ]);
    await rowsOf(id, 10, null, newKey());
    expect((await looks()).map(({ actorName }) => actorName)).toEqual(["A key of the tests", "Olive Owner"]);
    world.forward({ minutes: 10, seconds: 1 });
    await rowsOf(id, 10);
    expect(await looks()).toHaveLength(3);
  });

  it("are read page by page, in the file's order", async () => {
    const other = await world.firm();
    const token = await world.ownerToken(other);
    const contacts = Array.from({ length: 130 }, (_, n) => ({ name: `Client ${n}`, externalId: `c-${n}` }));
    const input = { contacts };
    const answer = await world.mutate(
      "upsertContacts",
      "UpsertContactsInput",
      "results { contact { id } }",
      input,
      token,
    );
    expect(answer.userErrors).toEqual([]);
    const { id } = await made({ kind: "ACCESS" }, token);
    const seen: string[] = [];
    const pages: [number, boolean, boolean][] = [];
    for (let after: string | null = null; ;) {
      const { rows }: Data = (await rowsOf(id, 50, after, token)).data.report;
      seen.push(...rows.nodes.map(({ cells }: Data) => cells[0]));
      pages.push([rows.nodes.length, rows.pageInfo.hasPreviousPage, rows.pageInfo.hasNextPage]);
      after = rows.pageInfo.endCursor;
      if (!rows.pageInfo.hasNextPage) break;
    }
    expect(pages).toEqual([
      [50, false, true],
      [50, true, true],
      [30, true, false],
    ]);
    const csv = await (await fetchFile(`${id}.csv`, await world.key(token, ["AUDIT_READ"]))).text();
    const { data } = Papa.parse<string[]>(csv.replace(/^\uFEFF/, ""), { skipEmptyLines: true });
    expect(seen).toEqual(data.slice(1).map(([name]) => name));
    const another = await made({ kind: "ACCESS" }, token);
    const { endCursor } = (await rowsOf(id, 50, null, token)).data.report.rows.pageInfo;
    const refusalOf = async (...given: Parameters<typeof rowsOf>) =>
      (await rowsOf(...given)).errors?.[0]?.extensions.code;
    expect(await refusalOf(another.id, 50, endCursor, token)).toBe("BAD_USER_INPUT");
    for (const first of [0, 101]) expect(await refusalOf(id, first, null, token)).toBe("BAD_USER_INPUT");
  });

  it("are made in parts of some hundred rows", async () => {
    const id = await ask("access", { leaseUntil: far });
    await world.app.work.do(async ({ manager }) => {
      const rows = (from: number, count: number) => Array.from({ length: count }, (_, n) => [`Row ${from + n}`]);
      await manager.insert(ReportPart, await partOf(id, 500, rows(0, 500)));
      await manager.insert(ReportPart, await partOf(id, 700, rows(500, 200)));
      const head = JSON.stringify({ facts: [], note: null, columns: [{ title: "Name", width: 1 }], picture: null });
      await manager.update(Report, { id, firmId: firm.id }, { status: "READY", head, rowTotal: 700, readyAt: 1 });
    });
    const first = (await rowsOf(id, 100)).data.report.rows;
    expect(first.nodes.at(-1).cells).toEqual(["Row 99"]);
    const names: string[] = [];
    for (let after: string | null = null; ;) {
      const { nodes, pageInfo }: Data = (await rowsOf(id, 99, after)).data.report.rows;
      names.push(...nodes.map(({ cells }: Data) => cells[0]));
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(names).toEqual(Array.from({ length: 700 }, (_, n) => `Row ${n}`));
    // Half a report must not pass for one.
    await world.app.work.do(
      async ({ manager }) => void (await manager.delete(ReportPart, { reportId: id, throughRow: 700 })),
    );
    await expect(textOf(`${id}.csv`)).rejects.toThrow("terminated");
  });

  it("are listed newest first, page by page", async () => {
    const other = await world.firm();
    const token = await world.ownerToken(other);
    const ids: string[] = [];
    for (const kind of ["ACCESS", "ADOPTION", "CHANGES"]) {
      ids.unshift((await made({ kind }, token)).id);
      world.forward({ seconds: 1 });
    }
    const list = async (first: number, after: string | null) =>
      (
        await world.ask(
          "query($first: Int!, $after: String) { reports(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }",
          { first, after },
          token,
        )
      ).data.reports;
    const one = await list(2, null);
    const two = await list(2, one.pageInfo.endCursor);
    expect([...one.nodes, ...two.nodes].map(({ id }: Data) => id)).toEqual(ids);
    expect([one.pageInfo.hasNextPage, two.pageInfo.hasNextPage]).toEqual([true, false]);
  });

  it("are three unfinished ones at most, even if they are asked for at the same moment", async () => {
    const other = await world.firm();
    const token = await world.ownerToken(other);
    const release = await hold(other.id);
    const answers = await Promise.all(
      ["ACCESS", "ADOPTION", "ADOPTION", "CHANGES"].map((kind) => request({ kind }, token)),
    );
    expect(answers.flatMap((answer) => codesOf(answer))).toEqual(["TOO_MANY_REQUESTS"]);
    expect(await request({ kind: "ACCESS" }, owner)).toMatchObject({ userErrors: [] });
    await release();
    await jobs().run();
    expect(codesOf(await request({ kind: "ACCESS" }, token))).toEqual([]);
  });

  it.each([
    [{ kind: "ACCESS", since: "2026-01-01" }, "since"],
    [{ kind: "CHANGES", since: "2026-02-30" }, "since"],
    [{ kind: "ADOPTION", asOf: "2026-01-01T00:00:00Z" }, "asOf"],
  ])("are refused if they are asked for in another way: %j", async (input, field) => {
    const { report, userErrors } = await request(input);
    expect([report, userErrors]).toEqual([null, [expect.objectContaining({ code: "INVALID_INPUT" })]]);
    const { data } = await world.ask(
      "mutation($input: RequestReportInput!) { requestReport(input: $input) { userErrors { field } } }",
      { input },
      owner,
    );
    expect(data.requestReport.userErrors[0].field).toEqual(["input", field]);
  });

  it("X80 are another firm's for nobody: neither by id, nor as a file, nor row by row", async () => {
    const { id } = await made({ kind: "ACCESS" });
    const other = await world.firm();
    const stranger = await world.ownerToken(other);
    expect(await find(id, stranger)).toBeNull();
    expect((await world.ask("query($id: ID!) { node(id: $id) { id } }", { id }, stranger)).data.node).toBeNull();
    expect((await world.ask("{ reports(first: 100) { nodes { id } } }", {}, stranger)).data.reports.nodes).toEqual([]);
    const nobodys = `${id.slice(0, -1)}${id.endsWith("0") ? "1" : "0"}`;
    for (const ending of ["csv", "pdf"]) {
      expect((await fetchFile(`${id}.${ending}`, stranger)).status).toBe(404);
      expect((await fetchFile(`${nobodys}.${ending}`)).status).toBe(404);
    }
    expect(await eventsOf("REPORT_EXPORTED", stranger)).toEqual([]);
  });

  it("X80 are for owners, administrators and keys that may read the log, and a refusal is an event", async () => {
    const { id } = await made({ kind: "ACCESS" });
    const staff = await world.ownerToken({ owner: await world.member(firm.id, "STAFF") });
    for (const token of [staff, poorKey]) {
      const { errors } = await world.ask("query($id: ID!) { report(id: $id) { id } }", { id }, token);
      expect(errors?.[0]?.extensions.code).toBe("FORBIDDEN");
      const asked = await world.ask("mutation { requestReport(input: { kind: ACCESS }) { report { id } } }", {}, token);
      expect(asked.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
      expect((await fetchFile(`${id}.csv`, token)).status).toBe(403);
    }
    expect((await eventsOf("ACT_REFUSED")).map(({ data }) => data.act)).toEqual(
      expect.arrayContaining(["exportReport", "requestReport"]),
    );
    expect((await fetchFile(`${id}.csv`, "not a token")).status).toBe(401);
    const admin = await world.ownerToken({ owner: await world.member(firm.id, "ADMIN") });
    expect((await fetchFile(`${id}.csv`, admin)).status).toBe(200);
    expect((await rowsOf(id, 1, null, admin)).data.report.rows.nodes).toHaveLength(1);
  });

  it("are no file before they are ready, and take no other parameters", async () => {
    const id = await ask("access", { leaseUntil: far });
    expect((await fetchFile(`${id}.csv`)).status).toBe(404);
    expect((await rowsOf(id, 10)).data.report.rows.nodes).toEqual([]);
    const ready = await made({ kind: "ADOPTION" });
    for (const query of ["language=FR", "paper=A3", "paper=A4&paper=A4"])
      expect((await fetchFile(`${ready.id}.pdf?${query}`)).status).toBe(400);
    for (const path of ["nothing.csv", "rpt_.csv", `${ready.id}.txt`]) expect((await fetchFile(path)).status).toBe(404);
    await change(id, { status: "FAILED", leaseUntil: 0 });
  });

  it("are made once, whatever the number of servers", async () => {
    const ids = await Promise.all(["access", "adoption", "changes"].map((kind) => ask(kind as ReportKind)));
    await Promise.all([jobs().run(), jobs().run(), jobs().run()]);
    for (const id of ids) {
      const report = await rowOf(id);
      expect(report).toMatchObject({ status: "READY", attempts: 1, percent: 100, holder: null });
      const parts = await world.app.work.reader.findBy(ReportPart, { reportId: id });
      expect(parts.map(({ throughRow }) => throughRow)).toEqual(report?.rowTotal === 0 ? [] : [report?.rowTotal]);
    }
  });

  it("tell how much of them is made, and are held as long as a server works on them", async () => {
    const { id, go, run } = await halfMade(firm.id, 20);
    const { leaseUntil = 0 } = (await rowOf(id)) ?? {};
    const running = await until(async () => {
      const report = await find(id);
      return report.progress > 0 ? report : null;
    });
    expect(running).toMatchObject({ status: "RUNNING", facts: [], columns: [], rowCount: null });
    expect(running.progress).toBeLessThan(100);
    world.forward({ minutes: 5 });
    await until(async () => (((await rowOf(id))?.leaseUntil ?? 0) > leaseUntil + 4 * MINUTE_MS ? true : null));
    await jobs().run();
    go();
    await run;
    expect(await rowOf(id)).toMatchObject({ status: "READY", attempts: 1 });
  });

  it("are made anew by another server if the one that makes them dies, and nothing of it is left", async () => {
    // Killed, it neither renews its lease nor writes again.
    const { id, go, run } = await halfMade(firm.id, 2 ** 31 - 1);
    await world.app.work.do(async ({ manager }) => {
      await manager.insert(ReportPart, await partOf(id, 1, [["half a row"]]));
    });
    await jobs().run();
    expect((await rowOf(id))?.status).toBe("RUNNING");
    world.forward({ minutes: 1, seconds: 1 });
    await jobs().run();
    expect((await rowOf(id))?.status).toBe("READY");
    const csv = await textOf(`${id}.csv`);
    expect(csv).not.toContain("half a row");
    // It was not dead after all.
    go();
    await run;
    expect(await textOf(`${id}.csv`)).toBe(csv);
    expect(await rowOf(id)).toMatchObject({ status: "READY", attempts: 2 });
  });

  it("fail after three tries, and do not say what broke", async () => {
    const id = await ask("changes", { leaseUntil: far });
    class Broken extends AuditLog {
      // oxlint-disable-next-line require-yield -- it breaks first.
      override async *all(): AsyncGenerator<never> {
        throw new Error("the inner thing at line 7");
      }
    }
    for (let attempt = 1; attempt <= 3; attempt++) {
      await change(id, { leaseUntil: 0 });
      await jobs(new Broken(world.app.work)).run();
      await change(id, { leaseUntil: (await rowOf(id))?.status === "FAILED" ? 0 : far });
    }
    const failed = await find(id);
    expect(failed).toMatchObject({ status: "FAILED", progress: 0, facts: [], rowCount: null, readyAt: null });
    expect(JSON.stringify(failed)).not.toContain("line 7");
    await jobs().run();
    expect((await rowOf(id))?.status).toBe("FAILED");
  });

  it("are deleted after thirty days, with their rows", async () => {
    const { id } = await made({ kind: "ACCESS" });
    const sweep = new Sweep({ work: world.app.work, keys: WORLD_KEYS, log: silent, retention: retentionWith() });
    world.forward({ minutes: DAYS_30 - 5 });
    await sweep.run();
    expect(await rowOf(id)).not.toBeNull();
    owner = await world.ownerToken(firm);
    expect(await find(id)).toMatchObject({ status: "READY" });
    world.forward({ minutes: 6 });
    // Gone already, though the sweep comes once an hour.
    expect(await rowOf(id)).not.toBeNull();
    expect(await find(id)).toBeNull();
    expect((await world.ask("query($id: ID!) { node(id: $id) { id } }", { id }, owner)).data.node).toBeNull();
    const { nodes } = (await world.ask("{ reports(first: 100) { nodes { id } } }", {}, owner)).data.reports;
    expect(nodes.map((node: Data) => node.id)).not.toContain(id);
    for (const file of ["csv", "pdf"]) expect((await fetchFile(`${id}.${file}`, owner)).status).toBe(404);
    await sweep.run();
    expect(await rowOf(id)).toBeNull();
    expect(await world.app.work.reader.findBy(ReportPart, { reportId: id })).toEqual([]);
  });

  it("X81 are deleted with a client whom they may name, and none that is being made names the client", async () => {
    const other = await world.firm();
    owner = await world.ownerToken(firm);
    const token = await world.ownerToken(other);
    const { id: contactId } = await world.contact(token, "Nora Named", "nora@client.example");
    await world.mutate(
      "updateContact",
      "UpdateContactInput",
      "contact { id }",
      { contactId, name: "Nora Named-Anew" },
      token,
    );
    const [access, changes, adoption] = await Promise.all(
      ["ACCESS", "CHANGES", "ADOPTION"].map((kind) => made({ kind }, token)),
    );
    const monthly = await ask("access", { firmId: other.id, askedByMonth: "2026-11" });
    await jobs().run();
    expect((await find(monthly, token)).status).toBe("READY");
    expect(JSON.stringify((await rowsOf(monthly, 100, null, token)).data)).toContain("Nora");
    const { id, go, run } = await halfMade(other.id);
    const told = await world.ask(
      "query($contactId: ID!) { contactDeletion(contactId: $contactId) { reports } }",
      { contactId },
      token,
    );
    expect(told.data.contactDeletion).toEqual({ reports: 2 });
    await world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD }, token);
    const input = { contactId, reason: "Asked for it" };
    expect(codesOf(await world.mutate("deleteContact", "ContactReasonInput", "isErasing", input, token))).toEqual([]);
    expect((await eventsOf("CONTACT_DELETED", token))[0].data).toMatchObject({ reports: 2 });
    expect([await find(access.id, token), await find(changes.id, token)]).toEqual([null, null]);
    expect(await find(adoption.id, token)).toMatchObject({ status: "READY" });
    go();
    await run;
    await erasePersons();
    await jobs().run();
    expect((await rowOf(id, other.id))?.status).toBe("READY");
    const rows = JSON.stringify((await rowsOf(id, 100, null, token)).data);
    expect(rows).not.toContain("Nora");
    // The month's mail speaks of this one.
    expect((await rowOf(monthly, other.id))?.status).toBe("READY");
    expect(JSON.stringify((await rowsOf(monthly, 100, null, token)).data)).not.toContain("Nora");
    // As of before the deletion, and made after it.
    const asOf = access.asOf;
    const anew = await made({ kind: "ACCESS", asOf }, token);
    expect(JSON.stringify((await rowsOf(anew.id, 100, null, token)).data)).not.toContain("Nora");
  });

  it("X81 are taken by no server while a client is being erased, also if that has begun since it looked", async () => {
    const other = await world.firm();
    await world.ownerToken(other);
    const go = await hold(other.id);
    const id = await ask("access", { firmId: other.id });
    const { work } = world.app;
    // It has looked before.
    const looks = [[{ id, firmId: other.id }], []];
    const early: Work = Object.assign(Object.create(work), { unpreparedRows: async () => looks.shift() ?? [] });
    await new ReportJobs({ work: early, auditLog: new AuditLog(work), log: silent }).run();
    expect(await rowOf(id, other.id)).toMatchObject({ status: "PENDING", attempts: 0 });
    await go();
    await jobs().run();
    expect((await rowOf(id, other.id))?.status).toBe("READY");
  });

  it("X81 are made anew once a client's facts have left the log, if they were made before", async () => {
    const other = await world.firm();
    const token = await world.ownerToken(other);
    const { id: contactId } = await world.contact(token, "Lars Late", "lars@client.example");
    const { id } = await made({ kind: "ACCESS" }, token);
    await world.app.work.do(async (unit) => {
      const person = { contactId, accountId: null, keptAccountId: null };
      await unit.manager.delete(Contact, { id: contactId, firmId: other.id });
      await beginErasure(unit, other.id, person, ["lars@client.example"]);
    });
    expect(JSON.stringify((await rowsOf(id, 100, null, token)).data)).toContain("Lars Late");
    await erasePersons();
    world.forward({ minutes: 11 });
    await erasePersons();
    await jobs().run();
    expect((await rowOf(id, other.id))?.status).toBe("READY");
    expect(JSON.stringify((await rowsOf(id, 100, null, token)).data)).not.toContain("Lars");
  });
});
