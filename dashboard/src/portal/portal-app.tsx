import "../features/sign-in/mailed-token.js";
import { useCallback, useEffect, useMemo, useState } from "react";
import { Provider } from "urql";
import { createGatehouseClient } from "../graphql/client.js";
import { NoticeProvider } from "../ui/notices.js";
import { PortalLanguage, type Spoken } from "./portal-language.js";
import { PortalGate } from "./portal-gate.js";

/** The clients' side. Each session has a client of its own, so nothing of one is shown in the next. */
export function PortalApp({ first }: { first: Spoken }) {
  const [{ number, hasEnded }, setRun] = useState({ number: 0, hasEnded: false });
  const [offersNewPhone, setOffersNewPhone] = useState(isOfferKept);
  const client = useMemo(
    () =>
      createGatehouseClient("portal", () =>
        // Answers that come in together each say that the session is over; one of them renews.
        setRun((run) => (run.number === number ? { number: number + 1, hasEnded: true } : run)),
      ),
    [number],
  );
  useEffect(() => () => client.dispose(), [client]);
  const restart = useCallback(() => setRun((run) => ({ number: run.number + 1, hasEnded: false })), []);
  return (
    <PortalLanguage first={first}>
      <NoticeProvider>
        <Provider key={number} value={client.urql}>
          <PortalGate
            hasEnded={hasEnded}
            restart={restart}
            offersNewPhone={offersNewPhone}
            setOffersNewPhone={setOffersNewPhone}
          />
        </Provider>
      </NoticeProvider>
    </PortalLanguage>
  );
}

/** The sign-in's page left the offer to this one. */
function isOfferKept(): boolean {
  const state: unknown = history.state;
  return typeof state === "object" && state !== null && "offersNewPhone" in state && state.offersNewPhone === true;
}
