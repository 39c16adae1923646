import { spawn } from "node:child_process";
import { StartRefused } from "./platform/config/faults.js";
import { NO_GENERATED_CODE, refusesGeneratedCode } from "./platform/config/generated-code.js";

/**
 * Node accepts the switch only at startup, so a command that was started without it runs in a child process that has
 * it.
 */
function startWithSwitch(): void {
  const child = spawn(process.execPath, [...process.execArgv, NO_GENERATED_CODE, ...process.argv.slice(1)], {
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void child.kill(signal));
  child.on("exit", (code) => (process.exitCode = code ?? 70));
}

if (refusesGeneratedCode()) {
  // Imported only now: loading the commands' modules takes most of the startup time.
  const { main } = await import("./commands/command-line.js");
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = error instanceof StartRefused ? 1 : 70;
  }
} else startWithSwitch();
