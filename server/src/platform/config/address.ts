import { readFileSync } from "node:fs";
import { isIPv4, isIPv6 } from "node:net";
import { SettingFault } from "./faults.js";

/** One server of an address. `host` is a name or an IP address, IPv6 without brackets. */
export interface HostAndPort {
  host: string;
  port: number;
}

/** A service's address, as an operator writes it: like a URL of the web, but with any number of hosts. */
export interface Address {
  scheme: string;
  user: string;
  password: string;
  /** At least one, in the order in which they are tried. */
  hosts: [HostAndPort, ...HostAndPort[]];
  /** Without its leading slash. */
  path: string;
  parameters: ReadonlyMap<string, string>;
}

const ENCODE = 'write "/", "@", "?", "#" and "%" in a user name or password as %2F, %40, %3F, %23 and %25';

/**
 * Parses `scheme://user:password@host:port,host:port/path?name=value`. User, password, path and values are
 * percent-encoded. Pure; throws SettingFault.
 */
export function parseAddress(
  text: string,
  { schemes, port, parameters: known }: { schemes: readonly string[]; port: number; parameters: readonly string[] },
): Address {
  const [scheme, rest] = splitAt(text, "://");
  if (!schemes.includes(scheme))
    throw new SettingFault(`must begin with ${schemes.map((name) => `${name}://`).join(" or ")}`);
  const [beforeQuery, query] = splitAt(rest, "?");
  const [authority, path] = splitAt(beforeQuery, "/");
  const [userInfo, hosts] = authority.includes("@") ? splitAt(authority, "@") : ["", authority];
  // An unencoded separator in a password would move part of it into the hosts, the path or the parameters.
  if ([hosts, path, query].some((part) => part.includes("@")) || rest.includes("#"))
    throw new SettingFault(`has a "@" or "#" where none belongs: ${ENCODE}`);
  const [first, ...others] = hosts.split(",").map((host) => hostAndPort(host, port));
  if (!first) throw new SettingFault("names no host");
  const [user, password] = splitAt(userInfo, ":");
  return {
    scheme,
    user: decode(user),
    password: decode(password),
    hosts: [first, ...others],
    path: decode(path),
    parameters: parametersIn(query, known),
  };
}

function hostAndPort(text: string, defaultPort: number): HostAndPort {
  const bracket = text.lastIndexOf("]") + 1;
  const [rest, digits] = splitAt(text.slice(bracket), ":");
  const host = bracket === 0 ? rest : text.slice(1, bracket - 1);
  const isHost = bracket === 0 ? /^[\w.-]+$/.test(host) : text.startsWith("[") && rest === "" && isIPv6(host);
  const port = digits === "" ? defaultPort : Number(/^\d{1,5}$/.exec(digits)?.[0] ?? 0);
  if (!isHost || port < 1 || port > 65_535)
    throw new SettingFault(`has no valid host: write host:port, an IPv6 address in brackets, and ${ENCODE}`);
  return { host, port };
}

function parametersIn(query: string, known: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const pair of query.split("&").filter(Boolean)) {
    const [name, value] = splitAt(pair, "=");
    const quoted = /^[\w-]{1,40}$/.test(name) ? `the parameter "${name}"` : "a parameter";
    if (!known.includes(name))
      throw new SettingFault(
        `has ${quoted}, which is not known; ${known.length > 0 ? `known: ${known.join(", ")}` : "it takes none"}`,
      );
    if (found.has(name)) throw new SettingFault(`has ${quoted} twice`);
    if (value === "") throw new SettingFault(`has ${quoted} without a value`);
    found.set(name, decode(value));
  }
  return found;
}

/** What is before and after the first separator; without one, nothing is after it. */
function splitAt(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new SettingFault('has a "%" that is not followed by two hexadecimal digits: write "%" itself as %25');
  }
}

/** Whether what is sent to that host stays on this machine. */
export const isThisMachine = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || host === "::1" || (isIPv4(host) && host.startsWith("127."));

/** Files in PEM form: the authorities that are trusted instead of Node's own list, and the client's certificate. */
export interface TlsFiles {
  ca: string | null;
  cert: string | null;
  key: string | null;
}

/** The names of the parameters that hold TLS files, by prefix: `tls-ca`, `tls-cert`, `tls-key`. */
export const tlsParameters = (prefix: "ssl" | "tls") => [`${prefix}-ca`, `${prefix}-cert`, `${prefix}-key`] as const;

/** The files that the parameters name. A certificate needs its key and the other way round. Throws SettingFault. */
export function tlsFilesIn({ parameters }: Pick<Address, "parameters">, prefix: "ssl" | "tls"): TlsFiles {
  const [ca, cert, key] = tlsParameters(prefix).map((name) => parameters.get(name) ?? null);
  if ((cert === null) !== (key === null)) throw new SettingFault(`needs ${prefix}-cert and ${prefix}-key together`);
  return { ca: ca ?? null, cert: cert ?? null, key: key ?? null };
}

/** The files' contents, as Node's TLS takes them; what is not named is left out. Throws SettingFault, naming the file. */
export function readTlsFiles(files: TlsFiles): { ca?: string; cert?: string; key?: string } {
  const contents: { ca?: string; cert?: string; key?: string } = {};
  for (const name of ["ca", "cert", "key"] as const) {
    const file = files[name];
    if (file === null) continue;
    try {
      contents[name] = readFileSync(file, "utf8");
    } catch (error) {
      throw new SettingFault(`names ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code ?? ""})`, {
        cause: error,
      });
    }
    if (!contents[name].includes("-----BEGIN ")) throw new SettingFault(`names ${file}, which is not a PEM file`);
  }
  return contents;
}
