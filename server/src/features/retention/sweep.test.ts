import { randomBytes } from "node:crypto";
import { beforeAll, expect, it } from "@jest/globals";
import { DAY_MS as day, retentionRules, retentionWith } from "@gatehouse/shared";
import type { DataSource } from "typeorm";
import { insertFirm } from "../firms/insert-firm.js";
import { createLog } from "../../platform/log.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { WORLD_KEYS } from "../../testing/world.js";
import { portalLinks } from "../work/portal-links.js";
import { Work } from "../work/unit-of-work.js";
import { expiringRows, Sweep } from "./sweep.js";

const now = Date.now();

describeOnDatabases("expired data", (database) => {
  let dataSource: DataSource;
  let work: Work;
  let references: Record<string, string>;
  beforeAll(async () => {
    dataSource = await database.open();
    work = new Work({
      dataSource,
      clock: { now: () => now },
      links: () => portalLinks("http://localhost"),
      enqueueMail: async () => undefined,
      onEvents: () => undefined,
      onMail: () => undefined,
    });
    const firm = await work.do((unit) => insertFirm(unit, { slug: "oak", name: "Oak", plan: "TEAM" }));
    references = { firmId: firm.id };
    references.endpointId = await insert("webhook_endpoints", {});
  });

  /** A row of any table, its columns filled with any accepted values. */
  async function insert(table: string, given: Record<string, unknown>): Promise<string> {
    const metadata = dataSource.entityMetadatas.find(({ tableName }) => tableName === table);
    if (!metadata) throw new Error(`no table ${table}`);
    const row = Object.fromEntries(
      metadata.columns.map(({ propertyName, isNullable, type }) => [
        propertyName,
        propertyName in given
          ? given[propertyName]
          : (references?.[propertyName] ??
            (isNullable ? null : type === "varchar" || type === "text" ? randomBytes(5).toString("hex") : 0)),
      ]),
    );
    await dataSource.manager.insert(metadata.target, row);
    return String(row[metadata.primaryColumns[0]?.propertyName ?? ""]);
  }
  const isThere = async (table: string, key: string, value: string): Promise<boolean> =>
    ((await dataSource.query(`SELECT ${key} FROM ${table} WHERE ${key} = ?`, [value])) as unknown[]).length > 0;
  const sweep = () => new Sweep({ work, keys: WORLD_KEYS, log: createLog("silent"), retention: retentionWith() }).run();

  it.each(
    expiringRows.map(({ kind, from, key, where }) => ({
      table: from.sqlText,
      key: key.sqlText,
      where: where.sqlText,
      keepMs: (retentionRules[kind].days ?? 0) * day,
    })),
  )(
    "$table where $where: is deleted when its time has come, and not a moment earlier",
    async ({ table, key, where, keepMs }) => {
      const moment = /(\w+) <= \?/.exec(where)?.[1] ?? "";
      const due = await insert(table, { [moment]: now - keepMs });
      const young = await insert(table, { [moment]: now - keepMs + 1 });
      expect(await sweep()).toBe(1);
      expect(await isThere(table, key, due)).toBe(false);
      expect(await isThere(table, key, young)).toBe(true);
    },
  );

  it("is kept for as long as the operator says", async () => {
    const short = new Sweep({
      work,
      keys: WORLD_KEYS,
      log: createLog("silent"),
      retention: retentionWith({ sessions: 90, mails: 7 }),
    });
    const old = [
      ["sessions", { expiresAt: now - 90 * day }],
      ["outbox_mails", { createdAt: now - 7 * day }],
    ] as const;
    const ids = await Promise.all(old.map(([table, given]) => insert(table, given)));
    expect(await sweep()).toBe(0);
    expect(await short.run()).toBeGreaterThanOrEqual(2);
    for (const [index, [table]] of old.entries()) expect(await isThere(table, "id", ids[index] ?? "")).toBe(false);
  });

  it("a pending mail and a wait in force stay, however old", async () => {
    const old = now - 1000 * day;
    const mail = await insert("outbox_mails", { encryptedContent: "waits", createdAt: old });
    const counter = await insert("attempt_counters", { windowEndsAt: old, blockedUntil: now + 1 });
    expect(await sweep()).toBe(0);
    expect(await isThere("outbox_mails", "id", mail)).toBe(true);
    expect(await isThere("attempt_counters", "keyDigest", counter)).toBe(true);
  });

  it("more than fits into one transaction is deleted in several", async () => {
    const digests = Array.from({ length: 1100 }, () => randomBytes(32).toString("hex"));
    await dataSource.query(
      `INSERT INTO idempotency_records (keyDigest, bodyDigest, state, claimedUntil, expiresAt) VALUES ${digests.map(() => "(?, 'b', 'DONE', 0, 0)").join(", ")}`,
      digests,
    );
    expect(await sweep()).toBe(1100);
    expect(await sweep()).toBe(0);
  });
});
