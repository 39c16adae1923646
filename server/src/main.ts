import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { startApp } from "./app.js";
import { stopOnSignals } from "./stop-on-signals.js";
import { demoSignIns } from "./demo/demo-firm.js";
import { StartRefused } from "./platform/config/faults.js";
import { NO_GENERATED_CODE, refusesGeneratedCode } from "./platform/config/generated-code.js";
import { isProductionIn, readConfig } from "./platform/config/config.js";
import { LogOutput, standardOutput } from "./platform/log-output.js";
import { createLog } from "./platform/log.js";

/** How long the exit waits for the log's last lines. */
const LAST_LINES_MS = 1000;

const output = new LogOutput(standardOutput());
async function exit(code: number): Promise<void> {
  await output.flush(LAST_LINES_MS);
  // The exit would wait for a thread that writes to a stalled output.
  if (output.canEnd) process.exit(code);
  else process.kill(process.pid, "SIGKILL");
}

const isProduction = isProductionIn(process.env);
/** For what happens whatever LOG_LEVEL says. */
const ownLog = createLog("info", output);
if (isProduction) logEverything();

/** In production every line of the output is JSON, also those that Node would write as text. */
function logEverything(): void {
  process.removeAllListeners("warning").on("warning", (warning) => ownLog.warn({ err: warning }, "a warning of Node"));
  process.on("uncaughtException", (error) => {
    ownLog.fatal({ err: error }, "the server failed");
    void exit(1);
  });
}

async function refuseToStart(error: unknown): Promise<void> {
  if (!isProduction) console.error(error instanceof StartRefused ? error.message : error);
  else if (error instanceof StartRefused) ownLog.fatal({ faults: error.faults }, error.summary);
  else ownLog.fatal({ err: error }, "the server could not start");
  await exit(1);
}

try {
  const config = readConfig(
    process.env,
    undefined,
    isProduction && !refusesGeneratedCode()
      ? [`Production runs without code made from strings: start it with node ${NO_GENERATED_CODE} server/dist/main.js.`]
      : [],
  );
  const log = createLog(config.logLevel, output);
  const here = dirname(fileURLToPath(import.meta.url));
  const root = join(here, "../..");
  const app = await startApp(config, {
    log,
    droppedLogLines: () => output.droppedLines,
    version: (JSON.parse(readFileSync(join(here, "../package.json"), "utf8")) as { version: string }).version,
    dashboard: join(root, "dashboard/dist"),
    docs: root,
    fonts: join(dirname(createRequire(import.meta.url).resolve("dejavu-fonts-ttf/package.json")), "ttf"),
    hashingProcess: join(here, "features/passwords/hashing-process.js"),
  });
  if (isProduction) log.info({ url: app.publicUrl, listensAt: app.url }, "Gatehouse serves");
  else {
    console.log(`\nGatehouse serves ${app.publicUrl}/ (for integrators: ${app.publicUrl}/docs)`);
    if (config.mail.kind === "mailbox") console.log(`  mail is kept and shown at ${app.publicUrl}/mailbox`);
    if (app.hasDemo)
      for (const { who, email, password, at } of demoSignIns)
        console.log(`  ${app.publicUrl}${at}  ${who}: ${email} / ${password}`);
  }
  stopOnSignals({ app, config, log, exit });
} catch (error) {
  await refuseToStart(error);
}
