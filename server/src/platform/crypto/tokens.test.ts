import { describe, expect, it } from "@jest/globals";
import { digestOf, isSameSecret, newDecimalCode, newToken } from "./tokens.js";

describe("a bearer secret", () => {
  it("is 256 random bits behind a prefix that says what it is, different each time", () => {
    const many = Array.from({ length: 1000 }, () => newToken("gts"));
    for (const token of many) {
      expect(token).toMatch(/^gts_[\w-]{43}$/);
      expect(Buffer.from(token.slice(4), "base64url")).toHaveLength(32);
    }
    expect(new Set(many).size).toBe(1000);
  });

  it("is stored as its SHA-256 (FIPS 180-4's example)", () => {
    expect(digestOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(digestOf("é")).toBe(digestOf(Buffer.from([0xc3, 0xa9]).toString("utf8")));
  });

  it("equals only itself, whatever its length", () => {
    expect(isSameSecret("secret", "secret")).toBe(true);
    for (const other of ["", "secre", "secret ", "Secret", "secreu"]) expect(isSameSecret("secret", other)).toBe(false);
  });
});

describe("a code for a mail", () => {
  it("has all its digits, including leading zeros, and any digit can occur", () => {
    const many = Array.from({ length: 5000 }, () => newDecimalCode(6));
    for (const code of many) expect(code).toMatch(/^\d{6}$/);
    for (let place = 0; place < 6; place++) expect(new Set(many.map((code) => code[place])).size).toBe(10);
    expect(new Set(Array.from({ length: 500 }, () => newDecimalCode(1))).size).toBe(10);
  });
});
