/** The zone of a firm that has chosen none. */
export const defaultTimeZone = "UTC";

/**
 * What the Unicode data of engines still calls by its old name, and the IANA database by the new one (CLDR's attribute `iana`,
 * https://www.unicode.org/reports/tr35/#Time_Zone_Identifiers). Engines that know only one of the two take both.
 */
const renamed: Readonly<Record<string, string>> = {
  "Africa/Asmera": "Africa/Asmara",
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "America/Catamarca": "America/Argentina/Catamarca",
  "America/Coral_Harbour": "America/Atikokan",
  "America/Cordoba": "America/Argentina/Cordoba",
  "America/Godthab": "America/Nuuk",
  "America/Indianapolis": "America/Indiana/Indianapolis",
  "America/Jujuy": "America/Argentina/Jujuy",
  "America/Louisville": "America/Kentucky/Louisville",
  "America/Mendoza": "America/Argentina/Mendoza",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
  "Pacific/Enderbury": "Pacific/Kanton",
  "Pacific/Ponape": "Pacific/Pohnpei",
  "Pacific/Truk": "Pacific/Chuuk",
};

/** EST, IST, PST8PDT: an abbreviation means several places, and a POSIX form fixes rules that places change. */
const ABBREVIATION = /^[a-z]{3}$|^[a-z]{3}\d[a-z]{3}$/i;
const LONGEST = 64;

/**
 * The IANA name of a place's time zone, or UTC: in its usual case, and the current one if an older was given (`US/Pacific`). Null if this
 * engine's data has no such place; an offset (`+05:30`, `GMT+3`, `Etc/GMT-3`) names none.
 */
export function readTimeZone(given: string): string | null {
  if (given.toUpperCase() === defaultTimeZone) return defaultTimeZone;
  if (given.length > LONGEST || !/^[a-z]/i.test(given) || ABBREVIATION.test(given)) return null;
  const known = nameInEngine(given);
  if (known === null || /^(?:Etc|SystemV)\//.test(known)) return null;
  return renamed[known] ?? known;
}

function nameInEngine(given: string): string | null {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: given }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

/** By stored name, since asking the engine takes as long as reading the firm. There are no more of them than zones. */
const usable = new Map<string, string>();
/** A stored zone, null for none, as this engine can use it: UTC if its data does not know the zone (yet). */
export function usableTimeZone(stored: string | null): string {
  if (stored === null) return defaultTimeZone;
  const known = usable.get(stored) ?? readTimeZone(stored) ?? defaultTimeZone;
  usable.set(stored, known);
  return known;
}

/** Every zone that this engine's data names, and UTC, in alphabetical order. */
export const timeZoneNames = (): readonly string[] =>
  [
    ...new Set([...Intl.supportedValuesOf("timeZone").map((name) => renamed[name] ?? name), defaultTimeZone]),
  ].toSorted();
