import "reflect-metadata";
import { existsSync } from "node:fs";
import { entities, migrations } from "../entities.js";
import { CommandError } from "./command-error.js";
import { doctor } from "./doctor/doctor.command.js";
import { newPassword, typedLine } from "./password-prompt.js";
import {
  isFileCommand,
  isOfLogFile,
  parseCommand,
  runCommand,
  runFileCommand,
  runOfLogFile,
  usage,
  type Command,
} from "./run-command.js";
import { Work } from "../features/work/unit-of-work.js";
import { portalLinks } from "../features/work/portal-links.js";
import { Outbox } from "../features/mail/outbox.js";
import { PasswordHasher } from "../features/passwords/password-hasher.js";
import { systemClock } from "../platform/clock/clock.js";
import { readConfig, type Config } from "../platform/config/config.js";
import { withSecretFiles } from "../platform/config/secret-files.js";
import { openDatabase } from "../platform/database/database.js";

/** The server is another process: its workers find new events and mails at their next look. */
const wakeNobody = () => undefined;

/** The operator's commands; `--help` lists them. Exit codes: 0 done, 1 refused, 2 not understood, 70 internal error. */
export async function main(args: readonly string[]): Promise<number> {
  let command: ReturnType<typeof parseCommand>;
  try {
    if (args[0] === "doctor" && !args.includes("--help"))
      return await doctor(args.slice(1), process.env, (line) => console.log(line));
    command = parseCommand(args);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.error(error.message);
    return 2;
  }
  if (command === null) {
    console.log(usage);
    return 0;
  }
  const print = (line: string) => console.log(line);
  try {
    if (isOfLogFile(command)) {
      await runOfLogFile(command, print);
      return 0;
    }
    const config = readConfig(process.env);
    if (isFileCommand(command)) await runFileCommand(command, { ...config, print });
    else await onDatabase(command, config, print);
    return 0;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.error(error.message);
    return 1;
  }
}

async function onDatabase(command: Command, config: Config, print: (line: string) => void): Promise<void> {
  // Whoever verifies a log changes nothing, not even by an update.
  const isInspection = command.name === "log verify";
  if (isInspection && config.database.kind === "sqlite" && !existsSync(config.database.file))
    throw new CommandError(`There is no database ${config.database.file}.`);
  const dataSource = await openDatabase({ address: config.database, entities, migrations, isInspection });
  try {
    if (isInspection && (await dataSource.showMigrations()))
      throw new CommandError("The database is one of an earlier version: its log is sealed when the server has run.");
    const work = new Work({
      dataSource,
      clock: systemClock,
      enqueueMail: new Outbox(config.keys).enqueue,
      isMailOff: config.mail.kind === "none",
      links: () => portalLinks(config.publicUrl ?? `http://localhost:${config.port}`),
      onEvents: wakeNobody,
      onMail: wakeNobody,
    });
    await runCommand(command, {
      work,
      hasher: new PasswordHasher(config.keys),
      keys: config.keys,
      password: (variable) => newPassword(withSecretFiles(process.env).env[variable], variable),
      typed: (question) => typedLine(question, "add --yes"),
      print,
    });
  } finally {
    await dataSource.destroy();
  }
}
