import { lengths } from "@gatehouse/shared";
import { badInput } from "../../platform/graphql/failures.js";

const WORD_LENGTH = 60;
/** The first characters, none of them cut in half. */
const startOf = (word: string): string => [...word].slice(0, WORD_LENGTH).join("");
const KEY_LENGTH = 200;

/** Without marks and case: "Zoë" is found by "zoe". */
const searchForm = (text: string): string => text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();

/** What names are sorted by. */
export const nameKeyOf = (name: string): string => searchForm(name).slice(0, KEY_LENGTH);

/** The words that a search finds a contact by: of its name, organization and email, and each as typed between spaces. */
export function contactWords(contact: { name: string; organization: string | null; email: string | null }): string[] {
  const text = searchForm([contact.name, contact.organization, contact.email].filter(Boolean).join(" "));
  const words = [...text.split(/[^\p{L}\p{N}]+/u), ...text.split(/\s+/u)].filter(Boolean).map(startOf);
  return [...new Set(words)];
}

/** The words of a search, in the form that they are stored in; what another one begins with says nothing more. Throws BAD_USER_INPUT. */
export function searchWords(search: string): string[] {
  if ([...search].length > lengths.search) throw badInput(`Search for at most ${lengths.search} characters.`);
  const words = [...new Set(searchForm(search).split(/\s+/u).filter(Boolean).map(startOf))];
  return words.filter((word) => !words.some((other) => other !== word && other.startsWith(word)));
}
