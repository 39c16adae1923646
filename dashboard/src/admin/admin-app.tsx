import { useState } from "react";
import { FailureBoundary } from "../features/page-failures/failure-boundary.js";
import { SessionClient, type SessionRun } from "../features/sessions/session-client.js";
import { useMailedToken } from "../features/mailed-tokens/mailed-token.js";
import { whenShown } from "../ui/when-shown.js";
import { SignInPage } from "./features/sign-in/sign-in-page.js";
import { SignedInGate } from "./signed-in-gate.js";

const ChoosePasswordPage = whenShown(() =>
  import("./features/sign-in/choose-password-page.js").then((module) => module.ChoosePasswordPage),
);

/** The firm's side: the sign-in page, or the dashboard once a team member is signed in. */
export const AdminApp = () => (
  <FailureBoundary>
    <SessionClient audience="team" firm={null}>
      {(run) => <AdminPages {...run} />}
    </SessionClient>
  </FailureBoundary>
);

function AdminPages({ hasEnded, restart }: SessionRun) {
  const token = useMailedToken();
  const [isChoosing, setChoosing] = useState(location.pathname === "/choose-password");
  const chosen = () => {
    history.replaceState(null, "", "/");
    setChoosing(false);
    restart();
  };
  return isChoosing ? (
    <ChoosePasswordPage key={token} token={token} onSignedIn={chosen} />
  ) : (
    <SignedInGate onSignedOut={restart} signIn={<SignInPage hasEnded={hasEnded} onSignedIn={restart} />} />
  );
}
