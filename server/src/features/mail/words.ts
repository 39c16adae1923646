/**
 * Characters that reorder the text around them: in a name they could make a mail read as something it is not. The isolate
 * that our own sentences put around a name (`isolated`) stays.
 */
const BIDI_CONTROLS = /[\u061C\u200E\u200F\u202A-\u202E\u2066\u2067]/g;
/** Control characters, and the line breaks that some programs recognize beside CR and LF. */
const BREAKS = /[\p{Cc}\u2028\u2029]+/gu;

/** A user's text on one line: safe in a header, and unable to start its own paragraph (or header, CWE-93). */
export const oneLine = (text: string): string =>
  text
    .replaceAll(BREAKS, " ")
    .replaceAll(BIDI_CONTROLS, "")
    .replaceAll(/\s+/g, (gap) => (gap === "\u00A0" ? gap : " "))
    .trim();

/** A user's text with its line breaks, but no other control characters. */
export const manyLines = (text: string): string =>
  text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => oneLine(line))
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
/** Text as HTML, for content and quoted attributes. Only this function escapes. */
export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);

/** The name in a mail's From: the firm's, or ours if the mail belongs to no firm. */
export const senderName = (firmName: string | null): string => oneLine(firmName ?? "") || "Gatehouse";

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
 * "Chrome on Windows". Built only from our own words: a browser's own name is a stranger's text, which does not belong
 * in a mail that people trust.
 */
export function deviceInWords(
  userAgent: string | null,
  say: { deviceOf: (browser: string, system: string) => string; unknownDevice: string },
): string {
  const nameIn = (names: [RegExp, string][]) => names.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1];
  const browser = nameIn(browsers);
  const system = nameIn(systems);
  if (browser && system) return say.deviceOf(browser, system);
  return browser ?? system ?? say.unknownDevice;
}
