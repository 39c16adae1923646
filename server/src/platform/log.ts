import { pino, type DestinationStream, type Logger } from "pino";
import { currentRequestId } from "./http/request-id.js";
import { errorForLog, isErrorCode } from "./log-errors.js";
import { LogOutput, standardOutput } from "./log-output.js";

export type Log = Logger;

/** What reorders or breaks a line where it is read in a terminal; JSON itself escapes only the first 32 characters. */
const UNREADABLE = /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/g;
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
/** The same JSON with those characters escaped: they only occur within its texts. */
const readable = (destination: DestinationStream): DestinationStream => ({
  write: (line) => destination.write(line.replaceAll(UNREADABLE, escaped)),
});

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
    readable(destination),
  );
