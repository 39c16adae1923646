import { useState } from "react";
import { allowsPasswordLogin } from "@gatehouse/shared";
import { NextStep_result, signedInAtOnce, type NextStepResult } from "../../../features/sign-in/next-step.js";
import { PasswordForm } from "../../../features/sign-in/password-form.js";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { useAct } from "../../../graphql/use-act.js";
import { Banner } from "../../../ui/banner.js";
import { Day } from "../../../ui/date-time.js";
import { PortalLink } from "../../address.js";
import { Frame } from "../../frame.js";
import { NextStep, useSignedIn } from "./next-step.js";
import { usePortalWords } from "../../portal-language.js";
import { usePortal } from "../../session.js";

const SignInPage_portalSignIn = graphql(
  `
    mutation SignInPage_portalSignIn($input: PortalSignInInput!) {
      portalSignIn(input: $input) {
        result {
          ...NextStep_result
        }
        ...Problems
      }
    }
  `,
  [NextStep_result, Problems],
);

/**
 * Signs in a client with the password; if the firm uses links only, it says so. `landingRequestId`: the request to be opened afterwards.
 */
export function SignInPage(props: { hasEnded: boolean; landingRequestId: string | null }) {
  const { signIn: say } = usePortalWords();
  const { firm } = usePortal();
  const signedIn = useSignedIn();
  const { act, isPending, problems } = useAct(SignInPage_portalSignIn);
  const [step, setStep] = useState<NextStepResult | null>(null);
  if (step) return <NextStep result={step} onStartAgain={() => setStep(null)} />;
  if (!allowsPasswordLogin(firm)) return <LinksOnly />;
  const signIn = async (who: { email: string; password: string }) => {
    const { payload } = await act({
      input: { firmSlug: firm.slug, ...who, landingRequestId: props.landingRequestId },
    });
    if (!payload?.result) return false;
    const how = signedInAtOnce(payload.result);
    if (how) signedIn(how);
    else setStep(payload.result);
    return true;
  };
  return (
    <Frame
      firmName={firm.name}
      title={say.title}
      below={
        <>
          <PortalLink slug={firm.slug} page="forgot-password">
            {say.forgot}
          </PortalLink>
          <PortalLink slug={firm.slug} page="request-account">
            {say.noAccount}
          </PortalLink>
        </>
      }
    >
      {props.hasEnded && <Banner>{say.hasEnded}</Banner>}
      {firm.twoFactorDueAt && <Banner>{say.twoFactorSoon(<Day on={firm.twoFactorDueAt} />)}</Banner>}
      <PasswordForm isPending={isPending} problems={problems} onSubmit={signIn} />
    </Frame>
  );
}

/** Explains that there is no sign-in here, because each request comes with its own link. */
export function LinksOnly() {
  const { signIn: say } = usePortalWords();
  const { firm } = usePortal();
  return (
    <Frame firmName={firm.name} title={say.linksOnly}>
      <p className="text-sm text-muted">{say.linksOnlyWhy(firm.name)}</p>
    </Frame>
  );
}
