import { expect, describe, it } from "@jest/globals";
import { Column, Entity, Index, type DataSource } from "typeorm";
import { describeOnDatabases } from "../../testing/databases.js";
import { AtColumn, CountColumn, FlagColumn, IdColumn, TextColumn } from "./columns.js";
import { preparedRows, preparedRowsOf, unpreparedRows, unpreparedRowsOf } from "./prepared-rows.js";
import {
  computed,
  indexOf,
  join,
  leftJoined,
  notNull,
  placeholders,
  select,
  selectDistinct,
  selectValues,
  sql,
  table,
} from "./sql.js";

@Entity("things")
@Index("ix_things_name", ["name", "madeAt"])
class Thing {
  @IdColumn() id: string;
  @TextColumn(10, { nullable: true }) name: string | null;
  @AtColumn() madeAt: number;
  @CountColumn() size: number;
  @FlagColumn() isOld: boolean;
  @FlagColumn({ nullable: true }) isSold: boolean | null;
  @Column({ type: "blob" }) picture: Buffer;
}
class NoTable {
  id: string;
}

const things = table(Thing);
const t = table(Thing, "t");
const u = leftJoined(table(Thing, "u"));

describe("the text of a statement", () => {
  it.each([
    ["a table without an alias", sql`DELETE FROM ${things} WHERE ${things.id} = ?`, "DELETE FROM things WHERE id = ?"],
    ["with an alias", sql`${t} JOIN ${u} ON ${u.id} = ${t.name}`, "things t JOIN things u ON u.id = t.name"],
    ["qualified by its own name", sql`${table(Thing, "things")} ${table(Thing, "things").id}`, "things things.id"],
    ["our own numbers", sql`LIMIT ${5}`, "LIMIT 5"],
    ["places", sql`IN (${placeholders(3)})`, "IN (?, ?, ?)"],
    ["parts joined together", join([sql`a = 1`, sql`b = 2`], " AND "), "a = 1 AND b = 2"],
    ["an index by its columns", indexOf(Thing, ["name", "madeAt"]), "ix_things_name"],
    [
      "what it reads, renamed where names differ",
      select({ id: t.id, other: u.id, n: computed<number>(sql`COUNT(*)`) }).from`${t}`,
      "SELECT t.id, u.id AS other, COUNT(*) AS n FROM things t",
    ],
    ["all columns of a table", select({ ...t }), "SELECT t.id, t.name, t.madeAt, t.size, t.isOld, t.isSold, t.picture"],
    [
      "each value once",
      selectDistinct({ id: t.id }).from`${t}`.plus` LIMIT 1`,
      "SELECT DISTINCT t.id FROM things t LIMIT 1",
    ],
    ["values", selectValues([t.id, t.name.as("named"), t.size]), "SELECT t.id, t.name AS named, t.size"],
  ])("%s", (_, statement, text) => expect(statement.sqlText).toBe(text));

  it("accepts no plain string, no unknown column, and no null where a row has none", () => {
    // @ts-expect-error a plain string
    expect(() => sql`${"1; DROP TABLE things"}`).toThrow("only SQL may be inserted into SQL");
    // @ts-expect-error no such column
    expect(t.colour).toBeUndefined();
    const of = <T>(column: { decode: ((value: unknown) => T) | null }): T | undefined => column.decode?.(null);
    // @ts-expect-error an outer join may have no row
    const joined: string | undefined = of(u.id);
    const named: string | undefined = of(notNull(t.name));
    expect([joined, named]).toEqual([undefined, undefined]);
  });

  it("accepts nothing that only looks like SQL, even if tsc was misled", () => {
    for (const foreign of [JSON.parse('{ "sqlText": "1 OR 1 = 1" }'), "1 OR 1 = 1", null, undefined, Number.NaN, 1.5]) {
      expect(() => sql`SELECT ${foreign}`).toThrow("only SQL may be inserted into SQL");
      expect(() => sql`${t.id} = ${foreign}`).toThrow("only SQL may be inserted into SQL");
      expect(() => select({ id: t.id }).from`${t} WHERE ${foreign}`).toThrow("only SQL may be inserted into SQL");
      expect(() => join([t.id, foreign], ", ")).toThrow("only SQL may be inserted into SQL");
      expect(() => computed(foreign)).toThrow("only SQL may be inserted into SQL");
    }
  });

  it("rejects a list of values in which two share a name, or one has none", () => {
    expect(() => selectValues([t.id, things.id])).toThrow("its own name");
    expect(() => selectValues([t.id, computed(sql`1`)])).toThrow("its own name");
    expect(() => selectValues([t.id, things.id.as("other"), computed(sql`1`).as("one")])).not.toThrow();
  });

  it("rejects a class without a table, and an index that does not exist", () => {
    expect(() => table(NoTable)).toThrow("NoTable has no table");
    expect(() => indexOf(Thing, ["madeAt"])).toThrow("Thing has no index over madeAt");
  });
});

describeOnDatabases("rows of a typed statement", (database) => {
  it("have the types of the entity's properties, whichever way they are read", async () => {
    const source: DataSource = await database.open();
    const { id, ...others } = things;
    const given = sql`(SELECT 'one' AS id, NULL AS name, 1700000000000 AS madeAt, 7 AS size, 1 AS isOld, NULL AS isSold, x'0102' AS picture
      UNION ALL SELECT 'two', 'Two', 9007199254740991, 0, 0, 0, x'') things`;
    const rows = [
      {
        id: "one",
        name: null,
        madeAt: 1700000000000,
        size: 7,
        isOld: true,
        isSold: null,
        picture: Buffer.from([1, 2]),
      },
      {
        id: "two",
        name: "Two",
        madeAt: Number.MAX_SAFE_INTEGER,
        size: 0,
        isOld: false,
        isSold: false,
        picture: Buffer.of(),
      },
    ];
    const read = select({ id, ...others }).from`${given} ORDER BY ${id}`;
    expect(await preparedRows(source, read, [])).toEqual(rows);
    expect(await unpreparedRows(source.manager, read, [])).toEqual(rows);
    const values = selectValues([id, ...Object.values(others)]).from`${given} ORDER BY ${id}`;
    const asList = (row: unknown[]) => row;
    const lists = rows.map((row) => Object.values(row));
    expect(await preparedRowsOf(source, asList, values, [])).toEqual(lists);
    expect(await unpreparedRowsOf(source.manager, asList, values, [])).toEqual(lists);
  });

  it("include computed values, decoded if the database returns them in another form", async () => {
    const source: DataSource = await database.open();
    const counts = select({
      n: computed<number>(sql`COUNT(*)`),
      sum: computed(sql`SUM(x.a)`, Number),
      isBig: computed(sql`MAX(x.a) > 2`, Boolean),
    }).from`(SELECT 1 AS a UNION ALL SELECT 3) x`;
    expect(await preparedRows(source, counts, [])).toEqual([{ n: 2, sum: 4, isBig: true }]);
    expect(await unpreparedRows(source.manager, counts, [])).toEqual([{ n: 2, sum: 4, isBig: true }]);
  });
});
