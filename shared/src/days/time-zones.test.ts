import { describe, expect, it } from "@jest/globals";
import { readTimeZone, timeZoneNames, usableTimeZone } from "./time-zones.js";

describe("a time zone", () => {
  it.each([
    ["Europe/Paris", "Europe/Paris"],
    ["europe/PARIS", "Europe/Paris"],
    ["US/Pacific", "America/Los_Angeles"],
    ["Canada/Eastern", "America/Toronto"],
    ["Asia/Calcutta", "Asia/Kolkata"],
    ["Asia/Kolkata", "Asia/Kolkata"],
    ["Europe/Kiev", "Europe/Kyiv"],
    ["America/Buenos_Aires", "America/Argentina/Buenos_Aires"],
    ["Japan", "Asia/Tokyo"],
    ["GB", "Europe/London"],
    ["UTC", "UTC"],
    ["Etc/UTC", "UTC"],
    ["Zulu", "UTC"],
  ])("may be named %s, and is kept as %s", (given, kept) => {
    expect(readTimeZone(given)).toBe(kept);
    expect(readTimeZone(kept)).toBe(kept);
  });

  it.each([
    "",
    "Mars/Base",
    "Europe/Paris ",
    "+05:30",
    "-03",
    "GMT+3",
    "UTC+1",
    "Etc/GMT-3",
    "EST",
    "IST",
    "CET",
    "EST5EDT",
    "CET-1CEST,M3.5.0,M10.5.0/3",
    ":America/New_York",
    "SystemV/PST8PDT",
    "x".repeat(10_000),
    "Europe/Paris\u0000",
  ])("is not %j, which names no place or several", (given) => expect(readTimeZone(given)).toBeNull());

  it("is offered once, under a name that is kept", () => {
    const names = timeZoneNames();
    expect(names).toEqual(expect.arrayContaining(["UTC", "Asia/Kolkata", "Africa/Cairo", "America/St_Johns"]));
    expect(names).not.toContain("Asia/Calcutta");
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => readTimeZone(name) !== name)).toEqual([]);
  });

  it("is UTC for a firm that has none, or one that this server's data does not know", () => {
    expect([null, "Mars/Base", "Africa/Cairo"].map(usableTimeZone)).toEqual(["UTC", "UTC", "Africa/Cairo"]);
  });
});
