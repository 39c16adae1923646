import { beforeAll, beforeEach, expect, it } from "@jest/globals";
import type { DataSource } from "typeorm";
import { letter } from "../mail/letter.js";
import { systemActor, Work, type UnitOfWork, type WorkEnvironment } from "./unit-of-work.js";
import { migrations } from "../../entities.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { inTransaction } from "../../platform/database/transaction.js";
import { portalLinks } from "./portal-links.js";

const FIRM = "frm_database_test";

async function addFirm(source: DataSource): Promise<void> {
  const columns = source.getMetadata("firms").columns.map(({ propertyName, type, isNullable }) => ({
    name: propertyName,
    value: isNullable ? null : propertyName === "id" ? FIRM : type === "varchar" ? "FREE" : 0,
  }));
  await source.query(
    `INSERT INTO firms (${columns.map(({ name }) => name).join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
    columns.map(({ value }) => value),
  );
  await source.query("INSERT INTO audit_counters (firmId, lastSeq) VALUES (?, 0)", [FIRM]);
}
const lastSeq = async (source: DataSource) => {
  const [row] = (await source.query("SELECT lastSeq FROM audit_counters WHERE firmId = ?", [FIRM])) as {
    lastSeq: number;
  }[];
  return Number(row?.lastSeq);
};
const times = (count: number) => Array.from({ length: count }, (_, index) => index);

describeOnDatabases("units of work and their database", (database) => {
  let source: DataSource;
  beforeAll(async () => {
    [source] = (await Promise.all(times(3).map(() => database.open()))) as [DataSource];
    await addFirm(source);
  });
  beforeEach(async () => {
    await source.query("UPDATE audit_counters SET lastSeq = 0");
  });

  it("migrates once when three instances start together", async () => {
    const rows = (await source.query("SELECT name FROM migrations")) as unknown[];
    expect(rows).toHaveLength(migrations.length);
  });

  it("has tables exactly as the entities say", async () => {
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it("sees within a transaction what others commit meanwhile, on every connection of the pool", async () => {
    // SQLite lets nobody else write meanwhile.
    if (!database.isServer) return;
    const all = 9;
    const readers = { begun: 0, begin: () => undefined as void };
    const haveBegun = new Promise<void>((resolve) => (readers.begin = resolve));
    const committed = haveBegun.then(() => source.query("UPDATE audit_counters SET lastSeq = 7"));
    const seen = await Promise.all(
      times(all).map((n) =>
        inTransaction(
          source,
          async (manager) => {
            const read = async () =>
              (
                (await manager.query("SELECT lastSeq FROM audit_counters WHERE firmId = ?", [FIRM])) as {
                  lastSeq: number;
                }[]
              )[0]?.lastSeq;
            const before = await read();
            if (++readers.begun === all) readers.begin();
            await committed;
            return [Number(before), Number(await read())];
          },
          { tenant: `tenant ${n}`, caller: null },
        ),
      ),
    );
    expect(seen).toEqual(times(all).map(() => [0, 7]));
  });

  it("loses no update of 20 parallel transactions", async () => {
    await Promise.all(
      times(20).map(() =>
        inTransaction(source, (manager) =>
          manager.query("UPDATE audit_counters SET lastSeq = lastSeq + 1 WHERE firmId = ?", [FIRM]),
        ),
      ),
    );
    expect(await lastSeq(source)).toBe(20);
  });

  it("shows nobody what is rolled back", async () => {
    const failed = inTransaction(source, async (manager) => {
      await manager.query("UPDATE audit_counters SET lastSeq = 99 WHERE firmId = ?", [FIRM]);
      expect(await lastSeq(source)).toBe(0);
      throw new Error("rolled back");
    });
    await expect(failed).rejects.toThrow("rolled back");
    expect(await lastSeq(source)).toBe(0);
  });

  const workWith = (enqueueMail: WorkEnvironment["enqueueMail"]) =>
    new Work({
      dataSource: source,
      clock: { now: () => Date.now() },
      enqueueMail,
      links: () => portalLinks("http://localhost"),
      onEvents: () => undefined,
      onMail: () => undefined,
    });

  it.each<[string, WorkEnvironment["enqueueMail"], (unit: UnitOfWork) => void]>([
    [
      "event",
      async () => undefined,
      // A firm without a counter has no log.
      (unit) => unit.record({ type: "CONTACT_CREATED", firmId: "nobody", actor: systemActor, data: { name: "x" } }),
    ],
    [
      "mail",
      () => Promise.reject(new Error("no room in the outbox")),
      (unit) =>
        unit.mail({ firmId: FIRM, to: "a@b.example", content: letter({ firmName: "x", subject: "x", blocks: [] }) }),
    ],
  ])("keeps no fact whose %s cannot be written, and shows it to nobody before", async (_what, enqueueMail, tell) => {
    let seen = 0;
    const failed = workWith(async (...mail) => {
      seen = await lastSeq(source);
      return enqueueMail(...mail);
    }).do(async (unit) => {
      await unit.manager.query("UPDATE audit_counters SET lastSeq = 99 WHERE firmId = ?", [FIRM]);
      tell(unit);
    });
    await expect(failed).rejects.toThrow(/no longer exists|no room/);
    expect([seen, await lastSeq(source)]).toEqual([0, 0]);
  });

  it("numbers events without gaps under 50 parallel units of work, some of which roll back", async () => {
    const work = workWith(async () => undefined);
    await Promise.allSettled(
      times(50).map((index) =>
        work.do(async (unit) => {
          unit.record({ type: "CONTACT_CREATED", firmId: FIRM, actor: systemActor, data: { name: index.toString() } });
          await unit.manager.query("SELECT 1");
          if (index % 5 === 0) throw new Error("rolled back");
        }),
      ),
    );
    const rows = (await source.query("SELECT seq FROM audit_events ORDER BY seq")) as { seq: number }[];
    expect(rows.map(({ seq }) => Number(seq))).toEqual(times(40).map((index) => index + 1));
  });
});
