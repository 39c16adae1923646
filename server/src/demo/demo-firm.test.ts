import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import type { DataSource } from "typeorm";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { entities, migrations } from "../entities.js";
import { KeyRing } from "../platform/crypto/key-ring.js";
import { openDatabase } from "../platform/database/database.js";
import { Work } from "../features/work/unit-of-work.js";
import { Outbox } from "../features/mail/outbox.js";
import { capturedMails } from "../features/mail/mailbox.http.js";
import { PasswordHasher } from "../features/passwords/password-hasher.js";
import { parseCommand, runCommand } from "../commands/run-command.js";
import { CommandError } from "../commands/command-error.js";
import { accessReport } from "../features/reports/access-report.js";
import { loadDemo } from "./demo-firm.js";
import { portalLinks } from "../features/work/portal-links.js";

const key = (id: string) => ({ id, key: randomBytes(32) });
const now = Date.parse("2026-11-24T16:00:00Z");
const directory = mkdtempSync(join(tmpdir(), "gatehouse-demo-"));
const oldKey = key("k1");
const keys = new KeyRing([oldKey]);
const outbox = new Outbox(keys);
const hasher = new PasswordHasher(keys);
let dataSource: DataSource;
let work: Work;
let took: number;

const environment = () => ({
  enqueueMail: outbox.enqueue,
  links: () => portalLinks("http://localhost"),
  onEvents: () => undefined,
  onMail: () => undefined,
  dataSource,
});
const count = async (sql: string) => {
  const [row] = (await work.reader.query(`SELECT COUNT(*) AS n FROM ${sql}`)) as { n: number }[];
  return Number(row?.n);
};

beforeAll(async () => {
  dataSource = await openDatabase({
    address: { kind: "sqlite", file: join(directory, "demo.sqlite") },
    entities,
    migrations,
  });
  work = new Work({ ...environment(), clock: { now: () => now } });
  const began = performance.now();
  await loadDemo({
    workAt: (clock) => new Work({ ...environment(), clock }),
    clock: work.clock,
    hasher,
    keys,
    links: portalLinks("http://localhost:4000"),
  });
  took = performance.now() - began;
});
afterAll(async () => {
  await dataSource.destroy();
  rmSync(directory, { recursive: true });
});

describe("the demo firm", () => {
  it("has about 200 contacts in every state, and each state agrees with the rule", async () => {
    expect(await count("contacts")).toBeGreaterThanOrEqual(200);
    for (const state of ["NO_EMAIL", "NOT_INVITED", "INVITED", "ACCOUNT_CREATED"])
      expect(await count(`contacts WHERE accessState = '${state}'`)).toBeGreaterThan(10);
    expect(await count("contacts WHERE (accessState = 'ACCOUNT_CREATED') <> (portalAccountId IS NOT NULL)")).toBe(0);
    expect(await count("contacts WHERE (accessState = 'NO_EMAIL') <> (email IS NULL)")).toBe(0);
    expect(await count("contacts c JOIN portal_accounts a ON a.id = c.portalAccountId WHERE a.email <> c.email")).toBe(
      0,
    );
  });

  it("links every contact whose email has an account, some of them two to one", async () => {
    expect(await count("contacts c JOIN portal_accounts a ON a.email = c.email WHERE c.portalAccountId IS NULL")).toBe(
      0,
    );
    expect(
      await count(
        "(SELECT portalAccountId FROM contacts WHERE portalAccountId IS NOT NULL GROUP BY portalAccountId HAVING COUNT(*) > 1) t",
      ),
    ).toBeGreaterThan(2);
  });

  it("gives every account its password and its second factor's state, and every enrolled one a secret and ten codes", async () => {
    const accounts = await count("portal_accounts");
    expect(await count("portal_accounts a JOIN password_credentials p ON p.ownerId = a.id")).toBe(accounts);
    expect(await count("portal_accounts a JOIN two_factor_states s ON s.ownerId = a.id")).toBe(accounts);
    const enrolled = await count("two_factor_states WHERE enrolledAt IS NOT NULL");
    expect(enrolled).toBeGreaterThan(20);
    expect(await count("totp_credentials")).toBe(enrolled);
    expect(await count("recovery_codes")).toBe(enrolled * 10);
    expect(await count(`two_factor_states WHERE lockedUntil > ${now}`)).toBeGreaterThan(0);
  });

  it("numbers its history without gaps, in chronological order", async () => {
    const events = (await work.reader.query(
      "SELECT seq, occurredAt FROM audit_events WHERE firmId = (SELECT id FROM firms WHERE slug = 'harbor') ORDER BY seq",
    )) as { seq: number; occurredAt: number }[];
    expect(events.length).toBeGreaterThan(300);
    expect(events.map(({ seq }) => Number(seq))).toEqual(events.map((_, index) => index + 1));
    const times = events.map(({ occurredAt }) => Number(occurredAt));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.at(-1)).toBeLessThanOrEqual(now);
  });

  it("has a log that tells whose login each one is, so that a report on access agrees with the tables", async () => {
    const [firm] = (await work.reader.query("SELECT id FROM firms WHERE slug = 'harbor'")) as { id: string }[];
    const { rows } = await accessReport(work, firm?.id ?? "", { asOf: now, throughSeq: 100_000 });
    const stored = (await work.reader.query(
      `SELECT id, portalAccountId FROM contacts WHERE firmId = '${firm?.id}' ORDER BY id`,
    )) as { id: string; portalAccountId: string | null }[];
    const told = rows.map(({ contactId, login }) => ({ id: contactId, portalAccountId: login?.accountId ?? null }));
    expect(told.toSorted((a, b) => ((a.id ?? "") < (b.id ?? "") ? -1 : 1))).toEqual(stored);
    expect(rows.filter(({ isFromTables }) => isFromTables)).toEqual([]);
  });

  it("has a request mailed to Maya, who has no account, and to Noah, who has an account but no second factor", async () => {
    const [mail, ...more] = await capturedMails(work, outbox, "Maya@client.example ");
    expect(more).toEqual([]);
    expect(mail?.links).toEqual([
      expect.stringMatching(/^http:\/\/localhost:4000\/portal\/harbor\/link#token=gml_[\w-]{43}$/),
    ]);
    expect(await count("portal_accounts WHERE email = 'maya@client.example'")).toBe(0);
    expect(
      await count(
        "portal_accounts a JOIN two_factor_states s ON s.ownerId = a.id WHERE a.email = 'noah@client.example' AND s.enrolledAt IS NULL",
      ),
    ).toBe(1);
  });

  it("loads in a few seconds", () => {
    expect(took).toBeLessThan(30_000);
  });
});

const run = async (args: string[], password = "a long enough passphrase", ring = keys) => {
  const lines: string[] = [];
  const command = parseCommand(args);
  if (!command) throw new Error("no command");
  await runCommand(command, {
    work,
    hasher,
    keys: ring,
    password: async () => password,
    typed: async () => "nothing",
    print: (line) => lines.push(line),
  });
  return lines.join("\n");
};

describe("the operator's commands", () => {
  const create = [
    "firm",
    "create",
    "--slug",
    "oak",
    "--name",
    "Oak",
    "--plan",
    "business",
    "--owner-name",
    "Olga",
    "--owner-email",
    "Olga@Oak.example",
  ];

  it("create a firm with its owner, once", async () => {
    await expect(run(create, "short")).rejects.toThrow(/at least 15 characters/);
    expect(await count("firms WHERE slug = 'oak'")).toBe(0);
    expect(await run(create)).toContain("olga@oak.example");
    await expect(run(create)).rejects.toThrow(CommandError);
    expect(await run(["firm", "list"])).toMatch(/oak\tBUSINESS\tOak\t1 members\t0 contacts/);
  });

  it("refuse unknown options, and a password as an argument", () => {
    expect(() => parseCommand(["firm", "destroy"])).toThrow(CommandError);
    expect(() => parseCommand([...create, "--password", "x"])).toThrow(CommandError);
    expect(() => parseCommand(["firm", "set-plan", "--slug", "oak"])).toThrow(/--plan/);
    expect(parseCommand(["--help"])).toBeNull();
  });

  it("notify the admins of a firm that keeps a mode which its new plan does not include", async () => {
    await work.do((unit) =>
      unit.manager.query(
        "UPDATE security_policies SET mode = 'MAGIC_LINK_AND_LOGIN_2FA' WHERE firmId = (SELECT id FROM firms WHERE slug = 'oak')",
        [],
      ),
    );
    expect(await run(["firm", "set-plan", "--slug", "oak", "--plan", "TEAM"])).toContain("stays in force");
    expect(await capturedMails(work, outbox, "olga@oak.example")).toHaveLength(1);
  });

  it("add members and reset their passwords", async () => {
    await run(["member", "add", "--slug", "oak", "--role", "staff", "--name", "Stan", "--email", "stan@oak.example"]);
    expect(await run(["member", "reset-password", "--email", "stan@oak.example"], "another long passphrase")).toContain(
      "0 sessions",
    );
    await expect(run(["member", "reset-password", "--email", "nobody@oak.example"])).rejects.toThrow(CommandError);
  });

  it("re-encrypt everything with the first key; without the old key they report what is unreadable", async () => {
    const fresh = key("k2");
    await expect(run(["keys", "rotate"], "", new KeyRing([fresh]))).rejects.toThrow(/cannot be read/);
    expect(await run(["keys", "rotate"], "", new KeyRing([fresh, oldKey]))).toMatch(
      /authenticator secrets: [1-9]\d* renewed, 0 current, 0 unreadable/,
    );
    expect(await run(["keys", "rotate"], "", new KeyRing([fresh]))).toMatch(
      /authenticator secrets: 0 renewed, [1-9]\d* current, 0 unreadable/,
    );
    const [mail] = await capturedMails(work, new Outbox(new KeyRing([fresh])), "maya@client.example");
    expect(mail?.subject).toContain("Harbor & Pine");
  });
});
