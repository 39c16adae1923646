import { inspect } from "node:util";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import mysql2, { type Connection, type QueryOptions } from "mysql2";
import { describeOnMysql } from "../../testing/databases.js";
import { executeRows, planRows } from "./planned-rows.js";

const COLUMNS = [
  "TINYINT",
  "TINYINT UNSIGNED",
  "SMALLINT",
  "SMALLINT UNSIGNED",
  "MEDIUMINT",
  "MEDIUMINT UNSIGNED",
  "INT",
  "INT UNSIGNED",
  "BIGINT",
  "BIGINT UNSIGNED",
  "FLOAT",
  "DOUBLE",
  "DECIMAL(20,5)",
  "YEAR",
  "CHAR(26) CHARACTER SET ascii",
  "VARCHAR(200) CHARACTER SET utf8mb4",
  "VARCHAR(50) CHARACTER SET latin1",
  "LONGTEXT CHARACTER SET utf8mb4",
  "BINARY(4)",
  "VARBINARY(300)",
  "MEDIUMBLOB",
  "ENUM('a', 'é')",
  "SET('x', 'y')",
  "BIT(12)",
  "DATE",
  "DATETIME(3)",
  "TIME",
];
const NUMBERS = ["0", "1", "-1", "127", "255", "-128", "32767", "65535", "-32768", "8388607", "-8388608", "2147483647"];
const WIDE = [
  "4294967295",
  "-2147483648",
  "9007199254740991",
  "9007199254740993",
  "-9223372036854775808",
  "18446744073709551615",
];

// X1a: what replaces a library must behave exactly like it.
describeOnMysql("rows that are read by a plan equal the driver's own", (database) => {
  let own: Connection;
  let planned: Connection;
  const ask = <T>(
    connection: Connection,
    way: "query" | "execute",
    sql: string | QueryOptions,
    values: string[] = [],
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      const outcome = (error: Error | null, rows: unknown) => (error ? reject(error) : resolve(rows as T));
      const options = typeof sql === "string" ? { sql } : sql;
      if (way === "query") connection.query(options, values, outcome);
      else connection.execute(options, values, outcome);
    });
  beforeAll(() => {
    const connect = () =>
      mysql2.createConnection({
        uri: database.url(),
        disableEval: true,
        supportBigNumbers: true,
        timezone: "Z",
        charset: "utf8mb4",
      });
    own = connect();
    planned = connect();
    planRows(planned);
  });
  afterAll(() => {
    own.destroy();
    planned.destroy();
  });
  const executed = (sql: string, values: string[], isOfArrays: boolean): Promise<object[]> =>
    new Promise((resolve, reject) =>
      executeRows(planned, sql, values, isOfArrays, (error, rows) =>
        error ? reject(error) : resolve(rows as object[]),
      ),
    );
  async function bothWays(sql: string, values: string[] = []): Promise<object[]> {
    const rows: object[][] = [];
    for (const rowsAsArray of [false, true]) {
      const read = await ask<object[]>(planned, "execute", { sql, rowsAsArray }, values);
      const expected = await ask<object[]>(own, "execute", { sql, rowsAsArray }, values);
      const written = (of: object[]) => inspect(of, { depth: 3, maxArrayLength: null, maxStringLength: null });
      expect(written(read)).toBe(written(expected));
      // One statement serves both forms, in turn.
      expect(written(await executed(sql, values, rowsAsArray))).toBe(written(expected));
      rows.push(read);
    }
    return rows[0] ?? [];
  }

  it("of every column type, whatever it holds", async () => {
    const names = COLUMNS.map((_, n) => `c${n}`);
    await ask(own, "query", "SET SESSION sql_mode = ''");
    await ask(
      own,
      "query",
      `CREATE TABLE everything (id INT PRIMARY KEY AUTO_INCREMENT, ${COLUMNS.map((type, n) => `c${n} ${type} NULL`).join(", ")})`,
    );
    const values = [
      null,
      ...NUMBERS,
      ...WIDE,
      "1.5",
      "-0.25",
      "",
      "a",
      "é",
      "x,y",
      "Müller 😀 \u2028",
      "__proto__",
      "2026-11-29 06:55:35.123",
      "12:34:56",
      "a text of more than 250 bytes".repeat(10),
    ];
    for (const value of values)
      // Values that a column cannot hold are truncated.
      await ask(
        own,
        "query",
        `INSERT IGNORE INTO everything (${names.join(", ")}) VALUES (${names.map(() => (value === null ? "NULL" : own.escape(value))).join(", ")})`,
      );
    const rows = await bothWays("SELECT * FROM everything ORDER BY id");
    expect(rows).toHaveLength(values.length);
    // For each length of the null bitmap.
    for (let n = 1; n <= names.length; n++) {
      await bothWays(`SELECT ${names.slice(0, n).join(", ")} FROM everything WHERE id < ?`, ["5"]);
      await bothWays(
        `SELECT ${names.slice(0, 14).slice(-n).join(", ")}, NULL AS nothing FROM everything WHERE id <> ?`,
        ["7"],
      );
    }
    // Only numbers and text, so that no column forces the driver to decode the row.
    const plannedOnes = names.filter((_, n) => !/DATE|TIME|BIT|YEAR/.test(COLUMNS[n] ?? ""));
    await bothWays(`SELECT ${plannedOnes.join(", ")} FROM everything`);
    await bothWays(`SELECT COUNT(*) AS count, SUM(c6) AS sum, MAX(c15) AS most, 1 = 1 AS yes FROM everything`);
    expect(await bothWays("SELECT c0 FROM everything WHERE id = ?", ["0"])).toEqual([]);
  });

  it("after a column was changed under a prepared statement", async () => {
    await ask(own, "query", "CREATE TABLE changing (id INT PRIMARY KEY, a INT NULL, b VARCHAR(20))");
    await ask(own, "query", "INSERT INTO changing VALUES (1, NULL, 'one'), (2, 2, NULL)");
    await bothWays("SELECT * FROM changing ORDER BY id");
    await ask(
      own,
      "query",
      "ALTER TABLE changing ADD COLUMN between_them BIGINT NULL DEFAULT 7 AFTER id, MODIFY a VARCHAR(9)",
    );
    await bothWays("SELECT * FROM changing ORDER BY id");
    // The same number of columns, with one changed type and one changed name.
    await ask(own, "query", "ALTER TABLE changing MODIFY between_them INT UNSIGNED NULL, CHANGE a renamed VARCHAR(9)");
    await bothWays("SELECT * FROM changing ORDER BY id");
  });

  it("by one reader for all runs of a statement, which retains nothing of a finished run", async () => {
    // V8 keeps a class that was created for one run, and everything it reads, until the whole heap is collected.
    const readerOf = (sql: string) =>
      new Promise<unknown>((resolve, reject) => {
        const command = planned.execute(sql, (error) => {
          if (error) reject(error);
          else resolve((Reflect.get(command, "_rowParser") as object).constructor);
        });
      });
    const sql = "SELECT id, NULL AS nothing FROM changing";
    const [first, second] = [await readerOf(sql), await readerOf(sql)];
    expect(first).toEqual(expect.any(Function));
    expect(second).toBe(first);
  });

  it("and writes and errors are unchanged", async () => {
    const result = await ask<{ affectedRows: number }>(planned, "execute", "UPDATE changing SET b = 'x'");
    expect(result.affectedRows).toBe(2);
    await expect(ask(planned, "execute", "SELECT * FROM nothing_here")).rejects.toMatchObject({ errno: 1146 });
  });
});
