import { useCallback, useState } from "react";
import { useClient, type AnyVariables, type CombinedError, type TypedDocumentNode } from "urql";
import type { Language } from "@gatehouse/shared";
import { usePageLanguage } from "../language/language-context.js";
import { wordsInEnglish, type Words } from "../language/words.en.js";
import type { ResultOf } from "./graphql.js";
import type { Problems } from "./problems.fragment.js";
import { useStepUp } from "./step-up-context.js";

/** Why an act was not done: the server's sentence, and the input that it is about. */
export interface Problem {
  code: string;
  /** Path into the mutation's input; null: not about a single field. */
  field: readonly string[] | null;
  message: string;
}
export type Payload = ResultOf<typeof Problems>;
export type Outcome<P> = { payload: P; problems: [] } | { payload: null; problems: Problem[] };

/** A failed request, in words for the viewer. */
export function sayError(error: CombinedError, { failures }: Words = wordsInEnglish): string {
  if (error.networkError) return failures.unreachable;
  return failures.request(codeOf(error), error.graphQLErrors[0]?.message ?? error.message);
}
const codeOf = ({ graphQLErrors }: CombinedError): string => {
  const code = graphQLErrors[0]?.extensions?.code;
  return typeof code === "string" ? code : "NETWORK";
};
const asProblem = (error: CombinedError, words: Words): Problem => ({
  code: codeOf(error),
  field: null,
  message: sayError(error, words),
});
const none: Problem[] = [];

/**
 * A mutation with one field. `act` returns its payload, or the problems to show. If the server requires a fresh proof of who is at the
 * keyboard (STEP_UP_REQUIRED), it asks for one and then repeats the act.
 */
export function useAct<P extends Payload, V extends AnyVariables>(document: TypedDocumentNode<Record<string, P>, V>) {
  const client = useClient();
  const stepUp = useStepUp();
  const [isPending, setPending] = useState(false);
  const { language, words } = usePageLanguage();
  const [{ problems, shownIn }, setProblems] = useState<{ problems: Problem[]; shownIn: Language }>({
    problems: none,
    shownIn: language,
  });
  const act = useCallback(
    async (variables: V): Promise<Outcome<P>> => {
      const once = async (): Promise<Outcome<P>> => {
        const { data, error } = await client.mutation(document, variables).toPromise();
        const [payload] = Object.values(data ?? {});
        if (error || !payload)
          return {
            payload: null,
            problems: [
              error ? asProblem(error, words) : { code: "INTERNAL", field: null, message: words.failures.noAnswer },
            ],
          };
        return payload.userErrors.length > 0
          ? { payload: null, problems: [...payload.userErrors] }
          : { payload, problems: [] };
      };
      setPending(true);
      let outcome = await once();
      if (outcome.problems.some(({ code }) => code === "STEP_UP_REQUIRED") && (await stepUp())) outcome = await once();
      setPending(false);
      setProblems({ problems: outcome.problems, shownIn: language });
      return outcome;
    },
    [client, document, language, stepUp, words],
  );
  const clear = useCallback(() => setProblems({ problems: none, shownIn: language }), [language]);
  // The server's sentences are in the language of that time; if the page has switched since, they no longer fit.
  return { act, isPending, problems: shownIn === language ? problems : none, clear };
}

/** The sentence about one field. */
export const problemOf = (problems: readonly Problem[], name: string): string | null =>
  problems.find(({ field }) => field?.includes(name))?.message ?? null;
/** The sentences that are not about any of the fields shown. */
export const otherProblems = (problems: readonly Problem[], ...shown: string[]): string | null =>
  problems
    .filter(({ field }) => !field?.some((part) => shown.includes(part)))
    .map(({ message }) => message)
    .join(" ") || null;
