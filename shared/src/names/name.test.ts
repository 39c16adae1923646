import { describe, expect, it } from "@jest/globals";
import { isPlainLine, isPlainText, isVisible, normalizeName, textIsPlain } from "./name.js";

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
  ])("may not contain %j", (character) =>
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
  ])("may not consist of %j alone", (text) => expect([isVisible(text), normalizeName(text)]).toEqual([false, null]));
  it.each(["Zoë", "😀", "👩‍👩‍👧", "می‌خواهم", "עברית\u200F (ltd)", "-", "株式会社"])("may be %j", (text) =>
    expect([isPlainLine(text), isVisible(text), normalizeName(text)]).toEqual([true, true, text]),
  );
  it("is trimmed, composed, and at most 200 characters long, however wide they are", () => {
    expect(normalizeName("  Zoe\u0308 ")).toBe("Zoë");
    expect(normalizeName("😀".repeat(200))).toBe("😀".repeat(200));
    expect(normalizeName("a".repeat(201))).toBeNull();
  });
});

describe("X21 a text of several lines", () => {
  it("may contain line breaks and tabs, and otherwise only what a single line may contain", () => {
    expect(isPlainText("One\r\n\ttwo\u2028three\n")).toBe(true);
    for (const character of ["\u0000", "\u000B", "\u001B", "\u0085", "\uD800", "\u202E", "\u2067"])
      expect([character, isPlainText(`a${character}b`)]).toEqual([character, false]);
    expect(textIsPlain).toMatch(/without control characters or marks that reverse its direction/);
    // The two halves of a surrogate pair, on two lines, do not make a character.
    expect([isPlainText("\u{1F600}"), isPlainText("\uD83D\n\uDE00")]).toEqual([true, false]);
  });
});

describe("X35 a name with an invisible character", () => {
  const hidden = {
    "soft hyphen": "\u00AD",
    "combining grapheme joiner": "\u034F",
    "arabic letter mark": "\u061C",
    "hangul choseong filler": "\u115F",
    "hangul jungseong filler": "\u1160",
    "hangul filler": "\u3164",
    "halfwidth hangul filler": "\uFFA0",
    "khmer inherent vowel": "\u17B4",
    "mongolian selector": "\u180B",
    "mongolian vowel separator": "\u180E",
    "zero width space": "\u200B",
    "zero width non-joiner": "\u200C",
    "zero width joiner": "\u200D",
    "left-to-right mark": "\u200E",
    "right-to-left mark": "\u200F",
    "word joiner": "\u2060",
    "invisible times": "\u2062",
    "digit shapes": "\u206E",
    "variation selector": "\uFE0F",
    "byte order mark": "\uFEFF",
    "annotation mark": "\uFFF9",
    "braille blank": "\u2800",
    "musical beam": "\u{1D173}",
    "language tag": "\u{E0001}",
    "tag letter": "\u{E0041}",
    "ideographic selector": "\u{E0100}",
  };
  it.each(Object.entries(hidden))("is refused: %s, within a word or between words", (_name, character) => {
    for (const text of [`Pay${character}roll`, `Pay ${character} roll`, `Payroll${character}.`, `1${character}2`])
      expect([text, isPlainLine(text), normalizeName(text)]).toEqual([text, false, null]);
  });
  it.each([
    ["two joiners", "می\u200C\u200Cخواهم"],
    ["a joiner at the beginning of a word", "خواهم \u200Cمی"],
    ["a joiner between a Persian and a Latin letter", "م\u200Ca"],
    ["a joiner beside a direction mark", "م\u061C\u200Cم"],
    ["direction marks beside each other", "עברית\u200F\u200E"],
    ["a direction mark without a letter that needs it", "Payroll\u200E"],
    ["a selector after a letter", "é\uFE0E"],
    ["an emoji that is joined to a letter", "😀\u200Da"],
    ["an emoji with two selectors", "❤\uFE0F\uFE0F"],
    ["a country's tag without its flag", "Payroll\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}"],
    ["text in a flag", "🏴\u{E0070}\u{E0061}\u{E0079}\u{E007F}"],
    ["a direction mark between two letters", "מ\u200Fש"],
    ["a direction mark between a vowel point and a letter", "מ\u05B4\u200Fש"],
    ["selectors in a row after a Mongolian letter", "ᠯ\u180B\u180C\u180B"],
    ["two selectors at a Han character", "葛\u{E0100}\u{E0101}"],
  ])("is refused: %s", (_what, text) => expect([isPlainLine(text), normalizeName(text)]).toEqual([false, null]));

  it.each([
    ["Persian", "علی\u200Cرضا"],
    ["Persian beside Latin", "شرکت ABC\u200F (Ltd)"],
    ["Persian, after a vowel mark", "حقّ\u200Cپرست"],
    ["Hebrew before a digit", "רחוב\u200F 5"],
    ["Hebrew after a digit", "5 \u200Fרחוב"],
    ["Hindi", "क्\u200Dष"],
    ["Bengali", "র\u200D্যাব"],
    ["Gurmukhi", "ਕ\u200Cਕ"],
    ["Gujarati", "ક\u200Cક"],
    ["Odia", "କ\u200Cକ"],
    ["Tamil", "க\u200Cக"],
    ["Telugu", "క\u200Cక"],
    ["Kannada", "ಕ\u200Cಕ"],
    ["Malayalam, at the end of a word", "അവന്\u200D"],
    ["Sinhala", "ශ්\u200Dරී"],
    ["Japanese, as the family writes it", "葛\u{E0100}城"],
    ["Mongolian", "ᠮᠣᠩᠭᠣᠯ\u180Bᠠ"],
    ["a heart", "Care ❤\uFE0F"],
    ["a heart between Hebrew marks", "עברית\u200F❤\uFE0F\u200F (ltd)"],
    ["a family", "👩\u200D👩\u200D👧\u200D👦"],
    ["a nurse", "🧑🏽\u200D⚕\uFE0F"],
    ["a rainbow flag", "🏳\uFE0F\u200D🌈"],
    ["Scotland", "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}"],
    ["a key", "1\uFE0F\u20E3"],
    ["Korean", "김민수"],
  ])("is accepted if each changes how its neighbor is drawn: %s", (_what, text) =>
    expect([isPlainLine(text), normalizeName(text)]).toEqual([true, text.normalize("NFC")]),
  );

  it("takes no longer to judge than its length warrants", () => {
    for (const piece of ["👩\u200D", "م\u200C", "\u200F", "🏴\u{E0067}\u{E0062}", "葛\u{E0100}"]) {
      const text = piece.repeat(20_000);
      const best = Math.min(
        ...Array.from({ length: 3 }, () => {
          const before = process.cpuUsage();
          isPlainLine(text);
          const { user, system } = process.cpuUsage(before);
          return (user + system) / 1000;
        }),
      );
      expect(best).toBeLessThan(500);
    }
  });
});
