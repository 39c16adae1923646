import { lengths, normalizeDomain } from "@gatehouse/shared";
import { badInput } from "../../platform/graphql/failures.js";
import { sortKeyOf, storedWords, typedWords } from "./search-form.js";

/** A word that may be an address, with its domain in the form in which it is stored: `xn--bcher-kva.example` finds `bücher.example`. */
function withOneDomain(word: string): string {
  const at = word.lastIndexOf("@") + 1;
  const domain = at > 0 || /xn--/i.test(word) ? normalizeDomain(word.slice(at)) : null;
  return domain === null ? word : word.slice(0, at) + domain;
}

/** The key by which names are sorted. */
export const nameKeyOf = sortKeyOf;

/** The words by which a search finds a contact: those of its name, organization and email. */
export const contactWords = (contact: { name: string; organization: string | null; email: string | null }): string[] =>
  storedWords([contact.name, contact.organization, contact.email].filter(Boolean).join(" "));

/** The beginnings of words that a search asks for, as typedWords has them. Throws BAD_USER_INPUT. */
export function searchWords(search: string): string[] {
  if ([...search].length > lengths.search) throw badInput(`Search for at most ${lengths.search} characters.`);
  return typedWords(search.split(/\s+/u).map(withOneDomain).join(" "));
}
