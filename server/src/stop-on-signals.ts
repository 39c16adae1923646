import { setTimeout as wait } from "node:timers/promises";
import type { App } from "./app.js";
import { fullLineMs } from "./features/passwords/password-hasher.js";
import type { Config } from "./platform/config/config.js";
import type { Log } from "./platform/log.js";

/** For the mails and webhooks that the last requests caused. */
const AFTER_THE_LINE_MS = 15_000;
/** What was cut off still has to be given back in the database. */
const TIDYING_MS = 5000;
/** One Ctrl+C reaches the server several times: from the terminal, and from each program that started it. */
const ONE_SIGNAL_MS = 1000;

/**
 * Stops the server on SIGTERM, SIGINT or SIGHUP, or when the program that started it has gone: exits with 0, or with 1 if
 * something was cut off. A second signal ends it at once.
 */
export function stopOnSignals({
  app,
  config: { stopDelayMs, stopTimeoutMs },
  log,
  exit,
}: {
  app: App;
  config: Pick<Config, "stopDelayMs" | "stopTimeoutMs">;
  log: Log;
  exit: (code: number) => Promise<void>;
}): void {
  const timeoutMs = stopTimeoutMs ?? fullLineMs() + AFTER_THE_LINE_MS;
  let stoppingSince: number | null = null;

  const stop = async () => {
    app.announceStop();
    log.info({ delaySeconds: stopDelayMs / 1000, timeoutSeconds: timeoutMs / 1000 }, "stopping");
    await wait(stopDelayMs);
    setTimeout(() => void exit(1), timeoutMs + TIDYING_MS);
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      await app.close(deadline);
    } catch (error) {
      log.error({ err: error }, "stopping failed");
      return exit(1);
    }
    if (deadline.aborted) log.warn("what was under way was cut off: STOP_TIMEOUT_SECONDS is too short for it");
    return exit(deadline.aborted ? 1 : 0);
  };
  const onSignal = () => {
    if (stoppingSince === null) {
      stoppingSince = performance.now();
      void stop();
    } else if (performance.now() - stoppingSince > ONE_SIGNAL_MS) void exit(1);
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, onSignal);
  // The channel to `npm start` closes when that program ends, whatever ended it.
  process.once("disconnect", () => {
    if (stoppingSince === null) onSignal();
  });
}
