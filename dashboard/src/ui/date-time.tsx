import { useEffect, useState } from "react";
import { MINUTE_MS, asDate } from "@gatehouse/shared";
import { usePageLanguage, type PageLanguage } from "../language/language-context.js";

const formatsOf = ({ locale, language, words }: PageLanguage) => {
  const dateOnly = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const absolute = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  return {
    day: (time: number | Date) => asDate(dateOnly.format(time), language),
    moment: (time: number) => asDate(absolute.format(time), language),
    relative: new Intl.RelativeTimeFormat(locale, { numeric: "auto" }),
    justNow: words.ui.justNow,
  };
};
type Formats = ReturnType<typeof formatsOf>;
// Created once for each language, because a list has many dates.
const formatsByLanguage = new Map<PageLanguage, Formats>();
function useFormats(): Formats {
  const language = usePageLanguage();
  const formats = formatsByLanguage.get(language) ?? formatsOf(language);
  formatsByLanguage.set(language, formats);
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

/** A calendar day, from YYYY-MM-DD or a moment. */
export function Day({ on }: { on: string }) {
  const { day } = useFormats();
  // A day without a time is the same in every time zone.
  const shown = /^\d{4}-\d{2}-\d{2}$/.test(on) ? new Date(`${on}T12:00:00`) : new Date(on);
  return <time dateTime={on}>{day(shown)}</time>;
}
