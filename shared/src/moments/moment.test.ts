import { describe, expect, it } from "@jest/globals";
import { parseMoment } from "./moment.js";

describe("a moment", () => {
  it.each([
    // The examples of the scalar's specification.
    ["2011-08-30T13:22:53.108Z", "2011-08-30T13:22:53.108Z"],
    ["2011-08-30T13:22:53.108+00:00", "2011-08-30T13:22:53.108Z"],
    ["2011-08-30t13:22:53.108z", "2011-08-30T13:22:53.108Z"],
    ["2011-08-30T13:22:53.108-03:00", "2011-08-30T16:22:53.108Z"],
    ["2011-08-30T13:22:53.108+03:30", "2011-08-30T09:52:53.108Z"],
    // What libraries write that leave out a fraction of zero.
    ["2026-01-31T09:30:00Z", "2026-01-31T09:30:00.000Z"],
    ["2026-01-31T09:30:00+02:00", "2026-01-31T07:30:00.000Z"],
    ["2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"],
    ["2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"],
    ["2026-12-31T23:59:59.999Z", "2026-12-31T23:59:59.999Z"],
    ["2026-01-01T00:00:00+14:00", "2025-12-31T10:00:00.000Z"],
    ["2026-01-01T00:00:00-23:59", "2026-01-01T23:59:00.000Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"],
    ["0000-02-29T00:00:00Z", "0000-02-29T00:00:00.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
  ])("is %s: %s", (text, moment) => expect(new Date(parseMoment(text) ?? Number.NaN).toISOString()).toBe(moment));

  it.each([
    ["30 February", "2027-02-30T00:00:00Z"],
    ["31 April", "2026-04-31T00:00:00Z"],
    ["29 February of a common year", "2027-02-29T12:00:00Z"],
    ["29 February of a century", "2100-02-29T12:00:00Z"],
    ["day 0", "2026-01-00T00:00:00Z"],
    ["day 32", "2026-01-32T00:00:00Z"],
    ["month 0", "2026-00-10T00:00:00Z"],
    ["month 13", "2026-13-10T00:00:00Z"],
    ["hour 24", "2026-01-31T24:00:00Z"],
    ["hour 24 of the specification's example", "2011-08-30T24:22:53.108Z"],
    ["hour 25", "2026-01-31T25:00:00Z"],
    ["minute 60", "2026-01-31T09:60:00Z"],
    ["second 60", "2016-12-31T23:59:60Z"],
    ["an offset of 24 hours", "2026-01-31T09:30:00+24:00"],
    ["an offset of 25:11", "2010-02-11T21:22:53.108+25:11"],
    ["an offset of 60 minutes", "2026-01-31T09:30:00+02:60"],
    ["an offset without minutes", "2011-08-30T13:22:53.108-03"],
    ["an offset without a colon", "2026-01-31T09:30:00+0200"],
    ["an offset with seconds", "2011-08-30T13:22:53.108+03:30:15"],
    ["an unknown offset", "2011-08-30T13:22:53.108-00:00"],
    ["two offsets", "2010-02-11T21:22:53.108Z+25:11"],
    ["no offset", "2011-08-30T13:22:53.108"],
    ["no time", "2011-08-30"],
    ["no seconds", "2026-01-31T09:30Z"],
    ["seven digits of a fraction", "2026-01-31T09:30:00.1234567Z"],
    ["six digits of a fraction", "2026-01-31T09:30:00.123456+00:00"],
    ["one digit of a fraction", "2026-01-31T09:30:00.1Z"],
    ["a point without a fraction", "2026-01-31T09:30:00.Z"],
    ["a comma", "2026-01-31T09:30:00,123Z"],
    ["a blank for the T", "2026-01-31 09:30:00Z"],
    ["a blank before it", " 2026-01-31T09:30:00Z"],
    ["a line break after it", "2026-01-31T09:30:00Z\n"],
    ["digits of another script", "٢٠٢٦-01-31T09:30:00Z"],
    ["a minus sign for the hyphen", "2026−01−31T09:30:00Z"],
    ["a year of five digits", "+02026-01-31T09:30:00Z"],
    ["the last minute of a year that no text can name in UTC", "0000-01-01T00:00:00+00:01"],
    ["the first minute of such a year", "9999-12-31T23:59:00-00:01"],
    ["a week", "2026-W05-6T09:30:00Z"],
    ["words", "31 Jan 2026 09:30:00 GMT"],
    ["a number", "1769851800000"],
    ["nothing", ""],
  ])("is not one with %s", (_what, text) => expect(parseMoment(text)).toBeNull());

  it("is read back as the same one from every text that names it", () => {
    const [first, last] = [Date.parse("0000-01-02T00:00:00Z"), Date.parse("9999-12-30T00:00:00Z")];
    const two = (n: number) => n.toString().padStart(2, "0");
    for (let n = 0; n < 5000; n++) {
      const at = Math.round(first + ((n * 0.618034) % 1) * (last - first));
      const offset = (n % 2879) - 1439;
      const local = new Date(at + offset * 60_000).toISOString().slice(0, -1);
      const size = Math.abs(offset);
      const text = `${local}${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
      expect([text, parseMoment(text)]).toEqual([text, at]);
      expect(parseMoment(new Date(at).toISOString())).toBe(at);
    }
  });
});
