import { useState, type ReactNode } from "react";
import { otherProblems, problemOf, type Problem } from "../../graphql/use-act.js";
import { Banner } from "../../ui/banner.js";
import { Button } from "../../ui/button.js";
import { Form } from "../../ui/form.js";
import { EmailField } from "./email-field.js";

/** Requests a mailed link for an address. `startWith`: what was typed before, to be corrected. */
export function RequestMailForm(props: {
  intro: string;
  button: string;
  startWith: string;
  isPending: boolean;
  problems: readonly Problem[];
  onSubmit: (email: string) => Promise<unknown>;
  /** Below the button. */
  children?: ReactNode;
}) {
  const { intro, button, isPending, problems, onSubmit } = props;
  const [email, setEmail] = useState(props.startWith);
  const other = otherProblems(problems, "email");
  return (
    <Form onSubmit={() => onSubmit(email)} className="flex flex-col gap-4">
      <p className="text-sm text-muted">{intro}</p>
      {other && <Banner tone="danger">{other}</Banner>}
      <EmailField value={email} onChange={setEmail} error={problemOf(problems, "email")} />
      <Button type="submit" look="primary" isPending={isPending} wide>
        {button}
      </Button>
      {props.children}
    </Form>
  );
}
