import { GraphQLError } from "graphql";
import { refusalWords, type Language, type RefusalSentence, type UserErrorCode } from "@gatehouse/shared";

/**
 * A failure that the caller can expect and act on. It becomes `userErrors` of the payload, and throwing it rolls back
 * the unit of work.
 */
export class Refusal extends Error {
  constructor(
    readonly code: UserErrorCode,
    /** The input field, e.g. ["input", "email"]. */
    readonly field: readonly string[] | null = null,
    /**
     * What a client may be told, in every language. A plain string is for the firm's team and integrators, in English.
     */
    private readonly sentence: RefusalSentence | string = (say) => say.codes[code],
  ) {
    super(inLanguage(sentence, "EN"));
    this.name = "Refusal";
  }

  sayIn(language: Language): string {
    return inLanguage(this.sentence, language);
  }
}

/** A refusal for want of a right that depends on the input, where the field's own rule cannot know it. */
export class RightMissing extends Refusal {
  /** `missing`: the scope or role that is required. */
  constructor(
    readonly missing: string,
    field: readonly string[] | null,
    sentence: string,
  ) {
    super("INVALID_INPUT", field, sentence);
  }
}

const inLanguage = (sentence: RefusalSentence | string, language: Language): string =>
  typeof sentence === "string" ? sentence : sentence(refusalWords[language]);

/** Whether the error was thrown for the caller to see. */
export const isExpected = (error: unknown): boolean => error instanceof Refusal || error instanceof GraphQLError;

type TopLevelCode =
  "UNAUTHENTICATED" | "FORBIDDEN" | "NOT_FOUND" | "BAD_USER_INPUT" | "RATE_LIMITED" | "QUERY_TOO_COMPLEX";
/** A failure that the caller cannot handle inline: a top-level error with `extensions.code`. */
const topLevel = (code: TopLevelCode, message: string, extensions: Record<string, unknown> = {}) =>
  new GraphQLError(message, { extensions: { ...extensions, code } });

export const unauthenticated = (message = "Sign in first.") => topLevel("UNAUTHENTICATED", message);
/** `missing`: the scope, role or assurance that is required. */
export const forbidden = (missing: string) =>
  topLevel("FORBIDDEN", `Not allowed: this requires ${missing}.`, { missing });
export const notFound = (message: string) => topLevel("NOT_FOUND", message);
export const badInput = (message: string) => topLevel("BAD_USER_INPUT", message);
export const rateLimited = (retryAfterMs: number) =>
  topLevel("RATE_LIMITED", "Too many requests from here. Try again later.", {
    retryAfter: Math.max(1, Math.ceil(retryAfterMs / 1000)),
  });
export const tooComplex = (message: string) => topLevel("QUERY_TOO_COMPLEX", message);
