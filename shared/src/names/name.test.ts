import { describe, expect, it } from "@jest/globals";
import { isPlainLine, isPlainText, isVisible, normalizeName } from "./name.js";

describe("a name", () => {
  it.each([
    ["  Maya Lindqvist\t", "Maya Lindqvist"],
    ["Zoe\u0308", "Zoë"],
    ["李", "李"],
    ["O'Brien & Söhne (Ltd.)", "O'Brien & Söhne (Ltd.)"],
    ["x".repeat(200), "x".repeat(200)],
    [` ${"x".repeat(200)} `, "x".repeat(200)],
  ])("%j is kept as %j", (typed, name) => expect(normalizeName(typed)).toBe(name));

  it.each(["", "   ", "x".repeat(201), "Maya\nBcc: everybody", "Maya\u0000", "\u0007Maya", "May\u0085a"])(
    "is not %j",
    (typed) => expect(normalizeName(typed)).toBeNull(),
  );
});

describe("X21 a name", () => {
  it.each([
    "\u0000",
    "\t",
    "\n",
    "\r",
    "\u007F",
    "\u0085",
    "\u2028",
    "\u2029",
    "\uD800",
    "\uDC00",
    "\u202A",
    "\u202E",
    "\u2066",
    "\u2069",
  ])("holds no %j", (character) =>
    expect([isPlainLine(`a${character}b`), normalizeName(`a${character}b`)]).toEqual([false, null]),
  );
  it.each([
    "",
    " ",
    "\u00A0",
    "\u200B",
    "\u3164",
    "\u115F",
    "\uFFA0",
    "\u2800",
    "\uFE0F",
    "\u{E0041}",
    "\u00AD",
    "\u061C\u200E",
  ])("of %j alone is none", (text) => expect([isVisible(text), normalizeName(text)]).toEqual([false, null]));
  it.each(["Zoë", "😀", "👩‍👩‍👧", "می‌خواهم", "עברית\u200F (ltd)", "-", "株式会社", "\u3164a"])("may be %j", (text) =>
    expect([isPlainLine(text), isVisible(text), normalizeName(text)]).toEqual([true, true, text]),
  );
  it("is trimmed, composed, and of at most 200 characters, however wide", () => {
    expect(normalizeName("  Zoe\u0308 ")).toBe("Zoë");
    expect(normalizeName("😀".repeat(200))).toBe("😀".repeat(200));
    expect(normalizeName("a".repeat(201))).toBeNull();
  });
});

describe("X21 a text of several lines", () => {
  it("has line breaks and tabs, and nothing else that a line has not", () => {
    expect(isPlainText("One\r\n\ttwo\u2028three\n")).toBe(true);
    for (const character of ["\u0000", "\u000B", "\u001B", "\u0085", "\uD800", "\u202E", "\u2067"])
      expect([character, isPlainText(`a${character}b`)]).toEqual([character, false]);
  });
});
