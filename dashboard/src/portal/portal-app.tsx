import "../features/mailed-tokens/mailed-token.js";
import { useState } from "react";
import { FailureBoundary } from "../features/page-failures/failure-boundary.js";
import { SessionClient } from "../features/sessions/session-client.js";
import { PortalLanguage, type Spoken } from "./portal-language.js";
import { useAddress } from "./address.js";
import { PortalGate } from "./portal-gate.js";

/** The clients' side. */
export function PortalApp({ first }: { first: Spoken }) {
  const { slug } = useAddress();
  const [offersNewPhone, setOffersNewPhone] = useState(isOfferKept);
  return (
    <PortalLanguage first={first}>
      <FailureBoundary>
        {/* Each firm's portal has a session, a cache and notices of its own. */}
        <SessionClient key={slug} audience="portal" firm={slug}>
          {(run) => <PortalGate {...run} offersNewPhone={offersNewPhone} setOffersNewPhone={setOffersNewPhone} />}
        </SessionClient>
      </FailureBoundary>
    </PortalLanguage>
  );
}

/** The sign-in page passes the offer on to this one. */
function isOfferKept(): boolean {
  const state: unknown = history.state;
  return typeof state === "object" && state !== null && "offersNewPhone" in state && state.offersNewPhone === true;
}
