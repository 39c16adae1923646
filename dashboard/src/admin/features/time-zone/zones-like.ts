const SHOWN = 50;
const plain = (text: string): string =>
  text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[\s_/-]+/g, " ");

/** The zones whose name has every word that was typed, those of a city first that begins with it; all of them for nothing. */
export function zonesLike(typed: string, names: readonly string[]): readonly string[] {
  const words = plain(typed).trim().split(" ");
  const found = names.filter((name) => words.every((word) => plain(name).includes(word)));
  const isCity = (name: string) => plain(name.slice(name.lastIndexOf("/") + 1)).startsWith(words.join(" "));
  return typed.trim() === ""
    ? found
    : [...found.filter(isCity), ...found.filter((name) => !isCity(name))].slice(0, SHOWN);
}
