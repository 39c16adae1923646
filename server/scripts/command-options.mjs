// The commands of package.json with their options. A wrong one is refused before anything is installed or built.
import { parseArgs } from "node:util";

const text = (means, more = {}) => ({ type: "string", means, ...more });
const flag = (means) => ({ type: "boolean", means });
const NUMBER = /^[1-9]\d*$/;
const number = (means, fallback) => text(means, { default: fallback, is: NUMBER, must: "must be a whole number" });
const check = { check: flag("changes nothing, and fails if the file differs") };

/** `passes`: the command hands everything on to another program, which knows its own options. */
const commands = {
  start: { does: "builds what changed, and runs the server" },
  dev: { does: "runs the server and the pages, which follow your changes" },
  build: { does: "installs and builds everything" },
  test: { does: "runs the tests", passes: "Jest's options and paths, as `npx jest --help` lists them" },
  typecheck: { does: "checks the types of everything" },
  schema: { does: "writes server/schema.graphql from the code", options: check },
  screenshots: { does: "saves pictures of every page" },
  gatehouse: { does: "runs an operator's command", passes: "a command: `npm run gatehouse -- --help` lists them" },
  chaos: {
    does: "kills servers under load, and checks every promise",
    options: {
      kills: number("how many times", "50"),
      database: text("mariadb, mysql, sqlite or cluster", {
        default: "mariadb",
        is: /^(?:mariadb|mysql|sqlite|cluster)$/,
        must: "must be mariadb, mysql, sqlite or cluster",
      }),
    },
  },
  replay: {
    does: "walks at random through every mutation, and rebuilds each firm from its log alone",
    options: {
      acts: number("how many acts", "10000"),
      seed: text("repeats the walk that printed it", { is: NUMBER, must: "must be a whole number", isOptional: true }),
      database: text("mariadb, mysql or sqlite", {
        default: "sqlite",
        is: /^(?:mariadb|mysql|sqlite)$/,
        must: "must be mariadb, mysql or sqlite",
      }),
      kill: flag("kills the server (kill -9) now and then"),
    },
  },
  fuzz: {
    does: "sends generated operations and texts of every kind, and reads files and pages with them",
    options: {
      seconds: number("how long each part takes, on each database", "60"),
      minutes: text("the same in minutes", { is: NUMBER, must: "must be a whole number", isOptional: true }),
      seed: text("repeats the run that printed it"),
    },
  },
  bench: {
    does: "measures Gatehouse beside its peers",
    options: {
      quick: flag("checks that the answers are right, and measures nothing"),
      only: text("rows, with commas between them; an unknown one lists them all"),
      rounds: number("how often each is measured", "5"),
      beside: text("the folder of another tree to compare with"),
      also: text("the address of another database server to measure on"),
    },
  },
  mutation: { does: "breaks one rule at a time, which the tests must notice", passes: "folders or files of rules" },
  sbom: {
    does: "writes the list of production packages",
    options: { out: text("the file to write", { default: "sbom.cdx.json" }) },
  },
  advisories: {
    does: "compares the lock file with known flaws",
    options: {
      list: text("a file or directory of OSV records; may be given several times", { multiple: true }),
      lock: text("the lock file to read"),
    },
  },
};

function usageOf(command) {
  const { does, options = {}, passes } = commands[command];
  const lines = Object.entries(options).map(([name, { type, means, default: fallback }]) => {
    const words = `--${name}${type === "string" ? " <value>" : ""}`;
    return `  ${words.padEnd(22)}${means}${fallback === undefined ? "" : ` (default: ${fallback})`}`;
  });
  const what = passes ? ` -- <${passes}>` : lines.length > 0 ? " -- [options]" : "";
  return [`npm run ${command}${what}`, `  ${does}`, ...lines].join("\n");
}

/** Exits with 2 after one line: what was written is wrong, and this says what to write. */
export function refuse(message) {
  console.error(message);
  process.exit(2);
}

/** The options' values. Answers `--help`, and refuses whatever is wrong. */
export function optionsOf(command, args) {
  const known = commands[command];
  if (command === "--help" || command === "help") {
    console.log(Object.keys(commands).map(usageOf).join("\n"));
    process.exit(0);
  }
  if (!known) refuse(`There is no command ${command}: ${Object.keys(commands).join(", ")}.`);
  if (args.includes("--help") && command !== "gatehouse") {
    console.log(usageOf(command));
    process.exit(0);
  }
  if (known.passes) return {};
  const options = known.options ?? {};
  let values;
  try {
    ({ values } = parseArgs({ args, options, strict: true }));
  } catch (error) {
    refuse(`npm run ${command}: ${error.message.split("\n", 1)[0].replace(/\.?$/, ".")} Try --help.`);
  }
  for (const [name, { is, must, isOptional }] of Object.entries(options))
    if (is && !(isOptional && values[name] === undefined) && !is.test(values[name]))
      refuse(`npm run ${command}: --${name} ${must}. Try --help.`);
  return values;
}
