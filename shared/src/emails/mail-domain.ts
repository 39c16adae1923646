import { decodePunycode } from "./punycode.js";

// The URL parser of Node and of browsers is the one implementation of UTS 46 that both have.
declare const URL: new (text: string) => { readonly hostname: string };

/** RFC 1035 2.3.4. */
const LONGEST = { label: 63, domain: 253 };
const isAsciiLabel = (label: string) =>
  label.length <= LONGEST.label && /^[a-z0-9-]+$/.test(label) && !/^-|-$/.test(label);
/** What the URL parser would take for the address of a machine, and no top-level domain is. */
const IS_NUMBER = /^(?:[0-9]+|0x[0-9a-f]*)$/;
/** Where the URL parser would see a port, a path, an escape or a user; no domain has them. */
const FORBIDDEN_ASCII = /(?![A-Za-z0-9.-])\p{ASCII}/u;
/** Invisible letters, which versions of UTS 46 treat differently, and half of a surrogate pair. */
const NEVER_TAKEN = /(?=\p{Default_Ignorable_Code_Point})\p{L}|\p{Cs}/u;

/** What people may see as it is: letters, digits, their marks, and pictures; none of them invisible. */
const SHOWN = /^(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}\p{M}\p{Extended_Pictographic}-])+$/u;
/** Scripts in use (UAX 31), and the three mixtures in which people write (UTS 39 5.2, "highly restrictive"). */
const OF_ALL_SCRIPTS = /[\p{sc=Zyyy}\p{sc=Zinh}]+/gu;
const SCRIPTS = [
  /^$/u,
  /^(?:\p{sc=Arab}+|\p{sc=Armn}+|\p{sc=Beng}+|\p{sc=Cyrl}+|\p{sc=Deva}+|\p{sc=Ethi}+|\p{sc=Geor}+|\p{sc=Grek}+|\p{sc=Gujr}+|\p{sc=Guru}+|\p{sc=Hebr}+|\p{sc=Khmr}+)$/u,
  /^(?:\p{sc=Knda}+|\p{sc=Laoo}+|\p{sc=Mlym}+|\p{sc=Mymr}+|\p{sc=Orya}+|\p{sc=Sinh}+|\p{sc=Taml}+|\p{sc=Telu}+|\p{sc=Thaa}+|\p{sc=Thai}+|\p{sc=Tibt}+)$/u,
  /^(?:[\p{sc=Latn}\p{sc=Hani}\p{sc=Hira}\p{sc=Kana}]+|[\p{sc=Latn}\p{sc=Hani}\p{sc=Bopo}]+|[\p{sc=Latn}\p{sc=Hani}\p{sc=Hang}]+)$/u,
];
/** Words of letters that all look Latin, such as Cyrillic "аррӏе"; as browsers judge them. */
const LOOKS_LATIN = /^(?:[асԁеһіјӏорԛѕԝхуъьҽпгѵѡ0-9-]+|[αικνρυωηοτ0-9-]+)$/u;

/** Domains in the form that the DNS uses (UTS 46 ToASCII, not transitional); null if there is none. */
export function asciiDomain(text: string): string | null {
  const ascii = toAscii(text);
  if (ascii === null || ascii.length > LONGEST.domain) return null;
  const labels = ascii.split(".");
  if (labels.length < 2 || IS_NUMBER.test(labels.at(-1) ?? "")) return null;
  return labels.every(isAsciiLabel) ? ascii : null;
}

/** Both forms of a domain; null if it is not one. */
export function domainForms(text: string): { ascii: string; shown: string } | null {
  const ascii = asciiDomain(text);
  const shown = ascii === null ? null : shownDomain(ascii);
  return ascii === null || shown === null ? null : { ascii, shown };
}

/**
 * The only form in which a domain is stored, compared and shown: as people write it, `bücher.example` for `xn--bcher-kva.example` too.
 * A label that could be taken for another one stays in its ASCII form. Null if it is not a domain.
 */
export const normalizeDomain = (text: string): string | null => domainForms(text)?.shown ?? null;

function shownDomain(ascii: string): string | null {
  if (!ascii.includes("xn--")) return ascii;
  const labels = ascii.split(".");
  const written = labels.map(writtenLabel);
  // A label that is not the ASCII form of what it stands for would be a second spelling.
  if (written.includes(null) || asciiDomain(written.join(".")) !== ascii) return null;
  const isAsciiTop = written.at(-1) === labels.at(-1);
  return labels.map((label, n) => shownLabel(label, written[n] ?? label, isAsciiTop)).join(".");
}

function toAscii(text: string): string | null {
  if (/^[A-Za-z0-9.-]+$/.test(text) && !/xn--/i.test(text)) return text.toLowerCase();
  if (FORBIDDEN_ASCII.test(text) || NEVER_TAKEN.test(text)) return null;
  try {
    // Versions of UTS 46 before 15.1 take the capital ẞ for "ss".
    return new URL(`http://${text.replaceAll("ẞ", "ß")}`).hostname;
  } catch {
    return null;
  }
}

function writtenLabel(label: string): string | null {
  if (!label.startsWith("xn--")) return label;
  const written = decodePunycode(label.slice("xn--".length));
  return written === null || /^\p{ASCII}*$|^-|-$/u.test(written) ? null : written;
}

function shownLabel(ascii: string, written: string, isAsciiTop: boolean): string {
  if (ascii === written) return ascii;
  const isPlain =
    SHOWN.test(written) && SCRIPTS.some((letters) => letters.test(written.replaceAll(OF_ALL_SCRIPTS, "")));
  return isPlain && !(isAsciiTop && LOOKS_LATIN.test(written)) ? written : ascii;
}
