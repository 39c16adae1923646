import { isIP } from "node:net";
import {
  isThisMachine,
  parseAddress,
  readTlsFiles,
  tlsFilesIn,
  tlsParameters,
  type HostAndPort,
  type TlsFiles,
} from "../config/address.js";
import { SettingFault } from "../config/faults.js";

/** As MySQL's own clients name them. There is no PREFERRED: it would fall back to plaintext without a word. */
const sslModes = ["DISABLED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"] as const;
type SslMode = (typeof sslModes)[number];

/** A database server of MySQL or MariaDB, or a cluster of them. */
export interface ServerAddress {
  kind: "server";
  /** At least one. The first that can be written is used. */
  hosts: [HostAndPort, ...HostAndPort[]];
  user: string;
  password: string;
  database: string;
  /** Null: nothing was written, so connections are not encrypted. */
  sslMode: SslMode | null;
  tls: TlsFiles;
}
interface SqliteAddress {
  kind: "sqlite";
  file: string;
}
export type DatabaseAddress = SqliteAddress | ServerAddress;

/**
 * Parses `sqlite:<file>` or `mysql://user:password@host:3306,host:3306/name?ssl-mode=…` (`mariadb://` means the same).
 * `password`: from DATABASE_PASSWORD, in plain text, instead of one in the URL. Reads no file. Throws SettingFault.
 */
export function databaseAddress(url: string, password: string | null = null): DatabaseAddress {
  if (!url.startsWith("sqlite:")) return serverAddress(url, password);
  const file = url.slice("sqlite:".length);
  if (file === "" || file.includes("?")) throw new SettingFault("must be sqlite:<file>, without parameters");
  if (password !== null) throw new SettingFault("is SQLite, which has no password: remove DATABASE_PASSWORD");
  return { kind: "sqlite", file };
}

/** The same for MySQL and MariaDB alone. `passwordVariable` names where `password` is from. */
export function serverAddress(
  url: string,
  password: string | null = null,
  passwordVariable = "DATABASE_PASSWORD",
): ServerAddress {
  const address = parseAddress(url, {
    schemes: ["mysql", "mariadb"],
    port: 3306,
    parameters: ["ssl-mode", ...tlsParameters("ssl")],
  });
  const { hosts, user, path: database } = address;
  if (user === "" || database === "" || database.includes("/"))
    throw new SettingFault("must be mysql://user:password@host:3306/name, with a user and a database's name");
  if (password !== null && address.password !== "")
    throw new SettingFault(`holds a password, and ${passwordVariable} does too: keep one of them`);
  const tls = tlsFilesIn(address, "ssl");
  const sslMode = sslModeIn(address.parameters.get("ssl-mode") ?? null, tls);
  const byAddress = sslMode === "VERIFY_IDENTITY" && hosts.find(({ host }) => isIP(host) !== 0);
  // The driver would compare the certificate with "localhost" instead.
  if (byAddress)
    throw new SettingFault(
      `needs host names for ssl-mode=VERIFY_IDENTITY, not ${byAddress.host}: write its name, or VERIFY_CA`,
    );
  return { kind: "server", hosts, user, password: password ?? address.password, database, sslMode, tls };
}

function sslModeIn(text: string | null, tls: TlsFiles): SslMode | null {
  const mode = sslModes.find((known) => known === text?.toUpperCase()) ?? null;
  if (text !== null && mode === null) throw new SettingFault(`has an unknown ssl-mode; known: ${sslModes.join(", ")}`);
  if (tls.ca !== null && mode !== "VERIFY_CA" && mode !== "VERIFY_IDENTITY")
    throw new SettingFault("has ssl-ca, which only ssl-mode=VERIFY_CA and VERIFY_IDENTITY check: write one of them");
  if (tls.cert !== null && (mode === null || mode === "DISABLED"))
    throw new SettingFault("has ssl-cert without TLS: write ssl-mode=VERIFY_IDENTITY, VERIFY_CA or REQUIRED");
  return mode;
}

/** Whether the password and all data would go to another machine in plain text without that having been written out. */
export const isSilentlyPlain = (address: DatabaseAddress): boolean =>
  address.kind === "server" && address.sslMode === null && !address.hosts.every(({ host }) => isThisMachine(host));

/** mysql2's options for everything in the address but the host. Reads the TLS files; throws SettingFault. */
export function credentialsOf({ user, password, database, sslMode, tls }: ServerAddress) {
  const credentials = { user, password, database };
  if (sslMode === null || sslMode === "DISABLED") return credentials;
  return {
    ...credentials,
    ssl: {
      ...readTlsFiles(tls),
      minVersion: "TLSv1.2",
      rejectUnauthorized: sslMode !== "REQUIRED",
      verifyIdentity: sslMode === "VERIFY_IDENTITY",
    },
  };
}
