import { useState } from "react";
import type { PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/browser";
import { graphql } from "../../graphql/graphql.js";
import { Problems } from "../../graphql/problems.fragment.js";
import { useWords } from "../../language/language-context.js";
import { useAct } from "../../graphql/use-act.js";

const PasskeyProof_begin = graphql(
  `
    mutation PasskeyProof_begin($input: BeginPasskeyVerificationInput!) {
      beginPasskeyVerification(input: $input) {
        options
        ...Problems
      }
    }
  `,
  [Problems],
);

/** Whether this browser supports passkeys at all. */
export const supportsPasskeys = (): boolean => "PublicKeyCredential" in window;

/** Asks one of the person's passkeys for a response, in the form that the API takes; null if there is none, and `problem` says why. */
export function usePasskeyProof() {
  const { act, isPending, problems } = useAct(PasskeyProof_begin);
  const { passkeys: say } = useWords();
  const [isCancelled, setCancelled] = useState(false);
  /** @param challengeToken that of the sign-in; null to prove who is at the keyboard in a session */
  const prove = async (challengeToken: string | null): Promise<string | null> => {
    setCancelled(false);
    const { payload } = await act({ input: { challengeToken } });
    if (!payload?.options) return null;
    const { startAuthentication } = await import("@simplewebauthn/browser");
    try {
      const optionsJSON = JSON.parse(payload.options) as PublicKeyCredentialRequestOptionsJSON;
      return JSON.stringify(await startAuthentication({ optionsJSON }));
    } catch {
      setCancelled(true);
      return null;
    }
  };
  const problem = isCancelled ? say.notUsed : problems[0]?.message;
  return { prove, isPending, problem: problem ?? null };
}
