import { describe, expect, it } from "@jest/globals";
import { agoInWords, durationInWords, inWords, minutesInWords, roughly } from "./durations.js";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe("how long until something", () => {
  it.each([
    [0, "in 1 second", "dans 1 seconde"],
    [1, "in 1 second", "dans 1 seconde"],
    [1001, "in 2 seconds", "dans 2 secondes"],
    [119 * second, "in 119 seconds", "dans 119 secondes"],
    [2 * minute, "in 2 minutes", "dans 2 minutes"],
    [2 * minute + 1, "in 3 minutes", "dans 3 minutes"],
    [119 * minute, "in 119 minutes", "dans 119 minutes"],
    [2 * hour, "in 2 hours", "dans 2 heures"],
    [47 * hour, "in 47 hours", "dans 47 heures"],
    [47 * hour + 1, "in 48 hours", "dans 48 heures"],
    [2 * day, "in 2 days", "dans 2 jours"],
    [6.5 * day, "in 7 days", "dans 7 jours"],
    [729 * day, "in 729 days", "dans 729 jours"],
    [730 * day, "in 2 years", "dans 2 ans"],
    [36_500 * day, "in 100 years", "dans 100 ans"],
  ])("is rounded up, in the largest unit of which there are at least two: %s ms are %s, %s", (ms, english, french) => {
    expect(inWords(ms)).toBe(english);
    expect(inWords(ms, "EN")).toBe(english);
    expect(inWords(ms, "FR")).toBe(french);
  });

  it("and the time since is stated the same way", () => {
    expect(agoInWords(5 * minute)).toBe("5 minutes ago");
    expect(agoInWords(0)).toBe("1 second ago");
    expect(agoInWords(3 * day)).toBe("3 days ago");
  });
});

describe("how long something takes", () => {
  it.each([
    [1, "second", "1 second", "1 seconde"],
    [15, "minute", "15 minutes", "15 minutes"],
    [24, "hour", "24 hours", "24 heures"],
    [7, "day", "7 days", "7 jours"],
    [36_500, "day", "36500 days", "36500 jours"],
  ] as const)("%s %s: %s, %s", (n, unit, english, french) => {
    expect(durationInWords(n, unit, "EN")).toBe(english);
    expect(durationInWords(n, unit, "FR").replaceAll("\u00a0", " ")).toBe(french);
  });

  it.each([
    [1, "1 minute", "1 minute"],
    [119, "119 minutes", "119 minutes"],
    [120, "2 hours", "2 heures"],
    [121, "3 hours", "3 heures"],
    [24 * 60, "24 hours", "24 heures"],
    [30 * 24 * 60, "30 days", "30 jours"],
    [36_500 * 24 * 60, "100 years", "100 ans"],
  ])("in the same units, if it is known to the minute: %s are %s, %s", (minutes, english, french) => {
    expect(minutesInWords(minutes, "EN")).toBe(english);
    expect(minutesInWords(minutes, "FR").replaceAll("\u00a0", " ")).toBe(french);
  });

  it.each([
    [45, "45 seconds"],
    [-45, "45 seconds"],
    [119, "119 seconds"],
    [120, "2 minutes"],
    [-240, "4 minutes"],
    [149, "2 minutes"],
    [150, "3 minutes"],
  ])("and roughly, for a clock that is ahead or behind: %s seconds are %s", (seconds, words) =>
    expect(roughly(seconds, "EN")).toBe(words),
  );
});
