import { useState, type FormEvent } from "react";
import { graphql } from "../graphql/graphql.js";
import { otherProblems, problemOf, useAct } from "../graphql/use-act.js";
import { useWords } from "../language/language-context.js";
import { Banner } from "../ui/banner.js";
import { Button } from "../ui/button.js";
import { TextField } from "../ui/text-field.js";
import { PortalLink } from "./address.js";
import { Frame } from "./frame.js";
import { usePortalWords } from "./portal-language.js";
import { usePortal } from "./session.js";
import { LinksOnly } from "./sign-in-page.js";

const RequestMailPage_account = graphql(`
  mutation RequestMailPage_account($input: PortalEmailInput!) {
    requestPortalAccount(input: $input) {
      accepted
      userErrors {
        code
        field
        message
      }
    }
  }
`);
const RequestMailPage_password = graphql(`
  mutation RequestMailPage_password($input: PortalEmailInput!) {
    requestPasswordReset(input: $input) {
      accepted
      userErrors {
        code
        field
        message
      }
    }
  }
`);

/** Asks for a mailed link: to create an account, or to choose a new password. Its answer tells nobody which addresses exist. */
export function RequestMailPage({ kind }: { kind: "account" | "password" }) {
  const { firm } = usePortal();
  const { signIn } = useWords();
  const portalWords = usePortalWords();
  const { requestMail: say } = portalWords;
  const account = useAct(RequestMailPage_account);
  const password = useAct(RequestMailPage_password);
  const { problems, isPending } = kind === "account" ? account : password;
  const [email, setEmail] = useState("");
  const [isSent, setSent] = useState(false);
  const { title, intro, button, sent } = say[kind];
  if (firm.mode === "MAGIC_LINK_ONLY") return <LinksOnly />;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const input = { firmSlug: firm.slug, email };
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
          {sent} {say.goesTo(<strong className="break-all">{email}</strong>)}
        </p>
        <p className="text-sm text-muted">{say.nothingCame(firm.name)}</p>
        <Button onPress={() => setSent(false)}>{say.otherAddress}</Button>
      </Frame>
    );
  const other = otherProblems(problems, "email");
  return (
    <Frame firmName={firm.name} title={title} below={back}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <p className="text-sm text-muted">{intro}</p>
        {other && <Banner tone="danger">{other}</Banner>}
        <TextField
          label={signIn.email}
          type="email"
          name="email"
          autoComplete="email"
          value={email}
          onChange={setEmail}
          error={problemOf(problems, "email")}
          isRequired
        />
        <Button type="submit" look="primary" isPending={isPending} wide>
          {button}
        </Button>
      </form>
    </Frame>
  );
}
