import { useState } from "react";
import { otherProblems, problemOf, type Problem } from "../../graphql/use-act.js";
import { useWords } from "../../language/language-context.js";
import { Banner } from "../../ui/banner.js";
import { Button } from "../../ui/button.js";
import { Form } from "../../ui/form.js";
import { PasswordInput } from "../passwords/password-field.js";
import { EmailField } from "./email-field.js";

/** Email and password. `onSubmit` returns whether they were correct; if not, the password field is cleared. */
export function PasswordForm(props: {
  isPending: boolean;
  problems: readonly Problem[];
  onSubmit: (who: { email: string; password: string }) => Promise<boolean>;
}) {
  const { isPending, problems, onSubmit } = props;
  const { signIn: say } = useWords();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const submit = async () => {
    if (!(await onSubmit({ email, password }))) setPassword("");
  };
  const other = otherProblems(problems, "email", "password");
  return (
    <Form onSubmit={submit} className="flex flex-col gap-4">
      {other && <Banner tone="danger">{other}</Banner>}
      <EmailField value={email} onChange={setEmail} error={problemOf(problems, "email")} />
      <PasswordInput
        label={say.password}
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        error={problemOf(problems, "password")}
      />
      <Button type="submit" look="primary" isPending={isPending} wide>
        {say.signIn}
      </Button>
    </Form>
  );
}
