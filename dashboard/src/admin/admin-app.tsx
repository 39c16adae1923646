import { useCallback, useEffect, useMemo, useState } from "react";
import { Provider } from "urql";
import { createGatehouseClient } from "../graphql/client.js";
import { NoticeProvider } from "../ui/notices.js";
import { whenShown } from "../ui/when-shown.js";
import { useMailedToken } from "../features/sign-in/mailed-token.js";
import { SignInPage } from "./features/sign-in/sign-in-page.js";
import { SignedInGate } from "./signed-in-gate.js";

const ChoosePasswordPage = whenShown(() =>
  import("./features/sign-in/choose-password-page.js").then((module) => module.ChoosePasswordPage),
);

interface Run {
  generation: number;
  /** Whether the one before ended by itself: then the sign-in page says so. */
  hasEnded: boolean;
}
const next = ({ generation }: Run, hasEnded: boolean): Run => ({ generation: generation + 1, hasEnded });

/** The firm's side: the sign-in page, or the dashboard of who is signed in. Each sign-in and sign-out starts a new client. */
export function AdminApp() {
  const [run, setRun] = useState<Run>({ generation: 0, hasEnded: false });
  const client = useMemo(
    () =>
      createGatehouseClient("team", () =>
        // Answers that come in together each say that the session is over; the first one counts.
        setRun((now) => (now.generation === run.generation ? next(now, true) : now)),
      ),
    [run],
  );
  useEffect(() => () => client.dispose(), [client]);
  const restart = useCallback(() => setRun((now) => next(now, false)), []);
  const token = useMailedToken();
  const [isChoosing, setChoosing] = useState(location.pathname === "/choose-password");
  const chosen = () => {
    history.replaceState(null, "", "/");
    setChoosing(false);
    restart();
  };
  return (
    <NoticeProvider>
      <Provider key={run.generation} value={client.urql}>
        {isChoosing ? (
          <ChoosePasswordPage key={token} token={token} onSignedIn={chosen} />
        ) : (
          <SignedInGate onSignedOut={restart} signIn={<SignInPage hasEnded={run.hasEnded} onSignedIn={restart} />} />
        )}
      </Provider>
    </NoticeProvider>
  );
}
