import { useState } from "react";
import type { PasswordContext } from "@gatehouse/shared";
import { graphql } from "../../graphql/graphql.js";
import { Problems } from "../../graphql/problems.fragment.js";
import { otherProblems, problemOf, useAct } from "../../graphql/use-act.js";
import { useWords } from "../../language/language-context.js";
import { Banner } from "../../ui/banner.js";
import { Button } from "../../ui/button.js";
import { Form } from "../../ui/form.js";
import { NewPasswordField, PasswordInput } from "./password-field.js";
import { UsernameForManagers } from "./username-for-managers.js";

const ChangePasswordForm_change = graphql(
  `
    mutation ChangePasswordForm_change($input: ChangePasswordInput!) {
      changePassword(input: $input) {
        session {
          id
        }
        ...Problems
      }
    }
  `,
  [Problems],
);

/** Changes the viewer's own password, which ends all their other sessions. */
export function ChangePasswordForm({ context }: { context: PasswordContext }) {
  const { act, isPending, problems } = useAct(ChangePasswordForm_change);
  const { passwords: say } = useWords();
  const [currentPassword, setCurrent] = useState("");
  const [newPassword, setNew] = useState("");
  const [isDone, setDone] = useState(false);
  const submit = async () => {
    setDone(false);
    const { payload } = await act({ input: { currentPassword, newPassword } });
    if (!payload) return;
    setCurrent("");
    setNew("");
    setDone(true);
  };
  const other = otherProblems(problems, "currentPassword", "newPassword");
  return (
    <Form onSubmit={submit} className="flex max-w-md flex-col gap-4">
      {isDone && <Banner tone="success">{say.changed}</Banner>}
      {other && <Banner tone="danger">{other}</Banner>}
      <UsernameForManagers email={context.email} />
      <PasswordInput
        label={say.current}
        value={currentPassword}
        onChange={setCurrent}
        autoComplete="current-password"
        error={problemOf(problems, "currentPassword")}
      />
      <NewPasswordField
        label={say.new}
        value={newPassword}
        onChange={setNew}
        error={problemOf(problems, "newPassword")}
        context={context}
      />
      <div>
        <Button type="submit" isPending={isPending}>
          {say.change}
        </Button>
      </div>
    </Form>
  );
}
