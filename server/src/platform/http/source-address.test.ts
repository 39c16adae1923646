import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "@jest/globals";
import { sourceAddress, sourceKey } from "./source-address.js";
import { trustedProxies } from "./trusted-proxies.js";

const PROXIES = ["10.0.0.1", "10.0.0.2"];
const from = (remoteAddress: string | undefined, forwarded?: string | string[]) =>
  sourceAddress(
    { socket: { remoteAddress }, headers: { "x-forwarded-for": forwarded } } as unknown as IncomingMessage,
    PROXIES,
  );

describe("where a request comes from", () => {
  it.each<[string, string | undefined, string | string[] | undefined, string | null]>([
    ["a direct connection", "203.0.113.7", undefined, "203.0.113.7"],
    ["an IPv4 address written as an IPv6 one", "::ffff:203.0.113.7", undefined, "203.0.113.7"],
    ["the same in capitals", "::FFFF:203.0.113.7", undefined, "203.0.113.7"],
    ["an IPv6 address that begins the same way", "::ffff:a", undefined, "::ffff:a"],
    ["an IPv6 address that ends the same way", "2001:db8::ffff:203.0.113.7", undefined, "2001:db8::ffff:203.0.113.7"],
    ["a connection that is gone", undefined, undefined, null],
    ["an untrusted sender that claims to be another", "203.0.113.7", "198.51.100.1", "203.0.113.7"],
    ["a proxy", "10.0.0.1", "203.0.113.7", "203.0.113.7"],
    ["a proxy as IPv6 writes it", "::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7"],
    ["a proxy that sends no header", "10.0.0.1", undefined, "10.0.0.1"],
    ["a proxy that sends nothing useful", "10.0.0.1", "", "10.0.0.1"],
    ["two proxies, one behind the other", "10.0.0.1", "203.0.113.7, 10.0.0.2", "203.0.113.7"],
    ["two headers of two proxies", "10.0.0.1", ["203.0.113.7", "10.0.0.2"], "203.0.113.7"],
    ["a client who claims to be another before the proxy", "10.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"],
    ["a client who claims to be the proxy", "10.0.0.1", "198.51.100.1,10.0.0.2, 203.0.113.7", "203.0.113.7"],
    ["a proxy that writes too many spaces", "10.0.0.1", " 203.0.113.7 ", "203.0.113.7"],
    ["a proxy that writes the port", "10.0.0.1", "203.0.113.7:41234", "203.0.113.7"],
    ["a proxy that writes an IPv6 address", "10.0.0.1", "2001:db8::7", "2001:db8::7"],
    ["a proxy that writes it in brackets", "10.0.0.1", "[2001:db8::7]", "2001:db8::7"],
    ["a proxy that writes it with the port", "10.0.0.1", "[2001:db8::7]:41234", "2001:db8::7"],
    ["a proxy that writes IPv4 as IPv6", "10.0.0.1", "[::ffff:203.0.113.7]:41234", "203.0.113.7"],
    ["a proxy that writes it in hexadecimal digits", "10.0.0.1", "::ffff:cb00:7107", "203.0.113.7"],
    ["a proxy that writes a novel", "10.0.0.1", "x".repeat(500), "x".repeat(45)],
  ])("%s", (_what, remote, forwarded, address) => expect(from(remote, forwarded)).toBe(address));
});

describe("proxies that are named by their networks", () => {
  const behind = (entries: string, remoteAddress: string, forwarded: string) =>
    sourceAddress(
      { socket: { remoteAddress }, headers: { "x-forwarded-for": forwarded } } as unknown as IncomingMessage,
      trustedProxies(entries.split(",")),
    );
  const client = "203.0.113.7";

  it.each([
    ["127.0.0.0/8", "127.0.0.1"],
    ["127.0.0.0/8", "127.255.0.9"],
    ["127.0.0.0/8", "::ffff:127.0.0.1"],
    ["10.20.30.40/8", "10.9.9.9"],
    ["172.16.0.0/12", "172.31.255.255"],
    ["192.168.1.1/32", "192.168.1.1"],
    ["10.0.0.1,172.16.0.0/12", "172.16.0.1"],
    ["::ffff:10.0.0.0/104", "10.9.9.9"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["::1", "::1"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["2001:DB8::/32", "2001:db8:ffff::9"],
    ["fd00::/8", "fdab:1::1"],
    ["fe80::/10", "fe80::1%eth0"],
    ["fe80::1%eth0", "fe80::1%eth0"],
  ])("%s is trusted at %s", (entries, proxy) => {
    expect(behind(entries, proxy, client)).toBe(client);
    // One behind the other, and what the client claimed before them.
    expect(behind(entries, proxy, `198.51.100.1, ${client}, ${proxy}`)).toBe(client);
  });

  it.each([
    ["127.0.0.0/8", "128.0.0.1"],
    ["172.16.0.0/12", "172.32.0.0"],
    ["10.0.0.1", "10.0.0.2"],
    ["10.0.0.0/31", "10.0.0.2"],
    ["fd00::/8", "fe00::1"],
    ["2001:db8::/32", "2001:db9::1"],
    ["::1", "127.0.0.1"],
  ])("%s is not trusted at %s, whose claims count for nothing", (entries, stranger) =>
    expect(behind(entries, stranger, client)).toBe(stranger),
  );

  it("end where the proxy wrote something that is not an address", () => {
    expect(behind("127.0.0.0/8", "127.0.0.1", "127.0.0.1, unknown")).toBe("unknown");
    expect(behind("127.0.0.0/8", "127.0.0.1", "x".repeat(500))).toBe("x".repeat(45));
    expect(() => trustedProxies(["0.0.0.0/0"])).toThrow("was not checked");
  });
});

describe("what rate limits count by", () => {
  it.each<[string | null, string]>([
    ["203.0.113.7", "203.0.113.7"],
    [null, "unknown"],
    ["nonsense", "nonsense"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::6", "2001:db8:1:2::/64"],
    ["2001:db8::6", "2001:db8:0:0::/64"],
    ["2001:db8::1:2:3:4:5", "2001:db8:0:1::/64"],
    ["2001:db8:1:2:3::", "2001:db8:1:2::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
  ])("%s counts as %s", (address, key) => expect(sourceKey(address)).toBe(key));

  it("is one network, however its addresses are written, and not the neighboring one", () => {
    const written = ["2001:db8::1", "2001:DB8:0:0:ffff::", "2001:db8:0000:0::abcd", "2001:db8:0:0:1:2:3:4"];
    expect(new Set(written.map(sourceKey)).size).toBe(1);
    expect(sourceKey("2001:db8:0:1::1")).not.toBe(sourceKey("2001:db8:0:0::1"));
  });
});
