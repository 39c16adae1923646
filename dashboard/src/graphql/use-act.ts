import { useCallback, useState } from "react";
import { useClient, type AnyVariables, type CombinedError, type TypedDocumentNode } from "urql";
import type { Language } from "@gatehouse/shared";
import { usePageLanguage } from "../language/language-context.js";
import { wordsInEnglish, type Words } from "../language/words.en.js";
import type { ResultOf } from "./graphql.js";
import type { Problems } from "./problems.fragment.js";
import { useStepUp } from "./step-up-context.js";

/** Why an act did not happen: the server's own sentence, and the input it is about. */
export interface Problem {
  code: string;
  /** Path into the mutation's input; null: about no single field. */
  field: readonly string[] | null;
  message: string;
}
export type Payload = ResultOf<typeof Problems>;
export type Outcome<P> = { payload: P; problems: [] } | { payload: null; problems: Problem[] };

/** A failed request in words for the person at the page. */
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
 * A mutation with one field. `act` answers its payload, or the problems to show; where the server wants to know again who is at
 * the keyboard (STEP_UP_REQUIRED), it asks and then repeats the act.
 */
export function useAct<P extends Payload, V extends AnyVariables>(document: TypedDocumentNode<Record<string, P>, V>) {
  const client = useClient();
  const stepUp = useStepUp();
  const [isPending, setPending] = useState(false);
  const { language, words } = usePageLanguage();
  const [{ problems, saidIn }, setProblems] = useState<{ problems: Problem[]; saidIn: Language }>({
    problems: none,
    saidIn: language,
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
      setProblems({ problems: outcome.problems, saidIn: language });
      return outcome;
    },
    [client, document, language, stepUp, words],
  );
  const clear = useCallback(() => setProblems({ problems: none, saidIn: language }), [language]);
  // The server said them in the language of then: in a page that has another one now they would stand out.
  return { act, isPending, problems: saidIn === language ? problems : none, clear };
}

/** The sentence about one field. */
export const problemOf = (problems: readonly Problem[], name: string): string | null =>
  problems.find(({ field }) => field?.includes(name))?.message ?? null;
/** The sentences about none of the fields shown. */
export const otherProblems = (problems: readonly Problem[], ...shown: string[]): string | null =>
  problems
    .filter(({ field }) => !field?.some((part) => shown.includes(part)))
    .map(({ message }) => message)
    .join(" ") || null;
