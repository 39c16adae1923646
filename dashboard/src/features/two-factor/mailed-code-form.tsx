import { useState, type ReactNode } from "react";
import { otherProblems, problemOf, type Problem } from "../../graphql/use-act.js";
import { useWords } from "../../language/language-context.js";
import { Banner } from "../../ui/banner.js";
import { Button } from "../../ui/button.js";
import { Form } from "../../ui/form.js";
import { CodeInput } from "./code-input.js";

/** Asks for the mailed code before an authenticator is set up, during a sign-in or in a session. */
export function MailedCodeForm(props: {
  /** Why the code is required and where it was sent. */
  children: ReactNode;
  problems: readonly Problem[];
  isPending: boolean;
  onCode: (code: string) => Promise<unknown>;
  /** Mails another code and returns whether it did. Left out if the flow starts again instead. */
  onSendAgain?: () => Promise<boolean>;
  cancelLabel: string;
  onCancel: () => void;
}) {
  const { problems, isPending, onCode, onSendAgain } = props;
  const { twoFactor: say, ui } = useWords();
  const [code, setCode] = useState("");
  const [isSentAgain, setSentAgain] = useState(false);
  const submit = () => {
    setSentAgain(false);
    return onCode(code);
  };
  const sendAgain = async () => {
    setCode("");
    setSentAgain(false);
    setSentAgain((await onSendAgain?.()) === true);
  };
  const other = otherProblems(problems, "emailCode");
  return (
    <Form onSubmit={submit} className="flex flex-col gap-4">
      <p className="text-sm text-muted">{props.children}</p>
      {other && <Banner tone="danger">{other}</Banner>}
      {isSentAgain && <Banner>{say.mailedAgain}</Banner>}
      <CodeInput
        label={say.codeFromEmail}
        value={code}
        onChange={setCode}
        error={isSentAgain ? null : problemOf(problems, "emailCode")}
      />
      <Button type="submit" look="primary" isPending={isPending}>
        {ui.continue}
      </Button>
      {onSendAgain && (
        <Button look="quiet" isPending={isPending} onPress={() => void sendAgain()}>
          {say.mailAgain}
        </Button>
      )}
      <Button look="quiet" onPress={props.onCancel}>
        {props.cancelLabel}
      </Button>
    </Form>
  );
}
