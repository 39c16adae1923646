import { NextStep as Step, type NextStepResult } from "../../../features/sign-in/next-step.js";
import type { SignedInBy } from "../../../features/sessions/signed-in-by.js";
import { goTo } from "../../address.js";
import { Frame } from "../../frame.js";
import { usePortal } from "../../session.js";

/**
 * What happens when a session begins: opens the request that it was for, or the home page, as a new document, so that nothing is left of
 * the page that had the password or the link's token (the browser's performance entries contain the whole link).
 */
export function useSignedIn(): (how: SignedInBy) => void {
  const { firm } = usePortal();
  return ({ landingRequestId, usedRecoveryCode }) => {
    if (landingRequestId === null) goTo(firm.slug, "");
    else goTo(firm.slug, "request", landingRequestId);
    history.replaceState({ offersNewPhone: usedRecoveryCode }, "");
    location.reload();
  };
}

/** What comes after the password in a sign-in, as a page of the portal. */
export function NextStep({ result, onStartAgain }: { result: NextStepResult; onStartAgain: () => void }) {
  const { firm } = usePortal();
  const signedIn = useSignedIn();
  return (
    <Step
      result={result}
      renderFrame={(title, step) => (
        <Frame firmName={firm.name} title={title}>
          {step}
        </Frame>
      )}
      onSignedIn={signedIn}
      onStartAgain={onStartAgain}
    />
  );
}
