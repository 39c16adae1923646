// Installs what Gatehouse is compared with (never part of the product's install), compiles the bench, and runs it.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const isWindows = process.platform === "win32";
const isRequired = process.env.REQUIRE_SERVICES === "1" || !process.argv.includes("--quick");

function installPeers() {
  const stamp = join(here, "node_modules/.gatehouse-installed");
  const key = createHash("sha256")
    .update(readFileSync(join(here, "pnpm-lock.yaml")))
    .update(process.version)
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) return true;
  const { status } = spawnSync("npx", ["--yes", "pnpm@12.21.0", "install", "--frozen-lockfile", "--prefer-offline"], {
    cwd: here,
    stdio: "inherit",
    shell: isWindows,
  });
  if (status === 0) writeFileSync(stamp, key);
  return status === 0;
}
const compile = (project) => {
  const tsc = join(here, "../../node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", project], { cwd: here, stdio: "inherit" });
  if (status !== 0) process.exit(1);
};

rmSync(join(here, "dist"), { recursive: true, force: true });
compile(".");
if (process.env.BENCH_PEERS === "0") console.log("[bench] without peers (BENCH_PEERS=0)");
else if (installPeers()) compile("peers");
else if (isRequired) {
  console.error("[bench] the peers could not be installed");
  process.exit(1);
}
const child = spawn(process.execPath, [join(here, "dist/run.js"), ...process.argv.slice(2)], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
