import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "@jest/globals";
import { sourceAddress, sourceKey } from "./source-address.js";

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
    ["a proxy that writes a novel", "10.0.0.1", "x".repeat(500), "x".repeat(45)],
  ])("%s", (_what, remote, forwarded, address) => expect(from(remote, forwarded)).toBe(address));
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
