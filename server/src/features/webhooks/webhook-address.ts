import type { LookupAddress } from "node:dns";
import { Resolver } from "node:dns/promises";
import { BlockList, isIP, type LookupFunction } from "node:net";

/**
 * IPv4 networks that are not the public internet (IANA special-purpose registry): never contacted on an integrator's
 * behalf.
 */
const PRIVATE_V4 = new BlockList();
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  PRIVATE_V4.addSubnet(network, bits, "ipv4");

const GLOBAL_V6 = new BlockList();
GLOBAL_V6.addSubnet("2000::", 3, "ipv6");
/**
 * Exceptions within the global range: Teredo and 6to4 can carry any IPv4 address, the rest is for documentation and
 * tests.
 */
const SPECIAL_V6 = new BlockList();
for (const [network, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  SPECIAL_V6.addSubnet(network, bits, "ipv6");

/** Whether an address is on the public internet. Mapped and translated IPv4 addresses are not. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !PRIVATE_V4.check(address, "ipv4");
  return family === 6 && GLOBAL_V6.check(address, "ipv6") && !SPECIAL_V6.check(address, "ipv6");
}
const isLoopback = (address: string): boolean => address === "::1" || address.startsWith("127.");

/** The part of an address that goes into the audit log: receivers put tokens into paths and queries. */
export const originOf = (url: string): string => new URL(url).origin;

export class AddressRefused extends Error {}

/** Which addresses endpoints may have: in production https at public addresses; otherwise also http at the loopback. */
export interface AddressPolicy {
  isProduction: boolean;
  /** Tests replace the name service. */
  resolve?: (hostname: string) => Promise<LookupAddress[]>;
}

/**
 * Queries the DNS itself. The system's own lookup would block one of the process's few threads for as long as a name
 * server is silent, and with a handful of such names every password check.
 */
async function resolveByDns(hostname: string): Promise<LookupAddress[]> {
  if (hostname === "localhost") return ["127.0.0.1", "::1"].map((address) => ({ address, family: isIP(address) }));
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  const found = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  return found
    .flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []))
    .map((address) => ({ address, family: isIP(address) }));
}

/** Every address of the host, if all are allowed; throws AddressRefused. One bad address rules out the name. */
export async function allowedAddresses(url: URL, policy: AddressPolicy): Promise<LookupAddress[]> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const family = isIP(host);
  let addresses: LookupAddress[];
  try {
    addresses = family === 0 ? await (policy.resolve ?? resolveByDns)(host) : [{ address: host, family }];
  } catch {
    throw new AddressRefused("The host's name has no address.");
  }
  const isAllowed = ({ address }: LookupAddress) =>
    isPublicAddress(address) || (!policy.isProduction && isLoopback(address));
  if (addresses.length === 0) throw new AddressRefused("The host's name has no address.");
  if (!addresses.every(isAllowed)) throw new AddressRefused("The host is at an address that is not public.");
  if (url.protocol === "http:" && !addresses.every(({ address }) => !policy.isProduction && isLoopback(address)))
    throw new AddressRefused("The address must start with https://.");
  return addresses;
}

/** Checks an endpoint's address; throws AddressRefused with a sentence for its owner. */
export async function checkAddress(text: string, policy: AddressPolicy): Promise<URL> {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:"))
    throw new AddressRefused("The address must start with https://.");
  if (policy.isProduction && url.protocol !== "https:")
    throw new AddressRefused("The address must start with https://.");
  if (url.username || url.password || url.hash)
    throw new AddressRefused("The address must have no user, password or fragment.");
  await allowedAddresses(url, policy);
  return url;
}

/**
 * Connects to exactly the addresses that were checked: the name is not resolved again, since it might answer
 * differently (DNS rebinding).
 */
export const pinned =
  (addresses: readonly LookupAddress[]): LookupFunction =>
  (_hostname, options, callback) => {
    const [first] = addresses;
    if (options.all) callback(null, [...addresses]);
    else callback(null, first?.address ?? "", first?.family);
  };
