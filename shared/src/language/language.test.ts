import { describe, expect, it } from "@jest/globals";
import { chooseLanguage, languageNamed, languageOf } from "./language.js";

describe("the language that a person is addressed in", () => {
  it.each([
    ["fr-CA,fr;q=0.9,en;q=0.8", "FR"],
    ["en-CA,fr-CA;q=0.9", "EN"],
    ["de, fr;q=0.5, en;q=0.7", "EN"],
    ["fr;q=0, en;q=0.1", "EN"],
    ["FR_ca", "FR"],
    [["de-DE", "fr", "en"], "FR"],
    [["en-US"], "EN"],
    ["*", null],
    ["", null],
    [[], null],
    ["frisian, fry, freddy", null],
    ["fr;q=nonsense", "FR"],
    [`${"de,".repeat(100)}fr`, null],
    ["fr;q=0", null],
    ["fr;q=0.000, de", null],
    ["fr;q=0.2, en;q=0.8", "EN"],
    ["fr ; q = 0.2, en;q=0.8", "EN"],
    ["fr;Q=0.2, en", "EN"],
    ["fr;q=-1, en;q=0.5", "FR"],
    ["fr;q=.2, en;q=0.8", "EN"],
    ["fr;q=x0, en;q=0.5", "FR"],
    ["fr;level=0, en;q=0.5", "FR"],
    ["en, fr", "EN"],
    ["fr, en", "FR"],
    ["de, fr, en", "FR"],
    [";q=1, fr", "FR"],
  ])("of %j is %s", (asked, language) => {
    expect(languageOf(asked)).toBe(language);
  });

  it.each([
    [{ own: "FR", asked: "EN", firm: "EN" }, "FR"],
    [{ own: null, asked: "FR", firm: "EN" }, "FR"],
    [{ own: null, asked: null, firm: "FR" }, "FR"],
    [{ own: null, asked: null, firm: null }, "EN"],
  ] as const)("is their own, else the browser's, else the firm's, else English: %j", (known, language) => {
    expect(chooseLanguage(known)).toBe(language);
  });

  it.each([
    ["Français", "FR"],
    [" FRENCH ", "FR"],
    ["fr-CA", "FR"],
    ["anglais", "EN"],
    ["En", "EN"],
    ["Spanish", null],
    ["frank", null],
    ["fr-CA and en-CA", null],
    ["the fr-CA", null],
    ["de-DE", null],
    ["english (fr-CA)", null],
    ["", null],
  ])("is read from a file's cell: %j", (cell, language) => {
    expect(languageNamed(cell)).toBe(language);
  });
});
