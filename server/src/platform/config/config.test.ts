import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { readConfig } from "./config.js";
import { StartRefused } from "./faults.js";
import { secretVariables } from "./secret-files.js";

const KEY = Buffer.alloc(32, 1).toString("base64");
const directory = mkdtempSync(join(tmpdir(), "gatehouse-config-"));
afterAll(() => rmSync(directory, { recursive: true }));
const data = join(directory, "data");
const file = (name: string, content: string) => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};

const production = {
  NODE_ENV: "production",
  DATABASE_URL: "mysql://gate@db.example.org/portal?ssl-mode=VERIFY_IDENTITY",
  DATABASE_PASSWORD: "secret",
  PUBLIC_URL: "https://portal.example.org/",
  SMTP_URL: "smtp://mail.example.org",
  MAIL_FROM: "Harbor Portal <No-Reply@Example.org>",
  SECRET_KEYS: `k1:${KEY}`,
};
const read = (changes: NodeJS.ProcessEnv) => readConfig({ ...production, ...changes }, data);
function faultsOf(changes: NodeJS.ProcessEnv): readonly string[] {
  try {
    read(changes);
    return [];
  } catch (error) {
    if (error instanceof StartRefused) return error.faults;
    throw error;
  }
}

describe("the configuration of production", () => {
  it("starts with an address for each thing it needs", () => {
    expect(read({})).toMatchObject({
      isProduction: true,
      host: "0.0.0.0",
      publicUrl: "https://portal.example.org",
      mailFrom: "no-reply@example.org",
      mail: { kind: "smtp", smtp: { host: "mail.example.org", port: 587, tls: "required" }, dkim: null },
      database: { user: "gate", password: "secret" },
      redis: null,
      demo: false,
    });
  });

  it("reads lists from a replica where there is one", () => {
    const replica = "mysql://reader@replica.example.org,other.example.org/portal?ssl-mode=VERIFY_IDENTITY";
    expect(read({}).databaseReplica).toBeNull();
    expect(
      read({ DATABASE_REPLICA_URL: replica, DATABASE_REPLICA_PASSWORD: "reader's" }).databaseReplica,
    ).toMatchObject({ user: "reader", password: "reader's", hosts: [{ host: "replica.example.org" }, {}] });
    const passwordFile = file("replica-password", "from a file\n");
    expect(
      read({ DATABASE_REPLICA_URL: replica, DATABASE_REPLICA_PASSWORD_FILE: passwordFile }).databaseReplica,
    ).toMatchObject({ password: "from a file" });
  });

  it("X60 refuses a replica's address that is wrong, together with all other faults", () => {
    const elsewhere = "mysql://reader@replica.example.org/portal";
    expect(
      faultsOf({ DATABASE_REPLICA_URL: elsewhere, DATABASE_REPLICA_PASSWORD: "a", PUBLIC_URL: undefined }),
    ).toEqual([
      expect.stringMatching(/^DATABASE_REPLICA_URL would send the password and all data to another machine/),
      expect.stringMatching(/^PUBLIC_URL is required/),
    ]);
    expect(faultsOf({ DATABASE_REPLICA_URL: `${elsewhere}?ssl-mode=DISABLED` })).toEqual([]);
    expect(faultsOf({ DATABASE_REPLICA_URL: "sqlite:./replica.sqlite" })).toEqual([
      "DATABASE_REPLICA_URL must begin with mysql:// or mariadb://.",
    ]);
    expect(
      faultsOf({ DATABASE_REPLICA_URL: "mysql://u:inside@localhost/d", DATABASE_REPLICA_PASSWORD: "beside" }),
    ).toEqual(["DATABASE_REPLICA_URL holds a password, and DATABASE_REPLICA_PASSWORD does too: keep one of them."]);
    expect(faultsOf({ DATABASE_REPLICA_PASSWORD: "alone" })).toHaveLength(1);
    expect(
      faultsOf({
        DATABASE_URL: "sqlite:./data/gatehouse.sqlite",
        DATABASE_PASSWORD: undefined,
        DATABASE_REPLICA_URL: "mysql://reader@localhost/portal",
      }),
    ).toEqual(["DATABASE_REPLICA_URL is for MySQL and MariaDB only, and DATABASE_URL is SQLite: remove it."]);
  });

  it("keeps audit events for ever, and everything for as long as the operator says", () => {
    expect(read({}).retention).toMatchObject({ auditEvents: null, sessions: 400, mails: 30, mailedTokens: 30 });
    const given = { AUDIT_RETENTION_DAYS: "3650", SESSION_RETENTION_DAYS: "90", LINK_RETENTION_DAYS: "" };
    expect(read(given).retention).toMatchObject({ auditEvents: 3650, sessions: 90, mails: 30, mailedTokens: 30 });
  });

  it("X60 does not reach a database elsewhere in plain text, unless that is written out", () => {
    const elsewhere = "mysql://gate@db.example.org/portal";
    expect(faultsOf({ DATABASE_URL: elsewhere })).toHaveLength(1);
    expect(faultsOf({ DATABASE_URL: `${elsewhere}?ssl-mode=DISABLED` })).toEqual([]);
    expect(faultsOf({ DATABASE_URL: "mysql://gate@localhost/portal" })).toEqual([]);
  });

  it("is refused with all faults at once, each with what to write instead", () => {
    expect(() => readConfig({ NODE_ENV: "production", PORT: "x" }, data)).toThrow(StartRefused);
    const missing = Object.fromEntries(Object.keys(production).map((name) => [name, undefined]));
    expect(faultsOf({ ...missing, NODE_ENV: "production", PORT: "x", MAIL_FROM: "abc" })).toEqual([
      "PORT must be a port: 4000.",
      "DATABASE_URL is required in production: mysql://user:password@host:3306/name or sqlite:<file>.",
      "MAIL_FROM must be an email address: no-reply@example.org.",
      'SMTP_URL is required in production: smtp://user:password@host:587, or "none" if no mail is to be sent.',
      "PUBLIC_URL is required in production: https://portal.example.org.",
      "SECRET_KEYS is required in production: id:base64 of 32 random bytes.",
    ]);
  });

  it.each<[NodeJS.ProcessEnv, string]>([
    [{ NODE_ENV: "prod" }, 'NODE_ENV must be "production" or "development"'],
    [{ NODE_ENV: "Production" }, 'NODE_ENV must be "production" or "development"'],
    [{ PUBLIC_URL: "http://portal.example.org" }, "PUBLIC_URL must begin with https:// in production: https://portal"],
    [{ PUBLIC_URL: "portal.example.org" }, "PUBLIC_URL must be an address: https://portal.example.org"],
    [{ PUBLIC_URL: "ftp://portal.example.org" }, "PUBLIC_URL must be an address"],
    [{ PUBLIC_URL: "https://example.org/portal" }, 'without a path, "?", "#" or a user: https://example.org.'],
    [{ PUBLIC_URL: "https://example.org/portal/" }, "PUBLIC_URL must be the address alone"],
    [{ PUBLIC_URL: "https://example.org//portal" }, "PUBLIC_URL must be the address alone"],
    [{ PUBLIC_URL: "https://example.org/?lang=fr" }, "PUBLIC_URL must be the address alone"],
    [{ PUBLIC_URL: "https://example.org?" }, "PUBLIC_URL must be the address alone"],
    [{ PUBLIC_URL: "https://example.org/#/" }, "PUBLIC_URL must be the address alone"],
    [{ PUBLIC_URL: "https://hunter2@example.org" }, "PUBLIC_URL must be the address alone"],
    [{ TRUST_PROXY: "proxy.internal" }, "TRUST_PROXY must hold addresses and networks"],
    [{ TRUST_PROXY: "127.0.0.1, loopback" }, "its entry 2 is neither"],
    [{ TRUST_PROXY: "10.0.0.1 10.0.0.2" }, "its entry 1 is neither"],
    [{ TRUST_PROXY: "10.0.0.1:8080" }, "its entry 1 is neither"],
    [{ TRUST_PROXY: "10.0.0.0/33" }, "its entry 1 is neither"],
    [{ TRUST_PROXY: "10.0.0.0/255.0.0.0" }, "its entry 1 is neither"],
    [{ TRUST_PROXY: "10.0.0" }, "its entry 1 is neither"],
    [{ TRUST_PROXY: "fd00::/129" }, "its entry 1 is neither"],
    [{ TRUST_PROXY: "0.0.0.0/0" }, "or is everybody's"],
    [{ TRUST_PROXY: "::ffff:0:0/96" }, "or is everybody's"],
    [{ TRUST_PROXY: "::ffff:0.0.0.0/96" }, "or is everybody's"],
    [{ TRUST_PROXY: "::/80" }, "or is everybody's"],
    [{ TRUST_PROXY: "::/1" }, "or is everybody's"],
    [{ TRUST_PROXY: "10.0.0.1,::/0" }, "its entry 2 is neither, or is everybody's"],
    [{ TRUST_PROXY: "true" }, "TRUST_PROXY must hold addresses and networks"],
    [{ TRUST_PROXY: "1" }, "TRUST_PROXY must hold addresses and networks"],
    [{ TRUST_PROXY: "*" }, "TRUST_PROXY must hold addresses and networks"],
    [{ NODE_ENV: "production " }, 'NODE_ENV must be "production" or "development"'],
    [{ NODE_ENV: "staging" }, 'NODE_ENV must be "production" or "development"'],
    [{ AUDIT_RETENTION_DAYS: "30" }, "AUDIT_RETENTION_DAYS must be a whole number of days, 90 to 36500"],
    [{ AUDIT_RETENTION_DAYS: "for ever" }, "AUDIT_RETENTION_DAYS must be a whole number of days, 90 to 36500"],
    [{ SESSION_RETENTION_DAYS: "100.5" }, "SESSION_RETENTION_DAYS must be a whole number of days, 90 to 36500"],
    [{ MAIL_RETENTION_DAYS: "0" }, "MAIL_RETENTION_DAYS must be a whole number of days, 7 to 36500"],
    [{ LINK_RETENTION_DAYS: "-1" }, "LINK_RETENTION_DAYS must be a whole number of days, 1 to 36500"],
    [{ MAIL_FROM: "abc" }, "MAIL_FROM must be an email address"],
    [{ MAIL_FROM: "Harbor <abc>" }, "MAIL_FROM must be an email address"],
    [{ MAIL_FROM: "a@example.org, b@example.org" }, "MAIL_FROM must be an email address"],
    [{ MAIL_FROM: undefined }, "MAIL_FROM is required in production"],
    [{ SECRET_KEYS: `k1:${KEY},k2:${KEY},k1:${KEY}` }, 'SECRET_KEYS is not valid: the key id "k1" is there twice'],
    [{ SECRET_KEYS: KEY }, "SECRET_KEYS is not valid: the key id must be 1 to 20 letters and digits"],
    [
      { DATABASE_URL: "mysql://gate@db.example.org/portal" },
      "DATABASE_URL would send the password and all data to another machine in plain text: add ?ssl-mode=VERIFY_IDENTITY",
    ],
    [
      { DATABASE_URL: "mysql://gate@db.example.org/portal?ssl-mode=VERIFY_CA&ssl-ca=/no/such.pem" },
      "DATABASE_URL names /no/such.pem, which cannot be read (ENOENT)",
    ],
    [{ DATABASE_URL: "mysql://gate:also@db.example.org/portal?ssl-mode=DISABLED" }, "and DATABASE_PASSWORD does too"],
    [{ REDIS_URL: "http://cache.example.org" }, "REDIS_URL must begin with redis:// or rediss://"],
    [{ REDIS_URL: "rediss://cache.example.org?tls-ca=/no/such.pem" }, "REDIS_URL names /no/such.pem"],
    [{ SMTP_URL: "mail.example.org" }, "SMTP_URL must begin with smtp:// or smtps://"],
    [{ SMTP_URL: "smtp://mail.example.org?pool=true" }, 'SMTP_URL has the parameter "pool", which is not known'],
    [{ MAIL_DKIM_DOMAIN: "example.org" }, "MAIL_DKIM_DOMAIN needs MAIL_DKIM_SELECTOR and MAIL_DKIM_KEY"],
    [{ MAIL_DKIM_SELECTOR: "s1" }, "MAIL_DKIM_KEY is required with MAIL_DKIM_SELECTOR"],
    [{ MAIL_DKIM_SELECTOR: "s1", MAIL_DKIM_KEY: "abc" }, "MAIL_DKIM_KEY must be a private RSA key in PEM form"],
    [{ LOG_LEVEL: "verbose" }, "LOG_LEVEL must be one of debug, info, warn, error, silent"],
    [{ DEMO: "yes" }, "DEMO must be 0 or 1"],
    [{ SOURCE_LIMIT_FACTOR: "0" }, "SOURCE_LIMIT_FACTOR must be greater than 0"],
    [{ TRUSTPROXY: "10.0.0.1" }, "TRUSTPROXY is not known: did you mean TRUST_PROXY?"],
    [{ REDIS_ULR: "redis://a" }, "REDIS_ULR is not known: did you mean REDIS_URL?"],
    [{ SECRET_KEYS: undefined, SECRET_KEY: `k1:${KEY}` }, "SECRET_KEY is not known: did you mean SECRET_KEYS?"],
    [{ log_level: "warn" }, "log_level is not known: did you mean LOG_LEVEL?"],
  ])("%j is refused", (changes, reason) => {
    expect(faultsOf(changes).join("\n")).toContain(reason);
  });

  it("takes http for this machine, and leaves alone what is not about Gatehouse", () => {
    for (const url of ["http://localhost:4000", "http://127.0.0.1", "http://[::1]:4000"])
      expect(read({ PUBLIC_URL: url }).publicUrl).toBe(url);
    // As Kubernetes names services, and other programs their settings.
    expect(faultsOf({ REDIS_PORT: "tcp://10.0.0.1", DATABASE_HOST: "x", SMTP_PORT: "25", HOSTS: "x" })).toEqual([]);
    expect(faultsOf({ SECRET_KEY: "of another program" })).toEqual([]);
    expect(readConfig({ SECRET_KEY: "of another program" }, data).isProduction).toBe(false);
  });

  it("takes the address of the pages as browsers write it, and proxies as addresses and networks", () => {
    for (const [written, publicUrl] of [
      ["https://portal.example.org/", "https://portal.example.org"],
      ["https://portal.example.org//", "https://portal.example.org"],
      ["HTTPS://Portal.Example.ORG", "https://portal.example.org"],
      ["https://portal.example.org:443", "https://portal.example.org"],
      ["https://portal.example.org:8443/", "https://portal.example.org:8443"],
      ["https://bücher.example", "https://xn--bcher-kva.example"],
    ])
      expect([written, read({ PUBLIC_URL: written }).publicUrl]).toEqual([written, publicUrl]);
    const written = " 127.0.0.0/8,10.0.0.1 ,::1, fd00::/8,";
    expect(read({ TRUST_PROXY: written }).trustedProxies).toEqual(["127.0.0.0/8", "10.0.0.1", "::1", "fd00::/8"]);
  });

  it("an empty variable counts as unset", () => expect(read({ REDIS_URL: "", TRUST_PROXY: "" }).redis).toBeNull());

  it("X62 no fault quotes a secret", () => {
    const secret = "hunter2";
    const faults = faultsOf({
      DATABASE_URL: `mysql:/gate:${secret}@db/portal`,
      REDIS_URL: `redis://:${secret}/@cache`,
      SMTP_URL: `smtp://u:${secret}?@mail`,
      SECRET_KEYS: `${secret}${secret}${secret}`,
      MAIL_DKIM_SELECTOR: "s1",
      MAIL_DKIM_KEY: secret,
    });
    expect(faults).toHaveLength(5);
    expect(faults.join("\n")).not.toContain(secret);
  });
});

describe("mails", () => {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });

  it("outside production are shown at /mailbox until there is a mail server", () => {
    expect(readConfig({}, data)).toMatchObject({ mail: { kind: "mailbox" }, mailFrom: "no-reply@gatehouse.example" });
  });
  it('are not sent if SMTP_URL says "none"', () => {
    expect(read({ SMTP_URL: "none", MAIL_FROM: undefined }).mail).toEqual({ kind: "none" });
  });
  it("are signed for the sender's domain, or another one", () => {
    const signed = { MAIL_DKIM_SELECTOR: "s1", MAIL_DKIM_KEY_FILE: file("dkim.pem", privateKey) };
    const dkim = { domain: "example.org", selector: "s1", privateKey: privateKey.trimEnd() };
    expect(read(signed).mail).toMatchObject({ dkim });
    expect(read({ ...signed, MAIL_DKIM_DOMAIN: "mail.example.org" }).mail).toMatchObject({
      dkim: { ...dkim, domain: "mail.example.org" },
    });
  });
  it.each([
    ["smtp://mail.example.org", { port: 587, tls: "required" }],
    ["smtp://u:p@mail.example.org:25", { port: 25, user: "u", password: "p", tls: "required" }],
    ["smtp://mail.example.org?ignoreTLS=true", { tls: "none" }],
    ["smtp://localhost:1025", { port: 1025, tls: "offered" }],
    ["smtps://mail.example.org?tls-ca=/ca.pem", { port: 465, tls: "implicit" }],
  ])("go to %s", (url, smtp) => {
    const mail = url.includes("tls-ca") ? url.replace("/ca.pem", file("ca.pem", "-----BEGIN CERTIFICATE-----")) : url;
    expect(read({ SMTP_URL: mail }).mail).toMatchObject({ smtp });
  });
});

describe("secrets in files", () => {
  it.each([
    ["SECRET_KEYS", `k9:${KEY}`, { keys: { activeId: "k9" } }],
    ["DATABASE_URL", "sqlite:./elsewhere", { database: { kind: "sqlite", file: "./elsewhere" } }],
    ["DATABASE_PASSWORD", " with spaces ", { database: { password: " with spaces " } }],
    ["REDIS_URL", "redis://:secret@cache", { redis: { password: "secret" } }],
    ["SMTP_URL", "none", { mail: { kind: "none" } }],
  ])("%s is read from its file, without the last line break", (name, value, expected) => {
    const beside = name === "DATABASE_URL" ? { DATABASE_PASSWORD: undefined } : {};
    for (const end of ["", "\n", "\r\n"]) {
      const changes = { ...beside, [name]: undefined, [`${name}_FILE`]: file("secret", value + end) };
      expect(read(changes)).toMatchObject(expected);
    }
  });

  it("each names a file that can be read and is not empty, and does not stand beside the variable itself", () => {
    for (const name of secretVariables) {
      const empty = file("empty", "\n");
      const reasonFor = (value: string | undefined, path: string) =>
        faultsOf({ [name]: value, [`${name}_FILE`]: path }).filter((fault) => fault.startsWith(name));
      expect(reasonFor(undefined, "/no/such/file")[0]).toBe(`${name}_FILE: /no/such/file cannot be read (ENOENT).`);
      expect(reasonFor(undefined, empty)[0]).toBe(`${name}_FILE: ${empty} is empty.`);
      expect(reasonFor("x", empty)[0]).toBe(`${name} and ${name}_FILE are both set: keep one of them.`);
    }
  });
});
