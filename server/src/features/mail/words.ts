/** Characters that reorder text around them: in a name they could make a mail read as something it is not. */
const BIDI_CONTROLS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
/** Control characters, and the line breaks that some programs know beside CR and LF. */
const BREAKS = /[\p{Cc}\u2028\u2029]+/gu;

/** Somebody's words as one line: fit for a header, and unable to start a paragraph (or a header, CWE-93) of their own. */
export const oneLine = (text: string): string =>
  text.replaceAll(BREAKS, " ").replaceAll(BIDI_CONTROLS, "").replaceAll(/\s+/g, " ").trim();

/** Somebody's words with their line breaks, and no other control character. */
export const manyLines = (text: string): string =>
  text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => oneLine(line))
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
/** Text as HTML, in content and in quoted attributes: the one place where it is escaped. */
export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);

const counted = (n: number, unit: string) => `${n} ${unit}${n === 1 ? "" : "s"}`;
/** "24 hours", "7 days": days from two on, when they come out even. */
export const hoursInWords = (hours: number): string =>
  hours >= 48 && hours % 24 === 0 ? counted(hours / 24, "day") : counted(hours, "hour");
/** "15 minutes", "2 hours", "1 day". */
export const minutesInWords = (minutes: number): string => {
  if (minutes >= 1440 && minutes % 1440 === 0) return counted(minutes / 1440, "day");
  return minutes >= 60 && minutes % 60 === 0 ? counted(minutes / 60, "hour") : counted(minutes, "minute");
};

const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
/** "24 November 2026 at 16:05 UTC". */
export const momentInWords = (at: number): string => `${moment.format(at)} UTC`;
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
/** "30 November 2026" for 2026-11-30. */
export const dayInWords = (isoDay: string): string => day.format(new Date(`${isoDay}T00:00:00Z`));

const browsers: [RegExp, string][] = [
  [/\bEdgA?(?:iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const systems: [RegExp, string][] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b|\bMacintosh\b/, "Mac"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];
/**
 * "Chrome on Windows". Only words of our own: what a browser calls itself is a stranger's text, and does not belong into a mail
 * that people trust.
 */
export function deviceInWords(userAgent: string | null): string {
  const nameIn = (names: [RegExp, string][]) => names.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1];
  const browser = nameIn(browsers);
  const system = nameIn(systems);
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? system ?? "an unknown device";
}
