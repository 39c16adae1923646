import type { ReactNode } from "react";
import { useWords } from "../language/language-context.js";
import { Banner } from "./banner.js";
import { Button } from "./button.js";
import { classes } from "./classes.js";
import { Actions } from "./dialog.js";
import { Form } from "./form.js";

/** A dialog's form for one act: what it will do, why the last attempt failed, the fields, and the buttons. */
export function ActForm(props: {
  onSubmit: () => Promise<void>;
  onCancel: () => void;
  confirmLabel: string;
  isPending: boolean;
  /** Problems that are not about any of the fields; those are shown at the fields. */
  error: string | null;
  /** Shown above everything else. */
  intro?: ReactNode;
  isDanger?: boolean;
  isDisabled?: boolean;
  isSmall?: boolean;
  children?: ReactNode;
}) {
  const { onSubmit, onCancel, confirmLabel, isPending, error, intro, isDanger, isDisabled, isSmall, children } = props;
  const { ui } = useWords();
  return (
    <Form onSubmit={onSubmit} className={classes("flex flex-col gap-4", isSmall && "text-sm")}>
      {intro}
      {error && <Banner tone="danger">{error}</Banner>}
      {children}
      <Actions>
        <Button onPress={onCancel}>{ui.cancel}</Button>
        <Button type="submit" look={isDanger ? "danger" : "primary"} isPending={isPending} isDisabled={isDisabled}>
          {confirmLabel}
        </Button>
      </Actions>
    </Form>
  );
}
