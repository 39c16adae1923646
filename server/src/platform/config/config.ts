import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { retentionRules, retentionWith, type Retention } from "@gatehouse/shared";
import { keepDirectoryPrivate, keepFilePrivate, mustBeWritable } from "../private-files.js";
import type { TracingSettings } from "../tracing/open-telemetry.js";
import { KeyRing } from "../crypto/key-ring.js";
import {
  databaseAddress,
  isSilentlyPlain,
  serverAddress,
  type DatabaseAddress,
  type ServerAddress,
} from "../database/database-address.js";
import { redisAddress, type RedisAddress } from "../redis/redis-address.js";
import { readNetwork } from "../http/trusted-proxies.js";
import { isThisMachine, readTlsFiles } from "./address.js";
import { Faults, SettingFault } from "./faults.js";
import { mailSettings, type MailSettings } from "./mail-settings.js";
import { secretVariables, withSecretFiles } from "./secret-files.js";

// zod would otherwise compile its object schemas to code.
z.config({ jitless: true });

const flag = z.enum(["0", "1"], "must be 0 or 1").transform((value) => value === "1");
const logLevels = ["debug", "info", "warn", "error", "silent"] as const;

const seconds = (most: number) => {
  const must = `must be a number of seconds, 0 to ${most}`;
  return z.coerce.number(must).min(0, must).max(most, must);
};

/** More than a century means "for ever", which an unset variable says. */
const MOST_DAYS = 36_500;
const days = ({ leastDays }: { leastDays: number }) => {
  const must = `must be a whole number of days, ${leastDays} to ${MOST_DAYS}`;
  return z.coerce.number(must).int(must).min(leastDays, must).max(MOST_DAYS, must).optional();
};

/** The variables that stand for themselves. The others belong together, and are read by functions of their own. */
const Environment = z.object({
  NODE_ENV: z
    .enum(["development", "test", "production"], 'must be "production" or "development"')
    .default("development"),
  /** 0 picks any free port. */
  PORT: z.coerce
    .number("must be a port: 4000")
    .int("must be a port: 4000")
    .min(0, "must be a port: 4000")
    .max(65_535, "must be a port: 4000")
    .default(4000),
  HOST: z.string().optional(),
  SOURCE_LIMIT_FACTOR: z.coerce.number("must be a number: 1").positive("must be greater than 0").default(1),
  /** Where /metrics is served, apart from everything public. Without a port production does not serve it. */
  METRICS_PORT: z.coerce
    .number("must be a port: 9464")
    .int("must be a port: 9464")
    .min(1, "must be a port: 9464")
    .max(65_535, "must be a port: 9464")
    .optional(),
  METRICS_HOST: z.string().default("127.0.0.1"),
  /** The OpenTelemetry collector that receives traces; without it nothing is traced. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: "must be an address: http://127.0.0.1:4318" })
    .optional(),
  OTEL_SERVICE_NAME: z.string().default("gatehouse"),
  /** The part of traces that is kept. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number("must be a number from 0 to 1")
    .min(0, "must be a number from 0 to 1")
    .max(1, "must be a number from 0 to 1")
    .default(1),
  DEMO: flag.optional(),
  /** How long requests, mails and webhooks in progress may take after the server was told to stop. */
  STOP_TIMEOUT_SECONDS: seconds(3600).optional(),
  /** How long the server still accepts connections after it was told to stop, with `/readyz` at 503. */
  STOP_DELAY_SECONDS: seconds(600).default(0),
  /** How long rows are kept; for the rest of them see retentionRules. */
  AUDIT_RETENTION_DAYS: days(retentionRules.auditEvents),
  SESSION_RETENTION_DAYS: days(retentionRules.sessions),
  MAIL_RETENTION_DAYS: days(retentionRules.mails),
  LINK_RETENTION_DAYS: days(retentionRules.mailedTokens),
  LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(", ")}`).default("info"),
});

/** Every variable that the server and its commands read, without the secrets' `_FILE`. */
export const variables: readonly string[] = [
  ...Object.keys(Environment.shape),
  ...secretVariables,
  "PUBLIC_URL",
  "TRUST_PROXY",
  "MAIL_FROM",
  "MAIL_DKIM_DOMAIN",
  "MAIL_DKIM_SELECTOR",
];

export interface Config {
  isProduction: boolean;
  port: number;
  host: string;
  database: DatabaseAddress;
  /** Servers that replicate the database, which lists, searches and reports may read from; null: there are none. */
  databaseReplica: ServerAddress | null;
  redis: RedisAddress | null;
  mail: MailSettings;
  /** The address that every mail is sent from. */
  mailFrom: string;
  /** Null: http://localhost:<the port the server listens on>. */
  publicUrl: string | null;
  keys: KeyRing;
  sourceLimitFactor: number;
  /** Addresses and networks (`trustedProxies`) of the proxies whose X-Forwarded-For counts. */
  trustedProxies: readonly string[];
  /** Null: /metrics is served beside the pages outside production, and not at all in production. */
  metricsAt: { port: number; host: string } | null;
  /** Null: nothing is traced, and OpenTelemetry is not even loaded. */
  tracing: TracingSettings | null;
  /** Null: load the demo if the database is new, except in production. */
  demo: boolean | null;
  /** Null: as long as a full line of password hashes and a slow mail take. */
  stopTimeoutMs: number | null;
  stopDelayMs: number;
  retention: Retention;
  logLevel: (typeof logLevels)[number];
}

/** An unknown NODE_ENV is a misspelt production: it is refused as one, with all that production requires. */
export const isProductionIn = ({ NODE_ENV: name }: NodeJS.ProcessEnv): boolean =>
  !["development", "test"].includes(name || "development");

/**
 * Reads the whole environment at once. Throws StartRefused, which lists every fault with what to write instead.
 * `alsoRequired`: what else is wrong with how the process was started.
 */
export function readConfig(
  given: NodeJS.ProcessEnv,
  dataDirectory = "./data",
  alsoRequired: readonly string[] = [],
): Config {
  const { env, faults: ofFiles } = withSecretFiles(given);
  const faults = new Faults();
  faults.addAll([...ofFiles, ...alsoRequired]);
  const parsed = Environment.safeParse(env);
  for (const { path, message } of parsed.error?.issues ?? []) faults.add(String(path[0]), message);
  const isProduction = isProductionIn(env);
  // Elsewhere a developer's shell may hold the SECRET_KEY of another program.
  if (isProduction) for (const [name, known] of misspelt(env)) faults.add(name, `is not known: did you mean ${known}?`);

  const database = databaseIn(env, isProduction, faults);
  const databaseReplica = databaseReplicaIn(env, database, isProduction, faults);
  const redis = faults.in("REDIS_URL", () => {
    const address = env.REDIS_URL === undefined ? null : redisAddress(env.REDIS_URL);
    if (address?.tls) readTlsFiles(address.tls);
    return address;
  });
  const { mail, mailFrom } = mailSettings(env, { isProduction, faults });
  const publicUrl = publicUrlIn(env, isProduction, faults);
  const proxies = faults.in("TRUST_PROXY", () => proxiesIn(env.TRUST_PROXY ?? "")) ?? [];
  const keys = faults.in("SECRET_KEYS", () => {
    if (env.SECRET_KEYS !== undefined) return keysIn(env.SECRET_KEYS);
    if (isProduction) throw new SettingFault("is required in production: id:base64 of 32 random bytes");
    return null;
  });
  faults.throwIfAny();
  if (!parsed.success || database === null) throw new Error("a fault of the configuration has no sentence");
  const e = parsed.data;
  return {
    isProduction,
    port: e.PORT,
    host: e.HOST ?? (isProduction ? "0.0.0.0" : "127.0.0.1"),
    database,
    databaseReplica,
    redis,
    mail,
    mailFrom,
    publicUrl,
    keys: keys ?? KeyRing.parse(localKeys(dataDirectory)),
    sourceLimitFactor: e.SOURCE_LIMIT_FACTOR,
    trustedProxies: proxies,
    metricsAt: e.METRICS_PORT === undefined ? null : { port: e.METRICS_PORT, host: e.METRICS_HOST },
    tracing:
      e.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
        ? null
        : {
            endpoint: e.OTEL_EXPORTER_OTLP_ENDPOINT,
            serviceName: e.OTEL_SERVICE_NAME,
            ratio: e.OTEL_TRACES_SAMPLER_ARG,
          },
    demo: isProduction ? false : (e.DEMO ?? null),
    stopTimeoutMs: e.STOP_TIMEOUT_SECONDS === undefined ? null : e.STOP_TIMEOUT_SECONDS * 1000,
    stopDelayMs: e.STOP_DELAY_SECONDS * 1000,
    retention: retentionWith({
      auditEvents: e.AUDIT_RETENTION_DAYS,
      sessions: e.SESSION_RETENTION_DAYS,
      mails: e.MAIL_RETENTION_DAYS,
      mailedTokens: e.LINK_RETENTION_DAYS,
    }),
    logLevel: e.LOG_LEVEL,
  };
}

function keysIn(text: string): KeyRing {
  try {
    return KeyRing.parse(text);
  } catch (error) {
    throw new SettingFault(`is not valid: ${error instanceof Error ? error.message : "no key can be read"}`);
  }
}

function databaseIn(env: NodeJS.ProcessEnv, isProduction: boolean, faults: Faults): DatabaseAddress | null {
  const { DATABASE_URL: url, DATABASE_PASSWORD: password = null } = env;
  if (url === undefined && isProduction) {
    faults.add("DATABASE_URL", "is required in production: mysql://user:password@host:3306/name or sqlite:<file>");
    return null;
  }
  return faults.in("DATABASE_URL", () => {
    const address = databaseAddress(url ?? "sqlite:./data/gatehouse.sqlite", password);
    if (address.kind === "server") mustBeUsable(address, isProduction);
    return address;
  });
}

function databaseReplicaIn(
  env: NodeJS.ProcessEnv,
  database: DatabaseAddress | null,
  isProduction: boolean,
  faults: Faults,
): ServerAddress | null {
  const { DATABASE_REPLICA_URL: url, DATABASE_REPLICA_PASSWORD: password = null } = env;
  if (url === undefined && password !== null)
    faults.add("DATABASE_REPLICA_PASSWORD", "is set without DATABASE_REPLICA_URL: set both, or neither");
  return faults.in("DATABASE_REPLICA_URL", () => {
    if (url === undefined) return null;
    if (database?.kind === "sqlite")
      throw new SettingFault("is for MySQL and MariaDB only, and DATABASE_URL is SQLite: remove it");
    const address = serverAddress(url, password, "DATABASE_REPLICA_PASSWORD");
    mustBeUsable(address, isProduction);
    return address;
  });
}

function mustBeUsable(address: ServerAddress, isProduction: boolean): void {
  readTlsFiles(address.tls);
  if (isProduction && isSilentlyPlain(address))
    throw new SettingFault(
      "would send the password and all data to another machine in plain text: add ?ssl-mode=VERIFY_IDENTITY (and &ssl-ca=<file>), or ssl-mode=DISABLED if nobody else is on that network",
    );
}

function publicUrlIn({ PUBLIC_URL: text }: NodeJS.ProcessEnv, isProduction: boolean, faults: Faults): string | null {
  if (text === undefined) {
    if (isProduction) faults.add("PUBLIC_URL", "is required in production: https://portal.example.org");
    return null;
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol))
    faults.add("PUBLIC_URL", "must be an address: https://portal.example.org");
  else if (isProduction && url.protocol === "http:" && !isThisMachine(url.hostname.replaceAll(/[[\]]/g, "")))
    faults.add("PUBLIC_URL", `must begin with https:// in production: https://${url.host}`);
  // Every address of ours begins at the root of its host.
  else if (url.username !== "" || url.password !== "" || /[^/]/.test(url.pathname) || /[?#]/.test(text))
    faults.add("PUBLIC_URL", `must be the address alone, without a path, "?", "#" or a user: ${url.origin}`);
  return url?.origin ?? null;
}

/** The entries of TRUST_PROXY. An entry that matches no proxy would make all clients one source. */
function proxiesIn(text: string): string[] {
  const entries = text
    .split(",")
    .map((entry) => entry.trim())
    .filter(Boolean);
  const wrong = entries.findIndex((entry) => readNetwork(entry) === null);
  if (wrong !== -1)
    throw new SettingFault(
      `must hold addresses and networks, separated by commas: 127.0.0.1, 10.0.0.0/8, fd00::/8; its entry ${wrong + 1} is neither, or is everybody's`,
    );
  return entries;
}

/**
 * Set variables that are one typing mistake away from one of ours that is not set. Only those: the machine's other
 * variables are none of our business.
 */
function misspelt(env: NodeJS.ProcessEnv): [name: string, known: string][] {
  const ours = [...variables, ...secretVariables.map((name) => `${name}_FILE`)];
  const unset = ours.filter((name) => name.length >= LEAST_RECOGNIZABLE && env[name] === undefined);
  return Object.keys(env)
    .filter((name) => !ours.includes(name))
    .flatMap((name) => {
      const known = unset.find((candidate) => isOneMistakeAway(name.toUpperCase(), candidate));
      return known === undefined ? [] : [[name, known] as [string, string]];
    });
}
const LEAST_RECOGNIZABLE = 8;

/** One character is missing, added or another, two neighbours are swapped, or only the case differs. */
function isOneMistakeAway(text: string, word: string): boolean {
  if (text === word) return true;
  if (Math.abs(text.length - word.length) > 1) return false;
  let start = 0;
  while (start < text.length && text[start] === word[start]) start++;
  const [rest, wanted] = [text.slice(start), word.slice(start)];
  return (
    rest.slice(1) === wanted ||
    rest === wanted.slice(1) ||
    rest.slice(1) === wanted.slice(1) ||
    (rest.slice(2) === wanted.slice(2) && rest[0] === wanted[1] && rest[1] === wanted[0])
  );
}

/** Lies in the data directory. */
export const KEYS_FILE = "secret-keys";

/** Outside production the keys are generated once and kept in a file that only its owner may read. */
function localKeys(directory: string): string {
  const file = join(directory, KEYS_FILE);
  keepDirectoryPrivate(directory, (name) => name === KEYS_FILE || name.startsWith("gatehouse.sqlite"));
  if (!existsSync(file)) {
    mustBeWritable(directory);
    try {
      writeFileSync(file, `k1:${randomBytes(32).toString("base64")}\n`, { mode: 0o600, flag: "wx" });
    } catch (error) {
      // Another instance that started at the same moment has just created it.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  keepFilePrivate(file);
  return readFileSync(file, "utf8").trim();
}
