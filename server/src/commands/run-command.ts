import { parseArgs } from "node:util";
import type { Plan, TeamRole } from "@gatehouse/shared";
import type { KeyRing } from "../platform/crypto/key-ring.js";
import { Refusal } from "../platform/graphql/failures.js";
import type { Work } from "../features/work/unit-of-work.js";
import type { PasswordHasher } from "../features/passwords/password-hasher.js";
import { backUp, restore, type BackupNeeds } from "./backup.commands.js";
import { CommandError } from "./command-error.js";
import { doctorUsage } from "./doctor/doctor.command.js";
import { deleteFirm, firmToDelete } from "./firm-deletion.js";
import { FirmCommands, planNames, teamRoles } from "./firm.commands.js";
import type { TeamMember } from "../features/firm-staff/team-member.entity.js";
import { exportFirm, importFirm } from "./firm-transfer.js";
import { keyUsage, stillNeeded } from "./key-usage.js";
import { verifyLogFile, verifyLogs } from "./log-verification.js";
import { rotateKeys } from "./rotate-keys.command.js";
import { rebuildSearch } from "./search-rebuild.js";

const OWNER_PASSWORD = "GATEHOUSE_OWNER_PASSWORD";
const MEMBER_PASSWORD = "GATEHOUSE_MEMBER_PASSWORD";

export const usage = `Usage: pnpm gatehouse <command>   (or: npm run gatehouse -- <command>)

  firm create --slug <slug> --name <name> --plan <plan> --owner-name <name> --owner-email <email>
      Creates a firm and its owner. Prompts for the owner's password, or reads it from ${OWNER_PASSWORD}.
  firm list
  firm set-plan --slug <slug> --plan <plan>
  firm disable --slug <slug>
      Lets nobody of the firm in: ends every session, and pauses keys and webhooks. Its data stays.
  firm enable --slug <slug>
  firm delete --slug <slug> [--yes]
      Deletes a disabled firm and everything that belongs to it, for ever. Asks for the slug again, unless --yes is given.
  firm export --slug <slug> --to <file>
      Writes everything of the firm into a new file, for another server.
  firm import --from <file>
      Adds such a firm. SECRET_KEYS must contain the key of the server that it comes from.
  member add --slug <slug> --role <role> --name <name> --email <email>
      Adds a team member. Prompts for the password, or reads it from ${MEMBER_PASSWORD}.
  member reset-password --email <email>
      Sets a new password and signs the member out everywhere. Prompts for it, or reads it from ${MEMBER_PASSWORD}.
  backup --to <file>
      Copies an SQLite database into a new file, while the server runs. For MySQL and MariaDB, says what to run.
  restore --from <file> [--replace]
      Puts such a backup in the place of the database while no server runs. A database with firms is replaced only with --replace,
      and kept beside the new one.
${doctorUsage}
  keys rotate
      Encrypts everything again with the first key of SECRET_KEYS, and lists what still needs another key: passwords move to it at
      their owners' next sign-in, recovery codes when new ones are created.
  log verify [--slug <slug>] [--checkpoints <file>]
      Checks the audit logs in the database, of one firm or of all: names the first event that was changed, removed, added or moved, and
      an end that was cut off. With checkpoints that you kept elsewhere, it also finds a log that was rewritten as a whole.
  log verify --file <file> [--checkpoints <file>] [--keys <file>]
      Checks an exported log in the same way, without a database (docs/audit-format.md).
  search rebuild
      Lets contacts that a server of the version before has written be found and sorted as those of this version. Run it once
      no such server runs.

Plans: ${planNames.join(", ")}. Roles: ${teamRoles.join(", ")}.
The database and the keys are those of the server: DATABASE_URL, SECRET_KEYS.
`;

/** The services that the commands use. */
export interface CommandNeeds {
  work: Work;
  hasher: PasswordHasher;
  keys: KeyRing;
  /** Prompts for a new password, or reads it from the given variable. */
  password: (variable: string) => Promise<string>;
  /** Asks for a line of text. Throws CommandError without a terminal. */
  typed: (question: string) => Promise<string>;
  print: (line: string) => void;
}

/** Somebody who signed in to another firm's team before. */
const keepsPassword = ({ id, identityId }: TeamMember) => identityId !== id;
const KEEPS_PASSWORD = "They sign in to another team already, and keep their password: yours was not used.";

/** A name in brackets may be left out: a flag, or with `=` an option that has a value. */
const optionsOf = {
  backup: ["to"],
  restore: ["from", "[replace]"],
  "firm create": ["slug", "name", "plan", "owner-name", "owner-email"],
  "firm list": [],
  "firm set-plan": ["slug", "plan"],
  "firm disable": ["slug"],
  "firm enable": ["slug"],
  "firm delete": ["slug", "[yes]"],
  "firm export": ["slug", "to"],
  "firm import": ["from"],
  "member add": ["slug", "role", "name", "email"],
  "member reset-password": ["email"],
  "keys rotate": [],
  "log verify": ["[slug=]", "[file=]", "[checkpoints=]", "[keys=]"],
  "search rebuild": [],
} as const satisfies Record<string, readonly string[]>;
type CommandName = keyof typeof optionsOf;
const isCommandName = (name: string): name is CommandName => Object.hasOwn(optionsOf, name);
/** Those that move the database's file, and so open it themselves. */
type FileCommandName = "backup" | "restore";
/** Whether the command checks an exported log, which needs neither settings nor a database. */
export const isOfLogFile = ({ name, options }: Command): boolean => name === "log verify" && "file" in options;
export const runOfLogFile = async ({ options }: Command, print: (line: string) => void): Promise<void> => {
  const { file = "", checkpoints = null, keys = null, slug } = options;
  if (slug !== undefined) throw new CommandError("Give either --slug or --file.");
  await verifyLogFile({ file, checkpoints, keys }, print);
};

export interface Command {
  name: CommandName;
  options: Record<string, string>;
  /** The flags that were given. */
  flags: ReadonlySet<string>;
}

const oneOf = <T extends string>(allowed: readonly T[], text: string | undefined, option: string): T => {
  const found = allowed.find((name) => name === text?.toUpperCase());
  if (found === undefined) throw new CommandError(`${option} must be one of ${allowed.join(", ")}.`);
  return found;
};

/**
 * Parses the arguments; null means that the usage is requested. Throws CommandError for an unknown command or option.
 */
export function parseCommand(args: readonly string[]): Command | null {
  if (args.length === 0 || args.includes("--help") || args[0] === "help") return null;
  const name = [1, 2].map((words) => args.slice(0, words).join(" ")).find(isCommandName);
  if (name === undefined) throw new CommandError(`There is no command "${args.slice(0, 2).join(" ")}". Try --help.`);
  const all: readonly string[] = optionsOf[name];
  const flags = all.flatMap((option) => /^\[([^=]*)\]$/.exec(option)?.[1] ?? []);
  const optional = all.flatMap((option) => /^\[(.*)=\]$/.exec(option)?.[1] ?? []);
  const needed = all.filter((option) => !option.startsWith("["));
  let values: Record<string, unknown>;
  try {
    ({ values } = parseArgs({
      args: args.slice(name.split(" ").length),
      options: {
        ...Object.fromEntries([...needed, ...optional].map((option) => [option, { type: "string" as const }])),
        ...Object.fromEntries(flags.map((flag) => [flag, { type: "boolean" as const }])),
      },
      allowPositionals: false,
      strict: true,
    }));
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error));
  }
  const missing = needed.filter((option) => typeof values[option] !== "string");
  if (missing.length > 0)
    throw new CommandError(`"${name}" also needs ${missing.map((option) => `--${option}`).join(", ")}.`);
  return {
    name,
    options: Object.fromEntries(
      [...needed, ...optional].flatMap((option) =>
        typeof values[option] === "string" ? [[option, values[option]]] : [],
      ),
    ),
    flags: new Set(flags.filter((flag) => values[flag] === true)),
  };
}

/** Whether the command is one of those on the database's file. */
export const isFileCommand = (command: Command): command is Command & { name: FileCommandName } =>
  command.name === "backup" || command.name === "restore";

/** Runs a command on the database's file. Throws CommandError for what its user can fix. */
export async function runFileCommand(
  { name, options, flags }: Command & { name: FileCommandName },
  needs: BackupNeeds,
): Promise<void> {
  if (name === "backup") backUp(options["to"] ?? "", needs);
  else await restore({ from: options["from"] ?? "", replace: flags.has("replace") }, needs);
}

/** Runs any other command. Throws CommandError for what its user can fix. */
export async function runCommand({ name, options, flags }: Command, needs: CommandNeeds): Promise<void> {
  const firms = new FirmCommands(needs.work, needs.hasher);
  const option = (key: string) => options[key] ?? "";
  const plan = (): Plan => oneOf(planNames, option("plan"), "--plan");
  const { print } = needs;
  try {
    switch (name) {
      case "firm create": {
        const chosen = plan();
        const { firm, owner } = await firms.create({
          slug: option("slug"),
          name: option("name"),
          plan: chosen,
          ownerName: option("owner-name"),
          ownerEmail: option("owner-email"),
          ownerPassword: await needs.password(OWNER_PASSWORD),
        });
        print(`Created the firm ${firm.name} (${firm.slug}, ${firm.plan}) with its owner ${owner.email}.`);
        if (keepsPassword(owner)) print(KEEPS_PASSWORD);
        return;
      }
      case "firm list":
        for (const { firm, members, contacts, isDisabled } of await firms.list())
          print(
            [
              firm.slug,
              firm.plan,
              firm.name,
              `${members} members`,
              `${contacts} contacts`,
              ...(isDisabled ? ["disabled"] : []),
            ].join("\t"),
          );
        return;
      case "firm disable": {
        const { firm, isNew } = await firms.disable(option("slug"));
        print(isNew ? `${firm.name} is disabled: nobody of it can sign in.` : `${firm.name} was disabled before.`);
        return;
      }
      case "firm enable": {
        const { firm, isNew } = await firms.enable(option("slug"));
        print(isNew ? `${firm.name} is enabled: everyone can sign in again.` : `${firm.name} was not disabled.`);
        return;
      }
      case "firm delete": {
        const firm = await firmToDelete(needs.work, option("slug"));
        const { slug } = firm;
        print(
          `This deletes ${firm.name} with its team, clients and audit log, for ever. To keep a copy, run "firm export --slug ${slug} --to <file>" first.`,
        );
        if (!flags.has("yes") && (await needs.typed(`Type ${slug} to delete it: `)) !== slug)
          throw new CommandError("That is not its slug: nothing was deleted.");
        const rows = await deleteFirm(needs.work, firm);
        print(`${firm.name} is deleted: ${rows} rows. Backups still have them.`);
        return;
      }
      case "firm set-plan": {
        const { firm, from, keepsMode } = await firms.setPlan(option("slug"), plan());
        print(`The plan of ${firm.name} is ${firm.plan} (was ${from}).`);
        if (keepsMode)
          print("Its security mode is not part of this plan: it stays in force until the firm changes it.");
        return;
      }
      case "firm export": {
        const to = option("to");
        const rows = await exportFirm(needs.work.reader.connection, needs.keys, { slug: option("slug"), to });
        print(`Wrote ${rows} rows into ${to}. It needs this server's SECRET_KEYS, which it does not contain.`);
        return;
      }
      case "firm import": {
        const imported = await importFirm(needs.work.reader.connection, needs.keys, option("from"));
        print(`Imported ${imported.name} (${imported.slug}): ${imported.rows} rows. Everyone signs in anew.`);
        for (const email of imported.known) print(`${email} signed in here already, and keeps the password of here.`);
        return;
      }
      case "member add": {
        const role: TeamRole = oneOf(teamRoles, option("role"), "--role");
        const { firm, member } = await firms.addMember({
          slug: option("slug"),
          name: option("name"),
          email: option("email"),
          role,
          password: await needs.password(MEMBER_PASSWORD),
        });
        print(`Added ${member.email} to ${firm.name} as ${member.role}.`);
        if (keepsPassword(member)) print(KEEPS_PASSWORD);
        return;
      }
      case "member reset-password": {
        const { email, ended } = await firms.resetMemberPassword({
          email: option("email"),
          password: await needs.password(MEMBER_PASSWORD),
        });
        print(`${email} has a new password; ${ended} sessions ended.`);
        return;
      }
      case "log verify": {
        const { slug = null, checkpoints = null } = options;
        if ("keys" in options) throw new CommandError("--keys goes with --file: here they are those of SECRET_KEYS.");
        await verifyLogs(needs, { slug, checkpoints });
        return;
      }
      case "search rebuild":
        await rebuildSearch(needs.work.reader.connection);
        print("Every contact is found and sorted by this version's rules.");
        return;
      case "keys rotate": {
        const reports = await rotateKeys(needs.work, needs.keys);
        for (const report of reports)
          print(
            `${report.name}: ${report.renewed} renewed, ${report.current} current, ${report.unreadable} unreadable`,
          );
        for (const line of stillNeeded(await keyUsage(needs.work.reader), needs.keys)) print(line);
        if (reports.some(({ unreadable }) => unreadable > 0))
          throw new CommandError("Some values cannot be read: restore the key that encrypted them to SECRET_KEYS.");
      }
    }
  } catch (error) {
    throw error instanceof Refusal ? new CommandError(error.message) : error;
  }
}
