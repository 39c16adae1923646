import { languages, type Language } from "./language.js";

type Unit = "second" | "minute" | "hour" | "day" | "year";
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const YEAR = 365 * DAY;

/** Rounded up, in the largest unit of which there are at least two. */
function counted(milliseconds: number): [n: number, unit: Unit] {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  if (seconds < 2 * MINUTE) return [seconds, "second"];
  if (seconds < 2 * HOUR) return [Math.ceil(seconds / MINUTE), "minute"];
  if (seconds < 2 * DAY) return [Math.ceil(seconds / HOUR), "hour"];
  if (seconds < 2 * YEAR) return [Math.ceil(seconds / DAY), "day"];
  return [Math.ceil(seconds / YEAR), "year"];
}
const relative = {
  EN: new Intl.RelativeTimeFormat(languages.EN.tag),
  FR: new Intl.RelativeTimeFormat(languages.FR.tag),
} satisfies Record<Language, Intl.RelativeTimeFormat>;

/** "in 30 seconds", "in 15 minutes", "in 2 hours", "dans 3 jours": rounded up. */
export const inWords = (milliseconds: number, language: Language = "EN"): string =>
  relative[language].format(...counted(milliseconds));
/** "30 seconds ago", "3 days ago". */
export const agoInWords = (milliseconds: number): string => {
  const [n, unit] = counted(milliseconds);
  return relative.EN.format(-n, unit);
};

const quantities = (unit: Unit) => {
  const format = ({ tag }: { tag: string }) =>
    new Intl.NumberFormat(tag, { style: "unit", unit, unitDisplay: "long", useGrouping: false });
  return { EN: format(languages.EN), FR: format(languages.FR) };
};
const lengths = {
  second: quantities("second"),
  minute: quantities("minute"),
  hour: quantities("hour"),
  day: quantities("day"),
  year: quantities("year"),
};
/** "15 minutes", "1 hour", "7 jours". */
export const durationInWords = (n: number, unit: Unit, language: Language): string => lengths[unit][language].format(n);
/** "1 minute", "2 hours", "3 jours", "100 years": a duration known to the minute, rounded up like `inWords`. */
export const minutesInWords = (minutes: number, language: Language): string =>
  minutes < (2 * HOUR) / MINUTE
    ? durationInWords(minutes, "minute", language)
    : durationInWords(...counted(minutes * MINUTE * 1000), language);
/** "45 seconds", "4 minutes": the length of an offset, whichever its sign. */
export const roughly = (seconds: number, language: Language): string => {
  const off = Math.abs(seconds);
  return off < 2 * MINUTE
    ? durationInWords(off, "second", language)
    : durationInWords(Math.round(off / MINUTE), "minute", language);
};
