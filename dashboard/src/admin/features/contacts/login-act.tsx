import { useState, type FormEvent } from "react";
import type { TypedDocumentNode } from "urql";
import { otherProblems, problemOf, useAct, type Payload, type Problem } from "../../../graphql/use-act.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Actions, Dialog } from "../../../ui/dialog.js";
import { Email } from "../../../ui/email.js";
import { useNotify } from "../../../ui/notices.js";
import { TextField } from "../../../ui/text-field.js";

interface Told {
  menu: string;
  title: string;
  will: string;
  confirm: string;
  done: string;
  asks: "reason" | "email" | null;
  isDanger: boolean;
}
interface Asked {
  /** The contact's or the login's own, as the act takes it. */
  id: string;
  /** Whose login it is, where the page around the dialog does not say. */
  email?: string;
  onClose: () => void;
  onDone: () => void;
}

/** What the firm may do with a login: what is said about it, and the dialog that does it with what was typed. */
export function loginAct<P extends Payload, Input>(
  document: TypedDocumentNode<Record<string, P>, { input: Input }>,
  inputOf: (id: string, text: string) => Input,
  told: Told,
) {
  function ActDialog({ id, email, onClose, onDone }: Asked) {
    const notify = useNotify();
    const { act, isPending, problems } = useAct(document);
    const run = async (text: string) => {
      const { payload } = await act({ input: inputOf(id, text) });
      if (!payload) return;
      notify({ tone: "success", text: told.done });
      onDone();
    };
    return (
      <Dialog title={told.title} isOpen onClose={onClose} role={told.asks ? "dialog" : "alertdialog"}>
        <ActForm told={told} email={email} problems={problems} isPending={isPending} onClose={onClose} onRun={run} />
      </Dialog>
    );
  }
  return { ...told, Dialog: ActDialog };
}

/** Asks for what an act needs and says what it will do. */
function ActForm(props: {
  told: Told;
  email: string | undefined;
  problems: readonly Problem[];
  isPending: boolean;
  onClose: () => void;
  onRun: (text: string) => Promise<void>;
}) {
  const { told, email, problems, isPending, onClose, onRun } = props;
  const [text, setText] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void onRun(text);
  };
  const other = otherProblems(problems, told.asks ?? "");
  return (
    <form onSubmit={submit} className="flex flex-col gap-4 text-sm">
      {email && (
        <p className="font-medium text-ink">
          <Email address={email} />
        </p>
      )}
      <p>{told.will}</p>
      {other && <Banner tone="danger">{other}</Banner>}
      {told.asks === "reason" && (
        <TextField
          label="Reason"
          hint="Kept in the activity log."
          value={text}
          onChange={setText}
          error={problemOf(problems, "reason")}
          rows={3}
          maxLength={500}
          isRequired
        />
      )}
      {told.asks === "email" && (
        <TextField
          label="New login email"
          type="email"
          value={text}
          onChange={setText}
          error={problemOf(problems, "email")}
          isRequired
        />
      )}
      <Actions>
        <Button onPress={onClose}>Cancel</Button>
        <Button
          type="submit"
          look={told.isDanger ? "danger" : "primary"}
          isPending={isPending}
          isDisabled={told.asks !== null && text.trim() === ""}
        >
          {told.confirm}
        </Button>
      </Actions>
    </form>
  );
}
