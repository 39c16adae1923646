import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createConnection, type Connection } from "mysql2/promise";
import { root, SECRET_KEYS } from "./processes.js";

/*
 * The firms that are measured. Rows are written in bulk, by the product's own rules where it has any (search words,
 * sort keys, password hashes, encryption), and kept from run to run while the seed and the schema stay the same.
 */
const product = <T>(path: string) => import(new URL(`../../dist/${path}`, import.meta.url).href) as Promise<T>;

const ROWS_A_STATEMENT = 2000;
export const SLUG = "bench";
export const PASSWORD = "a password for the bench";

export const teamSessions = 1000;
const membersOfTeam = 200;
/** Accounts that can sign in, with sessions and a history. */
const knownClients = 5000;
const clientsOf = (contacts: number) => Math.min(knownClients, contacts * 0.6);
const eventsOfClient = 12;
const sessionsOfClient = 2;

export interface Firm {
  databaseUrl: string;
  firmId: string;
  contacts: number;
  /** How many of its clients have a password, sessions and a history. */
  clients: number;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest();
export const digestOf = (token: string) => sha256(token).toString("hex");
const CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz";
/**
 * Derived from the number alone, so that runs and variants use the same rows; in numeric order, as real ids are in
 * chronological order.
 */
export function idOf(prefix: string, n: number): string {
  const digits = [15, 10, 5, 0].map((shift) => CROCKFORD[(n >> shift) & 31]).join("");
  const random = Array.from(sha256(`${prefix}${n}`).subarray(0, 15), (byte) => CROCKFORD[byte % 32]).join("");
  return `${prefix}_0bench${digits}${random}`;
}
export const secretToken = (prefix: string, name: string): string =>
  `${prefix}_${sha256(`${prefix} ${name}`).toString("base64url")}`;
export const teamToken = (n: number): string => secretToken("gts", `team ${n % teamSessions}`);
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
export const totpSecretOf = (n: number): string =>
  Array.from(sha256(`totp ${n}`), (byte) => BASE32[byte % 32]).join("");
export const emailOf = (n: number): string => `client${n}@client.example`;

const firstNames =
  "Ada Amara Anton Aylin Beatriz Bjarne Carla Chidi Dana Darius Elif Emil Farah Felix Greta Hana Hugo Ines Ivo Jana Joris Kaito Kofi Lena Luca Maya Milan Nadia Noah Olga Omar Petra Priya Quinn Rafael Rosa Samir Sofia Tariq Tilda Uma Ursin Vera Viktor Wanda Wen Ximena Yara Yusuf Zoë".split(
    " ",
  );
const lastNames =
  "Abbott Acosta Ahmadi Baker Becker Bianchi Carter Chen Costa Dahl Dietrich Duarte Eriksen Evans Fields Fischer Fontaine Garcia Gruber Haddad Hansen Horvat Iversen Jansen Jensen Kaya Keller Kowalski Larsen Lefebvre Lindqvist Marino Meyer Moreau Nakamura Nguyen Novak Okafor Olsen Park Pereira Petrov Quist Ramos Rossi Sato Schmid Silva Tanaka Torres Ueda Varga Vogel Wagner Weber Xu Yilmaz Young Zhang Zimmer".split(
    " ",
  );
const trades =
  "Bakery Books Builders Clinic Dental Farms Films Foods Garage Gardens Homes Hotel Labs Legal Logistics Media Motors Optics Partners Pharmacy Robotics Sails Studio Textiles Travel Works".split(
    " ",
  );
const pick = (list: string[], n: number, salt: string): string =>
  list[sha256(`${salt}${n}`).readUInt32BE() % list.length] ?? "";

interface Person {
  n: number;
  id: string;
  accountId: string | null;
  name: string;
  organization: string;
  email: string | null;
  accessState: "NO_EMAIL" | "NOT_INVITED" | "INVITED" | "ACCOUNT_CREATED";
  isEnrolled: boolean;
}
/** 60 % have an account (half of them 2FA), 15 % are invited, 15 % are not, 10 % have no email. */
function personOf(n: number): Person {
  const name = `${pick(firstNames, n, "f")} ${pick(lastNames, n, "l")} ${n}`;
  const place = n % 20;
  const accessState = place < 12 ? "ACCOUNT_CREATED" : place < 15 ? "INVITED" : place < 18 ? "NOT_INVITED" : "NO_EMAIL";
  return {
    n,
    id: idOf("con", n),
    accountId: accessState === "ACCOUNT_CREATED" ? idOf("acc", n) : null,
    name,
    organization: `${pick(lastNames, n, "o")} ${pick(trades, n, "t")}`,
    email: accessState === "NO_EMAIL" ? null : emailOf(n),
    accessState,
    isEnrolled: accessState === "ACCOUNT_CREATED" && n % 2 === 0,
  };
}
/** The n-th client with an account; every second one has 2FA. */
export const clientNumber = (n: number): number => Math.floor(n / 12) * 20 + (n % 12);
export const clientId = (n: number): string => idOf("con", clientNumber(n));
/** The n-th client with 2FA. */
export const enrolledNumber = (n: number): number => Math.floor(n / 6) * 20 + (n % 6) * 2;
export const plainNumber = (n: number): number => enrolledNumber(n) + 1;

/** How many contacts (and what else) a database contains, stored in a table of its own. */
function fingerprint(contacts: number): string {
  const migrations = readdirSync(`${root}server/src/migrations`).toSorted();
  const made = ["bench/seed.ts", ...migrations.map((name) => `src/migrations/${name}`)].map((path) =>
    readFileSync(`${root}server/${path}`, "utf8"),
  );
  return sha256([contacts, ...made].join("\n")).toString("hex");
}

export async function connectTo(databaseUrl: string): Promise<Connection> {
  return createConnection({ uri: databaseUrl, charset: "utf8mb4", multipleStatements: true });
}

/** The firm with this many contacts on a database server; created if it does not exist yet. */
export async function firmOf(serverUrl: string, contacts: number, say: (what: string) => void): Promise<Firm> {
  const name = `gatehouse_bench_${contacts}`;
  const databaseUrl = `${serverUrl}/${name}`;
  const server = await connectTo(serverUrl);
  const seeded = fingerprint(contacts);
  try {
    const [known] = (await server
      .query(`SELECT firmId FROM ${name}.bench_seed WHERE fingerprint = ?`, [seeded])
      .catch(() => [[]])) as unknown as [{ firmId: string }[]];
    if (known[0]) return { databaseUrl, firmId: known[0].firmId, contacts, clients: clientsOf(contacts) };
    const startedAt = performance.now();
    say(`makes a firm of ${contacts.toLocaleString("en")} contacts (once)`);
    await server.query(`DROP DATABASE IF EXISTS ${name}; CREATE DATABASE ${name}`);
    execFileSync(
      process.execPath,
      [
        `${root}server/dist/cli.js`,
        "firm",
        "create",
        `--slug=${SLUG}`,
        "--name=Bench & Sons",
        "--plan=BUSINESS",
        "--owner-name=Olive Owner",
        "--owner-email=owner@bench.example",
      ],
      {
        env: {
          ...process.env,
          DATABASE_URL: databaseUrl,
          SECRET_KEYS,
          GATEHOUSE_OWNER_PASSWORD: PASSWORD,
          LOG_LEVEL: "warn",
        },
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    const db = await connectTo(databaseUrl);
    try {
      const [[firm]] = (await db.query("SELECT id FROM firms WHERE slug = ?", [SLUG])) as unknown as [[{ id: string }]];
      await fill(db, firm.id, contacts);
      await db.query(
        "CREATE TABLE bench_seed (fingerprint CHAR(64) NOT NULL PRIMARY KEY, firmId VARCHAR(30) NOT NULL)",
      );
      await db.query("INSERT INTO bench_seed VALUES (?, ?)", [seeded, firm.id]);
      await db.query("COMMIT");
      say(`made it in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
      return { databaseUrl, firmId: firm.id, contacts, clients: clientsOf(contacts) };
    } finally {
      await db.end();
    }
  } finally {
    await server.end();
  }
}

/** Writes rows in bulk. */
export async function insert(db: Connection, table: string, columns: string[], rows: unknown[][]): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    await db.query(`INSERT INTO ${table} (${columns.join(", ")}) VALUES ?`, [rows.slice(at, at + ROWS_A_STATEMENT)]);
    await db.query("COMMIT");
  }
}

/** Fills a table without its indices and creates them afterwards: many times faster if they do not fit into memory. */
async function indexedAfterwards(db: Connection, table: string, write: () => Promise<void>): Promise<void> {
  const [[shown]] = (await db.query(`SHOW CREATE TABLE ${table}`)) as unknown as [[{ "Create Table": string }]];
  const lines = shown["Create Table"].split("\n").map((line) => line.trim().replace(/,$/, ""));
  const keys = lines.filter((line) => /^(?:UNIQUE )?KEY /.test(line));
  const constraints = lines.filter((line) => line.startsWith("CONSTRAINT "));
  const nameOf = (line: string) => /`\w+`/.exec(line)?.[0] ?? "";
  const alter = async (changes: string[]) => {
    if (changes.length > 0) await db.query(`ALTER TABLE ${table} ${changes.join(", ")}`);
  };
  await alter(constraints.map((line) => `DROP FOREIGN KEY ${nameOf(line)}`));
  await alter(keys.map((line) => `DROP INDEX ${nameOf(line)}`));
  await write();
  await alter(keys.map((line) => `ADD ${line}`));
  await alter(constraints.map((line) => `ADD ${line}`));
}

async function fill(db: Connection, firmId: string, contacts: number): Promise<void> {
  const index = await product<typeof import("../dist/features/contacts/contact-index.js")>(
    "features/contacts/contact-index.js",
  );
  const { KeyRing } =
    await product<typeof import("../dist/platform/crypto/key-ring.js")>("platform/crypto/key-ring.js");
  const { PasswordHasher } = await product<typeof import("../dist/features/passwords/password-hasher.js")>(
    "features/passwords/password-hasher.js",
  );
  const { operatorsShare } = await product<typeof import("../dist/features/passwords/hash-share.js")>(
    "features/passwords/hash-share.js",
  );
  const { secretPlace } = await product<typeof import("../dist/features/second-factors/authenticator.method.js")>(
    "features/second-factors/authenticator.method.js",
  );
  const keys = KeyRing.parse(SECRET_KEYS);
  const stored = await new PasswordHasher(keys).hash(PASSWORD, operatorsShare);
  const now = Date.now();
  const createdAt = (n: number) => now - 90 * 86_400_000 + n;
  const signedInAt = (p: Person) => (p.accountId === null || p.n % 3 === 0 ? null : createdAt(p.n) + 60_000);

  await db.query("SET SESSION unique_checks = 0, foreign_key_checks = 0, autocommit = 0");
  const people = Array.from({ length: contacts }, (_, n) => personOf(n));
  await indexedAfterwards(db, "contacts", () =>
    insert(
      db,
      "contacts",
      "id firmId externalId name nameKey organization email portalAccountId accessState invitedAt createdAt signedInAt".split(
        " ",
      ),
      people.map((p) => [
        p.id,
        firmId,
        `ext-${p.n}`,
        p.name,
        index.nameKeyOf(p.name),
        p.organization,
        p.email,
        p.accountId,
        p.accessState,
        p.accessState === "INVITED" ? createdAt(p.n) : null,
        createdAt(p.n),
        signedInAt(p) ?? 0,
      ]),
    ),
  );
  await db.query("COMMIT");
  // In the order of the table's key: a million contacts have six million words.
  const words = people.flatMap((p) =>
    index.contactWords(p).map((word) => [firmId, word, index.nameKeyOf(p.name), p.id]),
  );
  words.sort((a, b) => {
    const column = [1, 2, 3].find((at) => a[at] !== b[at]) ?? 0;
    return a[column]! < b[column]! ? -1 : 1;
  });
  await indexedAfterwards(db, "search_words", () =>
    insert(db, "search_words", ["firmId", "word", "nameKey", "contactId"], words),
  );
  await db.query("COMMIT");
  const accounts = people.filter((p) => p.accountId !== null);
  await insert(
    db,
    "portal_accounts",
    ["id", "firmId", "email", "createdAt", "lastSignInAt"],
    accounts.map((p) => [p.accountId, firmId, p.email, createdAt(p.n), signedInAt(p)]),
  );
  const stateColumns = "ownerId firmId enrolledAt recoveryCodesRemaining consecutiveFailures lockCount".split(" ");
  await insert(
    db,
    "two_factor_states",
    stateColumns,
    accounts.map((p) => [p.accountId, firmId, p.isEnrolled ? createdAt(p.n) : null, p.isEnrolled ? 10 : 0, 0, 0]),
  );
  await db.query("COMMIT");

  const known = accounts.slice(0, knownClients);
  await insert(
    db,
    "password_credentials",
    "ownerId passwordHash pepperId version changedAt".split(" "),
    known.map((p) => [p.accountId, stored.passwordHash, stored.pepperId, 1, createdAt(p.n)]),
  );
  await insert(
    db,
    "totp_credentials",
    "ownerId encryptedSecret lastUsedStep createdAt".split(" "),
    known
      .filter((p) => p.isEnrolled)
      .map((p) => {
        const where = secretPlace("totp_credentials", { ownerId: p.accountId ?? "", firmId });
        return [p.accountId, keys.encrypt(totpSecretOf(p.n), where), 0, createdAt(p.n)];
      }),
  );
  const [[{ lastSeq: eventsBefore }]] = (await db.query("SELECT lastSeq FROM audit_counters WHERE firmId = ?", [
    firmId,
  ])) as unknown as [[{ lastSeq: number }]];
  await insert(
    db,
    "audit_events",
    "firmId seq id type occurredAt actorKind actorName contactId accountId ipAddress userAgent data".split(" "),
    Array.from({ length: known.length * eventsOfClient }, (_, at) => {
      const p = known[at % known.length]!;
      const data = JSON.stringify({ email: p.email, secondFactor: p.isEnrolled });
      const seq = eventsBefore + at + 1;
      const source = ["192.0.2.7", "Mozilla/5.0 (Linux; Android 16) bench"];
      return [
        firmId,
        seq,
        idOf("evt", seq),
        "SIGN_IN_SUCCEEDED",
        createdAt(seq),
        "CLIENT",
        p.email,
        p.id,
        p.accountId,
        ...source,
        data,
      ];
    }),
  );
  await db.query("UPDATE audit_counters SET lastSeq = ? WHERE firmId = ?", [
    eventsBefore + known.length * eventsOfClient,
    firmId,
  ]);

  const members = Array.from({ length: membersOfTeam }, (_, n) => ({
    id: idOf("mem", n),
    email: `member${n}@bench.example`,
  }));
  await insert(
    db,
    "team_members",
    "id firmId name email role createdAt".split(" "),
    members.map(({ id, email }, n) => [id, firmId, `Member ${n}`, email, "ADMIN", now]),
  );
  await insert(
    db,
    "two_factor_states",
    stateColumns,
    members.map(({ id }) => [id, firmId, null, 0, 0, 0]),
  );
  const sessionColumns =
    "id firmId audience ownerId email assurance transport tokenDigest isSecondFactorProven authenticatedAt createdAt lastUsedAt expiresAt userAgent ipAddress".split(
      " ",
    );
  const session = (n: number, audience: string, ownerId: string | null, email: string | null, token: string) => [
    idOf("ses", n),
    firmId,
    audience,
    ownerId,
    email,
    "PASSWORD",
    "TOKEN",
    digestOf(token),
    0,
    now,
    now + n,
    now,
    now + 1,
    "bench",
    "192.0.2.7",
  ];
  const team = Array.from({ length: teamSessions }, (_, n) => {
    const { id, email } = members[n % membersOfTeam]!;
    return session(n, "TEAM", id, email, teamToken(n));
  });
  const portal = known.flatMap((p, at) =>
    Array.from({ length: sessionsOfClient }, (_, nth) => {
      const n = teamSessions + at * sessionsOfClient + nth;
      return session(n, "PORTAL", p.accountId, p.email, secretToken("gps", `${n}`));
    }),
  );
  await insert(db, "sessions", sessionColumns, [...team, ...portal]);
  await db.query("COMMIT");
  // What the floor of the statistics reads.
  await db.query(
    `CREATE TABLE bench_stats (PRIMARY KEY (firmId)) AS
     SELECT c.firmId, COUNT(*) AS contacts, COUNT(CASE WHEN c.accessState = 'NO_EMAIL' THEN 1 END) AS withoutEmail, COUNT(CASE WHEN c.accessState = 'NOT_INVITED' THEN 1 END) AS notInvited,
            COUNT(CASE WHEN c.accessState = 'INVITED' THEN 1 END) AS invited, COUNT(CASE WHEN c.accessState = 'ACCOUNT_CREATED' THEN 1 END) AS withAccount,
            COUNT(CASE WHEN t.enrolledAt IS NOT NULL THEN 1 END) AS twoFactorEnrolled, COUNT(CASE WHEN COALESCE(t.lockedUntil, 0) > 0 THEN 1 END) AS lockedOut
     FROM contacts c LEFT JOIN two_factor_states t ON t.ownerId = c.portalAccountId WHERE c.firmId = ? GROUP BY c.firmId`,
    [firmId],
  );
  await db.query(
    `UPDATE portal_counts p JOIN bench_stats s ON s.firmId = p.firmId SET p.withoutEmail = s.withoutEmail, p.notInvited = s.notInvited,
       p.invited = s.invited, p.withAccount = s.withAccount, p.twoFactorEnrolled = s.twoFactorEnrolled`,
  );
  await db.query(
    "ANALYZE TABLE contacts, search_words, portal_accounts, two_factor_states, sessions, audit_events, team_members",
  );
}

/**
 * Marks everybody as just active, and removes what earlier rounds left: so each variant finds the same rows in each
 * round, and no session expires or is updated during a measurement.
 */
export async function freshen({ databaseUrl, firmId }: Firm): Promise<void> {
  const db = await connectTo(databaseUrl);
  const now = Date.now();
  try {
    await db.query("DELETE FROM sessions WHERE firmId = ? AND id NOT LIKE 'ses\\_0bench%'", [firmId]);
    // The counter stays where it is: a server may be reading at the same time.
    await db.query("DELETE FROM audit_events WHERE firmId = ? AND id NOT LIKE 'evt\\_0bench%'", [firmId]);
    await db.query("UPDATE sessions SET authenticatedAt = ?, lastUsedAt = ?, expiresAt = ? WHERE firmId = ?", [
      now,
      now,
      now + 12 * 3_600_000,
      firmId,
    ]);
    await db.query("DELETE FROM attempt_counters; DELETE FROM sign_in_challenges; DELETE FROM outbox_mails");
  } finally {
    await db.end();
  }
}
