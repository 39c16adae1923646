import { driverErrorOf } from "./dialect.js";

/** After this many seconds a caller may try again. */
const RETRY_AFTER_SECONDS = 2;

/** The database could not be used. Nothing was committed, so the same request may be sent again. */
export class Unavailable extends Error {
  readonly extensions = {
    code: "UNAVAILABLE",
    retryAfter: RETRY_AFTER_SECONDS,
    http: { status: 503, headers: new Map([["retry-after", RETRY_AFTER_SECONDS.toString()]]) },
  };
  constructor(override readonly cause?: unknown) {
    super("The service is unavailable for a moment. Nothing was changed: try again.");
    this.name = "Unavailable";
  }
}

/** A commit was sent, or had happened, when the database could no longer be used. Nobody may repeat it blindly. */
export class OutcomeUnknown extends Error {
  readonly extensions = { code: "OUTCOME_UNKNOWN", http: { status: 503 } };
  constructor(override readonly cause?: unknown) {
    super("The database failed while this was saved, so it may have been done or not. Check before you send it again.");
    this.name = "OutcomeUnknown";
  }
}

/** As the cause of an outage: no connection became free in time, or too many waited. The database itself may be well. */
export class Overloaded extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Overloaded";
  }
}

export type Outage = Unavailable | OutcomeUnknown;

/**
 * - lost: the server is gone, is not ready, or is no longer the primary. A new connection may find one that is.
 * - stuck: its disk is full, or SQLite's file cannot be written. Another try at once does not help.
 */
type OutageKind = "lost" | "stuck";

/** Node's and mysql2's names for a connection that cannot be made, broke, or did not answer. */
const LOST_CONNECTION: ReadonlySet<unknown> = new Set([
  "PROTOCOL_CONNECTION_LOST",
  "PROTOCOL_SEQUENCE_TIMEOUT",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);
/** Read-only servers: their option, the transaction's mode, and innodb_read_only or super_read_only. */
const READ_ONLY = [1290, 1792, 1836];
/**
 * The server rolls back a transaction that it refuses to commit: 1180 and 3100 to 3101 are an engine's, Galera's and
 * Group Replication's.
 */
const ROLLED_BACK_AT_COMMIT = [1180, 3100, 3101];
/** 1047 is Galera's "not yet prepared node"; 1927 is MariaDB's for a killed connection. */
const NOT_READY = [
  1040, 1047, 1053, 1077, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1927, 3032, 3092, 3168, 4031,
];
/**
 * Group Replication's refusals of a member that waits for its group. It also refuses a write with 3098, "the table does
 * not comply", while it gives up being the primary; our tables do comply.
 */
const WAITS_FOR_GROUP = [3098, 3796, 3797, 3798];
const LOST: ReadonlySet<unknown> = new Set([...READ_ONLY, ...ROLLED_BACK_AT_COMMIT, ...NOT_READY, ...WAITS_FOR_GROUP]);
const FULL: ReadonlySet<unknown> = new Set([1021, 1114]);
const GET_ERRNO = 1030;
/** Errors of MySQL's client library, which MySQL Router sends if it finds no server. */
const isClientError = (errno: number) => errno >= 2000 && errno < 2100;

/** SQLite's primary result codes. */
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_STUCK: ReadonlySet<unknown> = new Set([SQLITE_READONLY, SQLITE_IOERR, 13 /* FULL */, 14 /* CANTOPEN */]);

/** null: not an outage. */
export function outageKindOf(error: unknown): OutageKind | null {
  const { code, errno, errcode, message, fatal } = driverErrorOf(error);
  if (errcode !== undefined) return SQLITE_STUCK.has(errcode & 255) ? "stuck" : null;
  if (FULL.has(errno) || (errno === GET_ERRNO && /\b28\b/.test(message ?? ""))) return "stuck";
  if (LOST.has(errno) || LOST_CONNECTION.has(code) || (errno !== undefined && isClientError(errno))) return "lost";
  // mysql2's own errors on a connection that has failed before have no number.
  return fatal === true && errno === undefined ? "lost" : null;
}

export const isReadOnly = (error: unknown): boolean => {
  const { errno, errcode } = driverErrorOf(error);
  return READ_ONLY.includes(errno ?? 0) || (errcode !== undefined && (errcode & 255) === SQLITE_READONLY);
};

/**
 * Whether a COMMIT that failed with this error has certainly committed nothing. SQLite's file may have what it could not
 * flush: the next process to open it decides.
 */
export function isRolledBackAtCommit(error: unknown): boolean {
  const { errno, errcode } = driverErrorOf(error);
  return (
    (errcode !== undefined && (errcode & 255) !== SQLITE_IOERR) ||
    (errno !== undefined && [...READ_ONLY, ...ROLLED_BACK_AT_COMMIT, 1020, 1047, 1205, 1213].includes(errno))
  );
}

/** The outage behind an error; null if it is none. Only reads let the driver's own errors through. */
export function outageOf(error: unknown): Outage | null {
  if (error instanceof Unavailable || error instanceof OutcomeUnknown) return error;
  return outageKindOf(error) === null ? null : new Unavailable(error);
}
