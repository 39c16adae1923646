import { describe, expect, it } from "@jest/globals";
import { isolated, isolating } from "./isolated.js";

describe("a name in the middle of a sentence", () => {
  it.each([
    ["Hebrew", "משרד (2026)"],
    ["Arabic", "مكتب 24"],
    ["Persian with a joiner", "می\u200Cخواهم"],
    ["Syriac", "ܣܘܪܝܝܐ"],
    ["Thaana", "ދިވެހި"],
    ["N'Ko", "ߒߞߏ"],
    ["Adlam", "𞤀𞤣𞤤𞤢𞤥"],
    ["Latin and Hebrew", "Cohen כהן & Sons"],
    ["a direction mark", "Cohen\u200F"],
  ])("is isolated: %s", (_script, name) => expect(isolated(name)).toBe(`\u2068${name}\u2069`));

  it.each(["Maya Fields", "Müller & Söhne", "株式会社", "Иванов", "Λογιστικό", "हिन्दी", "😀", "12 (3)", ""])(
    "stays as it is where it reorders nothing: %j",
    (name) => expect(isolated(name)).toBe(name),
  );

  it.each(["\u202Egpj.exe", "a\u202Eb\u202C", "\u2066a\u2069\u2069\u2069 b", "\u202Babc", "\u2068\u202Da"])(
    "loses what directs the text around it: %j",
    (name) => {
      const shown = isolated(name);
      expect([shown[0], shown.at(-1), /[\u202A-\u202E\u2066-\u2069]/.test(shown.slice(1, -1))]).toEqual([
        "\u2068",
        "\u2069",
        false,
      ]);
    },
  );

  it("is isolated in every sentence of a catalogue, once, and nothing else is touched", () => {
    const element = { $$typeof: "an element", text: "א" };
    const words = isolating({
      plain: "No name",
      hello: (name: string) => `Hello ${name}, bye`,
      inner: { at: ({ firm, n }: { firm: string; n: number }) => `${n} at ${firm}` },
      list: (names: readonly string[]) => names.join(", "),
      rich: (part: typeof element) => part,
      count: (n: number, when: Date) => n + when.getTime(),
    });
    expect([words.plain, words.hello("Ada")]).toEqual(["No name", "Hello Ada, bye"]);
    expect(words.hello("אדה")).toBe("Hello \u2068אדה\u2069, bye");
    expect(words.hello(isolated("אדה"))).toBe("Hello \u2068אדה\u2069, bye");
    expect(words.inner.at({ firm: "משרד", n: 3 })).toBe("3 at \u2068משרד\u2069");
    expect(words.list(["א", "b"])).toBe("\u2068א\u2069, b");
    expect(words.rich(element)).toBe(element);
    expect(words.count(1, new Date(2))).toBe(3);
  });
});
