import { describe, expect, it } from "@jest/globals";
import { foldCode } from "@gatehouse/shared";
import { clockDriftSeconds, isTotpCode, matchingStep, newTotpSecret, otpauthUri, stepAt } from "./totp.js";

/** The secret of RFC 6238's and RFC 4226's tables: the bytes of "12345678901234567890". */
const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
/** What the HOTP function returns for the counter -1, all of whose bits are 1. */
const BEFORE_THE_FIRST = "094451";
const second = 1000;
const step = 30 * second;

describe("an authenticator's code", () => {
  it.each([
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_111_111_111, "050471"],
    [1_234_567_890, "005924"],
    [2_000_000_000, "279037"],
    [20_000_000_000, "353130"],
  ])("at %s seconds is the one in RFC 6238's table, %s", (at, code) => {
    expect(matchingStep(secret, code, at * second)).toBe(Math.floor(at / 30));
    expect(matchingStep(newTotpSecret(), code, at * second)).not.toBe(Math.floor(at / 30));
  });

  it("is valid one step before and one step after its own, and no longer", () => {
    // 287082 is the code of step 1, from 30 to 60 seconds.
    const accepted = [0, 29_999, 30_000, 59_999, 60_000, 89_999, 90_000].map((now) =>
      matchingStep(secret, "287082", now),
    );
    expect(accepted).toEqual([1, 1, 1, 1, 1, 1, null]);
    expect(matchingStep(secret, "287082", 10 * step)).toBeNull();
    // 081804 is the code of step 37037036.
    const own = 37_037_036;
    expect([-2, -1, 0, 1, 2].map((off) => matchingStep(secret, "081804", (own + off) * step) === own)).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it("of the very first step is valid too, and there is none before it", () => {
    expect(matchingStep(secret, "755224", 0)).toBe(0);
    expect(matchingStep(secret, BEFORE_THE_FIRST, 0)).toBeNull();
  });

  it.each(["", "28708", "2870820", "x287082", "287082x", "28708２", "28 082", "-28708"])("is not %j", (text) => {
    expect(isTotpCode(text)).toBe(false);
    expect(matchingStep(secret, text, 59 * second)).toBeNull();
  });

  it("is read as people type it", () => {
    for (const typed of ["287 082", "287-082", " 287082\n", "2 8 7 0 8 2", "２８７ ０８２", "\u200F٢٨٧٠٨٢"])
      expect(matchingStep(secret, foldCode(typed), 59 * second)).toBe(1);
    expect(isTotpCode("287082")).toBe(true);
  });

  it("from a phone whose clock is off by up to five minutes reveals by how much, and is not accepted", () => {
    const own = 37_037_036;
    const off = (steps: number) => {
      const now = (own - steps) * step;
      return [clockDriftSeconds(secret, "081804", now), matchingStep(secret, "081804", now)];
    };
    expect(off(10)).toEqual([300, null]);
    expect(off(2)).toEqual([60, null]);
    expect(off(-2)).toEqual([-60, null]);
    expect(off(-10)).toEqual([-300, null]);
    expect(off(11)).toEqual([null, null]);
    expect(off(-11)).toEqual([null, null]);
    expect(off(0)).toEqual([0, own]);
  });

  it("belongs to a step of thirty seconds", () =>
    expect([0, 29_999, 30_000, 59_999, 60_000].map(stepAt)).toEqual([0, 0, 1, 1, 2]));
});

describe("an authenticator", () => {
  it.each([" Harbor : Pine ", "Harbor:Pine", "Harbor :Pine", "Harbor: Pine"])(
    "is set up by a URI with issuer and account, each without spaces or colons around it: %j",
    (issuer) =>
      expect(otpauthUri({ secret, issuer, account: "maya@client.example" })).toBe(
        `otpauth://totp/Harbor%20Pine:maya%40client.example?secret=${secret}&issuer=Harbor%20Pine&algorithm=SHA1&digits=6&period=30`,
      ),
  );

  it("is set up by a secret of 160 bits in base32's whole alphabet, a different one each time", () => {
    const secrets = Array.from({ length: 200 }, newTotpSecret);
    expect(secrets.filter((one) => !/^[A-Z2-7]{32}$/.test(one))).toEqual([]);
    expect(new Set(secrets).size).toBe(200);
    expect(new Set(secrets.join("")).size).toBe(32);
  });
});
