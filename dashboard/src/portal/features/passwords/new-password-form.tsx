import { useState } from "react";
import { NewPasswordField } from "../../../features/passwords/password-field.js";
import { otherProblems, type Problem } from "../../../graphql/use-act.js";
import { useWords } from "../../../language/language-context.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Form } from "../../../ui/form.js";
import { usePortal } from "../../session.js";

/** A form for a new password; what is wrong with it is shown at the field. */
export function NewPasswordForm(props: {
  intro: string;
  button: string;
  isPending: boolean;
  problems: readonly Problem[];
  onSubmit: (password: string) => Promise<unknown>;
}) {
  const { firm } = usePortal();
  const { passwords } = useWords();
  const [password, setPassword] = useState("");
  const { problems } = props;
  const aboutIt = problems.find(({ code, field }) => code === "WEAK_PASSWORD" || field?.includes("password"));
  const other = otherProblems(problems.filter((problem) => problem !== aboutIt));
  return (
    <Form onSubmit={() => props.onSubmit(password)} className="flex flex-col gap-4">
      <p className="text-sm text-muted">{props.intro}</p>
      {other && <Banner tone="danger">{other}</Banner>}
      <NewPasswordField
        label={passwords.new}
        value={password}
        onChange={setPassword}
        error={aboutIt?.message ?? null}
        context={{ email: "", firmName: firm.name }}
      />
      <Button type="submit" look="primary" isPending={props.isPending} wide>
        {props.button}
      </Button>
    </Form>
  );
}
