import { afterAll, beforeAll, expect, it } from "@jest/globals";
import Papa from "papaparse";
import { createLog } from "../../platform/log.js";
import { withoutFormulaGuard } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, OWNER_PASSWORD, WORLD_KEYS, World } from "../../testing/world.js";
import type { RequestContext } from "../callers/request-context.js";
import { ApiKeys } from "../api-keys/api-keys.service.js";
import { Attempts } from "../limits/attempts.service.js";
import { RefusedActs } from "../limits/refused-acts.service.js";
import { Sessions } from "../sessions/sessions.service.js";
import { Checkpoints } from "../checkpoints/checkpoints.service.js";
import { AuditExport } from "./audit-export.service.js";
import { ExportAccess } from "./export-access.js";
import { AuditLog } from "../audit/audit-log.service.js";
import { systemActor, type RecordedEvent } from "../work/unit-of-work.js";

type Event = Record<"id" | "cursor" | "type" | "occurredAt" | "summary" | "actorKind", string> &
  Record<"actorName" | "reason" | "ipAddress" | "userAgent", string | null> & {
    contact: { name: string } | null;
    methods?: string[] | null;
    changes?: unknown[];
    data?: object;
  };

describeOnDatabases("the audit log as a file", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const ask = (query = "", headers: Record<string, string> = {}, method = "GET"): Promise<Response> =>
    world.raw({ path: `/audit-log.csv${query}`, method, headers });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const refusalOf = async (response: Response): Promise<[number, string]> => {
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    return [response.status, errors[0]?.extensions.code ?? ""];
  };
  const rowsIn = async (response: Response): Promise<string[][]> => {
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    return Papa.parse<string[]>(bytes.subarray(3).toString("utf8"), { skipEmptyLines: true }).data.slice(1);
  };
  /** What the API returns for the same events. */
  async function eventsOf(token: string, filter: object, fields = ""): Promise<Event[]> {
    const events: Event[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { data } = await world.ask(
        `query($after: String, $filter: AuditEventFilter) { auditEvents(first: 100, after: $after, filter: $filter) {
          nodes { id cursor type occurredAt summary actorKind actorName reason ipAddress userAgent contact { name } ${fields} } pageInfo { hasNextPage endCursor } } }`,
        { after, filter },
        token,
      );
      events.push(...data.auditEvents.nodes);
      ({ hasNextPage: more, endCursor: after } = data.auditEvents.pageInfo);
    }
    return events;
  }
  const [TIME, SUMMARY, WHO, KIND, CLIENT, REASON, ADDRESS, PROGRAM, TYPE, ID] = [0, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const [PROVEN_BY, CHANGED, METHODS, CHANGES, DATA] = [11, 12, 13, 14, 15];
  const asRow = (event: Event): [number, string | null][] => [
    [TIME, event.occurredAt],
    [SUMMARY, event.summary],
    [WHO, event.actorName],
    [KIND, event.actorKind],
    [CLIENT, event.contact?.name ?? null],
    [REASON, event.reason],
    [ADDRESS, event.ipAddress],
    [PROGRAM, event.userAgent],
    [TYPE, event.type],
    [ID, event.id],
  ];
  /** What a cell of JSON holds. */
  const jsonIn = (cell = ""): unknown => JSON.parse(withoutFormulaGuard(cell));
  const record = (events: Omit<RecordedEvent & { type: "CONTACT_UPDATED" }, "type" | "firmId" | "actor">[], by = {}) =>
    world.app.work.do(async (unit) => {
      for (const event of events)
        unit.record({ type: "CONTACT_UPDATED", firmId: firm.id, actor: { ...systemActor, ...by }, ...event });
    });

  it("contains every event that auditEvents returns, in its order, even if there are thousands", async () => {
    await record(Array.from({ length: 2300 }, (_, at) => ({ data: { name: `Client ${at.toString()}, "Ltd"; Zoë` } })));
    const rows = await rowsIn(await ask("", bearer(owner)));
    const events = await eventsOf(owner, {});
    expect(rows.length).toBeGreaterThan(2300);
    expect(rows.map((row) => row[ID])).toEqual(events.map(({ id }) => id));
    for (const [at, event] of events.entries())
      for (const [column, value] of asRow(event))
        expect([at, column, rows[at]?.[column]]).toEqual([at, column, value ?? ""]);
    expect(events.slice(0, 2).map(({ summary }) => summary)).toEqual([
      `Gatehouse signed the log up to event ${events.length - 1}.`,
      "Olive Owner exported the whole audit log.",
    ]);
  });

  it("contains what the filter selects, as auditEvents does", async () => {
    const other = await world.firm();
    const token = await world.ownerToken(other);
    const { contactId } = await world.client(other, token);
    const since = new Date(world.now()).toISOString();
    world.forward({ seconds: 5 });
    const reader = await world.key(token, ["AUDIT_READ"]);
    const { data } = await world.ask("{ viewer { ... on TeamMember { id } } apiKeys { id } }", {}, token);
    const filters: [query: string, filter: object][] = [
      ["types=CONTACT_CREATED,ACCOUNT_CREATED", { types: ["CONTACT_CREATED", "ACCOUNT_CREATED"] }],
      ["actorKinds=CLIENT", { actorKinds: ["CLIENT"] }],
      [`actorId=${data.viewer.id}`, { actorId: data.viewer.id }],
      [`contactId=${contactId}`, { contactId }],
      [`since=${since}`, { since }],
      [`until=${since}&types=ACCOUNT_CREATED`, { until: since, types: ["ACCOUNT_CREATED"] }],
      [`actorId=${data.apiKeys[0].id}`, { actorId: data.apiKeys[0].id }],
    ];
    let counted = 0;
    for (const [query, filter] of filters) {
      // A new key each time: an export costs a good part of a minute's budget.
      const rows = await rowsIn(await ask(`?${query}`, bearer(await world.key(token, ["AUDIT_READ"]))));
      const events = await eventsOf(token, filter);
      const made = events.findIndex(({ id }) => id === rows[0]?.[ID]);
      expect([query, rows.map((row) => row[ID])]).toEqual([query, events.slice(made).map(({ id }) => id)]);
      counted += rows.length;
    }
    expect(counted).toBeGreaterThan(8);
    const whole = await eventsOf(token, {});
    const byClients = whole.filter(({ actorKind }) => actorKind === "CLIENT");
    expect((await eventsOf(token, { actorKinds: ["CLIENT"] })).map(({ id }) => id)).toEqual(
      byClients.map(({ id }) => id),
    );
    const byOwner = whole.filter(({ actorKind }) => actorKind === "TEAM_MEMBER");
    expect(await eventsOf(token, { actorId: data.viewer.id })).toEqual(byOwner);
    for (const some of [byClients, byOwner])
      expect([some.length > 0, some.length < whole.length]).toEqual([true, true]);
    expect((await rowsIn(await ask("?types=PLAN_CHANGED", bearer(reader)))).length).toBe(0);
    expect((await eventsOf(token, {}))[1]?.summary).toBe("A key of the tests exported part of the audit log.");
  });

  it("says how somebody proved who they are and what changed, for people and for programs", async () => {
    const other = await world.firm();
    const token = await world.ownerToken(other);
    const { id } = await world.contact(token);
    const data = { name: "Maya Fields" };
    const changes = [
      { field: "email", before: "a@x.example", after: "b@y.example" },
      { field: "tags", before: null, after: ["-1", "=2", -3] },
    ];
    await world.app.work.do(async (unit) => {
      const event = { firmId: other.id, actor: systemActor, contactId: id };
      unit.record({ type: "CONTACT_UPDATED", ...event, changes, data });
      const email = "maya@client.example";
      unit.record({ type: "PASSWORD_CHANGED", ...event, methods: ["PASSWORD", "TOTP"], data: { email, by: "change" } });
    });
    const file = await ask("", bearer(token));
    expect((await file.clone().text()).split("\r\n")[0]).toMatch(
      /"Id","Proven by","What changed","Methods","Changes \(JSON\)","Data \(JSON\)","Erased"$/,
    );
    const rows = await rowsIn(file);
    const events = await eventsOf(token, {}, "methods changes { field before after } data");
    expect(rows.map((row) => [row[METHODS], jsonIn(row[CHANGES]), jsonIn(row[DATA])])).toEqual(
      events.map((event) => [event.methods?.join(" ") ?? "", event.changes, event.data]),
    );
    const [proven, changed] = ["PASSWORD_CHANGED", "CONTACT_UPDATED"].map((type) =>
      rows.find((row) => row[TYPE] === type),
    );
    expect([proven?.[PROVEN_BY], proven?.[METHODS], proven?.[CHANGED], proven?.[CHANGES]]).toEqual([
      "password, a code from the app",
      "PASSWORD TOTP",
      "",
      "[]",
    ]);
    expect(jsonIn(proven?.[DATA])).toEqual({ email: "maya@client.example", by: "change" });
    expect(withoutFormulaGuard(changed?.[CHANGED] ?? "")).toBe(
      "email: a@x.example → b@y.example; tags: none → -1, =2, -3",
    );
    expect(changed?.[CHANGED]).toContain("tags: none → -1,' =2,' -3");
    expect([jsonIn(changed?.[CHANGES]), jsonIn(changed?.[DATA])]).toEqual([changes, data]);
    expect([changed?.[PROVEN_BY], changed?.[METHODS]]).toEqual(["", ""]);
  });

  it("is an event that says what was exported", async () => {
    const other = await world.firm();
    const token = await world.ownerToken(other);
    const key = bearer(await world.key(token, ["AUDIT_READ"]));
    await (await ask("", key)).text();
    const { contactId } = await world.client(other, token);
    const query = `types=CONTACT_CREATED&contactId=${contactId}&actorKinds=CLIENT&actorId=x&since=2026-01-31T01:00:00%2B01:00&until=2026-02-01T00:00:00Z`;
    await (await ask(`?${query}`, key)).text();
    expect((await eventsOf(token, { types: ["AUDIT_LOG_EXPORTED"] }, "data")).map(({ data }) => data)).toEqual([
      {
        isWhole: false,
        file: "csv",
        filter: {
          types: ["CONTACT_CREATED"],
          contactId,
          actorKinds: ["CLIENT"],
          actorId: "x",
          since: "2026-01-31T00:00:00.000Z",
          until: "2026-02-01T00:00:00.000Z",
        },
      },
      { isWhole: true, file: "csv", filter: {} },
    ]);
    const cursor = (await eventsOf(token, {}))[0]?.cursor ?? "";
    await (await world.raw({ path: `/audit-log.jsonl?after=${cursor}`, headers: key })).text();
    const [event] = await eventsOf(token, { types: ["AUDIT_LOG_EXPORTED"] }, "data");
    expect(event?.data).toEqual({ isWhole: false, file: "jsonl", filter: { afterSeq: expect.any(Number) } });
  });

  it("X15 contains no formula for any program, whatever separator it assumes, and every cell is quoted", async () => {
    const nasty = [
      "Harbor;=cmd|'/C calc'!A0",
      'Harbor; =HYPERLINK("http://evil.example")',
      'a;"=1+1";b',
      "a,+1",
      "a\t@SUM(1)",
      "a\n-1",
      "a;＝1",
      "a|=1",
    ];
    await record(
      nasty.map((reason) => ({ reason, data: { name: reason } })),
      { name: "Ann;=1+1" },
    );
    const answer = await ask("?types=CONTACT_UPDATED", bearer(await world.key(owner, ["AUDIT_READ"])));
    const text = (await answer.text()).replace("\uFEFF", "");
    for (const delimiter of [",", ";", "\t", "|"])
      for (const quoteChar of ['"', "\u0000"]) {
        const cells = Papa.parse<string[]>(text, { delimiter, quoteChar }).data.flat();
        expect([delimiter, cells.filter((cell) => /^[\s"]*[=+\-@＝]/.test(cell))]).toEqual([delimiter, []]);
      }
    const rows = Papa.parse<string[]>(text).data.slice(1, nasty.length + 1);
    expect(rows.map((row) => withoutFormulaGuard(row[REASON] ?? ""))).toEqual(nasty.toReversed());
    expect(Papa.unparse(Papa.parse<string[]>(text.trimEnd()).data, { quotes: true })).toBe(text.trimEnd());
  });

  it("no cell is a formula, whoever named it, even after a line break", async () => {
    const nasty = ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "=1\nmore"];
    await record(
      nasty.map((reason) => ({ reason, data: { name: reason } })),
      { name: '=cmd|"/c calc"!A1' },
    );
    const rows = await rowsIn(await ask("?types=CONTACT_UPDATED", { ...bearer(owner), "user-agent": "=1+1" }));
    const cells = rows.flat();
    expect(cells.filter((cell) => /^[=+\-@＝\s]/.test(cell))).toEqual([]);
    const reasons = rows.slice(0, nasty.length).map((row) => row[REASON] ?? "");
    expect(reasons.filter((reason) => !reason.startsWith("'"))).toEqual([]);
    expect(reasons.map(withoutFormulaGuard)).toEqual(nasty.toReversed());
    expect(rows[0]?.[WHO]).toBe(`'=cmd|"/c calc"!A1`);
    expect((await eventsOf(owner, { types: ["AUDIT_LOG_EXPORTED"] }))[0]?.userAgent).toBe("=1+1");
  });

  it("is for owners, administrators and keys with AUDIT_READ; a refused attempt exports nothing", async () => {
    const other = await world.firm();
    const token = await world.ownerToken(other);
    const member = async (role: "ADMIN" | "STAFF"): Promise<string> =>
      (
        await world.signIn("teamSignIn", "TeamSignInInput", {
          email: await world.member(other.id, role),
          password: OWNER_PASSWORD,
        })
      ).result.sessionToken;
    const client = (await world.client(other, token)).created.result.sessionToken;
    const gone = await world.ownerToken(other);
    await world.ask("mutation { signOut { userErrors { code } } }", {}, gone);
    const others = [
      "CONTACTS_READ",
      "CONTACTS_WRITE",
      "ACCESS_WRITE",
      "ACCESS_RESET",
      "POLICY_WRITE",
      "WEBHOOKS_WRITE",
    ];
    const refused: [who: string, headers: Record<string, string>, code: string][] = [
      ["nobody", {}, "UNAUTHENTICATED"],
      ["somebody outside the team", { "gatehouse-audience": "team" }, "UNAUTHENTICATED"],
      ["a made-up token", bearer("ghk_made-up"), "UNAUTHENTICATED"],
      ["somebody who has signed out", bearer(gone), "UNAUTHENTICATED"],
      ["staff", bearer(await member("STAFF")), "FORBIDDEN"],
      ["a client", bearer(client), "FORBIDDEN"],
      ["a key without the scope", bearer(await world.key(token, others)), "FORBIDDEN"],
    ];
    for (const [who, headers, code] of refused)
      expect([who, await refusalOf(await ask("", headers))]).toEqual([who, [code === "FORBIDDEN" ? 403 : 401, code]]);
    expect(await eventsOf(token, { types: ["AUDIT_LOG_EXPORTED"] })).toEqual([]);
    for (const allowed of [await member("ADMIN"), await world.key(token, ["AUDIT_READ"])])
      expect((await rowsIn(await ask("", bearer(allowed)))).length).toBeGreaterThan(0);
    // One firm's export contains nothing of another.
    const ours = new Set((await eventsOf(owner, {})).map(({ id }) => id));
    const theirs = await rowsIn(await ask("", bearer(token)));
    expect(theirs.filter((row) => ours.has(row[ID] ?? ""))).toEqual([]);
  });

  it("a session's cookie counts only for the team's page: not for a link, another site or the portal's page", async () => {
    const { email } = await world.client(firm, owner);
    const cookieOf = async (field: string, type: string, input: object): Promise<string> => {
      const { headers } = await world.ask(
        `mutation($input: ${type}!) { ${field}(input: $input) { userErrors { code } } }`,
        { input },
      );
      return headers
        .getSetCookie()
        .map((cookie) => cookie.split(";")[0] ?? "")
        .join("; ");
    };
    const team = await cookieOf("teamSignIn", "TeamSignInInput", { email: firm.owner, password: OWNER_PASSWORD });
    const portal = await cookieOf("portalSignIn", "PortalSignInInput", {
      firmSlug: firm.slug,
      email,
      password: CLIENT_PASSWORD,
    });
    const cookie = `${team}; ${portal}`;
    const page = { cookie, "gatehouse-audience": "team" };
    expect(await refusalOf(await ask("", { cookie }))).toEqual([401, "UNAUTHENTICATED"]);
    expect(await refusalOf(await ask("", { ...page, "gatehouse-audience": "portal" }))).toEqual([403, "FORBIDDEN"]);
    expect(await refusalOf(await ask("", { ...page, origin: "https://evil.example" }))).toEqual([403, "FORBIDDEN"]);
    for (const site of ["cross-site", "same-site"])
      expect(await refusalOf(await ask("", { ...page, "sec-fetch-site": site }))).toEqual([403, "FORBIDDEN"]);
    expect((await rowsIn(await ask("", { ...page, "sec-fetch-site": "same-origin" }))).length).toBeGreaterThan(0);
  });

  it("an unknown filter is refused, and so is another method", async () => {
    for (const query of [
      "types=NONSENSE",
      "type=CONTACT_CREATED",
      "since=yesterday",
      "actorKinds=",
      "actorId=a&actorId=b",
    ])
      expect([query, await refusalOf(await ask(`?${query}`, bearer(await world.key(owner, ["AUDIT_READ"]))))]).toEqual([
        query,
        [400, "BAD_USER_INPUT"],
      ]);
    for (const method of ["POST", "PUT", "DELETE"]) expect((await ask("", bearer(owner), method)).status).toBe(405);
  });

  it("is aborted once the session has ended or lost the right, so that no partial file looks complete", async () => {
    const { work } = world.app;
    const sessions = new Sessions(work);
    const apiKeys = new ApiKeys({ work, log: createLog("silent") });
    const refusedActs = new RefusedActs({ work, attempts: new Attempts(work), log: createLog("silent") });
    const auditExport = new AuditExport({
      work,
      log: new AuditLog(work),
      checkpoints: new Checkpoints({ work, keys: WORLD_KEYS }),
      exportAccess: new ExportAccess({ sessions, apiKeys, refusedActs }),
    });
    const email = await world.member(firm.id, "ADMIN");
    const { result } = await world.signIn("teamSignIn", "TeamSignInInput", { email, password: OWNER_PASSWORD });
    const begin = async () =>
      auditExport.begin({}, {
        caller: await sessions.authenticate(result.sessionToken),
        source: { ipAddress: null, userAgent: null },
      } as RequestContext);
    const [ended, demoted] = [await begin(), await begin()];
    for (const file of [ended, demoted]) {
      expect((await file.next()).value).toContain("Time (UTC)");
      expect((await file.next()).done).toBe(false);
    }
    await work.reader.query("UPDATE team_members SET role = 'STAFF' WHERE email = ?", [email]);
    await expect(demoted.next()).rejects.toThrow("the role OWNER or ADMIN");
    await world.ask("mutation { signOut { userErrors { code } } }", {}, result.sessionToken);
    await expect(ended.next()).rejects.toThrow("Sign in first.");
  });

  it("may be requested three times a minute at most, and then says when to retry", async () => {
    const key = await world.key(owner, ["AUDIT_READ"]);
    for (let times = 0; times < 3; times++) await (await ask("", bearer(key))).text();
    const response = await ask("", bearer(key));
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refusalOf(response)).toEqual([429, "RATE_LIMITED"]);
  });
});
