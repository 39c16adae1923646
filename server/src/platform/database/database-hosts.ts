import type { Pool, PoolConnection } from "mysql2";
import { createConnection, type Connection, type ConnectionOptions, type RowDataPacket } from "mysql2/promise";
import type { HostAndPort } from "../config/address.js";
import { credentialsOf, type ServerAddress } from "./database-address.js";

/** Generates no code from columns: production runs with `--disallow-code-generation-from-strings`. */
export const WITHOUT_GENERATED_CODE = { disableEval: true } as const;

/** How values are written and read: a replica's rows must be like the primary's. */
export const VALUES = { charset: "utf8mb4", timezone: "Z", supportBigNumbers: true, bigNumberStrings: false } as const;

/** MariaDB speaks MySQL's protocol, and says who it is in its version. */
export const kindOfServer = (version: unknown): "mysql" | "mariadb" =>
  /mariadb/i.test(String(version)) ? "mariadb" : "mysql";

/** A replica, a member of a group that is not its primary, or a former primary: all of them are read-only. */
export const IS_READ_ONLY = "SELECT @@global.read_only AS readOnly, @@global.innodb_read_only AS innodbReadOnly";
const isOff = (value: unknown) => ["0", "OFF"].includes(String(value));
export const isReadOnlyIn = ([row]: readonly RowDataPacket[]) => !isOff(row?.readOnly) || !isOff(row?.innodbReadOnly);

/** As MySQL reports a write on a read-only server, so that both are treated alike. */
const readOnlyError = ({ host, port }: HostAndPort) =>
  Object.assign(new Error(`${host}:${port} is read-only`), { code: "ER_READ_ONLY_MODE", errno: 1836 });

/** Connects to one host of an address. The caller ends the connection. */
export const connectTo = (
  address: ServerAddress,
  host: HostAndPort,
  options: ConnectionOptions = {},
): Promise<Connection> =>
  createConnection({ ...credentialsOf(address), ...WITHOUT_GENERATED_CODE, ...options, ...host });

/**
 * Connects to the first host that can be written, in the order of the address; a single host is taken as it is. Throws
 * the last host's error. The caller ends the connection.
 */
export async function connectToPrimary(address: ServerAddress, options: ConnectionOptions = {}): Promise<Connection> {
  let failure: unknown;
  for (const host of address.hosts) {
    try {
      const connection = await connectTo(address, host, options);
      if (address.hosts.length === 1 || !(await isReadOnly(connection))) return connection;
      connection.destroy();
      failure = readOnlyError(host);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function isReadOnly(connection: Connection): Promise<boolean> {
  try {
    const [rows] = await connection.query<RowDataPacket[]>(IS_READ_ONLY);
    return isReadOnlyIn(rows);
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

type Done = Parameters<Pool["getConnection"]>[0];

/**
 * Opens each new connection of the pool at a host that can be written: at the one that was found last, and if that one
 * cannot be reached or is read-only by now, at the next that can. Connections that exist are not checked again: whoever
 * gets an error from one destroys it. With a single host the pool stays as it is.
 */
export function followPrimary(pool: Pool, hosts: readonly HostAndPort[]): Pool {
  if (hosts.length < 2) return pool;
  // Each connection gets a copy of this object when it is created.
  const { connectionConfig } = pool.config as unknown as { connectionConfig: HostAndPort };
  const take = pool.getConnection.bind(pool);
  const fresh = new WeakSet<PoolConnection>();
  pool.on("connection", (connection) => void fresh.add(connection));
  let current = 0;

  const attempt = (triesLeft: number, done: Done) => {
    const tried = current;
    const host = hosts[tried];
    if (host) Object.assign(connectionConfig, host);
    const next = (error: NodeJS.ErrnoException) => {
      // Others may have moved on meanwhile.
      if (current === tried) current = (tried + 1) % hosts.length;
      if (triesLeft <= 1) done(error, undefined as never);
      else attempt(triesLeft - 1, done);
    };
    take((error, connection) => {
      if (error) return next(error);
      if (!fresh.delete(connection)) return done(null, connection);
      connection.query<RowDataPacket[]>(IS_READ_ONLY, (failure, rows) => {
        if (!failure && !isReadOnlyIn(rows)) return done(null, connection);
        connection.destroy();
        return next(failure ?? readOnlyError(host ?? connectionConfig));
      });
      return undefined;
    });
  };
  pool.getConnection = (done) => attempt(hosts.length, done);
  return pool;
}
