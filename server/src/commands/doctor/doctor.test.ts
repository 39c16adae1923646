import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, request as httpRequest, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { SMTPServer } from "smtp-server";
import { KeyRing } from "../../platform/crypto/key-ring.js";
import { SqliteDatabase } from "../../platform/database/sqlite-driver.js";
import { describeOnDatabases, freshDatabaseUrl } from "../../testing/databases.js";
import { canReplicate, Replication } from "../../testing/replication.js";
import { freePort } from "../../testing/server-process.js";
import { hasProgram, OwnMariadb } from "../../testing/services.js";
import { World } from "../../testing/world.js";
import { idleSocketSeconds } from "./address-checks.js";
import { doctor } from "./doctor.command.js";
import type { Finding } from "./finding.js";

const KEYS = `k1:${randomBytes(32).toString("base64")}`;

interface Page {
  code: number;
  findings: Finding[];
  text: string;
}
async function examined(env: Record<string, string>, ...args: string[]): Promise<Page> {
  let text = "";
  const given = { SECRET_KEYS: KEYS, PORT: (await freePort()).toString(), ...env };
  const code = await doctor(["--json", ...args], given, (line) => (text += line));
  return { code, findings: (JSON.parse(text) as { findings: Finding[] }).findings, text };
}
/** What it says about something, at a level. */
const said = ({ findings }: Page, about: string, level: Finding["level"]) =>
  findings.filter((finding) => finding.about === about && finding.level === level).map(({ found }) => found);
const FAILED = { code: 1 };
/** Every line that is not OK says what to do. */
const expectRemedies = ({ findings }: Page) =>
  expect(findings.filter(({ level, remedy }) => (level === "OK") !== (remedy === null))).toEqual([]);

describeOnDatabases("doctor, on a database that a server uses", (database) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url(), { keys: KeyRing.parse(KEYS) });
    const firm = await world.firm();
    const { email } = await world.contact(await world.ownerToken(firm));
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    await world.mail(email, /Create your account/);
  });
  afterAll(() => world.stop());
  const ask = (env: Record<string, string> = {}) =>
    examined({ DATABASE_URL: database.url(), PORT: new URL(world.url).port, ...env });

  it("finds all in order, and the server that runs", async () => {
    const page = await ask();
    expect(page).toMatchObject({ code: 0 });
    expect(said(page, "Database", "OK")).toContain("all migrations have run");
    expect(said(page, "Keys", "OK")).toEqual(["SECRET_KEYS opens everything that is stored"]);
    expect(said(page, "Address", "OK")).toEqual([expect.stringContaining("a server with these keys answers at")]);
    expectRemedies(page);
    for (const secret of [KEYS.slice(3), new URL(database.url()).password].filter(Boolean))
      expect(page.text).not.toContain(secret);
  });

  it("says which keys are missing, and that a key under the same id is another one", async () => {
    const another = randomBytes(32).toString("base64");
    const lost = await ask({ SECRET_KEYS: `k2:${another}` });
    expect(lost).toMatchObject(FAILED);
    expect(said(lost, "Keys", "FAIL")).toEqual(
      expect.arrayContaining([
        '1 passwords need the key "k1"',
        expect.stringMatching(/waiting mails cannot be decrypted/),
      ]),
    );
    const other = await ask({ SECRET_KEYS: `k1:${another}` });
    expect(other).toMatchObject(FAILED);
    expect(said(other, "Keys", "FAIL")).toEqual([expect.stringMatching(/waiting mails cannot be decrypted/)]);
    // The server has other keys than the operator's shell.
    expect(said(other, "Address", "WARN")).toEqual([expect.stringContaining("something else answers")]);
  });

  it("says what has not been migrated, and what a later version has migrated", async () => {
    const { work } = world.app;
    const last = "(SELECT name FROM (SELECT name FROM migrations ORDER BY id DESC LIMIT 1) AS newest)";
    const [{ name }] = (await work.reader.query(`SELECT ${last} AS name`)) as [{ name: string }];
    await work.reader.query("UPDATE migrations SET name = 'OfTheFuture9999999999999' WHERE name = ?", [name]);
    const late = await ask();
    expect(said(late, "Database", "FAIL")).toEqual([expect.stringContaining("OfTheFuture9999999999999")]);
    await work.reader.query("DELETE FROM migrations WHERE name = 'OfTheFuture9999999999999'");
    const early = await ask();
    expect(early).toMatchObject({ code: 0 });
    expect(said(early, "Database", "WARN")).toContain("1 migrations are pending");
    await work.reader.query("INSERT INTO migrations (timestamp, name) VALUES (?, ?)", [
      Number(/\d+$/.exec(name)?.[0]),
      name,
    ]);
    expect(said(await ask(), "Database", "OK")).toContain("all migrations have run");
  });
});

describe("doctor, on a read replica", () => {
  it("finds one that catches up, may only be read, and is not the primary", async () => {
    if (!canReplicate("mariadb")) return;
    const pair = await Replication.start("mariadb");
    try {
      const world = await World.start(pair.url, { keys: KeyRing.parse(KEYS) });
      await world.firm();
      await world.stop();
      const about = async (url: string) => {
        const page = await examined({ DATABASE_URL: pair.url, DATABASE_REPLICA_URL: url });
        expectRemedies(page);
        return {
          ok: said(page, "Replica", "OK"),
          warn: said(page, "Replica", "WARN"),
          fail: said(page, "Replica", "FAIL"),
        };
      };
      const name = `127.0.0.1:${pair.replica.port}`;
      expect(await about(pair.replicaUrl)).toEqual({
        ok: [
          expect.stringContaining(`${name} answers (`),
          `${name}: the connection stays on this machine`,
          `${name} is read-only`,
          `${name}: the account may only read`,
          `${name} has all events that the primary has`,
        ],
        warn: [],
        fail: [],
      });
      const primary = `127.0.0.1:${pair.primary.port}`;
      expect((await about(pair.url)).warn).toEqual([
        `${primary} is the primary itself`,
        `${primary}: the account has more rights than SELECT`,
      ]);
      expect((await about(pair.replicaUrl.replace("reader-secret", "another"))).fail).toEqual([
        expect.stringContaining(`${name} cannot be used: ER_ACCESS_DENIED_ERROR`),
      ]);

      await pair.onReplica("SET GLOBAL read_only = OFF");
      await pair.hold();
      const again = await World.start(pair.url, { keys: KeyRing.parse(KEYS) });
      const firm = await again.firm();
      await again.contact(await again.ownerToken(firm));
      await again.stop();
      expect((await about(pair.replicaUrl)).warn).toEqual([
        `${name} accepts writes`,
        expect.stringMatching(/ is \d+ events behind the primary, after 2 seconds$/),
      ]);
    } finally {
      await pair.stop();
    }
  }, 300_000);
});

describe("doctor, on an account with too few rights", () => {
  it("names the rights that the server lacks, and accepts the four between migrations", async () => {
    const database = await freshDatabaseUrl("mariadb");
    try {
      await (await World.start(database.url, { keys: KeyRing.parse(KEYS) })).stop();
      const { username, pathname } = new URL(database.url);
      const on = `ON \`${pathname.slice(1).replaceAll("_", "\\_")}\`.* FROM ${username}`;
      await database.administer(`REVOKE CREATE, ALTER, DROP, INDEX, REFERENCES ${on}`);
      const four = await examined({ DATABASE_URL: database.url });
      expect(four).toMatchObject({ code: 0 });
      expect(said(four, "Database", "OK")).toContain("the account has the four rights; migrations need another one");
      await database.administer(`REVOKE DELETE, UPDATE ${on}`);
      const two = await examined({ DATABASE_URL: database.url });
      expect(two).toMatchObject(FAILED);
      expect(said(two, "Database", "FAIL")).toEqual(["the account lacks UPDATE, DELETE"]);
    } finally {
      await database.drop();
    }
  });

  it("says that the database is read-only, cuts values off, or has another time", async () => {
    if (!hasProgram("mariadbd", "the doctor on a misconfigured database")) return;
    const mariadb = await OwnMariadb.start();
    try {
      const failures = async (...statements: string[]) => {
        await mariadb.asRoot(...statements);
        return said(await examined({ DATABASE_URL: mariadb.url }), "Database", "FAIL");
      };
      expect(await failures()).toEqual([]);
      expect(await failures("SET GLOBAL read_only = ON")).toEqual(["this member is read-only"]);
      expect(await failures("SET GLOBAL read_only = OFF", "SET GLOBAL sql_mode = ''")).toEqual([
        "sql_mode is not strict",
      ]);
      const strict = "SET GLOBAL sql_mode = 'STRICT_TRANS_TABLES'";
      const late = "SET GLOBAL init_connect = 'SET timestamp = UNIX_TIMESTAMP() - 60'";
      expect(await failures(strict, late)).toEqual([
        expect.stringMatching(/^the database's clock is (59|60|61).* behind/),
      ]);
    } finally {
      await mariadb.stop();
    }
  });

  it("says why a database cannot be opened", async () => {
    const page = await examined({ DATABASE_URL: `mysql://nobody:pa55phrase@127.0.0.1:${await freePort()}/nothing` });
    expect(page).toMatchObject(FAILED);
    expect(said(page, "Database", "FAIL")).toEqual([expect.stringContaining("ECONNREFUSED")]);
    expect(page.text).not.toContain("pa55phrase");
  });
});

/** A real proxy with one fault; it replaces X-Forwarded-For, and passes Host and upgrades, unless it has that fault. */
type Fault =
  | "appends X-Forwarded-For"
  | "small bodies"
  | "bodies of 100 kB only"
  | "cuts idle sockets"
  | "no sockets"
  | "another Host"
  | null;
async function proxyTo(target: () => string, fault: () => Fault): Promise<{ server: Server; url: string }> {
  const headersOf = (headers: NodeJS.Dict<string | string[]>) => ({
    ...headers,
    ...(fault() === "another Host" ? { host: "inside.example" } : {}),
    ...(fault() === "appends X-Forwarded-For" ? {} : { "x-forwarded-for": "198.51.100.7" }),
  });
  const server = createServer((request, response) => {
    if (fault() === "small bodies" && Number(request.headers["content-length"]) > 10_000)
      return void response.writeHead(413).end();
    if (fault() === "bodies of 100 kB only" && Number(request.headers["content-length"]) > 100_000)
      return void response.writeHead(413).end("<html>too large</html>");
    const { hostname, port } = new URL(target());
    const { method, url: path } = request;
    const onward = httpRequest({ hostname, port, method, path, headers: headersOf(request.headers) }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
    return undefined;
  });
  server.on("upgrade", (request, socket) => {
    if (fault() === "no sockets") return void socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
    const { hostname, port } = new URL(target());
    const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    const onward = connect(Number(port), hostname, () =>
      onward.write(`GET ${request.url ?? "/"} HTTP/1.1\r\n${lines.join("")}\r\n`),
    );
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
    if (fault() === "cuts idle sockets") (socket as Socket).setTimeout(500, () => socket.destroy());
    socket.pipe(onward).pipe(socket);
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe("doctor, through the proxy", () => {
  let world: World;
  let proxy: { server: Server; url: string };
  let fault: Fault = null;
  beforeAll(async () => {
    proxy = await proxyTo(
      () => world.url,
      () => fault,
    );
    const config = { publicUrl: proxy.url, trustedProxies: ["127.0.0.1"], keys: KeyRing.parse(KEYS) };
    world = await World.start("sqlite::memory:", config);
  });
  afterEach(() => void (fault = null));
  afterAll(async () => {
    proxy.server.close().closeAllConnections();
    await world.stop();
  });
  const ask = (given: Fault, env: Record<string, string> = {}) => {
    fault = given;
    return examined({ PUBLIC_URL: proxy.url, PORT: new URL(world.url).port, ...env });
  };

  it("finds all in order", async () => {
    const page = await ask(null);
    expect(said(page, "Address", "OK")).toEqual([
      expect.stringContaining("a server with these keys answers"),
      `${proxy.url} leads to a server with these keys, and bodies of 100 kB pass`,
      expect.stringMatching(/^the proxy at \S+ is trusted, and passes the client's address$/),
      "a body of 1 MB gets the server's answer",
      "WebSockets pass",
    ]);
    expect([said(page, "Address", "WARN"), said(page, "Address", "FAIL")]).toEqual([[], []]);
  });

  it.each<[NonNullable<Fault>, "WARN" | "FAIL", RegExp]>([
    ["appends X-Forwarded-For", "FAIL", /believes the X-Forwarded-For that a client sends/],
    ["small bodies", "FAIL", /refuses bodies of 100 kB \(413\)/],
    ["bodies of 100 kB only", "WARN", /answers a body of 1 MB itself \(413, not in JSON\)/],
    ["no sockets", "FAIL", /WebSockets do not pass: .*400/],
    ["another Host", "WARN", /passes the Host "inside.example"/],
  ])("a proxy with the fault “%s” is a %s", async (given, level, sentence) => {
    const page = await ask(given);
    expect(said(page, "Address", level)).toEqual([expect.stringMatching(sentence)]);
    expectRemedies(page);
  });

  it("keeps a socket that a holder of the keys opened, and nobody else's, and says when the proxy closes it", async () => {
    const keys = KeyRing.parse(KEYS);
    // Without a sign-in the server closes a socket after three seconds.
    expect(await idleSocketSeconds(proxy.url, keys, 4)).toBeGreaterThanOrEqual(4);
    const others = KeyRing.parse(`k1:${randomBytes(32).toString("base64")}`);
    expect(await idleSocketSeconds(proxy.url, others, 4)).toBeLessThan(3);
    fault = "cuts idle sockets";
    expect(await idleSocketSeconds(proxy.url, keys, 4)).toBeLessThan(3);
  });

  it("says that PUBLIC_URL leads to another server, or nowhere", async () => {
    const elsewhere = await World.start("sqlite::memory:", {});
    try {
      const other = await ask(null, { PUBLIC_URL: elsewhere.url });
      expect(other).toMatchObject(FAILED);
      expect(said(other, "Address", "FAIL")).toEqual([`${elsewhere.url} leads to something else (404)`]);
    } finally {
      await elsewhere.stop();
    }
    const nowhere = await ask(null, { PUBLIC_URL: `http://127.0.0.1:${await freePort()}` });
    expect(said(nowhere, "Address", "FAIL")).toEqual([expect.stringContaining("ECONNREFUSED")]);
  });

  it("X50 the address that it asks answers nobody else: without keys, with others, and an hour later", async () => {
    const probe = (header: string) =>
      world.raw({ path: "/operator-probe", method: "POST", headers: { "gatehouse-probe": header }, body: "" });
    const asked = `${Date.now() - 3_600_000}.00`;
    const old = KeyRing.parse(KEYS).hmac(asked, "operator probe");
    for (const header of ["", "x", `${Date.now()}.00.${"0".repeat(64)}`, `${asked}.${old}`, "1.2.ÿ"])
      expect((await probe(header)).status).toBe(404);
  });
});

describe("doctor, on mail, Redis, files and arguments", () => {
  let smtp: SMTPServer | null = null;
  afterEach(() => new Promise<void>((resolve) => (smtp ? smtp.close(resolve) : resolve())));

  it("signs in at the mail server without sending, sends one mail if asked, and reports a refused login without the password", async () => {
    const received: string[] = [];
    smtp = new SMTPServer({
      authOptional: false,
      allowInsecureAuth: true,
      hideSTARTTLS: true,
      onAuth: ({ username, password }, _session, done) =>
        password === "right-pa55" ? done(null, { user: username }) : done(new Error("no such login")),
      onData: (stream, { envelope }, done) => {
        received.push(...envelope.rcptTo.map(({ address }) => address));
        stream.on("end", () => done()).resume();
      },
    });
    const server = smtp;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.server.address() as AddressInfo;
    const at = (password: string) => ({ SMTP_URL: `smtp://us:${password}@127.0.0.1:${port}` });
    expect(said(await examined(at("right-pa55")), "Mail", "OK")).toEqual([expect.stringContaining("nothing was sent")]);
    expect(received).toEqual([]);
    expect(said(await examined(at("right-pa55"), "--mail", "You@example.org"), "Mail", "OK")).toHaveLength(2);
    expect(received).toEqual(["you@example.org"]);
    const refused = await examined(at("wrong-pa55"));
    expect(refused).toMatchObject(FAILED);
    expect(said(refused, "Mail", "FAIL")).toEqual([expect.stringContaining("EAUTH")]);
    expect(refused.text).not.toMatch(/(right|wrong)-pa55/);
  });

  it("says that Redis does not answer", async () => {
    const page = await examined({ REDIS_URL: `redis://:pa55phrase@127.0.0.1:${await freePort()}` });
    expect(page).toMatchObject(FAILED);
    expect(said(page, "Redis", "FAIL")).toEqual([expect.stringContaining("Redis does not answer")]);
    expect(page.text).not.toContain("pa55phrase");
  });

  it("says that others may read the database's file, and changes nothing", async () => {
    const database = await freshDatabaseUrl("sqlite");
    const file = database.url.slice("sqlite:".length);
    const missing = await examined({ DATABASE_URL: database.url });
    expect(said(missing, "Database", "WARN")).toEqual([`${file} does not exist`]);
    expect(readdirSync(dirname(file))).toEqual([]);
    await (await World.start(database.url, { keys: KeyRing.parse(KEYS) })).stop();
    chmodSync(file, 0o644);
    // Whoever closes the file last moves the log into it, which changes its bytes: nothing is left to move.
    const opened = new SqliteDatabase(file);
    opened.pragma("wal_checkpoint(TRUNCATE)");
    opened.close();
    const names = readdirSync(dirname(file));
    const digest = () => createHash("sha256").update(readFileSync(file)).digest("hex");
    const before = digest();
    const page = await examined({ DATABASE_URL: database.url });
    expect(page).toMatchObject(FAILED);
    expect(said(page, "Files", "FAIL")).toEqual([`other users of this machine may read ${file}`]);
    expect(digest()).toBe(before);
    expect(names).toEqual(expect.arrayContaining(readdirSync(dirname(file))));
    await database.drop();
  });

  it("lists what is wrong with the configuration, and what production lacks", async () => {
    const broken = await examined({ PORT: "none", LOG_LEVEL: "loud" });
    expect(broken).toMatchObject(FAILED);
    expect(said(broken, "Configuration", "FAIL")).toEqual([
      expect.stringMatching(/PORT[\s\S]*LOG_LEVEL|LOG_LEVEL[\s\S]*PORT/),
    ]);
  });

  it("leaves with 0 or 1 by what it found, and with 2 if it was not understood; keys are not made", () => {
    const directory = mkdtempSync(join(tmpdir(), "gatehouse-doctor-"));
    const run = (args: string[], env: Record<string, string> = {}) =>
      spawnSync(process.execPath, [join(process.cwd(), "server/dist/cli.js"), "doctor", ...args], {
        cwd: directory,
        env: { PATH: process.env.PATH, PORT: "1", ...env },
        encoding: "utf8",
      });
    const fine = run([]);
    expect([fine.status, fine.stdout]).toEqual([0, expect.stringMatching(/^OK {3}Configuration[\s\S]*, 0 FAIL\n$/)]);
    expect(run([], { REDIS_URL: "redis://127.0.0.1:1" }).status).toBe(1);
    expect(run(["--mail", "nobody"]).status).toBe(2);
    expect(run(["--loud"]).status).toBe(2);
    expect(readdirSync(directory)).toEqual([]);
    rmSync(directory, { recursive: true });
  });
});
