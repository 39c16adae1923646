// Runs the commands of package.json on a machine with only Node and npm: installs what the lock file lists, builds what
// changed, then runs. It has no dependencies itself.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { optionsOf } from "./command-options.mjs";

/** Nothing that the server receives may become code (see docs/security.md). */
const NO_GENERATED_CODE = "--disallow-code-generation-from-strings";
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const isWindows = process.platform === "win32";
const PNPM = "pnpm@12.21.0";
/** Where `npm run dev` shows the pages. */
const VITE_URL = "http://localhost:5173";
const [command = "start", ...rest] = process.argv.slice(2);
const values = optionsOf(command, rest);
const startedAt = performance.now();
const say = (what) => console.log(`[gatehouse] ${what} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);

/** What installing and building write into. Their own errors name a file deep inside, or nothing. */
function sayWhatCannotBeWritten() {
  for (const path of [".", "node_modules", "shared/dist", "server/dist", "dashboard/dist"].map((name) =>
    join(root, name),
  ))
    try {
      if (existsSync(path)) accessSync(path, constants.W_OK);
    } catch {
      console.error(`[gatehouse] ${path} cannot be written by this user: give it to the user that runs this command.`);
    }
}

const run = (file, args, options = {}) => {
  const { status } = spawnSync(file, args, { cwd: root, stdio: "inherit", ...options });
  if (status === 0) return;
  sayWhatCannotBeWritten();
  process.exit(status ?? 1);
};
const node = (args, options) => run(process.execPath, args, options);
const inModules = (path) => join(root, "node_modules", path);

function install() {
  const stamp = inModules(".gatehouse-installed");
  const key = createHash("sha256")
    .update(readFileSync(join(root, "pnpm-lock.yaml")))
    .update(readFileSync(join(root, "pnpm-workspace.yaml")))
    .update(process.version)
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) return;
  // The lock file's hashes decide what is installed. pnpm would otherwise also ask the registry about each entry's age.
  const how = ["--frozen-lockfile", "--prefer-offline", "--trust-lockfile"];
  run("npx", ["--yes", PNPM, "install", ...how], { shell: isWindows });
  writeFileSync(stamp, key);
  say("installed");
}

const newest = (path) => {
  const info = statSync(path);
  if (!info.isDirectory()) return info.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
};
/** Builds when an output is missing or older than what it is made from. */
function buildIfOlder(output, sources, make) {
  const made = existsSync(join(root, output)) ? statSync(join(root, output)).mtimeMs : 0;
  if (made > Math.max(...sources.map((source) => newest(join(root, source))))) return;
  make();
}
const fuzzTests = [
  "testing/fuzz/fuzz.test",
  "testing/fuzz/texts.test",
  "import/file-fuzz.test",
  "e2e/world-texts.test",
];
const tsc = (...args) => node([inModules("typescript/bin/tsc"), ...args]);
function build() {
  tsc("-b", "server");
  buildIfOlder(
    "dashboard/dist/index.html",
    ["dashboard/src", "dashboard/index.html", "dashboard/vite.config.ts", "shared/src", "server/schema.graphql"],
    () => {
      node([join(root, "dashboard/node_modules/vite/bin/vite.js"), "build", "--logLevel", "warn"], {
        cwd: join(root, "dashboard"),
      });
    },
  );
  say("built");
}
function typecheck() {
  tsc("-b", "server");
  tsc("-p", "server/tsconfig.test.json");
  tsc("-p", "server/bench", "--noEmit");
  tsc("-p", "dashboard");
}
/**
 * Who started this process: npm, or a shell and the npm above it. Only Linux says what is above a shell; elsewhere, shells
 * replace themselves by the one program that they are to run.
 */
function starters() {
  try {
    const [, name, parent] = /\((.*)\) . (\d+)/s.exec(readFileSync(`/proc/${process.ppid}/stat`, "utf8"));
    if (/^(?:a|ba|da|k|z)?sh$/.test(name)) return `${process.ppid} ${parent}`;
  } catch {
    // Gone, or not on Linux.
  }
  return String(process.ppid);
}
const startersAtFirst = starters();
const STARTERS_CHECK_MS = 500;

/**
 * Runs a long-lived program, and stops it when this one is stopped. npm runs its scripts in a shell, and a signal to npm
 * ends npm or the shell but never reaches this process, which therefore looks whether they are still there. A program
 * given a channel notices by itself that this process was killed.
 */
function stay(args, { env = process.env, beside = [], channel = false } = {}) {
  const stdio = ["inherit", "inherit", "inherit", ...(channel ? ["ipc"] : [])];
  const child = spawn(process.execPath, args, { cwd: process.cwd(), stdio, env });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  if (process.env.npm_lifecycle_event !== undefined) {
    const check = setInterval(() => {
      if (starters() === startersAtFirst) return;
      clearInterval(check);
      child.kill("SIGTERM");
    }, STARTERS_CHECK_MS);
  }
  process.on("exit", () => beside.forEach((other) => other.kill()));
  child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

install();
switch (command) {
  case "start":
    build();
    stay([NO_GENERATED_CODE, join(root, "server/dist/main.js"), ...rest], { channel: true });
    break;
  case "build":
    build();
    break;
  case "test":
    build();
    node([inModules("jest/bin/jest.js"), ...rest]);
    break;
  case "chaos":
    build();
    node(
      [
        inModules("jest/bin/jest.js"),
        `server/src/testing/chaos/${values.database === "cluster" ? "cluster-chaos" : "kill-nine"}`,
        "-t",
        `(${values.database})`,
      ],
      {
        env: { ...process.env, CHAOS_KILLS: values.kills },
      },
    );
    break;
  case "replay": {
    const seed = values.seed ?? String(Date.now() % 2 ** 30);
    build();
    say(`the seed is ${seed}: --seed ${seed} repeats this walk`);
    node([inModules("jest/bin/jest.js"), "server/src/testing/log-replay", "-t", `(${values.database})`], {
      env: { ...process.env, REPLAY_ACTS: values.acts, REPLAY_SEED: seed, REPLAY_KILLS: values.kill ? "1" : "0" },
    });
    break;
  }
  case "fuzz": {
    const seed = values.seed ?? String(Date.now() % 2 ** 30);
    build();
    say(`the seed is ${seed}: --seed ${seed} repeats this run`);
    node([inModules("jest/bin/jest.js"), "--", ...fuzzTests], {
      env: {
        ...process.env,
        FUZZ_SECONDS: values.minutes === undefined ? values.seconds : String(values.minutes * 60),
        FUZZ_SEED: seed,
      },
    });
    break;
  }
  case "typecheck":
    typecheck();
    break;
  case "schema":
    tsc("-b", "server");
    node([join(root, "server/dist/emit-schema.js"), ...rest]);
    break;
  case "gatehouse":
    tsc("-b", "server");
    stay([NO_GENERATED_CODE, join(root, "server/dist/cli.js"), ...rest]);
    break;
  case "sbom": {
    const form = ["--sbom-format", "cyclonedx", "--sbom-spec-version", "1.6", "--sbom-type", "application"];
    run("npx", ["--yes", PNPM, "sbom", "--prod", ...form, "--out", values.out], { shell: isWindows });
    say(`wrote ${values.out}`);
    break;
  }
  case "advisories":
    node([join(root, "server/scripts/advisories.mjs"), ...rest]);
    break;
  case "screenshots":
    build();
    node([join(root, "dashboard/scripts/screenshots.mjs")]);
    break;
  case "bench":
    build();
    stay([join(root, "server/bench/bench.mjs"), ...rest]);
    break;
  case "mutation":
    stay([join(root, "server/mutation/mutation.mjs"), ...rest]);
    break;
  case "dev":
    tsc("-b", "server");
    stay([NO_GENERATED_CODE, "--watch-path", join(root, "server/dist"), join(root, "server/dist/main.js")], {
      // The server refuses pages of another origin, and these come from Vite.
      env: { PUBLIC_URL: VITE_URL, ...process.env },
      beside: [
        spawn(process.execPath, [inModules("typescript/bin/tsc"), "-b", "server", "-w", "--preserveWatchOutput"], {
          cwd: root,
          stdio: "inherit",
        }),
        spawn(
          process.execPath,
          [join(root, "dashboard/node_modules/vite/bin/vite.js"), "--port", new URL(VITE_URL).port, "--strictPort"],
          { cwd: join(root, "dashboard"), stdio: "inherit" },
        ),
      ],
    });
    break;
}
