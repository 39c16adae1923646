import { randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { KeyRing } from "./key-ring.js";

const [k1, k2] = ["k1", "k2"].map((id) => ({ id, key: randomBytes(32) })) as [
  { id: string; key: Buffer },
  { id: string; key: Buffer },
];
const UNREADABLE =
  /unable to authenticate data|is not in SECRET_KEYS|unknown format|authentication tag|initialization vector/i;
const HERE = "totp_credentials.encryptedSecret.frm_1.acc_1";

describe("a value encrypted at rest", () => {
  const ring = new KeyRing([k1]);

  it("has its own nonce each time, names its key, and can be read by any ring that has the key", () => {
    const values = Array.from({ length: 1000 }, () => ring.encrypt("secret", HERE));
    expect(new Set(values.map((value) => value.split(".")[2])).size).toBe(1000);
    for (const value of values) expect(value).toMatch(/^v1\.k1\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/);
    expect(new KeyRing([k2, k1]).decrypt(values[0] ?? "", HERE)).toBe("secret");
  });

  it("fails closed if it was moved, changed or truncated, or if its key is gone", () => {
    const value = ring.encrypt("secret", HERE);
    expect(() => ring.decrypt(value, HERE.replace("acc_1", "acc_2"))).toThrow(UNREADABLE);
    expect(() => new KeyRing([k2]).decrypt(value, HERE)).toThrow('the key "k1" is not in SECRET_KEYS');
    // The same name with another key.
    expect(() => new KeyRing([{ id: "k1", key: k2.key }]).decrypt(value, HERE)).toThrow(UNREADABLE);
    const parts = value.split(".");
    const broken = parts.map((part, place) => {
      const bytes = Buffer.from(part, "base64url");
      if (bytes.length > 0) bytes[0] = (bytes[0] ?? 0) ^ 1;
      return parts.with(place, place < 2 ? `${part}x` : bytes.toString("base64url")).join(".");
    });
    for (const wrong of [...broken, parts.slice(0, 4).join("."), parts.with(4, "AAAA").join("."), "", "secret"])
      expect(() => ring.decrypt(wrong, HERE)).toThrow(UNREADABLE);
  });
});
