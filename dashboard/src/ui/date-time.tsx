import { useEffect, useState } from "react";

const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const dateOnly = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const minute = 60_000;

/** "3 minutes ago" within a day, the date before that; the whole moment in its title. */
export function Ago({ at }: { at: string }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), minute);
    return () => clearInterval(timer);
  }, []);
  const time = Date.parse(at);
  return (
    <time className="whitespace-nowrap" dateTime={at} title={absolute.format(time)}>
      {sayWhen(time, now)}
    </time>
  );
}

/** How long ago (or hence) `time` is; both in epoch milliseconds. */
export function sayWhen(time: number, now: number): string {
  const minutes = Math.round((time - now) / minute);
  if (Math.abs(minutes) < 1) return "just now";
  if (Math.abs(minutes) < 60) return relative.format(minutes, "minute");
  if (Math.abs(minutes) < 24 * 60) return relative.format(Math.round(minutes / 60), "hour");
  return dateOnly.format(time);
}

/** The whole moment. */
export function Moment({ at }: { at: string }) {
  return <time dateTime={at}>{absolute.format(Date.parse(at))}</time>;
}

/** A calendar day, from YYYY-MM-DD or a moment. */
export function Day({ on }: { on: string }) {
  // A bare day is meant as it stands, in every time zone.
  const shown = /^\d{4}-\d{2}-\d{2}$/.test(on) ? new Date(`${on}T12:00:00`) : new Date(on);
  return <time dateTime={on}>{dateOnly.format(shown)}</time>;
}
