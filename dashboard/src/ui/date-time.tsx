import { useEffect, useState } from "react";
import { MINUTE_MS, asDate, readTimeZone } from "@gatehouse/shared";
import { usePageLanguage, type PageLanguage } from "../language/language-context.js";
import { browserTimeZone, usePageTimeZone } from "./page-time-zone.js";

const formatsOf = ({ locale, language, words }: PageLanguage, timeZone: string | undefined) => {
  const dateOnly = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone });
  const calendar = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const absolute = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone });
  const named = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "short" });
  // A time of day that is not the reader's own names its zone.
  const isElsewhere = timeZone !== undefined && timeZone !== readTimeZone(browserTimeZone());
  const zoneAt = (time: number) =>
    isElsewhere ? ` ${named.formatToParts(time).find(({ type }) => type === "timeZoneName")?.value ?? timeZone}` : "";
  return {
    day: (time: number) => asDate(dateOnly.format(time), language),
    calendarDay: (midnight: number) => asDate(calendar.format(midnight), language),
    moment: (time: number) => asDate(absolute.format(time), language) + zoneAt(time),
    relative: new Intl.RelativeTimeFormat(locale, { numeric: "auto" }),
    justNow: words.ui.justNow,
  };
};
type Formats = ReturnType<typeof formatsOf>;
// Created once for each language and zone, because a list has many dates.
const created = new Map<PageLanguage, Map<string | undefined, Formats>>();
function useFormats(): Formats {
  const language = usePageLanguage();
  const timeZone = usePageTimeZone();
  const ofLanguage = created.get(language) ?? new Map<string | undefined, Formats>();
  created.set(language, ofLanguage);
  const formats = ofLanguage.get(timeZone) ?? formatsOf(language, timeZone);
  ofLanguage.set(timeZone, formats);
  return formats;
}

/** "3 minutes ago" within a day, otherwise the date; the title has the full date and time. */
export function Ago({ at }: { at: string }) {
  const formats = useFormats();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  const time = Date.parse(at);
  return (
    <time className="whitespace-nowrap" dateTime={at} title={formats.moment(time)}>
      {sayWhen(time, now, formats)}
    </time>
  );
}

/** How long ago (or from now) `time` is; both in epoch milliseconds. */
function sayWhen(time: number, now: number, { relative, day, justNow }: Formats): string {
  const minutes = Math.round((time - now) / MINUTE_MS);
  if (Math.abs(minutes) < 1) return justNow;
  if (Math.abs(minutes) < 60) return relative.format(minutes, "minute");
  if (Math.abs(minutes) < 24 * 60) return relative.format(Math.round(minutes / 60), "hour");
  return day(time);
}

/** The full date and time. */
export function Moment({ at }: { at: string }) {
  const { moment } = useFormats();
  return <time dateTime={at}>{moment(Date.parse(at))}</time>;
}

/** A calendar day, from YYYY-MM-DD, or that of a moment in the page's time zone. */
export function Day({ on }: { on: string }) {
  const { day, calendarDay } = useFormats();
  // A day without a time is the same in every time zone.
  const isCalendarDay = /^\d{4}-\d{2}-\d{2}$/.test(on);
  return <time dateTime={on}>{isCalendarDay ? calendarDay(Date.parse(on)) : day(Date.parse(on))}</time>;
}
