import { lengths, normalizeDomain } from "@gatehouse/shared";
import { badInput } from "../../platform/graphql/failures.js";

const WORD_LENGTH = 60;
/** The first characters, without splitting one. */
const startOf = (word: string): string => [...word].slice(0, WORD_LENGTH).join("");
const KEY_LENGTH = 200;

/** A word that may be an address, with its domain in the form in which it is stored: `xn--bcher-kva.example` finds `bücher.example`. */
function withOneDomain(word: string): string {
  const at = word.lastIndexOf("@") + 1;
  const domain = at > 0 || /xn--/i.test(word) ? normalizeDomain(word.slice(at)) : null;
  return domain === null ? word : word.slice(0, at) + domain;
}

/** Without diacritics and case: "Zoë" is found by "zoe". */
const searchForm = (text: string): string => text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();

/** The key by which names are sorted. */
export const nameKeyOf = (name: string): string => searchForm(name).slice(0, KEY_LENGTH);

/**
 * The words by which a search finds a contact: those of its name, organization and email, and each as typed between
 * spaces.
 */
export function contactWords(contact: { name: string; organization: string | null; email: string | null }): string[] {
  const text = searchForm([contact.name, contact.organization, contact.email].filter(Boolean).join(" "));
  const words = [...text.split(/[^\p{L}\p{N}]+/u), ...text.split(/\s+/u)].filter(Boolean).map(startOf);
  return [...new Set(words)];
}

/**
 * The words of a search in their stored form, without those that are a prefix of another one. Throws BAD_USER_INPUT.
 */
export function searchWords(search: string): string[] {
  if ([...search].length > lengths.search) throw badInput(`Search for at most ${lengths.search} characters.`);
  const typed = search.split(/\s+/u).map(withOneDomain).join(" ");
  const words = [...new Set(searchForm(typed).split(/\s+/u).filter(Boolean).map(startOf))];
  return words.filter((word) => !words.some((other) => other !== word && other.startsWith(word)));
}
