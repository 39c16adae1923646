import { useState } from "react";
import { allowsPasswordLogin, normalizeEmail } from "@gatehouse/shared";
import { RequestMailForm } from "../../../features/sign-in/request-mail-form.js";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { useAct } from "../../../graphql/use-act.js";
import { Button } from "../../../ui/button.js";
import { PortalLink } from "../../address.js";
import { Frame } from "../../frame.js";
import { usePortalWords } from "../../portal-language.js";
import { usePortal } from "../../session.js";
import { LinksOnly } from "../sign-in/sign-in-page.js";

const RequestMailPage_account = graphql(
  `
    mutation RequestMailPage_account($input: PortalEmailInput!) {
      requestPortalAccount(input: $input) {
        accepted
        ...Problems
      }
    }
  `,
  [Problems],
);
const RequestMailPage_password = graphql(
  `
    mutation RequestMailPage_password($input: PortalEmailInput!) {
      requestPasswordReset(input: $input) {
        accepted
        ...Problems
      }
    }
  `,
  [Problems],
);

/** Requests a mailed link to create an account or to choose a new password. The answer does not reveal which addresses exist. */
export function RequestMailPage({ kind }: { kind: "account" | "password" }) {
  const { firm } = usePortal();
  const portalWords = usePortalWords();
  const { requestMail: say } = portalWords;
  const account = useAct(RequestMailPage_account);
  const password = useAct(RequestMailPage_password);
  const { problems, isPending } = kind === "account" ? account : password;
  const [email, setEmail] = useState("");
  const [isSent, setSent] = useState(false);
  const { title, intro, button, sent } = say[kind];
  if (!allowsPasswordLogin(firm)) return <LinksOnly />;
  const submit = async (to: string) => {
    setEmail(to);
    const input = { firmSlug: firm.slug, email: to };
    const { payload } = kind === "account" ? await account.act({ input }) : await password.act({ input });
    setSent(payload !== null);
  };
  const back = (
    <PortalLink slug={firm.slug} page="">
      {portalWords.backToSignIn}
    </PortalLink>
  );
  if (isSent)
    return (
      <Frame firmName={firm.name} title={portalWords.checkMail} below={back}>
        <p className="text-sm text-ink">
          {sent}{" "}
          {say.goesTo(
            <strong translate="no" className="break-all">
              {/* Chromium's field gives the domain in ASCII. */}
              {normalizeEmail(email) ?? email}
            </strong>,
          )}
        </p>
        <p className="text-sm text-muted">{say.nothingCame(firm.name)}</p>
        <Button onPress={() => setSent(false)}>{say.otherAddress}</Button>
      </Frame>
    );
  return (
    <Frame firmName={firm.name} title={title} below={back}>
      <RequestMailForm
        intro={intro}
        button={button}
        startWith={email}
        isPending={isPending}
        problems={problems}
        onSubmit={submit}
      />
    </Frame>
  );
}
