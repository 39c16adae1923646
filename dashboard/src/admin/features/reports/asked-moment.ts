import { addDays, dayOf, dayStart, momentAt } from "@gatehouse/shared";

/**
 * The moment that a day (YYYY-MM-DD) and a time (HH:MM) of a zone name, either of which may be empty: a time alone is one of today, and a day
 * alone means its last moment. Null: now.
 */
export function askedMoment(
  { day, time }: { day: string; time: string },
  { timeZone, now }: { timeZone: string; now: number },
): string | null {
  if (day === "" && time === "") return null;
  const today = dayOf(now, timeZone);
  if (time !== "") return new Date(momentAt(day || today, time, timeZone)).toISOString();
  // Today is not over.
  return day === today ? null : new Date(dayStart(addDays(day, 1), timeZone) - 1).toISOString();
}
