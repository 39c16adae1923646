import { BlockList, isIPv4, isIPv6 } from "node:net";

/** The proxies whose headers about a request count; a list of their addresses is one. */
export interface TrustedProxies {
  includes(address: string): boolean;
}

/** An IPv4 address as such, also where the system writes it as IPv6 (RFC 4291 2.5.5.2), and no zone of an interface. */
export function plainAddress(address: string): string {
  const [, high = "", low = ""] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address) ?? [];
  const bytes = (half: string) => [Number.parseInt(half, 16) >> 8, Number.parseInt(half, 16) & 255];
  if (high !== "") return [...bytes(high), ...bytes(low)].join(".");
  return (/^::ffff:(?=\d+\.)/i.test(address) ? address.slice("::ffff:".length) : address).replace(/%.*$/, "");
}

const familyOf = (address: string): "ipv4" | "ipv6" | null =>
  isIPv4(address) ? "ipv4" : isIPv6(address) ? "ipv6" : null;

/** One entry of TRUST_PROXY: an address, or a network with the length of its prefix. */
interface Network {
  address: string;
  family: "ipv4" | "ipv6";
  prefix: number;
}

/**
 * Reads `10.0.0.1`, `10.0.0.0/8` or `fd00::/8`. Null for anything else, and for a network of everybody: whoever it
 * trusts may name any source.
 */
export function readNetwork(text: string): Network | null {
  const [given = "", length, ...more] = text.split("/");
  if (more.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return null;
  const address = plainAddress(given);
  const family = familyOf(address);
  if (family === null) return null;
  const longest = family === "ipv4" ? 32 : 128;
  // Of an IPv4 network written as IPv6, the first 96 bits are not its own.
  const prefix =
    (length === undefined ? longest : Number(length)) - (length && address !== given && family === "ipv4" ? 96 : 0);
  if (prefix < 1 || prefix > longest) return null;
  return family === "ipv6" && holdsAllOfIpv4(address, prefix) ? null : { address, family, prefix };
}

/** Whether an IPv6 network contains every IPv4 address, in the form of RFC 4291 2.5.5.2. */
function holdsAllOfIpv4(address: string, prefix: number): boolean {
  const network = new BlockList();
  network.addSubnet(address, prefix, "ipv6");
  return prefix <= 96 && network.check("::ffff:0:0", "ipv6");
}

/** Recognizes the addresses in such entries, however an address is written. Throws for an invalid entry. */
export function trustedProxies(entries: readonly string[]): TrustedProxies {
  const networks = new BlockList();
  for (const entry of entries) {
    const network = readNetwork(entry);
    if (!network) throw new Error("TRUST_PROXY was not checked");
    networks.addSubnet(network.address, network.prefix, network.family);
  }
  return {
    includes: (given) => {
      const address = plainAddress(given);
      const family = entries.length === 0 ? null : familyOf(address);
      return family !== null && networks.check(address, family);
    },
  };
}
