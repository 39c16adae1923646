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
    ["in lower case", code.toLowerCase()],
    ["with spaces around and inside", "\t0123 4567 89AB CDEF GHJK MNPQ\n"],
    ["with a word processor's dashes", "0123–4567—89AB–CDEF—GHJK–MNPQ"],
    ["with letters that look like digits", "OI23-4567-89AB-CDEF-GHJK-MNPQ"],
    ["with lower-case ones", "ol23456789abcdefghjkmnpq"],
    ["with its number in the list", "3. 0123-4567-89AB-CDEF-GHJK-MNPQ"],
    ["with its number and a bracket", " 10) 0123-4567-89AB-CDEF-GHJK-MNPQ"],
    ["in full-width letters", "０１２３456789ABCDEFGHJKMNPQ"],
  ])("is accepted %s", (_how, typed) => expect(readRecoveryCode(typed)).toBe(code));

  it.each([
    ["nothing", ""],
    ["one character too few", code.slice(1)],
    ["one character too many", `${code}R`],
    ["a letter that no code contains", code.replace("Q", "U")],
    ["another alphabet", code.replace("A", "А")],
    ["a list's number alone", "12."],
    ["a very long text", " ".repeat(5000) + code],
    ["punctuation", code.replace("Q", "!")],
  ])("is not %s", (_what, typed) => expect(readRecoveryCode(typed)).toBeNull());

  it("uses the whole alphabet", () =>
    expect(new Set(Array.from({ length: 200 }, () => readRecoveryCode(newRecoveryCode()) ?? "").join("")).size).toBe(
      32,
    ));
});
