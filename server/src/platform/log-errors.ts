import { constants } from "node:os";
import { isNativeError } from "node:util/types";
import { pino } from "pino";
import { driverErrorOf } from "./database/dialect.js";

/** Names such as `ER_DUP_ENTRY`. No code that somebody enters has an underscore. */
const WITH_UNDERSCORE = /^[A-Z]+_[A-Z0-9_]+$/;
/** The system's names, and Node's for a host that does not exist. */
const SYSTEM_NAMES: ReadonlySet<string> = new Set([...Object.keys(constants.errno), "ENOTFOUND"]);

/** Whether a property named `code` is an error's, which a log needs, and not a secret of the same name. */
export const isErrorCode = (value: unknown): boolean =>
  typeof value === "string" && (WITH_UNDERSCORE.test(value) || SYSTEM_NAMES.has(value));

/** Databases quote values in their messages: `Duplicate entry 'ann@example.com' for key …`. */
const withoutValues = (message: string): string => message.replaceAll(/'[^']*'|"[^"]*"/g, "'…'");

const isDatabaseError = (error: Error): boolean => {
  const { code, errno, errcode } = driverErrorOf(error);
  return "driverError" in error || (code !== undefined && errno !== undefined) || errcode !== undefined;
};
const framesOf = ({ stack = "" }: Error): string => {
  const at = stack.indexOf("\n    at ");
  return at === -1 ? "" : stack.slice(at + 1);
};

/**
 * An error as the log keeps it. A database's error keeps its code, numbers and statement, but no value: neither its
 * parameters nor the text that the driver sent, which contains them.
 */
export function errorForLog(error: unknown): unknown {
  if (!isNativeError(error)) return error;
  if (isDatabaseError(error)) {
    const { code, errno, errcode } = driverErrorOf(error);
    const { driverError, query } = error as { driverError?: { sqlState?: string }; query?: unknown };
    const { sqlState } = driverError ?? (error as { sqlState?: string });
    return {
      type: error.constructor.name,
      message: withoutValues(error.message),
      code,
      errno,
      errcode,
      sqlState,
      ...(typeof query === "string" ? { query: query.slice(0, 500) } : {}),
      stack: framesOf(error),
    };
  }
  // pino would join the messages of all causes.
  if (isNativeError(error.cause)) {
    const { message, stack, cause } = error;
    return { type: error.constructor.name, message, stack, cause: errorForLog(cause) };
  }
  return pino.stdSerializers.err(error);
}
