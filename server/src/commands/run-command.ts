import { parseArgs } from "node:util";
import type { Plan, TeamRole } from "@gatehouse/shared";
import type { KeyRing } from "../platform/crypto/key-ring.js";
import { Refusal } from "../platform/graphql/failures.js";
import type { Work } from "../features/work/unit-of-work.js";
import type { PasswordHasher } from "../features/passwords/password-hasher.js";
import { CommandError } from "./command-error.js";
import { doctorUsage } from "./doctor/doctor.command.js";
import { FirmCommands, planNames, teamRoles } from "./firm.commands.js";
import { keyUsage, stillNeeded } from "./key-usage.js";
import { rotateKeys } from "./rotate-keys.command.js";

const OWNER_PASSWORD = "GATEHOUSE_OWNER_PASSWORD";
const MEMBER_PASSWORD = "GATEHOUSE_MEMBER_PASSWORD";

export const usage = `Usage: pnpm gatehouse <command>   (or: npm run gatehouse -- <command>)

  firm create --slug <slug> --name <name> --plan <plan> --owner-name <name> --owner-email <email>
      Creates a firm and its owner. Prompts for the owner's password, or reads it from ${OWNER_PASSWORD}.
  firm list
  firm set-plan --slug <slug> --plan <plan>
  member add --slug <slug> --role <role> --name <name> --email <email>
      Adds a team member. Prompts for the password, or reads it from ${MEMBER_PASSWORD}.
  member reset-password --email <email>
      Sets a new password and signs the member out everywhere. Prompts for it, or reads it from ${MEMBER_PASSWORD}.
${doctorUsage}
  keys rotate
      Encrypts everything again with the first key of SECRET_KEYS, and lists what still needs another key: passwords move to it at
      their owners' next sign-in, recovery codes when new ones are created.

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
  print: (line: string) => void;
}

const optionsOf = {
  "firm create": ["slug", "name", "plan", "owner-name", "owner-email"],
  "firm list": [],
  "firm set-plan": ["slug", "plan"],
  "member add": ["slug", "role", "name", "email"],
  "member reset-password": ["email"],
  "keys rotate": [],
} as const satisfies Record<string, readonly string[]>;
type CommandName = keyof typeof optionsOf;

export interface Command {
  name: CommandName;
  options: Record<string, string>;
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
  const name = args.slice(0, 2).join(" ") as CommandName;
  if (!Object.hasOwn(optionsOf, name)) throw new CommandError(`There is no command "${name}". Try --help.`);
  const needed: readonly string[] = optionsOf[name];
  let values: Record<string, unknown>;
  try {
    ({ values } = parseArgs({
      args: args.slice(2),
      options: Object.fromEntries(needed.map((option) => [option, { type: "string" as const }])),
      allowPositionals: false,
      strict: true,
    }));
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error));
  }
  const missing = needed.filter((option) => typeof values[option] !== "string");
  if (missing.length > 0)
    throw new CommandError(`"${name}" also needs ${missing.map((option) => `--${option}`).join(", ")}.`);
  return { name, options: Object.fromEntries(needed.map((option) => [option, String(values[option])])) };
}

/** Runs one command. Throws CommandError for what its user can fix. */
export async function runCommand({ name, options }: Command, needs: CommandNeeds): Promise<void> {
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
        return;
      }
      case "firm list":
        for (const { firm, members, contacts } of await firms.list())
          print([firm.slug, firm.plan, firm.name, `${members} members`, `${contacts} contacts`].join("\t"));
        return;
      case "firm set-plan": {
        const { firm, from, keepsMode } = await firms.setPlan(option("slug"), plan());
        print(`The plan of ${firm.name} is ${firm.plan} (was ${from}).`);
        if (keepsMode)
          print("Its security mode is not part of this plan: it stays in force until the firm changes it.");
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
        return;
      }
      case "member reset-password": {
        const { member, ended } = await firms.resetMemberPassword({
          email: option("email"),
          password: await needs.password(MEMBER_PASSWORD),
        });
        print(`${member.email} has a new password; ${ended} sessions ended.`);
        return;
      }
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
