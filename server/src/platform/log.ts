import { pino, type DestinationStream, type Logger } from "pino";
import { currentRequestId } from "./http/request-id.js";
import { errorForLog, isErrorCode } from "./log-errors.js";
import { LogOutput, standardOutput } from "./log-output.js";

export type Log = Logger;

/**
 * Structured logs, one JSON object per line (pino escapes line breaks). Nothing secret is passed to it; the listed
 * paths are a second line of defense.
 */
export const createLog = (level: string, destination: DestinationStream = new LogOutput(standardOutput())): Log =>
  pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      // A line from deep below a mutation; a line that names its request itself keeps that name.
      mixin: () => {
        const requestId = currentRequestId.current;
        return requestId === undefined ? {} : { requestId };
      },
      redact: {
        paths: ["*.password", "*.token", "*.code", "*.authorization", "*.cookie", "*.secret"],
        censor: (value) => (isErrorCode(value) ? value : "[redacted]"),
      },
      serializers: { err: errorForLog },
    },
    destination,
  );
