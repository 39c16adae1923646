import { isThisMachine, parseAddress, tlsFilesIn, type TlsFiles } from "../config/address.js";
import { SettingFault } from "../config/faults.js";

/** A mail server that takes our mails. */
export interface SmtpAddress {
  host: string;
  port: number;
  user: string;
  password: string;
  /**
   * `implicit`: TLS from the first byte; `required`: STARTTLS, or nothing is sent; `offered`: STARTTLS if the server
   * has it; `none`: plain text.
   */
  tls: "implicit" | "required" | "offered" | "none";
  /** The files that TLS trusts and uses. */
  files: TlsFiles;
  /** How we greet; null: by this machine's name. */
  name: string | null;
}

const SUBMISSION_PORT = 587;
const IMPLICIT_TLS_PORT = 465;

/**
 * Parses `smtp://user:password@host:587` or `smtps://…`. Over `smtp://` to another machine TLS is required: a man in
 * the middle could otherwise strip STARTTLS and read passwords and links. `?ignoreTLS=true` allows a relay without.
 * Reads no file. Throws SettingFault.
 */
export function smtpAddress(url: string): SmtpAddress {
  const isImplicit = url.startsWith("smtps:");
  const address = parseAddress(url, {
    schemes: ["smtp", "smtps"],
    port: isImplicit ? IMPLICIT_TLS_PORT : SUBMISSION_PORT,
    parameters: ["ignoreTLS", "tls-ca", "tls-cert", "tls-key", "name"],
  });
  const [{ host, port }, ...others] = address.hosts;
  if (others.length > 0)
    throw new SettingFault("names several hosts: write one, or a name that stands for all of them");
  if (address.path !== "") throw new SettingFault('has a path: end it after the host, or with "?" and parameters');
  const ignore = address.parameters.get("ignoreTLS") ?? "false";
  if (ignore !== "true" && ignore !== "false") throw new SettingFault("has ignoreTLS, which must be true or false");
  if (isImplicit && ignore === "true") throw new SettingFault("is smtps:// with ignoreTLS=true: remove one of them");
  const { user, password, parameters } = address;
  const starting = isThisMachine(host) ? "offered" : "required";
  const tls = isImplicit ? "implicit" : ignore === "true" ? "none" : starting;
  return { host, port, user, password, tls, files: tlsFilesIn(address, "tls"), name: parameters.get("name") ?? null };
}
