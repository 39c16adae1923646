import { randomBytes } from "node:crypto";
import { beforeAll, expect, it } from "@jest/globals";
import type { EntityMetadata } from "typeorm";
import { entities } from "../entities.js";
import { featureModules } from "../feature-modules.js";
import { disableFirm } from "../features/firms/disabled-firms.js";
import { mailModule } from "../features/mail/mail.module.js";
import { portalMailRequestsModule } from "../features/portal-mail-requests/portal-mail-requests.module.js";
import { ReportSchedule } from "../features/report-schedule/report-schedule.entity.js";
import { describeOnDatabases } from "../testing/databases.js";
import { gatehouse } from "../testing/server-process.js";
import { World } from "../testing/world.js";
import { firmRowsOf } from "./firm-tables.js";

const KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;
/** Whoever creates an account opens a mail. */
const butMails = featureModules.filter((one) => one !== mailModule && one !== portalMailRequestsModule);
/** More than one transaction deletes. */
const MANY = 1200;

describeOnDatabases("a firm that is deleted", (database) => {
  let firm: { id: string; slug: string; owner: string };
  let neighbour: { id: string; slug: string; owner: string };
  /** The rows of each table before the firm came. */
  let before: Record<string, unknown[]>;
  const command = (...args: string[]) => gatehouse(args, { DATABASE_URL: database.url(), SECRET_KEYS: KEYS });
  const refusal = (...args: string[]) =>
    command(...args).then(
      () => "done",
      ({ code, stderr }: { code: number; stderr: string }) => `${code} ${stderr}`,
    );
  /** Without workers, or they would process the rows that the tests write, as if somebody had asked for something. */
  const withWorld = async <T>(
    act: (world: World) => Promise<T>,
    withoutWorkersOf: typeof featureModules = featureModules,
  ): Promise<T> => {
    const world = await World.start(database.url(), {}, { withoutWorkersOf });
    try {
      return await act(world);
    } finally {
      await world.stop();
    }
  };
  /** All rows that can be a firm's, whoever's they are. */
  const snapshot = () =>
    withWorld(async ({ app }) => {
      const { connection } = app.work.reader;
      const tables: Record<string, unknown[]> = {};
      for (const entity of entities.filter((each) => firmRowsOf(each) !== null)) {
        const { tableName, primaryColumns } = connection.getMetadata(entity);
        const key = primaryColumns.map(({ databaseName }) => databaseName).join(", ");
        tables[tableName] = await connection.query(`SELECT * FROM ${tableName} ORDER BY ${key}`);
      }
      return tables;
    });
  /** A row of the firm in a table, its other columns filled with any accepted values. */
  const rowOf = ({ columns, tableName }: EntityMetadata, ids: Record<string, string>) =>
    Object.fromEntries(
      columns.map(({ propertyName, isNullable, isPrimary, type, length }) => [
        propertyName,
        (propertyName === "id" && ids[tableName]) ||
          ids[propertyName] ||
          (type === "varchar" || type === "text" || type === "blob"
            ? isNullable && !isPrimary
              ? null
              : randomBytes(16)
                  .toString("hex")
                  .slice(0, Number(length) || 32)
            : 0),
      ]),
    );
  /** What no act of these tests leaves behind: two rows in each table, for a client and for a member of the team. */
  const fill = (world: World) =>
    world.app.work.do(async ({ manager }) => {
      const one = async (table: string) =>
        (
          (await manager.query(`SELECT id FROM ${table} WHERE firmId = ? ORDER BY id LIMIT 1`, [firm.id])) as {
            id: string;
          }[]
        )[0]?.id ?? "";
      const [member, account, contact] = await Promise.all(["team_members", "portal_accounts", "contacts"].map(one));
      for (const ownerId of [member ?? "", account ?? ""]) {
        const ids: Record<string, string> = {
          firmId: firm.id,
          ownerId,
          contactId: contact ?? "",
          portalAccountId: account ?? "",
          accountId: account ?? "",
          teamMemberId: member ?? "",
        };
        for (const name of ["requestId", "rollOutId", "endpointId", "reportId"])
          ids[name] = randomBytes(15).toString("hex");
        ids.client_requests = ids.requestId ?? "";
        ids.roll_outs = ids.rollOutId ?? "";
        ids.webhook_endpoints = ids.endpointId ?? "";
        ids.reports = ids.reportId ?? "";
        for (const entity of entities) {
          const metadata = manager.connection.getMetadata(entity);
          const rows = firmRowsOf(entity);
          const isOnePerFirm = metadata.primaryColumns.every(({ propertyName }) => propertyName === "firmId");
          // A person who signs in belongs to a member, whom the tests make.
          if (rows?.of?.length === 0) continue;
          if (rows === null || metadata.tableName === "firms" || isOnePerFirm) continue;
          await manager.createQueryBuilder().insert().into(entity).values(rowOf(metadata, ids)).orIgnore().execute();
        }
      }
      // Far ahead, so that no server asks for reports.
      await manager.insert(ReportSchedule, { firmId: firm.id, askedMonth: "9999-11", mailedMonth: "9999-11" });
    });

  beforeAll(async () => {
    neighbour = await withWorld(async (world) => {
      const other = await world.firm();
      await world.client(other, await world.ownerToken(other));
      return other;
    }, butMails);
    before = await snapshot();
    firm = await withWorld(async (world) => {
      const made = await world.firm();
      const owner = await world.ownerToken(made);
      const { created } = await world.client(made, owner);
      await world.enroll({ token: created.result.sessionToken });
      const contacts = Array.from({ length: MANY / 2 }, (_, n) => ({ externalId: `c${n}`, name: `Contact ${n}` }));
      for (const half of [contacts.slice(0, MANY / 4), contacts.slice(MANY / 4)])
        await world.mutate("upsertContacts", "UpsertContactsInput", "outcomes", { contacts: half }, owner);
      return made;
    }, butMails);
    await withWorld(fill);
  }, 120_000);

  it("has rows in every table before", async () => {
    const now = await snapshot();
    const same = Object.keys(now).filter((table) => now[table]?.length === before[table]?.length);
    expect(same.filter((table) => !["brandings", "logos"].includes(table))).toEqual([]);
    expect(now.search_words?.length).toBeGreaterThan(MANY);
  });

  it("stays while it is open, and while nobody has typed its slug", async () => {
    expect(await refusal("firm", "delete", "--slug", firm.slug, "--yes")).toMatch(/^1 .*is open: run "firm disable/);
    await withWorld(({ app }) => app.work.do((unit) => disableFirm(unit, firm.id)));
    expect(await refusal("firm", "delete", "--slug", firm.slug)).toMatch(
      /^1 There is no terminal to ask at: add --yes/,
    );
    expect(await refusal("firm", "delete", "--slug", "nobody", "--yes")).toMatch(/^1 There is no firm/);
    expect(await refusal("firm", "delete", "--yes")).toMatch(/^2 /);
    expect(await command("firm", "list")).toContain(firm.slug);
  });

  it("leaves nothing of itself in any table, and everything of other firms as it was", async () => {
    const said = await command("firm", "delete", "--slug", firm.slug, "--yes");
    expect(said).toMatch(/To keep a copy, run "firm export/);
    expect(said).toMatch(/is deleted: \d{4} rows/);
    expect(await snapshot()).toEqual(before);
    expect(await refusal("firm", "delete", "--slug", firm.slug, "--yes")).toMatch(/^1 There is no firm/);
    await withWorld(async (world) => expect(await world.ownerToken(neighbour)).toBeTruthy());
  });
});
