/** Characters that reorder text around them: in a name they could make a mail read as something it is not. */
const BIDI_CONTROLS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
/** Control characters, and the line breaks that some programs know beside CR and LF. */
const BREAKS = /[\p{Cc}\u2028\u2029]+/gu;

/** Somebody's words as one line: fit for a header, and unable to start a paragraph (or a header, CWE-93) of their own. */
export const oneLine = (text: string): string =>
  text
    .replaceAll(BREAKS, " ")
    .replaceAll(BIDI_CONTROLS, "")
    .replaceAll(/\s+/g, (gap) => (gap === "\u00A0" ? gap : " "))
    .trim();

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

/** What a mail's From says: the firm's name, or ours where a mail is of no firm. */
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
 * "Chrome on Windows". Only words of our own: what a browser calls itself is a stranger's text, and does not belong into a mail
 * that people trust.
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
