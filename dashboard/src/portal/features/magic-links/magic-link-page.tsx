import { useState } from "react";
import { useQuery } from "urql";
import type { NextStepResult } from "../../../features/sign-in/next-step.js";
import { CodeForm } from "../../../features/two-factor/code-form.js";
import { carriesMailedToken } from "../../../graphql/client.js";
import { graphql, type ResultOf } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, sayError, useAct } from "../../../graphql/use-act.js";
import { useWords } from "../../../language/language-context.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Loading } from "../../../ui/spinner.js";
import { ErrorState } from "../../../ui/states.js";
import { goTo } from "../../address.js";
import { CreateAccountForm } from "../portal-accounts/create-account-page.js";
import { deviceKey } from "./device-key.js";
import { Frame } from "../../frame.js";
import { NextStep, useSignedIn } from "../sign-in/next-step.js";
import { usePortalWords } from "../../portal-language.js";
import { usePortal } from "../../session.js";

const MagicLinkPage_preview = graphql(`
  query MagicLinkPage_preview($token: String!, $deviceKey: String) {
    magicLink(token: $token, deviceKey: $deviceKey) {
      firm {
        slug
      }
      maskedEmail
      requestTitle
      state
      claimedByThisDevice
    }
  }
`);
const MagicLinkPage_claim = graphql(
  `
    mutation MagicLinkPage_claim($input: ClaimMagicLinkInput!) {
      claimMagicLink(input: $input) {
        result {
          __typename
          ... on SignedIn {
            landingRequestId
          }
          ... on TwoFactorRequired {
            challengeToken
            methods
            trustedDeviceDays
          }
          ... on AccountRequired {
            confirmationToken
            maskedEmail
          }
          ... on SignInRequired {
            requestId
            maskedEmail
          }
          ... on MagicLinkNotUsable {
            state
            maskedEmail
          }
        }
        ...Problems
      }
    }
  `,
  [Problems],
);
const MagicLinkPage_send = graphql(
  `
    mutation MagicLinkPage_send($input: SendAccessLinkInput!) {
      sendAccessLink(input: $input) {
        accepted
        ...Problems
      }
    }
  `,
  [Problems],
);
type Claimed = NonNullable<ResultOf<typeof MagicLinkPage_claim>["claimMagicLink"]["result"]>;
type Unusable = "UNCLAIMED" | "CLAIMED" | "EXPIRED" | "REVOKED";

/**
 * A request's magic link. Opening the page only shows a preview; a click claims the link, so that a mail scanner that runs the page's
 * scripts does not use it up.
 */
export function MagicLinkPage({ token }: { token: string }) {
  const words = useWords();
  const portalWords = usePortalWords();
  const { magicLink: say } = portalWords;
  const { firm } = usePortal();
  const signedIn = useSignedIn();
  const [key] = useState(deviceKey);
  const [claimed, setClaimed] = useState<Claimed | null>(null);
  const [step, setStep] = useState<NextStepResult | null>(null);
  const claim = useAct(MagicLinkPage_claim);
  const [{ data, error }, read] = useQuery({
    query: MagicLinkPage_preview,
    variables: { token, deviceKey: key },
    requestPolicy: "network-only",
    context: carriesMailedToken,
  });
  if (step) return <NextStep result={step} onStartAgain={() => goTo(firm.slug, "")} />;
  switch (claimed?.__typename) {
    case "TwoFactorRequired":
      return (
        <Frame firmName={firm.name} title={words.signIn.enterCode}>
          <p className="text-sm text-muted">{say.codeToo}</p>
          <CodeForm
            challengeToken={claimed.challengeToken}
            trustedDeviceDays={claimed.trustedDeviceDays}
            methods={claimed.methods}
            onSignedIn={signedIn}
            onStartAgain={() => setClaimed(null)}
          />
        </Frame>
      );
    case "AccountRequired":
      return <CreateAccountForm token={claimed.confirmationToken} forWhom={claimed.maskedEmail} onStep={setStep} />;
    case "SignInRequired":
      return (
        <Frame firmName={firm.name} title={say.signInFirst}>
          <p className="text-sm text-muted">
            {say.signInFirstWhy(
              firm.name,
              <strong translate="no" className="text-ink">
                {claimed.maskedEmail}
              </strong>,
            )}
          </p>
          <Button look="primary" wide onPress={() => goTo(firm.slug, "request", claimed.requestId)}>
            {portalWords.toSignIn}
          </Button>
        </Frame>
      );
    case "MagicLinkNotUsable":
      return <NotUsable token={token} state={claimed.state} maskedEmail={claimed.maskedEmail} />;
    default:
  }
  if (error)
    return (
      <main>
        <ErrorState message={sayError(error, words)} onRetry={() => read({ requestPolicy: "network-only" })} />
      </main>
    );
  if (!data)
    return (
      <main>
        <Loading label={portalWords.mailedLink.looking} />
      </main>
    );
  const preview = data.magicLink;
  if (!preview || preview.firm.slug !== firm.slug)
    return (
      <Frame firmName={firm.name} title={say.unknown}>
        <p className="text-sm text-muted">{say.unknownWhy(firm.name)}</p>
      </Frame>
    );
  const opensHere = preview.state === "UNCLAIMED" || (preview.state === "CLAIMED" && preview.claimedByThisDevice);
  if (!opensHere) return <NotUsable token={token} state={preview.state} maskedEmail={preview.maskedEmail} />;
  const open = async () => {
    const { payload } = await claim.act({ input: { token, deviceKey: key } });
    const result = payload?.result;
    if (result?.__typename === "SignedIn") signedIn({ ...result, usedRecoveryCode: false });
    else if (result) setClaimed(result);
  };
  const problem = otherProblems(claim.problems);
  return (
    <Frame firmName={firm.name} title={preview.requestTitle}>
      <p className="text-sm text-muted">
        {(preview.state === "UNCLAIMED" ? say.bindsHere : say.opensHere)(
          firm.name,
          <strong translate="no" className="text-ink">
            {preview.maskedEmail}
          </strong>,
        )}
      </p>
      {problem && <Banner tone="danger">{problem}</Banner>}
      <Button look="primary" wide isPending={claim.isPending} onPress={() => void open()}>
        {say.open}
      </Button>
    </Frame>
  );
}

/** The only thing left to do with a link that does not open here: request a new one. */
function NotUsable(props: { token: string; state: Unusable; maskedEmail: string }) {
  const portalWords = usePortalWords();
  const { magicLink: say } = portalWords;
  const { firm } = usePortal();
  const { act, isPending, problems } = useAct(MagicLinkPage_send);
  const [isSent, setSent] = useState(false);
  const send = async () => {
    const { payload } = await act({ input: { token: props.token } });
    setSent(payload !== null);
  };
  const problem = otherProblems(problems);
  if (isSent)
    return (
      <Frame firmName={firm.name} title={portalWords.checkMail}>
        <p className="text-sm text-muted">
          {say.sent(
            <strong translate="no" className="text-ink">
              {props.maskedEmail}
            </strong>,
          )}
        </p>
      </Frame>
    );
  return (
    <Frame firmName={firm.name} title={say.needsNew}>
      <p className="text-sm text-muted">
        {say.reasons[props.state]}{" "}
        {say.canMail(
          <strong translate="no" className="text-ink">
            {props.maskedEmail}
          </strong>,
        )}
      </p>
      {problem && <Banner tone="danger">{problem}</Banner>}
      <Button look="primary" wide isPending={isPending} onPress={() => void send()}>
        {say.send}
      </Button>
    </Frame>
  );
}
