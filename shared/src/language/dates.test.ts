import { describe, expect, it } from "@jest/globals";
import { asDate, dayInWords, momentInWords } from "./dates.js";

const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");
const late = Date.parse("2026-11-30T23:05:00Z");

describe("a day", () => {
  it.each([
    ["UTC", "30 November 2026", "30 novembre 2026"],
    ["Europe/Paris", "1 December 2026", "1er décembre 2026"],
    ["America/Toronto", "30 November 2026", "30 novembre 2026"],
  ])("is the one of %s: %s, %s", (timeZone, english, french) => {
    expect(dayInWords(late, timeZone, "EN")).toBe(english);
    expect(plain(dayInWords(late, timeZone, "FR"))).toBe(french);
  });

  it("is written as the first of the month only in French, and only if a month follows", () => {
    expect(asDate("1 décembre 2026", "FR")).toBe("1er décembre 2026");
    expect(asDate("1 December 2026", "EN")).toBe("1 December 2026");
    expect(asDate("11 décembre 2026", "FR")).toBe("11 décembre 2026");
    expect(asDate("21 décembre 2026", "FR")).toBe("21 décembre 2026");
    expect(asDate("1 2026", "FR")).toBe("1 2026");
  });
});

it("a moment is written with its time in UTC", () => {
  expect(momentInWords(late, "EN")).toBe("30 November 2026 at 23:05 UTC");
  expect(plain(momentInWords(late, "FR"))).toBe("30 novembre 2026 à 23 h 05 UTC");
  expect(plain(momentInWords(Date.parse("2026-12-01T08:00:00Z"), "FR"))).toBe("1er décembre 2026 à 08 h 00 UTC");
});
