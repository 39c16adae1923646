import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { normalizeEmail } from "@gatehouse/shared";
import { entities, migrations } from "../../entities.js";
import { isThisMachine } from "../../platform/config/address.js";
import { isProductionIn, KEYS_FILE, readConfig, type Config } from "../../platform/config/config.js";
import { openDatabase } from "../../platform/database/database.js";
import { CommandError } from "../command-error.js";
import { addressChecks } from "./address-checks.js";
import { databaseChecks } from "./database-checks.js";
import { Findings, reasonOf, type Finding } from "./finding.js";
import { fileChecks, machineChecks } from "./machine-checks.js";
import { memberChecks } from "./member-checks.js";
import { replicaChecks } from "./replica-checks.js";
import { mailChecks, redisChecks } from "./service-checks.js";

const DATA_DIRECTORY = "./data";

/** Longer than the time after which common proxies close what is idle. */
const IDLE_SECONDS = 70;

export const doctorUsage = `  doctor [--mail <email>] [--idle] [--json]
      Checks whatever an operator can get wrong, and says what to do. Changes nothing; with --mail, sends one test mail. With --idle,
      takes ${IDLE_SECONDS} seconds, and checks that the proxy keeps an idle WebSocket open.`;

interface DoctorOptions {
  mail: string | null;
  /** How long an idle socket must stay open; 0: not checked. */
  idleSeconds: number;
  isJson: boolean;
}

/** Parses what follows "doctor". Throws CommandError. */
function optionsIn(args: readonly string[]): DoctorOptions {
  let values: { mail?: string; idle?: boolean; json?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: { mail: { type: "string" }, idle: { type: "boolean" }, json: { type: "boolean" } },
      strict: true,
    }));
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error));
  }
  const mail = values.mail === undefined ? null : normalizeEmail(values.mail);
  if (values.mail !== undefined && mail === null) throw new CommandError("--mail is not a valid email address.");
  return { mail, idleSeconds: values.idle ? IDLE_SECONDS : 0, isJson: values.json === true };
}

/** The configuration, without creating the keys that a developer's machine keeps in a file. */
function configIn(env: NodeJS.ProcessEnv, findings: Findings): Config | null {
  const file = join(DATA_DIRECTORY, KEYS_FILE);
  const kept = existsSync(file) ? readFileSync(file, "utf8").trim() : null;
  const ofNobody = `none:${randomBytes(32).toString("base64")}`;
  const mustBeGiven = hasKeys(env) || isProductionIn(env);
  try {
    const config = readConfig(mustBeGiven ? env : { ...env, SECRET_KEYS: kept ?? ofNobody });
    findings.ok(`the configuration is complete, for ${config.isProduction ? "production" : "development"}`);
    return config;
  } catch (error) {
    findings.fail(error instanceof Error ? error.message : String(error), "Correct the variables that it names.");
    return null;
  }
}
const hasKeys = (env: NodeJS.ProcessEnv) => Boolean(env.SECRET_KEYS || env.SECRET_KEYS_FILE);

/** Beside the database itself: a member that is down does not keep the others from being examined. */
async function memberFindings({ database }: Config): Promise<Finding[]> {
  return database.kind === "server" ? memberChecks(database) : [];
}

async function databaseFindings({ database, databaseReplica, keys }: Config): Promise<Finding[]> {
  const findings = new Findings("Database");
  if (database.kind === "sqlite" && !existsSync(database.file)) {
    findings.warn(`${database.file} does not exist`, "The server creates it at its first start.");
    return findings.list;
  }
  const isLocal = database.kind === "sqlite" || database.hosts.every(({ host }) => isThisMachine(host));
  try {
    const dataSource = await openDatabase({ address: database, entities, migrations, isInspection: true });
    try {
      const found = await databaseChecks(dataSource, { keys, isLocal });
      return databaseReplica === null ? found : [...found, ...(await replicaChecks(databaseReplica, dataSource))];
    } finally {
      await dataSource.destroy();
    }
  } catch (error) {
    findings.fail(
      `the database cannot be opened: ${reasonOf(error)}`,
      "Check DATABASE_URL: host, port, name, user and password.",
    );
    return findings.list;
  }
}

/** All findings, in the order of the page. */
async function examine(
  env: NodeJS.ProcessEnv,
  { mail, idleSeconds }: Pick<DoctorOptions, "mail" | "idleSeconds">,
): Promise<Finding[]> {
  const configuration = new Findings("Configuration");
  const config = configIn(env, configuration);
  const machine = machineChecks();
  if (config === null) return [...configuration.list, ...(await machine)];
  const { database, isProduction, keys, publicUrl, host, port } = config;
  const file = database.kind === "sqlite" ? database.file : null;
  const parts = await Promise.all([
    machine,
    fileChecks([...(file === null ? [] : [file]), ...(hasKeys(env) ? [] : [join(DATA_DIRECTORY, KEYS_FILE)])], file),
    databaseFindings(config),
    memberFindings(config),
    addressChecks({
      publicUrl,
      here: `http://${host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host}:${port}`,
      keys,
      isProduction,
      idleSeconds,
    }),
    mailChecks(config, mail),
    redisChecks(config.redis, file === null),
  ]);
  return [...configuration.list, ...parts.flat()];
}

function pageOf(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ about, level, found, remedy }) => [
    `${level.padEnd(5)}${about.padEnd(14)}${found.replaceAll("\n", `\n${" ".repeat(19)}`)}`,
    ...(remedy === null ? [] : [`${" ".repeat(19)}-> ${remedy}`]),
  ]);
  const count = (level: Finding["level"]) => findings.filter((finding) => finding.level === level).length;
  return [...lines, "", `${count("OK")} OK, ${count("WARN")} WARN, ${count("FAIL")} FAIL`].join("\n");
}

/**
 * Checks what an operator can get wrong, whether or not a server runs, and prints a line for each. Returns the exit
 * code: 1 if something does not work, otherwise 0. Throws CommandError for arguments that it does not understand.
 */
export async function doctor(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<number> {
  const options = optionsIn(args);
  const findings = await examine(env, options);
  print(options.isJson ? JSON.stringify({ findings }, null, 2) : pageOf(findings));
  return findings.some(({ level }) => level === "FAIL") ? 1 : 0;
}
