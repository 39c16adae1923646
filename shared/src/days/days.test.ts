import { describe, expect, it } from "@jest/globals";
import { addDays, dayOf, daysBefore, dayStart, momentAt } from "./days.js";
import { timeZoneNames } from "./time-zones.js";

const iso = (moment: number) => new Date(moment).toISOString();
const HOUR = 3_600_000;

describe("a day of a time zone", () => {
  // By hand from the IANA database.
  it.each([
    ["UTC", "2026-01-31", "2026-01-31T00:00:00.000Z", 24],
    ["Europe/Paris: clocks go forward at 2", "2026-03-29", "2026-03-28T23:00:00.000Z", 23],
    ["Europe/Paris: clocks go back at 3", "2026-10-25", "2026-10-24T22:00:00.000Z", 25],
    ["America/Los_Angeles: forward at 2", "2026-03-08", "2026-03-08T08:00:00.000Z", 23],
    ["Africa/Cairo: there is no midnight", "2026-04-24", "2026-04-23T22:00:00.000Z", 23],
    ["Africa/Cairo: the day before it", "2026-04-23", "2026-04-22T22:00:00.000Z", 24],
    ["Africa/Cairo: 23 o'clock comes twice", "2026-10-29", "2026-10-28T21:00:00.000Z", 25],
    ["Africa/Cairo: the day after it", "2026-10-30", "2026-10-29T22:00:00.000Z", 24],
    ["Asia/Beirut: there is no midnight", "2026-03-29", "2026-03-28T22:00:00.000Z", 23],
    ["Asia/Beirut: 23 o'clock comes twice", "2026-10-24", "2026-10-23T21:00:00.000Z", 25],
    ["America/Sao_Paulo: there is no midnight", "2018-11-04", "2018-11-04T03:00:00.000Z", 23],
    ["America/Sao_Paulo: 23 o'clock comes twice", "2019-02-16", "2019-02-16T02:00:00.000Z", 25],
    ["America/Havana: there is no midnight", "2026-03-08", "2026-03-08T05:00:00.000Z", 23],
    ["America/Havana: midnight comes twice", "2026-11-01", "2026-11-01T04:00:00.000Z", 25],
    ["America/St_Johns: 0:00 to 0:01 comes twice", "2006-10-29", "2006-10-29T02:30:00.000Z", 25],
    ["Asia/Kolkata: half an hour", "2026-06-01", "2026-05-31T18:30:00.000Z", 24],
    ["Asia/Kathmandu: a quarter", "2026-06-01", "2026-05-31T18:15:00.000Z", 24],
    ["Pacific/Chatham: a quarter, back at 3:45", "2026-04-05", "2026-04-04T10:15:00.000Z", 25],
    ["Australia/Lord_Howe: forward by half an hour", "2026-10-04", "2026-10-03T13:30:00.000Z", 23.5],
    ["Australia/Lord_Howe: back by half an hour", "2026-04-05", "2026-04-04T13:00:00.000Z", 24.5],
    ["Pacific/Apia: the day that was skipped", "2011-12-30", "2011-12-30T10:00:00.000Z", 0],
    ["Pacific/Apia: the day before it", "2011-12-29", "2011-12-29T10:00:00.000Z", 24],
    ["Pacific/Apia: the day after it", "2011-12-31", "2011-12-30T10:00:00.000Z", 24],
    ["Pacific/Kwajalein: skipped", "1993-08-21", "1993-08-21T12:00:00.000Z", 0],
    ["Pacific/Kiritimati: furthest east", "2026-01-01", "2025-12-31T10:00:00.000Z", 24],
    ["Pacific/Pago_Pago: furthest west", "2026-01-01", "2026-01-01T11:00:00.000Z", 24],
  ])("%s, %s, starts at %s and has %d hours", (title, day, start, hours) => {
    const [zone = ""] = title.split(":");
    const [from, to] = [dayStart(day, zone), dayStart(addDays(day, 1), zone)];
    expect([iso(from), (to - from) / HOUR]).toEqual([start, hours]);
    const isEmpty = hours === 0;
    expect([dayOf(from, zone), dayOf(to - 1, zone)]).toEqual(
      isEmpty ? [addDays(day, 1), addDays(day, -1)] : [day, day],
    );
    expect([dayOf(from - 1, zone) < day, dayOf(to, zone) > day]).toEqual([true, true]);
  });

  it("starts, in every zone, when clocks first show it or a later one, and contains exactly the moments of that day", () => {
    for (const [index, zone] of timeZoneNames().entries()) {
      const shows = new Intl.DateTimeFormat("en-CA", {
        timeZone: zone,
        year: "numeric",
        month: "2-digit",
        day: "2-digit",
      });
      // Dates all over a century, different ones in each zone.
      for (let n = 0; n < 6; n++) {
        const day = addDays("1960-01-01", (index * 37 + n * 5783) % 36_000);
        const start = dayStart(day, zone);
        expect([zone, day, shows.format(start) >= day, shows.format(start - 1) < day]).toEqual([zone, day, true, true]);
        const end = dayStart(addDays(day, 1), zone);
        // Empty if a place skipped it.
        const itsMoments = [start, start + Math.floor((end - start) / 2), end - 1].filter((moment) => moment >= start);
        expect([zone, itsMoments.map((moment) => dayOf(moment, zone))]).toEqual([
          zone,
          itsMoments.map(() => (end > start ? day : addDays(day, 1))),
        ]);
      }
    }
  });

  it.each([
    ["UTC", "2026-01-31 14:30", "2026-01-31T14:30:00.000Z"],
    ["America/Toronto", "2026-01-31 14:30", "2026-01-31T19:30:00.000Z"],
    ["America/Toronto", "2026-07-31 14:30", "2026-07-31T18:30:00.000Z"],
    ["Europe/Paris: after clocks went forward at 2", "2026-03-29 12:00", "2026-03-29T10:00:00.000Z"],
    ["Europe/Paris: 2:30 is skipped", "2026-03-29 02:30", "2026-03-29T01:00:00.000Z"],
    ["Europe/Paris: 2:30 comes twice", "2026-10-25 02:30", "2026-10-25T00:30:00.000Z"],
    ["Asia/Kathmandu: a quarter", "2026-06-01 23:59", "2026-06-01T18:14:00.000Z"],
  ])("%s, %s, is a time of it from %s on", (title, shown, moment) => {
    const [zone = ""] = title.split(":");
    const [day = "", time = ""] = shown.split(" ");
    expect(iso(momentAt(day, time, zone))).toBe(moment);
  });

  it("follows another in the calendar, whatever the clocks do", () => {
    expect(["2026-02-28", "2028-02-28", "2026-12-31"].map((day) => addDays(day, 1))).toEqual([
      "2026-03-01",
      "2028-02-29",
      "2027-01-01",
    ]);
    expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
  });

  it("is reached by counting days back, not hours: a reminder keeps its day and hour when clocks change in between", () => {
    const start = dayStart("2026-03-15", "America/New_York");
    expect(iso(daysBefore(start, 7, "America/New_York"))).toBe("2026-03-08T05:00:00.000Z");
    expect(iso(daysBefore(start + 9 * HOUR, 14, "America/New_York"))).toBe("2026-03-01T14:00:00.000Z");
    expect(iso(daysBefore(start, 7, "UTC"))).toBe("2026-03-08T04:00:00.000Z");
    // 23:30 of a day with 24 hours, before one with 23.
    const late = dayStart("2026-03-16", "America/New_York") - HOUR / 2;
    expect(dayOf(daysBefore(late, 7, "America/New_York"), "America/New_York")).toBe("2026-03-08");
  });
});
