import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import type { DataSource } from "typeorm";
import { migrations } from "../entities.js";
import { StartRefused } from "../platform/config/faults.js";
import { databaseAddress } from "../platform/database/database-address.js";
import { openDatabase } from "../platform/database/database.js";
import { neededTables, tableFaults, type NeededTable } from "../platform/database/table-check.js";
import { describeOnDatabases } from "../testing/databases.js";

const landed = JSON.parse(readFileSync(join(__dirname, "landed.json"), "utf8")) as {
  migrations: Record<string, string>;
  tables: NeededTable[];
};
const files = readdirSync(__dirname).filter((file) => /^\d+-.*\.ts$/.test(file));
const known = new Map(Object.entries(landed.migrations));

/** Of what a migration does: comments and layout may change. */
function digestOf(source: string): string {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
  return createHash("sha256")
    .update(code.replaceAll(/[\s,]+/g, ""))
    .digest("hex");
}
const digests = files.map((file) => [file, digestOf(readFileSync(join(__dirname, file), "utf8"))] as const);

describe("a migration that landed", () => {
  it("never changes again: databases that ran it would lack the change, so write a new migration", () => {
    const changed = digests.filter(([file, digest]) => known.has(file) && known.get(file) !== digest);
    expect(changed.map(([file]) => `${file} was changed after it landed: write a new migration instead`)).toEqual([]);
  });

  it("is never removed", () => {
    expect([...known.keys()].filter((file) => !files.includes(file))).toEqual([]);
  });

  it("is listed in landed.json from the day it lands", () => {
    const lines = digests.filter(([file]) => !known.has(file)).map(([file, digest]) => `"${file}": "${digest}"`);
    expect(lines).toEqual([]);
  });

  it("runs nothing of the code but what creates tables, which later versions may not change either", () => {
    const imports = files.flatMap((file) =>
      [...readFileSync(join(__dirname, file), "utf8").matchAll(/ from "(.+)";/g)].map(([, from]) => from),
    );
    expect([...new Set(imports)].toSorted()).toEqual([
      "../platform/database/leases.js",
      "../platform/database/schema-builder.js",
      "node:url",
      "typeorm",
    ]);
  });

  it.each([
    ["a comment", "// one\nawait runner.query(a);", "await runner.query(a);"],
    ["a docstring", "/** One. */ a", "a"],
    ["the layout", "f(\n  a,\n  b,\n);", "f(a, b);"],
  ])("may change in %s", (_what, one, other) => expect(digestOf(one)).toBe(digestOf(other)));

  it("may not change in a statement", () => {
    expect(digestOf("query(`ALTER TABLE a ADD b int NULL`)")).not.toBe(digestOf("query(`ALTER TABLE a ADD b int`)"));
  });
});

describeOnDatabases("a rolling update", (database) => {
  it("leaves the previous version everything that it needs: migrations only add", async () => {
    const source = await database.open();
    expect(landed.tables.length).toBeGreaterThan(30);
    expect(await tableFaults(source, landed.tables)).toEqual([]);
  });
});

describeOnDatabases("a database of the days between two versions of client-languages", (database) => {
  it("gets the column that the first one did not add", async () => {
    const upTo = migrations.findIndex(({ name }) => name.startsWith("ClientLanguages")) + 1;
    const old = await openDatabase({
      address: databaseAddress(database.url()),
      entities: [],
      migrations: migrations.slice(0, upTo),
    });
    await old.query("ALTER TABLE portal_mail_requests DROP COLUMN language");
    await old.destroy();
    const now = await database.open();
    expect(await tableFaults(now, neededTables(now))).toEqual([]);
    expect(await now.query("SELECT language FROM portal_mail_requests")).toEqual([]);
  });
});

describeOnDatabases("tables that are not those of this version", (database) => {
  const changes: [what: string, change: string, undo: string, fault: string | null][] = [
    [
      "a table is missing",
      "ALTER TABLE logos RENAME TO lost",
      "ALTER TABLE lost RENAME TO logos",
      "the table logos is missing",
    ],
    [
      "a column is missing",
      "ALTER TABLE firms RENAME COLUMN plan TO lost",
      "ALTER TABLE firms RENAME COLUMN lost TO plan",
      "the column firms.plan is missing",
    ],
    [
      "an index is missing",
      "DROP INDEX ix_contacts_email ON contacts",
      "CREATE INDEX ix_contacts_email ON contacts (firmId, email)",
      "the index ix_contacts_email of contacts is missing",
    ],
    [
      "an index has other columns",
      "DROP INDEX ix_contacts_email ON contacts; CREATE INDEX ix_contacts_email ON contacts (email)",
      "DROP INDEX ix_contacts_email ON contacts; CREATE INDEX ix_contacts_email ON contacts (firmId, email)",
      "the index ix_contacts_email of contacts is over email, not over firmId, email",
    ],
    [
      "a column that this version does not know must have a value",
      "ALTER TABLE audit_counters RENAME COLUMN lastSeq TO newSeq",
      "ALTER TABLE audit_counters RENAME COLUMN newSeq TO lastSeq",
      "the column audit_counters.newSeq is unknown to this version and must have a value",
    ],
    [
      "a unique index could refuse its rows",
      "CREATE UNIQUE INDEX uq_new ON contacts (firmId, id)",
      "DROP INDEX uq_new ON contacts",
      "the unique index uq_new of contacts is unknown to this version",
    ],
    [
      "there is a new table, an optional column, an index",
      "CREATE TABLE news (id varchar(30) NOT NULL PRIMARY KEY); ALTER TABLE firms ADD COLUMN added bigint NULL; CREATE UNIQUE INDEX uq_added ON firms (added); CREATE INDEX ix_added ON firms (plan)",
      "DROP INDEX uq_added ON firms; DROP INDEX ix_added ON firms; ALTER TABLE firms DROP COLUMN added; DROP TABLE news",
      null,
    ],
  ];
  const lost =
    "ALTER TABLE leases RENAME TO lost; CREATE TABLE leases (name varchar(64) NOT NULL, holder varchar(64) NOT NULL, expiresAt bigint NOT NULL";
  const found = "DROP TABLE leases; ALTER TABLE lost RENAME TO leases";
  changes.push([
    "a primary key has other columns",
    `${lost}, PRIMARY KEY (name, holder))`,
    found,
    "the primary key of leases is name, holder, not name",
  ]);
  // The tests' MySQL refuses such tables.
  if (database.name !== "mysql")
    changes.push(["a primary key is missing", `${lost})`, found, "the primary key of leases is missing"]);
  const again = "CREATE INDEX ix_contacts_email ON contacts (firmId, email)";
  if (!database.isServer)
    changes.push([
      "an index is only over some rows",
      `DROP INDEX ix_contacts_email; ${again} WHERE email IS NOT NULL`,
      `DROP INDEX ix_contacts_email; ${again}`,
      "the index ix_contacts_email of contacts is partial",
    ]);
  const [unused, used] = database.name === "mysql" ? ["INVISIBLE", "VISIBLE"] : ["IGNORED", "NOT IGNORED"];
  const onlyOnServers: typeof changes = [
    [
      "an index is not used",
      `ALTER TABLE contacts ALTER INDEX ix_contacts_email ${unused}`,
      `ALTER TABLE contacts ALTER INDEX ix_contacts_email ${used}`,
      `the index ix_contacts_email of contacts is ${unused.toLowerCase()}`,
    ],
    [
      "an index has only the beginning of a column",
      "DROP INDEX ix_contacts_email ON contacts; CREATE INDEX ix_contacts_email ON contacts (firmId, email(10))",
      `DROP INDEX ix_contacts_email ON contacts; ${again}`,
      "the index ix_contacts_email of contacts is over firmId, email(10), not over firmId, email",
    ],
    [
      "a unique index over the beginning of a column could refuse its rows",
      "CREATE UNIQUE INDEX uq_new ON contacts (firmId, id(10))",
      "DROP INDEX uq_new ON contacts",
      "the unique index uq_new of contacts is unknown to this version",
    ],
    [
      "a column is shorter",
      "ALTER TABLE firms MODIFY plan varchar(19) NOT NULL",
      "ALTER TABLE firms MODIFY plan varchar(20) NOT NULL",
      "the column firms.plan is varchar(19) NOT NULL, not varchar(20) NOT NULL",
    ],
    [
      "a column may be empty",
      "ALTER TABLE firms MODIFY plan varchar(20) NULL",
      "ALTER TABLE firms MODIFY plan varchar(20) NOT NULL",
      "the column firms.plan is varchar(20) NULL, not varchar(20) NOT NULL",
    ],
    [
      "a column has another type",
      "ALTER TABLE firms MODIFY createdAt datetime NOT NULL",
      "ALTER TABLE firms MODIFY createdAt bigint NOT NULL",
      "the column firms.createdAt is datetime NOT NULL, not bigint NOT NULL",
    ],
    [
      "text is compared without regard to case",
      "ALTER TABLE firms MODIFY plan varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL",
      "ALTER TABLE firms MODIFY plan varchar(20) NOT NULL",
      "the column firms.plan has the collation utf8mb4_general_ci, not a binary one",
    ],
    [
      "a newer version made room for longer text",
      "ALTER TABLE firms MODIFY plan varchar(40) NOT NULL",
      "ALTER TABLE firms MODIFY plan varchar(20) NOT NULL",
      null,
    ],
  ];

  it.each([...changes, ...(database.isServer ? onlyOnServers : [])])(
    "are refused by name, or accepted if they only have more: %s",
    async (_what, change, undo, fault) => {
      const operator = await openDatabase({ address: databaseAddress(database.url()), entities: [], migrations });
      try {
        await statements(operator, change);
        const outcome = await database.open().then(
          () => "accepted",
          // Any other error would be shown with its stack.
          (error: Error) => (error instanceof StartRefused ? error.message : `${error.stack}`),
        );
        expect(outcome).toContain(fault ?? "accepted");
        expect(outcome).not.toMatch(/\n +at /);
      } finally {
        await statements(operator, undo);
        await operator.destroy();
      }
      await expect(database.open()).resolves.toBeTruthy();
    },
  );

  async function statements(source: DataSource, text: string): Promise<void> {
    for (const statement of text.split("; "))
      // SQLite's indices have names of their own, MySQL's belong to a table.
      await source.query(database.isServer ? statement : statement.replace(/^(DROP INDEX \w+) ON \w+$/, "$1"));
  }
});
