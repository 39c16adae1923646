import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { keepDirectoryPrivate, keepFilePrivate } from "../private-files.js";
import type { TracingSettings } from "../tracing/open-telemetry.js";
import { KeyRing } from "../crypto/key-ring.js";

// zod would otherwise compile its object schemas to code.
z.config({ jitless: true });

const flag = z.enum(["0", "1"]).transform((value) => value === "1");

/** Every environment variable that the server reads. Nothing else reads the environment. */
const Environment = z.object({
  NODE_ENV: z.string().default("development"),
  /** 0 picks any free port. */
  PORT: z.coerce.number().int().min(0).max(65535).default(4000),
  HOST: z.string().min(1).optional(),
  DATABASE_URL: z
    .string()
    .regex(/^(?:sqlite:.+|(?:mysql|mariadb):\/\/.+)$/, "must be sqlite:<file> or mysql://user:password@host:3306/name")
    .default("sqlite:./data/gatehouse.sqlite"),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\/.+/, "must be redis://host:6379")
    .optional(),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/.+/, "must be smtp://user:password@host:587")
    .optional(),
  MAIL_FROM: z.string().min(3).default("no-reply@gatehouse.example"),
  /** The base of every link in mails, and the only origin that browsers may call from. */
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** `id:base64 of 32 bytes`, comma-separated; the first encrypts, all decrypt. */
  SECRET_KEYS: z.string().optional(),
  SOURCE_LIMIT_FACTOR: z.coerce.number().positive().default(1),
  /** Where /metrics is served, apart from everything public. Without a port production does not serve it. */
  METRICS_PORT: z.coerce.number().int().min(1).max(65535).optional(),
  METRICS_HOST: z.string().min(1).default("127.0.0.1"),
  /** The OpenTelemetry collector that receives traces, such as http://127.0.0.1:4318; without it nothing is traced. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_SERVICE_NAME: z.string().min(1).default("gatehouse"),
  /** The part of traces that is kept, from 0 to 1. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  /** Comma-separated addresses of the proxies whose X-Forwarded-For is trusted. */
  TRUST_PROXY: z.string().default(""),
  DEMO: flag.optional(),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

export interface Config {
  isProduction: boolean;
  port: number;
  host: string;
  databaseUrl: string;
  redisUrl: string | null;
  smtpUrl: string | null;
  mailFrom: string;
  /** Null: http://localhost:<the port the server listens on>. */
  publicUrl: string | null;
  keys: KeyRing;
  sourceLimitFactor: number;
  trustedProxies: string[];
  /** Null: /metrics is served beside the pages outside production, and not at all in production. */
  metricsAt: { port: number; host: string } | null;
  /** Null: nothing is traced, and OpenTelemetry is not even loaded. */
  tracing: TracingSettings | null;
  /** Null: load the demo if the database is new, except in production. */
  demo: boolean | null;
  logLevel: "debug" | "info" | "warn" | "error" | "silent";
}

/** Reads the whole environment at once. Throws one error that lists every fault. */
export function readConfig(env: NodeJS.ProcessEnv, dataDirectory = "./data"): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = Environment.safeParse(set);
  if (!parsed.success) throw new Error(`The configuration is not valid:\n${z.prettifyError(parsed.error)}`);
  const e = parsed.data;
  const isProduction = e.NODE_ENV === "production";
  if (isProduction && !e.SECRET_KEYS)
    throw new Error("SECRET_KEYS is required in production: id:base64 of 32 random bytes.");
  return {
    isProduction,
    port: e.PORT,
    host: e.HOST ?? (isProduction ? "0.0.0.0" : "127.0.0.1"),
    databaseUrl: e.DATABASE_URL,
    redisUrl: e.REDIS_URL ?? null,
    smtpUrl: e.SMTP_URL ?? null,
    mailFrom: e.MAIL_FROM,
    publicUrl: e.PUBLIC_URL?.replace(/\/+$/, "") ?? null,
    keys: KeyRing.parse(e.SECRET_KEYS ?? localKeys(dataDirectory)),
    sourceLimitFactor: e.SOURCE_LIMIT_FACTOR,
    trustedProxies: e.TRUST_PROXY.split(",")
      .map((address) => address.trim())
      .filter(Boolean),
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
    logLevel: e.LOG_LEVEL,
  };
}

/** Lies in the data directory. */
export const KEYS_FILE = "secret-keys";

/** Outside production the keys are generated once and kept in a file that only its owner may read. */
function localKeys(directory: string): string {
  const file = join(directory, KEYS_FILE);
  keepDirectoryPrivate(directory, (name) => name === KEYS_FILE || name.startsWith("gatehouse.sqlite"));
  if (!existsSync(file)) {
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
