import { defaultTimeZone, readTimeZone } from "@gatehouse/shared";

const SHOWN = 50;
const plain = (text: string): string =>
  text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[\s_/-]+/g, " ")
    .trim();

/** Where older names of zones were filed: "Calcutta" is known as "Asia/Calcutta", "Eastern" as "US/Eastern". */
const folders = [
  "",
  "America/",
  "Europe/",
  "Asia/",
  "Africa/",
  "Australia/",
  "Pacific/",
  "Atlantic/",
  "US/",
  "Canada/",
];
/** The zone of an older name, with or without its folder; null: it is none. */
function zoneOfOldName(typed: string): string | null {
  const name = typed.trim().replaceAll(/\s+/g, "_");
  if (/^gmt$/i.test(name)) return defaultTimeZone;
  for (const folder of folders) {
    const zone = readTimeZone(folder + plain(name).replaceAll(" ", "_")) ?? readTimeZone(folder + name);
    if (zone !== null) return zone;
  }
  return null;
}

type WithZones = Intl.Locale & { getTimeZones?: () => string[] | undefined; timeZones?: string[] | undefined };
/** English names of the countries that the browser knows, with their zones; none where it knows no country's zones. */
const countries: { name: string; zones: string[] }[] = [];
function countriesIn(): typeof countries {
  if (countries.length > 0) return countries;
  const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  for (const region of letters.flatMap((first) => letters.map((second) => first + second))) {
    const locale: WithZones = new Intl.Locale("und", { region });
    const zones = locale.getTimeZones?.() ?? locale.timeZones ?? [];
    const name = names.of(region);
    if (name && zones.length > 0)
      countries.push({ name: plain(name), zones: zones.flatMap((zone) => readTimeZone(zone) ?? []) });
  }
  return countries;
}

/**
 * The zones that somebody may mean: those whose name has every word that was typed, those of a city first that begins with it; that of an older
 * name; those of a country. All of them for nothing.
 */
export function zonesLike(typed: string, names: readonly string[]): readonly string[] {
  const wanted = plain(typed);
  if (wanted === "") return names;
  const words = wanted.split(" ");
  const found = names.filter((name) => words.every((word) => plain(name).includes(word)));
  const isCity = (name: string) => plain(name.slice(name.lastIndexOf("/") + 1)).startsWith(wanted);
  const old = zoneOfOldName(typed);
  const ofCountries = wanted.length < 3 ? [] : countriesIn().filter(({ name }) => name.startsWith(wanted));
  const inOrder = [
    ...found.filter(isCity),
    ...(old === null ? [] : [old]),
    ...ofCountries.flatMap(({ zones }) => zones),
    ...found,
  ];
  return [...new Set(inOrder)].filter((name) => names.includes(name)).slice(0, SHOWN);
}
