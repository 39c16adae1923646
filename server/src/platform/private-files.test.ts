import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { entities, migrations } from "../entities.js";
import { readConfig } from "./config/config.js";
import { openDatabase } from "./database/database.js";
import { keepFilePrivate } from "./private-files.js";

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

(process.platform === "win32" ? describe.skip : describe)("X20 what the server stores on disk", () => {
  let home: string;
  let data: string;
  let umask: number;
  beforeEach(() => {
    // The most permissive umask: every file is world-readable unless its creator says otherwise.
    umask = process.umask(0);
    home = mkdtempSync(join(tmpdir(), "gatehouse-private-"));
    chmodSync(home, 0o755);
    data = join(home, "data");
  });
  afterEach(() => {
    process.umask(umask);
    rmSync(home, { recursive: true, force: true });
  });

  /** Opens the database and inspects it while it is open: only then do all its files exist. */
  async function modesWhileOpen(file = join(data, "gatehouse.sqlite")): Promise<Record<string, string>> {
    const source = await openDatabase({ address: { kind: "sqlite", file }, entities, migrations });
    try {
      await source.query("UPDATE firms SET name = 'x'");
      return Object.fromEntries(
        ["", "-wal", "-shm"].map((end) => [end, existsSync(file + end) ? modeOf(file + end) : "none"]),
      );
    } finally {
      await source.destroy();
    }
  }
  const closed = { "": "600", "-wal": "600", "-shm": "600" };

  it.each([0o000, 0o022, 0o077])(
    "belongs to its user alone from the first moment, even with the umask %i",
    async (mask) => {
      process.umask(mask);
      expect(await modesWhileOpen()).toEqual(closed);
      readConfig({}, data);
      expect([modeOf(data), modeOf(join(data, "secret-keys")), modeOf(home)]).toEqual(["700", "600", "755"]);
    },
  );

  it("is closed at the next start if an earlier version left it open, and none of it is lost", async () => {
    await modesWhileOpen();
    readConfig({}, data);
    const keys = readFileSync(join(data, "secret-keys"), "utf8");
    chmodSync(data, 0o755);
    for (const name of ["gatehouse.sqlite", "secret-keys"]) chmodSync(join(data, name), 0o644);
    for (const end of ["-wal", "-shm"]) {
      const file = join(data, `gatehouse.sqlite${end}`);
      // Created if SQLite has removed it, and never truncated: a statement that is not collected yet may still have it
      // mapped.
      writeFileSync(file, "", { flag: "a" });
      chmodSync(file, 0o644);
    }
    expect(await modesWhileOpen()).toEqual(closed);
    readConfig({}, data);
    expect([modeOf(data), modeOf(join(data, "secret-keys"))]).toEqual(["700", "600"]);
    expect(readFileSync(join(data, "secret-keys"), "utf8")).toBe(keys);
  });

  it("leaves a directory alone that is shared with others", async () => {
    writeFileSync(join(home, "notes.txt"), "");
    expect(await modesWhileOpen(join(home, "gatehouse.sqlite"))).toEqual(closed);
    expect([modeOf(home), modeOf(join(home, "notes.txt"))]).toEqual(["755", "666"]);
    const temporary = join(home, "tmp");
    mkdirSync(temporary);
    chmodSync(temporary, 0o1777);
    expect(await modesWhileOpen(join(temporary, "gatehouse.sqlite"))).toEqual(closed);
    expect(modeOf(temporary)).toBe("777");
  });

  it("closes the target of a link", async () => {
    mkdirSync(data);
    writeFileSync(join(home, "elsewhere.sqlite"), "");
    symlinkSync(join(home, "elsewhere.sqlite"), join(data, "gatehouse.sqlite"));
    await modesWhileOpen();
    expect(modeOf(join(home, "elsewhere.sqlite"))).toBe("600");
  });

  (process.getuid?.() === 0 ? it : it.skip)(
    "says what to do about somebody else's file that everybody may read",
    () => {
      const file = join(home, "theirs");
      writeFileSync(file, "");
      process.seteuid?.(65_534);
      try {
        expect(() => keepFilePrivate(file)).toThrow(/theirs can be read by other users .*chmod 600/);
      } finally {
        process.seteuid?.(0);
      }
    },
  );

  it("has no file at all for a database in memory", async () => {
    const source = await openDatabase({ address: { kind: "sqlite", file: ":memory:" }, entities, migrations });
    await source.destroy();
    expect(existsSync(":memory:")).toBe(false);
  });
});
