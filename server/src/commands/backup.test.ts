import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { databaseAddress } from "../platform/database/database-address.js";
import { Certificates } from "../testing/certificates.js";
import { backUp } from "./backup.commands.js";
import { KeyRing } from "../platform/crypto/key-ring.js";
import { logOf } from "../testing/chaos/followers.js";
import { describeOnDatabaseServers, freshDatabaseUrl, type FreshDatabase } from "../testing/databases.js";
import { freePort, gatehouse, ServerProcess } from "../testing/server-process.js";
import { hasProgram, OwnMariadb } from "../testing/services.js";
import { World } from "../testing/world.js";

const secretKeys = (id = "k1") => `${id}:${randomBytes(32).toString("base64")}`;
const run = promisify(execFile);
const root = join(__dirname, "../../..");

/** A firm with a client who has an authenticator. */
interface Firm {
  slug: string;
  owner: string;
  email: string;
  secret: string;
  log: string[];
}
async function firmOn(url: string, keys: string): Promise<Firm> {
  const world = await World.start(url, { keys: KeyRing.parse(keys) });
  try {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const { email, created } = await world.client(firm, owner);
    const { secret } = await world.enroll({ token: created.result.sessionToken });
    return { slug: firm.slug, owner, email, secret, log: await logOf(world, owner) };
  } finally {
    await world.stop();
  }
}
/** The client signs in with the same password and authenticator, and no event of the log is missing. */
async function mustBeWholeOn(url: string, keys: string, firm: Firm): Promise<void> {
  const world = await World.start(url, { keys: KeyRing.parse(keys) });
  try {
    expect(await logOf(world, firm.owner)).toEqual(firm.log);
    const { challengeToken } = (await world.portalSignIn(firm, firm.email)).result;
    const code = world.freshCode(firm.secret);
    const { result } = await world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", { challengeToken, code });
    expect(result.__typename).toBe("SignedIn");
  } finally {
    await world.stop();
  }
}

describe("backup and restore of SQLite", () => {
  const keys = secretKeys();
  let directory: string;
  let database: FreshDatabase;
  let firm: Firm;
  let backup: string;
  let server: ServerProcess | null = null;

  const environment = (url: string, more: Record<string, string> = {}) => ({
    DATABASE_URL: url,
    SECRET_KEYS: keys,
    ...more,
  });
  const filesIn = (folder: string) => readdirSync(folder).toSorted();
  const refused = async (args: string[], given: Record<string, string>) => {
    const failure = await gatehouse(args, given).then(
      () => null,
      (error: { code: number; stderr: string }) => error,
    );
    expect(failure?.code).toBe(1);
    return failure?.stderr ?? "";
  };
  const elsewhere = () => join(mkdtempSync(join(directory, "elsewhere-")), "gatehouse.sqlite");

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "gatehouse-backup-"));
    database = await freshDatabaseUrl("sqlite");
    firm = await firmOn(database.url, keys);
    backup = join(directory, "backup.sqlite");
    server = new ServerProcess(await freePort(), environment(database.url, { DEMO: "0" }));
    server.start();
    await server.waitUntilReady();
    // In the -wal file, which a copy of the database's file alone would lack.
    await server.contact(firm.owner, "Written before the backup");
    firm.log = await logOf(server, firm.owner);
    await gatehouse(["backup", "--to", backup], environment(database.url));
    await server.contact(firm.owner, "Written after the backup");
  });
  afterEach(async () => {
    await server?.end();
    server = null;
  });
  afterAll(async () => {
    await database.drop();
    rmSync(directory, { recursive: true, force: true });
  });

  it("makes a file for its owner alone, without anything beside it, and overwrites none", async () => {
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    expect(filesIn(directory)).toEqual(["backup.sqlite"]);
    const before = readFileSync(backup);
    expect(await refused(["backup", "--to", backup], environment(database.url))).toContain("overwrites nothing");
    expect(readFileSync(backup).equals(before)).toBe(true);
  });

  it("restores into another server: the client signs in with the same authenticator, and no event is missing", async () => {
    const file = elsewhere();
    expect(await gatehouse(["restore", "--from", backup], environment(`sqlite:${file}`))).toMatch(
      new RegExp(`Restored 1 firms and ${firm.log.length} audit events`),
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(filesIn(join(file, ".."))).toEqual(["gatehouse.sqlite"]);
    await mustBeWholeOn(`sqlite:${file}`, keys, firm);
  });

  it("refuses while a server uses the database, and works once it has stopped, keeping the former database", async () => {
    const file = elsewhere();
    const url = `sqlite:${file}`;
    await gatehouse(["restore", "--from", backup], environment(url));
    server = new ServerProcess(await freePort(), environment(url, { DEMO: "0" }));
    server.start();
    await server.waitUntilReady();
    await server.contact(firm.owner, "Only in the former database");
    expect(await refused(["restore", "--from", backup, "--replace"], environment(url))).toContain("is in use");
    expect((await logOf(server, firm.owner)).length).toBe(firm.log.length + 1);
    await server.end();
    expect(await refused(["restore", "--from", backup], environment(url))).toContain("--replace");
    await gatehouse(["restore", "--from", backup, "--replace"], environment(url));
    const [kept = "", ...more] = filesIn(join(file, "..")).filter((name) => name !== "gatehouse.sqlite");
    expect(more).toEqual([]);
    const former = await World.start(`sqlite:${join(file, "..", kept)}`, { keys: KeyRing.parse(keys) });
    expect((await logOf(former, firm.owner)).length).toBe(firm.log.length + 1);
    await former.stop();
    await mustBeWholeOn(url, keys, firm);
  });

  it.each([
    ["other keys", () => secretKeys("k2"), /passwords need the key "k1"/],
    ["another key under the same id", () => secretKeys("k1"), /1 authenticator secrets cannot be decrypted/],
  ])("refuses with %s, and leaves nothing behind", async (_name, other, reason) => {
    const file = elsewhere();
    expect(
      await refused(["restore", "--from", backup], { ...environment(`sqlite:${file}`), SECRET_KEYS: other() }),
    ).toMatch(reason);
    expect(filesIn(join(file, ".."))).toEqual([]);
  });

  it.each<[name: string, make: (file: string) => void, reason: string]>([
    ["missing", () => undefined, "does not exist"],
    ["no database", (file) => writeFileSync(file, "not a database".repeat(100)), "is not an SQLite database"],
    ["empty", (file) => writeFileSync(file, ""), "has no firm"],
    [
      "cut off",
      (file) => {
        writeFileSync(file, readFileSync(backup));
        truncateSync(file, Math.floor(statSync(backup).size / 2));
      },
      "damaged",
    ],
  ])("refuses a file that is %s, and leaves the database as it is", async (_name, make, reason) => {
    const file = elsewhere();
    const bad = join(file, "..", "bad.sqlite");
    make(bad);
    expect(await refused(["restore", "--from", bad], environment(`sqlite:${file}`))).toContain(reason);
    expect(existsSync(file)).toBe(false);
  });
});

describeOnDatabaseServers("backup and restore of a database server", (database) => {
  const isMysql = database.name === "mysql";
  if (!isMysql && !hasProgram("mariadb-dump", "backups of MariaDB")) return;
  const keys = secretKeys();
  let other: FreshDatabase;
  beforeAll(async () => {
    other = await freshDatabaseUrl(database.name);
  });
  afterAll(() => other.drop());

  /** The line for this server, as the command prints it, with the password that it would ask for. */
  const lineFor = async (command: string[], url: string): Promise<string> => {
    const { stderr } = await gatehouse(command, { DATABASE_URL: url, SECRET_KEYS: keys }).then(
      () => ({ stderr: "" }),
      (error: { stderr: string }) => error,
    );
    expect(stderr).not.toContain(new URL(url).password);
    const line = new RegExp(`^  ${isMysql ? "MySQL" : "MariaDB"}: (.+)$`, "m").exec(stderr)?.[1] ?? "";
    return line.replace(/ --password /, ` --password=${new URL(url).password} `);
  };
  const runLine = (line: string, folder: string) =>
    run(
      "sh",
      [
        "-ec",
        `umask 022; ${isMysql ? line.replace(/\bmysql(?:dump)? /, `${join(root, ".ci/mysql.sh")} run $&`) : line}`,
      ],
      { cwd: folder },
    );

  it("by the lines that the commands name, in a file for its owner alone: the client signs in at the other server with the same authenticator, and no event is missing", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gatehouse-dump-"));
    try {
      const firm = await firmOn(database.url(), keys);
      if (isMysql) await database.administer(`GRANT FLUSH_TABLES ON *.* TO ${new URL(database.url()).username}`);
      await runLine(await lineFor(["backup", "--to", "unused"], database.url()), folder);
      expect(statSync(join(folder, "gatehouse.sql")).mode & 0o777).toBe(0o600);
      await runLine(await lineFor(["restore", "--from", "unused"], other.url), folder);
      await mustBeWholeOn(other.url, keys, firm);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("by lines that name every TLS setting and every host of DATABASE_URL", async () => {
    const url = "mysql://gatehouse@db.example:3306,other.example:3307/gatehouse";
    const files = "ssl-ca=/etc/ca.pem&ssl-cert=/etc/client.pem&ssl-key=/etc/client.key";
    const paths = "--ssl-ca=/etc/ca.pem --ssl-cert=/etc/client.pem --ssl-key=/etc/client.key";
    const printed: string[] = [];
    for (const parameters of [`ssl-mode=VERIFY_IDENTITY&${files}`, "ssl-mode=REQUIRED", "ssl-mode=DISABLED"])
      try {
        const needs = { database: databaseAddress(`${url}?${parameters}`), keys: KeyRing.parse(keys) };
        backUp("unused", { ...needs, print: () => undefined });
      } catch (error) {
        printed.push((error as Error).message);
      }
    const options = isMysql
      ? [`--ssl-mode=VERIFY_IDENTITY ${paths}`, "--ssl-mode=REQUIRED", "--ssl-mode=DISABLED"]
      : [`--ssl --ssl-verify-server-cert ${paths}`, "--ssl --skip-ssl-verify-server-cert", "--skip-ssl"];
    for (const [n, option] of options.entries())
      expect(printed[n]).toContain(`--host=db.example --port=3306 --user=gatehouse --password ${option} gatehouse `);
    expect(printed[0]).toContain("--host=other.example --port=3307");
  });

  it("by the same line where the account requires TLS", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gatehouse-dump-"));
    const certificates = new Certificates();
    let url = `${other.url}?ssl-mode=REQUIRED`;
    let own: OwnMariadb | null = null;
    try {
      if (isMysql) {
        const { username } = new URL(other.url);
        await other.administer(`ALTER USER ${username} REQUIRE SSL`);
        await other.administer(`GRANT FLUSH_TABLES ON *.* TO ${username}`);
      } else {
        const { cert, key } = certificates.issue("localhost");
        own = await OwnMariadb.start(`--ssl-ca=${certificates.ca}`, `--ssl-cert=${cert}`, `--ssl-key=${key}`);
        await own.asRoot(
          "CREATE USER encrypted@'127.0.0.1' IDENTIFIED BY 'secret' REQUIRE SSL",
          "GRANT ALL ON gatehouse.* TO encrypted@'127.0.0.1'",
        );
        url = `mysql://encrypted:secret@localhost:${own.port}/gatehouse?ssl-mode=VERIFY_IDENTITY&ssl-ca=${certificates.ca}`;
      }
      const line = await lineFor(["backup", "--to", "unused"], url);
      await runLine(line, folder);
      expect(readFileSync(join(folder, "gatehouse.sql"), "utf8")).toContain("-- Dump completed");
      await expect(
        runLine(line.replaceAll(/ --ssl\S*/g, isMysql ? " --ssl-mode=DISABLED" : " --skip-ssl"), folder),
      ).rejects.toThrow(/Access denied/);
    } finally {
      if (isMysql) await other.administer(`ALTER USER ${new URL(other.url).username} REQUIRE NONE`);
      await own?.stop();
      certificates.remove();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("by lines that docs/operations.md has too", async () => {
    const documented = readFileSync(join(root, "docs/operations.md"), "utf8");
    const line = await lineFor(["backup", "--to", "unused"], database.url());
    const options = line
      .split(" ")
      .filter((word) => /^(?:mysqldump|mariadb-dump|--(?!host|port|user|password))/.test(word));
    expect(documented).toContain(`${options.join(" ")} <name>`);
  });
});
