import { DAY_MS, HOUR_MS } from "../durations/durations.js";

/*
 * Calendar days of a time zone. A day is YYYY-MM-DD from 1900 to 2999, a moment is in epoch milliseconds, a zone is a name that
 * `readTimeZone` returns. The rules of zones are the engine's: a browser and a server whose data differ (a country that changed its rules
 * last month) may differ by the hours of that change.
 */

/** The zones' formatters, since creating one takes as long as a thousand uses. */
const clocks = new Map<string, Intl.DateTimeFormat>();
function clockOf(timeZone: string): Intl.DateTimeFormat {
  let clock = clocks.get(timeZone);
  if (!clock) {
    const two = "2-digit";
    clock = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
    });
    clocks.set(timeZone, clock);
  }
  return clock;
}

/** What a clock on the wall shows at a moment, written as if it were UTC. */
function wallAt(moment: number, timeZone: string): number {
  const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of clockOf(timeZone).formatToParts(moment)) shown[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((moment % 1000) + 1000) % 1000);
}

const midnightOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const written = (wall: number): string => new Date(wall).toISOString().slice(0, "YYYY-MM-DD".length);

/** The day that is some days later in the calendar; earlier if `days` is negative. */
export const addDays = (day: string, days: number): string => written(midnightOf(day) + days * DAY_MS);

/** The month of a day, as YYYY-MM. */
export const monthOf = (day: string): string => day.slice(0, "YYYY-MM".length);
export const firstDayOf = (month: string): string => `${month}-01`;
/** The month after a month; before it: -1. */
export function addMonths(month: string, months: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return written(Date.UTC(year, number - 1 + months, 1)).slice(0, "YYYY-MM".length);
}

/** No zone was ever further from UTC: Manila was until 1844, by 15:56. */
const FURTHEST = 16 * HOUR_MS;

/**
 * The first moment at which clocks show `wall`, written as if it were UTC. Where they skip it, that is when they show a later time at last;
 * where they show it twice, the first time.
 */
function firstMomentAt(wall: number, timeZone: string): number {
  const offsets = [wall - FURTHEST, wall + FURTHEST].map((at) => wallAt(at, timeZone) - at);
  const candidates = offsets.map((offset) => wall - offset).toSorted((a, b) => a - b);
  const exact = candidates.find((at) => wallAt(at, timeZone) === wall);
  if (exact !== undefined) return exact;
  // Clocks jumped over it between the candidates: the jump is the moment.
  let [before = wall, after = wall] = candidates;
  before -= 1;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (wallAt(middle, timeZone) >= wall) after = middle;
    else before = middle;
  }
  return after;
}

/**
 * The first moment of a day: the day is [dayStart(day), dayStart(addDays(day, 1))). Where clocks skip midnight, that is when they show
 * the day at last; where they show it twice, the first time. A day that a place skipped (Samoa, 30 December 2011) is empty: it starts
 * and ends when the next one starts.
 */
export const dayStart = (day: string, timeZone: string): number => firstMomentAt(midnightOf(day), timeZone);

/** The first moment at which clocks show a time (HH:MM) of a day; where they skip it, the moment of the jump. */
export const momentAt = (day: string, time: string, timeZone: string): number =>
  firstMomentAt(Date.parse(`${day}T${time}:00Z`), timeZone);

/** The day of a moment: the one from whose start to its end the moment lies, even where clocks go back over midnight. */
export function dayOf(moment: number, timeZone: string): string {
  const shown = written(wallAt(moment, timeZone));
  const next = addDays(shown, 1);
  return dayStart(next, timeZone) <= moment ? next : shown;
}

/** The same time of day, some days earlier, although a day in between may have 23 or 25 hours. */
export function daysBefore(moment: number, days: number, timeZone: string): number {
  const day = dayOf(moment, timeZone);
  const earlier = addDays(day, -days);
  const end = dayStart(addDays(earlier, 1), timeZone);
  return Math.min(dayStart(earlier, timeZone) + (moment - dayStart(day, timeZone)), Math.max(end - 1, 0));
}
