import { randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { KeyRing } from "./key-ring.js";

const key = Buffer.alloc(32, 7);
const old = { id: "k1", key };
const fresh = { id: "k2", key: randomBytes(32) };
const BASE64 = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
const HERE = "totp_credentials.encryptedSecret.acc_1";

describe("what an earlier release wrote", () => {
  // Computed independently of Gatehouse: HKDF-SHA-256 (RFC 5869) without salt, with "gatehouse " and the purpose as
  // info.
  it("is read by this one", () =>
    expect(
      new KeyRing([fresh, old]).decrypt("v1.k1.AQEBAQEBAQEBAQEB.gu6dknWr1d6JaPOpDxnOSw.30E7ODP1jk8zS1rSQxgi4A", HERE),
    ).toBe("JBSWY3DPEHPK3PXP"));

  it("is found by the same digest", () => {
    const ring = new KeyRing([old]);
    expect(ring.hmac("ABCD", "recovery code")).toBe("0a0c52c121dbe5df4726778a94f00ad9b7c5e5dfb22447603e2691a5675935a9");
    expect(ring.hmac384("pass", "password")).toBe("GJA9+/u8peunfI3uLuvdMn9ffrS+IVcjwVwdvHk5yCC9P2sG94uXLP8RtEltSmap");
  });

  it("is due for re-encryption once its key is no longer the first", () => {
    const value = new KeyRing([old]).encrypt("secret", HERE);
    expect(new KeyRing([old, fresh]).isStale(value)).toBe(false);
    expect(new KeyRing([fresh, old]).isStale(value)).toBe(true);
  });
});

it("a value with a truncated tag is refused, however short the tag: fewer bytes are easily guessed (NIST SP 800-38D, appendix C)", () => {
  const ring = new KeyRing([old]);
  const parts = ring.encrypt("secret", HERE).split(".");
  const tag = Buffer.from(parts[4] ?? "", "base64url");
  for (const bytes of [4, 8, 12, 13, 14, 15])
    expect(() => ring.decrypt(parts.with(4, tag.subarray(0, bytes).toString("base64url")).join("."), HERE)).toThrow(
      /authentication tag/,
    );
});

describe("a key ring", () => {
  it("encrypts and hashes with the first key, and finds what another one hashed", () => {
    const ring = new KeyRing([fresh, old]);
    expect(ring.encrypt("secret", HERE)).toMatch(/^v1\.k2\./);
    expect(ring.activeId).toBe("k2");
    expect(ring.ids).toEqual(["k2", "k1"]);
    expect(ring.hmac("ABCD", "recovery code", "k1")).toBe(new KeyRing([old]).hmac("ABCD", "recovery code"));
    expect(ring.hmac("ABCD", "recovery code")).not.toBe(ring.hmac("ABCD", "recovery code", "k1"));
    expect(ring.hmac384("ABCD", "password", "k1")).toBe(new KeyRing([old]).hmac384("ABCD", "password"));
    expect(() => ring.hmac("ABCD", "recovery code", "k3")).toThrow(
      'the key "k3" is not in SECRET_KEYS: restore it, or what it encrypted stays unreadable',
    );
  });

  it("has a separate key for each purpose, even after deriving one", () => {
    const ring = new KeyRing([old]);
    const [first, second] = ["recovery code", "mailed code"].map((purpose) => ring.hmac("ABCD", purpose));
    expect(second).not.toBe(first);
    expect(ring.hmac("ABCD", "recovery code")).toBe(first);
  });

  it("is read from SECRET_KEYS, with spaces around its commas", () => {
    const ring = KeyRing.parse(`k2:${fresh.key.toString("base64")} , k1:${BASE64}`);
    expect(ring.ids).toEqual(["k2", "k1"]);
    expect(ring.hmac("ABCD", "recovery code", "k1")).toBe(new KeyRing([old]).hmac("ABCD", "recovery code"));
  });

  it.each([
    ["", 'the key id "" must be 1 to 20 letters and digits'],
    ["k1", 'the key "k1" must be 32 bytes in base64'],
    [`k1:${BASE64.slice(4)}`, 'the key "k1" must be 32 bytes in base64'],
    [`k-1:${BASE64}`, 'the key id "k-1" must be 1 to 20 letters and digits'],
    [`.k1:${BASE64}`, 'the key id ".k1" must be 1 to 20 letters and digits'],
    [`k1.:${BASE64}`, 'the key id "k1." must be 1 to 20 letters and digits'],
    [`${"k".repeat(21)}:${BASE64}`, "the key id must be 1 to 20 letters and digits"],
    [BASE64, "the key id must be 1 to 20 letters and digits"],
    [`k1:${BASE64},k2:${BASE64},k1:${BASE64}`, 'the key id "k1" is there twice'],
    [`k1:${BASE64},`, 'the key id "" must be 1 to 20 letters and digits'],
  ])("rejects %j", (text, message) => expect(() => KeyRing.parse(text)).toThrow(message));

  it("rejects an empty list of keys", () => expect(() => new KeyRing([])).toThrow("SECRET_KEYS contains no key"));
  it("accepts an id of twenty characters", () =>
    expect(new KeyRing([{ id: "k".repeat(20), key }]).activeId).toHaveLength(20));

  it("says that a value has an unknown format if it does not recognize it", () => {
    const ring = new KeyRing([old]);
    for (const value of ["", "v2.k1.AQEBAQEBAQEBAQEB.gu6dknWr1d6JaPOpDxnOSw.30E7ODP1jk8zS1rSQxgi4A"])
      expect(() => ring.decrypt(value, HERE)).toThrow("the encrypted value has an unknown format");
    expect(() => ring.decrypt("v1", HERE)).toThrow('the key "" is not in SECRET_KEYS');
  });
});
