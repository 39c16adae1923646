import { describe, expect, it } from "@jest/globals";
import { newRecoveryCode, readRecoveryCode } from "./recovery-code.js";

const code = "0123456789ABCDEFGHJKMNPQ";

describe("a recovery code", () => {
  it("is shown in six groups of four, and read back as it was shown", () => {
    const shown = newRecoveryCode();
    expect(shown.split("-").map((group) => group.length)).toEqual([4, 4, 4, 4, 4, 4]);
    expect(shown).toMatch(/^[0-9A-HJKMNP-TV-Z-]{29}$/);
    expect(readRecoveryCode(shown)).toBe(shown.replaceAll("-", ""));
  });

  it.each([
    ["with dashes", "0123-4567-89AB-CDEF-GHJK-MNPQ"],
    ["without", code],
    ["in small letters", code.toLowerCase()],
    ["with spaces around and within", "\t0123 4567 89AB CDEF GHJK MNPQ\n"],
    ["with dashes of a word processor", "0123–4567—89AB–CDEF—GHJK–MNPQ"],
    ["with letters that look like digits", "OI23-4567-89AB-CDEF-GHJK-MNPQ"],
    ["with small ones", "ol23456789abcdefghjkmnpq"],
    ["in wide letters", "０１２３456789ABCDEFGHJKMNPQ"],
  ])("is taken %s", (_how, typed) => expect(readRecoveryCode(typed)).toBe(code));

  it.each([
    ["nothing", ""],
    ["a character too few", code.slice(1)],
    ["a character too many", `${code}R`],
    ["a letter that no code has", code.replace("Q", "U")],
    ["another alphabet", code.replace("A", "А")],
    ["punctuation", code.replace("Q", "!")],
  ])("is not %s", (_what, typed) => expect(readRecoveryCode(typed)).toBeNull());

  it("has characters of the whole alphabet", () =>
    expect(new Set(Array.from({ length: 200 }, () => readRecoveryCode(newRecoveryCode()) ?? "").join("")).size).toBe(
      32,
    ));
});
