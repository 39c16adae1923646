import type { Language } from "../language/language.js";
import { refusalsInEnglish, type RefusalWords } from "./refusals.en.js";
import { refusalsInFrench } from "./refusals.fr.js";

/** Failures that a caller can expect, with the sentence they get unless the code that refuses has a more precise one. */
export const failures = refusalsInEnglish.codes;
export type UserErrorCode = keyof typeof failures;

/** What a refused client reads, by language. */
export const refusalWords: Readonly<Record<Language, RefusalWords>> = { EN: refusalsInEnglish, FR: refusalsInFrench };
