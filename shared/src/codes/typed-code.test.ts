import { describe, expect, it } from "@jest/globals";
import { countDigits, foldCode, readDigitCode } from "./typed-code.js";

describe("a code as people type and paste it", () => {
  it.each([
    ["Arabic-Indic digits", "١٢٣٤٥٦"],
    ["Persian digits", "۱۲۳۴۵۶"],
    ["full-width digits of a Japanese keyboard", "１２３４５６"],
    ["Devanagari digits", "१२३ ४५६"],
    ["Bengali digits", "১২৩৪৫৬"],
    ["Thai digits", "๑๒๓๔๕๖"],
    ["Burmese digits", "၁၂၃၄၅၆"],
    ["Khmer digits", "១២៣៤៥៦"],
    ["digits of mathematical alphabets", "𝟏𝟚𝟥𝟰𝟻6"],
    ["digits of a script beyond the first plane", "𞥑𞥒𞥓𞥔𞥕𞥖"],
    ["digits of several scripts", "1٢３४๕6"],
    ["the mail's own blank", "123 456"],
    ["blanks around it", "  123456 \n"],
    ["a no-break blank", "123\u00A0456"],
    ["a narrow no-break blank", "123\u202F456"],
    ["a full-width blank", "１２３\u3000４５６"],
    ["a figure blank", "123\u2007456"],
    ["a hyphen", "123-456"],
    ["a no-break hyphen", "123\u2011456"],
    ["an en dash", "123–456"],
    ["a minus", "123−456"],
    ["a full-width hyphen", "１２３－４５６"],
    ["the long sound of a Japanese keyboard", "１２３ー４５６"],
    ["a right-to-left mark of a messenger", "\u200F123456"],
    ["isolates around it", "\u2068123456\u2069"],
    ["embeddings around it", "\u202A123456\u202C"],
    ["a byte order mark", "\uFEFF123456"],
    ["zero-width blanks", "1\u200B2\u200B3\u200B4\u200B5\u200B6"],
    ["a soft hyphen", "123\u00AD456"],
    ["word joiners", "123\u2060456"],
    ["selectors after each digit", "1\uFE0F2\uFE0F3\uFE0F4\uFE0F5\uFE0F6\uFE0F"],
    ["tabs between cells", "1\t2\t3\t4\t5\t6"],
    ["a control character of a terminal", "123456\u0000"],
    ["an empty Braille cell", "123\u2800456"],
  ])("is read: with %s", (_how, typed) => expect(foldCode(typed)).toBe("123456"));

  it("keeps what is not a digit, a blank or a dash, so that it is refused", () => {
    for (const text of [
      "12345x",
      "x123456",
      "123.456",
      "123,456",
      "①②③④⑤⑥",
      "ⅠⅡⅢ",
      "½23456",
      "一二三四五六",
      "+123456",
    ])
      expect([text, /^[0-9]{6}$/.test(foldCode(text))]).toEqual([text, false]);
    expect(foldCode("abcd-EFGH")).toBe("abcdEFGH");
    expect(foldCode("")).toBe("");
  });

  it("has the value that Unicode's own data gives each digit of every script", () => {
    const isDigit = (text: string) => /^\p{Nd}$/u.test(text);
    const compared = new Set<string>();
    for (const numberingSystem of Intl.supportedValuesOf("numberingSystem")) {
      const format = new Intl.NumberFormat("en", { numberingSystem });
      for (let value = 0; value < 10; value++) {
        const written = format.format(value);
        if (!isDigit(written)) continue;
        compared.add(written);
        expect([numberingSystem, written, foldCode(written)]).toEqual([numberingSystem, written, value.toString()]);
      }
    }
    expect(compared.size).toBeGreaterThan(600);
    const points = Array.from({ length: 0x11_0000 }, (_, point) => point).filter((p) => p < 0xd800 || p > 0xdfff);
    const digits = points.map((point) => String.fromCodePoint(point)).filter(isDigit);
    expect(digits.filter((digit) => !/^[0-9]$/.test(foldCode(digit)))).toEqual([]);
  });
});

describe("a text that may hold a code of six digits", () => {
  it.each([
    ["Your code is 123 456.", "123456"],
    ["Your code is 123456. It expires in 10 minutes.", "123456"],
    ["G-123456", "123456"],
    ["رمزك هو ١٢٣٤٥٦، صالح 10 دقائق", "123456"],
    ["<#> 123456 is your code\r\nFA+9qCX9VSu", "123456"],
    ["code:123456", "123456"],
    ["123456 123456", "123456"],
    ["123456 is your code. Type 123 456.", "123456"],
    ["123-456 (Gatehouse)", "123456"],
    ["\u2068123456\u2069", "123456"],
  ])("means the code in it: %j", (text, code) => expect(readDigitCode(text)).toBe(code));

  it.each([
    "",
    "   ",
    "12345",
    "1234567",
    "12345678",
    "12345x",
    "123.456",
    "123 456 or 654 321",
    "call 202-555-0147",
    "correct horse battery staple",
    "1".repeat(7000),
    `${"x".repeat(1000)}123456`,
  ])("means none: %j", (text) => expect(readDigitCode(text)).toBeNull());

  it.each([
    ["12345", 5],
    [" 123 4567 ", 7],
    ["١٢٣٤٥", 5],
    ["12a45", 0],
    ["", 0],
    ["1".repeat(2000), 0],
  ])("says how many digits %j has: %d", (text, digits) => expect(countDigits(text)).toBe(digits));
});
